"""Adversarial training with PGD (Madry et al. 2018, arXiv 1706.06083; as set by Rice et al. 2020, arXiv 2002.11569)."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.params import param
from core.contracts.ascend import ascend
from core.contracts.attack_loss import attack_loss
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Adversarial, Loss, Objective, expect_attacked


@dataclass(frozen=True)
class PGDAdversarial(Adversarial):
    """mean_i CE(x_i + delta_i), delta_i from `steps` sign steps that raise the cross-entropy, from a uniform start.

    The attack runs with the network in training mode, as in the code of Rice et al.
    """

    key = "pgd_adversarial"
    title = "PGD adversarial training"
    plain = "Attacks each image with many small steps while learning, so that the answer holds under small changes."
    cite = "Madry et al. 2018, arXiv 1706.06083"

    step: float = param(2 / 255, low=0.1 / 255, high=16 / 255, title="Step", unit="/255", help="Change at each step")
    steps: int = param(10, low=1, high=50, title="Steps of the attack", help="How many steps it takes on every batch")

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor:
        return ascend(
            attack_loss(classifier, batch.labels),
            batch.images,
            eps=self.eps,
            step=self.step,
            steps=self.steps,
            start=batch.start(self.eps),
        )

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        loss = cross_entropy(classifier(expect_attacked(attacked)), batch.labels)
        return loss, {"adversarial": loss.item()}


OBJECTIVES: tuple[type[Objective], ...] = (PGDAdversarial,)
