"""The attacker who knows: images that the classifier answers wrong and the detector lets pass, within a strength.

What is called passed has passed the real detector on the real signature, which the attacker may ask as often as it
likes; gradients, of a surrogate of the signature, only say where to look (arXiv 1705.07263, 2002.08347, 2106.15023).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.base.cancellation import CancelScope
from core.contracts.ascend import random_start
from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier
from core.contracts.detector import Fitted
from core.detection.adaptive.adaptive_gradients import Known
from core.detection.adaptive.adaptive_search import ScoreOf, Search, Try
from core.detection.adaptive.differentiable_signature import Surrogate

TRIES = (Try("orthogonal"), Try("weighted"), Try("orthogonal", reach=2), Try("weighted", reach=2))


@dataclass(frozen=True, eq=False)
class Adapted:
    """The best found of each of N images: the one of lowest real score among those that fool, else the image itself.

    `images` (N, C, H, W); `fooled` (N,) bool: answered wrong; `scores` (N,), the real ones; `passed` (N,) bool: fooled,
    with a score not above the threshold. `stood_in`: the gradients were a stand-in's. `queries`: images that the real
    detector was asked about; `evaluations`: gradient evaluations of one image, those of the real scores included.
    """

    images: Tensor
    fooled: Tensor
    scores: Tensor
    passed: Tensor
    stood_in: bool
    queries: int
    evaluations: float


def adaptive_attack(
    classifier: Classifier, fitted: Fitted, images: Tensor, labels: Tensor, eps: float, *, threshold: float,
    score_of: ScoreOf, surrogate: Surrogate | None = None, stand_in: tuple[Fitted, float] | None = None,
    tries: Sequence[Try] = TRIES, steps: int = 100, step: float | None = None, check: int = 10, batch: int = 50,
    seed: int = 0, on_done: Callable[[int, int], None] | None = None,
) -> Adapted:  # fmt: skip
    """Look for changes of images (N, C, H, W) in [0, 1], none above `eps`, that fool and score at most `threshold`.

    Each of `tries` begins at a random start, for the images that have not passed yet, and takes `steps` steps against
    the sign of `uphill`, of length `step` (None: what adds up to 5 eps, at most eps / 2), falling evenly to 0. Every
    `check` steps the fooling image of lowest score since the last look is shown to `score_of`; an image that passes is
    done. There, on the weighted way, its weight, 1 at first, doubles where an image fools and is detected, and halves
    where none fools. The way "detector", which goes with no other, wants a low score, whatever the answer.

    surrogate: what stands for the signatures in gradients; None for a detector that looks at none. stand_in: a detector
    with gradients, and its threshold, for one that has none; the real one then only answers. on_done: told how much is
    done, of how much. The same seed gives the same. ValueError for a detector without gradients and without a stand-in.
    """
    if not len(images):
        raise ValueError("there are no images to attack")
    expect_batch(classifier, images, labels)
    step = eps * min(10 / max(steps, 1), 0.5) if step is None else step
    if not 0 < eps <= 1 or not step > 0 or min(steps, check, batch) < 1 or not math.isfinite(threshold):
        raise ValueError("expected a strength up to 1 and a step, both above 0, a finite threshold, and counts of 1 up")
    ways = {each.way for each in tries}
    if not ways or ("detector" in ways and len(ways) > 1):
        raise ValueError("expected at least one try, and the way detector with no other")
    images, labels = images.detach().float().cpu(), labels.cpu()
    with CancelScope() as scope, classifier.frozen():
        known = Known(classifier, fitted, threshold, surrogate)
        known, softness = _with_gradients(known, stand_in, images, labels, batch)
        search = Search(known, images, labels, eps, threshold, score_of, batch=batch, fooling="detector" not in ways)
        for place, one in enumerate(tries):
            starts = random_start(images, eps, math.inf, torch.Generator().manual_seed(seed + place))
            left = (~search.done).nonzero()[:, 0]
            before = (place + 1) * len(images) - len(left)
            for rows in torch.split(left, batch):
                for part in search.walk(
                    one, rows, starts[rows], softness, step=step, steps=steps, check=check, seed=seed + place
                ):  # fmt: skip
                    if on_done is not None:
                        on_done(int((before + part * len(rows)) * steps), len(tries) * len(images) * steps)
                before += len(rows)
    passed = search.fooled & (search.scores <= threshold)
    return Adapted(
        search.best, search.fooled, search.scores, passed, known.fitted is not fitted, search.queries, scope.evaluations
    )


def _with_gradients(
    known: Known, stand_in: tuple[Fitted, float] | None, images: Tensor, labels: Tensor, batch: int
) -> tuple[Known, float]:
    """What has gradients, and how far the scores of the images as they are lie from its threshold, in the middle."""
    try:
        known.look(images[:1].to(known.classifier.device), labels[:1].to(known.classifier.device))
    except NotImplementedError as error:
        if stand_in is None:
            raise ValueError("this detector has no gradients: an attack needs a stand-in that has") from error
        known = replace(known, fitted=stand_in[0], threshold=stand_in[1])
    device = known.classifier.device
    scores = [
        known.look(some.to(device), own.to(device), beside=False).scores.cpu()
        for some, own in zip(torch.split(images, batch), torch.split(labels, batch), strict=True)
    ]
    distance = (torch.cat(scores) - known.threshold).abs().median().item()
    return known, distance if distance > 0 else 1.0
