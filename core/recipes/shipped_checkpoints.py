"""How the shipped checkpoints are trained but for those of other defences: see core.recipes.__main__."""

from dataclasses import replace

from core.contracts.objective import Objective
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.fast_adversarial import FastAdversarial
from core.objectives.lime_guided import LimeGuided
from core.objectives.pgd_adversarial import PGDAdversarial
from core.recipes.redraw_cifar100 import REDRAWN, SPLIT
from core.recipes.train_checkpoint import Recipe
from core.refinement.presets import CUTMIX, NUAT
from core.refinement.request import Refinement
from core.training.schedule import Schedule


def _refined(
    base: Recipe, schedule: Schedule, twin: Objective, guided: LimeGuided, random: LimeGuided, more: tuple[int, int]
) -> dict[str, Recipe]:
    """LIME-guided refinement of a checkpoint, the same with masks drawn by lot, and adversarial training alone.

    more: the epochs of the latter two, so many that they spend the gradient evaluations that LIME does. random draws
    its masks at other epochs, so that they stand over the same share of its longer training.
    """
    architecture = base.request.base
    kinds = {"lime_guided": (guided, schedule.epochs), "random_masks": (random, more[0]), twin.key: (twin, more[1])}
    return {
        f"{architecture}_{kind}": replace(base, request=replace(
            base.request, base=f"{architecture}:standard", start="base", objective=objective,
            schedule=replace(schedule, epochs=epochs),
        ))
        for kind, (objective, epochs) in kinds.items()
    }  # fmt: skip


PLAIN = Schedule(lr=0.2, clip=0.0)  # with batch normalisation, gradients stay short by themselves
COLOURS = Recipe(
    Refinement("cifar10_resnet20", "cifar10", CrossEntropy(), replace(PLAIN, epochs=30), start="scratch"),
    8 / 255, 2 / 255,
)  # fmt: skip
SMALL = replace(PLAIN, epochs=6, lr=0.05, crop=2, flip=False)
DIGITS = Recipe(Refinement("mnist_cnn", "mnist", CrossEntropy(), SMALL, start="scratch"), 0.2, 0.02)
DECOY = replace(DIGITS, request=replace(  # no crop: the square stays in its corner
    DIGITS.request, data="decoy_mnist", images=12_000, schedule=replace(SMALL, crop=0),
))  # fmt: skip
GUIDED = LimeGuided(first=2, every=2, groups=2)
GUIDED_DIGITS = LimeGuided(
    eps=0.2, step_ratio=0.25, steps=7, sensitivity=30.0, first=1, every=2, groups=2
)  # fmt: skip

RECIPES = {
    "cifar10_resnet20_standard": COLOURS,
    "cifar10_resnet20_adversarial": replace(COLOURS, request=replace(
        COLOURS.request, objective=FastAdversarial(), schedule=replace(PLAIN, epochs=20)
    )),
    "mnist_cnn_standard": DIGITS,
    "mnist_cnn_decoy": DECOY,
}  # fmt: skip
RECIPES |= _refined(
    COLOURS, replace(PLAIN, epochs=8, lr=0.1, ema=0.995), FastAdversarial(), GUIDED,
    replace(GUIDED, mask_source="random", first=4, every=4), more=(16, 19),
)  # fmt: skip
RECIPES |= _refined(
    DIGITS, replace(SMALL, ema=0.995, clip=5.0), PGDAdversarial(eps=0.2, step=0.05, steps=7), GUIDED_DIGITS,
    replace(GUIDED_DIGITS, mask_source="random", first=1, every=3), more=(8, 9),
)  # fmt: skip
HUNDRED = Recipe(  # the steps of COLOURS where there are ten times the classes
    Refinement(
        "cifar100_resnet20", f"own:{REDRAWN}", CrossEntropy(), replace(PLAIN, epochs=24), start="scratch"
    ),
    8 / 255, 2 / 255, split=SPLIT,
)  # fmt: skip
FEWER = replace(HUNDRED, request=replace(HUNDRED.request, images=10_000))  # so that a CPU refines it in an hour
RECIPES |= {"cifar100_resnet20_standard": HUNDRED} | _refined(
    FEWER, replace(PLAIN, epochs=8, lr=0.1, ema=0.995), FastAdversarial(), GUIDED,
    replace(GUIDED, mask_source="random", first=4, every=4), more=(16, 19),
)  # fmt: skip
RECIPES["cifar100_resnet20_shuffled_masks"] = replace(
    RECIPES["cifar100_resnet20_lime_guided"], request=replace(
        RECIPES["cifar100_resnet20_lime_guided"].request, objective=replace(GUIDED, mask_source="shuffled")
    ),
)  # fmt: skip
GUIDED_LARGE = replace(CUTMIX, steps=2, step_ratio=0.5, first=10, every=15)
LARGE = Recipe(  # a network with capacity to spare and a fifth of the images: where robust training overfits
    Refinement(
        "cifar10_resnet18", "cifar10", GUIDED_LARGE,
        Schedule(epochs=50, batch=256, lr=0.1, warm=0.2, clip=5.0, ema=0.995, held_out=300),
        start="scratch", images=10_000,
    ),
    8 / 255, 2 / 255, fp16=True,
)  # fmt: skip
ON_A_GPU = {
    "cifar10_resnet18_lime_guided": LARGE,
    "cifar10_resnet18_random_masks": replace(LARGE, request=replace(
        LARGE.request, objective=replace(GUIDED_LARGE, mask_source="random", first=12, every=18),
        schedule=replace(LARGE.request.schedule, epochs=62),
    )),
    "cifar10_resnet18_nuat": Recipe(NUAT, 8 / 255, 2 / 255, fp16=True),
}  # fmt: skip
UNMADE = frozenset({"cifar10_resnet18_nuat"})  # recipes whose checkpoint does not come with the project
