"""The memory that a robustness matrix takes, by the number of images: it should be that of a batch, not of the data.

`python -m tests.bench.matrix_memory COUNT` measures that many images and prints its largest resident set, in bytes.
"""

import os
import resource
import subprocess
import sys
import tempfile

import numpy as np
import torch

from core.base.paths import home
from core.catalog import load_classifier
from core.runs.context import Context
from core.runs.store import Store
from core.runs.tasks import TASKS
from tests.bench.timing import Row, Settings

AIM = 1.25
MODEL = "mnist_cnn:standard"


def matrix(settings: Settings) -> list[Row]:
    """Each count in a process of its own, so that neither sees what the other has held."""
    few, many = settings.pick(500, 20), settings.pick(10_000, 40)
    sizes = {count: _measured(count) for count in (few, many)}
    megabytes = {count: size / 1e6 for count, size in sizes.items()}
    note = (
        f"FGSM at two strengths, {MODEL}, batches of 100; largest resident set {megabytes[many]:.0f} MB with {many:,} "
        f"images, {megabytes[few]:.0f} MB with {few:,}"
    )
    facts = {"bytes": {str(count): size for count, size in sizes.items()}}
    figure = sizes[many] / sizes[few]
    return [
        Row(
            "robustness matrix, memory", f"{few:,} images", figure, AIM, "at most", "times as much", [], [], note, facts
        )
    ]


def _measured(count: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        found = subprocess.run(
            [sys.executable, "-m", "tests.bench.matrix_memory", str(count)], check=True, capture_output=True, text=True,
            env=os.environ | {"COUNTERPROOF_HOME": folder},
        )  # fmt: skip
    return int(found.stdout.split()[-1])


def main(count: int) -> None:
    """Evaluate noise in this process, as a run's worker does; print the largest resident set since it began."""
    images = np.random.default_rng(0).integers(0, 256, (count, 28, 28), dtype=np.uint8)
    classifier = load_classifier(MODEL)
    parts = [torch.from_numpy(images[k : k + 100])[:, None] for k in range(0, count, 100)]
    answers = [classifier.probabilities(part.float() / 255).argmax(dim=1) for part in parts]
    labels = torch.cat(answers).numpy()  # so that all are attacked
    home().mkdir(parents=True, exist_ok=True)
    path = home() / "noise.npz"
    np.savez(path, train_images=images[:20], train_labels=labels[:20], test_images=images, test_labels=labels)
    fgsm = {"method": "fgsm"}
    arguments = {"classifiers": [MODEL], "data": str(path), "count": count, "attacks": [fgsm], "strengths": [0.1, 0.2]}
    run = Store(home() / "runs", lambda *_: None).submit("evaluate", arguments)
    context = Context(run.folder)
    context.recover()
    TASKS["evaluate"](context, arguments)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)  # noqa: T201  Linux counts in kilobytes


ROWS = {"matrix_memory": matrix}

if __name__ == "__main__":
    main(int(sys.argv[1]))
