"""A batch as one HTML file that opens without a network: sentences, a row a picture, the command."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from core.base.units import in_255ths
from core.batch.command import command
from core.batch.order import ordered
from core.batch.request import BatchRequest
from core.batch.words import sentences
from core.catalog import EXPLAINERS
from core.robustness.exports import versions
from core.robustness.html_page import heading, page_of, paragraph, table
from core.study.words import percent

MOST = 2_000  # rows
NORMS = {"linf": "largest change of a pixel", "l2": "L2", "l1": "L1", "l0": "pixels changed"}
BEWARE = (
    "One attack with one strength: another may fool more. The interval holds 95 % (Wilson) for pictures drawn like "
    "these. Rank agreement of two maps: 1 the same order of pixels, 0 unrelated. That a map moved more than under "
    "every draw of ordinary noise happens by luck alone once in one more than the number of draws."
)


def report(
    told: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], asked: BatchRequest, names: Mapping[str, str]
) -> str:
    """The whole page; nothing in it is loaded from elsewhere, and whatever is quoted is escaped.

    told: see core.batch.summary; names: classifier -> title.
    """
    title = asked.title or "Batch"
    attack = asked.chosen_attack()
    parts = [f"<h1>{html.escape(title)}</h1>"]
    parts.append(paragraph(f"{names.get(asked.classifier, asked.classifier)}, attacked by {attack.named}."))
    parts += [paragraph(each) for each in sentences(told)]
    keys = [each.key for each in asked.chosen_explainers()]
    chosen = ordered(rows)
    parts += [heading("Pictures"), table([_head(keys), *(_cells(row, keys) for row in chosen[:MOST])], words=True)]
    if len(chosen) > MOST:
        parts.append(paragraph(f"{len(chosen) - MOST:,} more stand in the CSV."))
    facts = {"weights": str(told.get("weights", "")), **versions()}
    parts += [paragraph(BEWARE), heading("How to get these numbers again"),
              f"<pre>{html.escape(command(asked))}</pre>", table([["", ""], *map(list, facts.items())])]  # fmt: skip
    return page_of(title, "\n".join(parts))


def size_words(row: Mapping[str, Any]) -> str:
    """How large the change was, in the attack's norm.

    >>> size_words({"norm": "linf", "size": 0.2}), size_words({"norm": "l2", "size": 0.5})
    ('51/255', '0.5 (L2)')
    """
    if row["norm"] == "linf":
        return in_255ths(row["size"])
    return f"{row['size']:.0f} pixels" if row["norm"] == "l0" else f"{row['size']:.3g} ({row['norm'].upper()})"


def map_words(told: Mapping[str, Any]) -> str:
    """How far a map moved beside noise, in a few words."""
    if "agreement" not in told:
        return str(told.get("reason", ""))
    mean, low, high = told["noise"]
    return f"{told['agreement']:.2f}; noise {mean:.2f} ({low:.2f} to {high:.2f})"


def _head(keys: Sequence[str]) -> list[str]:
    titles = [EXPLAINERS[key].title if key in EXPLAINERS else key for key in keys]
    return ["picture", "labelled", "before", "after", "outcome", "change", *titles]


def _cells(row: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    if "sizes" not in row:
        return [row["name"], "", "", "", f"not used: {row['reason']}", "", *[""] * len(keys)]
    before = f"{row['answer_before']}, {percent(row['probability_before'])}"
    after = f"{row['answer_after']}, {percent(row['probability_after'])}"
    maps = [map_words(row["maps"].get(key, {})) for key in keys]
    return [row["name"], row["label"] or "", before, after, row["outcome"], size_words(row), *maps]
