"""The kinds of measurement on one page: which is shown, what a switch and a link do."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.evaluate.kinds import KINDS
from core.base.paths import ROOT
from core.runs.tasks import TASKS
from tests.app.pages import made, opened, texts

PAGE = str(ROOT / "pages" / "evaluate.py")
SPECS: dict[str, dict[str, Any]] = {
    "attacks": {"classifiers": ["mnist_cnn:standard"], "data": "mnist", "attacks": [{"method": "fgsm"}],
                "strengths": [0.1]},
    "masking": {"classifier": "mnist_cnn:standard", "data": "mnist"},
    "corruptions": {"classifiers": ["mnist_cnn:standard"], "data": "mnist"},
    "distances": {"classifier": "mnist_cnn:standard", "data": "mnist"},
}  # fmt: skip


def place(key: str) -> str:
    return f"20260101-12000{list(KINDS).index(key)}-0000000a"


@pytest.fixture
def runs(home: Path) -> Path:
    """A stopped run of every kind, without rows, and one of another task."""
    for key, arguments in SPECS.items():
        made(home, place(key), {"task": KINDS[key].task, "arguments": arguments}, {"state": "stopped", "said": "S."})
    made(home, "20260101-120009-0000000a", {"task": "refine", "arguments": {}}, {"state": "stopped"})
    return home


def link(app: AppTest) -> dict[str, str]:
    """What the address holds."""
    return {name: each if isinstance(each, str) else each[0] for name, each in app.query_params.items()}


def shown(app: AppTest) -> str:
    return link(app).get("evaluation", "")


def switch(app: AppTest, key: str) -> AppTest:
    control = next(each for each in app.get("button_group") if each.label == "What is measured")
    control.set_value(key).run()
    assert not app.exception
    return app


def test_every_kind_is_a_task_that_there_is() -> None:
    assert list(KINDS) == list(SPECS)
    assert {kind.task for kind in KINDS.values()} <= set(TASKS)
    assert len({kind.prefix for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize("key", KINDS)
def test_a_link_to_a_run_opens_its_kind_whatever_else_the_link_says(runs: Path, key: str) -> None:
    for more in ({}, {"evaluate.kind": "corruptions"}):
        app = opened(PAGE, evaluation=place(key), **more)
        assert KINDS[key].intro in texts(app)
        assert shown(app) == place(key)
        (listed,) = (each for each in app.selectbox if each.label == KINDS[key].one.capitalize())
        assert len(listed.options) == 2, "a new one, and the one of its kind"


def test_another_kind_leaves_the_run_and_its_form_is_in_the_address(runs: Path) -> None:
    app = switch(opened(PAGE, evaluation=place("attacks")), "distances")
    assert shown(app) == ""
    assert link(app)["evaluate.kind"] == "distances"
    assert link(app)["distances.count"] == "100"
    assert KINDS["distances"].intro in texts(app)
    app = switch(app, "attacks")
    assert shown(app) == "", "it is not opened again by itself"
    assert link(app)["evaluate.count"] == "200"


def test_a_kind_without_runs_has_no_list_of_them(runs: Path) -> None:
    shutil.rmtree(runs / "runs" / place("distances"))
    app = switch(opened(PAGE, evaluation=place("attacks")), "distances")
    assert "Measurement" not in [each.label for each in app.selectbox]


def test_a_link_to_a_form_holds_its_settings(home: Path) -> None:
    app = opened(PAGE, **{"evaluate.kind": "corruptions", "corruptions.count": "77"})
    again = opened(PAGE, **link(app))
    assert "on 77 images" in texts(again)
    assert link(again) == link(app)
