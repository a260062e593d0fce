"""ONNX: the same answers as onnxruntime's, gradients, and nothing in a file that becomes part of a program."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torchvision
from onnx import TensorProto, helper
from torch import nn

from core.base.errors import Unreadable
from core.base.paths import ROOT
from core.checkpoints import from_onnx
from core.checkpoints.onnx_network import image_size, network, plain_graph
from core.checkpoints.weight_files import read_onnx
from core.classifiers.mnist_cnn import MnistCNN
from tests.core.checkpoints.made_onnx import by_hand, exported, parsed, plain_nodes


@pytest.mark.parametrize("opset", [13, 17, 20])
@pytest.mark.parametrize("kind", ["cnn", "resnet18", "mobilenet_v3_small"])
def test_the_network_answers_as_it_did_and_has_gradients(kind: str, opset: int) -> None:
    torch.manual_seed(0)
    net = MnistCNN(3, 3) if kind == "cnn" else torchvision.models.get_model(kind, num_classes=3)
    size = (3, 28, 28) if kind == "cnn" else (3, 64, 64)
    plain, said = from_onnx.converted(exported(net, size, opset), "x", {"mean": [0.4] * 3, "std": [0.2] * 3})
    assert said["size"] == list(size)
    assert "its answers on 3 images are onnxruntime's to" in said["notes"][0]
    mine, x = network(plain, "x"), torch.rand(2, *size, requires_grad=True)
    assert torch.allclose(mine(x), net(x), atol=1e-5)
    (slope,) = torch.autograd.grad(mine(x)[:, 0].sum(), x)
    y = x.detach().clone().requires_grad_(True)
    (theirs,) = torch.autograd.grad(net(y)[:, 0].sum(), y)
    assert slope.abs().max() > 0
    assert torch.allclose(slope, theirs, atol=1e-5 * float(theirs.abs().max()) + 1e-12)


def test_no_name_of_the_file_is_left() -> None:
    """onnx2torch writes a program with names of the graph in it."""
    evil = 'a"), __import__("os").abort(), ("'
    for raw in (by_hand(plain_nodes(evil, evil + "b")), by_hand(plain_nodes("x.y", "class"))):
        model = plain_graph(raw, "x")
        text = str(model)
        assert "__import__" not in text
        assert "class" not in text
        assert {node.name for node in model.graph.node} == {"n0", "n1"}


def test_a_name_that_is_code_is_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    evil = f'a"), open({str(mark)!r}, "w"), ("'
    lone = [
        helper.make_node("Flatten", ["x"], ["f"], name=evil),
        helper.make_node("Linear" and "MatMul", ["f", "w"], ["y"], name="m"),
    ]
    with pytest.raises(Unreadable, match="no weights"):
        network(by_hand(lone), "x")
    network(by_hand(plain_nodes(evil)), "x")(torch.rand(2, 1, 4, 4))
    assert not mark.exists()


def attribute(text: str) -> bytes:
    return by_hand([helper.make_node("Flatten", ["x"], ["f"], mode=text), helper.make_node("Gemm", ["f", "w"], ["y"])])


def looped() -> bytes:
    inner = parsed(by_hand(plain_nodes())).graph
    return by_hand([helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)])


def elsewhere() -> bytes:
    weight = helper.make_tensor("w", TensorProto.FLOAT, [16, 2], [0.0] * 32)
    weight.ClearField("float_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="../../etc/passwd")
    return by_hand(plain_nodes(), initial=[weight])


@pytest.mark.parametrize(("raw", "words"), [
    (b"", "not a readable ONNX file"), (b"\x08\x07nonsense", "not a readable ONNX file"),
    (by_hand([helper.make_node("Mine", ["x"], ["y"], domain="evil")]), "not ONNX's own"),
    (elsewhere(), "in another file"), (looped(), "a graph within its graph"),
    (attribute("__import__('os')"), "a setting that is none of ONNX's"),
    (by_hand([helper.make_node("Nonsense", ["x"], ["y"])]), "uses the operation Nonsense, which cannot be converted"),
], ids=["empty", "damaged", "domain", "external", "loop", "setting", "operation"])  # fmt: skip
def test_what_is_not_taken_is_one_sentence(raw: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words) as caught:
        network(raw, "x")
    assert str(caught.value).startswith("x ")


def test_sizes() -> None:
    assert image_size(plain_graph(by_hand(plain_nodes()), "x"), "x") == (1, 4, 4)
    with pytest.raises(Unreadable, match="2 inputs and 1 outputs"):
        image_size(plain_graph(by_hand(plain_nodes(), inputs=2), "x"), "x")
    with pytest.raises(ValueError, match="takes pictures of"):
        from_onnx.converted(by_hand(plain_nodes()), "x", {"size": [1, 5, 5]})


def test_one_picture_at_a_time_is_told() -> None:
    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(16, 2)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return self.layer(images.reshape(1, 16))

    with pytest.raises(ValueError, match="does not take 3 pictures at a time"):
        from_onnx.converted(exported(Fixed(), (1, 4, 4), free=False), "x", {})


def test_other_answers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(raw: bytes, name: str) -> nn.Module:
        net = network(raw, name)
        with torch.no_grad():
            next(net.parameters()).mul_(1.01)
        return net

    monkeypatch.setattr(from_onnx, "network", wrong)
    with pytest.raises(ValueError, match="answers otherwise after its conversion, by 0.0"):
        from_onnx.converted(exported(MnistCNN(3, 1), (1, 28, 28)), "x", {})


def test_a_process_of_its_own(tmp_path: Path) -> None:
    (file := tmp_path / "a b.onnx").write_bytes(exported(MnistCNN(3, 1), (1, 28, 28)))
    raw, notes, size = read_onnx(file, {"size": None})
    assert size == (1, 28, 28)
    assert len(notes) == 1
    assert len(raw) > 800_000
    (bad := tmp_path / "bad.onnx").write_bytes(looped())
    with pytest.raises(ValueError, match="^bad.onnx cannot be converted: it holds a graph within its graph"):
        read_onnx(bad, {})
    with pytest.raises(FileNotFoundError):
        read_onnx(tmp_path / "none.onnx", {})
    done = subprocess.run(
        [sys.executable, "-m", "core.checkpoints.from_onnx", str(bad), str(tmp_path / "o"), json.dumps({})], cwd=ROOT,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
