"""How the shipped checkpoints are trained: `python -m core.recipes [NAME ...]`; those for a CPU if none is named.

Data come from $COUNTERPROOF_DATA, the data folder or a download; results go to assets/checkpoints. What was interrupted
goes on when the same command is given again.
"""

import argparse
from dataclasses import replace
from typing import Any

from core.recipes.train_checkpoint import Recipe, train
from core.training.presets import CUTMIX
from core.training.schedule import Schedule


def _refined(
    base: Recipe, schedule: Schedule, twin: dict[str, Any], guided: dict[str, Any], random: dict[str, Any],
    more: tuple[int, int],
) -> dict[str, Recipe]:  # fmt: skip
    """LIME-guided refinement of a checkpoint, the same with masks drawn by lot, and adversarial training alone.

    more: the epochs of the latter two, so many that they spend the gradient evaluations that LIME does. random: when
    the control draws its masks, so that they stand over the same share of its longer training.
    """
    name = f"{base.architecture}_"
    kinds = (
        ("lime_guided", guided, schedule.epochs),
        ("random_masks", guided | {"mask_source": "random"} | random, more[0]),
        (twin["method"], twin, more[1]),
    )
    return {
        name + kind: replace(base, objective=spec, schedule=replace(schedule, epochs=epochs), base="standard")
        for kind, spec, epochs in kinds
    }


PLAIN = Schedule(lr=0.2, clip=0.0)  # with batch normalisation, gradients stay short by themselves
DIGITS = replace(PLAIN, epochs=6, lr=0.05, crop=2, flip=False)
RECIPES = {
    "cifar10_resnet20_standard": Recipe(
        "cifar10_resnet20", "cifar10", {"method": "cross_entropy"}, replace(PLAIN, epochs=30), 8 / 255, 2 / 255
    ),
    "cifar10_resnet20_adversarial": Recipe(
        "cifar10_resnet20", "cifar10", {"method": "fast_adversarial"}, replace(PLAIN, epochs=20), 8 / 255, 2 / 255
    ),
    "mnist_cnn_standard": Recipe("mnist_cnn", "mnist", {"method": "cross_entropy"}, DIGITS, 0.2, 0.02),
}
RECIPES |= _refined(
    RECIPES["cifar10_resnet20_standard"], replace(PLAIN, epochs=8, lr=0.1, ema=0.995),
    {"method": "fast_adversarial"},
    {"method": "lime_guided", "first": 2, "every": 2, "turns": 2}, {"first": 4, "every": 4}, more=(16, 19),
)  # fmt: skip
RECIPES |= _refined(
    RECIPES["mnist_cnn_standard"], replace(DIGITS, ema=0.995, clip=5.0),
    {"method": "pgd_adversarial", "eps": 0.2, "step": 0.05, "steps": 7},
    {"method": "lime_guided", "eps": 0.2, "step_ratio": 0.25, "steps": 7, "sensitivity": 30.0,
     "first": 1, "every": 2, "turns": 2},
    {"first": 1, "every": 3}, more=(8, 9),
)  # fmt: skip
LARGE = Recipe(  # a network with capacity to spare and a fifth of the images: where robust training overfits
    "cifar10_resnet18", "cifar10", CUTMIX | {"steps": 2, "step_ratio": 0.5, "first": 10, "every": 15},
    Schedule(epochs=50, batch=256, lr=0.1, warm=0.2, clip=5.0, ema=0.995, held_out=300), 8 / 255, 2 / 255,
    images=10_000, half=True,
)  # fmt: skip
ON_A_GPU = {
    "cifar10_resnet18_lime_guided": LARGE,
    "cifar10_resnet18_random_masks": replace(
        LARGE, objective=LARGE.objective | {"mask_source": "random", "first": 12, "every": 18},
        schedule=replace(LARGE.schedule, epochs=62),
    ),
}  # fmt: skip


def main() -> None:
    """Train the checkpoints that are named; all that a CPU can make in an hour or two if none is."""
    parser = argparse.ArgumentParser(prog="python -m core.recipes", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join([*RECIPES, *ON_A_GPU])}")
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    asked = parser.parse_args()
    known = RECIPES | ON_A_GPU
    if unknown := [name for name in asked.names if name not in known]:
        parser.error(f"there is no recipe {', '.join(unknown)}")
    for name in asked.names or RECIPES:
        train(name, known[name], asked.device)


if __name__ == "__main__":
    main()
