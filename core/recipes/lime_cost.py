"""What LIME costs beside the training that it guides, and what asking less loses: `python -m core.recipes.lime_cost`.

A network learns by PGD-10 from scratch. Every few epochs LIME explains, for the first training images, the answer of
the averaged weights: with five hundred samples ("the full map"), and with as few as a training could afford, each time
anew or beginning with the weights found last time, by LIME's kernel or with all copies counting alike. All are looked
at in the same epochs. Told are the rank correlation of the parts' weights with those of the full map of the same
kernel, at once and just before the next asking, and the cost as a share of the training's gradient evaluations, a pass
without a gradient counting as a third of one. Images of the training split alone.

An image that is asked about in every eighth epoch costs the same whether all are asked at once or an eighth in turn.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from core.base.atomic_files import write_whole
from core.base.paths import ASSETS
from core.catalog import DATASETS
from core.classifiers import cifar10_resnet20, mnist_cnn
from core.contracts.interfaces import Images
from core.data.fit import joined
from core.data.subset import few
from core.evaluation.paired import mean_interval
from core.objectives.pgd_adversarial import PGDAdversarial
from core.recipes.lime_asking import Asked, Told, agreement, told
from core.training.loop import Training
from core.training.schedule import Schedule

KEPT = ASSETS / "measured" / "lime_cost.json"
EXPLAINED, FULL = 100, 513
LOOKED = (8, 16)  # epochs after which the agreement is looked at; before the next asking at the last alone
WAYS = tuple(Asked(samples, every, warm, near)
             for samples, every in ((33, 1), (9, 2), (17, 4), (33, 8), (65, 16))
             for warm in ((False, True) if every < LOOKED[-1] else (False,)) for near in (True, False))  # fmt: skip
GROUNDS: Mapping[str, tuple[Any, str, int, PGDAdversarial, Schedule]] = {
    "mnist_cnn": (mnist_cnn, "mnist", 2000, PGDAdversarial(eps=0.2, step=0.05, steps=10),
                  Schedule(epochs=LOOKED[-1], batch=64, lr=0.05, crop=2, flip=False, ema=0.99, held_out=0)),
    "cifar10_resnet20": (cifar10_resnet20, "cifar10", 2000, PGDAdversarial(),
                         Schedule(epochs=LOOKED[-1], batch=64, lr=0.1, ema=0.99, held_out=0)),
}  # fmt: skip


def course(training: Training, images: Tensor) -> tuple[dict[Asked, dict[str, list[Tensor]]], dict[bool, list[Tensor]]]:
    """By way of asking the agreement "at once" and "before the next", an image each (N,), a tensor for each epoch; and

    by kernel that of the full map with itself, asked with another seed.
    """
    found = {way: {"at once": list[Tensor](), "before the next": list[Tensor]()} for way in WAYS}
    again: dict[bool, list[Tensor]] = {True: [], False: []}
    last: dict[Asked, Told] = {}
    for step in training:
        epoch = step.epoch + 1
        if not step.epoch_ends or training.average is None:
            continue
        model = training.average
        classes = model.probabilities(images).argmax(dim=1)
        looked = epoch in LOOKED
        full = {near: told(model, images, classes, Asked(FULL, 1, near=near), 10_000 + epoch, None).weights
                for near in (again if looked else ())}  # fmt: skip
        for near in full:
            other = told(model, images, classes, Asked(FULL, 1, near=near), 20_000 + epoch, None).weights
            again[near].append(agreement(other, full[near]))
        for way in WAYS:
            if epoch % way.every:
                continue
            before = last.get(way)
            if epoch == LOOKED[-1] and before:
                found[way]["before the next"].append(agreement(before.weights, full[way.near]))
            last[way] = told(model, images, classes, way, epoch, before if way.warm else None)
            if looked:
                found[way]["at once"].append(agreement(last[way].weights, full[way.near]))
        sys.stderr.write(f"epoch {epoch}\n")
    return found, again


def measure(name: str) -> dict[str, Any]:
    """A ground's numbers: of every way the means and their intervals over images; of a full map asked again."""
    source, data, count, objective, schedule = GROUNDS[name]
    model = source.fresh(0)
    learnt: Images = few(joined(model, DATASETS[data]().load("train")), count, 0)
    training = Training(model, objective, learnt, schedule)
    found, again = course(training, learnt.images[:EXPLAINED].float() / 255)
    rows = [asdict(way) | {"share": round(way.share, 4)} | {when: _mean(each) for when, each in found[way].items()}
            for way in WAYS]  # fmt: skip
    return {"images": count, "epochs": schedule.epochs, "looked": LOOKED, "explained": EXPLAINED, "full": FULL,
            "rows": rows, "full_again": {"near": _mean(again[True]), "alike": _mean(again[False])}}  # fmt: skip


def _mean(values: list[Tensor]) -> list[float]:
    """The mean and its interval over images, of each image's mean over the epochs; empty if there are none."""
    if not values:
        return []
    return [round(each, 4) for each in mean_interval(torch.stack(values).mean(dim=0).tolist())]


def table(kept: Mapping[str, Any]) -> str:
    """Markdown."""
    lines = ["| samples | every … epochs | begins with | copies count | share of PGD-10 | agrees at once | "
             "before the next asking |", "|---|---|---|---|---|---|---|"]  # fmt: skip
    for row in kept["rows"]:
        start = "the last weights" if row["warm"] else "nothing"
        agree = [_shown(row[when]) for when in ("at once", "before the next")]
        kernel = "by LIME's kernel" if row["near"] else "alike"
        share = f"{100 * row['share']:.1f} %"
        lines.append(f"| {row['samples']} | {row['every']} | {start} | {kernel} | {share} | {' | '.join(agree)} |")
    for near, kernel in (("near", "by LIME's kernel"), ("alike", "alike")):
        lines.append(f"| {kept['full']}, another seed |  |  | {kernel} |  | {_shown(kept['full_again'][near])} |  |")
    return "\n".join(lines)


def _shown(found: Sequence[float]) -> str:
    return f"{found[0]:.2f} ({found[1]:.2f} to {found[2]:.2f})" if found else "—"


def main(names: list[str]) -> None:
    """Measure these grounds, or all, keep the numbers, print the tables."""
    for name in names or GROUNDS:
        kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
        write_whole(KEPT, (json.dumps(kept | {name: measure(name)}, indent=1) + "\n").encode())
        made = json.loads(KEPT.read_text())[name]
        sys.stdout.write(f"{name}\n\n{table(made)}\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
