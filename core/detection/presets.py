"""Detection studies to begin with."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.attacks.bim import BIM
from core.attacks.deepfool_linf import DeepFoolLinf
from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.base.params import to_spec
from core.catalog import DETECTORS
from core.detection.detector_specs import by_slot
from core.detectors.signature_cnn import SignatureCnn
from core.robustness.presets import PRESETS as MATRICES
from core.robustness.presets import USUAL, Preset

MNIST = MATRICES["mnist_study"].arguments
EIGHT = 8 / 255
EVERY = tuple(kind() for kind in DETECTORS.values())

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "mnist_study": Preset(
            "The MNIST study of Arif",
            "BIM, FGSM, DeepFool and PGD at six strengths on digits that are answered right; detectors learn from "
            "attacks of strength 0.2, also one that is told the plain values of explanations, as the study's was. Its "
            "published figures stand beside those found.",
            {name: MNIST[name] for name in ("data", "attacks", "strengths", "published")}
            | {"classifier": MNIST["classifiers"][0], "strength": 0.2}
            | {"detectors": [*map(to_spec, EVERY), to_spec(SignatureCnn(magnitudes="linear"))]}
            | {"learning": 1000, "calibration": 500, "testing": 1000, "knowing": 100, "noise_learnt": False},
        ),
        "cifar10": Preset(
            "Small photographs (CIFAR-10)",
            "The same four attacks around 8/255 on small colour pictures.",
            {
                "classifier": "cifar10_resnet20:standard", "data": "cifar10", "strengths": list(USUAL),
                "strength": EIGHT, "attacks": [to_spec(each) for each in (
                    BIM(eps=EIGHT, step=0.2 * EIGHT, steps=10), FGSM(eps=EIGHT), DeepFoolLinf(eps=EIGHT),
                    PGD(eps=EIGHT, step=EIGHT / 4, steps=20),
                )],
                "learning": 500, "calibration": 300, "testing": 500, "knowing": 50, "noise_learnt": True,
            },
        ),
    }
)  # fmt: skip


def usual_detectors() -> dict[str, dict[str, Any]]:
    """What forms and commands begin with: slot (see `detector_specs.slots`) -> JSON form.

    Of every detector, and of those that the first preset has besides.

    >>> usual_detectors()["signature_cnn-linear"]["magnitudes"]
    'linear'
    """
    return {each.key: to_spec(each) for each in EVERY} | by_slot(next(iter(PRESETS.values())).arguments["detectors"])
