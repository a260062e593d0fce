"""A picture of a batch in a few words: under its thumbnail, and as a line of a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.ui.cached_pictures import case_thumbnail
from core.batch.picture_rows import FOOLED, HELD, moved_beyond
from core.batch.places import thumbnail_file
from core.batch.report import size_words
from core.batch.request import BatchRequest
from core.catalog import EXPLAINERS
from core.runs.run import Run
from core.study.words import percent

WORDS = {FOOLED: "fooled", HELD: "held", "no gradient": "no gradient to follow"}


def row_id(row: Mapping[str, Any], run: Run) -> str:
    """What tells the row of a run from all others, in links too: of run ...-0a1b2c3d row 7 is "0a1b2c3d-7"."""
    return f"{run.id[-8:]}-{row['step']}"


def tile(row: Mapping[str, Any], run: Run) -> dict[str, str]:
    """Its tile: what the model answered, what came of it, what it is called and how far its map moved."""
    answers = row["answer_before"]
    if row["answer_after"] != answers:
        answers = f"{answers} → {row['answer_after']}"
    moved = moved_beyond(row)
    tags = [row["name"]] + ([f"map {moved:.2f} beyond noise"] if moved is not None else [])
    return {
        "id": row_id(row, run), "title": answers, "about": f"{outcome(row)} · change {size_words(row)}",
        "tags": " · ".join(tags), "state": row["outcome"] if row["outcome"] in (FOOLED, HELD) else "plain",
        "src": case_thumbnail(str(thumbnail_file(run.folder, row["step"]))),
        "alt": f"original and attacked image, answered {row['answer_before']} and {row['answer_after']}",
        "mark": "Tick it, to save it as a case",
    }  # fmt: skip


def outcome(row: Mapping[str, Any]) -> str:
    """What came of it; an answer that was wrong before any attack is called so."""
    said = WORDS.get(row["outcome"], row["outcome"])
    return f"{said}, wrong before" if row["right"] is False else said


def table(rows: Sequence[Mapping[str, Any]], asked: BatchRequest) -> list[dict[str, str]]:
    """One line a picture, by heading; of each map the rank agreement under attack, and the range under noise."""
    keys = [each.key for each in asked.chosen_explainers()]
    return [_line(row, keys) for row in rows]


def _line(row: Mapping[str, Any], keys: Sequence[str]) -> dict[str, str]:
    line = {
        "picture": row["name"], "labelled": row["label"] or "",
        "before": f"{row['answer_before']}, {percent(row['probability_before'])}",
        "after": f"{row['answer_after']}, {percent(row['probability_after'])}",
        "outcome": outcome(row), "change": size_words(row),
        "survives saving": {True: "yes", False: "no", None: ""}[row["survives"]],
    }  # fmt: skip
    for key in keys:
        told, title = row["maps"].get(key, {}), EXPLAINERS[key].title
        noise = told.get("noise")
        line[title] = f"{told['agreement']:.2f}" if noise else "none"
        line[f"{title}, noise"] = f"{noise[1]:.2f} to {noise[2]:.2f}" if noise else str(told.get("reason", ""))
    return line
