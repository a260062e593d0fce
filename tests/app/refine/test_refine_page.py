"""The pages Refine and Runs, run headless: real tiny runs started, stopped, killed and resumed; odd folders; links."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.refine.measure_process import Measurement
from app.runs.facts import facts
from core.base.paths import ROOT
from core.catalog import OBJECTIVES
from core.runs.store import Run, Store
from core.training.presets import PRESETS

MAIN, REFINE, RUNS = (str(ROOT / path) for path in ("app/main.py", "pages/refine.py", "pages/runs.py"))
TINY = {
    "refine.base": "mnist_cnn:standard", "refine.data": "mnist", "refine.objective": "fast_adversarial",
    "schedule.epochs": "2", "schedule.batch": "20", "schedule.held_out": "20", "schedule.lr": "0.01",
}  # fmt: skip
ARGUMENTS: dict[str, Any] = {
    "base": "mnist_cnn:standard", "start": "base", "data": "mnist", "images": 0,
    "objective": {"method": "fast_adversarial", "eps": 8 / 255},
    "schedule": {"epochs": 2, "batch": 20, "held_out": 20, "lr": 0.01},
}  # fmt: skip
REFINING = {"task": "refine", "arguments": ARGUMENTS}


@pytest.fixture
def digits(home: Path) -> Path:
    """Sixty made images of the size of MNIST's, under its name, so that nothing is fetched."""
    draws = np.random.default_rng(0)
    found = {}
    for split, count in (("train", 120), ("test", 20)):
        found[f"{split}_images"] = draws.integers(0, 256, (count, 28, 28)).astype(np.uint8)
        found[f"{split}_labels"] = np.arange(count) % 10
    (home / "data").mkdir()
    np.savez(home / "data" / "mnist.npz", **found)
    return home


def opened(page: str, **query: str) -> AppTest:
    """A page by itself, opened by a link."""
    app = AppTest.from_file(page, default_timeout=180)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def visited(page: str, **query: str) -> AppTest:
    """The same through the whole dashboard, from where other pages can be gone to."""
    app = AppTest.from_file(MAIN, default_timeout=180)
    for name, value in query.items():
        app.query_params[name] = value
    app.run().switch_page(page).run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    kinds = ("markdown", "error", "warning", "info", "success", "caption", "subheader")
    return " ".join(str(element.value) for kind in kinds for element in app.get(kind)).replace("\\", "")


def button(app: AppTest, label: str) -> Any:
    return next(each for each in app.button if each.label == label)


def until(condition: Callable[[], bool], seconds: float = 240.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def made(home: Path, name: str, spec: Any, status: Any, rows: str = "") -> Run:
    """A run's folder written by hand."""
    folder = home / "runs" / name
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text(json.dumps(spec) if not isinstance(spec, str) else spec)
    (folder / "status.json").write_text(json.dumps(status) if not isinstance(status, str) else status)
    (folder / "metrics.jsonl").write_text(rows)
    return Store(home / "runs").run(name)


ROWS = "".join(
    json.dumps({"step": step, "epoch": step // 5, "loss": 2 / (step + 1), "parts": {"adversarial": 1.0}}
               | ({"held": {"clean": 0.9, "robust": 0.4}} if step % 5 == 4 else {})) + "\n" for step in range(10)
)  # fmt: skip
DONE = {"state": "completed", "progress": 1.0, "submitted": 1e9, "queued": 1e9, "started": 1e9, "ended": 1e9 + 60}


def refining(home: Path, name: str, **changes: Any) -> Run:
    spec = {"task": "refine", "device": "cpu", "threads": 0, "arguments": ARGUMENTS | changes}
    return made(home, name, spec, DONE, ROWS)


def test_refine_opens_with_the_first_preset_unchanged(home: Path) -> None:
    app = opened(REFINE)
    assert next(iter(PRESETS.values())).help in texts(app)
    assert "Changed from the preset" not in texts(app)
    assert not app.error


@pytest.mark.parametrize("key", list(PRESETS))
def test_every_preset_can_be_picked_and_gone_back_to(home: Path, key: str) -> None:
    app = opened(REFINE, **{"refine.preset": key})
    assert "Changed from the preset" not in texts(app)
    app.number_input(key=next(each.key for each in app.number_input if each.label == "Epochs")).set_value(7).run()
    assert "Changed from the preset: Epochs: 7 instead of" in texts(app)
    button(app, "Back to the preset").click()
    app.run()
    assert not app.exception
    assert "Changed from the preset" not in texts(app)


@pytest.mark.parametrize("key", list(OBJECTIVES))
def test_every_objective_can_be_picked(digits: Path, key: str) -> None:
    app = opened(REFINE, **(TINY | {"refine.objective": key}))
    assert OBJECTIVES[key].plain in texts(app).replace("\n", " ")
    assert not app.error
    assert not button(app, "Start this run").disabled


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"refine.base": "cifar10_resnet20:standard"}, "do not fit"),
        ({"schedule.held_out": "120"}, "All 120 images would be held out"),
        ({"refine.images": "30", "schedule.batch": "20"}, "20 images in one step are too many"),
        ({"refine.base": "run:20200101-000000-00000000"}, ""),
    ],
)
def test_what_does_not_go_together_is_one_sentence_and_loses_nothing(
    digits: Path, query: dict[str, str], sentence: str
) -> None:
    app = opened(REFINE, **(TINY | query))
    if sentence:
        assert len(app.error) == 1
        assert sentence in app.error[0].value.replace("\\", "")
        assert button(app, "Start this run").disabled
    else:
        assert "is not here any more" in texts(app)
    assert "".join(app.query_params["schedule.lr"]) == "0.01"


@pytest.mark.parametrize(
    "query",
    [
        {"refine.objective": "nothing"}, {"schedule.epochs": "many"}, {"schedule.epochs": "-3"},
        {"refine.on": "cuda:9"}, {"refine.preset": "<b>"}, {"refine.images": "1e9"}, {"schedule.rate": "up"},
        {"fast_adversarial.eps": "nan"}, {"refine.start": "there"}, {"refine.data": "../../etc/passwd"},
        {"refine.title": "*" * 900},
    ],
)  # fmt: skip
def test_a_broken_link_falls_back(digits: Path, query: dict[str, str]) -> None:
    app = opened(REFINE, **(TINY | query))
    assert not app.error
    assert not button(app, "Start this run").disabled


def test_settings_survive_a_visit_to_another_page_and_a_reload(digits: Path) -> None:
    app = visited(REFINE, **TINY)
    app.slider(key="widget:fast_adversarial.eps").set_value(5.0).run()
    app.text_input(key="widget:refine.title").set_value("a try").run()
    query = {name: "".join(value) for name, value in app.query_params.items()}
    app.switch_page(RUNS).run().run()
    app.switch_page(REFINE).run().run()
    assert app.slider(key="widget:fast_adversarial.eps").value == 5.0
    again = opened(REFINE, **query)
    assert again.slider(key="widget:fast_adversarial.eps").value == 5.0
    assert again.text_input(key="widget:refine.title").value == "a try"
    assert again.code[0].value == app.code[0].value
    assert "fast_adversarial.eps=5/255" in app.code[0].value


def test_a_run_started_killed_and_resumed(digits: Path) -> None:
    app = visited(REFINE, **(TINY | {"schedule.epochs": "40"}))
    button(app, "Start this run").click()
    app.run()
    assert not app.exception
    run = Store(digits / "runs").runs()[0]
    assert "".join(app.query_params["run"]) == run.id
    until(lambda: run.status.step >= 7)
    app.switch_page(RUNS).run()
    assert "Fast adversarial training, MNIST" in texts(app)
    assert button(app, "Stop now")
    os.kill(run.status.pid, signal.SIGKILL)
    until(lambda: run.status.state == "lost")
    app.run()
    assert "It can be resumed" in texts(app)
    button(app, "Resume").click()
    app.run()
    until(lambda: run.status.state == "running" and run.status.attempt == 2)
    app.run()
    button(app, "Stop and save").click()
    app.run()
    until(lambda: not run.status.alive)
    assert run.status.state == "stopped", run.log()
    app.run()
    assert not app.exception
    steps = [row["step"] for row in run.metrics]
    assert steps == list(range(len(steps)))
    next(each for each in app.button if each.label == "Delete this run").click()
    app.run()
    assert not run.folder.exists()
    assert "There are no runs" in texts(app)


def test_a_run_of_several_attempts_took_as_long_as_all_of_them(digits: Path) -> None:
    run = refining(digits, "20260101-120000-00000001")
    assert facts(run, {}, {}).left == "took 1 min"
    for said, left in (({"seconds": 7500.0}, "took 2 h 5 min"), ({"seconds": "long"}, "took 1 min")):
        (run.folder / "result.json").write_text(json.dumps(said))
        assert facts(run, {}, {}).left == left


def test_a_base_that_is_still_needed_is_kept_and_the_page_says_why(digits: Path) -> None:
    base = refining(digits, "20260101-120000-00000001")
    run = refining(digits, "20260101-120000-00000002", base=f"run:{base.id}")
    (run.folder / "status.json").write_text('{"state": "stopped"}')
    app = opened(RUNS, run=base.id)
    button(app, "Delete this run").click().run()
    assert not app.exception
    assert base.folder.is_dir()
    assert f"is the base of run {run.id}, which has not completed" in texts(app)


def test_the_card_says_when_nothing_will_guide(digits: Path) -> None:
    """Masks that would come after the training has ended, or that nothing would use."""
    query = {"refine.base": "mnist_cnn:standard", "refine.data": "mnist", "refine.objective": "lime_guided",
             "schedule.epochs": "2", "schedule.batch": "20", "schedule.held_out": "20"}  # fmt: skip
    assert "No spurious region is looked for" not in texts(opened(REFINE, **query))
    late = texts(opened(REFINE, **query, **{"lime_guided.first": "3"}))
    assert "No spurious region is looked for: the first would be after 3 epochs, and the training has 2." in late
    idle = texts(opened(REFINE, **query, **{"lime_guided.sensitivity": "0"}))
    assert "No spurious region is looked for: nothing is to be covered and nothing penalised." in idle


def test_a_control_is_called_one(digits: Path) -> None:
    refining(digits, "20260101-120000-00000001", objective={"method": "lime_guided", "mask_source": "random"})
    assert "LIME-guided refinement (control: random parts), MNIST" in texts(opened(RUNS))


def test_no_runs_yet(home: Path) -> None:
    assert "There are no runs yet" in texts(visited(RUNS))


def test_a_completed_run_in_words(digits: Path) -> None:
    run = refining(digits, "20260101-120000-00000001")
    (run.folder / "result.json").write_text('{"epoch_kept": 2, "averaged": false, "held": {"clean": 0.9}}')
    app = opened(RUNS, run=run.id)
    assert "✔ completed · Fast adversarial training, MNIST" in texts(app)
    assert "Kept: the weights after epoch 2. On the 20 held-out images it is right on 90.0 %" in texts(app)
    assert "These images chose the epoch, and the base model may have learnt from them, so the numbers" in texts(app)
    assert len(app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")) == 2


def test_refine_again_takes_the_settings_over(digits: Path) -> None:
    refining(digits, "20260101-120000-00000001", schedule=ARGUMENTS["schedule"] | {"epochs": 9, "rate": "piecewise"})
    app = visited(RUNS)
    button(app, "Refine again with these settings").click()
    app.run()
    assert not app.exception
    assert app.title[0].value == "Refine"
    assert "--set schedule.epochs=9" in app.code[0].value
    assert "--set schedule.rate=piecewise" in app.code[0].value
    assert "refine mnist_cnn:standard \\\n  --data mnist \\\n" in app.code[0].value


def test_the_difference_of_two_runs(digits: Path) -> None:
    first = refining(digits, "20260101-120000-00000001")
    other = refining(digits, "20260101-120000-00000002", schedule=ARGUMENTS["schedule"] | {"lr": 0.5})
    app = opened(RUNS, run=first.id, **{"with": other.id})
    tables = [table.value for table in app.dataframe if list(table.value.columns)[-1] == "the other run"]
    assert [list(row) for row in tables[0].to_numpy()] == [["Learning rate", "0.01", "0.5"]]


def test_a_run_of_another_task_shows_its_rows_and_result(home: Path) -> None:
    spec = {"task": "evaluate", "arguments": {"classifier": "mnist_cnn:standard", "data": "mnist"}}
    run = made(home, "20260101-120000-00000001", spec, DONE, '{"step": 0, "hits": 9, "count": 10}\n')
    (run.folder / "result.json").write_text('{"hits": 9, "count": 10, "accuracy": 0.9}')
    assert "Right on 9 of 10 images: 90.0 % (95 % interval: 59.6 to 98.2 %)" in texts(opened(RUNS))
    made(home, "20260101-120000-00000002", {"task": "new_thing"}, DONE, '{"step": 0, "depth": 3}\n')
    (home / "runs" / "20260101-120000-00000002" / "result.json").write_text('{"found": {"depth": 3}}')
    app = opened(RUNS)
    assert "New thing" in texts(app)
    assert any("Depth" in table.value.index for table in app.dataframe)


@pytest.mark.parametrize(
    ("spec", "status", "rows"),
    [
        ("{", DONE, ROWS), ("[]", DONE, ""), ({"task": 3}, DONE, ""),
        ({"task": "refine", "arguments": [1]}, DONE, ROWS),
        ({"task": "refine", "arguments": {"schedule": 3, "objective": "x", "base": {}}}, DONE, ROWS),
        (REFINING, "", ROWS),
        (REFINING, {"state": "odd", "notes": None, "progress": "x"}, ROWS),
        (REFINING, DONE | {"ended": "late", "said": 3}, ROWS),
        (REFINING, {"state": "running", "progress": 0.5}, ROWS),
        (REFINING, DONE, "null\n[1]\n{}\n" + '{"step": "a", "epoch": 0, "loss": 1}\n'),
        (REFINING, DONE, '{"step": 1, "epoch": 0, "parts": 3, "held": [], "masks": 1}\n'),
    ],
)  # fmt: skip
def test_a_damaged_folder_never_breaks_the_page(digits: Path, spec: Any, status: Any, rows: str) -> None:
    run = made(digits, "20260101-120000-00000001", spec, status, rows)
    (run.folder / "masks").mkdir()
    (run.folder / "masks" / "cycle-0000.npz").write_bytes(b"PK\x03\x04 broken")
    sound = refining(digits, "20260101-120000-00000000")
    app = opened(RUNS, run=run.id)
    assert run.id in texts(app)
    assert not app.error
    app = opened(RUNS, run=sound.id, **{"with": run.id})
    assert sound.id in texts(app)
    assert not app.error


def test_a_run_that_is_gone_is_one_sentence(digits: Path) -> None:
    refining(digits, "20260101-120000-00000001")
    app = opened(RUNS, run="20250101-000000-00000000")
    assert "is not here any more" in texts(app)
    assert not app.error


def test_time_and_memory_are_measured_on_request(digits: Path) -> None:
    app = opened(REFINE, **TINY)
    button(app, "Measure time and memory").click()
    app.run()
    assert "Measuring a few steps" in texts(app)

    def told() -> bool:
        app.run()
        return "measured from 3 steps" in texts(app)

    until(told)
    assert not app.exception
    app.number_input(key="widget:schedule.epochs").set_value(3).run()
    assert button(app, "Measure time and memory")  # other settings, not measured yet


def test_what_cannot_be_measured_is_a_sentence(home: Path) -> None:
    found = Measurement().begin({"arguments": ARGUMENTS | {"base": "nothing:at_all"}, "device": "cpu"})
    until(lambda: not found.alive)
    assert "there is no classifier named 'nothing:at_all'" in found.message
    slow = Measurement().begin({"arguments": ARGUMENTS, "device": "cpu"})
    slow.stop()
    until(lambda: slow.process is not None and slow.process.poll() is not None, 10.0)
    assert (slow.alive, slow.found, slow.message) == (False, {}, "It was stopped.")


def test_a_network_without_weights_starts_from_scratch(digits: Path) -> None:
    app = opened(REFINE, **(TINY | {"refine.base": "cifar10_resnet18", "refine.start": "base"}))
    assert "from scratch" in texts(app)
    assert "32 x 32 colour" in app.error[0].value.replace("\\", "")
    assert "--start scratch" in app.code[0].value
