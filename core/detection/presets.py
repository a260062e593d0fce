"""Detection studies to begin with."""

from collections.abc import Mapping
from types import MappingProxyType

from core.attacks.bim import BIM
from core.attacks.deepfool_linf import DeepFoolLinf
from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.base.params import to_spec
from core.robustness.presets import PRESETS as MATRICES
from core.robustness.presets import USUAL, Preset

MNIST = MATRICES["mnist_study"].arguments
EIGHT = 8 / 255

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "mnist_study": Preset(
            "The MNIST study of Arif",
            "BIM, FGSM, DeepFool and PGD at six strengths on digits that are answered right; detectors learn from "
            "attacks of strength 0.2. Its published figures stand beside those found.",
            {name: MNIST[name] for name in ("data", "attacks", "strengths", "published")}
            | {"classifier": MNIST["classifiers"][0], "strength": 0.2}
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
