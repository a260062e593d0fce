"""Stage 2: the signatures of originals and of attacked images, and a few of them to look at."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from core.base.params import to_spec
from core.contracts.detector import Evidence
from core.detection.subject import Subject

SHOWN = 6  # images
SIDE = 64  # pixels of a map that is told


def stage(subject: Subject, before: Mapping[str, Any]) -> dict[str, Any]:
    """How many signatures were made, of which explainer, and `examples`: test images of different classes.

    An example holds, at the strength learnt under the attack that fools most, the place of the image, its label, the
    answers to both, both pictures [H][W][C] in 0 to 255, and both signatures [H][W].
    """
    todo: list[Callable[[], Evidence]] = [partial(subject.originals, part) for part in subject.sources]
    for number in range(len(subject.attacks)):
        todo += [partial(subject.under, part, number, subject.asked.strength) for part in ("learning", "calibration")]
        todo += [partial(subject.under, "testing", number, strength) for strength in subject.asked.strengths]
    for place, each in enumerate(todo):
        with subject.span(place / len(todo), (place + 1) / len(todo)):
            each()
    explainer = subject.explainer
    return {
        "explainer": to_spec(explainer), "title": explainer.title, "against": explainer.against(subject.classifier),
        "made": subject.made["signatures"], "taken": subject.taken["signatures"],
        "seconds": round(subject.seconds["signatures"], 1), **_examples(subject),
    }  # fmt: skip


def _examples(subject: Subject) -> dict[str, Any]:
    strength, sources = subject.asked.strength, subject.sources["testing"]
    number = subject.strongest
    clean, attacked = subject.originals("testing"), subject.under("testing", number, strength)
    rows: list[int] = []
    for row in subject.fooled("testing", number, strength).nonzero()[:, 0].tolist():
        if len(rows) < SHOWN and int(sources.labels[row]) not in [int(sources.labels[each]) for each in rows]:
            rows.append(row)
    examples = [
        {
            "place": int(sources.places[row]), "label": subject.classes[int(sources.labels[row])],
            "answers": [subject.classes[int(each.probabilities[row].argmax())] for each in (clean, attacked)],
            "pictures": [_picture(each.images[row]) for each in (clean, attacked)],
            "signatures": [_map(each.signatures[row]) for each in (clean, attacked)],
        }
        for row in rows
    ]  # fmt: skip
    return {"shown_attack": subject.attacks[number].title, "examples": examples}


def _small(maps: Tensor) -> Tensor:
    height, width = maps.shape[-2:]
    return adaptive_avg_pool2d(maps[None], (min(height, SIDE), min(width, SIDE)))[0]


def _picture(image: Tensor) -> list[Any]:
    found: list[Any] = (255 * _small(image)).round().to(torch.uint8).permute(1, 2, 0).tolist()
    return found


def _map(values: Tensor) -> list[list[float]]:
    return [[float(f"{each:.4g}") for each in row] for row in _small(values[None])[0].tolist()]
