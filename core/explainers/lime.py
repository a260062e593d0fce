"""LIME for images (Ribeiro, Singh, Guestrin 2016, arXiv 1602.04938), with its own batched engine."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.occlusion.backgrounds import blur
from core.occlusion.lime_engine import DESIGNS, explain_batch
from core.occlusion.superpixels import KINDS, mean_colours, superpixels

FILLS = {"mean": "their mean colour", "blur": "the picture, blurred", "grey": "grey", "black": "black"}
CONSTANTS = {"grey": 0.5, "black": 0.0}


def cover(images: Tensor, parts: Tensor, fill: str) -> Tensor:
    """(N, C, H, W): what is seen where a part is covered. blur: a Gaussian of an eighth of the image's height."""
    if fill == "mean":
        return mean_colours(images, parts)
    if fill == "blur":
        return blur(images, images.shape[2] / 8)
    return torch.full_like(images, CONSTANTS[fill])


@dataclass(frozen=True)
class Lime(Explainer):
    """values = the weight of the pixel's superpixel in a linear model of the target's probability; signed.

    The model is a ridge regression (alpha 1) of the probability on which superpixels are shown, each sample weighted by
    sqrt(exp(-D^2 / 0.25^2)), D the cosine distance to the whole image: the defaults of the `lime` package. `facts`: r2
    (weighted; how much of the answers the linear model explains), intercept, superpixels.

    An image of two white pixels whose probability for "yes" is 0.2, and 0.5 more where the first is shown, not black:

    >>> from core.contracts.toy_models import linear_probability
    >>> model = linear_probability([[[0.5, 0.0]]], base=0.2)
    >>> method = Lime(samples=2001, segmentation="grid", segments=4, fill="black")
    >>> found = method(model, torch.ones(1, 1, 1, 2), torch.tensor([0]))
    >>> [round(value, 2) + 0 for value in found.values.flatten().tolist()], round(found.facts["fit (R²)"].item(), 3)
    ([0.5, 0.0], 1.0)
    """

    key = "lime"
    title = "LIME"
    plain = "Covers patches of the picture at random many times and asks which patches the answer depends on."
    cite = "Ribeiro, Singh, Guestrin 2016, arXiv 1602.04938"
    random = True
    unit = "probability"

    samples: int = param(400, low=20, high=5000, title="Samples", help="How many covered copies of the picture to try")
    segments: int = param(50, low=4, high=300, title="Patches", help="About how many patches to cut the picture into")
    segmentation: str = param(
        "slic", choices=KINDS, title="Kind of patches", help="slic and quickshift follow edges, grid is a chequerboard"
    )
    fill: str = param("mean", choices=FILLS, title="Covered with", help="What a covered patch shows instead")
    design: str = param(
        "balanced",
        choices=DESIGNS,
        title="Choice of copies",
        help="balanced needs fewest copies; independent is classic",
    )
    precision: str = param(
        "fp32", choices={"fp32": "full precision", "bf16": "half precision (faster)"}, title="Precision",
        help="bf16 is faster and rounds the answers a little",
    )  # fmt: skip

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        parts = superpixels(reference, self.segmentation, self.segments)
        fit = explain_batch(
            classifier, images, targets, parts, cover(images, parts, self.fill), samples=self.samples,
            design=self.design, seed=seed, bf16=self.precision == "bf16",
        )  # fmt: skip
        values = fit.weights.gather(1, parts.flatten(1)).view_as(parts)
        counts = parts.flatten(1).amax(dim=1) + 1
        return Attribution(values, facts={"fit (R²)": fit.r2, "superpixels": counts})


EXPLAINERS: tuple[type[Explainer], ...] = (Lime,)
