"""Stage 5: inside the network: the last features of originals and attacked images, and how far each layer moves."""

from collections.abc import Mapping
from typing import Any

import torch

from core.detection.feature_space.embedding import embed, features
from core.detection.feature_space.layer_shift import layer_shifts
from core.detection.feature_space.neighbours import same_kind
from core.detection.scoring.ordinary_noise import noisy
from core.detection.subject import Subject

MOST = 400  # sources in the picture
SHIFTED = 200  # sources whose layers are looked at


def stage(subject: Subject, before: Mapping[str, Any]) -> dict[str, Any]:
    """Under the attack that fools most, at the strength learnt, `attack`:

    `points`: for each original and then for each attacked image its place in the picture, `x` and `y`, the place of its
    source in the data, label, answer and kind; `neighbours`, `neighbours_noise` (with ordinary noise instead) and
    `layers`: numbers that need no picture.
    """
    asked, number = subject.asked, subject.strongest
    sources = subject.sources["testing"]
    clean = subject.originals("testing")
    attacked = subject.under("testing", number, asked.strength)
    count = min(MOST, len(sources))
    rows = torch.arange(count)
    subject.say("Looking at the last features", 0.0)
    parts = [features(subject.classifier, each.images[rows], batch=asked.batch) for each in (clean, attacked)]
    subject.say("Drawing the features in two dimensions", 0.2)
    drawn = embed(torch.cat(parts), asked.seed)
    points = []
    for place, (x, y) in enumerate(drawn.points.tolist()):
        row, seen = place % count, attacked if place >= count else clean
        answer = int(seen.probabilities[row].argmax())
        kind = "original" if place < count else ("fooled" if answer != int(sources.labels[row]) else "held")
        points.append({
            "x": round(x, 3), "y": round(y, 3), "place": int(sources.places[row]),
            "label": subject.classes[int(sources.labels[row])], "answer": subject.classes[answer], "kind": kind,
        })  # fmt: skip
    moved = noisy(sources.images[rows], "signs", asked.strength, seed=asked.seed)
    noise = features(subject.classifier, moved, batch=asked.batch)
    some = slice(0, SHIFTED)
    shifts = layer_shifts(
        subject.classifier, sources.images[some], attacked.images[some], moved[some],
        on_done=lambda done, of: subject.say("Looking at every layer", done / of),
    )  # fmt: skip
    return {
        "attack": subject.attacks[number].title, "how": drawn.how, "points": points,
        "neighbours": same_kind(parts[0], parts[1], seed=asked.seed).told(),
        "neighbours_noise": same_kind(parts[0], noise, seed=asked.seed).told(),
        "layers": [each.told() for each in shifts],
    }  # fmt: skip
