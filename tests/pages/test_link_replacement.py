"""What a link asks for that cannot be had is told, never replaced in silence; nothing is computed or shown for it."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.base.paths import ROOT

FAST = {"model": "mnist_cnn:standard", "image": "mnist/0004", "maps": "none", "controls": "1", "attack": "fgsm"}
PAIR = {"before": "mnist_cnn:standard", "after": "mnist_cnn:random_masks", "image": "mnist/0004", "attack": "fgsm",
        "compare.maps": "none", "controls": "1"}  # fmt: skip
TOLD = "This link asks for something that cannot be had here"


def opened(page: str, query: dict[str, str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    kinds = ("markdown", "error", "info", "warning", "caption")
    return " ".join(str(each.value) for kind in kinds for each in app.get(kind)).replace("\\", "")


def address(app: AppTest) -> dict[str, str]:
    return {name: "".join(value) for name, value in app.query_params.items()}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"attack": "nothing"}, "‘Attack’ cannot be ‘nothing’; it is set to ‘PGD"),
        ({"fgsm.eps": "9999"}, "cannot be ‘9999’; it is set to ‘64"),
        ({"fgsm.eps": "-1"}, "cannot be ‘-1’; it is set to ‘0"),
        ({"fgsm.eps": "nan"}, "cannot be ‘nan’; it is set to ‘51"),
        ({"attack": "pgd", "pgd.steps": "10.5"}, "cannot be ‘10.5’"),
        ({"attack": "pgd", "pgd.random_start": "maybe"}, "cannot be ‘maybe’"),
        ({"maps": "grad_cam_pp,nothing"}, "‘Maps to draw’ cannot be ‘grad_cam_pp,nothing’; it is set to ‘Grad-CAM++’"),
        ({"maps": "lime", "lime.samples": "0"}, "cannot be ‘0’"),
        ({"explained": "all"}, "‘Each map explains’ cannot be ‘all’"),
        ({"controls": "0"}, "‘Draws of each control’ cannot be ‘0’; it is set to ‘1’"),
        ({"seed": "many"}, "‘Seed’ cannot be ‘many’; it is set to ‘0’"),
        ({"target": "77"}, "‘Turn it into a’ cannot be ‘77’"),
        ({"attack": "deepfool", "target": "3"}, "‘Turn it into a’ cannot be ‘3’"),
        ({"device": "cuda:7"}, "‘Runs on’ cannot be ‘cuda:7’; it is set to ‘CPU’"),
    ],
)
def test_on_inspect_a_setting_that_cannot_be_had_is_told(home: Path, query: dict[str, str], said: str) -> None:
    app = opened("inspect_image", FAST | query | {"go": "1"})
    for _ in range(2):  # also when the page is drawn again
        assert TOLD in texts(app)
        assert said in texts(app)
        assert "was fooled" not in texts(app)
        assert address(app) == FAST | query | {"go": "1"}
        app.run()
    app.selectbox(key="widget:model").set_value("mnist_cnn:random_masks").run()
    assert TOLD in texts(app), "another setting is no agreement"
    if "maps" not in query:
        next(button for button in app.button if button.label == "Attack and explain").click().run()
        assert TOLD not in texts(app)
        assert address(app) != FAST | query | {"go": "1"}


def test_what_is_known_of_the_setting_instead_is_not_shown_for_it(home: Path) -> None:
    app = opened("inspect_image", FAST | {"maps": "grad_cam_pp"})
    next(button for button in app.button if button.label == "Attack and explain").click().run()
    for _ in range(200):
        if "[●]" in texts(app):
            break
        time.sleep(0.1)
        app.run()
    known = opened("inspect_image", FAST | {"maps": "grad_cam_pp"})
    assert "[●]" in texts(known)
    assert "[●]" not in texts(opened("inspect_image", FAST | {"maps": "grad_cam_pp", "seed": "-1"}))


def test_a_setting_that_is_changed_is_not_told_any_more(home: Path) -> None:
    app = opened("inspect_image", FAST | {"fgsm.eps": "9999"})
    app.slider(key="widget:fgsm.eps").set_value(20.0).run()
    assert TOLD not in texts(app)
    assert address(app)["fgsm.eps"] == "20.0"


@pytest.mark.parametrize("page", ["inspect_image", "compare", "refine"])
@pytest.mark.parametrize("name", ["nothing", "own:gone", "run:20260101-000000-0123abcd", "torchvision_imagenet:x", ":"])
def test_a_model_that_is_not_here_is_not_replaced(home: Path, page: str, name: str) -> None:
    setting = {"inspect_image": "model", "compare": "after", "refine": "refine.base"}[page]
    app = opened(page, (FAST if page == "inspect_image" else PAIR) | {setting: name})
    for _ in range(2):
        assert f"The model ‘{name}’ of this link is not here." in texts(app)
        assert len(app.error) == 1
        assert "The model says" not in texts(app)
        assert address(app)[setting] == name
        app.run()
    app.selectbox(key=f"widget:{setting}:gone").set_value("mnist_cnn:standard").run()
    assert "is not here" not in texts(app)


def test_on_compare_a_picture_of_other_models_is_told(home: Path) -> None:
    app = opened("compare", PAIR | {"image": "cifar10/0000"})
    assert "‘Picture’ cannot be ‘cifar10/0000’; it is set to ‘mnist/" in texts(app)
    assert "Press ‘Attack both’" in texts(app)
    assert address(app)["image"] == "cifar10/0000"
    next(button for button in app.button if button.label == "Attack both").click().run()
    assert TOLD not in texts(app)


@pytest.mark.parametrize(
    "query", [{"refine.preset": "nothing"}, {"refine.objective": "nothing"}, {"schedule.epochs": "-3"},
              {"refine.on": "cuda:9"}, {"refine.start": "there"}, {"refine.images": "1e9"}, {"refine.again": "gone"}],
)  # fmt: skip
def test_on_refine_a_setting_that_cannot_be_had_is_told(home: Path, query: dict[str, str]) -> None:
    app = opened("refine", {"refine.base": "mnist_cnn:standard", "refine.data": "mnist"} | query)
    assert TOLD in texts(app)
    app.run()
    assert TOLD in texts(app)


def test_good_links_are_told_nothing(home: Path) -> None:
    for page, query in (("inspect_image", FAST | {"fgsm.eps": "12.5"}), ("compare", PAIR), ("refine", {})):
        assert TOLD not in texts(opened(page, query))
