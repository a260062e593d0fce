"""One attack at several strengths, its step in proportion."""

import math
from dataclasses import fields, replace

from core.contracts.attack import Attack

PARTS = (0.0, 0.125, 0.25, 0.5, 1.0, 1.5, 2.0)  # of the attack's own strength: of 8/255 they are 0, 1, 2, 4, 8, 12, 16


def strengths(attack: Attack) -> tuple[float, ...]:
    """The strengths of a curve around the attack's own, rising, none above what the attack allows; 0 comes first.

    ValueError in a sentence for an attack that has no strength to vary.

    >>> from core.attacks.pgd import PGD
    >>> [round(255 * eps, 6) for eps in strengths(PGD())]
    [0.0, 1.0, 2.0, 4.0, 8.0, 12.0, 16.0]
    """
    field = next((entry for entry in fields(attack) if entry.name == "eps"), None)
    if field is None or not 0 < attack.bound < math.inf:
        raise ValueError(f"{attack.title} has no strength to vary: choose an attack with one, such as PGD, above 0")
    highest = field.metadata["high"]
    return tuple(sorted({min(part * attack.bound, highest) for part in PARTS}))


def at(attack: Attack, eps: float) -> Attack:
    """The attack at strength `eps`; a step, where it has one, grows and shrinks with it, as far as its range goes.

    >>> from core.attacks.pgd import PGD
    >>> weak = at(PGD(eps=8 / 255, step=2 / 255), 2 / 255)
    >>> round(255 * weak.eps, 6), round(255 * weak.step, 6)
    (2.0, 0.5)
    """
    parameters = {entry.name: entry for entry in fields(attack)}
    changes = {"eps": eps}
    if "step" in parameters and eps > 0:
        facts = parameters["step"].metadata
        changes["step"] = min(max(attack.step * eps / attack.bound, facts["low"]), facts["high"])  # type: ignore[attr-defined]
    return replace(attack, **changes)
