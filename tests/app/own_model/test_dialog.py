"""The dialog of own models: what it says of a file, how pictures are prepared, and what it installs."""

import io
import json
from pathlib import Path
from typing import Any

import timm
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


def chosen(app: AppTest, label: str) -> Any:
    every = (*app.text_input, *app.selectbox, *app.text_area)
    return next(each for each in every if each.label.startswith(label))


def test_findings_and_a_range(home: Path) -> None:
    app = opened("chest.safetensors", weights("resnet20", 3), "resnet20")
    chosen(app, "Its outputs are").select("multi-label").run()
    chosen(app, "Names of the findings").set_value("Edema\nGout\nOld scar")
    chosen(app, "Mean").set_value("0")
    chosen(app, "Then divided").set_value("1")
    chosen(app, "Both are for").set_value("-1024, 1024").run()
    app.button[0].click().run()
    assert "One finding of 3 that this model tells" in said(app)
    card = json.loads((home / "models" / "chest.json").read_text())
    assert (card["output"], card["labels"]) == ("multi-label", ["Edema", "Gout", "Old scar"])
    assert (card["mean"], card["std"]) == ([0.5] * 3, [1 / 2048] * 3)


def test_numbers_for_bytes_are_told(home: Path) -> None:
    app = opened("net.safetensors", weights("resnet20"), "resnet20")
    chosen(app, "Mean").set_value("123.7")
    app.run().button[0].click().run()
    assert "are not of values from 0 to 1" in said(app)
    assert not (home / "models" / "net.json").exists()


def test_a_network_of_timm_by_its_name(home: Path) -> None:
    torch.manual_seed(0)
    app = opened("t.safetensors", save(timm.create_model("resnet10t", num_classes=2).state_dict()), "timm:")
    chosen(app, "Name in timm").set_value("resnet10x").run()
    assert "timm has no architecture 'resnet10x'; the nearest are" in said(app).replace("\\", "")
    assert app.button[0].disabled
    chosen(app, "Name in timm").set_value("resnet10t").run()
    app.button[0].click().run()
    assert "Added as ‘t’" in said(app)
    assert json.loads((home / "models" / "t.json").read_text())["architecture"] == "timm:resnet10t"


def test_a_file_of_torch_save_is_not_read_but_the_command_is_named(home: Path) -> None:
    out = io.BytesIO()
    torch.save(architecture("cifar_resnet20").build(2, 3).state_dict(), out)
    app = opened("net.pt", out.getvalue())
    assert "counterproof import-weights FILE" in said(app).replace("\\", "")
    assert app.button[0].disabled
    assert not (home / "models").exists()
