"""Auto-PGD (Croce, Hein 2020, arXiv 2003.01690, section 3), run by torchattacks."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.attacks._torchattacks import LIBRARY, borrowed
from core.base.params import param
from core.contracts.ascend import OnStep
from core.contracts.attack import Attack, LinfAttack
from core.contracts.attack_loss import label_loss, margin
from core.contracts.classifier import Classifier


def aimed_ratio(logits: Tensor, targets: Tensor) -> Tensor:
    """The targeted difference of logits ratio, higher nearer the targets: (N, K >= 4), (N,) -> (N,)."""
    ordered = logits.sort(dim=1, descending=True).values
    scale = ordered[:, 0] - (ordered[:, 2] + ordered[:, 3]) / 2
    return margin(logits, targets) / (scale + 1e-12)


@dataclass(frozen=True)
class APGD(LinfAttack):
    """PGD with momentum that starts with step 2 eps, halves it where progress stalls, and restarts from the best point.

    Returned: a point with a wrong answer where one was met, else the point of highest loss (the library itself would
    hand back the clean image). Losses: `ce` is cross-entropy, `dlr` = -(z_y - max_{j != y} z_j) / (z_(1) - z_(3)).
    With targets the loss is -CE(target), or -(max_{j != t} z_j - z_t) / (z_(1) - (z_(3) + z_(4)) / 2), and the returned
    point the one of highest loss. z_(1) is the highest logit: `dlr` needs three classes, four with targets. The paper's
    eq. 7 has z_y where the maximum stands, which can end in a third class; while y leads the others they are the same.

    >>> logits = torch.tensor([[5.0, 1.0, 2.0, 3.0]])  # -(5 - 2) / (5 - (2 + 1) / 2)
    >>> round(aimed_ratio(logits, torch.tensor([2])).item(), 4)
    -0.8571
    """

    key = "apgd"
    title = "APGD"
    plain = "A PGD that chooses its own step size, large at first and smaller where it no longer gets ahead."
    cite = "Croce, Hein 2020, arXiv 2003.01690"
    library = LIBRARY

    steps: int = param(50, low=1, high=500, title="Steps", help="How many steps to take")
    loss: str = param(
        "ce", choices={"ce": "cross-entropy", "dlr": "difference of logits ratio"}, title="Loss",
        help="What it raises: cross-entropy (ce), or a ratio of score differences, blind to their scale (dlr)",
    )  # fmt: skip

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        import torchattacks

        needed = 2 if self.loss == "ce" else 3 if targets is None else 4
        if len(classifier.labels) < needed:
            raise ValueError(
                f"this loss needs {needed} classes, the classifier has {len(classifier.labels)}: choose ce"
            )
        attack = torchattacks.APGD(borrowed(classifier), norm="Linf", eps=self.eps, steps=self.steps, loss="dlr")
        if targets is None:
            if self.loss == "ce":
                attack.dlr_loss = label_loss  # the library's slot for a loss of (logits, labels)
            highest, right, _, wrong = attack.attack_single_run(images, labels)
            return torch.where(right.view(-1, 1, 1, 1), highest, wrong)
        if self.loss == "ce":
            attack.dlr_loss = lambda logits, _labels: -cross_entropy(logits, targets, reduction="none")
        else:
            attack.dlr_loss = lambda logits, _labels: aimed_ratio(logits, targets)
        highest, *_ = attack.attack_single_run(images, labels)
        return torch.as_tensor(highest)


ATTACKS: tuple[type[Attack], ...] = (APGD,)
