"""G8: are gains in how still maps stay about the model? Among like confidences, and with the network forgotten."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from core.catalog import load_classifier
from core.checkpoints.card import Card
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.evaluation import outcomes
from core.evaluation.map_stability import EXPLAINED
from core.evaluation.paired import mean_interval, paired_means
from core.metrics.mprt import Mprt
from core.recipes.control_gates import controls_of
from core.recipes.published_numbers import shipped

LIKE = 0.1  # two probabilities of the true class that are no further apart are alike
FORGOTTEN = 50  # images whose maps are drawn once more by a network of random weights
FEWEST = 20  # images of like confidence, below which nothing is said
HELD = "held by both"  # right before and after its attack, for the guided checkpoint and for the control


def gains(name: str, classifier: Classifier, data: Images, cards: Mapping[str, Card] | None = None) -> dict[str, Any]:
    """{"passed", "maps": {explainer: ...}, "like", "images"} of a guided checkpoint; {} of one without both controls.

    Of each explainer: "gain" over each control in rank agreement under attack, on the images that both hold; "matched",
    the same where their probabilities of the true class are within LIKE; "attack" and "forgotten", the agreement of the
    map under attack and with that of the same network with all its weights drawn anew. A gain (beyond its interval,
    over both controls) survives if the matched one is beyond its interval too and the map has less to do with the
    network of random weights than with that of the attacked image. passed: every gain survives; None if there is none.
    """
    some = shipped() if cards is None else cards
    controls = controls_of(name, some)
    if controls is None:
        return {}
    kept = {each: outcomes.read(each.replace(":", "_"), str(some[each].sha256)) for each in (name, *controls.values())}
    if any("maps" not in each for each in kept.values()):
        return {}
    count = min(len(outcomes.unpack(each["held"])) for each in kept.values())
    part = Images(data.images[:count], data.labels[:count], data.classes)
    sure = {each: _of_truth(load_classifier(each) if each != name else classifier, part) for each in kept}
    forgotten = _forgotten(classifier, part, list(kept[name]["maps"]))
    found = {}
    for explainer, agreement in forgotten.items():
        series = kept[name]["maps"][explainer]["attack"]["spearman"]
        entry: dict[str, Any] = {"gain": {}, "matched": {}, "attack": _mean(series), "forgotten": _mean(agreement)}
        for control, other in controls.items():
            near = (sure[name] - sure[other]).abs() <= LIKE
            entry["gain"][control] = _gain(kept[name], kept[other], explainer, [True] * count)
            entry["matched"][control] = _gain(kept[name], kept[other], explainer, near.tolist())
        found[explainer] = entry | {"survives": survives(entry)}
    verdicts = [each["survives"] for each in found.values() if each["survives"] is not None]
    return {"passed": all(verdicts) if verdicts else None, "maps": found, "like": LIKE, "images": HELD}


def survives(entry: Mapping[str, Any]) -> bool | None:
    """Whether a gain is about the model; None where there is no gain over both controls beyond the interval.

    >>> up, none, few = {"interval_95": [0.1, 0.2]}, {"interval_95": [-0.1, 0.2]}, {"count": 3}
    >>> still = {"attack": {"interval_95": [0.7, 0.8]}, "forgotten": {"interval_95": [0.0, 0.1]}}
    >>> survives(still | {"gain": {"random": none}, "matched": {"random": up}})  # no gain: None
    >>> survives(still | {"gain": {"random": up}, "matched": {"random": up}})
    True
    >>> [survives(still | {"gain": {"random": up}, "matched": {"random": each}}) for each in (none, few)]
    [False, False]
    >>> survives({"attack": still["attack"], "forgotten": still["attack"], "gain": {"a": up}, "matched": {"a": up}})
    False
    """
    if not all(_above(each) for each in entry["gain"].values()):
        return None
    matched = all(_above(each) for each in entry["matched"].values())
    return matched and entry["forgotten"]["interval_95"][1] < entry["attack"]["interval_95"][0]


def _above(entry: Mapping[str, Any]) -> bool:
    return "interval_95" in entry and entry["interval_95"][0] > 0


def _gain(a: Mapping[str, Any], b: Mapping[str, Any], explainer: str, chosen: Sequence[bool]) -> dict[str, Any]:
    """Stability of `a` minus that of `b` over the chosen images that both hold; only a count where they are too few."""
    held = zip(outcomes.unpack(a["held"]), outcomes.unpack(b["held"]), chosen, strict=False)
    series = (each["maps"][explainer]["attack"]["spearman"] for each in (a, b))
    pairs = [(x, y) for x, y, kept in zip(*series, held, strict=False) if all(kept)]
    if len(pairs) < FEWEST:
        return {"count": len(pairs)}
    return paired_means([x for x, _ in pairs], [y for _, y in pairs]).entry()


@torch.no_grad()
def _of_truth(classifier: Classifier, data: Images) -> Tensor:
    """(N,): the probability of the true class of each image, as it is."""
    found = classifier.probabilities(data.images.float() / 255).cpu()
    return found.gather(1, data.labels[:, None])[:, 0]


def _forgotten(classifier: Classifier, data: Images, keys: Sequence[str]) -> dict[str, list[float]]:
    """explainer -> of the first images, the agreement of the map with that of a network of random weights."""
    images, labels = data.images[:FORGOTTEN].float() / 255, data.labels[:FORGOTTEN]
    found = {}
    for explainer in EXPLAINED:
        if explainer.key in keys:
            maps = explainer(classifier, images, labels, seed=0, reference=images)
            found[explainer.key] = Mprt(stages=1)(classifier, images, labels, maps, explainer=explainer).tolist()
    return found


def _mean(values: Sequence[float]) -> dict[str, Any]:
    mean, low, high = mean_interval(list(values))
    return {"count": len(values), "mean": round(mean, 4), "interval_95": [round(low, 4), round(high, 4)]}
