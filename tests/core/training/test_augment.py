"""Crops and mirrors by brute force."""

import itertools

import torch

from core.training.augment import augment
from core.training.schedule import Schedule


def test_crops_and_mirrors_by_brute_force() -> None:
    images = torch.randint(0, 256, (40, 1, 5, 6), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    made, _ = augment(images, None, Schedule(crop=2), torch.Generator().manual_seed(1), 0, 40)
    padded = torch.nn.functional.pad(images.float() / 255, (2, 2, 2, 2))
    places = set()
    for before, after in zip(padded, made, strict=True):
        fits = [
            (down, right, turn)
            for down, right, turn in itertools.product(range(5), range(5), ([], [2]))
            if torch.equal(after, before[:, down : down + 5, right : right + 6].flip(turn))
        ]
        assert fits
        places.add(str(fits[0]))
    assert len(places) > 20
    part, _ = augment(images[10:20], None, Schedule(crop=2), torch.Generator().manual_seed(1), 10, 40)
    assert torch.equal(part, made[10:20])
