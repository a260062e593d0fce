"""Stability under attack as columns of the league: how still a map stays, beside its controls."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.attacks.pgd import PGD
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.contracts.interfaces import Images
from core.evaluation.map_stability import moved

MEASURE = "spearman"
COLUMNS = {"attack": "stability", "noise": "stability_noise", "seed": "stability_seed"}  # by comparison
TITLES = {
    "stability": "Stability under attack", "stability_noise": "Control: ordinary noise",
    "stability_seed": "Control: another draw",
}  # fmt: skip
CONTROLS = ("stability_noise", "stability_seed")  # shown beside it; nobody is better by them
PLAIN = {
    "stability": "Rank agreement of the map with that of the attacked picture, where the answer has not changed.",
    "stability_noise": "The same for ordinary noise of the attack's size.",
    "stability_seed": "The same for other random numbers of the explainer on the same picture.",
}


def steadiness(
    classifier: Classifier,
    data: Images,
    places: Sequence[int],
    explainers: Sequence[Explainer],
    attack: PGD,
    folder: Path,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """Rows {"images", "explainer", "values"} of the images whose answer is right before and after the attack.

    places: of the images, which are right, in `data`. All is measured by `core.evaluation.map_stability`, which keeps
    its state in `folder` and goes on from it.
    """
    chosen = list(places)
    part = Images(data.images[chosen], data.labels[chosen], data.classes)
    folder.mkdir(exist_ok=True)
    held, values = moved(
        classifier, part, attack, folder=folder, count=len(part), seed=seed, explainers=explainers, say=say
    )
    images = [place for place, keep in zip(chosen, held, strict=True) if keep]
    rows = []
    for key, comparisons in values.items():
        kept = {
            COLUMNS[comparison]: [value for value, keep in zip(measures[MEASURE], held, strict=True) if keep]
            for comparison, measures in comparisons.items()
        }
        rows.append({"images": images, "explainer": key, "values": kept})
    return rows
