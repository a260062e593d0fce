"""J-SIGR (Liu et al. 2024, arXiv 2207.13036): Jacobian norm, and input gradients kept to what is salient."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base import cancellation
from core.base.params import param
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective
from core.objectives._blur_saliency import blur_saliency
from core.objectives._gradient_penalty import some_rows, steady
from core.objectives._mask_cycles import group
from core.spurious.mask_statistics import mask_statistics


@dataclass(frozen=True)
class JSigr(Objective):
    """[REC] mean CE + jacobian L_J + selective L_S; the two ingredients are the paper's, the formulas reconstructed.

    L_J = (K / 2) mean |v' J|^2, J the Jacobian of the K logits by the pixels and v a random direction of length 1 for
    each image: unbiased for mean |J|_F^2 / 2 (Hoffman, Roberts, Yaida 2019, arXiv 1908.02729).
    L_S = mean |M d log p_y / dx|^2, M the `quiet` part of an image's pixels with the smallest saliency, that of
    core.objectives._blur_saliency, made with the averaged weights every `every` epochs for one of the `groups` of
    images. Both are computed on a random part `penalised` of each batch, by double backpropagation.

    No attack is part of this training. The paper's claim is about attacks carried over from other networks.
    """

    key = "j_sigr"
    title = "J-SIGR"
    precise = True
    region = "unimportant"
    plain = (
        "Keeps the answers from reacting to any pixel, and most of all to those that matter little, without attacking: "
        "expect less protection against strong attacks than from learning under attack."
    )
    cite = "Liu et al. 2024, arXiv 2207.13036; formulas reconstructed"

    jacobian: float = param(0.01, low=0.0, high=100.0, step=0.001, title="Weight of the overall reaction (0 = off)",
                            help="How much the reaction of all answers to all pixels counts (the Jacobian's "
                            "norm)")  # fmt: skip
    selective: float = param(0.1, low=0.0, high=100.0, step=0.01, title="Weight of the selective part (0 = off)",
                             help="How much the reaction of the right answer to pixels of little importance "
                             "counts")  # fmt: skip
    quiet: float = param(0.65, low=0.05, high=1.0, step=0.05, title="Share of pixels of little importance",
                         help="How much of each picture counts as not salient")  # fmt: skip
    places: int = param(8, low=2, high=32, title="Places blurred, across and down",
                        help="Importance is how far the answers move where the picture is blurred at a "
                        "place")  # fmt: skip
    width: float = param(2.0, low=0.5, high=50.0, step=0.5, title="Width of a blurred place",
                         help="In pixels, as a standard deviation")  # fmt: skip
    sigma: float = param(3.0, low=0.5, high=50.0, step=0.5, title="Blur",
                         help="How strongly a place is blurred, in pixels, as a standard deviation")  # fmt: skip
    every: int = param(2, low=1, high=1000, title="New importance every … epochs",
                       help="What matters is looked for anew so often, as the model changes")  # fmt: skip
    groups: int = param(4, low=1, high=50, title="Groups", help="In how many groups all images are looked at, one "
                        "after the other: 4 means a quarter each time")  # fmt: skip
    penalised: float = param(0.25, low=0.01, high=1.0, step=0.01, title="Images penalised",
                             help="Share of the images of a batch that both parts are computed for")  # fmt: skip

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        """The parts are not weighted; `selective` is 0 until there are masks."""
        right = cross_entropy(classifier(batch.images), batch.labels)
        overall, quiet = self.penalties(classifier, batch)
        parts = {"cross_entropy": right.item(), "jacobian": overall.item(), "selective": quiet.item()}
        return right + self.jacobian * overall + self.selective * quiet, parts

    def penalties(self, classifier: Classifier, batch: Batch) -> tuple[Tensor, Tensor]:
        """L_J and L_S of the batch, estimated on some of its rows; 0 for one that is off or has no masks."""
        rows, counts = some_rows(batch, self.penalised)
        overall = quiet = batch.images.new_zeros(())
        if not counts.any():
            return overall, quiet
        share, labels = self.penalised * len(batch), batch.labels[rows]
        with steady(classifier.net), torch.autocast(batch.images.device.type, enabled=False):
            images = batch.images[rows].detach().requires_grad_(True)
            logits = classifier(images)
            if self.jacobian > 0:
                cancellation.extra(2 * len(rows))
                kinds = logits.shape[1]
                drawn = batch.draw("direction", lambda shape, draws: torch.randn(shape, generator=draws), (kinds,))
                along = drawn[rows] / drawn[rows].norm(dim=1, keepdim=True)
                (slope,) = torch.autograd.grad((logits * along).sum(), images, create_graph=True)
                overall = kinds / 2 * (slope.square().flatten(1).sum(dim=1) * counts).sum() / share
            if self.selective > 0 and batch.masks is not None:
                cancellation.extra(2 * len(rows))
                log_p = logits.log_softmax(dim=1).gather(1, labels[:, None])
                (slope,) = torch.autograd.grad(log_p.sum(), images, create_graph=True)
                inside = (slope * batch.masks[rows][:, None]).square().flatten(1).sum(dim=1)
                quiet = (inside * counts).sum() / share
        return overall, quiet

    def due(self, epoch: int) -> bool:
        return self.selective > 0 and epoch % self.every == 0

    def rows(self, count: int, epoch: int, seed: int) -> Tensor:
        return group(count, epoch // self.every, self.groups, seed)

    def refresh(self, classifier: Classifier, teacher: Classifier, batch: Batch, epoch: int) -> Tensor | None:
        """The pixels of little importance, bool: those below the quantile `quiet` of each image's saliency."""
        maps = blur_saliency(teacher, batch.images, self.places, self.width, self.sigma).flatten(1)
        count = round(self.quiet * maps.shape[1])
        order = maps.argsort(dim=1, stable=True)[:, :count]
        made = torch.zeros_like(maps, dtype=torch.bool).scatter_(1, order, True)
        return made.view(len(maps), *batch.images.shape[2:])

    def audit(self, masks: Tensor, before: Tensor | None, labels: Tensor) -> Mapping[str, float]:
        return mask_statistics(masks, before)


OBJECTIVES: tuple[type[Objective], ...] = (JSigr,)
