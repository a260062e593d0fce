"""An evaluation as aligned plain text: accuracy by strength, counts of misclassified images, what was published."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.robustness.published import Published, published_counts
from core.robustness.request import Evaluation
from core.robustness.words import checks, norms_of, saved, strength_word, with_interval


def tables(told: Mapping[str, Any], asked: Evaluation) -> str:
    """All tables of an evaluation one under the other, with what was published beside."""
    parts = []
    figures = published_counts(asked.published)
    for name, model in zip(asked.classifiers, told["models"], strict=True):
        for norm in norms_of(asked):
            parts.append(_accuracy(name, model, norm))
            if not asked.only_standing:
                parts.append(_counts(name, model, norm, figures))
    return "\n\n".join([*parts, checks(asked), *filter(None, [saved(told)])])


def _accuracy(name: str, model: Mapping[str, Any], norm: float) -> str:
    worst = model["worst"][str(norm)]
    head = ["", *(strength_word(each, norm) for each in worst["strengths"])]
    rows = [["as they are", with_interval(model["accuracy"])]]
    for number in worst["attacks"]:
        attack = model["attacks"][number]
        if "accuracy" in attack:
            rows.append([attack["title"], *(with_interval(each) for each in attack["accuracy"])])
    if len(worst["attacks"]) > 1:
        rows.append(["worst of these", *(with_interval(each) for each in worst["accuracy"])])
    return f"{name}: right, with 95 % intervals\n{aligned([head, *rows])}"


def _counts(name: str, model: Mapping[str, Any], norm: float, figures: Published | None) -> str:
    mine = [attack for attack in model["attacks"] if attack["norm"] == str(norm)]
    strengths = mine[0]["strengths"]
    rows = [["", *(f"{each:.4g}" if figures else strength_word(each, norm) for each in strengths)]]
    for attack in mine:
        rows.append([attack["title"], *(f"{each:,}" for each in attack["misclassified"])])
        if figures and (theirs := figures.row(attack["title"], strengths)):
            rows.append(["  published", *theirs])
    text = [f"{name}: misclassified of the {model['correct']:,} answered right as they are", aligned(rows)]
    if figures:
        text.append(f"Published: {figures.source}, of {figures.correct:,}. {figures.doubtful}")
    return "\n".join(text)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text in columns: the first to the left, the others to the right.

    >>> print(aligned([["", "a"], ["long", "1"], ["x", "1,000"]]))
              a
    long      1
    x     1,000
    """
    count = max(map(len, rows))
    full = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = [max(len(row[column]) for row in full) for column in range(count)]
    return "\n".join(
        "  ".join(text.ljust(width) if not place else text.rjust(width)
                  for place, (text, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in full
    )  # fmt: skip
