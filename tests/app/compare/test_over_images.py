"""Numbers over many images on the Compare page: a run that was asked the same is found, finished, stopped or stale."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from core.attacks.pgd import PGD
from core.base import run_folder
from core.base.params import to_spec
from core.base.paths import ROOT
from core.compare.comparison import SIDES
from core.compare.curves import curves
from core.data import own as own_data
from core.data.by_name import known_data
from core.evaluation.strength_sweep import strengths
from core.explainers.grad_cam_pp import GradCAMPP
from core.runs import files
from core.runs.status import Status, write_status
from tests.app.compare.page import DIGITS, PAGE, begun, ended, texts
from tests.core.compare.doubles import ROWS


def test_an_attack_without_a_strength_has_no_curve(home: Path) -> None:
    app = begun(**(DIGITS | {"attack": "deepfool"}))
    assert not app.exception
    assert "has no strength to vary" in texts(app)


def finished_run(home: Path, state: str, **more: Any) -> dict[str, Any]:
    """A run folder as the page would have asked for it, with rows already there."""
    from core.catalog import load_classifier

    one = load_classifier("mnist_cnn:standard")
    arguments = {
        "before": DIGITS["before"], "after": DIGITS["after"], "data": "mnist", "attack": to_spec(PGD(eps=60 / 255)),
        "explainer": to_spec(GradCAMPP()), "count": 200, "seed": 0, "weights": [one.fingerprint] * 2,
    } | more  # fmt: skip
    folder = home / "runs" / "20260101-000000-00000000"
    folder.mkdir(parents=True)
    files.write_json(
        folder / run_folder.SPEC, {"task": "compare", "arguments": arguments, "device": "cpu", "threads": 1}
    )
    rows = [row | {side: {name: grown(values) for name, values in row[side].items()} for side in SIDES} for row in ROWS]
    (folder / run_folder.METRICS).write_text("".join(json.dumps(row) + "\n" for row in rows))
    write_status(folder, Status(state=state, said="Stopped after step 1."))  # type: ignore[arg-type]
    return arguments


def grown(values: list[Any]) -> list[Any]:
    """Two strengths made six (those of PGD at 60/255); a list for each image stays."""
    return values if not isinstance(values[0], list) else [values[0]] + [values[1]] * 5


def test_a_run_that_was_asked_the_same_is_found_with_its_curves_and_lists(home: Path, monkeypatch: Any) -> None:
    np.savez(home / "mnist.npz", test_images=np.zeros((20, 28, 28), np.uint8), test_labels=np.arange(20) % 10)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(home))
    app = begun(**DIGITS)
    finished_run(home, "completed")
    app = ended(app)
    assert not app.exception
    said = texts(app)
    assert "On 4 images attacked with 60/255 per pixel, the two models are not told apart" in said
    assert "Gained: 2 of 4" in said
    assert "Lost: 1 of 4" in said
    assert not [button for button in app.button if button.label.startswith("Measure both")]
    app.run()
    next(button for button in app.button if button.label == "Next gained (2)").click()
    app = ended(app.run())
    assert not app.exception
    assert "MNIST test image 4 (4)" in texts(app)


def test_a_finished_comparison_is_told_on_runs_and_opened_again(home: Path, monkeypatch: Any) -> None:
    """With other settings than the page begins with: attack, map, number of images and seed are all found again."""
    np.savez(home / "mnist.npz", test_images=np.zeros((20, 28, 28), np.uint8), test_labels=np.arange(20) % 10)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(home))
    attack = PGD(eps=40 / 255, steps=7)
    asked = finished_run(home, "completed", count=20, seed=3, attack=to_spec(attack))
    folder = home / "runs" / "20260101-000000-00000000"
    files.write_json(folder / run_folder.RESULT, curves(files.read_rows(folder / run_folder.METRICS))
                     | {"strengths": list(strengths(attack)), "asked": asked})  # fmt: skip
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60).run()
    app = app.switch_page(str(ROOT / "pages" / "runs.py")).run()
    said = texts(app)
    assert "On 4 test images, attacked by PGD, at most 40/255 per pixel, the first model is right on" in said
    next(button for button in app.button if button.label == "Open in Compare").click()
    assert app.run().title[0].value == "Compare"
    app = ended(app.switch_page(PAGE).run())
    assert not app.exception
    assert "Gained: 2 of 4" in texts(app)


def test_numbers_of_other_images_under_the_same_name_are_not_shown(home: Path) -> None:
    def put(seed: int, count: int) -> None:
        raw = io.BytesIO()
        pixels = np.random.default_rng(seed).integers(0, 256, (count, 28, 28), np.uint8)
        np.savez(raw, **{f"{split}_{what}": each for split in ("train", "test")
                         for what, each in (("images", pixels), ("labels", np.arange(count) % 10))})  # fmt: skip
        own_data.install(raw, "digits")

    put(0, 20)
    app = begun(**DIGITS)
    app.selectbox(key="widget:compare.data.mnist").set_value("own:digits")
    app = ended(app.run())
    finished_run(home, "completed", data="own:digits", **known_data("own:digits"))
    app = ended(app.run())
    assert not app.exception
    assert "Gained: 2 of 4" in texts(app)
    own_data.remove("digits")
    put(1, 10)  # among them there is no image 12, which was lost
    app = ended(app.run())
    assert not app.exception
    assert "Gained" not in texts(app)
    assert [button for button in app.button if button.label.startswith("Measure both")]
    assert not [button for button in app.button if button.label.startswith("Next gained")]


def test_a_stopped_run_shows_what_it_has_and_can_go_on(home: Path) -> None:
    app = begun(**DIGITS)
    finished_run(home, "stopped")
    app = ended(app)
    assert "What was measured is shown below" in texts(app)
    assert [button for button in app.button if button.label == "Resume"]
