"""What was tried before `lime_guided` was set: `python -m core.recipes.trials [NAME ...]`, all by default.

Every trial of a ground refines the same checkpoint on the same training images, and is judged on the 1,000 images of
the training split that the checkpoint's own training held out; no test image is looked at. Results are kept in
assets/references/trials.json, and a trial that is there is not made again; the tables go into refinement.md beside it.
"""

import json
import sys
import time
from dataclasses import dataclass, replace
from typing import Any

from core.attacks.pgd import PGD
from core.base.atomic_files import write_whole
from core.base.params import from_spec, to_spec
from core.base.paths import ASSETS
from core.base.proportion import Proportion
from core.catalog import DATASETS, OBJECTIVES, load_classifier
from core.evaluation.accuracy import accuracy, split_held_out
from core.training.loop import Training
from core.training.schedule import Schedule

JUDGED = 1000  # as many as the recipes hold out, and by the same seed: neither the base nor a trial learns from them
KEPT = ASSETS / "references" / "trials.json"
PAGE = ASSETS / "references" / "refinement.md"


@dataclass(frozen=True)
class Ground:
    """What the trials of one table have in common: base, data, images to learn from, schedule, the judging attack."""

    base: str
    data: str
    images: int
    schedule: Schedule
    validation_attack: PGD


GROUNDS = {
    "cifar10": Ground(
        "cifar10_resnet20:standard", "cifar10", 10_000, Schedule(epochs=5, lr=0.1, held_out=0, clip=0.0, ema=0.99),
        PGD(eps=8 / 255, step=2 / 255, steps=10),
    ),
    "mnist": Ground(
        "mnist_cnn:standard", "mnist", 12_000,
        Schedule(epochs=4, lr=0.05, held_out=0, clip=5.0, crop=2, flip=False, ema=0.98),
        PGD(eps=0.2, step=0.02, steps=10),
    ),
}  # fmt: skip

LIME: dict[str, Any] = {"method": "lime_guided", "groups": 2, "every": 1, "masking": 0.5}
UNSTABLE = {"instability": 1.0, "repeats": 2}
ONLY_MASKS = LIME | {"sensitivity": 0.0, "first": 0}
ONLY_PENALTY = LIME | {"masking": 0.0, "sensitivity": 100.0, "first": 1}
TRIALS: dict[str, dict[str, Any]] = {
    "plain": {"method": "fast_adversarial"},
    "patch_lime": ONLY_MASKS | {"fill": "patch"},
    "patch_random": ONLY_MASKS | {"fill": "patch", "mask_source": "random"},
    "penalty_at_once": ONLY_PENALTY | {"sensitivity": 10.0, "first": 0},
    "penalty_lime": ONLY_PENALTY,
    "penalty_30": ONLY_PENALTY | {"sensitivity": 30.0},
    "penalty_300": ONLY_PENALTY | {"sensitivity": 300.0},
    "penalty_once": ONLY_PENALTY | {"groups": 1, "every": 100},
    "penalty_late": ONLY_PENALTY | {"groups": 1, "every": 100, "first": 3},
    "penalty_unstable": ONLY_PENALTY | UNSTABLE,
    "penalty_random": ONLY_PENALTY | {"mask_source": "random"},
    "mean_true": ONLY_MASKS | {"fill": "mean", "explained": "true"},
    "mean_true_shuffled": ONLY_MASKS | {"fill": "mean", "explained": "true", "mask_source": "shuffled"},
    "mean_random": ONLY_MASKS | {"fill": "mean", "mask_source": "random"},
    "patch_true": ONLY_MASKS | {"fill": "patch", "explained": "true"},
    "patch_free": ONLY_MASKS | UNSTABLE | {"fill": "patch", "explained": "free"},
    "patch_supporting": ONLY_MASKS | {"fill": "patch", "polarity": "supporting"},
    "patch_gradient": ONLY_MASKS | {"fill": "patch", "mask_source": "gradient"},
    "penalty_gradient": ONLY_PENALTY | {"mask_source": "gradient"},
}
DIGITS: dict[str, Any] = {"method": "lime_guided", "eps": 0.2, "steps": 7, "step_ratio": 0.25, "every": 2, "groups": 2}
TRIALS |= {
    "mnist_plain": DIGITS | {"sensitivity": 0.0},
    "mnist_penalty_30": DIGITS | {"sensitivity": 30.0},
    "mnist_penalty_100": DIGITS | {"sensitivity": 100.0},
    "mnist_penalty_100_unclipped": DIGITS | {"sensitivity": 100.0},
    "mnist_penalty_30_random": DIGITS | {"sensitivity": 30.0, "mask_source": "random"},
    "mnist_penalty_30_once": DIGITS | {"sensitivity": 30.0, "every": 100, "groups": 1},
    "mnist_one_step": DIGITS | {"sensitivity": 100.0, "steps": 1},
}
UNCLIPPED = "_unclipped"  # ends the name of a trial without gradient clipping


def ground(name: str) -> str:
    """The ground that a trial stands on, told by its name."""
    return "mnist" if name.startswith("mnist_") else "cifar10"


def run(name: str) -> dict[str, Any]:
    """Make one trial: losses, masks and cost, and how the averaged weights do in the end."""
    objective = from_spec(TRIALS[name], OBJECTIVES)
    on = GROUNDS[ground(name)]
    schedule = replace(on.schedule, clip=0.0) if name.endswith(UNCLIPPED) else on.schedule
    classifier = load_classifier(on.base)
    data, judged = split_held_out(DATASETS[on.data]().load("train"), JUDGED, seed=0)
    _, some = split_held_out(data, on.images, seed=2)
    begun, rows, masks = time.perf_counter(), [], []
    training = Training(classifier, objective, some, schedule)  # type: ignore[arg-type]
    try:
        for step in training:
            if step.masks:
                masks.append({"epoch": step.epoch, **step.masks})
            if step.epoch_ends:
                rows.append({"epoch": step.epoch, "loss": step.loss, **step.parts})
    except ValueError as error:
        return {"objective": to_spec(objective), "failed": str(error)}
    seconds = time.perf_counter() - begun
    assert training.average is not None
    clean = accuracy(training.average, judged)
    robust = accuracy(training.average, judged, on.validation_attack)
    found = {
        "objective": to_spec(objective), "last_steps": rows, "masks": masks, "clean": clean.value,
        "robust": robust.value, "judged": JUDGED, "evaluations": round(training.evaluations), "seconds": round(seconds),
    }  # fmt: skip
    sys.stderr.write(f"{name}: {json.dumps(found)}\n")
    return found


def results() -> dict[str, Any]:
    """The trials made so far, by name."""
    found: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return found


def table(of: str) -> str:
    """Markdown, for the trials of a ground: accuracies with 95 % intervals, and the last reading of the leak meter."""
    lines = ["| trial | clean | under PGD-10 | leak meter (chance) | gradient evaluations |", "|---|---|---|---|---|"]
    for name, found in results().items():
        if ground(name) != of:
            continue
        if "failed" in found:
            lines.append(f"| `{name}` | {found['failed'].partition(';')[0]} | | | |")
            continue
        cells = []
        for what in ("clean", "robust"):
            low, high = Proportion(round(found[what] * found["judged"]), found["judged"]).interval
            cells.append(f"{100 * found[what]:.1f} % ({100 * low:.1f} to {100 * high:.1f})")
        leak = found["masks"][-1] if found["masks"] else {}
        told = f"{100 * leak['leak']:.1f} % ({100 * leak['chance']:.1f})" if leak else "no masks"
        lines.append(f"| `{name}` | {' | '.join(cells)} | {told} | {found['evaluations'] / 1e6:.2f} million |")
    return "\n".join(lines)


def main(names: list[str]) -> None:
    """Make the trials that are missing, keep each as it ends, write and print the tables."""
    for name in names or list(TRIALS):
        if name not in results():
            found = run(name)
            write_whole(KEPT, (json.dumps(results() | {name: found}, indent=1) + "\n").encode())
    page = PAGE.read_text()
    for of in GROUNDS:
        before, rest = page.split(f"<!-- trials on {of} -->\n")
        after = rest.partition("<!-- end -->")[2]
        page = f"{before}<!-- trials on {of} -->\n{table(of)}\n<!-- end -->{after}"
        sys.stdout.write(f"{table(of)}\n\n")
    write_whole(PAGE, page.encode())


if __name__ == "__main__":
    main(sys.argv[1:])
