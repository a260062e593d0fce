"""Tensors from outside as a network of the allow-list: names, kinds of numbers and the number of outputs looked at."""

from typing import Any

import torch
from torch import Tensor, nn

from core.checkpoints.tensor_files import fit, misfit
from core.classifiers._architectures import Architecture, empty, head
from core.classifiers._fitting import fitting
from core.classifiers._tensor_names import arranged
from core.contracts.preprocessing import Preprocessing


def network(
    name: str,
    design: Architecture,
    tensors: dict[str, Tensor],
    labels: tuple[str, ...],
    how: Preprocessing,
    output: str = "softmax",
) -> tuple[nn.Module, list[str]]:
    """The network in evaluation mode, and sentences on what was done to the tensors; ValueError if they do not fit.

    labels: the classes, or the findings of a multi-label one. Where nothing else is said, a single output, as it is
    trained with a sigmoid, becomes two classes with the same probabilities.
    """
    wanted = 1 if output == "sigmoid" else len(labels)
    net = empty(design, wanted, how.size)
    plain, notes = arranged(tensors, net.state_dict(), design.rename)
    last = head(net)
    outputs = len(plain[last]) if last in plain and plain[last].ndim >= 2 else wanted
    single = outputs == 1 and wanted == 2 and output == "softmax"
    given = _two_classes(plain, last) if single else plain
    if not single and outputs != wanted and _all_but_the_head(net, given, last):
        what = f"tell {outputs} classes apart" if outputs > 1 else "have a single output, for two classes"
        said = "a single output was declared" if output == "sigmoid" else f"{len(labels)} labels were given"
        raise ValueError(f"the weights {what}, but {said}")
    if said := misfit(net, given):
        others = fitting(tensors, design.name)
        hint = f"; its tensors are called and shaped like those of {others}" if others else ""
        raise ValueError(f"{name} does not fit the architecture {design.name}{hint}. Tensors {said}")
    fit(net, given, name)
    if broken := [key for key, value in net.state_dict().items() if not torch.isfinite(value).all()]:
        raise ValueError(f"the weights hold values that are not finite numbers, in {broken[0]}")
    _answers(net, how, name)
    if single:
        _the_same(net, design, plain, how)
        notes.append(
            f"the network has one output, whose sigmoid is taken as the probability of {labels[1]!r}; it was made two "
            "with the same probabilities"
        )
    return net, [f"{note[0].upper()}{note[1:]}." for note in notes]


def _all_but_the_head(net: nn.Module, given: dict[str, Tensor], last: str) -> bool:
    """Whether the number of outputs is all that does not fit."""
    heads = (last, last.removesuffix("weight") + "bias")
    wanted = net.state_dict()
    filled: dict[str, Any] = given | {key: wanted[key] for key in heads if key in given and key in wanted}
    return not misfit(net, filled)


def _two_classes(tensors: dict[str, Tensor], last: str) -> dict[str, Tensor]:
    """A head z as (-z/2, z/2): softmax then gives the sigmoid of z for the second, and both have gradients."""
    made = dict(tensors)
    for key in (last, last.removesuffix("weight") + "bias"):
        if key in made and made[key].is_floating_point():
            half = made[key].float() / 2 if made[key].dtype != torch.float64 else made[key] / 2
            made[key] = torch.cat([-half, half])
    return made


@torch.no_grad()
def _answers(net: nn.Module, how: Preprocessing, name: str) -> None:
    """ValueError if the network gives something else than finite numbers for plain images or for noise."""
    noise = torch.rand(1, *how.size, generator=torch.Generator().manual_seed(0))
    probe = torch.cat([torch.zeros_like(noise), torch.ones_like(noise), noise])
    if not how.around(net, ())(probe).isfinite().all():
        raise ValueError(f"the weights of {name} are finite, but their answers are not: no image has a probability")


@torch.no_grad()
def _the_same(net: nn.Module, design: Architecture, plain: dict[str, Tensor], how: Preprocessing) -> None:
    """ValueError unless the difference of the two outputs is the one output that there was."""
    one = empty(design, 1, how.size)
    fit(one, plain, design.name)
    probe = torch.rand(4, *how.size, generator=torch.Generator().manual_seed(0))
    said, before = how.around(net, ())(probe), how.around(one, ())(probe)[:, 0]
    if not torch.allclose(said[:, 1] - said[:, 0], before, rtol=1e-4, atol=1e-4 * float(before.abs().max())):
        raise ValueError(f"{design.name} changes its outputs after the last layer, so a single one cannot be made two")
