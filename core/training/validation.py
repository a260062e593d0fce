"""The held-out images: how the raw and the averaged weights do after an epoch, and which weights were best so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from core.attacks.pgd import PGD
from core.base.proportion import Proportion
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.contracts.objective import Adversarial, Objective
from core.distributed.fabric import summed
from core.evaluation.accuracy import accuracy
from core.training.in_parts import in_parts

if TYPE_CHECKING:
    from lightning_fabric import Fabric

BLOCK = 250  # images an attack is made on together; its seed is the place of the block's first image


@dataclass(frozen=True, eq=False)
class Best:
    """The best weights so far: after which epoch (from 0), by which score, and whether they are the averaged ones."""

    epoch: int
    score: float
    averaged: bool
    weights: Mapping[str, Tensor]


def usual_validation_attack(objective: Objective) -> Attack | None:
    """PGD-10 of the objective's own strength, step eps / 4; None for an objective that does not attack."""
    if not isinstance(objective, Adversarial) or objective.eps == 0:
        return None
    return PGD(eps=objective.eps, step=max(objective.eps / 4, 0.1 / 255), steps=10)


def validate(
    classifier: Classifier, averaged: Classifier | None, data: Images, attack: Attack | None, fabric: "Fabric",
    at_once: int = BLOCK,
) -> dict[str, float]:  # fmt: skip
    """Accuracy on the held-out images as `clean` and, with an attack, `robust`; of the average as `clean_average`, ...

    Each process judges some of the blocks, at most `at_once` images in one pass of the network; neither changes the
    result, as the attack is made on whole blocks.
    """
    found: dict[str, float] = {}
    for suffix, each in (("", classifier), ("_average", averaged)):
        for name, against in (("clean", None), ("robust", attack)):
            if each is not None and len(data) and (name == "clean" or against is not None):
                found[name + suffix] = _share(in_parts(each, at_once), data, against, fabric)
    return found


def _share(classifier: Classifier, data: Images, attack: Attack | None, fabric: "Fabric") -> float:
    hits = torch.zeros(1, dtype=torch.float64 if fabric.device.type != "mps" else torch.float32, device=fabric.device)
    for begin in range(0, len(data), BLOCK):
        if begin // BLOCK % fabric.world_size == fabric.global_rank:
            rows = slice(begin, begin + BLOCK)
            block = Images(data.images[rows], data.labels[rows], data.classes)
            hits += accuracy(classifier, block, attack, seed=begin).hits
    summed([hits], fabric)
    return hits.item() / len(data)


def better(
    best: Best | None, epoch: int, found: Mapping[str, float], by: str, nets: Mapping[str, torch.nn.Module]
) -> Best | None:
    """`best`, or the weights of this epoch if they score at least as well in `by` ("clean" or "robust").

    nets: "" -> the raw weights and, where there is an average, "_average" -> that. The later of two equals is kept.
    """
    for suffix, net in nets.items():
        score = found.get(by + suffix)
        if score is not None and (best is None or score >= best.score):
            weights = {key: value.detach().clone() for key, value in net.state_dict().items()}
            best = Best(epoch, score, suffix == "_average", weights)
    return best


def guessing(data: Images) -> float:
    """The share of the images that always naming their most frequent label gets right; 0.0 without images.

    >>> guessing(Images(torch.zeros(4, 1, 1, 1), torch.tensor([0, 2, 2, 1]), ("a", "b", "c")))
    0.5
    """
    return torch.bincount(data.labels.cpu()).max().item() / len(data) if len(data) else 0.0


def collapsed(result: Mapping[str, Any]) -> str:
    """A sentence if the weights that a run kept do no better than guessing on its held-out images, else "".

    result: what the task `refine` found, with `held`, `averaged`, `judged` (how many images) and `guess`.

    >>> collapsed({"held": {"clean": 0.3}, "averaged": False, "judged": 1000, "guess": 0.11})
    ''
    >>> collapsed({"held": {"clean": 0.103}, "averaged": False, "judged": 1000, "guess": 0.112})
    'On the held-out images this is no better than always naming the most frequent class (11.2 %): nothing...'
    >>> collapsed({"held": {"clean": 31 / 300}, "averaged": False, "judged": 300, "guess": 0.1033})  # 31 of 300
    'On the held-out images this is no better than always naming the most frequent class (10.3 %): nothing...'
    """
    clean, guess, _ = _told(result)
    if clean is None or guess is None or clean > guess:
        return ""
    return (
        f"On the held-out images this is no better than always naming the most frequent class ({100 * guess:.1f} %): "
        "nothing usable was learnt. A lower learning rate often helps."
    )


def doubtful(result: Mapping[str, Any]) -> str:
    """A sentence if those weights do better than guessing by no more than chance allows, else "": see `collapsed`.

    >>> doubtful({"held": {"clean": 0.92}, "averaged": False, "judged": 250, "guess": 0.9})
    'Always naming the most frequent class is right on 90.0 %: on 250 images that cannot be told from what was learnt.'
    >>> doubtful({"held": {"clean": 0.3}, "averaged": False, "judged": 1000, "guess": 0.11})
    ''
    """
    clean, guess, count = _told(result)
    if clean is None or guess is None or clean <= guess or Proportion(round(clean * count), count).interval[0] > guess:
        return ""
    return (
        f"Always naming the most frequent class is right on {100 * guess:.1f} %: on {count:,} images that cannot be "
        "told from what was learnt."
    )


def _told(result: Mapping[str, Any]) -> tuple[float | None, float | None, int]:
    """Share right of the weights kept, that of guessing, and on how many images; no shares where there are none."""
    clean = result.get("held", {}).get("clean_average" if result.get("averaged") else "clean")
    count, guess = result.get("judged", 0), result.get("guess")
    if not count or guess is None:
        return None, None, 0
    return clean, round(guess * count) / count, count  # older results have it to four digits
