"""The corruption error of a classifier relative to a baseline's (Hendrycks, Dietterich 2019, section 4.2)."""

from typing import Any

from core.contracts.corruption import SEVERITIES
from core.evaluation.corruption_accuracy import CLEAN, Outcomes, each_image
from core.evaluation.paired import paired_means


def errors(outcomes: Outcomes) -> tuple[float, dict[str, list[float]]]:
    """(E_clean, {corruption: [E_1 ... E_5]}): shares of images that are wrong."""
    wrong = {cell: 1 - correct.double().mean().item() for cell, correct in outcomes.items()}
    names = dict.fromkeys(name for name, _ in outcomes if name != CLEAN[0])
    return wrong[CLEAN], {name: [wrong[name, severity] for severity in SEVERITIES] for name in names}


def corruption_error(outcomes: Outcomes, baseline: Outcomes) -> dict[str, Any]:
    """{"mce", "relative_mce", "by_corruption": {name: {"ce", "relative_ce"}}}, as ratios to the baseline's.

    With E_{s,c} the share that is wrong under corruption c at severity s,
    CE_c = sum_s E_{s,c} / sum_s E^base_{s,c},
    relative CE_c = sum_s (E_{s,c} - E_clean) / sum_s (E^base_{s,c} - E^base_clean), and both are averaged over c.
    None where a ratio has no meaning: where the baseline makes no error, or loses nothing to the corruption; an average
    needs all of its ratios.

    Of four images the baseline has one wrong clean and two at every severity, the other none clean and one at every
    severity: CE = (5 / 4) / (10 / 4), relative CE = 5 (1/4 - 0) / 5 (2/4 - 1/4).

    >>> import torch
    >>> def held(clean, fog):
    ...     rows = {("fog", severity): torch.arange(4) < fog for severity in SEVERITIES}
    ...     return {CLEAN: torch.arange(4) < clean, **rows}
    >>> found = corruption_error(held(4, 3), held(3, 2))
    >>> found["mce"], found["relative_mce"]
    (0.5, 1.0)
    """
    clean, mine = errors(outcomes)
    clean_base, theirs = errors(baseline)
    if list(mine) != list(theirs):
        raise ValueError("expected outcomes under the same corruptions")
    by_corruption = {
        name: {
            "ce": _ratio(sum(mine[name]), sum(theirs[name])),
            "relative_ce": _ratio(
                sum(each - clean for each in mine[name]), sum(each - clean_base for each in theirs[name])
            ),
        }
        for name in mine
    }
    return {
        "mce": _mean([each["ce"] for each in by_corruption.values()]),
        "relative_mce": _mean([each["relative_ce"] for each in by_corruption.values()]),
        "by_corruption": by_corruption,
    }


def gain(outcomes: Outcomes, baseline: Outcomes) -> dict[str, Any] | None:
    """Mean corruption accuracy minus the baseline's on the same images, with its 95 % interval; None for one image."""
    mine, theirs = each_image(outcomes), each_image(baseline)
    if len(mine) < 2:
        return None
    return paired_means(mine.tolist(), theirs.tolist()).entry()


def _ratio(above: float, below: float) -> float | None:
    return above / below if below > 1e-12 else None


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None
