"""The league as a table to click (see app.ui.components.league): explainers down, metrics across."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.explainer_league.floors import FLOORS
from core.explainer_league.league import ENTRANTS
from core.explainer_league.stability import CONTROLS
from core.explainer_league.words import beside_floors, floors_beaten, title

SAID = {"above": "better than both floors", "below": "worse than a floor", "": "not better than both floors"}
BETTER = {"higher": "higher is better\u00a0↑", "lower": "lower is better\u00a0↓"}  # the arrow stays on its line


def cell_id(explainer: str, metric: str) -> str:
    """The id of a number of the league."""
    return f"{explainer}:{metric}"


def digits(value: float) -> str:
    """Three digits that count, zeros at the end among them.

    >>> digits(0.31), digits(12.0), digits(1234.0)
    ('0.310', '12.0', '1.23e+03')
    """
    return f"{value:#.3g}".rstrip(".")


def league_table(told: Mapping[str, Any]) -> dict[str, Any]:
    """A row an explainer, those that beat both floors most often first, the floors last; a column a metric."""
    columns, beaten = told["columns"], floors_beaten(told)
    head = [{"text": ""}, *map(_heading, columns)]
    head += [{"text": "beats both floors", "title": "By how many of the metrics it is better than random numbers and "
              "than the picture's edges, after correction for many comparisons"}] if beaten else []  # fmt: skip
    marks = [beside_floors(column) for column in columns]
    body = [
        [_name(key), *(_number(key, column, mark) for column, mark in zip(columns, marks, strict=True)),
         *([{"text": "{} of {}".format(*beaten[key]) if key in beaten else ""}] if beaten else [])]
        for key in ranked(columns, beaten)
    ]  # fmt: skip
    return {"head": head, "body": body}


def ranked(columns: Sequence[Mapping[str, Any]], beaten: Mapping[str, tuple[int, int]]) -> list[str]:
    """The explainers in the order of the table."""
    keys = list(dict.fromkeys(key for column in columns for key in column["explainers"]))
    return sorted(keys, key=lambda key: (key in FLOORS, -beaten.get(key, (0, 0))[0]))


def _heading(column: Mapping[str, Any]) -> dict[str, str]:
    control = column["metric"] in CONTROLS
    note = "nobody is better by it" if control else BETTER[column["better"]]
    hover = f"{column['plain']}\n{note.capitalize()}"
    hover += f", in {column['unit']}" if column["unit"] else ""
    hover += f"\nBy chance: {column['null']:.3g}" if "null" in column else ""
    return {"text": column["title"], "title": hover, "note": note}


def _name(key: str) -> dict[str, Any]:
    plain = ENTRANTS[key].plain if key in ENTRANTS else ""
    return {"text": title(key), "title": plain} | ({"note": "floor", "floor": True} if key in FLOORS else {})


def _number(key: str, column: Mapping[str, Any], marks: Mapping[str, str]) -> dict[str, str]:
    told = column["explainers"].get(key)
    if told is None or told["mean"] is None:
        return {"text": "–"}
    mark = marks.get(key, "")
    images = f"{told['count']:,} image{'' if told['count'] == 1 else 's'}"
    hover = f"{title(key)}, {column['title']}: {images}" + (f"; {SAID[mark]}" if key in marks else "")
    cell = {"id": cell_id(key, column["metric"]), "text": digits(told["mean"]), "title": f"{hover}. Click for images."}
    cell |= {"mark": mark, "said": SAID[mark]} if mark else {}
    return cell | ({"range": " to ".join(map(digits, told["interval_95"]))} if told["interval_95"] else {})
