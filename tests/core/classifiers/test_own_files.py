"""Own models by the names of their files: those that must be brought to a name, and those that cannot."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from core.catalog import classifier_names, load_classifier, stamp
from core.classifiers.mnist_cnn import MnistCNN
from core.classifiers.own import Own, free_name, install, plain_name

THREE = ["cat", "dog", "nothing"]


def lay(home: Path, stem: str) -> None:
    """A model under that file name."""
    torch.manual_seed(0)
    install(save(MnistCNN(3).state_dict()), "mnist_cnn", THREE, "laid-down")
    for ending in (".json", ".safetensors"):
        shutil.move(home / "models" / f"laid-down{ending}", home / "models" / f"{stem}{ending}")


@pytest.mark.parametrize(
    ("stem", "name"),
    [("chest x-ray v1.2", "chest-x-ray-v1-2"), ("a.b", "a-b"), ("é-net (2)", "net-2"), ("x" * 50, "x" * 40)],
)
def test_a_file_name_becomes_a_name(home: Path, stem: str, name: str) -> None:
    lay(home, stem)
    assert list(Own().checkpoints()) == [name]
    assert stem[:30] in classifier_names()[f"own:{name}"]
    assert load_classifier(f"own:{name}").labels == tuple(THREE)
    assert stamp(f"own:{name}")
    with pytest.raises(ValueError, match="already a model called"):
        install(save(MnistCNN(3).state_dict()), "mnist_cnn", THREE, name)


@pytest.mark.parametrize("stems", [["肺"], ["a.b", "a b"], ["..."]])
def test_what_cannot_be_named_is_listed_as_unreadable(home: Path, stems: list[str]) -> None:
    lay(home, "sound")
    for stem in stems:
        lay(home, stem)
    names = Own().checkpoints()
    assert len(names) == 1 + len(stems)
    assert load_classifier("own:sound").labels == tuple(THREE)
    for name in set(names) - {"sound"}:
        assert "cannot be read: its file's name may hold letters, digits, - and _" in names[name]
        with pytest.raises(ValueError, match="may hold letters, digits, - and _"):
            load_classifier(f"own:{name}")


def test_an_exact_name_is_never_taken_by_another_file(home: Path) -> None:
    lay(home, "a.b")
    before = Own().checkpoints()
    lay(home, "a-b")
    assert list(before) == ["a-b"]
    assert Own().checkpoints()["a-b"] == "Own model, a-b"
    assert len(Own().checkpoints()) == 2


def test_an_unreadable_card_is_listed_with_its_reason(home: Path) -> None:
    lay(home, "sound")
    lay(home, "spoilt")
    (home / "models" / "spoilt.json").write_text("{")
    names = Own().checkpoints()
    assert "cannot be read: the card spoilt.json" in names["spoilt"]
    assert names["sound"] == "Own model, sound"


def test_a_name_of_its_own(home: Path) -> None:
    assert free_name("résumé v1.pt") == "r-sum-v1-pt"
    assert free_name("???") == "model"
    lay(home, "net")
    assert free_name("net") == "net-2"
    assert plain_name("  ") == ""


def test_correcting_the_card_changes_the_stamp(home: Path) -> None:
    lay(home, "net")
    before, card = stamp("own:net"), home / "models" / "net.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"mean": [0.2]}))
    assert stamp("own:net") != before
    assert load_classifier("own:net").mean == (0.2,)
