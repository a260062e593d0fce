"""Pages run headless, by themselves or in the dashboard, and runs' folders written by hand for them to show."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from core.base.paths import ROOT
from core.runs.store import Run, Store

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
