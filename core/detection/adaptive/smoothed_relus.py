"""The ReLUs of a network smoothed for a while, without a change to it, so that it has second derivatives."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode


def _soft_relu(beta: float, x: Tensor, *_: Any, **__: Any) -> Tensor:
    return functional.softplus(x, beta=beta)


def _soft_leaky(beta: float, x: Tensor, negative_slope: float = 0.01, *_: Any, **__: Any) -> Tensor:
    return negative_slope * x + (1 - negative_slope) * functional.softplus(x, beta=beta)


def _soft_clip(beta: float, x: Tensor, min_val: float = -1.0, max_val: float = 1.0, *_: Any, **__: Any) -> Tensor:
    return min_val + functional.softplus(x - min_val, beta=beta) - functional.softplus(x - max_val, beta=beta)


SMOOTHED: Mapping[Callable[..., Tensor], Callable[..., Tensor]] = {
    **dict.fromkeys((functional.relu, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_), _soft_relu),
    functional.leaky_relu: _soft_leaky,
    functional.hardtanh: _soft_clip,
    functional.relu6: partial(_soft_clip, min_val=0.0, max_val=6.0),
}
IN_PLACE = (torch.relu_, Tensor.relu_)


class SmoothedReLUs(TorchFunctionMode):
    """While entered, in this thread, every ReLU is softplus(x) = log(1 + exp(beta x)) / beta, whoever calls it.

    Leaky ReLU, ReLU6 and hardtanh, which are made of ReLUs, are smoothed alike; no network is changed, and other ways
    to write a kink (a clamp, PReLU, max pooling) stay.

    >>> x = torch.tensor([-1.0, 0.0, 9.0])
    >>> with SmoothedReLUs(beta=10.0):
    ...     soft = torch.nn.ReLU()(x)
    >>> [round(each, 4) for each in soft.tolist()], torch.nn.ReLU()(x).tolist()
    ([0.0, 0.0693, 9.0], [0.0, 0.0, 9.0])
    """

    def __init__(self, beta: float) -> None:
        super().__init__()
        self.beta = beta

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        named = dict(kwargs or {})
        if func not in SMOOTHED:
            return func(*args, **named)
        if not (named.pop("inplace", False) or func in IN_PLACE or args[-1] is True):
            return SMOOTHED[func](self.beta, *args, **named)
        return args[0].copy_(SMOOTHED[func](self.beta, args[0].clone(), *args[1:], **named))
