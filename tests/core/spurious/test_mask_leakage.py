"""The leak meter, on masks that tell the class and on masks that do not."""

import torch

from core.occlusion.superpixels import grid
from core.spurious.mask_leakage import mask_leakage


def test_the_leak_meter_sees_a_leak_and_only_a_leak() -> None:
    labels = torch.arange(3000) % 10
    cells = grid(32, 32, 4, 4)
    random = cells[None] == torch.randint(0, 16, (3000, 1, 1), generator=torch.Generator().manual_seed(0))
    told = mask_leakage(random, labels)
    assert told["leak_low"] < told["chance"] < told["leak_high"] + 0.02
    assert 0.1 <= told["chance"] < 0.13
    given_away = random.clone()
    given_away[::4] = cells[None] == labels[::4, None, None]  # a quarter of the masks tell
    told = mask_leakage(given_away, labels)
    assert told["leak_low"] > 0.2
    assert told["leak"] < 0.5
    both = (cells[None] == labels[:, None, None] % 4) ^ (cells[None] == (labels[:, None, None] // 4) + 8)
    assert mask_leakage(both, labels)["leak"] > 0.95
    assert mask_leakage(random[:20], labels[:20]) == {}
