"""The checkpoints that are shipped: they are what their cards say, and a spoilt one is refused."""

import json
from pathlib import Path

import pytest
import torch

from core.base.paths import CHECKPOINTS
from core.catalog import CLASSIFIERS, load_classifier
from core.checkpoints.card import Card, save_weights
from core.checkpoints.tensor_files import read_tensors
from core.classifiers import mnist_cnn
from core.images import samples
from tests.core.classifiers.networks import same, state

SHIPPED = [
    (key, checkpoint) for key in ("cifar10_resnet20", "mnist_cnn") for checkpoint in CLASSIFIERS[key]().checkpoints()
]


# --- the catalogue


@pytest.mark.parametrize(("key", "checkpoint"), SHIPPED)
def test_shipped_checkpoints_are_what_their_cards_say(key: str, checkpoint: str) -> None:
    path = CHECKPOINTS / f"{key}_{checkpoint}.safetensors"
    loaded = load_classifier(f"{key}:{checkpoint}")
    assert loaded.fingerprint == Card.read(path).sha256 == read_tensors(path)[1]
    assert loaded.key == f"{key}:{checkpoint}"
    assert not loaded.net.training
    images = samples.sample_images(loaded, 40)
    truth = torch.tensor([each.index for each in samples.gallery(loaded.samples)])
    accuracy = Card.read(path).test_clean["accuracy"]
    assert (loaded.probabilities(images).argmax(1) == truth).float().mean() > accuracy - 0.2


def test_a_spoilt_shipped_checkpoint_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.classifiers import _packaged as shipped

    made = mnist_cnn.fresh()
    monkeypatch.setattr(shipped, "CHECKPOINTS", tmp_path)
    with pytest.raises(OSError, match="not here"):
        load_classifier("mnist_cnn:standard")
    path = tmp_path / "mnist_cnn_standard.safetensors"
    save_weights(path, made.net.state_dict(), Card())
    assert same(state(load_classifier("mnist_cnn:standard").net.train()), state(made.net))
    card = json.loads(path.with_suffix(".json").read_text())
    path.with_suffix(".json").write_text(json.dumps(card | {"sha256": "0" * 64}))
    with pytest.raises(ValueError, match="not the ones their card describes"):
        load_classifier("mnist_cnn:standard")
