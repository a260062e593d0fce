"""Fast adversarial training (Wong, Rice, Kolter 2020, arXiv 2001.03994): one FGSM step from a random start."""

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
class FastAdversarial(Adversarial):
    """mean_i CE(x_i + delta_i), delta_i one sign step of length step_ratio * eps from a uniform start in the ball.

    The step is taken with the network in training mode, as in the authors' code.
    """

    key = "fast_adversarial"
    title = "Fast adversarial training"
    plain = "Attacks each image with one step while learning, so that the answer holds under small changes."
    cite = "Wong, Rice, Kolter 2020, arXiv 2001.03994"

    step_ratio: float = param(1.25, low=0.1, high=2.0, title="Step", help="Step length over the strength")

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor:
        return ascend(
            attack_loss(classifier, batch.labels),
            batch.images,
            eps=self.eps,
            step=self.step_ratio * self.eps,
            steps=1,
            start=batch.start(self.eps),
        )

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        loss = cross_entropy(classifier(expect_attacked(attacked)), batch.labels)
        return loss, {"adversarial": loss.item()}


OBJECTIVES: tuple[type[Objective], ...] = (FastAdversarial,)
