"""Grad-CAM++ (Chattopadhay et al. 2018, arXiv 1710.11063)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from core.contracts.ascend import laid_out
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.occlusion.masking import batch_size

NO_GRID = "Grad-CAM++ needs a layer that puts out maps; {layer!r} of this classifier puts out {shape}"


def as_maps(output: Tensor, images: Tensor, layer: str = "") -> Tensor:
    """A layer's output as maps (N, D, h, w).

    Four dimensions are (N, D, h, w), or (N, h, w, D) as in Swin transformers if only that fits the picture's shape.
    Three are tokens (N, T, D) of a square picture, T = h * h, or one more: the class token, in front, is dropped.

    >>> as_maps(torch.zeros(2, 50, 6), torch.zeros(2, 3, 28, 28)).shape
    torch.Size([2, 6, 7, 7])
    >>> as_maps(torch.zeros(2, 7, 7, 12), torch.zeros(2, 3, 28, 28)).shape
    torch.Size([2, 12, 7, 7])
    """
    height, width = images.shape[2:]
    if isinstance(output, Tensor) and output.ndim == 4 and len(output) == len(images):
        _, a, b, c = output.shape
        off = [abs(math.log(tall / wide * width / height)) for tall, wide in ((b, c), (a, b))]
        return output.permute(0, 3, 1, 2) if off[1] < off[0] else output
    if isinstance(output, Tensor) and output.ndim == 3 and len(output) == len(images) and height == width:
        side = math.isqrt(output.shape[1])
        if side > 1 and output.shape[1] - side**2 in (0, 1):
            return output[:, -(side**2) :].transpose(1, 2).reshape(len(output), -1, side, side)
    shape = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
    raise ValueError(NO_GRID.format(layer=layer, shape=shape))


def maps_and_logits(classifier: Classifier, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Grad-CAM++ maps (N, H, W) and logits (N, K), from one forward pass and one backward pass to the layer only."""
    with classifier.watch(classifier.cam_layer, leaf=True) as seen, torch.enable_grad():
        logits = classifier(laid_out(images))
        if not seen:
            raise ValueError(f"layer {classifier.cam_layer!r} of this classifier takes no part in its answer")
        score = logits.gather(1, targets[:, None]).sum()
        as_maps(seen[-1], images, classifier.cam_layer)
        (gradient,) = torch.autograd.grad(score, seen[-1])
    maps, slope = (as_maps(values, images) for values in (seen[-1].detach(), gradient))
    below = 2 + slope * maps.sum(dim=(2, 3), keepdim=True)
    alpha = torch.where((slope != 0) & (below != 0), 1 / below, 0.0)
    weights = (alpha * slope.relu()).sum(dim=(2, 3), keepdim=True)
    cam = (weights * maps).sum(dim=1, keepdim=True).relu()
    return interpolate(cam, images.shape[2:], mode="bilinear", align_corners=False)[:, 0], logits.detach()


@dataclass(frozen=True)
class GradCAMPP(Explainer):
    """values = ReLU(sum_k w_k A_k) up-sampled, w_k = sum_ij alpha_ij ReLU(g_ij), g = d logit / d A, A the layer's maps.

    alpha_ij = g_ij^2 / (2 g_ij^2 + (sum_ab A_ab) g_ij^3) where g_ij is not 0 (eq. 19), that is 1 / (2 + g_ij sum A).
    This is the closed form for Y = exp(logit), whose second and third derivatives are powers of g while the logit is
    piecewise linear in A; the factor exp(logit) common to all weights is left out: it only scales the map. The paper
    takes A after a ReLU. By definition the map says only what speaks for the target: it is never negative. Of a vision
    transformer name a layer before the last attention: after it, only the class token has a gradient.

    On two channels of two pixels, A = (.75, .25) and (.5, .5), with g = (2, -1) and (-1, 1): sum A = 1 in both, alpha =
    (1/4, 1) and (1, 1/3), w = 2/4 and 1/3, map = .75/2 + .5/3 and .25/2 + .5/3:

    >>> from core.contracts.toy_models import Linear
    >>> weight = torch.tensor([[[[2.0, -1.0]], [[-1.0, 1.0]]], [[[0.0, 0.0]], [[0.0, 0.0]]]])
    >>> net = torch.nn.Sequential(torch.nn.Identity(), Linear(weight))
    >>> model = Classifier(net, ("yes", "no"), (2, 1, 2), cam_layer="0")
    >>> image = torch.tensor([[[[0.75, 0.25]], [[0.5, 0.5]]]])
    >>> [round(value, 4) for value in GradCAMPP()(model, image, torch.tensor([0])).values.flatten().tolist()]
    [0.5417, 0.2917]
    """

    key = "grad_cam_pp"
    title = "Grad-CAM++"
    plain = "Shows where the network's last picture-like layer found what raised the score of this answer."
    cite = "Chattopadhay et al. 2018, arXiv 1710.11063"

    def obstacle(self, classifier: Classifier) -> str:
        return "" if classifier.cam_layer else "Grad-CAM++ needs a layer that puts out maps; this classifier names none"

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        size = batch_size(images)
        starts = range(0, len(images), size)
        maps = [maps_and_logits(classifier, images[k : k + size], targets[k : k + size])[0] for k in starts]
        return Attribution(torch.cat(maps))


EXPLAINERS: tuple[type[Explainer], ...] = (GradCAMPP,)
