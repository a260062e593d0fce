"""What DeepLIFT puts in place of a layer's slope, for many pairs of inputs at once; shap's rules, layer by layer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

NEAR = 1e-6  # inputs closer than this get the slope, as their quotient has no digits left: shap's numbers
NEAR_POOLED = 1e-7  # and 0 at max pooling
BENT = (nn.ReLU, nn.LeakyReLU)  # straight on both sides of 0
SMOOTH = (nn.ELU, nn.SELU, nn.GELU, nn.Sigmoid, nn.Tanh, nn.Softplus)
POOLS: dict[type[nn.Module], tuple[int, Callable[..., Any]]] = {
    nn.MaxPool1d: (1, nn.functional.max_pool1d), nn.MaxPool2d: (2, nn.functional.max_pool2d),
    nn.MaxPool3d: (3, nn.functional.max_pool3d),
}  # fmt: skip
KINDS = {*BENT, *SMOOTH, *POOLS}


@dataclass(frozen=True, eq=False)
class Seen:
    """What a layer took and gave, and `slope`, of a smooth one, or `places`, of max pooling: of each window's largest.

    Places are counted through a channel, as torch does.
    """

    took: Tensor
    gave: Tensor
    slope: Tensor | None = None
    places: Tensor | None = None

    def rows(self, which: slice) -> "Seen":
        """Those of some images."""
        parts = (self.took, self.gave, self.slope, self.places)
        return Seen(*(None if part is None else part[which] for part in parts))  # type: ignore[arg-type]


def look(layer: nn.Module, took: Tensor, gave: Tensor, *, slope: bool) -> Seen:
    """What the rules below need of one forward pass; `slope`: whether this side tells the slope."""
    if isinstance(layer, nn.MaxPool1d | nn.MaxPool2d | nn.MaxPool3d):
        _, places = POOLS[type(layer)][1](
            took, layer.kernel_size, layer.stride, layer.padding, layer.dilation, ceil_mode=layer.ceil_mode,
            return_indices=True,
        )  # fmt: skip
        return Seen(took, gave, places=places)
    if not slope or isinstance(layer, BENT):
        return Seen(took, gave)
    with torch.enable_grad():
        inputs = took.clone().requires_grad_()
        (found,) = torch.autograd.grad(layer.forward(inputs).sum(), inputs)
    return Seen(took, gave, slope=found)


def multiplier(layer: nn.Module, one: Seen, other: Seen) -> Tensor:
    """(f(u) - f(v)) / (u - v) of an elementwise layer, u of `one` and v of `other`; where they are equal, f'(v).

    For ReLU it is max(u, v) / |u - v|, kept to [0, 1], which loses no digits. Between 3 and -1 that is 3/4:

    >>> u, v = torch.tensor([3.0, 3.0, -2.0, 0.0]), torch.tensor([-1.0, 2.0, -2.0, 0.0])
    >>> multiplier(nn.ReLU(), Seen(u, u.relu()), Seen(v, v.relu())).tolist()
    [0.75, 1.0, 0.0, 0.0]
    """
    apart = one.took - other.took
    if isinstance(layer, BENT):
        risen = torch.maximum(one.took, other.took).div_(apart.abs_()).clamp_(0, 1).nan_to_num_(0)
        return risen if isinstance(layer, nn.ReLU) else risen.mul_(1 - layer.negative_slope).add_(layer.negative_slope)
    assert other.slope is not None
    return torch.where(apart.abs() < NEAR, other.slope, (one.gave - other.gave) / apart)


def pooled(one: Seen, other: Seen, above: Tensor, under: tuple[nn.Module, Seen, Seen] | None = None) -> Tensor:
    """What max pooling sends back of `above`: the difference of two windows' largest, to the place of the larger.

    There it is divided by the difference of the inputs. `under`: an elementwise layer f right below and what it took;
    then what that layer sends back: times (f(u) - f(v)) / (u - v), of which the numerator is the divisor and cancels.
    Selections are products with 0 or 1, which is faster than torch.where. The largest of (0.1, 0.9) is 0.3 above that
    of (0.6, 0.5), and the second of them, where it is, 0.4:

    >>> pool = nn.MaxPool1d(2)
    >>> inputs = torch.tensor([[[0.1, 0.9]]]), torch.tensor([[[0.6, 0.5]]])
    >>> seen = [look(pool, each, pool(each), slope=False) for each in inputs]
    >>> [round(value, 4) for value in pooled(*seen, torch.ones(1, 1, 1)).flatten().tolist()]
    [0.0, 0.75]
    """
    assert one.places is not None
    assert other.places is not None
    risen, places = one.gave.flatten(2) - other.gave.flatten(2), other.places.flatten(2)
    places = (one.places.flatten(2) - places).mul_(risen > 0).add_(places)
    lower, lower_other = (one, other) if under is None else under[1:]
    took, took_other = _at(lower.took, places), _at(lower_other.took, places)
    apart = took - took_other if under is None else under[0].forward(took).sub_(under[0].forward(took_other))
    share = risen.mul_(apart.abs_() >= NEAR_POOLED).div_(took.sub_(took_other)).nan_to_num_(0).mul_(above.flatten(2))
    return torch.zeros_like(lower.took).flatten(2).scatter_(2, places, share).view(lower.took.shape)


def _at(values: Tensor, places: Tensor) -> Tensor:
    """(N or 1, C, ...) at places (N, C, P) of each channel -> (N, C, P)."""
    return values.flatten(2).expand(len(places), -1, -1).gather(2, places)
