"""Every page, run headless by Streamlit's AppTest: it opens, every method can be picked, uploads, settings survive."""

import io
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.base.paths import ROOT
from core.catalog import ATTACKS, EXPLAINERS, load_classifier

INSPECT = str(ROOT / "pages" / "inspect_image.py")
FAST = {"model": "mnist_cnn:standard", "image": "mnist/0003", "maps": "grad_cam_pp", "controls": "1", "pgd.eps": "60"}


def opened(**query: str) -> AppTest:
    """The Inspect page, opened by a link."""
    app = AppTest.from_file(INSPECT, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def texts(app: AppTest) -> str:
    return " ".join(
        str(element.value) for kind in ("markdown", "error", "info", "caption") for element in app.get(kind)
    )


def ended(app: AppTest) -> AppTest:
    """Run again until the study is complete."""
    for _ in range(100):
        app.run()
        if not [button for button in app.button if button.label == "Stop"]:
            return app
        time.sleep(0.2)
    raise AssertionError("the study did not end")


def test_the_front_page_opens_and_shows_the_shipped_case(home: Path) -> None:
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "Counterproof"
    assert "For the model, a change of at most 8/255" in texts(app)


@pytest.mark.parametrize(
    ("query", "said"),
    [({}, "There are no cases yet"), ({"case": "0" * 16, "step": "3", "order": "blind"}, "no such case"),
     ({"case": "<script>", "step": "-1", "order": "<b>"}, "no such case")],
)  # fmt: skip
def test_present_opens_by_any_link(home: Path, query: dict[str, str], said: str) -> None:
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run().switch_page(str(ROOT / "pages" / "present.py")).run()
    assert not app.exception
    assert said in texts(app)


def test_attack_and_explain(home: Path) -> None:
    app = opened(**FAST)
    assert not app.exception
    assert "digit 0" in texts(app)
    app = ended(press(app))
    assert not app.exception
    assert "was fooled" in texts(app)
    assert "Grad-CAM++" in texts(app)


def press(app: AppTest) -> AppTest:
    next(button for button in app.button if button.label == "Attack and explain").click()
    return app.run()


def test_a_link_says_what_it_asks_for_and_one_press_computes_it(home: Path) -> None:
    app = opened(**FAST, go="1", seed="8")
    assert "This link asks for the attack PGD of up to 60/255 per pixel; then the maps Grad-CAM++" in texts(app)
    assert not [button for button in app.button if button.label == "Stop"]
    app = ended(press(app))
    assert "was fooled" in texts(app)
    assert "".join(app.query_params["image"]) == "mnist/0003"


@pytest.mark.parametrize("key", list(ATTACKS))
def test_every_attack_can_be_picked(home: Path, key: str) -> None:
    app = opened(**FAST, attack=key)
    assert not app.exception
    assert app.selectbox(key="widget:attack").value == key


def test_every_explainer_can_be_picked(home: Path) -> None:
    app = opened(**(FAST | {"maps": ",".join(EXPLAINERS)}))
    assert not app.exception
    model = load_classifier("mnist_cnn:standard")
    for kind in EXPLAINERS.values():
        offered = kind.attribution or not kind().obstacle(model)
        assert (kind.plain in texts(app)) == offered, "what is no attribution is offered where it applies"


@pytest.mark.parametrize(
    "query",
    [
        {"attack": "nothing"}, {"maps": "nothing"}, {"pgd.eps": "many"}, {"pgd.eps": "9999"}, {"seed": "-4"},
        {"explained": "all"}, {"target": "77"}, {"controls": "0"}, {"set": "none"}, {"pgd.steps": "0"},
        {"lime.segmentation": "<b>"}, {"device": "cuda:7"},
    ],
)  # fmt: skip
def test_a_broken_link_falls_back(home: Path, query: dict[str, str]) -> None:
    app = opened(**(FAST | query))
    assert not app.exception
    assert not app.error
    assert "digit 0" in texts(app)


@pytest.mark.parametrize(
    "query", [{"image": "cifar10/9999"}, {"image": "../../etc/passwd"}, {"image": "upload/0123456789abcdef"}]
)
def test_a_picture_that_is_not_there_is_one_sentence(home: Path, query: dict[str, str]) -> None:
    app = opened(**(FAST | query))
    assert not app.exception
    assert len(app.error) == 1


def test_settings_survive_a_visit_to_another_page(home: Path) -> None:
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
    for name, value in FAST.items():
        app.query_params[name] = value
    app.run().switch_page(INSPECT).run()
    app.slider(key="widget:pgd.eps").set_value(33.0).run()
    app.switch_page(str(ROOT / "pages" / "overview.py")).run().run()
    app.switch_page(INSPECT).run().run()
    assert app.slider(key="widget:pgd.eps").value == 33.0


def test_uploads_good_and_bad(home: Path) -> None:
    app = opened(**FAST, set="upload")
    out = io.BytesIO()
    Image.fromarray(np.arange(28 * 28, dtype=np.uint8).reshape(28, 28)).save(out, "PNG")
    files = [("scan.png", out.getvalue(), "image/png"), ("bad.png", b"<svg onload=alert(1)>", "image/png")]
    app.file_uploader(key="widget:files").set_value(files)
    app.run()
    assert not app.exception
    assert "scan" in texts(app)
    assert "bad" in texts(app)
    assert "".join(app.query_params["image"]).startswith("upload/")


def test_strength_zero_changes_nothing_and_says_so(home: Path) -> None:
    app = ended(press(opened(**(FAST | {"pgd.eps": "0"}))))
    assert not app.exception
    assert not app.error
    assert "left the picture as it was" in texts(app)
