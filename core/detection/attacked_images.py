"""Stage 1 of a detection study: every image attacked at every strength, and what the classifier answers to it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.base import cancellation
from core.base.params import to_spec
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.detection.content_cache import ContentCache
from core.evaluation.strength_sweep import at
from core.robustness.sweep import ROUNDING

OnDone = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Attacked:
    """N images attacked at S strengths, rising.

    `images` (S, N, C, H, W) in [0, 1] in single precision, on the CPU; `answers` (S, N), the classifier's to them;
    `labels` (N,). `made` and `taken`: computations on one image that were made, and taken from a cache; one of them
    serves all strengths where the attack allows it.
    """

    images: Tensor
    answers: Tensor
    labels: Tensor
    strengths: tuple[float, ...]
    made: int
    taken: int

    @property
    def fooled(self) -> Tensor:
        """(S, N) bool: the answer is not the label."""
        return self.answers != self.labels

    def fooled_per_class(self, classes: int) -> Tensor:
        """(S, K): of how many images of each class the answer is wrong.

        >>> answers, labels = torch.tensor([[0, 1, 1], [1, 1, 0]]), torch.tensor([0, 0, 1])
        >>> Attacked(torch.empty(0), answers, labels, (0.1, 0.2), 3, 0).fooled_per_class(3).tolist()
        [[1, 0, 0], [2, 1, 0]]
        """
        counts = torch.zeros(len(self.strengths), classes, dtype=torch.int64)
        return counts.index_add(1, self.labels, self.fooled.long())


def attacked_images(
    classifier: Classifier,
    images: Tensor,
    labels: Tensor,
    attack: Attack,
    strengths: Sequence[float],
    *,
    seed: int = 0,
    batch: int = 100,
    cache: ContentCache | None = None,
    on_done: OnDone | None = None,
) -> Attacked:
    """Images (N, C, H, W) in [0, 1] of labels (N,), each attacked at each of `strengths` (above 0, rising).

    Unlike core.robustness.sweep, which attacks no image again that has fallen: what is shown at a strength was made at
    it. Of an attack that seeks the smallest change, an image is as it was where that change is beyond the strength.

    The seed of a batch is `seed` and the number of images before it, so that a computation broken off, or begun anew
    with a `cache`, goes on with the same numbers. Of a classifier whose weights are unknown nothing is kept. on_done:
    told how many of the N S attacked images there are. ValueError if the attack bounds its change in no norm that
    strengths are told in, or where strengths or images are not as said.
    """
    if attack.norm not in (math.inf, 2):
        raise ValueError(f"{attack.title} bounds the change in no norm that strengths are told in")
    if not strengths or strengths[0] <= 0 or list(strengths) != sorted(set(strengths)):
        raise ValueError("expected strengths above 0, rising")
    if not len(images) or len(images) != len(labels):
        raise ValueError(f"expected images and a label for each, got {len(images)} and {len(labels)}")
    images, labels = images.detach().float().cpu(), labels.detach().cpu()
    rounds = [tuple(strengths)] if _once(attack) else [(eps,) for eps in strengths]
    shown = torch.empty(len(strengths), *images.shape)
    answers = torch.empty(len(strengths), len(images), dtype=torch.int64)
    counts, done = {"made": 0, "taken": 0}, 0
    for start in range(0, len(images), batch):
        rows, first = slice(start, start + batch), 0
        for together in rounds:
            cancellation.check()
            asked = (classifier, attack, images[rows], labels[rows], together, seed + start)
            how, found = _found(*asked, cache=cache if classifier.fingerprint else None)
            places, first = slice(first, first + len(together)), first + len(together)
            shown[places, rows], answers[places, rows] = found["images"], found["answers"]
            counts[how] += len(images[rows])
            done += len(images[rows]) * len(together)
            if on_done is not None:
                on_done(done, answers.numel())
    return Attacked(shown, answers, labels, tuple(strengths), **counts)


def _once(attack: Attack) -> bool:
    """Whether one computation serves all strengths."""
    return attack.one_pass or attack.bound == math.inf


def _found(
    classifier: Classifier, attack: Attack, images: Tensor, labels: Tensor, strengths: tuple[float, ...], seed: int, *,
    cache: ContentCache | None,
) -> tuple[str, dict[str, Tensor]]:  # fmt: skip
    """How it was come by, and what one computation gives: "images" (S, n, C, H, W) and "answers" (S, n)."""
    key = ""
    if cache is not None:
        asked = {"strengths": strengths, "seed": seed, "attack": to_spec(attack), "classifier": classifier.fingerprint}
        key = cache.key("attacked images", asked, images, labels)
        if (known := cache.get(key)) is not None:
            return "made" if cache.counts_as_made(key) else "taken", known
    made = _made(classifier, attack, images, labels, strengths, seed)
    answers = torch.stack([classifier.probabilities(each).argmax(dim=1).cpu() for each in made])
    found = {"images": made, "answers": answers}
    if cache is not None:
        cache.put(key, found)
    return "made", found


def _made(
    classifier: Classifier, attack: Attack, images: Tensor, labels: Tensor, strengths: tuple[float, ...], seed: int
) -> Tensor:
    """(S, n, C, H, W), on the CPU."""
    if attack.one_pass:
        found = attack.at_strengths(classifier, images, labels, strengths, seed=seed)
        return torch.stack([each.cpu() for each in found])
    if not _once(attack):
        return torch.stack([at(attack, eps)(classifier, images, labels, seed=seed).cpu() for eps in strengths])
    nearest = attack(classifier, images, labels, seed=seed).cpu()
    length = torch.linalg.vector_norm((nearest - images).flatten(1), ord=attack.norm, dim=1)
    rounding = ROUNDING * (1 if attack.norm == math.inf else 10)
    inside = torch.stack([length <= eps + rounding for eps in strengths])
    return torch.where(inside[:, :, None, None, None], nearest, images)
