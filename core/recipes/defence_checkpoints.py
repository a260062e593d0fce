"""How the shipped checkpoints of other defences of the literature are trained, from the ordinary ones.

Their settings were chosen on held-out training images. MART, which attacks, spends the gradient evaluations of the
adversarial twin; the others, which do not, a fraction of them, those with second derivatives on FEW of the images.
"""

from dataclasses import replace
from functools import partial

from core.contracts.layer import Layer
from core.contracts.objective import Objective
from core.layers.half_huber_relu import HalfHuber
from core.layers.sgam import Sgam
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.cure import Cure
from core.objectives.j_sigr import JSigr
from core.objectives.lipschitz_penalty import LipschitzPenalty
from core.objectives.mart import Mart
from core.objectives.right_reasons import RightReasons
from core.objectives.saliency_guided import SaliencyGuided
from core.objectives.scorpio import Scorpio
from core.objectives.sg_drop import SGDrop
from core.recipes.shipped_checkpoints import COLOURS, DECOY, DIGITS, PLAIN, SMALL
from core.recipes.train_checkpoint import Recipe
from core.training.schedule import Schedule

FEW = 12_000
ON_DIGITS, ON_COLOURS = replace(SMALL, ema=0.995, clip=5.0), replace(PLAIN, lr=0.1, ema=0.995, clip=5.0)
WORST = Scorpio(eps=0.2, iterations=3)
SALIENT = replace(WORST, where="not_salient", points=4, every=2)
WORST_COLOURS, SALIENT_COLOURS = replace(WORST, eps=COLOURS.eps), replace(SALIENT, eps=COLOURS.eps)


def _refined(
    base: Recipe, schedule: Schedule, objective: Objective, epochs: int, *layers: Layer, images: int = 0
) -> Recipe:
    """A checkpoint refined from the ordinary one of its network; held-out images under attack choose the epoch."""
    request = replace(
        base.request, base=f"{base.request.base}:standard", start="base", objective=objective, layers=layers,
        images=images, schedule=replace(schedule, epochs=epochs),
    )  # fmt: skip
    return replace(base, request=request, judged=True)


DECOY_MARKS = RightReasons(regions="decoy_mnist")
DECOY_REFINED = replace(DECOY, request=replace(
    DECOY.request, base="mnist_cnn:decoy", start="base", objective=DECOY_MARKS,
    schedule=replace(DECOY.request.schedule, epochs=3, clip=1.0),
))  # fmt: skip

GENTLE = replace(ON_COLOURS, lr=0.003)  # for what asks in evaluation mode: from 0.01 on all became one answer
_digits, _colours = partial(_refined, DIGITS, ON_DIGITS), partial(_refined, COLOURS, ON_COLOURS)
_gently = partial(_refined, COLOURS, GENTLE)

DEFENCES = {
    "mnist_cnn_decoy_right_reasons": DECOY_REFINED,
    "mnist_cnn_mart": _digits(Mart(eps=0.2, step=0.05, steps=7), 8),
    "mnist_cnn_cure": _digits(Cure(weight=4.0), 8, images=FEW),
    "mnist_cnn_scorpio": _digits(WORST, 8, images=FEW),
    "mnist_cnn_scorpio_salient": _digits(SALIENT, 8, images=FEW),
    "mnist_cnn_fgmf": _digits(SALIENT, 8, Sgam(), images=FEW),
    "mnist_cnn_sgam": _digits(CrossEntropy(), 8, Sgam(), images=FEW),
    "mnist_cnn_j_sigr": _digits(JSigr(places=6, jacobian=1.0, selective=10.0), 8, images=FEW),
    "mnist_cnn_lipschitz_penalty": _digits(LipschitzPenalty(target=0.15), 8, HalfHuber(), images=FEW),
    "mnist_cnn_saliency_guided": _digits(SaliencyGuided(), 4),
    "mnist_cnn_sg_drop": _digits(SGDrop(), 4),
    "cifar10_resnet20_mart": _colours(Mart(step=4 / 255, steps=3), 7),
    "cifar10_resnet20_cure": _colours(Cure(weight=4.0), 8, images=FEW),
    "cifar10_resnet20_scorpio": _gently(WORST_COLOURS, 8, images=FEW),
    "cifar10_resnet20_scorpio_salient": _gently(SALIENT_COLOURS, 8, images=FEW),
    "cifar10_resnet20_fgmf": _gently(SALIENT_COLOURS, 8, Sgam(), images=FEW),
    "cifar10_resnet20_sgam": _colours(CrossEntropy(), 8, Sgam(), images=FEW),
    "cifar10_resnet20_j_sigr": _colours(JSigr(jacobian=0.1, selective=1.0), 8, images=FEW),
    "cifar10_resnet20_lipschitz_penalty": _colours(LipschitzPenalty(), 8, HalfHuber(), images=FEW),
    "cifar10_resnet20_saliency_guided": _colours(SaliencyGuided(), 4),
    "cifar10_resnet20_sg_drop": _colours(SGDrop(), 4),
}
