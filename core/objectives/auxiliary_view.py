"""Adversarial training on an image and a second view of it, whose batch normalisation is its own (after DAJAT)."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.params import param
from core.contracts.ascend import ascend
from core.contracts.attack_loss import attack_loss
from core.contracts.auxiliary_norm import auxiliary_statistics, has_auxiliary
from core.contracts.batch import Batch, stream
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective, expect_attacked
from core.objectives._autoaugment import autoaugmented
from core.objectives._divergence import jensen_shannon, log_probabilities
from core.objectives._guided import Guided, region_source
from core.occlusion.fills import FILLS, covered

AUTOAUGMENT = "autoaugment"


@dataclass(frozen=True)
class AuxiliaryView(Guided):
    """[REC] (mean CE(x + d) + w mean CE'(v + d')) / (1 + w) + a mean JS(p(x), p'(v)), v a view of x.

    What has a prime goes through the auxiliary batch normalisation (core.layers.auxiliary_batch_norm). v is x with its
    spurious region filled, x as it is while there is no mask, or AutoAugment's; d and d' raise the cross-entropy of
    either view within `eps` from a uniform start, the network in evaluation mode. Held-out and test images go through
    the plain normalisation.

    DAJAT's (Addepalli et al. 2022, arXiv 2210.15318; authors' code, commit f75a71d) are the slot, the mean over views,
    JS on images that are not attacked, its weight 2, and that clean images pass before attacked ones. There the view is
    AutoAugment's, before the crop, and crops and mirrors are its own; each view has the loss and the attack of TRADES,
    with a strength that grows; there may be two such views. With `autoaugment` and w 1 the rest is theirs.
    """

    key = "auxiliary_view"
    title = "Joint adversarial training with a guided view"
    needs = "auxiliary_batch_norm"
    settled = True
    plain = (
        "Learns from each attacked image and from a second, attacked view of it, its spurious region covered, which "
        "may not blur the averages that the model uses later."
    )
    cite = "after Addepalli et al. 2022, arXiv 2210.15318, and Xie et al. 2020, arXiv 1911.09665"

    mask_source: str = region_source({AUTOAUGMENT: "AutoAugment in place of it (control)"})
    view: float = param(1.0, low=0.0, high=10.0, step=0.1, title="Weight of the second view",
                        help="How much being right on the attacked view counts beside the attacked image")  # fmt: skip
    agreement: float = param(2.0, low=0.0, high=20.0, step=0.1, title="Weight of agreement",
                             help="How much it counts that both views, not attacked, get the same answer")  # fmt: skip
    fill: str = param("patch", choices=FILLS, title="Covered with", help="What is put in place of a spurious region")
    steps: int = param(10, low=1, high=50, title="Steps of the attack", help="How many steps it takes on either view")
    step_ratio: float = param(0.25, low=0.01, high=2.0, title="Step", help="Step length over the strength")

    @property
    def maskless(self) -> str:
        return "AutoAugment makes the second view" if self.mask_source == AUTOAUGMENT else super().maskless

    @property
    def pairs(self) -> bool:
        return self.fill == "patch" and not self.maskless

    def obstacle(self, classifier: Classifier) -> str:
        if has_auxiliary(classifier.net):
            return ""
        return (
            f"{self.title} sends its second view through an auxiliary batch normalisation, which has to be put into "
            "this network first"
        )

    def viewed(self, batch: Batch) -> Batch:
        """The batch with v in place of x, whose attack starts elsewhere."""
        images = autoaugmented(batch) if self.mask_source == AUTOAUGMENT else covered(batch, self.fill, 1.0)[0]
        return replace(batch, images=images, seed=stream(batch.seed, "view"))

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor:
        """(n, 2, C, H, W): the attacked images, and the attacked views."""
        with classifier.frozen():
            plain = self._raised(classifier, batch)
            with auxiliary_statistics(classifier.net):
                view = self._raised(classifier, self.viewed(batch))
        return torch.stack([plain, view], dim=1)

    def _raised(self, classifier: Classifier, shown: Batch) -> Tensor:
        return ascend(
            attack_loss(classifier, shown.labels), shown.images, eps=self.eps, step=self.step_ratio * self.eps,
            steps=self.steps, start=shown.start(self.eps),
        )  # fmt: skip

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        """The parts are not weighted: adversarial, view (attacked, too), disagreement (JS)."""
        plain, moved = expect_attacked(attacked).unbind(dim=1)
        answers, right = _pass(classifier, batch, plain)
        shown = self.viewed(batch)
        with auxiliary_statistics(classifier.net):
            others, there = _pass(classifier, shown, moved)
        apart = jensen_shannon(answers, others).mean()
        total = (right + self.view * there) / (1 + self.view) + self.agreement * apart
        return total, {"adversarial": right.item(), "view": there.item(), "disagreement": apart.item()}


def _pass(classifier: Classifier, shown: Batch, attacked: Tensor) -> tuple[Tensor, Tensor]:
    """(log-probabilities (n, K) of the images as they are, the mean cross-entropy of the attacked ones)."""
    answers = log_probabilities(classifier(shown.images))
    return answers, cross_entropy(classifier(attacked), shown.labels)


OBJECTIVES: tuple[type[Objective], ...] = (AuxiliaryView,)
