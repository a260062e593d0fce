"""The Compare page, opened by a link and run headless."""

import time

from streamlit.testing.v1 import AppTest

from core.base.paths import ROOT

PAGE = str(ROOT / "pages" / "compare.py")
DIGITS = {"before": "mnist_cnn:standard", "after": "mnist_cnn:standard", "image": "mnist/0003", "pgd.eps": "60",
          "compare.maps": "grad_cam_pp", "controls": "1"}  # fmt: skip


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def begun(**query: str) -> AppTest:
    """The same, and its one press: nothing is computed because a link was opened."""
    app = opened(**query)
    next(button for button in app.button if button.label == "Attack both").click()
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
