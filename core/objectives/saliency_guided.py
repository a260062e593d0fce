"""Saliency-guided training (Ismail, Corrada Bravo, Feizi 2021, NeurIPS): the same answer without what matters least."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.params import param
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective
from core.objectives._divergence import divergence, log_probabilities

BY = {"signed": "slope, with its sign (the authors' usual)", "absolute": "slope, without its sign"}


def least_replaced(images: Tensor, slopes: Tensor, share: float, noise: Tensor) -> Tensor:
    """The images with the pixels of the smallest slopes replaced, in all channels at once.

    images (N, C, H, W); slopes (N, H, W); share of the H * W pixels, rounded down, at least one; noise (N, C, H, W) in
    [0, 1), brought to the range of each image's channel.

    >>> images = torch.tensor([[[[0.2, 0.4], [0.6, 0.8]]]])
    >>> slopes = torch.tensor([[[0.3, -0.5], [0.1, 0.2]]])
    >>> least_replaced(images, slopes, 0.5, torch.full_like(images, 0.5)).flatten().tolist()  # 0.5: the middle
    [0.20..., 0.5, 0.5, 0.80...]
    """
    count = max(1, int(share * slopes[0].numel()))
    least = slopes.flatten(1).topk(count, dim=1, largest=False).indices
    hidden = torch.zeros_like(slopes.flatten(1), dtype=torch.bool).scatter(1, least, True).view_as(slopes)[:, None]
    low, high = images.amin(dim=(2, 3), keepdim=True), images.amax(dim=(2, 3), keepdim=True)
    return torch.where(hidden, low + (high - low) * noise, images)


@dataclass(frozen=True)
class SaliencyGuided(Objective):
    """mean_i CE(x_i, y_i) + weight mean_i KL(p(x_i) | p(x_i~)), x~ being x with its least salient pixels made noise.

    Least salient: the smallest mean over the channels of dz_y/dx, z_y the label's logit, with the network in evaluation
    mode; with the sign, unless `by` says without, so that pixels which speak against the label go first. The noise is
    uniform in the range of each channel of the image. As in the authors' code
    (github:ayaabdelsalam91/saliency_guided_training, commit 925ad6f) gradients flow through both distributions. Their
    network for MNIST puts out log-probabilities, so that there they are what the gradient is of. The share is that of
    their example.

    It makes gradients sparse in space; the authors claim nothing about attacks, and nothing here attacks.
    """

    key = "saliency_guided"
    title = "Saliency-guided training"
    settled = True
    plain = (
        "Learns to answer the same when the pixels that matter least are replaced by noise, for clearer maps; it is no "
        "protection against attacks."
    )
    cite = "Ismail, Corrada Bravo, Feizi 2021, NeurIPS, arXiv 2111.14338"

    weight: float = param(1.0, low=0.0, high=20.0, step=0.1, title="Weight of the agreement (0 = off)",
                          help="How much the same answer to both pictures counts against being right")  # fmt: skip
    share: float = param(0.5, low=0.01, high=0.99, step=0.01, title="Share of pixels replaced",
                         help="How much of each picture, what matters least, is replaced by noise")  # fmt: skip
    by: str = param("signed", choices=BY, title="What matters least by",
                    help="With its sign, pixels that speak against the right answer are replaced first; without, "
                    "pixels that hardly speak either way")  # fmt: skip

    def shown(self, classifier: Classifier, batch: Batch) -> Tensor:
        """x~ (n, C, H, W), detached. It takes one gradient evaluation an image, never in half precision."""
        images = batch.images.detach().requires_grad_(True)
        with classifier.frozen(), torch.enable_grad(), torch.autocast(images.device.type, enabled=False):
            scores = classifier(images).gather(1, batch.labels[:, None])
            (gradient,) = torch.autograd.grad(scores.sum(), images)
        slopes = gradient.mean(dim=1)
        noise = batch.draw("noise", lambda shape, draws: torch.rand(shape, generator=draws))
        return least_replaced(
            batch.images, slopes.abs() if self.by == "absolute" else slopes, self.share, noise.to(batch.images.dtype)
        )

    def example_masks(self, classifier: Classifier, batch: Batch) -> Tensor | None:
        """The pixels that are replaced."""
        return (self.shown(classifier, batch) != batch.images).any(dim=1) if self.weight else None

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        if self.weight == 0:
            right = cross_entropy(classifier(batch.images), batch.labels)
            return right, {"cross_entropy": right.item()}
        masked = self.shown(classifier, batch)
        logits = classifier(batch.images)
        right = cross_entropy(logits, batch.labels)
        apart = divergence(log_probabilities(logits), log_probabilities(classifier(masked))).mean()
        return right + self.weight * apart, {"cross_entropy": right.item(), "masked": apart.item()}


OBJECTIVES: tuple[type[Objective], ...] = (SaliencyGuided,)
