"""The checkpoints that are shipped: they are what their cards say, and a spoilt one is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.base.paths import CHECKPOINTS, SAMPLES
from core.catalog import CLASSIFIERS, load_classifier
from core.checkpoints.card import Card, save_weights, shipped_card
from core.checkpoints.tensor_files import read_tensors
from core.classifiers import mnist_cnn
from core.contracts.interfaces import Images
from core.contracts.preprocessing import Preprocessing
from core.data.fit import joined
from core.images import samples
from core.recipes.sample_logits import TOLERANCE
from core.refinement.request import untrained
from tests.core.classifiers.networks import same, state

SHIPPED = [
    (key, checkpoint)
    for key in ("cifar100_resnet20", "cifar10_resnet18", "cifar10_resnet20", "mnist_cnn")
    for checkpoint in CLASSIFIERS[key]().checkpoints()
]
NORMS = {  # of the training images of each set, as published with them; written here once more, on purpose
    "cifar10": ((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    "cifar100": ((0.5073, 0.4868, 0.4412), (0.2676, 0.2565, 0.2764)),
    "mnist": ((0.1307,), (0.3081,)),
}


# --- the catalogue


@pytest.mark.parametrize(("key", "checkpoint"), SHIPPED)
def test_shipped_checkpoints_are_what_their_cards_say(key: str, checkpoint: str) -> None:
    path = CHECKPOINTS / f"{key}_{checkpoint}.safetensors"
    loaded = load_classifier(f"{key}:{checkpoint}")
    assert loaded.weights == Card.read(path).sha256 == read_tensors(path)[1]
    assert loaded.key == f"{key}:{checkpoint}"
    assert not loaded.net.training
    images = samples.sample_images(loaded, 40)
    truth = torch.tensor([each.index for each in samples.gallery(loaded.samples)])
    accuracy = Card.read(path).test_clean["accuracy"]
    if checkpoint == "decoy":
        accuracy = 0.6  # its test images have a square that tells the class, and the gallery's have none
    assert (loaded.probabilities(images).argmax(1) == truth).float().mean() > accuracy - 0.2


def test_a_spoilt_shipped_checkpoint_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.classifiers import _packaged as shipped

    made = mnist_cnn.fresh()
    monkeypatch.setattr(shipped, "CHECKPOINTS", tmp_path)
    with pytest.raises(OSError, match="not here"):
        load_classifier("mnist_cnn:standard")
    path = tmp_path / "mnist_cnn_standard.safetensors"
    save_weights(path, made.net.state_dict(), Card())
    with pytest.raises(ValueError, match="does not say the size, mean, std, resize, interpolation"):
        load_classifier("mnist_cnn:standard")
    save_weights(path, made.net.state_dict(), Card.parse(Preprocessing.of(made).entries()))
    assert same(state(load_classifier("mnist_cnn:standard").net.train()), state(made.net))
    card = json.loads(path.with_suffix(".json").read_text())
    path.with_suffix(".json").write_text(json.dumps(card | {"sha256": "0" * 64}))
    with pytest.raises(ValueError, match="not the ones their card describes"):
        load_classifier("mnist_cnn:standard")


def test_a_split_of_its_own_is_noted_wherever_a_model_is_measured() -> None:
    """On published test images too, of which it has seen some in training."""
    model = load_classifier("cifar100_resnet20:lime_guided")
    data = Images(torch.zeros(1, 3, 32, 32, dtype=torch.uint8), torch.tensor([0]), model.labels)
    assert any("split drawn anew" in note for note in joined(model, data).notes)
    assert not joined(model, data, learns=True).notes
    assert not load_classifier("cifar10_resnet20:standard").notes


# --- the preprocessing


@pytest.mark.parametrize(("key", "checkpoint"), SHIPPED)
def test_a_picture_is_prepared_as_the_card_says_and_gives_the_logits_that_it_gave(key: str, checkpoint: str) -> None:
    """Read, normalised and passed through the network by hand: neither code nor card can say another mean or std."""
    loaded, card = load_classifier(f"{key}:{checkpoint}"), shipped_card(f"{key}:{checkpoint}")
    assert card is not None
    assert card.sample is not None
    pixels = np.asarray(Image.open(SAMPLES / f"{card.sample['image']}.png"), np.float64)
    mean, std = (np.array(values) for values in NORMS[loaded.samples])
    by_hand = torch.tensor((np.atleast_3d(pixels) / 255 - mean) / std).permute(2, 0, 1)[None].float()
    picture = samples.fit(samples.stored_picture(card.sample["image"]), loaded)[None]
    stored = torch.tensor([card.sample["logits"]])
    with torch.no_grad():
        assert (loaded.net(by_hand) - stored).abs().max() < TOLERANCE
        assert (loaded(picture) - stored).abs().max() < TOLERANCE


@pytest.mark.parametrize(("key", "checkpoint"), SHIPPED)
def test_untrained_networks_have_the_preprocessing_of_their_checkpoints(key: str, checkpoint: str) -> None:
    """What training from scratch, runs and own models take from the code is what the cards say."""
    assert Preprocessing.of(untrained(key)) == Preprocessing.of(load_classifier(f"{key}:{checkpoint}"))
    assert (untrained(key).mean, untrained(key).std) == NORMS[untrained(key).samples]


def test_the_loader_takes_the_cards_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.classifiers import _packaged as shipped

    monkeypatch.setattr(shipped, "CHECKPOINTS", tmp_path)
    made = mnist_cnn.fresh()
    said = Preprocessing((1, 28, 28), (0.2,), (0.4,), 32, "bilinear")
    save_weights(tmp_path / "mnist_cnn_standard.safetensors", made.net.state_dict(), Card.parse(said.entries()))
    assert Preprocessing.of(load_classifier("mnist_cnn:standard")) == said
