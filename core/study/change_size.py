"""How large a change of an image is, and what saving the image in 8 bits leaves of it."""

from torch import Tensor


def eight_bit(images: Tensor) -> Tensor:
    """The images as saving them in 8 bits a channel leaves them: rounded to multiples of 1/255."""
    return (images * 255).round().clamp(0, 255) / 255


def sizes(change: Tensor) -> dict[str, float]:
    """How large a change (C, H, W) is: `linf` (largest of any value), `l2`, `l1`, and `l0` (pixels touched at all).

    >>> import torch
    >>> sizes(torch.tensor([[[0.3, 0.0], [0.0, -0.4]]]))
    {'linf': 0.4..., 'l2': 0.5, 'l1': 0.7..., 'l0': 2.0}
    """
    flat = change.double().flatten()
    touched = (change.abs() > 1e-7).any(dim=0).sum()
    return {
        "linf": flat.abs().max().item(),
        "l2": round(flat.norm().item(), 7),
        "l1": flat.abs().sum().item(),
        "l0": float(touched),
    }
