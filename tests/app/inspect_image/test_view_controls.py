"""The window and the frame of a deep picture: chosen on the page, in the link, and there again after a reload."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.base.paths import ROOT
from core.images.uploads import keep_upload
from core.images.view import View
from tests.core.images.made_dicom import dicom

pytestmark = pytest.mark.usefixtures("home")
STACK = np.random.default_rng(0).integers(-1000, 1000, (5, 28, 28)).astype(np.int16)


def opened(image: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "inspect_image.py"), default_timeout=60)
    app.query_params["image"], app.query_params["model"] = image, "mnist_cnn:standard"
    app.query_params["maps"] = "none"
    return app.run()


def image_of(app: AppTest) -> str:
    return "".join(app.query_params["image"])


def test_window_and_frame_become_the_name_of_the_picture() -> None:
    image = keep_upload(dicom(STACK, RescaleSlope=1, RescaleIntercept=-24, WindowCenter=40, WindowWidth=400), "x.dcm")
    app = opened(image)
    assert not app.exception
    assert image_of(app) == image
    assert app.number_input(key=f"frame {image}").value == 3
    assert app.slider(key=f"window {image}").value == (-160, 239)
    app.slider(key=f"window {image}").set_value((-500.0, 500.0)).run()
    assert image_of(app) == f"{image}@-500:500"
    app.number_input(key=f"frame {image}@-500:500").set_value(5).run()
    chosen = f"{image}@frame5@-500:500"
    assert image_of(app) == chosen
    app.number_input(key=f"window to {chosen}").set_value(300.0).run()
    assert image_of(app) == f"{image}@frame5@-500:300"
    assert not app.exception
    again = opened(image_of(app))
    assert again.slider(key=f"window {image_of(app)}").value == (-500, 300)
    again.button(key=f"as the file {image}").click().run()
    assert image_of(again) == image


def test_numbers_that_cross_change_nothing() -> None:
    image = keep_upload(dicom(STACK), "x.dcm")
    app = opened(image)
    app.number_input(key=f"window from {image}").set_value(5000.0).run()
    assert image_of(app) == image
    assert any("must be below" in each.value for each in app.caption)


def test_eight_bits_have_none() -> None:
    out = io.BytesIO()
    Image.fromarray(np.arange(28 * 28, dtype=np.uint8).reshape(28, 28)).save(out, "PNG")
    app = opened(keep_upload(out.getvalue(), "x.png"))
    assert not app.exception
    assert not [each for each in app.slider if str(each.key).startswith("window")]


def test_a_link_with_a_window_that_cannot_be_is_a_sentence() -> None:
    image = keep_upload(dicom(STACK), "x.dcm", View())
    app = opened(f"{image}@frame9")
    assert not app.exception
    assert any("no frame 9" in each.value for each in app.error)
