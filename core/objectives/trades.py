"""TRADES (Zhang et al. 2019, arXiv 1901.08573): right on the images, and the same answer nearby."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.params import param
from core.contracts.ascend import ascend
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Adversarial, Loss, Objective, expect_attacked
from core.objectives._divergence import divergence


@dataclass(frozen=True)
class Trades(Adversarial):
    """mean_i CE(x_i, y_i) + beta mean_i KL(p(x_i) | p(x_i + delta_i)), delta_i raising that divergence (eq. 5).

    As in the authors' code the attack starts from noise of standard deviation 0.001 and finds the network in evaluation
    mode, and the loss has gradients through both distributions. The start is clipped to [0, 1] here.
    """

    key = "trades"
    title = "TRADES"
    settled = True
    plain = "Learns the right answers, and to give the same answer to every image that looks the same."
    cite = "Zhang et al. 2019, arXiv 1901.08573"

    step: float = param(0.007, low=0.1 / 255, high=16 / 255, title="Step", unit="/255", help="Change at each step")
    steps: int = param(10, low=1, high=50, title="Steps of the attack", help="How many steps it takes on every batch")
    beta: float = param(6.0, low=0.0, high=20.0, title="Weight", help="How much agreement counts against being right")

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor:
        noise = batch.draw("start", lambda shape, draws: torch.randn(shape, generator=draws))
        with classifier.frozen():
            with torch.no_grad():
                clean = classifier(batch.images).log_softmax(dim=1)
            return ascend(
                lambda x: divergence(clean, classifier(x).log_softmax(dim=1)),
                batch.images,
                eps=self.eps,
                step=self.step,
                steps=self.steps,
                start=(batch.images + 0.001 * noise).clamp(0, 1),
            )

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        logits = classifier(batch.images)
        right = cross_entropy(logits, batch.labels)
        nearby = classifier(expect_attacked(attacked)).log_softmax(dim=1)
        apart = divergence(logits.log_softmax(dim=1), nearby).mean()
        return right + self.beta * apart, {"cross_entropy": right.item(), "divergence": apart.item()}


OBJECTIVES: tuple[type[Objective], ...] = (Trades,)
