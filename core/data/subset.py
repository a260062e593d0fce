"""Some of the images of a data set, drawn by a seed."""

from dataclasses import replace

import torch

from core.contracts.batch import stream
from core.contracts.interfaces import Images


def few(data: Images, count: int, seed: int) -> Images:
    """`count` images drawn with `seed`, in their order; all of them if `count` is 0 or no less."""
    if not 0 < count < len(data):
        return data
    draws = torch.Generator().manual_seed(stream(seed, "images"))
    kept = torch.randperm(len(data), generator=draws)[:count].sort().values
    return replace(data, images=data.images[kept], labels=data.labels[kept])
