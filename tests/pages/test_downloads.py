"""No link and no choice in a list starts a download: the page says what it needs, and one press fetches it."""

import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.base.paths import ROOT

ABSENT = "torchvision_imagenet:resnet18"
REFINING = {"refine.base": ABSENT, "refine.data": "mnist", "refine.objective": "fast_adversarial"}


@pytest.fixture
def asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that are asked for; none answers."""
    addresses: list[str] = []

    def refused(url: str, *_: Any, **__: Any) -> None:
        addresses.append(url)
        raise urllib.error.URLError("no network in this test")

    monkeypatch.setattr(urllib.request, "urlopen", refused)
    return addresses


def opened(page: str, query: dict[str, str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def texts(app: AppTest) -> str:
    kinds = ("markdown", "error", "warning", "caption")
    return " ".join(str(each.value) for kind in kinds for each in app.get(kind)).replace("\\", "")


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("inspect_image", {"model": ABSENT, "go": "1"}),
        ("compare", {"before": ABSENT, "after": "mnist_cnn:standard"}),
        ("compare", {"before": "mnist_cnn:standard", "after": ABSENT}),
        ("refine", REFINING),
    ],
)
def test_it_is_fetched_by_a_press_and_not_before(asked: list[str], page: str, query: dict[str, str]) -> None:
    app = opened(page, query)
    assert not app.exception
    assert not app.error
    assert asked == []
    said = "The weights of ResNet-18 (45 MB) are not on this machine and need a download from download.pytorch.org."
    assert said in texts(app)
    next(button for button in app.button if button.label == "Download").click().run()
    assert not app.exception
    assert [address.rpartition("/")[2] for address in asked] == ["resnet18-f37072fd.pth"]
    assert len(app.error) == 1
    assert "could not be fetched: no connection to download.pytorch.org" in texts(app)


def test_the_gallery_and_the_list_of_models_stay_usable(asked: list[str]) -> None:
    app = opened("inspect_image", {"model": ABSENT})
    app.selectbox(key="widget:model").set_value("cifar10_resnet20:standard").run()
    assert "The model says" in texts(app)
    app.selectbox(key="widget:model").set_value(ABSENT).run()
    assert "need a download" in texts(app)
    assert asked == []


def test_a_refinement_is_not_started_or_measured_before_its_model_is_here(asked: list[str]) -> None:
    app = opened("refine", REFINING)
    off = {button.label for button in app.button if button.disabled}
    assert off >= {"Start this run", "Measure time and memory"}
