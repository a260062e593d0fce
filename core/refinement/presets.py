"""Refinements to begin with: settings that belong together, each with what it is good for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from core.layers.sgam import Sgam
from core.objectives.lime_guided import LimeGuided
from core.objectives.n_fgsm import NFGSM
from core.objectives.nuat import NuAT
from core.objectives.pgd_adversarial import PGDAdversarial
from core.objectives.right_reasons import RightReasons
from core.objectives.scorpio import Scorpio
from core.refinement.request import Refinement
from core.training.schedule import PIECEWISE, TRIANGULAR, Schedule


@dataclass(frozen=True)
class Preset:
    """A request (core.refinement.request) with a title and a sentence on what it is good for."""

    title: str
    help: str
    request: Refinement


MODERN = Schedule(epochs=60, batch=128, lr=0.1, warm=0.2, weight_decay=5e-4, ema=0.995)
CUTMIX = LimeGuided(fill="patch", masking=0.5, sensitivity=0.0, steps=10, step_ratio=0.25, first=10, every=10, groups=1)
PAPER = Refinement("cifar10_resnet18", "cifar10", CUTMIX, MODERN, start="scratch")
NUAT = replace(PAPER, objective=NuAT(), schedule=Schedule(  # as in the authors' code: see core.objectives.nuat
    epochs=100, batch=64, lr=0.1, rate=TRIANGULAR, warm=0.25, weight_decay=5e-4, clip=0.0, ema=0.9998,
))  # fmt: skip
N_FGSM = replace(PAPER, objective=NFGSM(), schedule=Schedule(  # likewise: core.objectives.n_fgsm
    epochs=30, batch=128, lr=0.2, rate=TRIANGULAR, warm=0.5, weight_decay=5e-4, clip=0.0,
))  # fmt: skip
AWP = replace(PAPER, objective=PGDAdversarial(awp=0.005, awp_after=10), schedule=Schedule(
    # as Rice et al. train; gamma and its late start are those of TRADES in the authors' code (github:csdongxian/AWP,
    # commit a7acf5d), which for this attack has 0.01 from the first epoch on, without averaged weights
    epochs=200, batch=128, lr=0.1, rate=PIECEWISE, weight_decay=5e-4, clip=0.0, ema=0.999,
))  # fmt: skip

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "quick": Preset(
            "Quick look, a few minutes on a CPU",
            "Four thousand handwritten digits, five epochs, spurious regions looked for before each but the first. "
            "Changes of at most 51/255 per pixel fool the model before on nearly every digit; after, it holds on most.",
            Refinement(
                "mnist_cnn:standard", "mnist", LimeGuided(eps=0.2, steps=2, step_ratio=0.75, every=1, groups=1),
                Schedule(epochs=5, batch=64, lr=0.05, crop=2, flip=False, ema=0.99, held_out=500), images=4000,
            ),
        ),
        "cifar10_quick": Preset(
            "CIFAR-10 in small, some minutes on a CPU",
            "Fifteen hundred CIFAR-10 images, three epochs, spurious regions looked for in all images after the first "
            "and again after the second: to see the loop at work. Its accuracies say nothing yet.",
            Refinement(
                "cifar10_resnet20:standard", "cifar10", LimeGuided(every=1, groups=1),
                Schedule(epochs=3, lr=0.05, held_out=250), images=1500,
            ),
        ),
        "mnist": Preset(
            "MNIST, ten minutes on a CPU",
            "Handwritten digits, attacked with strength 51/255: small enough to learn something while you wait.",
            Refinement(
                "mnist_cnn:standard", "mnist",
                LimeGuided(eps=0.2, steps=7, step_ratio=0.25, sensitivity=30.0, every=1, groups=2),
                Schedule(epochs=4, lr=0.05, crop=2, flip=False, ema=0.99, held_out=500), images=12_000,
            ),
        ),
        "cifar10": Preset(
            "CIFAR-10, careful, some hours on a CPU",
            "All training images, twenty epochs, a rise and fall of the learning rate and averaged weights.",
            Refinement(
                "cifar10_resnet20:standard", "cifar10", LimeGuided(every=5, groups=2),
                Schedule(epochs=20, lr=0.1, ema=0.995),
            ),
        ),
        "fgmf": Preset(
            "FGMF: SCOR-PIO 2.0 and SGAM together, on digits",
            "The note's proposal, reconstructed: a mask in front that is learned and can be seen, and a penalty on the "
            "worst change that slope and bend foretell, kept off what the explanation calls important. No attacks are "
            "made while it learns. Compare shows where it looks, by PGCA and by its own mask.",
            Refinement(
                "mnist_cnn:standard", "mnist", Scorpio(eps=0.2, where="not_salient", iterations=3, every=2, points=5),
                Schedule(epochs=5, batch=64, lr=0.02, crop=2, flip=False, ema=0.99, held_out=500), images=12_000,
                layers=(Sgam(),),
            ),
        ),
        "spurious_mark": Preset(
            "An expert's marks against a planted square, a minute on a CPU",
            "The model before has learnt digits on which a grey square tells the class, and reads the square. On fifty "
            "of these pictures the square is marked as meaningless. Compare both on digits without the square; then "
            "take the regions from a control instead.",
            Refinement(
                "mnist_cnn:decoy", "decoy_mnist", RightReasons(regions="decoy_mnist"),
                Schedule(epochs=3, lr=0.05, crop=0, flip=False, clip=1.0, held_out=1000), images=12_000,
            ),
        ),
        "paper": Preset(
            "Paper recipe, guided, on a GPU",
            "ResNet-18 from scratch, 60 epochs of ten-step attacks with averaged weights; regions that LIME calls "
            "spurious are covered with patches of other images. Compare with its control below.",
            PAPER,
        ),
        "paper_control": Preset(
            "Paper recipe, random control, on a GPU",
            "The same with regions of the same area drawn at random: what is left when the explanation is taken away.",
            replace(PAPER, objective=replace(CUTMIX, mask_source="random")),
        ),
        "nuat": Preset(
            "One-step attacks that hold (NuAT), on a GPU",
            "ResNet-18 from scratch, 100 epochs with averaged weights: one of the strongest defences among those that "
            "attack in one step. Explanations have no part in it: what guidance adds is measured against it.",
            NUAT,
        ),
        "n_fgsm": Preset(
            "One-step attacks from strong noise (N-FGSM), on a GPU",
            "ResNet-18 from scratch, 30 epochs: the shortest of these trainings. It withstands less than NuAT.",
            N_FGSM,
        ),
        "pgd_awp": Preset(
            "Ten-step attacks, weights perturbed too (AWP), on a GPU",
            "ResNet-18 from scratch, 200 epochs of ten-step attacks; from the eleventh on it learns under the worst "
            "small change of its weights as well. Averaged weights. Each epoch costs several of NuAT.",
            AWP,
        ),
    }
)  # fmt: skip
