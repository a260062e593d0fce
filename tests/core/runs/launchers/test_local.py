"""A real worker on this machine: it outlives who submitted it, and counts right whatever happens to it."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from core.base.params import to_spec
from core.base.paths import ROOT
from core.runs import files
from core.runs.store import Store
from tests.core.runs.doubles import ended, until

SUBMIT = """
import sys
from pathlib import Path
from core.runs.store import Store
print(Store(Path(sys.argv[1])).submit("evaluate", %r).id)
"""


def test_a_real_worker_outlives_its_submitter_and_counts_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Submitted by a process that is killed with its whole group; killed, stopped, resumed; counted image by image.

    The attack is so weak that its random start, and so the seed of every batch, decides about half of the images.
    """
    from core.attacks.pgd import PGD
    from core.catalog import load_classifier

    pixels = np.random.default_rng(0).integers(0, 256, (60, 1, 28, 28), np.uint8)
    classifier, images = load_classifier("mnist_cnn:standard"), torch.from_numpy(pixels).float() / 255
    labels, attack = classifier.probabilities(images).argmax(dim=1), PGD(eps=0.06, step=0.003, steps=12)
    hits = []
    for index, (image, label) in enumerate(zip(images[:, None], labels[:, None], strict=True)):
        fooled = attack(classifier, image, label, seed=index)
        hits.append(int(classifier.probabilities(fooled).argmax() == label))
    np.savez(tmp_path / "mnist.npz", test_images=pixels[:, 0], test_labels=labels.numpy(), classes=np.arange(10))
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    asked = {"classifiers": ["mnist_cnn:standard"], "data": "mnist", "batch": 1, "attacks": [to_spec(attack)],
             "strengths": [attack.eps]}  # fmt: skip
    submit = subprocess.Popen([sys.executable, "-c", SUBMIT % asked, str(tmp_path / "runs")], cwd=ROOT,
                              stdout=subprocess.PIPE, text=True, start_new_session=True)  # fmt: skip
    assert submit.stdout is not None
    name = submit.stdout.readline().strip()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(submit.pid, signal.SIGKILL)
    submit.wait()
    run = Store(tmp_path / "runs").run(name)
    until(lambda: len(run.metrics) >= 3, 60)
    os.kill(run.status.pid, signal.SIGKILL)
    until(lambda: run.status.state == "lost")
    run.resume()
    until(lambda: run.status.state == "starting")
    run.stop("now")
    assert ended(run, 3) == "stopped"
    until(lambda: not files.held(run.folder / "lock"))
    run.resume()
    assert ended(run, 60) == "completed", run.log()
    assert run.status.attempt == 3

    result = run.result()
    assert result is not None
    (told,) = result["models"][0]["attacks"]
    assert (told["misclassified"], result["count"]) == ([60 - sum(hits)], 60)
    assert [row["step"] for row in run.metrics] == list(range(120)), "each image as it is, then attacked"
    assert [row["fell"] for row in run.metrics if row["attack"] == 0] == [[hit] for hit in hits]
