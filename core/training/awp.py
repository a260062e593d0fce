"""Adversarial weight perturbation: the worst small change of the weights, and back (arXiv 2004.05884, eq. 8 to 11)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

TINY = 1e-20  # as in the authors' code


@contextmanager
def perturbed(net: nn.Module, gamma: float) -> Iterator[None]:
    """Inside, every weight of two or more dimensions is w + gamma |w| g / |g|, g being the gradient in `.grad`.

    The lengths are those of a whole layer. The authors take one step of gradient ascent on a copy and scale it to that
    length, so that their proxy's learning rate cancels. On leaving, also on error, the weights are exactly as before.
    """
    kept = [
        (weight, weight.detach().clone())
        for name, weight in net.named_parameters()
        if weight.ndim > 1 and "weight" in name and weight.grad is not None
    ]
    try:
        with torch.no_grad():
            for weight, before in kept:
                assert weight.grad is not None
                weight.add_(weight.grad * (gamma * before.norm() / (weight.grad.norm() + TINY)))
        yield
    finally:
        with torch.no_grad():
            for weight, before in kept:
                weight.copy_(before)


def buffers_of(net: nn.Module) -> Callable[[], None]:
    """What puts the running statistics of batch normalisation back to what they are now."""
    kept = [(buffer, buffer.clone()) for buffer in net.buffers()]

    def put_back() -> None:
        for buffer, before in kept:
            buffer.copy_(before)

    return put_back
