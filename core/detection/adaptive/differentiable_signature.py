"""A signature with a graph back to the image, for an attacker who knows: Integrated Gradients in few points."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base import cancellation
from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier
from core.detection.adaptive.smoothed_relus import SmoothedReLUs

GOLDEN = (5**0.5 - 1) / 2  # whole multiples of it, less their whole parts, lie evenly in [0, 1)


@dataclass(frozen=True, eq=False)
class Surrogate:
    """Integrated Gradients (arXiv 1703.01365, eq. 1) against the mean of M backgrounds, as a function with a graph.

    S = sum over channels of the mean over backgrounds b and places a in (0, 1) of (x - b) * grad z_class(b + a (x - b))
    for images (N, C, H, W); z is the logit, so that the values of a map add up to z(x) less the mean of z(b), as shap's
    do, up to the error of the sum. `backgrounds` (M, C, H, W) in [0, 1]. Each has `steps` places at equal distances;
    those of the next background lie elsewhere between them, so that few places a background are many in all. Where a
    generator is handed over, a call draws `drawn` of these M * steps points, which is the same on average.

    The derivative of a ReLU is constant but at the kink, and its second derivative zero: of such a network S shows no
    way to change the gradients, only the factor x - b. With `smooth` above 0 the network is asked with softplus of that
    beta for its ReLUs (as arXiv 1906.07983 does), which has a second derivative everywhere: S is then the signature of
    that smoother network, the nearer to the other the higher beta. 0: the network as it is. Neither changes it.

    On a linear model the sum is exact, w * (x - mean of b), here (2 * 0.75, -4 * 0.5):

    >>> from core.contracts.toy_models import linear
    >>> model, black = linear([[[[2.0, -4.0]]], [[[0.0, 0.0]]]]), torch.tensor([[[[0.0, 0.0]]], [[[0.5, 0.5]]]])
    >>> Surrogate(black, steps=2)(model, torch.tensor([[[[1.0, 0.75]]]]), torch.tensor([0])).tolist()
    [[[1.5, -2.0]]]
    """

    backgrounds: Tensor
    steps: int = 1
    smooth: float = 20.0
    drawn: int = 8

    def __post_init__(self) -> None:
        if self.backgrounds.ndim != 4 or not len(self.backgrounds):
            raise ValueError(f"expected backgrounds (M, C, H, W), got {tuple(self.backgrounds.shape)}")
        if min(self.steps, self.drawn) < 1 or not self.smooth >= 0:
            raise ValueError(f"expected at least one step and point, and no smoothing below 0, got {self.smooth:g}")

    def points(self, draws: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """The backgrounds (P, C, H, W) and places (P,) that are averaged over: all, or those drawn.

        >>> Surrogate(torch.zeros(1, 1, 1, 1), steps=2).points()[1].tolist()
        [0.25, 0.75]
        """
        count = len(self.backgrounds)
        shift = (0.5 + GOLDEN * torch.arange(count, dtype=torch.float64)) % 1
        places = ((torch.arange(self.steps)[None] + shift[:, None]) / self.steps).flatten()
        chosen = torch.arange(len(places))
        if draws is not None:
            chosen = torch.randperm(len(places), generator=draws)[: self.drawn]
        return self.backgrounds[chosen // self.steps], places[chosen].to(self.backgrounds.dtype).to(
            self.backgrounds.device
        )

    def __call__(
        self, classifier: Classifier, images: Tensor, classes: Tensor, draws: torch.Generator | None = None
    ) -> Tensor:
        """(N, H, W) for images (N, C, H, W) and the classes (N,) to explain, with a graph back to the images."""
        against, places = (each.to(images)[None] for each in self.points(draws))
        with classifier.frozen(), torch.enable_grad():
            if not images.requires_grad:
                images = images.detach().requires_grad_(True)
            change = images[:, None] - against
            asked = (against + places.view(1, -1, 1, 1, 1) * change).flatten(0, 1)
            logits = self.logits(classifier, asked)
            chosen = logits.gather(1, classes.repeat_interleave(places.shape[1])[:, None])
            (slope,) = torch.autograd.grad(chosen.sum(), asked, create_graph=True, materialize_grads=True)
        cancellation.extra(2 * len(asked))  # the second way back, about what it takes
        maps: Tensor = (change * slope.view_as(change)).mean(dim=1).sum(dim=1)
        return maps

    def logits(self, classifier: Classifier, images: Tensor) -> Tensor:
        """(N, K), of the network that is explained: the classifier's, or those of the smoother one."""
        if not self.smooth:
            return classifier(images)
        with SmoothedReLUs(self.smooth):
            return classifier(images)


def faithfulness(
    surrogate: Surrogate, classifier: Classifier, images: Tensor, signatures: Tensor, *, batch: int = 50
) -> Tensor:
    """(N,) in [-1, 1]: Pearson's correlation of each surrogate map, of all points, with the real signature.

    images (N, C, H, W) in [0, 1], signatures (N, H, W), both for the answer; NaN where a map is the same everywhere.
    """
    expect_batch(classifier, images)
    if signatures.shape != (len(images), *images.shape[2:]):
        raise ValueError(f"expected signatures {(len(images), *images.shape[2:])}, got {tuple(signatures.shape)}")
    found = []
    for some, real in zip(torch.split(images, batch), torch.split(signatures, batch), strict=True):
        some = some.to(classifier.device)
        made = surrogate(classifier, some, classifier.probabilities(some).argmax(dim=1)).detach().cpu()
        one, other = (maps.flatten(1).double() for maps in (made, real.cpu()))
        one, other = (maps - maps.mean(dim=1, keepdim=True) for maps in (one, other))
        found.append((one * other).sum(dim=1) / (one.norm(dim=1) * other.norm(dim=1)))
    return torch.cat(found) if found else torch.zeros(0, dtype=torch.float64)
