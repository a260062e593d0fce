"""Pages where nothing can be kept: they open, say so once, and compute all the same."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.base.paths import ROOT

PLACES = {"no user": "~no-such-user/x", "a file": "{home}/file", "below a file": "{home}/file/x", "nowhere": "/proc/x"}


def opened(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


@pytest.fixture(params=PLACES, ids=lambda name: name)
def nowhere(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("COUNTERPROOF_HOME", PLACES[request.param].format(home=home))


@pytest.mark.usefixtures("nowhere")
def test_every_page_opens_and_says_so_once() -> None:
    for page in ("overview", "inspect_image", "compare", "cases", "refine", "runs"):
        app = opened(page)
        assert not app.exception, page
        said = [str(each.value) for kind in ("info", "error") for each in app.get(kind)]
        assert len([each for each in said if "Nothing can be kept" in each or "no user" in each]) >= 1, page


@pytest.mark.usefixtures("nowhere")
def test_an_attack_is_computed_and_shown() -> None:
    app = opened("inspect_image", model="mnist_cnn:standard", image="mnist/0003", maps="grad_cam_pp", controls="1")
    next(button for button in app.button if button.label == "Attack and explain").click()
    app.run()
    end = time.monotonic() + 60
    while [button for button in app.button if button.label == "Stop"]:
        assert time.monotonic() < end
        time.sleep(0.2)
        app.run()
    assert not app.exception
    assert "Grad-CAM++" in " ".join(str(each.value) for each in app.markdown).replace("\\", "")
