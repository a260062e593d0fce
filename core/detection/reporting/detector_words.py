"""What a study tells of its detectors and of the attacker who knows, in sentences."""

from collections.abc import Mapping
from typing import Any

from core.detection.request import DetectionRequest

Told = Mapping[str, Any]


def whole_rows(told: Told, name: str) -> list[Told]:
    """The rows of a detector that knows all attacks, or learns nothing."""
    mine = [row for row in told["rows"] if row["detector"] == name]
    most = max(len(row["learnt_from"]) for row in mine)
    return [row for row in mine if len(row["learnt_from"]) == most]


def best_detector(told: Told) -> str:
    """The detector with the highest mean AUC over attacks and strengths, of those that know all attacks."""
    means: dict[str, float] = {}
    for name in told["titles"]:
        found = [float(row["auc"]) for row in whole_rows(told, name)]
        means[name] = sum(found) / len(found)
    return max(means, key=means.__getitem__)


def best(result: Told) -> str:
    """The worth of the best detector in one sentence; "" while it is not known.

    Of those that were attacked by their own gradients: how often an attacker passes another is not known well. Of
    these, of those that read explanations, if there are any.
    """
    knowing, found = result.get("knowing"), result.get("detectors")
    if not knowing or not found:
        return ""
    titles = dict(found["titles"])
    own = {key: title for key, title in titles.items() if not knowing["detectors"][key].get("stood_in", True)} or titles
    explained = {key: title for key, title in own.items() if key.startswith("signature")} or own
    each = knowing["detectors"][best_detector({**found, "titles": explained})]
    return f"{each['title']}: {each['worth']}"


def detector_headline(told: Told, asked: DetectionRequest) -> list[str]:
    """The best detector that reads explanations beside the best that does not, at the strength learnt."""
    parts = []
    for words, wanted in (("With explanations", True), ("Without", False)):
        titles = {key: each for key, each in told["titles"].items() if key.startswith("signature") == wanted}
        if not titles:
            continue
        name = best_detector({**told, "titles": titles})
        seen = [row["auc"] for row in whole_rows(told, name) if row["strength"] == asked.strength]
        unseen = [row["auc"] for row in told["rows"] if row["detector"] == name and row["strength"] == asked.strength
                  and not row["seen_attack"] and len(row["learnt_from"]) in (0, len(told["attacks"]) - 1)]  # fmt: skip
        text = f"{words}, {titles[name]} reaches an AUC of at least {min(seen):.3f} under every attack"
        text += f", and at least {min(unseen):.3f} under attacks it has not seen" if unseen else ""
        parts.append(text + _on_noise(told, name))
    return [f"{part}." for part in parts]


def _on_noise(told: Told, name: str) -> str:
    """How often a detector takes images with noise as large as the attacks for attacked: what an AUC does not show."""
    shares = [row for row in told["false_alarms"] if row["detector"] == name and row["kind"] == "noise"]
    if not shares:
        return ""
    worst = max(shares, key=lambda row: float(row["share"]))
    return f"; but it takes up to {100 * worst['share']:.0f} % of images with ordinary noise for attacked ones"


def detector_sentences(told: Told, asked: DetectionRequest) -> list[str]:
    """Each detector that knows all attacks: AUC by attack at the strength learnt; then attacks not seen."""
    said = []
    for name, title in told["titles"].items():
        rows = [row for row in whole_rows(told, name) if row["strength"] == asked.strength]
        parts = [f"{row['attack']} {row['auc']:.3f} ({row['low']:.3f} to {row['high']:.3f})" for row in rows]
        text = f"{title}: AUC {', '.join(parts)}"
        unseen = [row for row in told["rows"] if row["detector"] == name and row["learnt_from"]
                  and not row["seen_attack"] and row["strength"] == asked.strength
                  and len(row["learnt_from"]) == len(told["attacks"]) - 1]  # fmt: skip
        if unseen:
            worst = min(unseen, key=lambda row: float(row["auc"]))
            text += (f"; of an attack it has not seen at least {worst['auc']:.3f} ({worst['low']:.3f} to "
                     f"{worst['high']:.3f}, {worst['attack']})")  # fmt: skip
        said.append(f"{text}.")
    return said


def knowing_sentences(told: Told, asked: DetectionRequest) -> list[str]:
    """What each detector is worth, once an attacker knows of it."""
    said = []
    for each in told["detectors"].values():
        text = f"{each['title']}: {each['worth']}"
        if each.get("stood_in"):
            text += (" It has no gradients, so the attacker followed those of another detector: one who searches "
                     "longer may pass more often.")  # fmt: skip
        said.append(text)
    return said
