"""Pictures made against another model must not fool this one where its own gradients find nothing."""

import math
from typing import Any

import torch
from torch import Tensor

from core.base.proportion import Proportion
from core.contracts.ascend import ascend, random_start
from core.gradient_masking.checks._beyond_gradients import beyond
from core.gradient_masking.finding import Check, Measured, share
from core.gradient_masking.subject import Subject
from core.gradient_masking.walk import LOSSES, STEPS, right


def measure(subject: Subject) -> Measured:
    """PGD on the surrogate, by the careful loss."""
    other = subject.surrogate
    if other is None:
        return Measured("unknown", "No second model was named to make attacked pictures with: this was not measured.")
    generator = subject.generator("transfer")
    fooled = []

    def attacked(images: Tensor, labels: Tensor) -> Tensor:
        start = random_start(images, subject.eps, math.inf, generator)
        with other.frozen():
            found = ascend(lambda x: LOSSES["careful"](other(x), labels), images, eps=subject.eps,
                           step=subject.eps / 10, steps=STEPS, start=start)  # fmt: skip
            fooled.append(~right(other, found, labels))
        return right(subject.classifier, found, labels)

    left = subject.each(attacked)
    found = beyond(subject, left, f"pictures made against {other.key or 'another model'}")
    wrong = torch.cat(fooled)
    values: dict[str, Any] = {
        **found.values,
        "surrogate": other.key,
        "fooled_surrogate": share(Proportion(int(wrong.sum()), len(wrong))),
    }
    if wrong.any():
        values["of_these_transfer"] = share(Proportion(int((wrong & ~left).sum()), int(wrong.sum())))
    return Measured(found.verdict, found.said, values)


CHECK = Check(
    "transfer", "Pictures made against another model find nothing that gradients do not",
    "Athalye et al. 2018, arXiv 1802.00420; Carlini et al. 2019, arXiv 1902.06705", measure,
)  # fmt: skip
