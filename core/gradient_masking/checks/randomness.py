"""Whether the model answers the same picture the same way, and what an attack that averages over its moods finds."""

from typing import Any

import torch
from torch import Tensor

from core.base.proportion import Proportion
from core.contracts.ascend import ascend
from core.evaluation.paired import newcombe_difference
from core.gradient_masking.finding import Check, Measured, difference, share
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import APART
from core.gradient_masking.walk import LOSSES, right

PASSES = 5
DRAWS, STEPS = 20, 20  # passes that each gradient is the mean of (EOT, as many as AutoAttack's), and steps


def measure(subject: Subject) -> Measured:
    @torch.no_grad()
    def apart(images: Tensor, _: Tensor) -> Tensor:
        passes = torch.stack([subject.classifier(images) for _ in range(PASSES)])
        most = torch.linalg.vector_norm(passes - passes[0], dim=2).amax(dim=0)
        relative: Tensor = most / torch.linalg.vector_norm(passes[0], dim=1).clamp_min(1e-30)
        return relative

    differ = Proportion(int((subject.each(apart) > APART).sum()), subject.count)
    values: dict[str, Any] = {"differ": share(differ), "passes": PASSES}
    if not differ.hits:
        said = f"{PASSES} passes over the same {subject.count} images gave the same scores: nothing is drawn by chance."
        return Measured("pass", said, values)

    def held(images: Tensor, labels: Tensor) -> Tensor:
        def loss(current: Tensor) -> Tensor:
            return torch.stack([LOSSES["careful"](subject.classifier(current), labels) for _ in range(DRAWS)]).mean(0)

        moved = ascend(loss, images, eps=subject.eps, step=2.5 * subject.eps / STEPS, steps=STEPS)
        return right(subject.classifier, moved, labels)

    averaged, single = subject.each(held), subject.held(subject.eps, "careful", STEPS)
    values |= {
        "right_after_single_gradients": share(Proportion(int(single.sum()), subject.count)),
        "right_after_averaged_gradients": share(Proportion(int(averaged.sum()), subject.count)),
        "averaging_takes_more": difference(newcombe_difference(single.tolist(), averaged.tolist())),
    }
    said = (
        f"The model answers by chance: {PASSES} passes over the same picture differ on {differ.hits} of "
        f"{subject.count} images, {int(single.sum())} withstand an attack that takes each gradient as it comes, and "
        f"{int(averaged.sum())} one that averages {DRAWS}; only numbers of the latter kind count."
    )
    return Measured("fail", said, values)


CHECK = Check(
    "randomness", "The same picture gets the same answer",
    "Croce, Hein 2020, arXiv 2003.01690; Athalye et al. 2018, arXiv 1802.00420", measure,
)  # fmt: skip
