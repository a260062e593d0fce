"""N-FGSM (de Jorge et al. 2022, arXiv 2202.01181): one FGSM step from strong noise, clipped to no ball."""

import math
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
class NFGSM(Adversarial):
    """mean_i CE(x_i'), x' = clip(eta + step_ratio eps sign grad CE(eta)), eta = clip(x + U(-k eps, k eps)), in [0, 1].

    The change is not clipped to the ball of eps: a value may move by (k + step_ratio) eps, `reach`. As in the authors'
    code (github:pdejorge/N-FGSM, commit 0a9e4f0) the step is taken with the network in training mode.
    """

    key = "n_fgsm"
    title = "N-FGSM"
    plain = (
        "Attacks each image with one step from strong noise while learning, which keeps one-step attacks from losing "
        "their effect as training goes on."
    )
    cite = "de Jorge et al. 2022, arXiv 2202.01181"

    k: float = param(2.0, low=0.0, high=4.0, step=0.1, title="Noise",
                     help="How far from the image an attack begins at most, over the strength; what it then ends at "
                     "may lie further from the image than the strength")  # fmt: skip
    step_ratio: float = param(1.0, low=0.1, high=2.0, title="Step", help="Step length over the strength")

    @property
    def reach(self) -> float:
        return (self.k + self.step_ratio) * self.eps

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor:
        return ascend(
            attack_loss(classifier, batch.labels),
            batch.images,
            eps=math.inf,
            step=self.step_ratio * self.eps,
            steps=1,
            start=batch.start(self.k * self.eps),
        )

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        loss = cross_entropy(classifier(expect_attacked(attacked)), batch.labels)
        return loss, {"adversarial": loss.item()}


OBJECTIVES: tuple[type[Objective], ...] = (NFGSM,)
