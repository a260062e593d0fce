"""A card that says something else makes another classifier: other fingerprint, other stamp, other cases."""

import json
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import save

from core.catalog import load_classifier, stamp
from core.classifiers import _packaged
from core.classifiers.own import install
from core.contracts.toy_models import linear

CHANGES: dict[str, Any] = {
    "mean": [0.5], "std": [0.25], "labels": [f"k{place}" for place in range(10)], "resize": 64, "size": [1, 28, 28],
}  # fmt: skip


@pytest.mark.parametrize("fact", CHANGES)
def test_a_corrected_card_is_seen(home: Path, fact: str) -> None:
    tensors = load_classifier("mnist_cnn:standard").net.state_dict()
    name = install(save(tensors), "mnist_cnn", [f"c{place}" for place in range(10)], "mine")
    old, mark = load_classifier(name), stamp(name)
    card = home / "models" / "mine.json"
    told = json.loads(card.read_text())
    card.write_text(json.dumps(told | {fact: CHANGES[fact]}))
    new = load_classifier(name)
    assert stamp(name) not in ("", mark)
    assert new.weights == old.weights
    assert (new.fingerprint != old.fingerprint) == (fact != "size")  # that is its size already


def test_a_packaged_checkpoint_that_is_trained_anew_has_another_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, card = (tmp_path / f"mnist_cnn_standard.{end}" for end in ("safetensors", "json"))
    monkeypatch.setattr(_packaged, "CHECKPOINTS", tmp_path)
    assert stamp("mnist_cnn:standard") == ""
    seen = set()
    for path in (weights, card, card, weights):
        path.write_text(f"{len(seen)}" * (1 + len(seen)))
        seen.add(stamp("mnist_cnn:standard"))
    assert len(seen) == 4


def test_what_is_not_known_stays_so() -> None:
    assert linear([[[[1.0]]], [[[2.0]]]]).fingerprint == ""
