"""An objective that keeps maps of numbers: they move with their images, come with the other image, and survive."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from torch import Tensor

from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective
from core.distributed.fabric import make_fabric
from core.runs.training_trail import mask_hash
from core.training.augment import augment
from core.training.mask_refresh import refreshed
from core.training.resume import State
from core.training.schedule import Schedule
from tests.core.training.trainings import new, same
from tests.toys import dataset, small


@dataclass(frozen=True)
class KeepsMaps(Objective):
    """Keeps the brightness of each image, less 0.5, and reads off whether it lies where the image lies."""

    key = "keeps_maps"
    kept_as: ClassVar[torch.dtype] = torch.float16
    wrong_type: bool = False

    @property
    def pairs(self) -> bool:
        return True

    def due(self, epoch: int) -> bool:
        return epoch == 0

    def refresh(self, classifier: Classifier, teacher: Classifier, batch: Batch, epoch: int) -> Tensor | None:
        return (batch.images[:, 0] - 0.5).to(torch.float32 if self.wrong_type else torch.float16)

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        assert batch.masks is not None
        assert batch.others is not None
        assert batch.other_masks is not None
        assert batch.other_labels is not None
        assert batch.masks.dtype == batch.other_masks.dtype == torch.float32
        inside = batch.images[:, 0] > 0  # what is cropped in is black, and 0 in the map
        apart = ((batch.masks - (batch.images[:, 0] - 0.5)) * inside).abs().max()
        others = (batch.other_masks - (batch.others[:, 0] - 0.5)).abs().max()
        answers = classifier(batch.images)
        loss = torch.nn.functional.cross_entropy(answers, batch.labels)
        beside = torch.nn.functional.cross_entropy(classifier(batch.others), batch.other_labels)
        return loss + 0.1 * beside, {"apart": apart.item(), "others": others.item()}


def test_maps_are_cropped_and_mirrored_with_their_images() -> None:
    images = torch.randint(1, 256, (40, 1, 5, 6), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    maps = (images[:, 0].float() - 300).half()
    seen, moved = augment(images, maps, Schedule(crop=2), torch.Generator().manual_seed(1), 0, 40)
    assert moved is not None
    assert moved.dtype == torch.float32
    inside = seen[:, 0] > 0
    assert torch.equal(moved[inside], (seen[:, 0] * 255 - 300)[inside].half().float())
    assert not moved[~inside].any()
    assert (~inside).any()


def test_a_training_hands_maps_out_with_both_images_and_goes_on_with_them() -> None:
    whole = new(KeepsMaps())
    steps = list(whole)
    assert max(step.parts["apart"] for step in steps) < 1e-3
    assert max(step.parts["others"] for step in steps) < 1e-3
    assert whole.masks is not None
    assert whole.masks.dtype == torch.float16
    assert steps[0].masks == {"reached": 1.0}
    part, going = new(KeepsMaps()), new(KeepsMaps())
    for _, _step in zip(range(4), part, strict=False):
        pass
    going.restore(part.state())
    list(going)
    same(whole.classifier, going.classifier)


def test_maps_are_kept_in_a_state_file(tmp_path: Path) -> None:
    training = new(KeepsMaps())
    next(iter(training))
    training.state().save(tmp_path / "state.safetensors")
    found = State.load(tmp_path / "state.safetensors").tensors["masks"]
    assert found.dtype == torch.float16
    assert torch.equal(found, training.masks)


def test_what_is_kept_must_be_of_the_type_that_is_said() -> None:
    with pytest.raises(ValueError, match="keeps_maps: expected torch.float16"):
        refreshed(KeepsMaps(wrong_type=True), small(), small(), dataset(20), None, 0, 0, make_fabric("cpu"))


def test_maps_have_hashes_of_their_own() -> None:
    maps = torch.arange(24).view(2, 3, 4).half()
    assert len({mask_hash(each) for each in (maps, maps.flip(0), maps + 1, maps.bool())}) == 4
