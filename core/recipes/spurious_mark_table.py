"""What the demonstration of a planted square showed, as the table of the README: see core.recipes.spurious_mark."""

import json
from collections.abc import Mapping
from typing import Any

from core.base.paths import ASSETS
from core.objectives.right_reasons import SOURCES

KEPT = ASSETS / "measured" / "spurious_mark.json"
JUDGED = {
    "decoy_mnist": "the square tells the class, as in training", "mnist": "without the square",
    "decoy_mnist_contradicting": "the square contradicts the digit", "decoy_mnist_moved": "the square moved",
}  # fmt: skip


def table(found: Mapping[str, Any] | None = None) -> str:
    """Markdown: accuracy of every arm on every data set, the mean over seeds, and the smallest and largest."""
    found = json.loads(KEPT.read_text()) if found is None else found
    words = {"before": "ordinary training"} | SOURCES
    lines = [f"| refined with | {' | '.join(JUDGED.values())} |", "|---" * (1 + len(JUDGED)) + "|"]
    for arm, told in found["right"].items():
        cells = []
        for name in JUDGED:
            shares = [100 * hits / found["judged"] for hits in told[name]]
            cells.append(f"{sum(shares) / len(shares):.1f} % ({min(shares):.1f} to {max(shares):.1f})")
        lines.append(f"| {words[arm]} | {' | '.join(cells)} |")
    lines.append("")
    for arm, told in found["expert_minus"].items():
        gain = told["mnist"]
        low, high, least, most = (100 * each for each in (*gain["interval_95"], *(gain["over_seeds"] or (0, 0))))
        again = f"; networks trained anew: {least:+.1f} to {most:+.1f}" if gain["over_seeds"] else ""
        lines.append(f"- The expert's regions minus {words[arm]}, without the square: "
                     f"{100 * gain['difference']:+.1f} points ({low:+.1f} to {high:+.1f} for these networks, paired "
                     f"over {gain['count']:,} images{again}).")  # fmt: skip
    return "\n".join(lines)
