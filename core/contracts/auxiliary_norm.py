"""Auxiliary batch normalisation: a second set of statistics and weights beside the plain one, and the switch to it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

AUXILIARY = "auxiliary_"
TENSORS = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def norms(net: nn.Module) -> list[_BatchNorm]:
    """Every module of batch normalisation in a network."""
    return [module for module in net.modules() if isinstance(module, _BatchNorm)]


def add_auxiliary(net: nn.Module) -> int:
    """Give each batch normalisation a second set, at first a copy of the plain one; how many there are.

    The set is tensors of the same module, called `auxiliary_weight` and so on, that nothing uses but
    `auxiliary_statistics`: the network computes what it did, and of the same modules.
    """
    found = norms(net)
    for norm in found:
        for name in TENSORS:
            if isinstance(weight := norm._parameters.get(name), nn.Parameter):
                own = nn.Parameter(weight.detach().clone(), requires_grad=weight.requires_grad)
                norm.register_parameter(AUXILIARY + name, own)
            elif isinstance(value := norm._buffers.get(name), torch.Tensor):
                norm.register_buffer(AUXILIARY + name, value.clone())
    return len(found)


def has_auxiliary(net: nn.Module) -> bool:
    """Whether a network's batch normalisation has a second set."""
    return any(AUXILIARY + name in {**norm._parameters, **norm._buffers} for norm in norms(net) for name in TENSORS)


@contextmanager
def auxiliary_statistics(net: nn.Module) -> Iterator[None]:
    """Inside, batch normalisation uses, trains and counts its second set; on leaving, also on error, the plain one.

    Not one inside the other, which would be the plain one again. ValueError for a network without a second set.

    >>> net = nn.Sequential(nn.BatchNorm2d(1)).eval()
    >>> _ = add_auxiliary(net), net[0].auxiliary_running_mean.fill_(1.0)
    >>> seen = [net(torch.ones(1, 1, 1, 1)).item()]
    >>> with auxiliary_statistics(net):
    ...     seen.append(net(torch.ones(1, 1, 1, 1)).item())
    >>> [round(value, 3) for value in seen]
    [1.0, 0.0]
    """
    if not has_auxiliary(net):
        raise ValueError("this network has no auxiliary batch normalisation, which has to be put into it first")
    _exchange(net)
    try:
        yield
    finally:
        _exchange(net)


def _exchange(net: nn.Module) -> None:
    for norm in norms(net):
        for table in (norm._parameters, norm._buffers):
            for name in TENSORS:
                if AUXILIARY + name in table:
                    table[name], table[AUXILIARY + name] = table[AUXILIARY + name], table[name]  # type: ignore[assignment]
