"""From what experts marked on cases to a set that trains: by half of them, the latest of each, with the right class."""

from dataclasses import replace

import numpy as np
import torch

from core.casebook.answers import ExpertAnswer, add_answer, answers_of
from core.casebook.casebook import Casebook
from core.casebook.expert_regions import by_half, gather, is_test, latest
from core.casebook.mask_png import mask_png
from core.compare.comparison import Comparison
from core.study.study import Study


def given(uid: str, study: Study, expert: str, *, spurious: object = None, relevant: object = None) -> ExpertAnswer:
    height, width = study.original.shape[1:]
    masks = {}
    for name, rows in (("spurious", spurious), ("relevant", relevant)):
        if rows is not None:
            mask = np.zeros((height, width), bool)
            mask[rows] = True
            masks[name] = mask_png(mask)
    return ExpertAnswer(uid, expert, "open", height, width, "agree", **masks)


def test_pixels_count_that_half_of_the_experts_have_marked(casebook: Casebook, image_case: Study) -> None:
    uid = casebook.save(image_case, title="x", source="inspect").uid
    for expert, rows in (("A", slice(0, 4)), ("B", slice(2, 6)), ("C", slice(3, 5)), ("A", slice(2, 5))):
        add_answer(casebook, given(uid, image_case, expert, spurious=rows, relevant=slice(6, 7)))
    add_answer(casebook, ExpertAnswer(uid, "D", "open", 8, 8, "unsure"))
    answers = latest(answers_of(casebook, uid))
    assert [each.expert for each in answers] == ["A", "B", "C"]
    relevant, spurious = by_half(answers, *image_case.original.shape[1:])
    assert spurious[:, 0].nonzero().flatten().tolist() == [2, 3, 4]
    assert relevant[:, 0].nonzero().flatten().tolist() == [6]


def test_a_pixel_that_is_both_is_neither(casebook: Casebook, image_case: Study) -> None:
    uid = casebook.save(image_case, title="x", source="inspect").uid
    both = [given(uid, image_case, "A", spurious=slice(0, 3)), given(uid, image_case, "B", relevant=slice(2, 4))]
    relevant, spurious = by_half(both, *image_case.original.shape[1:])
    assert spurious[:, 0].nonzero().flatten().tolist() == [0, 1]
    assert relevant[:, 0].nonzero().flatten().tolist() == [3]


def test_one_expert_in_two_spellings_is_one(casebook: Casebook, image_case: Study) -> None:
    uid = casebook.save(image_case, title="x", source="inspect").uid
    for expert, rows in (("Dr. Roe", slice(0, 4)), ("dr. roe", slice(2, 6))):
        add_answer(casebook, given(uid, image_case, expert, spurious=rows))
    (last,) = latest(answers_of(casebook, uid))
    assert last.expert == "dr. roe"


def test_test_images_are_told(casebook: Casebook, image_case: Study) -> None:
    """Of the gallery, and drawn from a data set's test split; others are not."""
    gallery = replace(image_case, case=replace(image_case.case, image="cifar10/0007"))
    uids = [casebook.save(each, title="x", source="inspect").uid for each in (image_case, gallery)]
    for uid in uids:
        add_answer(casebook, given(uid, image_case, "A", spurious=slice(0, 2)))
    made = gather(casebook, uids, "both")
    assert made.of_test == 1
    assert made.found is not None
    assert made.found.title == "both (1 test images)"
    case = casebook.get(uids[0])
    assert is_test(replace(case, image_name="MNIST test image 12 (7).png"))
    assert not is_test(case)


def test_the_set_has_the_picture_the_mark_and_the_class(
    casebook: Casebook, image_case: Study, compared: Comparison
) -> None:
    first = casebook.save(image_case, title="first", label=image_case.labels[1].upper(), source="inspect")
    second = casebook.save(compared, title="second", source="compare")
    bare = casebook.save(image_case, title="bare", source="inspect")
    strange = casebook.save(image_case, title="strange", label="unicorn", source="inspect")
    for case in (first, second, strange):
        add_answer(casebook, given(case.uid, image_case, "A", spurious=slice(0, 2)))
    made = gather(casebook, [first.uid, second.uid, bare.uid, strange.uid, first.uid], "two")
    assert made.found is not None
    assert len(made.found) == 2
    assert made.found.classes == image_case.labels
    assert made.found.labels.tolist() == [1, image_case.labels.index(second.answer_before)]
    assert torch.equal(made.found.images[0], (255 * image_case.original).round().to(torch.uint8))
    assert made.found.to_ignore[0, :, 0].nonzero().flatten().tolist() == [0, 1]
    assert made.left_out == (
        "bare: nobody has marked anything on it", "strange: its class, 'unicorn', is none of the model's",
    )  # fmt: skip
    chosen = gather(casebook, [strange.uid], labels={strange.uid: image_case.labels[0]})
    assert chosen.found is not None
    assert chosen.found.labels.tolist() == [0]
    assert gather(casebook, [bare.uid]).found is None


def test_what_does_not_fit_is_left_out_with_the_reason(casebook: Casebook, image_case: Study) -> None:
    first = casebook.save(image_case, title="first", source="inspect").uid
    other = casebook.save(replace(image_case, labels=tuple(each + "!" for each in image_case.labels)), title="other",
                          source="inspect").uid  # fmt: skip
    damaged = casebook.save(image_case, title="damaged", source="inspect").uid
    for uid in (first, other, damaged):
        add_answer(casebook, given(uid, image_case, "A", relevant=slice(0, 1)))
    (casebook.folder(damaged) / "arrays.npz").unlink()
    made = gather(casebook, [first, other, damaged])
    assert made.found is not None
    assert len(made.found) == 1
    assert "other classes" in made.left_out[0]
    assert made.left_out[1].startswith("damaged: arrays.npz is missing")
