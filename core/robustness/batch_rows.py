"""The rows of one batch of images on one model: as they are, and under one attack; and what has fallen so far."""

import time
from typing import Any

import torch
from torch import Tensor

from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.robustness.cells import AS_THEY_ARE
from core.robustness.request import Evaluation
from core.robustness.sweep import sweep

DIGITS = 4  # of a confidence


def fallen(rows: list[dict[str, Any]], attacks: tuple[Attack, ...]) -> dict[float, Tensor]:
    """Norm -> (N,) the place of the strength at which each image has fallen to the attacks of these rows."""
    known: dict[float, Tensor] = {}
    for row in rows:
        if row["attack"] != AS_THEY_ARE:
            fall(known, attacks[row["attack"]].norm, row["fell"])
    return known


def fall(known: dict[float, Tensor], norm: float, fell: list[int]) -> None:
    """Add what one more attack of this norm has taken."""
    new = torch.tensor(fell)
    known[norm] = torch.minimum(known[norm], new) if norm in known else new


def clean(model: Classifier, images: Tensor, labels: Tensor, places: Tensor) -> dict[str, Any]:
    sure, answers = model.probabilities(images).max(dim=1)
    return {"places": places.tolist(), "labels": labels.tolist(), "answers": answers.tolist(),
            "confidence": [round(each, DIGITS) for each in sure.tolist()]}  # fmt: skip


def attacked(
    asked: Evaluation, attack: Attack, model: Classifier, images: Tensor, labels: Tensor, batch: int,
    below: Tensor | None,
) -> dict[str, Any]:  # fmt: skip
    begun, seed = time.perf_counter(), asked.seed + batch * asked.batch
    swept = sweep(model, images, labels, attack, asked.strengths_of(attack), seed=seed, below=below)
    return {"fell": swept.fell.tolist(), "answers": swept.answers.tolist(), "flat": swept.flat.int().tolist(),
            "confidence": [[round(each, DIGITS) for each in row] for row in swept.confidence.tolist()],
            "made": swept.made, "naive": swept.naive, "evaluations": round(swept.evaluations, 1),
            "seconds": round(time.perf_counter() - begun, 3)}  # fmt: skip
