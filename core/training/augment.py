"""Random crops and mirrors of a batch, its masks moved with the images."""

import torch
from torch import Tensor
from torch.nn.functional import pad

from core.training.schedule import Schedule


def augment(
    images: Tensor, masks: Tensor | None, schedule: Schedule, generator: torch.Generator, first: int, whole: int
) -> tuple[Tensor, Tensor | None]:
    """uint8 (n, C, H, W) -> float in [0, 1], each padded with black, cropped at random, mirrored one time in two.

    masks (n, H, W), bool or float maps, are cropped and mirrored alike; what is cropped in is not masked, or 0. The
    images are rows `first` onwards of a batch of `whole`, for all of which is drawn.
    """
    count, _, height, width = images.shape
    rows, device = slice(first, first + count), images.device
    values = images.float() / 255
    if masks is not None:
        values = torch.cat([values, masks[:, None].float()], dim=1)
    if border := schedule.crop:
        offsets = torch.randint(0, 2 * border + 1, (whole, 2), generator=generator)[rows].to(device)
        down = offsets[:, :1] + torch.arange(height, device=device)
        right = offsets[:, 1:] + torch.arange(width, device=device)
        padded = pad(values, (border, border, border, border))
        each = torch.arange(count, device=device)[:, None, None]
        values = padded[each, :, down[:, :, None], right[:, None, :]].permute(0, 3, 1, 2)
    if schedule.flip:
        mirrored = (torch.rand(whole, generator=generator) < 0.5)[rows].to(device)
        values = torch.where(mirrored.view(-1, 1, 1, 1), values.flip(3), values)
    channels_last = {"memory_format": torch.channels_last}
    if masks is None:
        return values.contiguous(**channels_last), None  # type: ignore[call-overload]
    moved = values[:, -1] > 0.5 if masks.dtype == torch.bool else values[:, -1].contiguous()
    return values[:, :-1].contiguous(**channels_last), moved  # type: ignore[call-overload]
