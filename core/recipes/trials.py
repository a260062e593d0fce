"""What was tried before `lime_guided` was set: `python -m core.recipes.trials [NAME ...]`, all by default.

Every trial of a ground refines the same checkpoint on the same training images, and is judged on the 1,000 images of
the training split that the checkpoint's own training held out; no test image is looked at. Results are kept in
assets/measured/trials.json, and a trial that is there is not made again; the tables go into refinement.md beside it.
"""

import json
import sys
import time
from dataclasses import replace
from typing import Any

from core.base.atomic_files import write_whole
from core.base.params import from_spec, to_spec
from core.base.paths import ASSETS
from core.base.proportion import Proportion
from core.catalog import DATASETS, OBJECTIVES, load_classifier
from core.data.fit import joined
from core.data.subset import split_held_out
from core.evaluation.accuracy import accuracy
from core.recipes.trial_list import GROUNDS, TRIALS, UNCLIPPED, ground
from core.training.loop import Training
from core.untrusted.foreign_json import read_object

JUDGED = 1000  # as many as the recipes hold out, and by the same seed: neither the base nor a trial learns from them
KEPT = ASSETS / "measured" / "trials.json"
PAGE = ASSETS / "measured" / "refinement.md"


def run(name: str) -> dict[str, Any]:
    """Make one trial: losses, masks and cost, and how the averaged weights do in the end."""
    objective = from_spec(TRIALS[name], OBJECTIVES)
    on = GROUNDS[ground(name)]
    schedule = replace(on.schedule, clip=0.0) if name.endswith(UNCLIPPED) else on.schedule
    classifier = load_classifier(on.base)
    data, judged = split_held_out(joined(classifier, DATASETS[on.data]().load("train")), JUDGED, seed=0)
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
    trial = {
        "objective": to_spec(objective), "last_steps": rows, "masks": masks, "clean": clean.value,
        "robust": robust.value, "judged": JUDGED, "evaluations": round(training.evaluations), "seconds": round(seconds),
    }  # fmt: skip
    sys.stderr.write(f"{name}: {json.dumps(trial)}\n")
    return trial


def results() -> dict[str, Any]:
    """The trials made so far, by name."""
    return read_object(KEPT) if KEPT.exists() else {}


def table(of: str) -> str:
    """Markdown, for the trials of a ground: accuracies with 95 % intervals, and the last reading of the leak meter."""
    lines = ["| trial | clean | under PGD-10 | leak meter (chance) | gradient evaluations |", "|---|---|---|---|---|"]
    for name, trial in results().items():
        if ground(name) != of:
            continue
        if "failed" in trial:
            lines.append(f"| `{name}` | {trial['failed'].partition(';')[0]} | | | |")
            continue
        cells = []
        for what in ("clean", "robust"):
            low, high = Proportion(round(trial[what] * trial["judged"]), trial["judged"]).interval
            cells.append(f"{100 * trial[what]:.1f} % ({100 * low:.1f} to {100 * high:.1f})")
        leak = trial["masks"][-1] if trial["masks"] else {}
        told = f"{100 * leak['leak']:.1f} % ({100 * leak['chance']:.1f})" if leak else "no masks"
        lines.append(f"| `{name}` | {' | '.join(cells)} | {told} | {trial['evaluations'] / 1e6:.2f} million |")
    return "\n".join(lines)


def main(names: list[str]) -> None:
    """Make the trials that are missing, keep each as it ends, write and print the tables."""
    for name in names or list(TRIALS):
        if name not in results():
            trial = run(name)
            write_whole(KEPT, (json.dumps(results() | {name: trial}, indent=1) + "\n").encode())
    page = PAGE.read_text()
    for of in GROUNDS:
        before, rest = page.split(f"<!-- trials on {of} -->\n")
        after = rest.partition("<!-- end -->")[2]
        page = f"{before}<!-- trials on {of} -->\n{table(of)}\n<!-- end -->{after}"
        sys.stdout.write(f"{table(of)}\n\n")
    write_whole(PAGE, page.encode())


if __name__ == "__main__":
    main(sys.argv[1:])
