"""`counterproof import-weights` of ONNX, timm and models of several findings, from the shell's side."""

import json
import re
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from core.attacks.pgd import PGD
from core.catalog import CLASSIFIERS, load_classifier
from core.classifiers.mnist_cnn import MnistCNN
from core.cli.parser import main
from core.explainers.grad_cam_pp import GradCAMPP
from core.images.samples import sample_images
from tests.core.checkpoints.made_onnx import exported

pytestmark = pytest.mark.usefixtures("home")


def net(outputs: int) -> nn.Module:
    torch.manual_seed(3)
    return MnistCNN(outputs, 1).eval()


def test_onnx_in_one_command(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file := tmp_path / "chest v1.onnx").write_bytes(exported(net(2), (1, 28, 28)))
    given = ["--labels", "no finding,finding", "--mean", "0.1307", "--std", "0.3081"]
    assert main(["import-weights", str(file), *given]) == 0
    said = capsys.readouterr().out
    assert "its answers on 3 images are onnxruntime's to" in said
    assert "Added as own:chest-v1, 2 classes." in said
    path = home / "models" / "chest-v1.safetensors"
    assert list(load_file(path)) == ["onnx"]
    assert json.loads(path.with_suffix(".json").read_text())["architecture"] == "onnx"
    model, x = load_classifier("own:chest-v1"), torch.rand(3, 1, 28, 28)
    with torch.no_grad():
        assert torch.allclose(model(x), net(2)((x - 0.1307) / 0.3081), atol=1e-5)
    images = sample_images(model, 4)
    answers = model.probabilities(images).argmax(1)
    attacked = PGD(eps=0.25, steps=20)(model, images, answers)
    assert (model.probabilities(attacked).argmax(1) != answers).any()
    assert GradCAMPP()(model, images, answers).values.abs().max() > 0
    again = model.copy()
    assert torch.equal(again(x), model(x))
    assert main(["attack", "mnist/0003", "--model", "own:chest-v1", "--set", "pgd.steps=2"]) in (0, 1)


def test_onnx_of_one_output_and_of_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (one := tmp_path / "one.onnx").write_bytes(exported(net(1), (1, 28, 28)))
    (three := tmp_path / "three.onnx").write_bytes(exported(net(3), (1, 28, 28)))
    assert main(["import-weights", str(one), "--labels", "no,yes", "--output", "sigmoid"]) == 0
    assert main(["import-weights", str(three), "--labels", "Edema,Gout,Old scar", "--output", "multi-label"]) == 0
    assert "own:three@Edema, own:three@Gout, own:three@Old-scar: a model for each" in capsys.readouterr().out
    x = torch.rand(2, 1, 28, 28)
    assert torch.allclose(load_classifier("own:one").probabilities(x)[:, 1], net(1)(x)[:, 0].sigmoid(), atol=1e-6)
    gout = load_classifier("own:three@Gout").probabilities(x)[:, 1]
    assert torch.allclose(gout, net(3)(x)[:, 1].sigmoid(), atol=1e-6)
    assert "three@Old-scar" in CLASSIFIERS["own"]().checkpoints()
    assert main(["import-weights", str(three), "--labels", "a,b"]) == 2
    assert "instead of (2, 2), by its labels" in capsys.readouterr().err


def test_a_model_of_timm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    save_file(timm.create_model("resnet10t", num_classes=2).state_dict(), tmp_path / "t.safetensors")
    given = ["import-weights", str(tmp_path / "t.safetensors"), "--labels", "a,b"]
    assert main([*given, "--architecture", "timm:resnet10t"]) == 0
    assert "shorter side scaled to 201 (bicubic), then the middle 176 × 176 pixels" in capsys.readouterr().out
    assert main([*given, "--architecture", "timm:resnet10"]) == 2
    assert "timm has no architecture 'resnet10'; the nearest are resnet10t" in capsys.readouterr().err


@pytest.mark.parametrize(("given", "words"), [
    (["--labels", "a,b"], "name the network with --architecture"),
    (["--labels", "a,b", "--architecture", "onnx"], "name the network|no file|onnx"),
    (["--labels", "a,b", "--architecture", "mnist_cnn", "--mean", "127"], "name the range"),
])  # fmt: skip
def test_what_is_missing_is_said(
    tmp_path: Path, given: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save_file(net(2).state_dict(), tmp_path / "m.safetensors")
    assert main(["import-weights", str(tmp_path / "m.safetensors"), *given]) == 2
    assert re.search(words, capsys.readouterr().err)
