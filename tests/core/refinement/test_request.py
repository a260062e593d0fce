"""What a request to refine loads: some of the images, weights or none."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.subset import few
from core.objectives.cross_entropy import CrossEntropy
from core.refinement import request as refinement
from core.refinement.batch_norm import alone
from core.training.schedule import Schedule
from tests.toys import dataset, small


def test_only_some_of_the_images_and_the_same_ones_every_time() -> None:
    data = dataset()
    some, again, others = (few(data, 100, seed) for seed in (0, 0, 1))
    assert len(some) == 100
    assert torch.equal(some.images, again.images)
    assert not torch.equal(some.images, others.images)
    assert few(data, 0, 0) is data
    assert few(data, 999, 0) is data


def test_from_scratch_has_other_weights_but_the_same_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = torch.zeros(300, 1, 28, 28, dtype=torch.uint8)
    strange = Images(pixels, torch.arange(300) % 10, tuple("abcdefghij"))
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: strange)
    schedule = Schedule(held_out=0, seed=5)
    asked = refinement.Refinement("mnist_cnn:standard", "letters", CrossEntropy(), schedule, start="scratch")
    made, _ = asked.load()
    for name, value in mnist_cnn.fresh(5).net.state_dict().items():
        assert torch.equal(value, made.net.state_dict()[name])
    assert made.labels == tuple("abcdefghij")
    learnt, told = replace(asked, start="base").load()
    assert learnt.labels == told.classes == tuple("abcdefghij")  # none of the base's names: it learns these instead
    assert "in place of ‘digit 0’" in told.notes[0]
    with pytest.raises(ValueError, match="can only be refined from their weights"):
        replace(asked, base="torchvision_imagenet:resnet18").load()


def loading(monkeypatch: pytest.MonkeyPatch, classes: tuple[str, ...]) -> refinement.Refinement:
    """A request from scratch on 40 digits of as many classes as there are names."""
    made = Images(torch.zeros(40, 1, 28, 28, dtype=torch.uint8), torch.arange(40) % len(classes), classes)
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: made)
    return refinement.Refinement("mnist_cnn", "x", CrossEntropy(), Schedule(held_out=0, batch=8), start="scratch")


def test_from_scratch_the_head_follows_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier, data = loading(monkeypatch, ("well", "ill", "dead")).load()
    assert classifier.labels == data.classes == ("well", "ill", "dead")
    assert classifier(torch.zeros(2, 1, 28, 28)).shape == (2, 3)


def test_names_of_the_base_are_kept_and_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = loading(monkeypatch, tuple("9876543210"))
    for start in ("scratch", "base"):
        classifier, data = replace(turned, start=start, base="mnist_cnn:standard").load()  # type: ignore[arg-type]
        assert classifier.labels == data.classes == mnist_cnn.LABELS
        assert data.labels[:10].tolist() == list(range(9, -1, -1))


def test_one_class_or_one_image_cannot_be_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = loading(monkeypatch, ("well", "ill"))
    alike = Images(torch.zeros(40, 1, 28, 28, dtype=torch.uint8), torch.zeros(40).long(), ("well", "ill"))
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: alike)
    with pytest.raises(ValueError, match="of one class; expected at least two"):
        asked.load()
    net = nn.Sequential(nn.Conv2d(1, 2, 6), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 2))
    assert "batch normalisation needs two" in alone(Classifier(net, ("a", "b"), (1, 6, 6)), 1)
    assert alone(Classifier(net, ("a", "b"), (1, 6, 6)), 2) == ""
    assert alone(small(), 1) == ""  # four by four values a channel
    assert net[1].num_batches_tracked == 0


@pytest.mark.parametrize(
    "odd",
    [
        {"images": "many"}, {"images": 1.5}, {"images": True}, {"processes": None}, {"save_every": float("nan")},
        {"base": 3}, {"data": ["mnist"]}, {"title": 1},
        {"schedule": {"epochs": 10**400}}, {"schedule": {"lr": 10**400}},
        {"schedule": {"lr": float("nan")}}, {"schedule": {"batch": 1e9}}, {"schedule": {"epochs": -1}},
    ],
    ids=str,
)  # fmt: skip
def test_arguments_that_cannot_be_are_one_sentence(odd: dict[str, object]) -> None:
    usual = {"base": "mnist_cnn", "data": "mnist", "objective": {"method": "cross_entropy"}}
    with pytest.raises(ValueError, match="expected") as caught:
        refinement.Refinement.read(usual | odd)
    assert len(str(caught.value)) < 200
