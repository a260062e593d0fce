"""The dialog of own models: what it says of a file, how pictures are prepared, and what it installs."""

import io
import json
from pathlib import Path

import torch
from safetensors.torch import save
from streamlit.testing.v1 import AppTest

from core.classifiers._architectures import architecture


def page() -> None:
    from app.own_model.dialog import dialog

    dialog()


def said(app: AppTest) -> str:
    assert not app.exception
    return " ".join(str(each.value) for kind in ("markdown", "caption", "error", "success") for each in app.get(kind))


def opened(name: str, raw: bytes, chosen: str = "cifar_resnet20") -> AppTest:
    app = AppTest.from_function(page, default_timeout=60).run()
    app.selectbox[0].select(chosen)
    app.text_area[0].set_value("cat\ndog")
    app.file_uploader[0].upload(name, raw, "application/octet-stream")
    return app.run()


def weights(name: str, classes: int = 2, prefix: str = "") -> bytes:
    torch.manual_seed(0)
    state = architecture(name).build(classes, 3).state_dict()
    return save({prefix + key: value for key, value in state.items()})


def test_it_says_how_pictures_are_prepared_and_what_was_done(home: Path) -> None:
    app = opened("my net v1.2.safetensors", weights("cifar_resnet20", prefix="module."))
    assert "less 0.485, 0.456, 0.406, divided by 0.229, 0.224, 0.225" in said(app)
    app.button[0].click().run()
    assert "‘module.’ was taken off" in said(app).replace("\\", "")
    assert "Added as ‘my-net-v1-2’" in said(app).replace("\\", "")
    card = json.loads((home / "models" / "my-net-v1-2.json").read_text())
    assert (card["mean"], card["interpolation"], card["size"]) == ([0.485, 0.456, 0.406], "bicubic", [3, 32, 32])


def test_mean_std_size_and_filter_can_be_set(home: Path) -> None:
    app = opened("net.safetensors", weights("resnet18"), "resnet18")
    usual = {each.label: each.value for each in (*app.text_input, *app.number_input, *app.selectbox)}
    assert (usual["Width in pixels"], usual["Shorter side is first scaled to"], usual["Scaled by"]) == (
        224,
        256,
        "bilinear",
    )
    next(each for each in app.number_input if each.label == "Width in pixels").set_value(96)
    app.run()
    next(each for each in app.number_input if each.label == "Shorter side is first scaled to").set_value(232)
    next(each for each in app.selectbox if each.label == "Scaled by").select("bicubic")
    next(each for each in app.text_input if each.label.startswith("Mean")).set_value("0.5")
    next(each for each in app.text_input if each.label == "Then divided by").set_value("0.1 0.2 0.3")
    app.run().button[0].click().run()
    card = json.loads((home / "models" / "net.json").read_text())
    assert (card["size"], card["resize"], card["interpolation"]) == ([3, 224, 96], 232, "bicubic")
    assert (card["mean"], card["std"]) == ([0.5] * 3, [0.1, 0.2, 0.3])
    next(each for each in app.text_input if each.label.startswith("Mean")).set_value("half")
    app.run()
    assert "expected mean as numbers" in said(app)
    assert app.button[0].disabled


def test_a_file_of_torch_save_is_not_read_but_the_command_is_named(home: Path) -> None:
    out = io.BytesIO()
    torch.save(architecture("cifar_resnet20").build(2, 3).state_dict(), out)
    app = opened("net.pt", out.getvalue())
    assert "counterproof import-weights FILE" in said(app).replace("\\", "")
    assert app.button[0].disabled
    assert not (home / "models").exists()
