"""How still maps stay under attack, beside their controls, over many images of one classifier."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.attacks.pgd import PGD
from core.base.atomic_files import write_whole
from core.base.errors import Unreadable
from core.base.params import to_spec
from core.catalog import MAP_DISTANCES
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.contracts.interfaces import Images
from core.evaluation.paired import mean_interval
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.integrated_gradients import IntegratedGradients
from core.explainers.lime import Lime
from core.study.noise_control import shuffled_noise
from core.untrusted.foreign_json import read_object

EXPLAINED: tuple[Explainer, ...] = (GradCAMPP(), IntegratedGradients(), Lime(segmentation="grid"))
MEASURES = ("spearman", "top_k_overlap")
CHUNK = 25  # images between two states on disk

Values = dict[str, dict[str, dict[str, list[float]]]]  # explainer -> comparison -> measure -> one value an image


def moved(
    classifier: Classifier,
    data: Images,
    attack: PGD,
    *,
    folder: Path,
    count: int = 200,
    seed: int = 0,
    explainers: Sequence[Explainer] = EXPLAINED,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[list[bool], Values]:
    """(held, values) of the first `count` images: every map against the original's, all of the true label.

    Comparisons: "attack" the attacked image, "noise" the attack's own change shuffled (`core.study.noise_control`), and
    for an explainer with randomness "seed" the original under another seed. LIME's patches are the original's
    throughout. held: right before and after the attack. `folder` holds stability.json, written every few images, from
    which an interrupted computation goes on; ValueError if it answers another question.
    """
    total = min(count, len(data))
    fitting = [each for each in explainers if not each.obstacle(classifier)]
    asked = {"weights": classifier.fingerprint, "attack": to_spec(attack), "seed": seed,
             "count": total, "explainers": [to_spec(each) for each in fitting]}  # fmt: skip
    path = folder / "stability.json"
    held: list[bool] = []
    values: Values = {}
    if path.is_file():
        state = read_object(path)
        if state.get("asked") != asked:
            raise ValueError(f"{path} belongs to another evaluation: choose another folder, or remove it to begin anew")
        held, values = _stored(state, path.name)
    for begin in range(len(held), total, CHUNK):
        end = min(begin + CHUNK, total)
        images, labels = data.images[begin:end].float() / 255, data.labels[begin:end]
        attacked = attack(classifier, images, labels, seed=seed + begin).cpu()
        noisy = torch.cat(
            [shuffled_noise(image, after - image, 1, seed + begin + place)
             for place, (image, after) in enumerate(zip(images, attacked, strict=True))]
        )  # fmt: skip
        held += (_right(classifier, images, labels) & _right(classifier, attacked, labels)).tolist()
        for explainer in fitting:
            others = {"attack": (attacked, seed), "noise": (noisy, seed)}
            others |= {"seed": (images, seed + 1)} if explainer.random else {}
            first = explainer(classifier, images, labels, seed=seed, reference=images).values
            for comparison, (shown, drawn) in others.items():
                after = explainer(classifier, shown, labels, seed=drawn, reference=images).values
                for measure in MEASURES:
                    kept = values.setdefault(explainer.key, {}).setdefault(comparison, {}).setdefault(measure, [])
                    kept += [round(float(value), 3) for value in MAP_DISTANCES[measure]()(first, after)]
        write_whole(path, json.dumps({"asked": asked, "held": held, "values": values}).encode())
        say(f"stability: {end} of {total} images")
    return held, values


def _stored(state: Mapping[str, Any], called: str) -> tuple[list[bool], Values]:
    """What was measured before; Unreadable if it is not a number an image for every measure."""
    held, values = state.get("held"), state.get("values")
    if isinstance(held, list) and isinstance(values, dict) and all(isinstance(each, bool) for each in held):
        measures = [each for of in values.values() if isinstance(of, dict) for each in of.values()]
        series = [each for of in measures if isinstance(of, dict) for each in of.values()]
        if all(isinstance(each, list) and len(each) == len(held) for each in series) and all(
            isinstance(number, int | float) for each in series for number in each
        ):
            return held, values
    raise Unreadable(f"{called} is damaged; remove it to begin anew")


def _right(classifier: Classifier, images: Tensor, labels: Tensor) -> Tensor:
    return classifier.probabilities(images).argmax(dim=1).cpu() == labels


def summary(held: Sequence[bool], values: Mapping[str, Any]) -> dict[str, Any]:
    """explainer -> measure -> comparison -> {"all", "held"} -> {"count", "mean", "interval_95"}.

    "held" are the images that the classifier gets right before and after the attack. Fewer than two have no mean.
    """
    chosen = {"all": [True] * len(held), "held": list(held)}
    return {
        key: {
            measure: {
                comparison: {
                    which: _mean([value for value, keep in zip(rows[measure], kept, strict=True) if keep])
                    for which, kept in chosen.items()
                }
                for comparison, rows in comparisons.items()
            }
            for measure in MEASURES
        }
        for key, comparisons in values.items()
    }


def _mean(values: list[float]) -> dict[str, Any]:
    if len(values) < 2:
        return {"count": len(values)}
    mean, low, high = mean_interval(values)
    return {"count": len(values), "mean": round(mean, 4), "interval_95": [round(low, 4), round(high, 4)]}
