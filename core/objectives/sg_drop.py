"""SGDrop (Bertoin, Sanchez, Zouitine, Rachelson 2024, arXiv 2409.17370): learning without the most salient features."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, interpolate

from core.base.params import param
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective

UNITS = {"places": "whole places, in all maps at once", "values": "single values of single maps"}
SIGNS = {"absolute": "whatever it did to the score", "positive": "only if it raised the score"}
NO_MAPS = "SGDrop is for convolutional networks: it needs a layer that puts out maps, and {what}"


def kept_scale(saliency: Tensor, rho: float) -> Tensor:
    """1[R <= its rho-quantile], times how many there are over how many are kept: saliency (N, ...) -> (N, ...).

    The quantile, of each image by itself, lies between two values where no value is it. All are kept where all are
    alike.

    >>> kept_scale(torch.tensor([[[3.0, 1.0], [2.0, 0.0]]]), 0.7).flatten().tolist()  # the quantile is 2.1: 3 goes
    [0.0, 1.33..., 1.33..., 1.33...]
    """
    rows = saliency.flatten(1)
    keep = rows <= rows.quantile(rho, dim=1, keepdim=True)
    return (keep / keep.float().mean(dim=1, keepdim=True)).view_as(saliency)


@dataclass(frozen=True)
class SGDrop(Objective):
    """[REC] mean_i CE with the most salient features of the last maps A switched off: A <- A k numel / sum(k).

    k = 1[R <= quantile_rho(R)], R = |A dz_y/dA| summed over the maps, so that whole places go; A is what `cam_layer`
    puts out. The paper's is that an attribution of the feature map tells the most salient features, which are dropped
    while training and only then. Reconstructed: the formula of R, its sum over the maps, the rescaling as in dropout,
    rho, and that R is looked at with the network in evaluation mode, without gradients of its own. `unit` and `sign`
    have the other readings: each value by itself, and max(A dz_y/dA, 0). The opposite of saliency-guided training,
    which replaces the least salient. Not a defence: the authors aim at learning from few images.

    Looking counts as a gradient evaluation an image, somewhat more than it takes: the way back ends at the layer.
    """

    key = "sg_drop"
    title = "SGDrop (saliency-guided dropout)"
    settled = True
    plain = (
        "Learns with the places switched off that the model looks at most, so that it looks at more of the picture; it "
        "is no protection against attacks."
    )
    cite = "Bertoin, Sanchez, Zouitine, Rachelson 2024, arXiv 2409.17370; formulas reconstructed"

    rho: float = param(0.9, low=0.1, high=1.0, step=0.05, title="Share kept (1 = off)",
                       help="How much of what the network sees in its last maps is kept; the rest, what the answer "
                       "depends on most, is switched off")  # fmt: skip
    unit: str = param("places", choices=UNITS, title="Switched off",
                      help="Whether everything seen at a place goes at once")  # fmt: skip
    sign: str = param("absolute", choices=SIGNS, title="Counts as important",
                      help="Whether what lowered the score of the right answer counts too")  # fmt: skip

    def obstacle(self, classifier: Classifier) -> str:
        return "" if classifier.cam_layer else NO_MAPS.format(what="this one names none")

    def scale(self, classifier: Classifier, batch: Batch) -> tuple[Tensor, int]:
        """What A is multiplied by, (n, D, h, w) or (n, 1, h, w), and in which call of the layer in a pass, the last.

        Never in half precision. ValueError if there is no such layer.
        """
        if reason := self.obstacle(classifier):
            raise ValueError(reason)
        half = torch.autocast(batch.images.device.type, enabled=False)
        with classifier.frozen(), half, classifier.watch(classifier.cam_layer, leaf=True) as seen, torch.enable_grad():
            scores = classifier(batch.images).gather(1, batch.labels[:, None])
            maps = _expect_maps(seen, batch.images, classifier.cam_layer)
            (slopes,) = torch.autograd.grad(scores.sum(), maps)
        given = maps.detach() * slopes
        saliency = given.abs() if self.sign == "absolute" else given.relu()
        return kept_scale(saliency.sum(dim=1, keepdim=True) if self.unit == "places" else saliency, self.rho), len(seen)

    def example_masks(self, classifier: Classifier, batch: Batch) -> Tensor | None:
        """The places where at least half of the maps are switched off, as large as the images."""
        off = (self.scale(classifier, batch)[0] == 0).float().mean(dim=1, keepdim=True) >= 0.5
        return interpolate(off.float(), batch.images.shape[2:])[:, 0] > 0.5

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        scale, calls = self.scale(classifier, batch)
        with multiplied(classifier.net.get_submodule(classifier.cam_layer), scale, calls):
            loss = cross_entropy(classifier(batch.images), batch.labels)
        return loss, {"cross_entropy": loss.item()}


def _expect_maps(seen: list[Tensor], images: Tensor, layer: str) -> Tensor:
    """The last output of the layer; ValueError unless it is (N, D, h, w), h and w shaped like the images."""
    if not seen:
        raise ValueError(NO_MAPS.format(what=f"{layer!r} takes no part in the answer"))
    shape, (height, width) = tuple(seen[-1].shape), images.shape[2:]
    if len(shape) == 4:
        first, last = (abs(math.log(a / b * width / height)) for a, b in (shape[1:3], shape[2:]))
        if last <= first:
            return seen[-1]
    raise ValueError(NO_MAPS.format(what=f"{layer!r} puts out {shape}"))


@contextmanager
def multiplied(module: nn.Module, scale: Tensor, call: int) -> Iterator[None]:
    """Inside, the output of that call of the module, counted from 1, is multiplied by `scale`, which takes no part in
    the gradient.
    """
    calls = iter(range(1, call + 1))

    def apply(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor | None:
        return output * scale.to(output.dtype) if next(calls, 0) == call else None

    handle = module.register_forward_hook(apply)
    try:
        yield
    finally:
        handle.remove()


OBJECTIVES: tuple[type[Objective], ...] = (SGDrop,)
