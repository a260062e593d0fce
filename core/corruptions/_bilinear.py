"""Pictures read between their pixels, and beyond their edges in a mirror."""

import torch
from torch import Tensor


def between(images: Tensor, rows: Tensor, columns: Tensor, *, twice: bool) -> Tensor:
    """images (N, C, H, W) at the places rows, columns (N, h, w), linear between pixels: (N, C, h, w).

    Beyond the edge the picture goes on in a mirror, in which the outermost pixel comes `twice` or once.

    >>> row = torch.tensor([[[[0.0, 10.0, 20.0]]]])
    >>> places = torch.tensor([[[0.5, -1.0, 2.5]]])
    >>> between(row, torch.zeros(1, 1, 3), places, twice=False).tolist()
    [[[[5.0, 10.0, 15.0]]]]
    >>> between(row, torch.zeros(1, 1, 3), places, twice=True).tolist()
    [[[[5.0, 0.0, 20.0]]]]
    """
    above, before = rows.floor(), columns.floor()
    down, right = (rows - above)[:, None], (columns - before)[:, None]
    flat = images.flatten(2)
    height, width = images.shape[2:]

    def at(row: Tensor, column: Tensor) -> Tensor:
        index = _inside(row.long(), height, twice) * width + _inside(column.long(), width, twice)
        taken = flat.gather(2, index.flatten(1)[:, None].expand(-1, images.shape[1], -1))
        return taken.reshape(*images.shape[:2], *rows.shape[1:])

    upper = (1 - right) * at(above, before) + right * at(above, before + 1)
    lower = (1 - right) * at(above + 1, before) + right * at(above + 1, before + 1)
    return (1 - down) * upper + down * lower


def _inside(index: Tensor, count: int, twice: bool) -> Tensor:
    """Which of `count` pixels a mirror shows at each index, which may lie anywhere."""
    period = 2 * count if twice else max(2 * count - 2, 1)
    index = index.remainder(period)
    return torch.where(index < count, index, period - index - int(twice))
