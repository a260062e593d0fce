"""The Compare page: opens by link, refuses in a sentence, follows a run; its charts and its background work."""

import io
import json
import threading
import time
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pytest
import torch
from safetensors.torch import save
from streamlit.testing.v1 import AppTest
from torch import nn

from app.background.comparisons import Comparisons, PairStudies
from app.background.studies import Studies
from app.compare.charts import curve
from core.attacks.pgd import PGD
from core.base import run_folder
from core.base.params import to_spec
from core.base.paths import ROOT
from core.classifiers.cifar10_resnet20 import ResNet20
from core.classifiers.own import install
from core.compare.curves import curves
from core.compare.one_image import SIDES, Pair, Side
from core.contracts.classifier import Classifier
from core.data import own as own_data
from core.data.by_name import known_data
from core.evaluation.strengths import strengths
from core.explainers.grad_cam_pp import GradCAMPP
from core.images.samples import gallery
from core.runs import files
from core.runs.status import Status, write_status
from tests.core.compare.doubles import ROWS

PAGE = str(ROOT / "pages" / "compare.py")
DIGITS = {"before": "mnist_cnn:standard", "after": "mnist_cnn:standard", "image": "mnist/0003", "pgd.eps": "60",
          "compare.maps": "grad_cam_pp", "controls": "1"}  # fmt: skip


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def texts(app: AppTest) -> str:
    kinds = ("markdown", "error", "info", "caption", "subheader", "warning", "success")
    return " ".join(str(element.value) for kind in kinds for element in app.get(kind)).replace("\\", "")


def ended(app: AppTest) -> AppTest:
    for _ in range(300):
        app.run()
        if not [button for button in app.button if button.label == "Stop"]:
            return app
        time.sleep(0.2)
    raise AssertionError("the comparison did not end")


def test_it_begins_by_itself_and_says_what_came_of_it(home: Path) -> None:
    app = ended(opened(**DIGITS))
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert "Both are the same model" in said
    assert "Both models are fooled on this picture." in said
    assert "Before refinement: digit 0, " in said
    assert "After refinement: digit 0, " in said
    assert "Shown the image made for the other model: before refinement the answer changes; after refinement" in said
    assert "diagnostic, not a certificate" in said
    assert "about equally hard to turn" in said
    assert "How far the maps moved" in said
    assert "".join(app.query_params["before"]) == "mnist_cnn:standard"
    assert any(button.label == "Measure both on 200 test images" for button in app.button)


def test_without_a_link_it_compares_the_shipped_twins(home: Path) -> None:
    app = opened()
    assert not app.exception
    assert app.selectbox(key="widget:before").value == "cifar10_resnet20:standard"
    assert app.selectbox(key="widget:after").value == "cifar10_resnet20:lime_guided"
    assert "labelled ‘cat’" in texts(app)


@pytest.mark.parametrize(
    ("query", "said"),
    [({"after": "cifar10_resnet20:standard"}, "know different classes"),
     ({"image": "upload/0123456789abcdef"}, "no longer here")],
)  # fmt: skip
def test_what_cannot_be_compared_is_one_sentence(home: Path, query: dict[str, str], said: str) -> None:
    app = opened(**(DIGITS | query))
    assert not app.exception
    assert len(app.error) == 1
    assert said in texts(app)


@pytest.mark.parametrize(
    "query", [{"before": "nothing"}, {"compare.maps": "nothing"}, {"compare.count": "-1"}, {"data": "none"}]
)
def test_a_broken_link_falls_back(home: Path, query: dict[str, str]) -> None:
    app = opened(**(DIGITS | {"after": "mnist_cnn:standard"} | query))
    assert not app.exception
    if "before" not in query:
        assert not app.error


def test_a_number_of_pixels_is_not_compared_with_a_length(home: Path) -> None:
    app = ended(opened(**(DIGITS | {"attack": "one_pixel", "one_pixel.queries": "100", "compare.maps": "none"})))
    assert not app.exception
    assert "How much change it might take" in texts(app)
    assert "that the attack was allowed" not in texts(app)


def test_a_map_on_show_can_be_taken_away(home: Path) -> None:
    app = opened(**(DIGITS | {"compare.maps": "grad_cam_pp,integrated_gradients"}))
    maps = next(each for each in app.get("button_group") if each.value == ["grad_cam_pp", "integrated_gradients"])
    maps.set_value(["integrated_gradients"])
    app.run()
    assert not app.exception
    assert "".join(app.query_params["compare.map"]) == "integrated_gradients"


def test_a_model_that_is_gone_is_named(home: Path) -> None:
    app = opened(**(DIGITS | {"after": "run:20260101-000000-0123abcd"}))
    assert not app.exception
    assert "The model ‘run:20260101-000000-0123abcd’ is not here any more." in texts(app)


@pytest.mark.parametrize("page", ["compare", "inspect_image"])
def test_a_model_of_ones_own_may_have_other_classes(home: Path, page: str) -> None:
    """Three classes: the gallery's fourth is the first of them, and its first none."""
    torch.manual_seed(0)
    install(save(ResNet20(3, 3).eval().state_dict()), "resnet20", ["cat", "dog", "nothing"], "pets")
    for index, said in ((0, False), (3, True)):
        image = next(each.id for each in gallery("cifar10") if each.index == index)
        app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
        query = {"before": "own:pets", "after": "own:pets", "model": "own:pets", "image": image, "maps": "none"}
        for name, value in (query | {"compare.maps": "none", "controls": "1"}).items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        assert ("labelled ‘cat’" in texts(app)) == said


def test_a_label_is_forgotten_where_models_know_other_classes(home: Path) -> None:
    def page() -> None:
        import streamlit as st
        import torch

        from app.compare.form import truth
        from app.ui.state import keep
        from core.catalog import load_classifier
        from core.images.picture import to_png
        from core.images.samples import keep_upload

        image = keep_upload(to_png(torch.zeros(3, 32, 32)), "cat.png")
        models = [load_classifier(name) for name in ("cifar10_resnet20:standard", "mnist_cnn:standard")]
        keep("truths", {image: (3, models[0].labels)})
        st.text(str([truth(image, model) for model in models]))

    assert AppTest.from_function(page, default_timeout=60).run().text[0].value == "[3, None]"


def test_models_that_are_not_one_refined_from_the_other(home: Path) -> None:
    twins = {"before": "mnist_cnn:random_masks", "after": "mnist_cnn:lime_guided"}
    assert "The second model is not known to be refined from the first" in texts(opened(**(DIGITS | twins)))
    refined = texts(opened(**(DIGITS | twins | {"before": "mnist_cnn:standard"})))
    assert "is not known" not in refined
    assert "choose before refinement" in refined


def test_an_attack_without_a_strength_has_no_curve(home: Path) -> None:
    app = opened(**(DIGITS | {"attack": "deepfool"}))
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
    files.write_json(folder / run_folder.SPEC, {"task": "compare", "arguments": arguments, "device": "cpu", "threads": 1})
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
    app = opened(**DIGITS)
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
    app = opened(**DIGITS)
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
    app = opened(**DIGITS)
    finished_run(home, "stopped")
    app = ended(app)
    assert "What was measured is shown below" in texts(app)
    assert [button for button in app.button if button.label == "Resume"]


# ---- charts


def test_curves_are_drawn_with_bands_controls_and_the_strength_asked_for() -> None:
    found = curves(ROWS)
    spec = curve(
        found, "stability", (0.0, 8 / 255), float("inf"), "rank agreement", control="noise", chosen=8 / 255
    ).to_dict()
    rows = [row for rows in spec["datasets"].values() for row in rows]
    drawn = [row for row in rows if "value" in row]
    assert {(row["model"], row["kind"]) for row in drawn} == {
        (m, k) for m in ("before", "after") for k in ("attack", "ordinary noise")
    }
    assert {row["strength"] for row in drawn} == {0.0, 8.0}
    assert {"strength": 8.0} in rows
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert marks == ["rule", "area", "line", "point"]
    for row in drawn:
        assert row["low"] <= row["value"] <= row["high"]
    shares = curve(found, "accuracy", (0.0, 8 / 255), float("inf"), "right, %", percent=True).to_dict()
    first = [row for rows in shares["datasets"].values() for row in rows if row.get("model") == "before"]
    assert [row["value"] for row in first] == [75.0, 25.0]
    assert isinstance(curve({"before": {}, "after": {}}, "stability", (0.0,), 2.0, "x"), alt.LayerChart)


# ---- background work


def toy(seed: int) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(256, 3)).eval()
    return Classifier(net, ("a", "b", "c"), (3, 8, 8), key="toy", fingerprint=f"f{seed}", cam_layer="1")


def awaited(crossings: Comparisons, pair: Pair, models: dict[Side, Classifier]) -> PairStudies:
    for _ in range(600):
        found = crossings.find(pair, models, None)
        if found is not None and found.crossing is not None and not found.alive:
            return found
        time.sleep(0.05)
    raise AssertionError("the comparison did not end")


def test_it_is_computed_once_found_again_and_stopped(home: Path) -> None:
    models: dict[Side, Classifier] = {"before": toy(0), "after": toy(1)}
    image = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))
    pair = Pair("toy/1", "one", "two", PGD(steps=4), (GradCAMPP(),), controls=1)
    crossings = Comparisons(Studies())
    assert crossings.find(pair, models, None) is None
    threads = [threading.Thread(target=lambda: crossings.start(pair, models, image, "", None)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = awaited(crossings, pair, models)
    assert all(work.state == "done" for work in done.works)
    assert crossings.start(pair, models, image, "", None).crossing is done.crossing
    assert done.comparison.crossings["after"].maps.keys() == {"grad_cam_pp"}
    assert crossings.find(pair, models, 1) is not None
    assert awaited(crossings, pair, models).crossing is done.crossing

    slow = Pair("toy/1", "one", "two", PGD(steps=500), (GradCAMPP(),), controls=1)
    together = crossings.start(slow, models, image, "", None)
    together.stop()
    for _ in range(200):
        if not together.alive:
            break
        time.sleep(0.05)
    assert {job.state for job in together.jobs.values()} == {"stopped"}
    short = crossings.start(pair, models, image, "", 2)  # another label: another bound, the same studies
    assert short.jobs["after"].state == "done"
    again = crossings.start(slow, models, image, "", None)
    assert all(job.alive for job in again.jobs.values())
    again.stop()
