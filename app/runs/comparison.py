"""A finished comparison of two models: its result in words, and the way back to its curves on Compare."""

from collections.abc import Mapping
from typing import Any

from app.run_words.words import part
from app.ui.cached import classifier
from app.ui.method_form import put
from app.ui.state import force
from core.base.params import from_spec
from core.catalog import ATTACKS, EXPLAINERS
from core.compare.number_words import change, interval
from core.contracts.attack import Attack
from core.study.words import strength


def compared(result: Mapping[str, Any], arguments: Mapping[str, Any]) -> str:
    """How often each model is right under the attack that was asked for, and the difference; "" if it cannot be told.

    >>> sides = {side: {"accuracy": [(0.9, 0.8, 1.0), (share, 0.0, 0.5)]} for side, share in
    ...          (("before", 0.0), ("after", 0.25))}
    >>> sides |= {"difference": {"accuracy": [(0, 0, 0), (0.25, 0.1, 0.4)]}}
    >>> compared({"count": 20, "strengths": [0.0, 0.2]} | sides, {"attack": {"method": "fgsm", "eps": 0.2}})
    'On 20 test images, attacked by FGSM, at most 51/255 per pixel, the first model is right on 0.0 % (0.0 to 50.0)...'
    """
    try:
        attack = from_spec(part(arguments, "attack"), ATTACKS)
        assert isinstance(attack, Attack)
        where = list(result["strengths"]).index(attack.bound)
        first, second, moved = (result[name]["accuracy"][where] for name in ("before", "after", "difference"))
        return (
            f"On {result['count']:,} test images, attacked by {attack.title}, at most "
            f"{strength(attack.bound, attack.norm)}, the first model is right on {_percent(first)} and the second on "
            f"{_percent(second)}: a difference of {change(moved, 100, 1)} points, with 95 % intervals."
        )
    except (KeyError, IndexError, TypeError, ValueError):
        return ""


def _percent(numbers: tuple[float, float, float]) -> str:
    value, _, rest = interval(numbers, 100, 1).partition(" ")
    return f"{value} % {rest}"


def reopen(arguments: Mapping[str, Any]) -> None:
    """Put the settings of a comparison into the page Compare, so that it finds this run's curves."""
    for name in ("before", "after"):
        force(name, str(arguments.get(name, "")))
    if (attack := part(arguments, "attack")).get("method") in ATTACKS:
        force("attack", attack["method"])
        put(ATTACKS[str(attack["method"])], str(attack["method"]), attack)
    explainer = part(arguments, "explainer")
    if (key := explainer.get("method")) in EXPLAINERS:
        put(EXPLAINERS[str(key)], str(key), explainer)
        force("compare.map", key)
    force("compare.maps", key if key in EXPLAINERS else "none")
    for name, setting in (("count", "compare.count"), ("seed", "seed")):
        if isinstance(arguments.get(name), int):
            force(setting, arguments[name])
    try:
        samples = classifier(str(arguments.get("before"))).samples
    except (ValueError, OSError):  # Compare says what is wrong with this model
        return
    force(f"compare.data.{samples}", str(arguments.get("data", "")))
