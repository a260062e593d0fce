"""The Refine page: presets, objectives, links, settings that do not go together, a run started, killed and resumed."""

import os
import signal
from pathlib import Path

import pytest

from core.base.params import to_spec
from core.catalog import LAYERS, OBJECTIVES, load_classifier
from core.layers.sgam import Sgam
from core.refinement.presets import PRESETS
from core.runs.store import Store
from tests.app.pages import REFINE, RUNS, TINY, button, opened, texts, until, visited


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
    if needs := OBJECTIVES[key].needs:
        assert button(app, "Start this run").disabled
        assert f"choose ‘{LAYERS[needs].title}’ under ‘Put into the network first’" in app.error[0].value
        app = opened(REFINE, **(TINY | {"refine.objective": key, "refine.layers": needs}))
        assert "this network has no batch normalisation" in app.error[0].value, "the one of digits has none"
        return
    assert not app.error
    assert not button(app, "Start this run").disabled


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"refine.base": "cifar10_resnet20:standard"}, "do not fit"),
        ({"schedule.held_out": "120"}, "All 120 images would be held out"),
        ({"refine.images": "30", "schedule.batch": "20"}, "20 images in one step are too many"),
        (
            {"refine.base": "run:20200101-000000-00000000"},
            "The model ‘run:20200101-000000-00000000’ of this link is not",
        ),
        ({"refine.data": "../../etc/passwd"}, "The data set ‘../../etc/passwd’ of this link is not here"),
    ],
)
def test_what_does_not_go_together_is_one_sentence_and_loses_nothing(
    digits: Path, query: dict[str, str], sentence: str
) -> None:
    app = opened(REFINE, **(TINY | query))
    assert len(app.error) == 1
    assert sentence in app.error[0].value.replace("\\", "")
    assert all(each.disabled for each in app.button if each.label == "Start this run")
    assert "".join(app.query_params["schedule.lr"]) == "0.01"


@pytest.mark.parametrize(
    "query",
    [
        {"refine.objective": "nothing"}, {"schedule.epochs": "many"}, {"schedule.epochs": "-3"},
        {"refine.on": "cuda:9"}, {"refine.preset": "<b>"}, {"refine.images": "1e9"}, {"schedule.rate": "up"},
        {"fast_adversarial.eps": "nan"}, {"refine.start": "there"},
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


def test_the_card_says_when_nothing_will_guide(digits: Path) -> None:
    """Masks that would come after the training has ended, or that nothing would use."""
    query = {"refine.base": "mnist_cnn:standard", "refine.data": "mnist", "refine.objective": "lime_guided",
             "schedule.epochs": "2", "schedule.batch": "20", "schedule.held_out": "20"}  # fmt: skip
    assert "No spurious region is looked for" not in texts(opened(REFINE, **query))
    late = texts(opened(REFINE, **query, **{"lime_guided.first": "3"}))
    assert "No spurious region is looked for: the first would be after 3 epochs, and the training has 2." in late
    idle = texts(opened(REFINE, **query, **{"lime_guided.sensitivity": "0"}))
    assert "No spurious region is looked for: nothing is to be covered and nothing penalised." in idle


def test_a_network_without_weights_starts_from_scratch(digits: Path) -> None:
    app = opened(REFINE, **(TINY | {"refine.base": "cifar10_resnet18", "refine.start": "base"}))
    assert "from scratch" in texts(app)
    assert "32 x 32 colour" in app.error[0].value.replace("\\", "")
    assert "--start scratch" in app.code[0].value


def test_what_is_put_into_the_network_is_drawn_linked_and_started(digits: Path) -> None:
    """From a link with one layer and a setting of it: shown, in the command, and in the run's own settings."""
    app = opened(REFINE, **(TINY | {"refine.layers": "sgam", "sgam.cells": "4"}))
    assert LAYERS["sgam"].plain in texts(app).replace("\n", " ")
    assert not app.error
    button(app, "Start this run").click()
    app.run()
    assert not app.exception
    (run,) = Store.usual().runs()
    assert [dict(each) for each in run.spec["arguments"]["layers"]] == [to_spec(Sgam(cells=4))]
    until(lambda: not run.status.alive)
    assert run.status.state == "completed"
    assert load_classifier(f"run:{run.id}").layers == (to_spec(Sgam(cells=4)),)
