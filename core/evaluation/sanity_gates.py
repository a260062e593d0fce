"""The cheap sanity gates a robustness claim must pass: does the evaluation behave as a sound one does?"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.contracts.ascend import AttackStep
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.evaluation.accuracy import accuracy

CURVE = (2, 4, 8, 16, 32, 64)  # strengths of the curve, over 255
BATCH = 250
FAR = 8  # times the strength that is asked about


def gates(
    classifier: Classifier,
    data: Images,
    eps: float,
    step: float,
    *,
    count: int = 1000,
    curve: int = 200,
    autoattack: float | None = None,
    flagged: bool | None = None,
) -> dict[str, Any]:
    """{"numbers": {...}, "passed": {gate: True, False, or None where a number is missing}}, shares of images.

    G1 FGSM >= PGD-20 >= PGD-100 >= AutoAttack, the last within 5 points. G3 no more than 1 % withstand PGD of 64/255,
    and no larger strength is withstood more often, on `curve` images; where 64/255 is less than eight times eps, more
    may well withstand it, and the gate is left open. G4 random signs of size eps cost at most 3
    points. G5 no flag of AutoAttack. G6 twice the steps, 100 for 50, change less than half a point. G2 (Square alone,
    transfer) is not among the cheap ones.
    """
    part = Images(data.images[:count], data.labels[:count], data.classes)
    few = Images(data.images[:curve], data.labels[:curve], data.classes)
    numbers: dict[str, Any] = {
        "clean": accuracy(classifier, part).value,
        "noise": accuracy(classifier, _signs(part, eps)).value,
        "fgsm": accuracy(classifier, part, FGSM(eps=eps)).value,
    } | trajectory(classifier, part, PGD(eps=eps, step=step, steps=100), (20, 50))
    numbers["curve"] = {
        f"{each}/255": accuracy(classifier, few, PGD(eps=each / 255, step=each / 4 / 255)).value for each in CURVE
    }
    if autoattack is not None:
        numbers["autoattack"] = autoattack
    return {
        "numbers": numbers,
        "count": len(part),
        "curve_count": len(few),
        "passed": passed(numbers, flagged, FAR * eps),
    }


def passed(numbers: Mapping[str, Any], flagged: bool | None, far: float) -> dict[str, bool | None]:
    """Which gates the numbers pass. far: a strength that nothing should withstand, if the curve reaches it.

    >>> numbers = {"clean": 0.7, "noise": 0.69, "fgsm": 0.5, "pgd20": 0.4, "pgd50": 0.399, "pgd100": 0.398}
    >>> passed(numbers | {"curve": {"8/255": 0.4, "64/255": 0.0}, "autoattack": 0.36}, False, far=64 / 255)
    {'G1': True, 'G3': True, 'G4': True, 'G5': True, 'G6': True}
    >>> passed(numbers | {"curve": {"8/255": 0.4, "64/255": 0.5}}, None, far=64 / 255)
    {'G1': None, 'G3': False, 'G4': True, 'G5': None, 'G6': True}
    >>> passed(numbers | {"curve": {"8/255": 0.4, "64/255": 0.5}}, None, far=1.6)["G3"]
    False
    >>> print(passed(numbers | {"curve": {"8/255": 0.5, "64/255": 0.4}}, None, far=1.6)["G3"])
    None
    """
    curve, last = list(numbers["curve"].values()), numbers.get("autoattack")
    falling = numbers["fgsm"] >= numbers["pgd20"] >= numbers["pgd100"]
    first: bool | None = None if falling and last is None else falling
    third: bool | None = curve == sorted(curve, reverse=True)
    if third and curve[-1] > 0.01:
        third = None if far > CURVE[-1] / 255 + 1e-9 else False
    if last is not None:
        first = falling and numbers["pgd100"] >= last >= numbers["pgd100"] - 0.05
    return {
        "G1": first,
        "G3": third,
        "G4": numbers["noise"] >= numbers["clean"] - 0.03,
        "G5": None if flagged is None else not flagged,
        "G6": abs(numbers["pgd50"] - numbers["pgd100"]) < 0.005,
    }


def trajectory(classifier: Classifier, data: Images, attack: PGD, stops: tuple[int, ...]) -> dict[str, float]:
    """Accuracy after each of `stops` steps and after the last, of one run of `attack`: {"pgd20": 0.4, ...}."""
    hits = dict.fromkeys((*stops, attack.steps), 0)
    for begin in range(0, len(data), BATCH):
        images, labels = data.images[begin : begin + BATCH].float() / 255, data.labels[begin : begin + BATCH]

        def look(current: AttackStep, labels: Tensor = labels) -> None:
            if current.index in stops:
                hits[current.index] += _right(classifier, current.images, labels)

        last = attack(classifier, images, labels, seed=begin, on_step=look)
        hits[attack.steps] += _right(classifier, last, labels)
    return {f"pgd{steps}": count / len(data) for steps, count in hits.items()}


def _right(classifier: Classifier, images: Tensor, labels: Tensor) -> int:
    return int((classifier.probabilities(images).argmax(dim=1).cpu() == labels).sum())


def _signs(data: Images, eps: float) -> Images:
    """The images with +-eps, rounded to whole pixel values, drawn for every value."""
    generator = torch.Generator().manual_seed(0)
    signs = torch.randint(0, 2, data.images.shape, generator=generator) * 2 - 1
    noisy = (data.images + signs * round(eps * 255)).clamp(0, 255).to(torch.uint8)
    return Images(noisy, data.labels, data.classes)
