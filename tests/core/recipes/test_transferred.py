"""The part `transfer` of an assessment: which surrogates it takes, what it writes on the card and keeps of images."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from core.attacks.di_fgsm import DIFGSM
from core.base.paths import CHECKPOINTS
from core.catalog import load_classifier
from core.checkpoints.card import Card
from core.classifiers import _packaged as shipped
from core.contracts.interfaces import Images
from core.evaluation import outcomes
from core.recipes import assess as command
from core.recipes import measurements
from core.recipes.transferred import surrogates_of

NAME, COUNT = "mnist_cnn:standard", 10
TRAINED = {"s:guided": "lime_guided", "s:pgd": "pgd_adversarial", "s:cure": "cure", "s:standard": "cross_entropy",
           "s:trades": "trades", "t:other": "mart"}  # fmt: skip
CARDS = {name: Card(objective={"method": method}) for name, method in TRAINED.items()}


def test_the_ordinary_one_comes_first_then_adversarial_training_then_others() -> None:
    assert surrogates_of("s:cure", CARDS) == ("s:standard", "s:pgd", "s:trades")
    assert surrogates_of("s:standard", CARDS) == ("s:pgd", "s:trades", "s:guided")
    assert surrogates_of("s:pgd", CARDS) == ("s:standard", "s:trades", "s:guided")


def test_with_fewer_than_three_there_is_a_sentence() -> None:
    few = {name: CARDS[name] for name in ("s:standard", "s:pgd", "s:cure", "t:other")}
    with pytest.raises(ValueError, match="from 3 other classifiers of s, of which the project has 2$"):
        surrogates_of("s:cure", few)


@pytest.fixture
def card_of_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """The digits' checkpoints in a folder of their own, and made-up images that the ordinary one gets right."""
    for path in CHECKPOINTS.glob("mnist_cnn_*"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(shipped, "CHECKPOINTS", tmp_path)
    monkeypatch.setattr(measurements, "CHECKPOINTS", tmp_path)
    monkeypatch.setattr(outcomes, "FOLDER", tmp_path / "outcomes")
    monkeypatch.setattr(measurements, "load_data", lambda _name, _split: made_up())
    return tmp_path / "mnist_cnn_standard.json"


def made_up() -> Images:
    pixels = torch.randint(0, 256, (COUNT + 2, 1, 28, 28), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    model = load_classifier(NAME)
    return Images(pixels, model.probabilities(pixels.float() / 255).argmax(dim=1), model.labels)


def test_the_command_writes_the_card_and_keeps_every_image(card_of_digits: Path) -> None:
    old = json.loads(card_of_digits.read_text())
    assert command.main([NAME, "--count", str(COUNT), "--only", "transfer"]) == 0
    new = json.loads(card_of_digits.read_text())
    entry = new["test_transfer"]
    others = entry["surrogates"]
    assert {**old, "test_transfer": entry, "outcomes": new["outcomes"]} == new, "the rest stays"
    assert (entry["count"], entry["images"], entry["eps"], entry["steps"]) == (COUNT, "the first 10", 0.2, 20)
    assert others == list(surrogates_of(NAME))
    kept = json.loads((card_of_digits.parent / "outcomes" / "mnist_cnn_standard.json").read_text())
    alone = {(attack, other): outcomes.unpack(text) for attack, each in kept["transfers"].items()
             for other, text in each.items()}  # fmt: skip
    assert set(alone) == {(attack, other) for attack in ("mi_fgsm", "di_fgsm", "ti_fgsm") for other in others}
    assert {where: sum(hits) / COUNT for where, hits in alone.items()} == {
        (attack, other): share for attack, each in entry["attacks"].items() for other, share in each.items()
    }
    held = outcomes.hits(kept, "transfer")
    assert held == [all(each) for each in zip(*alone.values(), strict=True)]
    assert held is not None
    assert entry["accuracy"] == sum(held) / COUNT
    low, high = entry["interval_95"]
    assert low < entry["accuracy"] < high
    attack, data = DIFGSM(eps=0.2, step=entry["step"], steps=entry["steps"]), made_up()
    images, labels = data.images[:COUNT].float() / 255, data.labels[:COUNT]
    moved = attack(load_classifier(others[1]), images, labels)
    expected = load_classifier(NAME).probabilities(moved).argmax(dim=1) == labels
    assert alone["di_fgsm", others[1]] == expected.tolist()


def test_it_is_measured_when_asked_for() -> None:
    assert "transfer" in measurements.PARTS
    assert "transfer" not in measurements.USUAL


def test_a_source_with_few_checkpoints_is_refused_in_a_sentence(
    card_of_digits: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("core.recipes.transferred.shipped", lambda: dict.fromkeys([NAME, "mnist_cnn:pgd"], Card()))
    before = card_of_digits.read_text()
    assert command.main([NAME, "--count", "2", "--only", "transfer"]) == 2
    assert "from 3 other classifiers of mnist_cnn, of which the project has 1" in capsys.readouterr().err
    assert card_of_digits.read_text() == before
