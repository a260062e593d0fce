"""Inspect opened cold, by half a link, and from tab to tab: picture and model fit one another at every moment."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.base.paths import ROOT
from core.images.samples import sample
from core.images.stories import MODELS, first_picture

INSPECT = str(ROOT / "pages" / "inspect_image.py")
DIGITS, SMALL, PHOTOGRAPHS = (first_picture(name) for name in ("mnist", "cifar10", "photographs"))


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(INSPECT, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return checked(app.run())


def checked(app: AppTest) -> AppTest:
    """What is linked, chosen and said is one picture and one model."""
    assert not app.exception
    assert not app.error
    image, model = ("".join(app.query_params[name]) for name in ("image", "model"))
    shipped = sample(image)
    assert shipped is not None
    assert any(f"labelled ‘{shipped.label}’" in each.value for each in app.markdown)
    boxes = [each for each in app.selectbox if each.label == "Model"]
    assert [each.value for each in boxes] == [model]
    return app


def state(app: AppTest) -> tuple[str, str, str]:
    """Picture, model, tab."""
    tab = next(each for each in app.get("button_group") if each.label == "Pictures from").value
    chosen = tab[0] if isinstance(tab, list) else tab
    return "".join(app.query_params["image"]), "".join(app.query_params["model"]), chosen


def turned(app: AppTest, tab: str) -> AppTest:
    group = next(each for each in app.get("button_group") if each.label == "Pictures from")
    return checked(group.set_value([tab] if isinstance(group.value, list) else tab).run())


def test_opened_cold_it_shows_a_photograph_that_falls(home: Path) -> None:
    assert state(opened()) == (PHOTOGRAPHS, MODELS["photographs"], "photographs")


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"image": "mnist/0003"}, ("mnist/0003", "mnist_cnn:standard", "mnist")),
        ({"model": "mnist_cnn:lime_guided"}, (DIGITS, "mnist_cnn:lime_guided", "mnist")),
        ({"model": "cifar10_resnet18:lime_guided"}, (SMALL, "cifar10_resnet18:lime_guided", "cifar10")),
        ({"set": "cifar10"}, (SMALL, "cifar10_resnet20:standard", "cifar10")),
        ({"set": "mnist", "image": "cifar10/0003"}, ("cifar10/0003", "cifar10_resnet20:standard", "cifar10")),
        ({"set": "upload"}, (PHOTOGRAPHS, MODELS["photographs"], "upload")),
        ({"image": "cifar10/0003", "model": "cifar10_resnet20:adversarial"},
         ("cifar10/0003", "cifar10_resnet20:adversarial", "cifar10")),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_half_a_link_brings_what_fits(home: Path, query: dict[str, str], wanted: tuple[str, str, str]) -> None:
    assert state(opened(**query)) == wanted


def test_a_tab_shows_its_first_picture_with_its_model(home: Path) -> None:
    app = opened(model="mnist_cnn:lime_guided", image="mnist/0003", maps="none", target="5")
    app = turned(app, "cifar10")
    assert state(app) == (SMALL, MODELS["cifar10"], "cifar10")
    assert "".join(app.query_params["target"]) == "any", "the fifth of other classes is another class"
    assert state(checked(app.run())) == (SMALL, MODELS["cifar10"], "cifar10")
    app = turned(app, "photographs")
    assert state(app) == (PHOTOGRAPHS, MODELS["photographs"], "photographs")


def test_the_tab_of_ones_own_pictures_keeps_the_picture_until_there_is_one(home: Path) -> None:
    app = turned(opened(image="mnist/0003", maps="none"), "upload")
    assert state(app) == ("mnist/0003", MODELS["mnist"], "upload")
    assert state(turned(app, "mnist"))[0] == "mnist/0003"
    assert state(turned(turned(app, "upload"), "cifar10"))[0] == SMALL
