"""The numbers of a measurement under common corruptions as tables (see app.ui.components.table)."""

from collections.abc import Mapping
from typing import Any

from core.catalog import CORRUPTIONS
from core.contracts.corruption import SEVERITIES

Cell = dict[str, Any]
Table = dict[str, Any]

MEAN = "Mean corruption accuracy: the mean over all corruptions and severities, each counting alike."
MCE = (
    "Mean corruption error (mCE): for each corruption, the model's wrong answers over all severities divided by the "
    "baseline's, and the mean of these. Below 100 % it makes fewer errors than the baseline."
)
RELATIVE = (
    "Relative mCE: the same of what is lost to the corruption, beyond the errors on the images as they are. Below "
    "100 % it loses less than the baseline."
)
GAIN = "Mean corruption accuracy minus the baseline's, on the same images, in percentage points."


def model_table(told: Mapping[str, Any], names: Mapping[str, str]) -> Table:
    """A row a model: right as they are and corrupted, and what it is to the baseline."""
    several = len(told["models"]) > 1
    head = [_text("model"), _text("right as they are"), _text("right on corrupted images, mean", MEAN)]
    if several:
        head += [_text("more than the baseline", GAIN), _text("errors, of the baseline's (mCE)", MCE),
                 _text("losses, of the baseline's (relative mCE)", RELATIVE)]  # fmt: skip
    body = []
    for model in told["models"]:
        name, mean = model["classifier"], model["mean"]
        row = [_text(names.get(name, name)), _share(model["cells"][0]), _share(mean)]
        if several and "against" in model:
            row += [_gain(model["gain"]), _ratio(model["mce"]), _ratio(model["relative_mce"])]
        elif several:
            row += [_text("baseline"), _text("100 %"), _text("100 %")]
        body.append(row)
    return {"head": head, "body": body}


def corruption_table(told: Mapping[str, Any], names: Mapping[str, str], model: Mapping[str, Any]) -> Table:
    """A row a corruption: right, over all severities, by the baseline and by `model`, and the corruption errors."""
    base = told["models"][0]
    both = [base] if model is base else [base, model]
    head = [_text("corruption"), *(_text(names.get(each["classifier"], each["classifier"])) for each in both)]
    if model is not base:
        head += [_text("errors, of the baseline's", MCE), _text("losses, of the baseline's", RELATIVE)]
    body = []
    for key, kind in CORRUPTIONS.items():
        means = [_mean(each, key) for each in both]
        if any(mean is None for mean in means):
            continue
        row = [_text(kind.title, kind.plain), *(_text(f"{100 * mean:.1f} %") for mean in means if mean is not None)]
        if model is not base:
            found = model.get("by_corruption", {}).get(key)
            row += [_ratio(found[name] if found else None) for name in ("ce", "relative_ce")]
        body.append(row)
    return {"head": head, "body": body}


def _mean(model: Mapping[str, Any], key: str) -> float | None:
    """The mean accuracy over all severities of one corruption; None before all of them are there."""
    shares = [cell["accuracy"] for cell in model["cells"] if cell["corruption"] == key]
    return sum(shares) / len(shares) if len(shares) == len(SEVERITIES) else None


def _text(text: str, title: str = "") -> Cell:
    return {"text": text} | ({"title": title} if title else {})


def _share(entry: Mapping[str, Any]) -> Cell:
    told = {"text": f"{100 * entry['accuracy']:.1f} %"}
    if interval := entry["interval_95"]:
        low, high = (f"{100 * each:.1f}" for each in interval)
        told["range"] = f"{low} to {high} %"
    return told


def _gain(gain: Mapping[str, Any] | None) -> Cell:
    if gain is None:
        return _text("–")
    low, high = (f"{100 * each:+.1f}" for each in gain["interval_95"])
    return {"text": f"{100 * gain['difference']:+.1f} points", "range": f"{low} to {high}"}


def _ratio(value: float | None) -> Cell:
    if value is None:
        return _text("–", "Not defined: the baseline makes no such errors.")
    return _text(f"{100 * value:.0f} %")
