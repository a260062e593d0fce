"""Classifiers that runs have made: listed, loaded without their base's weights, replaced, gone at any moment."""

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from core.catalog import classifier_names, load_classifier, stamp
from core.checkpoints.card import Card, save_weights
from core.classifiers import cifar10_resnet18, mnist_cnn
from core.classifiers.own import install

ID = "20261120-083640-0123abcd"


def leave(home: Path, name: str = ID, seed: int = 1, **card: Any) -> Path:
    """The folder of a run that refined the MNIST network."""
    folder = home / "runs" / name
    for what in ("best", "last"):
        net = mnist_cnn.fresh(seed if what == "best" else seed + 100).net
        full = {"title": "Trades, from Digits", "origin": "mnist_cnn:standard", "labels": list(mnist_cnn.LABELS)} | card
        save_weights(folder / f"{what}.safetensors", net.state_dict(), Card.parse(full))
    return folder


def test_best_and_last_are_listed_and_loaded(home: Path) -> None:
    leave(home)
    names = {name: title for name, title in classifier_names().items() if name.startswith("run:")}
    assert names == {
        f"run:{ID}": "Trades, from Digits · run of 2026-11-20 08:36 UTC, 0123abcd",
        f"run:{ID}.last": "Trades, from Digits · run of 2026-11-20 08:36 UTC, 0123abcd, last weights",
    }
    for name, seed in ((f"run:{ID}", 1), (f"run:{ID}.last", 101)):
        loaded = load_classifier(name)
        assert (loaded.key, loaded.labels, loaded.size) == (name, mnist_cnn.LABELS, (1, 28, 28))
        assert not loaded.net.training
        for key, value in mnist_cnn.fresh(seed).net.state_dict().items():
            assert torch.equal(value, loaded.net.state_dict()[key])


def test_labels_are_those_of_the_card(home: Path) -> None:
    leave(home, labels=list("abcdefghij"))
    assert load_classifier(f"run:{ID}").labels == tuple("abcdefghij")


def test_the_stamp_changes_when_the_weights_are_replaced(home: Path) -> None:
    assert stamp(f"run:{ID}") == ""
    leave(home)
    first, before = stamp(f"run:{ID}"), load_classifier(f"run:{ID}").fingerprint
    leave(home, seed=2)
    assert stamp(f"run:{ID}") not in ("", first)
    assert load_classifier(f"run:{ID}").fingerprint != before
    assert stamp("run:../../x") == ""


def test_a_base_of_ones_own(home: Path) -> None:
    net = cifar10_resnet18.resnet18(3)
    save_weights(home / "raw.safetensors", net.state_dict(), Card())
    own = install((home / "raw.safetensors").read_bytes(), "cifar_resnet18", ["a", "b", "c"], "mine")
    folder = home / "runs" / ID
    save_weights(folder / "best.safetensors", net.state_dict(), Card(origin=own, labels=["a", "b", "c"]))
    assert load_classifier(f"run:{ID}").labels == ("a", "b", "c")
    (home / "models" / "mine.json").unlink()
    with pytest.raises(ValueError, match="there is no own model called 'mine'"):
        load_classifier(f"run:{ID}")


@pytest.mark.parametrize("name", [ID, f"{ID}.last", "20200101-000000-00000000"])
def test_a_run_that_is_gone_is_a_sentence(home: Path, name: str) -> None:
    shutil.rmtree(leave(home))
    with pytest.raises(OSError, match=f"the weights of run {name[:24]} are not there"):
        load_classifier(f"run:{name}")
    assert not [name for name in classifier_names() if name.startswith("run:")]


@pytest.mark.parametrize("name", ["", "../x", ID + ".best", ID + "/..", "x" * 300])
def test_names_are_no_paths(home: Path, name: str) -> None:
    with pytest.raises(ValueError, match="expected a run such as"):
        load_classifier(f"run:{name}")


def test_what_is_no_run_or_not_whole_is_not_listed(home: Path) -> None:
    folder = leave(home)
    (home / "runs" / ".new-20261120-083640-00000000").mkdir()
    (home / "runs" / "20261120-083640-11111111").mkdir()
    (home / "runs" / "notes").mkdir()
    (folder / "best.json").write_text("half a c")
    assert [name for name in classifier_names() if name.startswith("run:")] == [f"run:{ID}", f"run:{ID}.last"]
    load_classifier(f"run:{ID}")  # its card is in the weights too


def test_pickles_and_strange_cards_are_refused(home: Path) -> None:
    path = leave(home) / "best.safetensors"
    for origin in ("", "run:x", "os", "../x:y", "no_such_source:z"):
        leave(home, origin=origin)
        with pytest.raises(ValueError, match="of which architecture|no source of classifiers"):
            load_classifier(f"run:{ID}")
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(ValueError, match="pickle"):
        load_classifier(f"run:{ID}")
    leave(home, origin="cifar10_resnet20:standard")
    with pytest.raises(ValueError, match="does not fit the architecture"):
        load_classifier(f"run:{ID}")
    assert json.loads((path.with_suffix(".json")).read_text())["title"]


def test_a_card_names_as_many_classes_as_there_are_outputs(home: Path) -> None:
    leave(home, labels=["a", "b"])
    with pytest.raises(ValueError, match=f"the card of run {ID} names 2 classes, but its network tells 10 apart"):
        load_classifier(f"run:{ID}")


def test_an_unreadable_card_is_listed_with_its_reason_and_costs_nobody_else(home: Path) -> None:
    other = "20261120-083640-11111111"
    leave(home, other)
    (leave(home) / "best.json").write_bytes(b"[" * 100_000)
    names = classifier_names()
    assert names[f"run:{ID}"].startswith("Refined; the card best.json is not readable as JSON · run of")
    assert names[f"run:{other}"].startswith("Trades, from Digits · ")
    assert "mnist_cnn:standard" in names


def test_a_title_is_one_plain_line(home: Path) -> None:
    leave(home, title="a\n\x1b[31mb\x1b]0;owned\x07 c\u202e")
    assert classifier_names()[f"run:{ID}"].startswith("a b c · run of")


def test_a_home_that_is_none_keeps_the_other_classifiers(monkeypatch: pytest.MonkeyPatch) -> None:
    for home in ("~no-such-user/x", "/dev/null/x"):
        monkeypatch.setenv("COUNTERPROOF_HOME", home)
        assert {"mnist_cnn:standard", "torchvision_imagenet:resnet18"} <= classifier_names().keys()
        assert stamp(f"run:{ID}") == stamp("own:x") == ""
