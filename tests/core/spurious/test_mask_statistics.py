"""What is said of masks: numbers by hand, in little memory, until a stop."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from core.base.cancellation import Cancelled, CancelScope
from core.spurious.mask_leakage import mask_leakage
from core.spurious.mask_statistics import mask_statistics


@pytest.mark.parametrize("part", [1, 3, 1000])
def test_mask_numbers_by_hand(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.spurious.mask_statistics.PART", part)
    masks = torch.zeros(4, 2, 2, dtype=torch.bool)
    masks[0, 0, 0] = masks[1, 0, 0] = masks[1, 0, 1] = masks[2, 1, 1] = True
    before = torch.zeros_like(masks)
    before[0, 0, 0] = before[1, 0, 1] = True
    told = mask_statistics(masks, before)
    assert told["size"] == 4 / 16
    assert told["empty"] == 0.25
    assert told["drift"] == 1 - (1 + 0.5) / 2
    assert told["overlap"] == (0.5 + 0 + 0 + 0) / 4
    assert "drift" not in mask_statistics(masks, None)


class Largest(TorchDispatchMode):
    """The most bytes that one tensor takes which an operation returns."""

    bytes = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = function(*args, **(kwargs or {}))
        if isinstance(made, Tensor):
            self.bytes = max(self.bytes, made.numel() * made.element_size())
        return made


@pytest.mark.parametrize("asked", [mask_leakage, mask_statistics])
def test_a_stop_ends_what_is_said_of_masks(asked: Callable[[Tensor, Any], object]) -> None:
    masks = torch.zeros(60, 4, 4, dtype=torch.bool)
    with CancelScope() as scope, pytest.raises(Cancelled):
        scope.stop()
        asked(masks, masks if asked is mask_statistics else torch.zeros(60, dtype=torch.long))


def test_what_is_said_of_masks_takes_little_more_memory_than_they_do() -> None:
    masks, labels = torch.rand(2000, 32, 32) < 0.2, torch.arange(2000) % 10
    with Largest() as seen:
        mask_statistics(masks, masks)
        mask_leakage(masks, labels)
    assert 0 < seen.bytes <= masks.numel()
