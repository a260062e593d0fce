"""MART (Wang et al. 2020, ICLR): attacked images, and most weight on those whose answer is unsure or wrong."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.ascend import ascend
from core.contracts.attack_loss import attack_loss
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Adversarial, Loss, Objective, expect_attacked
from core.objectives._divergence import divergence, log_probabilities


def boosted_cross_entropy(log_p: Tensor, labels: Tensor) -> Tensor:
    """-log p_y - log(1.0001 - max_{j != y} p_j): (N, K) log-probabilities, (N,) -> (N,) in nats.

    >>> log_p = torch.tensor([[0.5, 0.3, 0.2]]).log()
    >>> round(boosted_cross_entropy(log_p, torch.tensor([0])).item(), 4)  # ln(2) - ln(0.7001)
    1.0497
    """
    right = log_p.gather(1, labels[:, None])[:, 0]
    wrong = log_p.scatter(1, labels[:, None], -torch.inf).max(dim=1).values.exp()
    return -right - (1.0001 - wrong).log()


@dataclass(frozen=True)
class Mart(Adversarial):
    """mean_i BCE(p(x_i'), y_i) + beta mean_i KL(p(x_i) | p(x_i')) (1 - p_{y_i}(x_i)), with x' = x + delta.

    BCE is the boosted cross-entropy above. As in the authors' code (github:YisenWang/MART, commit 2d83e17) delta raises
    the cross-entropy from noise of standard deviation 0.001, with the network in evaluation mode, and the loss has
    gradients through both distributions and the weight. Here the start is clipped to [0, 1]; all is made of
    log-probabilities, in fp32, so that 1 - p_y keeps its digits and the constants of 1e-12 and 1e-7, which kept their
    logarithms finite, are not needed. `beta` is that of their script.
    """

    key = "mart"
    title = "MART"
    settled = True
    plain = "Learns under attack, and minds most the images on which the model is still unsure or wrong."
    cite = "Wang et al. 2020, ICLR: Improving adversarial robustness requires revisiting misclassified examples"

    step: float = param(0.007, low=0.1 / 255, high=16 / 255, title="Step", unit="/255", help="Change at each step")
    steps: int = param(10, low=1, high=50, title="Steps of the attack", help="How many steps it takes on every batch")
    beta: float = param(5.0, low=0.0, high=20.0, title="Weight", help="How much it counts that the answer to an image "
                        "stays the same under attack; it counts less where the answer is sure and right")  # fmt: skip

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor:
        noise = batch.draw("start", lambda shape, draws: torch.randn(shape, generator=draws))
        with classifier.frozen():
            return ascend(
                attack_loss(classifier, batch.labels),
                batch.images,
                eps=self.eps,
                step=self.step,
                steps=self.steps,
                start=(batch.images + 0.001 * noise).clamp(0, 1),
            )

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        clean = log_probabilities(classifier(batch.images))
        moved = log_probabilities(classifier(expect_attacked(attacked)))
        right = boosted_cross_entropy(moved, batch.labels).mean()
        unsure = -clean.gather(1, batch.labels[:, None])[:, 0].expm1()  # 1 - p_y
        apart = (divergence(clean, moved) * unsure).mean()
        return right + self.beta * apart, {"adversarial": right.item(), "divergence": apart.item()}


OBJECTIVES: tuple[type[Objective], ...] = (Mart,)
