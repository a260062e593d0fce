"""One attack on one batch over rising strengths: at which of them each image falls.

An image that has fallen is not attacked again: what fools a model within one strength does so within every larger one.
So the share that holds falls with the strength by construction, and is the worst case over all strengths up to each.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.cancellation import CancelScope
from core.contracts.attack import Attack
from core.contracts.attack_loss import without_gradient
from core.contracts.classifier import Classifier
from core.evaluation.strength_sweep import at

WRONG = -1  # in `Swept.fell`: answered wrong to begin with
ROUNDING = 1e-6  # of x + eps in single precision


@dataclass(frozen=True, eq=False)
class Swept:
    """What became of N images under one attack at S strengths, rising.

    `fell` (N,) int: the place of the strength at which an image first gets a wrong answer, S if at none, WRONG if it
    has one as it is. `answers` (N,): the wrong answer, the label where it held. `confidence` (S, N): the probability of
    the answer at each strength, that of the wrong answer from where it fell. `flat` (N,): it holds, but gave an attack
    that follows gradients none. `made`, of `naive`: attacks on one image at one strength, of those on every image that
    is right as it is at every strength. `evaluations`: gradient evaluations of one image.
    """

    fell: Tensor
    answers: Tensor
    confidence: Tensor
    flat: Tensor
    made: int
    naive: int
    evaluations: float


def sweep(
    classifier: Classifier,
    images: Tensor,
    labels: Tensor,
    attack: Attack,
    strengths: Sequence[float],
    *,
    seed: int = 0,
    below: Tensor | None = None,
) -> Swept:
    """Attack images (N, C, H, W) in [0, 1] with labels (N,) at each of `strengths` (above 0, rising).

    below: (N,) int; an image is attacked only at strengths of a place below this, as it has fallen there to another
    attack. ValueError if the attack bounds its change in no norm that strengths are told in.
    """
    if attack.norm not in (math.inf, 2):
        raise ValueError(f"{attack.title} bounds the change in no norm that strengths are told in")
    count, most = len(images), len(strengths)
    first, sure = _answers(classifier, images)
    right = first == labels
    last = torch.full((count,), most) if below is None else below.clamp(0, most)
    fell = torch.where(right, most, WRONG)
    answers, confidence = torch.where(right, labels, first), sure.repeat(most, 1)
    made = 0
    with CancelScope() as scope:
        for place, rows, attacked in _attacks(classifier, images, labels, attack, strengths, seed, fell, last):
            made += len(rows) if place == 0 or not _once(attack) else 0
            found, sure = _answers(classifier, attacked)
            inside = _inside(attacked - images[rows], attack, strengths[place])
            confidence[place:, rows[inside]] = sure[inside]
            gone = inside & (found != labels[rows])
            fell[rows[gone]], answers[rows[gone]] = place, found[gone]
    flat = torch.zeros(count, dtype=torch.bool)
    held = ((fell == most) & (last == most)).nonzero()[:, 0]
    if attack.gradient_based and len(held):
        flat[held] = without_gradient(classifier, images[held], labels[held], attack.norm, strengths[-1])
    return Swept(fell, answers, confidence, flat, made, int(right.sum()) * most, scope.evaluations)


def _once(attack: Attack) -> bool:
    """Whether one computation serves all strengths: of an attack made so, or one that seeks the smallest change."""
    return attack.one_pass or attack.bound == math.inf


def _attacks(
    classifier: Classifier, images: Tensor, labels: Tensor, attack: Attack, strengths: Sequence[float], seed: int,
    fell: Tensor, last: Tensor,
) -> Iterator[tuple[int, Tensor, Tensor]]:  # fmt: skip
    """(place of a strength, rows that still stand there, their attacked images); `fell` is looked at anew each time."""
    most = len(strengths)
    begun = ((fell == most) & (last > 0)).nonzero()[:, 0]
    together: list[Tensor] = []
    if len(begun) and attack.one_pass:
        together = attack.at_strengths(classifier, images[begun], labels[begun], strengths, seed=seed)
    elif len(begun) and _once(attack):
        together = [attack(classifier, images[begun], labels[begun], seed=seed)] * most
    for place, eps in enumerate(strengths):
        rows = ((fell == most) & (last > place)).nonzero()[:, 0]
        if not len(rows):
            continue
        if together:
            yield place, rows, together[place].cpu()[torch.isin(begun, rows)]
        else:
            yield place, rows, at(attack, eps)(classifier, images[rows], labels[rows], seed=seed).cpu()


def _inside(change: Tensor, attack: Attack, eps: float) -> Tensor:
    """(N,) bool: the change keeps to the strength."""
    length: Tensor = torch.linalg.vector_norm(change.flatten(1), ord=attack.norm, dim=1)
    return length <= eps + ROUNDING * (1 if attack.norm == math.inf else 10)


def _answers(classifier: Classifier, images: Tensor) -> tuple[Tensor, Tensor]:
    """(N,) answers and (N,) their probabilities."""
    sure, answers = classifier.probabilities(images).max(dim=1)
    return answers.cpu(), sure.cpu()
