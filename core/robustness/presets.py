"""Evaluations to begin with: attacks and strengths that belong together, each with what it is good for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from core.attacks.autoattack import AutoAttack
from core.attacks.bim import BIM
from core.attacks.deepfool_linf import DeepFoolLinf
from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.attacks.square import Square
from core.base.params import to_spec

STUDY = (0.03, 0.04, 0.05, 0.1, 0.2, 0.25)
TOP = STUDY[-1]
USUAL = tuple(value / 255 for value in (1, 2, 4, 8, 12, 16))


@dataclass(frozen=True)
class Preset:
    """Part of the arguments of an evaluation (core.robustness.request), with a title and what it is good for."""

    title: str
    help: str
    arguments: Mapping[str, Any]


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "usual": Preset(
            "One step, many steps, and no gradients",
            "FGSM, PGD and Square at rising strengths around 8/255: minutes for a small network.",
            {"attacks": [to_spec(each) for each in (FGSM(), PGD(), Square(queries=500))], "strengths": list(USUAL)},
        ),
        "autoattack": Preset(
            "AutoAttack, the usual test",
            "The standard four attacks at 8/255, each told alone and what it took of what the others had left. Hours "
            "for a thousand images on a CPU.",
            {"attacks": [to_spec(AutoAttack())], "strengths": [8 / 255]},
        ),
        "mnist_study": Preset(
            "The MNIST study of Arif",
            "BIM, FGSM, DeepFool and PGD, as Foolbox sets them, at six strengths on all test digits that are answered "
            "right; the published counts stand beside.",
            {
                "classifiers": ["mnist_cnn:standard"], "data": "mnist", "strengths": list(STUDY), "count": 10_000,
                "published": "arif_mnist",
                "batch": 250, "attacks": [to_spec(each) for each in (
                    BIM(eps=TOP, step=0.2 * TOP, steps=10), FGSM(eps=TOP), DeepFoolLinf(eps=TOP),
                    PGD(eps=TOP, step=TOP / 30, steps=40),
                )],
            },
        ),
    }
)  # fmt: skip
