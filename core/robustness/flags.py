"""AutoAttack's own warnings about a model, where an evaluation holds its attacks."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from core.attacks.autoattack import AutoAttack
from core.contracts.classifier import Classifier
from core.evaluation.autoattack_flags import flags
from core.robustness.request import Evaluation
from core.robustness.words import focus

LOOKED_AT = 250  # images, as in the authors' code


def warnings(
    classifier: Classifier, images: Tensor, labels: Tensor, told: Mapping[str, Any], asked: Evaluation
) -> list[str]:
    """One sentence for each warning about one model, of which `told` is what `summary` tells; none without AutoAttack.

    images: uint8 (M, C, H, W), the first of those evaluated, of which 250 are looked at; labels (N,) of all of them.
    Whether Square took more than it should is told at the strength that sentences tell.
    """
    methods = asked.methods()
    parts = [number for number, attack in enumerate(methods) if isinstance(attack, AutoAttack)]
    if not parts:
        return []
    norm = methods[parts[0]].norm
    falls = told["worst"][str(norm)]["waterfall"][focus(asked, norm)]
    after = {methods[fall["attack"]].named.lower(): fall["left"] for fall in falls if fall["attack"] in parts}
    shown = images[:LOOKED_AT].float() / 255
    return flags(classifier, shown, labels[:LOOKED_AT], after, len(labels))
