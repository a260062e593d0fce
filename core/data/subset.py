"""Some of the images of a data set: drawn by a seed, or set aside for a judgement, whatever the seed."""

from dataclasses import replace

import torch

from core.contracts.batch import stream
from core.contracts.interfaces import Images

RESERVED = 0  # the seed of what is set aside


def few(data: Images, count: int, seed: int) -> Images:
    """`count` images drawn with `seed`, in their order; all of them if `count` is 0 or no less."""
    if not 0 < count < len(data):
        return data
    draws = torch.Generator().manual_seed(stream(seed, "images"))
    kept = torch.randperm(len(data), generator=draws)[:count].sort().values
    return replace(data, images=data.images[kept], labels=data.labels[kept])


def split_held_out(data: Images, count: int, seed: int) -> tuple[Images, Images]:
    """Split off `count` images drawn with `seed`: (the rest, the held-out ones)."""
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(seed))
    kept, away = order[count:].sort().values, order[:count].sort().values
    return (
        Images(data.images[kept], data.labels[kept], data.classes),
        Images(data.images[away], data.labels[away], data.classes),
    )


def set_aside(data: Images, count: int) -> tuple[Images, Images]:
    """(the images to learn from, `count` images set aside), the same ones whenever it is asked; ValueError if too few.

    Those that a training on all images with seed 0 holds out, so that it has not learnt from as many of them either.
    """
    if not count:
        return data, replace(data, images=data.images[:0], labels=data.labels[:0])
    if count >= len(data):
        raise ValueError(f"{count:,} reserved images leave none of the {len(data):,} training images to learn from")
    kept, away = split_held_out(data, count, RESERVED)
    return replace(kept, notes=data.notes), replace(away, notes=data.notes)
