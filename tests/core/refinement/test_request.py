"""What a request to refine loads: some of the images, weights or none."""

from dataclasses import replace

import pytest
import torch

from core.contracts.interfaces import Images
from core.data.subset import few
from core.objectives.cross_entropy import CrossEntropy
from core.refinement import request as refinement
from core.training.schedule import Schedule
from tests.toys import dataset


def test_only_some_of_the_images_and_the_same_ones_every_time() -> None:
    data = dataset()
    some, again, others = (few(data, 100, seed) for seed in (0, 0, 1))
    assert len(some) == 100
    assert torch.equal(some.images, again.images)
    assert not torch.equal(some.images, others.images)
    assert few(data, 0, 0) is data
    assert few(data, 999, 0) is data


def test_from_scratch_has_other_weights_but_the_same_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.classifiers import mnist_cnn

    pixels = torch.zeros(300, 1, 28, 28, dtype=torch.uint8)
    strange = Images(pixels, torch.zeros(300, dtype=torch.int64), tuple("abcdefghij"))
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: strange)
    schedule = Schedule(held_out=0, seed=5)
    asked = refinement.Refinement("mnist_cnn:standard", "letters", CrossEntropy(), schedule, start="scratch")
    made, _ = asked.load()
    for name, value in mnist_cnn.fresh(5).net.state_dict().items():
        assert torch.equal(value, made.net.state_dict()[name])
    assert made.labels == tuple("abcdefghij")
    kept, _ = replace(asked, start="base").load()
    assert kept.labels == mnist_cnn.LABELS
    with pytest.raises(ValueError, match="can only be refined from their weights"):
        replace(asked, base="torchvision_imagenet:resnet18").load()
