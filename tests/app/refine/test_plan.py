"""What the pages Refine and Runs say of a run before it is started and after it has ended, read off the pages."""

import json
import shlex
import subprocess
from dataclasses import fields, replace
from pathlib import Path

import pytest

from app.refine.plan import summary
from app.refine.shell_command import command
from app.runs.facts import facts_of
from app.runs.panels import loading
from core.cli.parser import parser
from core.cli.refine import request_of
from core.refinement.check import Check
from core.refinement.presets import PRESETS
from tests.app.pages import REFINE, ROWS, RUNS, TINY, opened, refining, texts

LINES = ROWS.splitlines()
pytestmark = pytest.mark.usefixtures("digits")


def test_a_run_that_learnt_nothing_says_so_in_the_list_and_the_title(home: Path) -> None:
    run = refining(home, "20260101-120000-00000001", start="scratch")
    result = {"epoch_kept": 2, "averaged": False, "held": {"clean": 0.1, "robust": 0.1}, "judged": 20, "guess": 0.1}
    (run.folder / "result.json").write_text(json.dumps(result))
    app = opened(RUNS, run=run.id)
    assert "∅ completed, nothing learnt · Fast adversarial training, MNIST" in texts(app)
    assert "under attack (PGD, 10 steps, at most 8/255). On the held-out images this is no better" in texts(app)
    assert "(10.0 %): nothing usable was learnt. A lower learning rate" in texts(app)
    assert "chose the epoch" not in texts(app)
    (run.folder / "result.json").write_text(json.dumps(result | {"held": {"clean": 0.9}}))
    app = opened(RUNS, run=run.id)
    assert "These images chose the epoch, so the numbers tend to be too high" in texts(app)
    for damaged in ({"held": 3, "judged": "x", "guess": "y"}, {"epoch_kept": 1, "held": {"clean": "x"}, "guess": 0.1}):
        (run.folder / "result.json").write_text(json.dumps(damaged))
        assert "✔ completed · Fast" in texts(opened(RUNS, run=run.id))


@pytest.mark.parametrize(("weights", "learnt"), [
    ({}, "attacked images alone"), ({"adversarial": 0.0, "clean": 1.0}, "the images as they are"),
    ({"clean": 1.0}, "attacked images and on the images as they are"),
])  # fmt: skip
def test_a_run_without_a_spurious_region_says_what_it_trained_on(
    home: Path, weights: dict[str, float], learnt: str
) -> None:
    run = refining(home, "20260101-120000-00000001", objective={"method": "lime_guided"} | weights)
    masks = {"size": 0.0, "empty": 1.0, "leak": 0.1, "leak_low": 0.05, "leak_high": 0.2, "chance": 0.1}
    rows = [json.loads(row) | ({"masks": masks} if place % 5 == 0 else {}) for place, row in enumerate(LINES)]
    (run.folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    app = opened(RUNS, run=run.id)
    assert f"so nothing was guided. This run trained on {learnt}." in texts(app)
    assert "Leak meter" not in texts(app)


def test_a_run_that_loads_says_that_nothing_is_learnt_yet(home: Path) -> None:
    run = refining(home, "20260101-120000-00000001")
    found = facts_of(run, {}, {})
    assert loading(found) == "Loading the model and the images; nothing is learnt yet."


def test_the_card_says_from_how_many_images_it_learns_and_what_keeps_an_epoch(home: Path) -> None:
    start = {**TINY, "refine.data": "cifar10", "refine.base": "cifar10_resnet20:standard", "schedule.held_out": "250"}
    app = opened(REFINE, **(start | {"refine.images": "1500"}))
    assert ("Learns from 1,250 images of CIFAR-10 for 2 epochs, under attacks of up to 8/255 per pixel. Another 250 "
            "are held out: the epoch that is right most often on them under attack is kept.") in texts(app)  # fmt: skip
    assert "How long it takes is not known yet." in texts(app)
    assert "brightness" not in texts(app)
    app = opened(REFINE, **(start | {"fast_adversarial.eps": "51"}))
    assert "Learns from all but 250 training images of CIFAR-10" in texts(app)
    assert "Those 250 are held out" in texts(app)
    assert "is kept. 51/255 is 20 % of the whole brightness range: an eye will see it." in texts(app)
    app = opened(REFINE, **(start | {"refine.objective": "cross_entropy"}))
    assert "for 2 epochs, without attacks. Those 250 are held out: the epoch that is right most" in texts(app)
    assert "most often on them is kept." in texts(app)
    app = opened(REFINE, **(start | {"schedule.held_out": "0"}))
    assert "No image is held out" in texts(app)


def test_a_command_is_an_option_a_line_and_still_one_command(home: Path) -> None:
    found = opened(REFINE, **(TINY | {"refine.title": "-a 'b'"})).code[0].value
    lines = found.split(" \\\n  ")
    assert lines[0] == "counterproof refine mnist_cnn:standard"
    assert shlex.split(lines[-1]) == ["--title=-a 'b'"]
    assert all(line.startswith("--") and len(shlex.split(line)) == 2 for line in lines[1:-1])
    shell = found.replace("counterproof", "printf '%s\\n'", 1)
    run = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["refine", "mnist_cnn:standard", *(word for line in lines[1:]
                                                                         for word in shlex.split(line))]  # fmt: skip


def test_what_has_no_effect_cannot_be_changed(home: Path) -> None:
    guided = TINY | {"refine.objective": "lime_guided"}
    for masking, idle in (("0", True), ("0.5", False)):
        app = opened(REFINE, **(guided | {"lime_guided.masking": masking}))
        assert app.selectbox(key="widget:lime_guided.fill").disabled == idle
        assert ("Not used: no image is covered." in texts(app)) == idle


@pytest.mark.parametrize(("key", "name"), [("cure", "h"), ("saliency_guided", "share")])
def test_what_a_weight_of_nothing_leaves_without_effect_cannot_be_changed(home: Path, key: str, name: str) -> None:
    for weight, idle in (("0", True), ("0.5", False)):
        app = opened(REFINE, **(TINY | {"refine.objective": key, f"{key}.weight": weight}))
        assert app.slider(key=f"widget:{key}.{name}").disabled == idle
        assert ("Not used: its weight is 0." in texts(app)) == idle
        assert "without attacks" in texts(app)


@pytest.mark.parametrize("key", list(PRESETS))
def test_the_command_of_a_preset_asks_for_what_the_page_does(key: str) -> None:
    """Read by the shell's own parser, it is the same request: layers and their settings too."""
    asked = PRESETS[key].request
    if asked.layers:
        asked = replace(asked, layers=tuple(replace(each, **{fields(each)[0].name: 5}) for each in asked.layers))
    words = shlex.split(command(asked, "cpu").replace("\\\n", " "))
    given = parser().parse_args(words[1:])
    assert request_of(given) == asked


def test_what_makes_no_attacks_does_not_say_so() -> None:
    asked = PRESETS["fgmf"].request
    said = summary(Check(asked, used=asked.images), {}, {})
    assert "without attacks" in said
    assert "under attack of up to 51/255 per pixel is kept" in said
    assert "after ‘Saliency-guided adaptive masking (SGAM)’ was put into it" in said


def test_an_attack_that_leaves_the_ball_says_how_far_it_goes() -> None:
    asked = PRESETS["n_fgsm"].request
    said = summary(Check(asked, used=50_000), {}, {})
    assert "under attacks of up to 24/255 per pixel" in said
    assert "under attack of up to 8/255 per pixel is kept" in said
    assert "24/255 is 9 % of the whole brightness range" in said
