"""Where in a network an attack takes hold: how far it moves what each layer puts out, beside noise of its size."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.base import cancellation
from core.contracts.classifier import Classifier
from core.evaluation.paired import mean_interval

MOST = 12  # layers
INPUT = "input"
CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
Mean = tuple[float, float, float]  # with the ends of its 95 % interval


@dataclass(frozen=True)
class LayerShift:
    """The mean of |f(x') - f(x)| / |f(x)| (L2) over images, f what a layer puts out, or the input itself.

    x' is the attacked image, `attacked`, or the original with noise, `noise`; `difference` is the first minus the
    second, paired. `images`: those with f(x) other than 0, the only ones that count; None if they are fewer than two.
    """

    layer: str
    images: int
    attacked: Mean | None
    noise: Mean | None
    difference: Mean | None

    def told(self) -> dict[str, Any]:
        """In JSON."""
        means = {"attacked": self.attacked, "noise": self.noise, "difference": self.difference}
        return {"layer": self.layer, "images": self.images} | {
            name: each and {"mean": each[0], "interval_95": [each[1], each[2]]} for name, each in means.items()
        }


def layer_shifts(
    classifier: Classifier, images: Tensor, attacked: Tensor, noise: Tensor, *, batch: int = 33,
    on_done: Callable[[int, int], None] | None = None,
) -> list[LayerShift]:  # fmt: skip
    """Of the input and of at most 12 layers, in the order in which the network goes through them.

    images, attacked, noise: (N, C, H, W) in [0, 1]. Layers are convolutions, linear layers and blocks (modules with
    parts, of a kind that occurs more than once, told as a whole); of more than 12 the first, the last and some between.
    """
    if not images.shape == attacked.shape == noise.shape or not len(images):
        raise ValueError(f"expected the same images three times, got {[tuple(x.shape) for x in (attacked, noise)]}")
    names: Sequence[str] = list(_layers(classifier.net))
    found: dict[str, list[Tensor]] = {}
    for begin in range(0, len(images), batch):
        cancellation.check()
        three = torch.cat([each[begin : begin + batch].to(classifier.device) for each in (images, attacked, noise)])
        with classifier.frozen(), torch.no_grad(), _shifts(classifier, names, len(three)) as seen:
            classifier(three)
        if not found:
            names = _spaced(list(seen))
        for name in (INPUT, *names):
            found.setdefault(name, []).append(_relative(three) if name == INPUT else seen[name])
        if on_done is not None:
            on_done(min(begin + batch, len(images)), len(images))
    return [_summary(name, torch.cat(each, dim=1)) for name, each in found.items()]


def _layers(net: nn.Module) -> Iterator[str]:
    """The names of convolutions, linear layers and blocks, none inside another."""
    kinds = Counter(type(module) for module in net.modules())

    def inside(name: str, module: nn.Module) -> Iterator[str]:
        for part, child in module.named_children():
            block = kinds[type(child)] > 1 and type(child) not in CONTAINERS and any(True for _ in child.children())
            if block or isinstance(child, nn.Conv2d | nn.Linear):
                yield name + part
            else:
                yield from inside(f"{name}{part}.", child)

    return inside("", net)


def _spaced(names: Sequence[str]) -> list[str]:
    """At most MOST of them, evenly spaced, the first and the last among them.

    >>> _spaced([str(each) for each in range(23)])
    ['0', '2', '4', '6', '8', '10', '12', '14', '16', '18', '20', '22']
    """
    places = np.linspace(0, len(names) - 1, min(MOST, len(names))).round().astype(int)
    return [names[place] for place in places]


@contextmanager
def _shifts(classifier: Classifier, names: Sequence[str], count: int) -> Iterator[Mapping[str, Tensor]]:
    """`_relative` of what each layer puts out in this thread while inside, by name, in the order of their calls.

    Computed at once, as a later operation may change the values in place. Left out: what is no tensor of `count` rows.
    """
    seen: dict[str, Tensor] = {}
    thread = threading.get_ident()

    def keeper(name: str) -> Any:
        def keep(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if threading.get_ident() == thread and isinstance(output, Tensor) and len(output) == count:
                seen[name] = _relative(output.detach())

        return keep

    handles = [classifier.net.get_submodule(name).register_forward_hook(keeper(name)) for name in names]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def _relative(outputs: Tensor) -> Tensor:
    """(3 n, ...), of originals, attacked and noise -> (2, n): the relative distances of the latter two; 0 / 0 is NaN.

    >>> _relative(torch.tensor([[3.0, 4.0], [3.0, 9.0], [3.0, 4.0]])).tolist()
    [[1.0], [0.0]]
    """
    original, *others = outputs.flatten(1).double().cpu().chunk(3)
    return torch.stack([(each - original).norm(dim=1) / original.norm(dim=1) for each in others])


def _summary(layer: str, values: Tensor) -> LayerShift:
    """Of values (2, N), those that are numbers."""
    attacked, noise = values[:, values.isfinite().all(dim=0)]
    if len(attacked) < 2:
        return LayerShift(layer, len(attacked), None, None, None)
    means = [mean_interval(each.tolist()) for each in (attacked, noise, attacked - noise)]
    return LayerShift(layer, len(attacked), *means)
