"""Perturbation-Gradient Consensus Attribution (Islam, Jahin, Mridha, Dey 2024, arXiv 2412.03884)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.explainers._wasserstein_barycentre import joined
from core.explainers.grad_cam_pp import GradCAMPP, maps_and_logits
from core.occlusion.backgrounds import blur
from core.occlusion.masking import batch_size, respond
from core.occlusion.superpixels import grid

CELLS, SIDE = 8, 32  # cells along a side; side of the maps that are aligned
SMALLEST_DROP = 1e-7  # of a probability in float32: below it there is only rounding


def stretch(maps: Tensor, low: Tensor, high: Tensor, least: float = 0.0) -> Tensor:
    """(N, h, w) clipped to [low, high] (N,) and scaled to [0, 1]; all 0 where high - low is not above `least`."""
    low, width = low.view(-1, 1, 1), (high - low).view(-1, 1, 1)
    return torch.where(width > least, (maps - low) / width.clamp_min(1e-38), 0.0).clamp(0, 1)


def min_max(maps: Tensor, least: float = 0.0) -> Tensor:
    """Each map scaled to [0, 1]; all 0 where it is constant.

    >>> min_max(torch.tensor([[[-1.0, 0.0, 3.0]], [[2.0, 2.0, 2.0]]])).flatten(1).tolist()
    [[0.0, 0.25, 1.0], [0.0, 0.0, 0.0]]
    """
    return stretch(maps, maps.flatten(1).amin(dim=1), maps.flatten(1).amax(dim=1), least)


def consensus(p: Tensor, g: Tensor, beta: float) -> Tensor:
    """Stages 3 to 5: two maps in [0, 1] (N, H, W) -> one, raised where they agree, smoothed, its contrast adapted."""
    both = (p + g) / 2 + beta * (p * g).sqrt()
    both = blur(both[:, None], p.shape[1] / 32)[:, 0]
    low, high = both.flatten(1).quantile(torch.tensor([0.02, 0.98]).to(both), dim=1)
    both = torch.where((high > low)[:, None, None], stretch(both, low, high), min_max(both))
    mean = both.mean(dim=(1, 2)).clamp(1e-6, 1 - 1e-6)
    gamma = (math.log(0.5) / mean.log()).clamp(0.5, 2)
    return min_max(both ** gamma.view(-1, 1, 1))


@dataclass(frozen=True)
class PGCA(Explainer):
    """values in [0, 1]: what an 8 x 8 covering test and Grad-CAM++ agree on, raised; not signed, scaled by definition.

    From the paper: the grid of 64 cells covered with zeros and with Gaussian noise, Grad-CAM++, and the five stages
    perturbation map, Grad-CAM++ map, consensus, smoothing, adaptive contrast. Reconstructed: every formula.

    (1) P: the fall of the target's probability, where it falls, as each cell is covered, averaged over the coverings,
    min-max, up-sampled; the noise, of the image's mean and variance, clipped to [0, 1], is the same for all cells.
    (2) G: Grad-CAM++, min-max. (3) C = (P + G) / 2 + beta sqrt(P G). (4) A Gaussian of sigma H / 32. (5) Clipped to the
    percentiles 2 and 98 (where they differ) and scaled; C^gamma, gamma = ln .5 / ln mean C in [.5, 2]; min-max. With
    one draw of noise: 129 forward passes of an image and 1 backward.

    Not in the paper: `align` joins the maps of the single coverings by a Wasserstein barycentre (WassersteinGrad, arXiv
    2604.22580) instead of their mean. `facts`: agreement, the cosine of P and G; with `align` also moved, the share of
    P's mass that it displaced.

    Ten pixels, each a cell of its own, so small a picture that the Gaussian does nothing, and beta = 1, where C is
    (sqrt P + sqrt G)^2 / 2. Five of them by their brightness A and the weight w of A in the probability, the others
    black. Covered, the first two cost .45 each, the third .05 * 9/16 = .45 / 16, the fourth nothing, for it speaks
    against. With one channel Grad-CAM++ is A times a constant, so G = A:

        A   1    1    9/16  1    0      w   .45  .45  .05   -.3  0
        P   1    1    1/16  0    0      C   2    2    1/2   1/2  0

    The percentiles 2 and 98 of ten values of which two are 2 and six are 0: 0 and 2. Scaled, C is 1, 1, 1/4, 1/4, 0 of
    mean 2.5 / 10 = 1/4, so gamma = ln(1/2) / ln(1/4) = 1/2, and the map is the square root:

    >>> from core.contracts.toy_models import linear_probability
    >>> model = linear_probability([[[0.45, 0.45, 0.05, -0.3, 0.0], [0.0] * 5]], base=0.05)
    >>> image = torch.tensor([[[[1.0, 1.0, 9 / 16, 1.0, 0.0], [0.0] * 5]]])
    >>> found = PGCA(masking="zero", beta=1.0)(model, image, torch.tensor([0])).values
    >>> [[round(value, 4) for value in row] for row in found[0].tolist()]
    [[1.0, 1.0, 0.5, 0.5, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0]]
    """

    key = "pgca"
    title = "PGCA"
    plain = "Covers the picture square by square, and strengthens what that test and Grad-CAM++ agree on."
    cite = "Islam, Jahin, Mridha, Dey 2024, arXiv 2412.03884 (formulas reconstructed)"

    masking: str = param("both", choices={"both": "black and noise", "zero": "black", "noise": "noise"},
                         title="Cover with", help="Black, noise, or both")  # fmt: skip
    beta: float = param(1.0, low=0.0, high=5.0, title="Agreement", help="How much to raise what both maps show")
    draws: int = param(1, low=1, high=16, title="Noise draws", help="How many different noises to cover with")
    align: bool = param(
        False, title="Align", help="Join the covering maps by moving their spots together, not by blurring"
    )

    @property
    def random(self) -> bool:  # type: ignore[override]
        return self.masking != "zero"  # black squares are not drawn

    def obstacle(self, classifier: Classifier) -> str:
        return GradCAMPP().obstacle(classifier).replace("Grad-CAM++", "PGCA")

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        cams, tops = [], []
        for start in range(0, len(images), batch_size(images)):
            part = slice(start, start + batch_size(images))
            cam, logits = maps_and_logits(classifier, images[part], targets[part])
            cams.append(cam)
            tops.append(logits.softmax(dim=1).gather(1, targets[part, None]))
        maps, weights = self._falls(classifier, images, targets, torch.cat(tops), seed)
        plain = (maps * weights.view(-1, 1, 1)).sum(dim=1)
        facts: dict[str, Tensor] = {}
        if self.align:
            maps = interpolate(maps, (SIDE, SIDE), mode="bilinear", align_corners=False)
            flat = (maps * weights.view(-1, 1, 1)).sum(dim=1)
            plain = torch.stack(
                [joined(each, weights, mean, SMALLEST_DROP) for each, mean in zip(maps, flat, strict=True)]
            )
            mass = flat.sum(dim=(1, 2)).clamp_min(1e-38)
            facts["moved"] = (plain - flat).abs().sum(dim=(1, 2)) / mass / 2
        p = interpolate(min_max(plain, SMALLEST_DROP)[:, None], images.shape[2:], mode="bilinear")[:, 0]
        g = min_max(torch.cat(cams))
        facts["agreement"] = torch.cosine_similarity(p.flatten(1), g.flatten(1))
        return Attribution(consensus(p, g, self.beta), facts=facts)

    def _falls(
        self, classifier: Classifier, images: Tensor, targets: Tensor, tops: Tensor, seed: int
    ) -> tuple[Tensor, Tensor]:
        """How far the probability falls, (N, coverings, 8, 8), from 0; and the weight of each covering, of sum 1."""
        rows, columns = (min(CELLS, size) for size in images.shape[2:])
        parts = grid(images.shape[2], images.shape[3], CELLS, CELLS).to(images.device).expand(len(images), -1, -1)
        keep = ~torch.eye(rows * columns, dtype=torch.bool, device=images.device)[None]
        fills = [torch.zeros_like(images)] if self.masking != "noise" else []
        generator = torch.Generator().manual_seed(seed)
        for _ in range(self.draws if self.masking != "zero" else 0):
            noise = torch.randn(images.shape[1:], generator=generator).to(images)
            spread, mean = torch.std_mean(images, dim=(1, 2, 3), keepdim=True, correction=0)
            fills.append((mean + spread * noise).clamp(0, 1))
        falls = [(tops - respond(classifier, images, targets, parts, keep, fill)).clamp_min(0) for fill in fills]
        zeros = 0 if self.masking == "noise" else 1
        shares = [1.0] * len(fills) if zeros == 0 or len(fills) == 1 else [0.5] + [0.5 / self.draws] * self.draws
        weights = torch.tensor(shares).to(images)
        return torch.stack(falls, dim=1).view(len(images), -1, rows, columns), weights / weights.sum()


EXPLAINERS: tuple[type[Explainer], ...] = (PGCA,)
