"""NuAT (Sriramanan et al. 2021, NeurIPS): one-step attacks, and a batch's answers held together by a nuclear norm."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.params import param
from core.contracts.ascend import ascend
from core.contracts.attack_loss import label_loss
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Adversarial, Loss, Objective, expect_attacked
from core.objectives._nuclear_norm import nuclear_norm


@dataclass(frozen=True)
class NuAT(Adversarial):
    """mean_i CE(x_i, y_i) + lambda |Z(X) - Z(X~)|_* / B, the nuclear norm of all B rows of logits together.

    lambda is 0 in the first epoch and rises by weight / epochs with each. The attack starts at x + noise eps s, s = -1
    or 1 by lot in each value, takes one sign step of step_ratio eps, and is clipped to the ball and to [0, 1]. In every
    second batch it raises CE + lambda |Z(X) - Z(.)|_* / B, in the others CE alone.

    As in the authors' code (github:val-iisc/NuAT, commit 8962290): in the attack the clean logits are those of training
    mode, which costs a pass without a gradient in every batch, the others those of evaluation mode; the attacked images
    pass first in the loss; gradients flow through both logits. There the turn of batches begins anew in each epoch,
    here it runs on. Their momentum is not Nesterov's. The norm of a batch is not the mean of the norms of its parts:
    a batch is never cut.
    """

    key = "nuat"
    title = "NuAT (nuclear norm)"
    settled = True
    whole = True
    plain = (
        "Attacks each image with one step, and learns the right answers and that those to a whole batch hardly move "
        "under attack: strong protection for little time."
    )
    cite = "Sriramanan, Addepalli, Baburaj, Babu 2021, NeurIPS: Towards efficient and effective adversarial training"

    noise: float = param(0.5, low=0.0, high=1.0, step=0.05, title="Start",
                         help="How far from the image an attack begins, over the strength")  # fmt: skip
    step_ratio: float = param(1.0, low=0.1, high=2.0, title="Step", help="Step length over the strength")
    weight: float = param(4.0, low=0.0, high=20.0, title="Weight at the end",
                          help="How much it counts in the last epochs that the answers to a batch stay the same under "
                          "attack; it rises from nothing")  # fmt: skip

    def begin(self) -> Mapping[str, float]:
        return {"nuclear": 0.0}

    def advance(self, kept: Mapping[str, float], parts: Mapping[str, float]) -> Mapping[str, float]:
        """Whether the next attack raises the norm too (1.0) or not (0.0): by turns.

        >>> NuAT().advance({"nuclear": 0.0}, {})
        {'nuclear': 1.0}
        """
        return {"nuclear": 1.0 - kept["nuclear"]}

    def strength(self, batch: Batch) -> float:
        """lambda"""
        return self.weight * batch.trained

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor:
        with torch.no_grad():
            clean = classifier(batch.images)
        strength = self.strength(batch) * batch.kept.get("nuclear", 0.0)

        def rises(images: Tensor) -> Tensor:
            logits = classifier(images)
            if not strength:
                return label_loss(logits, batch.labels)
            apart = nuclear_norm(clean - logits) / len(images)
            return cross_entropy(logits, batch.labels, reduction="none") + strength * apart

        signs = batch.draw("start", lambda shape, draws: 2.0 * torch.randint(2, shape, generator=draws) - 1.0)
        with classifier.frozen():
            return ascend(
                rises,
                batch.images,
                eps=self.eps,
                step=self.step_ratio * self.eps,
                steps=1,
                start=(batch.images + self.noise * self.eps * signs).clamp(0, 1),
            )

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        """The parts: cross_entropy, nuclear_norm (over B, without its weight), weight (lambda)."""
        moved = classifier(expect_attacked(attacked))
        logits = classifier(batch.images)
        right = cross_entropy(logits, batch.labels)
        apart = nuclear_norm(logits - moved) / len(batch)
        strength = self.strength(batch)
        parts = {"cross_entropy": right.item(), "nuclear_norm": apart.item(), "weight": strength}
        return right + strength * apart, parts


OBJECTIVES: tuple[type[Objective], ...] = (NuAT,)
