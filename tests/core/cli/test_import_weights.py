"""`counterproof import-weights`: what it adds, what it says, and exit code 2 with one sentence for the rest."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.catalog import load_classifier
from core.classifiers import cifar10_resnet20, mnist_cnn
from core.classifiers._architectures import architecture
from core.cli.import_weights import labels_of
from core.cli.parser import main

pytestmark = pytest.mark.usefixtures("home")


def weights(path: Path, name: str = "cifar_resnet20", classes: int = 10) -> str:
    torch.manual_seed(0)
    save_file(architecture(name).build(classes, architecture(name).size[0]).state_dict(), path)
    return str(path)


def test_a_public_checkpoint_in_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = architecture("cifar_resnet20").build(10, 3).eval()
    path = tmp_path / "resnet20-12fca82f.th"
    torch.save({"state_dict": {f"module.{key}": value for key, value in net.state_dict().items()}, "best": 1.0}, path)
    assert main(["import-weights", str(path), "--architecture", "cifar_resnet20", "--labels", "cifar10"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "The weights were taken from the entry ‘state_dict’.",
        "‘module.’ was taken off the names of the tensors.",
        "Pictures are prepared so: scaled to 32 × 32 pixels (bicubic), values from 0 to 1 less 0.485, 0.456, 0.406, "
        "divided by 0.229, 0.224, 0.225.",
        "Added as own:resnet20-12fca82f, 10 classes.",
    ]
    loaded, x = load_classifier("own:resnet20-12fca82f"), torch.rand(2, 3, 32, 32)
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    with torch.no_grad():
        assert torch.equal(loaded(x), net((x - mean) / std))
    assert loaded.labels == cifar10_resnet20.LABELS


def test_everything_can_be_said_otherwise(tmp_path: Path, home: Path) -> None:
    file = weights(tmp_path / "a b.safetensors", "resnet20", 2)
    given = ["--labels", "no finding,finding", "--mean", ".4", "--std", "0.2,0.3,0.4", "--size", "48", "--resize", "56",
             "--interpolation", "bilinear"]  # fmt: skip
    assert main(["import-weights", file, "--architecture", "resnet20", *given]) == 0
    card = json.loads((home / "models" / "a-b.json").read_text())
    assert (card["size"], card["mean"], card["std"]) == ([3, 48, 48], [0.4] * 3, [0.2, 0.3, 0.4])
    assert (card["resize"], card["interpolation"], card["labels"]) == (56, "bilinear", ["no finding", "finding"])
    assert main(["import-weights", file, "--architecture", "resnet20", *given]) == 0
    assert (home / "models" / "a-b-2.json").is_file(), "a name of its own"
    assert main(["import-weights", file, "--architecture", "resnet20", *given, "--name", "a-b"]) == 2


def test_class_names(tmp_path: Path) -> None:
    assert tuple(labels_of("cifar10")) == cifar10_resnet20.LABELS
    assert tuple(labels_of("mnist")) == mnist_cnn.LABELS
    assert (len(labels_of("imagenet")), labels_of("imagenet")[0]) == (1000, "tench")
    (tmp_path / "names.txt").write_bytes(b"\xef\xbb\xbfa, or b\r\n\r\n c \n")
    assert labels_of(str(tmp_path / "names.txt")) == ["a, or b", "c"]
    (tmp_path / "names.bin").write_bytes(b"\xff\xfe\x00")
    for text, words in {
        str(tmp_path / "names.bin"): "no text of class names",
        "svhn": "not known before it is fetched",
        "cat": "expected class names with commas between them, a file with one a line, or one of",
        "~nobody-here/x": "no home folder",
        str(tmp_path): "expected class names",
    }.items():
        with pytest.raises(ValueError, match=words):
            labels_of(text)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"--architecture": "resnet21"}, "there is no architecture 'resnet21'"),
        ({"--architecture": "resnet20"}, "called and shaped like those of cifar_resnet20. Tensors missing"),
        ({"--labels": "a,b"}, "tell 10 classes apart, but 2 labels"),
        ({"--mean": "a,b,c"}, "expected mean as numbers"),
        ({"--mean": "0.1,0.2"}, "mean as 3 finite numbers"),
        ({"--std": "0"}, "std to be above 0"),
        ({"--std": "nan"}, "std as 3 finite numbers"),
        ({"--size": "32,32"}, "size as 3 finite numbers"),
        ({"--size": "nan"}, "size as 3 finite numbers"),
        ({"--size": "-3,8,8"}, "1 or 3 channels"),
        ({"--resize": "5"}, "resize of 0 or at least"),
        ({"--interpolation": "nearest"}, "interpolation of bicubic or bilinear"),
        ({"--name": "../x"}, "expected a model name"),
        ({"FILE": "gone.pt"}, "there is no file gone.pt"),
        ({"FILE": "~nobody-here/x.pt"}, "no home folder"),
        ({"FILE": "."}, "is a folder"),
    ],
)
def test_what_does_not_fit_is_one_sentence_and_exit_code_2(
    changes: dict[str, str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"FILE": weights(tmp_path / "net.safetensors"), "--architecture": "cifar_resnet20", "--labels": "cifar10"}
    given |= changes
    file = given.pop("FILE")
    assert main(["import-weights", file, *("=".join(pair) for pair in given.items())]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1
