"""Right for the right reasons (Ross, Hughes, Doshi-Velez 2017): no slope where an expert says that nothing matters."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base import cancellation
from core.base.params import param
from core.contracts.batch import Batch, stream
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective
from core.objectives._gradient_penalty import steady
from core.occlusion.fills import FILLS, fill
from core.spurious.controls import exchanged_masks, moved_masks
from core.spurious.marked_images import load_marked
from core.spurious.marked_sets import SETS

SOURCES = {
    "expert": "the regions an expert marked", "shuffled": "the expert's, shuffled (control)",
    "random": "the expert's, moved by lot (control)", "none": "no regions (control)",
}  # fmt: skip


def right_reasons_penalty(classifier: Classifier, images: Tensor, masks: Tensor) -> Tensor:
    """sum (A * d/dx sum_k log p_k)^2 / sum A over all images (N, C, H, W), A the masks (N, H, W) in every channel.

    The paper's term but for sum A, so that a weight means the same for small and for large regions. The authors' code
    (github:dtak/rrr, commit d83a16e) adds half the sum times 1000 to a cross-entropy summed over N images: with means,
    their weight l is l sum A / (2 N) here. By double backpropagation, never in half precision; 0 if all masks are
    empty. The second way back counts as two gradient evaluations.
    """
    cancellation.extra(2 * len(images))
    with steady(classifier.net), torch.autocast(images.device.type, enabled=False):
        moved = images.detach().requires_grad_(True)
        total = classifier(moved).log_softmax(dim=1).sum()
        (gradient,) = torch.autograd.grad(total, moved, create_graph=True)
        inside = masks[:, None].expand_as(gradient)
        return (gradient * inside).square().sum() / inside.sum().clamp_min(1)


@dataclass(frozen=True)
class RightReasons(Objective):
    """mean CE(x, y) + m mean CE(z, y_z) + w R(z) + c mean CE(z~, y_z), z some marked images, drawn anew in every step.

    R is `right_reasons_penalty` where the mark says that nothing matters; z~ is z with that region filled with
    something else (Teso, Kersting 2019, AIES, call them counterexamples). The paper adds the squared length of the
    weights, which is the schedule's weight decay here. Which images an expert marked, and what, is a set of
    core.spurious.marked_images; all controls see the same images with the same labels.
    """

    key = "right_reasons"
    title = "Right for the right reasons"
    plain = "Learns not to react to regions that an expert has marked as meaningless, on a few marked pictures."
    cite = "Ross, Hughes, Doshi-Velez 2017, IJCAI, arXiv 1703.03717; Teso, Kersting 2019, AIES"

    regions: str = param("", choices=SETS, title="Marked pictures",
                         help="Pictures on which somebody has marked what should matter and what should not; made on "
                         "the page Cases")  # fmt: skip
    mask_source: str = param("expert", choices=SOURCES, title="Regions from",
                             help="All but the expert's are controls: the same pictures and labels, regions without "
                             "meaning; they tell whether the expert's regions add anything")  # fmt: skip
    weight: float = param(10.0, low=0.0, high=1000.0, step=1.0, title="Weight of the penalty (0 = off)",
                          help="How much a reaction of the answer to the region counts")  # fmt: skip
    covered: float = param(1.0, low=0.0, high=10.0, step=0.1, title="Weight of filled pictures (0 = off)",
                           help="How much being right on marked pictures counts whose region is filled with something "
                           "else")  # fmt: skip
    fill: str = param("patch", choices=FILLS, title="Filled with", help="What is put in place of a marked region")
    marked: float = param(1.0, low=0.0, high=10.0, step=0.1, title="Weight of marked pictures",
                          help="How much being right on the marked pictures as they are counts")  # fmt: skip
    each: int = param(16, low=2, high=512, title="Marked pictures in a step", help="Drawn by lot, anew in every step")

    @property
    def named(self) -> str:
        return self.title + ("" if self.mask_source == "expert" else f" ({SOURCES[self.mask_source]})")

    def brought(self) -> tuple[Tensor, Tensor, Tensor] | None:
        """The marked images, by the source of the regions what is to be ignored in each, and their labels."""
        if not self.regions:
            return None
        found = load_marked(self.regions)
        masks, seed = found.to_ignore, stream(0, "regions", self.regions)
        if self.mask_source == "shuffled":
            masks = exchanged_masks(masks, seed)
        elif self.mask_source == "random":
            masks = moved_masks(masks, seed)
        elif self.mask_source == "none":
            masks = torch.zeros_like(masks)
        return found.images, masks, found.labels

    def obstacle(self, classifier: Classifier) -> str:
        if not self.regions:
            return ""
        try:
            found = load_marked(self.regions)
        except (ValueError, OSError) as error:
            return str(error)
        if self.mask_source == "shuffled" and len(found) < 2:
            return "regions can only be shuffled between at least two marked pictures"
        return found.misfit(classifier)

    def unguided(self, epochs: int) -> str:
        if not self.regions:
            return "No marked pictures are chosen. Nothing guides this training."
        if self.mask_source == "none" or self.weight == self.covered == 0:
            return "The marks are not used. Nothing guides this training but the marked pictures themselves."
        return ""

    def drawn(self, classifier: Classifier, batch: Batch) -> Batch | None:
        """The marked images of a step with what is to be ignored in each; the same in all processes."""
        if (brought := self.brought()) is None:
            return None
        (pictures, masks, _), own = brought, load_marked(self.regions).labels_of(classifier)
        draws = torch.Generator().manual_seed(stream(batch.seed, "marked"))
        rows = torch.randint(len(pictures), (self.each,), generator=draws)
        device, images = batch.images.device, pictures.float() / 255
        return Batch(
            images[rows].to(device), own[rows].to(device), rows, batch.seed, 0, self.each,
            masks=masks[rows].to(device), others=images[rows.roll(1)].to(device),
        )  # fmt: skip

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        total = cross_entropy(classifier(batch.images), batch.labels)
        parts = {"cross_entropy": total.item()}
        if (shown := self.drawn(classifier, batch)) is None or shown.masks is None:
            return total, parts
        given = {"marked": (self.marked, shown.images)}
        if self.covered > 0:
            filled = torch.where(shown.masks[:, None], fill(shown, self.fill), shown.images)
            given["filled"] = self.covered, filled
        for name, (weight, images) in given.items():
            if weight > 0:
                value = cross_entropy(classifier(images), shown.labels)
                total, parts[name] = total + weight * value, value.item()
        if self.weight > 0:
            penalty = right_reasons_penalty(classifier, shown.images, shown.masks)
            total, parts["region"] = total + self.weight * penalty, penalty.item()
        return total, parts


OBJECTIVES: tuple[type[Objective], ...] = (RightReasons,)
