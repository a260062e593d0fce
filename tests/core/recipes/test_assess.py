"""`python -m core.recipes.assess`: what it measures, writes on a card and refuses."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from core.base.paths import CHECKPOINTS
from core.classifiers import _packaged as shipped
from core.contracts.interfaces import Images
from core.evaluation import outcomes
from core.recipes import assess as command
from core.recipes import measurements as card


@pytest.fixture
def shipped_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """The digits' checkpoint in a folder of its own, and a test split of twelve made-up images."""
    for suffix in ("safetensors", "json"):
        shutil.copy(CHECKPOINTS / f"mnist_cnn_standard.{suffix}", tmp_path)
    monkeypatch.setattr(shipped, "CHECKPOINTS", tmp_path)
    monkeypatch.setattr(card, "CHECKPOINTS", tmp_path)
    monkeypatch.setattr(outcomes, "FOLDER", tmp_path / "outcomes")

    def few(_name: str, _split: str) -> Images:
        images = torch.randint(0, 256, (12, 1, 28, 28), generator=torch.Generator().manual_seed(0))
        return Images(images.to(torch.uint8), torch.arange(12) % 10, tuple(map(str, range(10))))

    monkeypatch.setattr(card, "load_data", few)
    return tmp_path / "mnist_cnn_standard.json"


def test_the_command_measures_and_keeps_the_rest(shipped_copy: Path) -> None:
    old = json.loads(shipped_copy.read_text())
    asked = ["mnist_cnn:standard", "--count", "8", "--maps", "3", "--only", "clean,pgd20,stability,autoattack"]
    assert command.main([*asked, "--out", str(shipped_copy.parent / "states")]) == 0
    new = json.loads(shipped_copy.read_text())
    changed = {"test_clean", "test_pgd20", "test_autoattack", "stability", "outcomes"}
    assert {key: new[key] for key in set(old) - changed} == {key: old[key] for key in set(old) - changed}
    assert (new["test_clean"]["count"], new["test_pgd20"]["count"], new["test_autoattack"]["count"]) == (12, 8, 8)
    assert new["test_autoattack"]["eps"] == old["test_pgd20"]["eps"]
    assert set(new["stability"]["maps"]) == {"grad_cam_pp", "integrated_gradients", "lime"}
    kept = json.loads((shipped_copy.parent / "outcomes" / "mnist_cnn_standard.json").read_text())
    for what, entry in (("clean", "test_clean"), ("pgd20", "test_pgd20"), ("autoattack", "test_autoattack")):
        hits = outcomes.hits(kept, what)
        assert hits is not None
        assert (sum(hits) / len(hits), len(hits)) == (new[entry]["accuracy"], new[entry]["count"])


def test_an_autoattack_is_called_one_when_it_is_finished(shipped_copy: Path) -> None:
    found = json.loads(shipped_copy.read_text())
    shipped_copy.write_text(json.dumps({key: value for key, value in found.items() if key != "test_autoattack"}))
    asked = ["mnist_cnn:standard", "--count", "4", "--only", "autoattack", "--out", str(shipped_copy.parent / "states")]
    kept = shipped_copy.parent / "outcomes" / "mnist_cnn_standard.json"
    assert command.main([*asked, "--first", "1"]) == 0
    begun, outcome = json.loads(shipped_copy.read_text()), json.loads(kept.read_text())
    assert "test_autoattack" not in begun
    assert set(begun["test_autoattack_begun"]["after"]) == {"clean", "apgd-ce"}
    assert outcomes.hits(outcome, "autoattack") is None
    assert outcome["order_begun"] == ["apgd-ce"]
    assert command.main(asked) == 0
    whole, outcome = json.loads(shipped_copy.read_text()), json.loads(kept.read_text())
    assert "test_autoattack_begun" not in whole
    assert whole["test_autoattack"]["accuracy"] <= begun["test_autoattack_begun"]["accuracy"]
    assert {"autoattack", "order"} <= set(outcome)
    assert not {"autoattack_begun", "order_begun"} & set(outcome)


def test_the_command_refuses_in_a_sentence(shipped_copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(shipped_copy.read_text())
    for changed, words in (({"sha256": "0" * 64}, "are not the ones"), ({"test_pgd20": None}, "no strength")):
        kept = {key: value for key, value in (found | changed).items() if value is not None}
        shipped_copy.write_text(json.dumps(kept))
        assert command.main(["mnist_cnn:standard", "--only", "clean"]) == 2
        assert words in capsys.readouterr().err
        assert json.loads(shipped_copy.read_text()) == kept, "a refused card stays as it was"
    assert command.main(["nothing:here"]) == 2
    assert command.main(["mnist_cnn:standard", "--only", "beauty"]) == 2
    assert "beauty" in capsys.readouterr().err
