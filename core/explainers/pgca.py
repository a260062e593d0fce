"""Perturbation-Gradient Consensus Attribution (Islam, Jahin, Mridha, Dey 2024, arXiv 2412.03884)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.explainers._pgca_stages import adapt_contrast, amplify, falls, gradient_map, perturbation_map, smooth
from core.explainers.grad_cam_pp import GradCAMPP


def consensus(p: Tensor, g: Tensor, beta: float) -> Tensor:
    """Stages 3 to 5: two maps in [0, 1] (N, H, W) -> one, raised where they agree, smoothed, its contrast adapted."""
    return adapt_contrast(smooth(amplify(p, g, beta)))


@dataclass(frozen=True)
class PGCA(Explainer):
    """values in [0, 1]: what an 8 x 8 covering test and Grad-CAM++ agree on, raised; not signed, scaled by definition.

    From the paper: the grid of 64 cells covered with zeros and with Gaussian noise, Grad-CAM++, and the five stages
    perturbation map, Grad-CAM++ map, consensus, smoothing, adaptive contrast. Reconstructed: every formula.

    (1) P: the fall of the target's probability, where it falls, as each cell is covered, averaged over the coverings,
    min-max, up-sampled; the noise, of the image's mean and variance, clipped to [0, 1], is the same for all cells.
    (2) G: Grad-CAM++, min-max. (3) C = (P + G) / 2 + beta sqrt(P G). (4) A Gaussian of sigma H / 32. (5) Clipped to the
    percentiles 2 and 98 (where they differ) and scaled; C^gamma, gamma = ln .5 / ln mean C in [.5, 2]; min-max. With
    one draw of noise: 129 forward passes of an image and 1 backward. Each stage is a function of
    core.explainers._pgca_stages with an example of its own.

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
        g, tops = gradient_map(classifier, images, targets)
        fills, weights = self._coverings(images, seed)
        fallen = falls(classifier, images, targets, fills, tops)
        p, moved = perturbation_map(fallen, weights, (images.shape[2], images.shape[3]), self.align)
        facts = {} if moved is None else {"moved": moved}
        facts["agreement"] = torch.cosine_similarity(p.flatten(1), g.flatten(1))
        return Attribution(consensus(p, g, self.beta), facts=facts)

    def _coverings(self, images: Tensor, seed: int) -> tuple[list[Tensor], Tensor]:
        """What cells are covered with, images (N, C, H, W) each; and the weight of each covering, of sum 1."""
        fills = [torch.zeros_like(images)] if self.masking != "noise" else []
        generator = torch.Generator().manual_seed(seed)
        for _ in range(self.draws if self.masking != "zero" else 0):
            noise = torch.randn(images.shape[1:], generator=generator).to(images)
            spread, mean = torch.std_mean(images, dim=(1, 2, 3), keepdim=True, correction=0)
            fills.append((mean + spread * noise).clamp(0, 1))
        even = self.masking == "noise" or len(fills) == 1
        weights = torch.tensor([1.0] * len(fills) if even else [0.5] + [0.5 / self.draws] * self.draws).to(images)
        return fills, weights / weights.sum()


EXPLAINERS: tuple[type[Explainer], ...] = (PGCA,)
