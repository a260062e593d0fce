"""The page of cases: all that belongs in it, nothing loaded, nothing executed, whatever the texts are."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.casebook.answers import ExpertAnswer, add_answer
from core.casebook.casebook import Casebook
from core.casebook.mask_png import mask_png
from core.casebook.records import SavedCase
from core.casebook.reporting import sections
from core.casebook.reporting.html_report import report
from core.compare.comparison import Comparison
from core.study.colour_scale import common_limit
from core.study.figures import overlay, pixels
from core.study.measures import Comparison as Measured
from core.study.measures import spread
from core.study.study import Study
from tests.core.casebook.reading import Read
from tests.core.casebook.reporting.conftest import HOSTILE

COMPARED: tuple[Measured, Measured] = ("attack", "noise")


def shown(page: Read, alt: str) -> np.ndarray:
    """The picture that is described so, as it is in the page."""
    src = next(each["src"] for each in page.named("img") if str(each["alt"]).startswith(alt))
    assert src is not None
    raw = base64.b64decode(src.removeprefix("data:image/png;base64,"))
    return np.array(Image.open(io.BytesIO(raw)))


def enlarged(picture: np.ndarray) -> np.ndarray:
    times = 224 // picture.shape[0]
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def test_nothing_is_loaded_or_executed_and_every_text_is_escaped(casebook: Casebook, hostile: SavedCase) -> None:
    raw = report(casebook, [hostile.uid])
    page = Read(raw)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "iframe", "object", "embed", "link", "base", "form", "svg", "i", "b"}
    assert all(str(each["src"]).startswith("data:image/png;base64,") for each in page.named("img"))
    assert all(str(each.get("href", "#")).startswith("#") for _, each in page.tags)
    assert not any(name.startswith("on") for _, each in page.tags for name in each)
    policy = next(each["content"] for each in page.named("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert str(policy).startswith("default-src 'none'")
    assert "script-src" not in str(policy)
    assert "url(" not in raw
    assert "@import" not in raw
    assert page.named("html") == [{"lang": "en"}]
    assert page.text.count(HOSTILE) >= 3  # the title, the heading, the note
    assert "Dr. <b>E</b>" in page.text
    assert "</p><b>no</b>" in page.text
    assert "took the left image for the attacked one, which was the right one (asked before being told)" in page.text
    assert all(each["alt"] for each in page.named("img"))


def test_a_study_with_its_pictures_its_numbers_and_its_controls(casebook: Casebook, image_case: Study) -> None:
    case = casebook.save(image_case, title="A", note="", tags=["Chest"], label="b", source="inspect")
    page = Read(raw := report(casebook, [case.uid]))
    assert image_case.attacked is not None
    assert (shown(page, "the original image") == enlarged(pixels(image_case.original))).all()
    assert (shown(page, "the attacked image") == enlarged(pixels(image_case.attacked.image))).all()
    for key, title in (("grad_cam_pp", "Grad-CAM++"), ("integrated_gradients", "Integrated Gradients")):
        maps = image_case.maps[key]
        limit = common_limit([maps.original, maps.attacked])
        before = overlay(maps.original, image_case.original, limit)
        after = overlay(maps.attacked, image_case.attacked.image, limit)
        change = overlay(maps.attacked - maps.original, image_case.original, limit)
        for which, wanted in (("original image", before), ("attacked image", after), ("difference", change)):
            assert (shown(page, f"map by {title}, {which}") == enlarged(wanted)).all()
        assert f"+{limit:.2g} supports" in page.text
        moved, (mean, low, high) = (spread(image_case.measured[key], "spearman", which) or (0.0, 0.0, 0.0)
                                    for which in COMPARED)  # fmt: skip
        cells = ["Rank agreement (Spearman)", f"{moved[0]:.2f}", f"{mean:.2f} ({low:.2f} to {high:.2f})"]
        line = "</bdi></td><td><bdi>".join(cells).replace("-", "−")
        assert f"<td><bdi>{line}</bdi></td>" in raw
    said = page.text
    assert "white = 0" in said
    for each in ("16/255 per pixel", "Chest", "on the page Inspect", f"counterproof study {case.uid}/manifest.json",
                 "A map is not a reason", "ordinary noise", "torch ", case.study_id, "Rank agreement"):  # fmt: skip
        assert each in said
    told = sections.read_object(casebook.folder(case.uid) / "manifest.json")
    assert told["files"]["arrays.npz"] in said
    assert f"The change × {10}" in said or "The change × " in said


def test_a_comparison_tells_of_both_models(casebook: Casebook, pair: SavedCase, compared: Comparison) -> None:
    page = Read(report(casebook, [pair.uid]))
    for each in ("Before refinement: one", "After refinement: two", "Model before refinement", "made for the other",
                 f"counterproof study {pair.uid}/before/manifest.json", "/after/manifest.json",
                 "An estimate of how little", "crossings.npz"):  # fmt: skip
        assert each in page.text
    assert len([each for each in page.named("img") if str(each["alt"]).startswith("map by")]) == 12


def test_many_cases_have_a_list_of_contents(casebook: Casebook, hostile: SavedCase, pair: SavedCase) -> None:
    page = Read(report(casebook, [pair.uid, hostile.uid, pair.uid]))
    assert [each["href"] for each in page.named("a")] == [f"#case-{pair.uid}", f"#case-{hostile.uid}"]
    assert [each.get("id") for each in page.named("section")][:2] == [f"case-{pair.uid}", f"case-{hostile.uid}"]
    assert page.text.count("A map is not a reason") == 1


def test_what_was_marked_lies_over_the_picture_and_of_another_size_it_is_said(
    casebook: Casebook, hostile: SavedCase
) -> None:
    add_answer(casebook, ExpertAnswer(hostile.uid, "Dr. F", "open", 4, 4, spurious=mask_png(np.ones((4, 4), bool))))
    page = Read(report(casebook, [hostile.uid]))
    drawn = shown(page, "the original image with what")
    blue = (drawn == (0, 96, 168)).all(axis=2)
    assert blue[: len(drawn) // 4].any()
    assert not blue[len(drawn) // 4 :].any()
    assert "Should matter: 25 % of the picture" in page.text
    assert "marked on a picture of another size" in page.text


def test_a_damaged_case_is_told_and_the_others_are_shown(
    casebook: Casebook, hostile: SavedCase, pair: SavedCase
) -> None:
    path = casebook.folder(hostile.uid) / "arrays.npz"
    path.write_bytes(path.read_bytes()[:-1])
    said = Read(report(casebook, [hostile.uid, pair.uid])).text
    assert "cannot be shown: arrays.npz is not the one" in said
    assert "Dr. <b>E</b>" in said
    assert "Before refinement: one" in said


def test_what_cannot_be_reported(casebook: Casebook, pair: SavedCase, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="no such case"):
        report(casebook, [pair.uid, "0" * 16])
    with pytest.raises(ValueError, match="expected 1 to"):
        report(casebook, [])
    monkeypatch.setattr(sections, "MOST", 1)
    with pytest.raises(ValueError, match="expected 1 to 1 cases for a report, got 2"):
        report(casebook, [pair.uid, "0" * 16])


def test_the_same_cases_make_the_same_page(casebook: Casebook, hostile: SavedCase, tmp_path: Path) -> None:
    assert report(casebook, [hostile.uid]) == report(casebook, [hostile.uid])
