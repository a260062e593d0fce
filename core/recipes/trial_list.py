"""The trials made before `lime_guided` was set, by name, and the grounds that they stand on."""

from dataclasses import dataclass
from typing import Any

from core.attacks.pgd import PGD
from core.training.schedule import Schedule


@dataclass(frozen=True)
class Ground:
    """What the trials of one table have in common: base, data, images to learn from, schedule, the judging attack."""

    base: str
    data: str
    images: int
    schedule: Schedule
    validation_attack: PGD


GROUNDS = {
    "cifar10": Ground(
        "cifar10_resnet20:standard", "cifar10", 10_000, Schedule(epochs=5, lr=0.1, held_out=0, clip=0.0, ema=0.99),
        PGD(eps=8 / 255, step=2 / 255, steps=10),
    ),
    "mnist": Ground(
        "mnist_cnn:standard", "mnist", 12_000,
        Schedule(epochs=4, lr=0.05, held_out=0, clip=5.0, crop=2, flip=False, ema=0.98),
        PGD(eps=0.2, step=0.02, steps=10),
    ),
}  # fmt: skip

LIME: dict[str, Any] = {"method": "lime_guided", "groups": 2, "every": 1, "masking": 0.5}
UNSTABLE = {"instability": 1.0, "repeats": 2}
ONLY_MASKS = LIME | {"sensitivity": 0.0, "first": 0}
ONLY_PENALTY = LIME | {"masking": 0.0, "sensitivity": 100.0, "first": 1}
TRIALS: dict[str, dict[str, Any]] = {
    "plain": {"method": "fast_adversarial"},
    "patch_lime": ONLY_MASKS | {"fill": "patch"},
    "patch_random": ONLY_MASKS | {"fill": "patch", "mask_source": "random"},
    "penalty_at_once": ONLY_PENALTY | {"sensitivity": 10.0, "first": 0},
    "penalty_lime": ONLY_PENALTY,
    "penalty_30": ONLY_PENALTY | {"sensitivity": 30.0},
    "penalty_300": ONLY_PENALTY | {"sensitivity": 300.0},
    "penalty_once": ONLY_PENALTY | {"groups": 1, "every": 100},
    "penalty_late": ONLY_PENALTY | {"groups": 1, "every": 100, "first": 3},
    "penalty_unstable": ONLY_PENALTY | UNSTABLE,
    "penalty_random": ONLY_PENALTY | {"mask_source": "random"},
    "mean_true": ONLY_MASKS | {"fill": "mean", "explained": "true"},
    "mean_true_shuffled": ONLY_MASKS | {"fill": "mean", "explained": "true", "mask_source": "shuffled"},
    "mean_random": ONLY_MASKS | {"fill": "mean", "mask_source": "random"},
    "patch_true": ONLY_MASKS | {"fill": "patch", "explained": "true"},
    "patch_free": ONLY_MASKS | UNSTABLE | {"fill": "patch", "explained": "free"},
    "patch_supporting": ONLY_MASKS | {"fill": "patch", "polarity": "supporting"},
    "patch_gradient": ONLY_MASKS | {"fill": "patch", "mask_source": "gradient"},
    "penalty_gradient": ONLY_PENALTY | {"mask_source": "gradient"},
}
DIGITS: dict[str, Any] = {"method": "lime_guided", "eps": 0.2, "steps": 7, "step_ratio": 0.25, "every": 2, "groups": 2}
TRIALS |= {
    "mnist_plain": DIGITS | {"sensitivity": 0.0},
    "mnist_penalty_30": DIGITS | {"sensitivity": 30.0},
    "mnist_penalty_100": DIGITS | {"sensitivity": 100.0},
    "mnist_penalty_100_unclipped": DIGITS | {"sensitivity": 100.0},
    "mnist_penalty_30_random": DIGITS | {"sensitivity": 30.0, "mask_source": "random"},
    "mnist_penalty_30_once": DIGITS | {"sensitivity": 30.0, "every": 100, "groups": 1},
    "mnist_one_step": DIGITS | {"sensitivity": 100.0, "steps": 1},
}
UNCLIPPED = "_unclipped"  # ends the name of a trial without gradient clipping


def ground(name: str) -> str:
    """The ground that a trial stands on, told by its name."""
    return "mnist" if name.startswith("mnist_") else "cifar10"
