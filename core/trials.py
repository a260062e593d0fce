"""What was tried before the defaults of `lime_guided` were chosen: `python -m core.trials [NAME ...]`, all by default.

Every trial refines the same checkpoint on the same 10,000 training images of CIFAR-10, seen five times, and is judged
on the same 2,000 others of the training split; no test image is looked at. Results are kept in
assets/references/trials.json, and a trial that is there is not made again; the table goes into refinement.md beside it.
"""

import json
import sys
import time
from typing import Any

from core.atomic import write_whole
from core.attacks.pgd import PGD
from core.catalog import DATASETS, OBJECTIVES, load_classifier
from core.evaluate import Share, accuracy, held_out
from core.params import from_spec, to_spec
from core.paths import ASSETS
from core.refine import Training
from core.schedule import Schedule

BASE, DATA, IMAGES, JUDGED = "cifar10_resnet20:standard", "cifar10", 10_000, 2000
SCHEDULE = Schedule(epochs=5, lr=0.1, held_out=0, ema=0.99)
JUDGE = PGD(eps=8 / 255, step=2 / 255, steps=10)
KEPT = ASSETS / "references" / "trials.json"
PAGE = ASSETS / "references" / "refinement.md"

LIME: dict[str, Any] = {"method": "lime_guided", "turns": 2, "every": 3, "repeats": 2, "masking": 0.5}
ONLY_MASKS = LIME | {"sensitivity": 0.0, "first": 0}
ONLY_PENALTY = LIME | {"masking": 0.0, "sensitivity": 100.0, "first": 1}
TRIALS: dict[str, dict[str, Any]] = {
    "plain": {"method": "fast_adversarial"},
    "patch_lime": ONLY_MASKS | {"fill": "patch"},
    "patch_random": ONLY_MASKS | {"fill": "patch", "mask_source": "random"},
    "penalty_at_once": ONLY_PENALTY | {"sensitivity": 10.0, "first": 0},
    "penalty_lime": ONLY_PENALTY,
    "penalty_random": ONLY_PENALTY | {"mask_source": "random"},
    "mean_true": ONLY_MASKS | {"fill": "mean", "explained": "true"},
    "mean_true_shuffled": ONLY_MASKS | {"fill": "mean", "explained": "true", "mask_source": "shuffled"},
    "mean_random": ONLY_MASKS | {"fill": "mean", "mask_source": "random"},
    "patch_true": ONLY_MASKS | {"fill": "patch", "explained": "true"},
    "patch_free": ONLY_MASKS | {"fill": "patch", "explained": "free"},
    "patch_supporting": ONLY_MASKS | {"fill": "patch", "polarity": "supporting"},
    "patch_gradient": ONLY_MASKS | {"fill": "patch", "mask_source": "gradient"},
    "penalty_gradient": ONLY_PENALTY | {"mask_source": "gradient"},
}


def run(name: str) -> dict[str, Any]:
    """Make one trial: losses, masks and cost, and how the averaged weights do in the end."""
    objective = from_spec(TRIALS[name], OBJECTIVES)
    classifier = load_classifier(BASE)
    data, judged = held_out(DATASETS[DATA]().load("train"), JUDGED, seed=1)
    _, some = held_out(data, IMAGES, seed=2)
    begun, rows, masks = time.perf_counter(), [], []
    training = Training(classifier, objective, some, SCHEDULE)  # type: ignore[arg-type]
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
    robust = accuracy(training.average, judged, JUDGE)
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


def table() -> str:
    """Markdown: accuracies on the held-out images with their 95 % intervals, and the last reading of the leak meter."""
    lines = ["| trial | clean | under PGD-10 | leak meter (chance) | gradient evaluations |", "|---|---|---|---|---|"]
    for name, found in results().items():
        if "failed" in found:
            lines.append(f"| `{name}` | {found['failed'].partition(';')[0]} | | | |")
            continue
        cells = []
        for what in ("clean", "robust"):
            low, high = Share(round(found[what] * found["judged"]), found["judged"]).interval
            cells.append(f"{100 * found[what]:.1f} % ({100 * low:.1f} to {100 * high:.1f})")
        leak = found["masks"][-1] if found["masks"] else {}
        told = f"{100 * leak['leak']:.1f} % ({100 * leak['chance']:.1f})" if leak else "no masks"
        lines.append(f"| `{name}` | {' | '.join(cells)} | {told} | {found['evaluations'] / 1e6:.2f} million |")
    return "\n".join(lines)


def main(names: list[str]) -> None:
    """Make the trials that are missing, keep each as it ends, print the table."""
    for name in names or list(TRIALS):
        if name not in results():
            found = run(name)
            write_whole(KEPT, (json.dumps(results() | {name: found}, indent=1) + "\n").encode())
    before, rest = PAGE.read_text().split("<!-- trials -->\n")
    write_whole(
        PAGE, f"{before}<!-- trials -->\n{table()}\n<!-- /trials -->{rest.partition('<!-- /trials -->')[2]}".encode()
    )
    sys.stdout.write(table() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
