"""The numbers of a detection study as tables (see app.ui.components.table)."""

from collections.abc import Mapping
from typing import Any

from core.detection.reporting.detector_words import whole_rows
from core.robustness.published import Published

Told = Mapping[str, Any]
Cell = dict[str, Any]
ON = {"same": "the images they were chosen on", "held_out": "other images", "noise": "other images, ordinary noise "
      "instead", "excess": "other images, beyond ordinary noise"}  # fmt: skip


def count_table(found: Told, figures: Published | None) -> dict[str, Any]:
    """How many images each attack fools at each strength; below, what was published."""
    strengths = found["strengths"]
    head = [_text(f"fooled of {found['images']:,}"), *(_text(f"{255 * each:.4g}/255") for each in strengths)]
    body = []
    for each in found["attacks"]:
        cells = [{"text": f"{count:,}", "range": f"{100 * share[1]:.1f} to {100 * share[2]:.1f} %"}
                 for count, share in zip(each["fooled"], each["share"], strict=True)]  # fmt: skip
        body.append([_text(each["title"]), *cells])
        if figures and (theirs := figures.row(each["title"], strengths)):
            body.append([_text(f"published, of {figures.correct:,}"), *map(_text, theirs)])
    return {"head": head, "body": body}


def test_table(found: Told) -> dict[str, Any]:
    """Critical against other pixels: Welch's t, both permutation tests and Hedges' g, a row for each set of images."""
    head = [_text("tested on"), _text("Welch's t"), _text("p"), _text("effect (Hedges' g)"),
            _text("p, sets drawn by lot"), _text("p, the set moved as a whole")]  # fmt: skip
    body = []
    for key, words in ON.items():
        each = found[key]
        if each is None:
            continue
        spread = {} if each["g"] is None else {"range": f"{each['g_low']:.2f} to {each['g_high']:.2f}"}
        body.append([
            _text(words), _text(_number(each["t"], ".1f")), _text(_p(each["p"])),
            {"text": _number(each["g"], ".2f"), **spread}, _text(_p(each["p_permuted"])), _text(_p(each["p_shifted"])),
        ])  # fmt: skip
    return {"head": head, "body": body}


def detector_table(found: Told, strength: float) -> dict[str, Any]:
    """AUC under each attack at the strength learnt, false alarms and accuracy, of detectors that know all attacks."""
    attacks = found["attacks"]
    head = [_text("AUC"), *map(_text, attacks), _text("attacks not seen, the worst"), _text("false alarms"),
            _text("accuracy")]  # fmt: skip
    body = []
    for name, title in found["titles"].items():
        rows = {row["attack"]: row for row in whole_rows(found, name) if row["strength"] == strength}
        unseen = [row for row in found["rows"] if row["detector"] == name and row["strength"] == strength
                  and not row["seen_attack"] and len(row["learnt_from"]) in (0, len(attacks) - 1)]  # fmt: skip
        worst = min(unseen, key=lambda row: float(row["auc"]), default=None)
        accurate = [row["balanced_accuracy"] for row in rows.values() if row["balanced_accuracy"] is not None]
        alarms = next(iter(rows.values()))["false_alarms"]
        low, high = (100 * each for each in alarms["interval_95"])
        body.append([
            _text(title), *(_auc(rows[each]) for each in attacks), _auc(worst) if worst else _text("–"),
            {"text": f"{100 * alarms['share']:.1f} %", "range": f"{low:.1f} to {high:.1f} %"},
            _text(f"{100 * sum(accurate) / len(accurate):.1f} %" if accurate else "–"),
        ])  # fmt: skip
    return {"head": head, "body": body}


def _auc(row: Told) -> Cell:
    return {"text": f"{row['auc']:.3f}", "range": f"{row['low']:.3f} to {row['high']:.3f}"}


def _text(text: str) -> Cell:
    return {"text": text}


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _p(value: float | None) -> str:
    """A p-value in digits that say something.

    >>> _p(1e-30), _p(0.0213), _p(None)
    ('< 0.0001', '0.021', '–')
    """
    if value is None:
        return "–"
    return "< 0.0001" if value < 1e-4 else f"{value:.2g}"
