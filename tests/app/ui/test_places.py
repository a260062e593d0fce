"""Where a run is to work, on the pages: asked only where there is a choice, and taken along to the run."""

from pathlib import Path

import pytest

from core.base.paths import ROOT
from core.runs import hints
from core.runs.launch_file import read_launch
from core.runs.launchers import catalogue
from core.runs.store import Store
from tests.app.pages import REFINE, RUNS, TINY, button, opened, texts
from tests.core.runs.launchers.slurm_double import SlurmDouble, slurm

__all__ = ["slurm"]
pytest.importorskip("submitit")
EVALUATE = str(ROOT / "pages/evaluate.py")


@pytest.fixture(autouse=True)
def no_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever cluster this machine happens to have."""
    monkeypatch.setattr(catalogue()["ray"], "obstacle", lambda _: "not in this test")
    monkeypatch.setattr(hints, "KEPT", 0.0)


def asked(app: object) -> list[str]:
    return [each.label for kind in ("button_group", "text_input", "number_input") for each in getattr(app, kind)]


def test_with_one_place_nobody_is_asked(digits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nothing")
    for page in (REFINE, EVALUATE):
        app = opened(page, **(TINY if page == REFINE else {}))
        assert not app.exception
        assert "Where to run" not in asked(app)
        assert "--on" not in "".join(each.value for each in app.code)


def test_a_run_goes_where_it_was_sent_and_runs_says_why_it_waits(digits: Path, slurm: SlurmDouble) -> None:
    app = opened(REFINE, **(TINY | {"place.on": "slurm", "place.slurm.partition": "gpu", "place.hours": "4"}))
    assert not app.exception
    assert {"Where to run", "Partition", "Account", "GPUs", "Hours (0 for the usual)"} <= set(asked(app))
    assert "4 nodes are idle" in texts(app)
    assert "Parts" not in asked(app), "one training is not divided"
    assert "--on slurm:partition=gpu --gpus 1 --hours 4" in "".join(each.value for each in app.code)
    button(app, "Start this run").click()
    app.run()
    (run,) = Store.usual().runs()
    launch = read_launch(run.folder)
    assert launch is not None
    assert (launch.on["partition"], launch.needs.gpus, launch.needs.hours) == ("gpu", 1, 4.0)
    assert run.spec["device"] == "cuda:0"
    assert "#SBATCH --partition=gpu" in slurm.script
    page = opened(RUNS, run=run.id)
    assert not page.exception
    assert f"Slurm · run {run.id}" in texts(page)
    bars = list(page.get("progress"))
    assert "Waits at Slurm: jobs of higher priority go first." in str(bars[0].proto if bars else "").replace("\\", "")


def test_this_machine_stays_the_usual_one(digits: Path, slurm: SlurmDouble) -> None:
    app = opened(REFINE, **TINY)
    assert "Where to run" in asked(app)
    assert "Partition" not in asked(app)
    assert "--on" not in "".join(each.value for each in app.code)
    assert " at work, " in texts(app), "what it has to offer"


def test_a_measurement_elsewhere_is_divided_into_parts(digits: Path, slurm: SlurmDouble) -> None:
    link = {"evaluate.attacks": "fgsm", "evaluate.models": "mnist_cnn:standard", "evaluate.data": "mnist",
            "place.on": "slurm", "place.gpus": "0", "place.parts": "3"}  # fmt: skip
    app = opened(EVALUATE, **link)
    assert not app.exception
    assert "Parts" in asked(app)
    assert "--on slurm --parts 3" in "".join(each.value for each in app.code)
    button(app, "Evaluate").click()
    app.run()
    (run,) = Store.usual().runs()
    assert run.spec["parts"] == 3
    run.stop("now")
