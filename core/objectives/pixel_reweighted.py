"""Pixel-reweighted adversarial training (PART: Zhang et al. 2024, arXiv 2406.00685): the strength is a map."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.params import param
from core.contracts.ascend import ascend
from core.contracts.attack_loss import attack_loss
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective, expect_attacked
from core.objectives._guided import Guided, region_source
from core.spurious.regions import WHOLE


@dataclass(frozen=True)
class PixelReweighted(Guided):
    """[REC] mean CE(x + delta), |delta| at each pixel at most `inside` in the spurious region of x, `eps` elsewhere.

    delta comes from sign steps of `step` from a uniform start in that box, as `pgd_adversarial` does, which this is
    before the first maps are made, and where both strengths are one. A map is cropped and mirrored with its image. The
    training is judged at `eps` everywhere.

    The paper's are the box and its two strengths (8/255 and 7/255 in the authors' code, commit 5a0ca6b, the larger one
    where a class activation map is high). Where the smaller one lies is ours (core.spurious.score), as is `inside`
    above `eps`, on unstable parts. There the attack finds the network in evaluation mode, and a map belongs to a place
    in the order of the training data, which is shuffled anew each time: to another image, as by the control `shuffled`.
    """

    key = "pixel_reweighted"
    title = "Pixel-reweighted adversarial training"
    plain = "Attacks each image while learning, with other strengths in the region the model should not rely on."
    cite = "Zhang et al. 2024, arXiv 2406.00685; where the region lies is reconstructed"

    mask_source: str = region_source(WHOLE)
    inside: float = param(6 / 255, low=0.0, high=64 / 255, title="Strength in the region", unit="/255",
                          help="Largest change of a pixel of the spurious region while learning; smaller than the "
                          "strength elsewhere, or larger")  # fmt: skip
    step: float = param(2 / 255, low=0.1 / 255, high=16 / 255, title="Step", unit="/255", help="Change at each step")
    steps: int = param(10, low=1, high=50, title="Steps of the attack", help="How many steps it takes on every batch")

    @property
    def maskless(self) -> str:
        return super().maskless or ("in the region the strength is that elsewhere" if self.inside == self.eps else "")

    def budget(self, batch: Batch) -> float | Tensor:
        """What each pixel may change by: `eps`, or where there are masks a map (n, 1, H, W)."""
        if batch.masks is None:
            return self.eps
        inside, outside = (batch.images.new_tensor(value) for value in (self.inside, self.eps))
        return torch.where(batch.masks[:, None], inside, outside)

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor:
        budget = self.budget(batch)
        return ascend(
            attack_loss(classifier, batch.labels), batch.images, eps=budget, step=self.step, steps=self.steps,
            start=batch.start(budget),
        )  # fmt: skip

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        loss = cross_entropy(classifier(expect_attacked(attacked)), batch.labels)
        return loss, {"adversarial": loss.item()}


OBJECTIVES: tuple[type[Objective], ...] = (PixelReweighted,)
