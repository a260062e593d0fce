"""WassersteinGrad (Essafouri, Raynaud, Drozda, Risser 2026, arXiv 2604.22580)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from core.base import cancellation
from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.explainers._noisy_gradients import noisy_gradients, score_gradients
from core.explainers._wasserstein_barycentre import barycentre

SIDE = 64  # the barycentre is taken on a grid of at most so many points along a side


@dataclass(frozen=True)
class WassersteinGrad(Explainer):
    """values = B, or sum over channels of grad z_target(x) * B if `signed`; B the barycentre of noisy gradients' sizes.

    B = argmin_b sum_i W(b, mu_i), W the entropic Wasserstein distance with `reg` on a grid scaled to [0, 1]^2, mu_i =
    |G_i| / sum |G_i|, G_i = grad z_target(x + s e_i), e_i ~ N(0, 1), s = noise (max x - min x); z is the logit, |G| is
    summed over channels. B is never negative and sums to 1: where SmoothGrad's mean blurs what the noise displaced, it
    moves it. Pictures larger than 64 pixels are averaged down to that for B, which is enlarged again. A copy without
    any gradient is left out; if all are, the map is 0.

    Signed, as `WGBary x Grad` in the paper, is the default here, since maps are shown with red for what supports the
    answer. On z = 2 x1 - 4 x2 each gradient is (2, -4), whatever the noise: mu = (1/3, 2/3), which is its own
    barycentre as the grid is far wider than `reg`, and signed (2/3, -8/3):

    >>> from core.contracts.toy_models import linear
    >>> model, image = linear([[[[2.0, -4.0]]], [[[0.0, 0.0]]]]), torch.tensor([[[[1.0, 0.5]]]])
    >>> found = [WassersteinGrad(signed=each)(model, image, torch.tensor([0])).values for each in (False, True)]
    >>> [[round(value, 4) for value in each.flatten().tolist()] for each in found]
    [[0.3333, 0.6667], [0.6667, -2.6667]]
    """

    key = "wasserstein_grad"
    title = "WassersteinGrad"
    plain = "Adds noise to the picture many times, and joins the maps by moving their spots together, not by blurring."
    cite = "Essafouri, Raynaud, Drozda, Risser 2026, arXiv 2604.22580"

    samples: int = param(20, low=2, high=500, title="Samples", help="Noisy copies; more gives a steadier map")
    noise: float = param(
        0.2, low=0.0, high=1.0, step=0.05, title="Noise",
        help="Its standard deviation, as a share of the range from the picture's darkest value to its brightest",
    )  # fmt: skip
    reg: float = param(
        1e-3,
        low=1e-3,
        high=0.1,
        step=1e-3,
        title="Softness",
        help="How wide joined spots are smeared; the least is sharpest",
    )
    signed: bool = param(
        True, title="For and against",
        help="Red for and blue against the answer; off: all red, where small changes matter in whichever direction",
    )  # fmt: skip

    @property
    def random(self) -> bool:  # type: ignore[override]
        return self.noise > 0

    @property
    def poles(self) -> tuple[str, str]:  # type: ignore[override]
        return Explainer.poles if self.signed else ("matters less (in the difference)", "small changes matter")

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        made = []
        for image, target in zip(images, targets.tolist(), strict=True):
            joined = self._joined(classifier, image, target, seed)
            clean = score_gradients(classifier, image[None], target)[0] if self.signed else joined
            made.append((clean * joined).sum(dim=0) if self.signed else joined)
        return Attribution(torch.stack(made))

    def _joined(self, classifier: Classifier, image: Tensor, target: int, seed: int) -> Tensor:
        """The barycentre (H, W) of the sizes of the gradients at noisy copies of one image (C, H, W)."""
        height, width = image.shape[1:]
        parts = noisy_gradients(classifier, image, target, samples=self.samples, noise=self.noise, seed=seed)
        sizes = torch.cat([part.double().abs().sum(dim=1) for part in parts])
        sizes = adaptive_avg_pool2d(sizes, (min(height, SIDE), min(width, SIDE)))
        sizes = sizes[sizes.sum(dim=(1, 2)) > 0]
        cancellation.check()
        if not len(sizes):
            return torch.zeros_like(image[0])
        mean = interpolate(
            barycentre(sizes, reg=self.reg)[None, None], (height, width), mode="bilinear", align_corners=False
        )
        return (mean / mean.sum())[0, 0].to(image)


EXPLAINERS: tuple[type[Explainer], ...] = (WassersteinGrad,)
