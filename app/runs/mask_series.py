"""What a run's rows say of its masks, cycle by cycle, and the warning that they tell the label."""

from collections.abc import Iterable, Mapping

from app.runs.series import Row, numeric

SEEN = "The model may learn to read the region instead of the picture."
UNSEEN = (
    "Pictures are not covered in this run, so the model does not see the regions; but where the penalty falls depends "
    "on what the picture shows."
)


def cycles_of(rows: Iterable[Row]) -> list[dict[str, float]]:
    """One entry each time masks were made: `cycle` from 1, `epoch` (done before it), and their numbers."""
    cycles: list[dict[str, float]] = []
    for row in rows:
        masks = row.get("masks")
        if isinstance(masks, Mapping) and masks:
            numbers = {str(name): number for name, entry in masks.items() if (number := numeric(entry)) is not None}
            if numbers:
                cycles.append({"cycle": len(cycles) + 1, "epoch": row["epoch"]} | numbers)
    return cycles


def empty(cycle: Mapping[str, float]) -> bool:
    """Whether no picture has a spurious region in this cycle."""
    return cycle.get("empty") == 1


def leak(cycle: Mapping[str, float], covering: bool = True) -> str:
    """The warning that the regions of a cycle tell the label; "" where they do not, or nobody measured it.

    covering: whether pictures have their region covered, so that the model sees where it lies.

    >>> leak({"leak": 0.2, "leak_low": 0.15, "leak_high": 0.25, "chance": 0.16})
    ''
    >>> leak({"leak": 0.34, "leak_low": 0.31, "leak_high": 0.37, "chance": 0.12})[:66]
    'The regions tell the label: from their places alone, a small probe'
    """
    low, chance = cycle.get("leak_low"), cycle.get("chance")
    if low is None or chance is None or low <= chance or empty(cycle):
        return ""
    share, high = 100 * cycle.get("leak", low), 100 * cycle.get("leak_high", low)
    return (
        f"The regions tell the label: from their places alone, a small probe names the right class for {share:.0f} % "
        f"of the images ({100 * low:.0f} to {high:.0f} %); always naming the most frequent label is right for "
        f"{100 * chance:.0f} %. {SEEN if covering else UNSEEN} Compare with shuffled or random regions before trusting "
        "this run."
    )
