"""One attack on one image, with what it cost and what came of it: the facts on the attack card."""

import math
import time
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from core.base.cancellation import CancelScope
from core.contracts.attack import Attack
from core.contracts.attack_loss import without_gradient
from core.contracts.classifier import Classifier
from core.contracts.finite import expect_finite
from core.study.change_size import eight_bit, sizes
from core.study.prediction import Prediction, predict

LONGEST = 1000  # points kept of a trace


@dataclass(frozen=True, eq=False)
class Attacked:
    """The attacked image (C, H, W), the predictions before, after, and after saving in 8 bits; the card's numbers.

    `gradient`: whether there was one to follow; without, that the model held says nothing about it.
    """

    image: Tensor
    before: Prediction
    after: Prediction
    saved: Prediction
    target: int | None
    sizes: dict[str, float]
    sizes_saved: dict[str, float]
    queries: int
    forwards: int
    seconds: float
    ran: str
    trace: list[dict[str, float]] = field(default_factory=list)
    gradient: bool = True

    @property
    def held(self) -> bool:
        """Whether the attack looked for a way and found none."""
        return self.gradient and not self.fooled

    @property
    def fooled(self) -> bool:
        """Whether the attack reached its aim: the target, or any answer but the original one."""
        return self._reached(self.after)

    @property
    def survives(self) -> bool:
        """Whether it still does so after saving in 8 bits."""
        return self._reached(self.saved)

    def _reached(self, prediction: Prediction) -> bool:
        return prediction.top == self.target if self.target is not None else prediction.top != self.before.top

    def facts(self) -> dict[str, Any]:
        """All but the image, as JSON."""
        bare = replace(self, image=torch.zeros(0))
        return {name: value for name, value in asdict(bare).items() if name != "image"}

    @classmethod
    def from_facts(cls, image: Tensor, facts: dict[str, Any]) -> "Attacked":
        predictions = {name: Prediction(tuple(facts[name]["probabilities"])) for name in ("before", "after", "saved")}
        return cls(image=image, **(facts | predictions))


def attack(
    classifier: Classifier, method: Attack, image: Tensor, *, target: int | None = None, seed: int = 0
) -> Attacked:
    """Attack one image (C, H, W) away from the classifier's own answer, or towards `target`; record every step.

    The trace holds, for each pass through the network and for the result, the probabilities of the original answer and
    of the rival (the target, else the strongest other class), and the cross-entropy of the target, or of the original.
    """
    before = predict(classifier, image)
    if target == before.top:
        raise ValueError(f"the model already answers {classifier.labels[target]}; choose another class to aim at")
    trace: list[dict[str, float]] = []
    stride = 1

    def point(step: int, probabilities: Tensor) -> dict[str, float]:
        others = expect_finite(probabilities, "the model's answer on the way").clone()
        others[before.top] = -1.0
        rival = int(others.argmax()) if target is None else target
        aim = before.top if target is None else target
        return {
            "step": step,
            "loss": -math.log(max(probabilities[aim].item(), 1e-30)),
            "original": probabilities[before.top].item(),
            "other": probabilities[rival].item(),
        }

    def record(_images: Tensor, logits: Tensor) -> None:
        nonlocal stride
        if (scope.forwards - 1) % stride:
            return
        trace.append(point(scope.forwards - 1, logits[0].float().softmax(dim=0)))
        if len(trace) > LONGEST:
            del trace[1::2]
            stride *= 2

    labels = torch.tensor([before.top])
    begun = time.perf_counter()
    with CancelScope(watcher=record) as scope:
        aimed = None if target is None else torch.tensor([target])
        found = method(classifier, image[None], labels, targets=aimed, seed=seed).cpu()[0]
    seconds = time.perf_counter() - begun
    saved, after = eight_bit(found), predict(classifier, found)
    missed = after.top == before.top if target is None else after.top != target
    flat = missed and method.gradient_based and _flat(classifier, method, torch.stack([image, found]), before.top)
    trace.append(point(scope.forwards, torch.tensor(after.probabilities)))
    return Attacked(
        image=found,
        before=before,
        after=after,
        saved=predict(classifier, saved),
        target=target,
        sizes=sizes(found - image),
        sizes_saved=sizes(saved - image),
        queries=scope.queries,
        forwards=scope.forwards,
        seconds=seconds,
        ran=method.describe(classifier),
        trace=trace,
        gradient=not flat,
    )


def _flat(classifier: Classifier, method: Attack, images: Tensor, label: int) -> bool:
    """Whether none of the images (N, C, H, W) has a gradient that the attack could follow."""
    labels = torch.full((len(images),), label)
    return bool(without_gradient(classifier, images, labels, method.norm, method.bound).all())
