"""Right for the right reasons: the penalty by brute force and by hand, the controls, and that it learns to ignore."""

from pathlib import Path

import pytest
import torch
from torch import nn

from core.base.cancellation import CancelScope
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear
from core.objectives.right_reasons import SOURCES, RightReasons, right_reasons_penalty
from core.spurious.marked_images import MarkedImages, keep
from core.training.loop import refine
from core.training.schedule import Schedule
from tests.toys import CELLS, dataset, separable, small, whole


def marked(count: int = 6, spurious: int = 3, classes: tuple[str, ...] = ("left", "right")) -> MarkedImages:
    images, labels = separable(count)
    masks = torch.stack([(spurious + place) % 4 == CELLS for place in range(count)])
    return MarkedImages((images * 255).to(torch.uint8), labels, torch.zeros_like(masks), masks, classes, "toy")


@pytest.fixture
def name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    return keep(marked())


def test_the_penalty_by_brute_force() -> None:
    model = small(2)
    model.net.double().eval()
    images, _ = separable(3)
    images, masks = images.double(), torch.stack([CELLS == 0, CELLS >= 2, CELLS > 9])
    total = 0.0
    for image, mask in zip(images, masks, strict=True):
        for place in mask.flatten().nonzero().flatten().tolist():
            ends = []
            for sign in (1, -1):
                moved = image.clone().flatten()
                moved[place] += sign * 1e-6
                with torch.no_grad():
                    ends.append(model(moved.view(1, 1, 6, 6)).log_softmax(dim=1).sum().item())
            total += ((ends[0] - ends[1]) / 2e-6) ** 2
    assert right_reasons_penalty(model, images, masks).item() == pytest.approx(total / masks.sum().item(), rel=1e-4)


def test_by_hand_on_a_linear_model() -> None:
    """d sum_k log p_k / dx = sum_k w_k - K sum_k p_k w_k; at x = 0 all p are alike, and it is 0."""
    model = linear([[[[1.0, 2.0]]], [[[3.0, -1.0]]]])
    zero, mask = torch.zeros(1, 1, 1, 2), torch.tensor([[[True, False]]])
    assert right_reasons_penalty(model, zero, mask).item() == 0
    image = torch.tensor([[[[0.5, 0.25]]]])  # logits 1 and 1.25: p = (0.43782, 0.56218)
    slope = 4 - 2 * (0.4378235 * 1 + 0.5621765 * 3)
    assert right_reasons_penalty(model, image, mask).item() == pytest.approx(slope**2, rel=1e-4)
    assert right_reasons_penalty(model, image, ~mask).item() == pytest.approx(
        (1 - 2 * (0.4378235 * 2 - 0.5621765)) ** 2, rel=1e-4
    )


def test_every_channel_counts_and_empty_masks_cost_nothing() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(8, 2))
    model = Classifier(net, ("a", "b"), (2, 2, 2))
    images = torch.rand(3, 2, 2, 2)
    one = torch.zeros(3, 2, 2, dtype=torch.bool)
    assert right_reasons_penalty(model, images, one).item() == 0
    one[0, 0, 1] = True
    each = images.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(model(each).log_softmax(dim=1).sum(), each)
    expected = slope[0, :, 0, 1].square().sum().item() / 2
    assert right_reasons_penalty(model, images, one).item() == pytest.approx(expected)


def test_the_loss_is_the_sum_of_its_parts_and_its_price_is_told(name: str) -> None:
    model = small(1)
    model.net.train()
    batch = whole(*separable(16))
    objective = RightReasons(regions=name, weight=3.0, covered=0.5, marked=0.25, each=4)
    with CancelScope() as scope:
        loss, parts = objective(model, batch)
    expected = parts["cross_entropy"] + 0.25 * parts["marked"] + 0.5 * parts["filled"] + 3 * parts["region"]
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    assert scope.evaluations == pytest.approx(16 + 4 + 4 + 4 + 8)
    shown = objective.drawn(model, batch)
    assert shown is not None
    assert torch.equal(shown.indices, objective.drawn(model, batch.rows(3, 9)).indices)  # type: ignore[union-attr]


def test_filled_pictures_are_right_without_the_region(name: str) -> None:
    """The mean of what is marked takes its place; everything else stays."""
    model = small(1)
    batch = whole(*separable(16))
    objective = RightReasons(regions=name, fill="mean", each=4)
    shown = objective.drawn(model, batch)
    assert shown is not None
    assert shown.masks is not None
    filled = shown.images.clone()
    for image, mask in zip(filled, shown.masks, strict=True):
        image[0, mask] = image.mean()
    model.net.eval()
    _, parts = objective(model, batch)
    expected = torch.nn.functional.cross_entropy(model(filled), shown.labels).item()
    assert parts["filled"] == pytest.approx(expected, rel=1e-6)
    assert not torch.equal(filled, shown.images)


def test_controls_have_the_same_pictures_and_other_regions(name: str) -> None:
    brought = {source: RightReasons(regions=name, mask_source=source).brought() for source in SOURCES}
    images, masks, labels = brought["expert"]  # type: ignore[misc]
    for source, found in brought.items():
        assert found is not None
        assert torch.equal(found[0], images), source
        assert torch.equal(found[2], labels), source
    sizes = masks.flatten(1).sum(dim=1)
    assert torch.equal(brought["random"][1].flatten(1).sum(dim=1), sizes)  # type: ignore[index]
    assert sorted(map(str, brought["shuffled"][1].tolist())) == sorted(map(str, masks.tolist()))  # type: ignore[index]
    for source in ("random", "shuffled"):
        assert not torch.equal(brought[source][1], masks)  # type: ignore[index]
    assert not brought["none"][1].any()  # type: ignore[index]


def test_labels_go_by_the_names_of_the_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    turned, model = keep(marked(classes=("Right", "left"))), small()
    shown = RightReasons(regions=turned).drawn(model, whole(*separable(4)))
    assert shown is not None
    assert torch.equal(shown.labels, 1 - marked().labels[shown.indices])
    strange = keep(marked(classes=("left", "up")))
    assert "no class 'up'" in RightReasons(regions=strange).obstacle(model)
    assert "1 x 6 x 6" in RightReasons(regions=strange).obstacle(linear([[[[1.0]]], [[[0.0]]]]))
    assert "no marked images called '0123456789abcdef'" in RightReasons(regions="0123456789abcdef").obstacle(model)
    assert RightReasons(regions=turned).obstacle(model) == ""


def test_it_learns_to_ignore_a_mark_that_tells_the_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pixel that gives the class away beside a noisy cue: marked on six images, it is no longer relied upon."""
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    data = dataset(256)
    noise = torch.rand(data.images.shape, generator=torch.Generator().manual_seed(1))
    images = 0.1 * data.images.float() + 190 * noise
    images[:, :, 0, 0] = 255.0 * data.labels.float()[:, None]
    data = type(data)(images.to(torch.uint8), data.labels, data.classes)
    corner = torch.zeros(6, 6, 6, dtype=torch.bool)
    corner[:, 0, 0] = True
    name = keep(MarkedImages(data.images[:6], data.labels[:6], torch.zeros_like(corner), corner, data.classes))
    schedule = Schedule(epochs=6, batch=32, lr=0.1, crop=0, flip=False, bf16=False, held_out=0)
    turned = data.images.float() / 255
    turned[:, :, 0, 0] = 1 - turned[:, :, 0, 0]
    right = {}
    for source in ("expert", "none"):
        model = small(norm=False)
        list(refine(model, RightReasons(regions=name, mask_source=source, each=6), data, schedule))
        right[source] = (model.probabilities(turned).argmax(dim=1) == data.labels).float().mean().item()
    assert right["none"] < 0.3
    assert right["expert"] > right["none"] + 0.3


def test_nothing_to_guide_by_is_said() -> None:
    assert "No marked pictures" in RightReasons().unguided(3)
    assert "not used" in RightReasons(regions="0123456789abcdef", mask_source="none").unguided(3)
    assert RightReasons(regions="0123456789abcdef").unguided(3) == ""
    assert RightReasons(mask_source="random").named.endswith("(the expert's, moved by lot (control))")
