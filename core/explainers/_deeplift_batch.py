"""DeepLIFT's rescale rule for many images and a background in batches: the values that shap computes image by image.

shap sends every image forward and back once for each image of the background. Here each of either goes forward once,
and what the layers that are not linear took is kept; the larger set of the two goes back once for each of the smaller.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from core.base import cancellation
from core.contracts.classifier import Classifier
from core.explainers._deeplift_rules import KINDS, POOLS, Seen, look, multiplier, pooled
from core.occlusion.masking import batch_size

MOST = 32  # images that go back together on a CPU: what more of them leave in the layers is too much for its cache
WAY_BACK = 2 / 3  # of what a gradient evaluation costs


def explained(
    copy: Classifier, images: Tensor, targets: Tensor, others: Tensor, *, own: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """Maps (N, H, W), the logits of the targets (N,), and their mean over the background (N,).

    A map is the sum over channels and the mean over `others` (M, C, H, W) of multiplier(x, b) (x - b). own: each image
    has one of `others` to itself, M = N. copy: a classifier whose network core.explainers._deeplift_reach lets through,
    in the precision of the images; it is hooked meanwhile.
    """
    turned = not own and len(images) < len(others)
    many, few = (others, images) if turned else (images, others)
    size = min(MOST, batch_size(images)) if images.device.type == "cpu" else batch_size(images)
    maps = images.new_zeros(len(images), *images.shape[2:])
    of_many, of_few = (images.new_zeros(len(each), len(copy.labels)) for each in (many, few))
    with _paired(copy.net) as pairs:
        for held in _cut(0, len(few), size):
            pairs.keeping, pairs.last = True, None
            with torch.no_grad():
                of_few[held] = copy(few[held])
            pairs.keeping = False
            for rows in [held] if own else _cut(0, len(many), size):
                going = many[rows].detach().requires_grad_()
                with torch.enable_grad():
                    logits = copy(going)
                of_many[rows] = logits.detach()
                for place, now in enumerate([held] if own else _cut(held.start, held.stop, 1)):
                    pairs.now = slice(None) if own else slice(place, place + 1)
                    wanted = targets[now].expand(len(going)) if turned else targets[rows]
                    gradient = _way_back(logits, wanted, going, first=place == 0)
                    if turned:
                        maps[now] += (gradient * (few[now] - going.detach())).sum(dim=(0, 1))
                    else:
                        maps[rows] += (gradient * (going.detach() - few[now])).sum(dim=1)
    of_images, of_others = (of_few, of_many) if turned else (of_many, of_few)
    scores = of_images.gather(1, targets[:, None])[:, 0]
    if own:
        return maps, scores, of_others.gather(1, targets[:, None])[:, 0]
    return maps / len(others), scores, of_others.mean(dim=0)[targets]


def _cut(start: int, stop: int, size: int) -> list[slice]:
    return [slice(place, min(place + size, stop)) for place in range(start, stop, size)]


def _way_back(logits: Tensor, targets: Tensor, images: Tensor, first: bool) -> Tensor:
    """The multipliers (n, C, H, W) of images for the logits of targets (n,); the graph is kept."""
    cancellation.check()
    if not first:
        cancellation.extra(WAY_BACK * len(images))
    with torch.enable_grad():
        score = logits.gather(1, targets[:, None]).sum()
    found: Tensor = torch.autograd.grad(score, images, retain_graph=True)[0]
    return found


@dataclass(eq=False)
class _Pairs:
    """What the layers took of the smaller set (`kept`), and which of it the larger is paired with (`now`).

    That is one of the kept, or all, each with its own. `last`: the layer passed last, with what went in and came out.
    """

    now: slice = field(default_factory=lambda: slice(None))
    keeping: bool = True
    kept: dict[nn.Module, Seen] = field(default_factory=dict)
    last: tuple[nn.Module, Seen, Tensor, Tensor] | None = None

    def hook(self, layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor | None:
        """Of a layer, after its forward pass. Max pooling right after another layer sends back to that one's input."""
        before = inputs[0]
        seen = look(layer, before.detach(), output.detach(), slope=self.keeping)
        if self.keeping:
            self.kept[layer] = seen
            return None
        path = [(layer, seen)]
        if type(layer) in POOLS and self.last is not None and self.last[3] is before:
            path, before = [self.last[:2], *path], self.last[2]
        rescaled: Tensor = _Rescaled.apply(before, seen.gave, self, path)  # type: ignore[no-untyped-call]
        self.last = None if type(layer) in POOLS else (layer, seen, before, rescaled)
        return rescaled


class _Rescaled(torch.autograd.Function):
    """A layer, or one and the max pooling after it, which sends back multipliers in place of slopes."""

    @staticmethod
    def forward(ctx: Any, _before: Tensor, gave: Tensor, pairs: _Pairs, path: list[tuple[nn.Module, Seen]]) -> Tensor:
        ctx.told = pairs, path
        return gave.view_as(gave)

    @staticmethod
    @once_differentiable  # type: ignore[misc,no-untyped-call]
    def backward(ctx: Any, above: Tensor) -> tuple[Tensor | None, ...]:
        pairs, path = ctx.told
        *under, (layer, one, other) = [(each, one, pairs.kept[each].rows(pairs.now)) for each, one in path]
        if type(layer) in POOLS:
            return pooled(one, other, above, *under), None, None, None
        return multiplier(layer, one, other).mul_(above), None, None, None


@contextmanager
def _paired(net: nn.Module) -> Iterator[_Pairs]:
    pairs = _Pairs()
    handles = [layer.register_forward_hook(pairs.hook) for layer in net.modules() if type(layer) in KINDS]
    try:
        yield pairs
    finally:
        for handle in handles:
            handle.remove()
        pairs.last = None  # its graph leads back to `pairs`: a circle that no search for garbage finds
        pairs.kept.clear()
