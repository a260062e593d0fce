"""How the shipped checkpoints are made: a recipe end to end on a small set of made-up digits."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from core.catalog import CLASSIFIERS
from core.checkpoints.tensor_files import as_fp16, fit, read_card, read_tensors
from core.classifiers import mnist_cnn
from core.contracts.interfaces import Images
from core.distributed.fabric import full_precision, in_bf16, make_fabric, tensor_cores
from core.evaluation.accuracy import accuracy
from core.recipes import train_checkpoint as shipping
from core.recipes.recipes import ON_A_GPU, RECIPES
from core.recipes.train_checkpoint import Recipe
from core.training.schedule import Schedule


class Bars:
    """Images of ten classes: a bright bar at one of ten heights."""

    def load(self, split: str) -> Images:
        count = 320 if split == "train" else 60
        generator = torch.Generator().manual_seed(len(split))
        labels = torch.randint(0, 10, (count,), generator=generator)
        images = torch.randint(0, 40, (count, 1, 28, 28), generator=generator)
        rows = torch.arange(28).view(1, 1, 28, 1) // 3 == labels.view(-1, 1, 1, 1)
        return Images((images + 200 * rows).to(torch.uint8), labels, mnist_cnn.LABELS)


@pytest.mark.parametrize(
    ("objective", "chooses"),
    [({"method": "cross_entropy"}, "clean accuracy"), ({"method": "fast_adversarial", "eps": 0.02}, "robust accuracy")],
    ids=["cross_entropy", "fast_adversarial"],
)
def test_a_recipe_end_to_end(
    objective: dict[str, object], chooses: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = Schedule(epochs=3, batch=32, lr=0.05, crop=0, flip=False, held_out=64)
    recipe = Recipe("mnist_cnn", "bars", objective, schedule, 0.02, 0.005)
    monkeypatch.setattr(shipping, "DATASETS", {"bars": Bars})
    monkeypatch.setattr(shipping, "CHECKPOINTS", tmp_path)
    shipping.train("bars", recipe)
    tensors, digest = read_tensors(tmp_path / "bars.safetensors")
    fit(mnist_cnn.fresh(0).net, tensors, "bars")
    card = SimpleNamespace(**read_card(tmp_path / "bars.safetensors"))
    assert card.sha256 == digest
    assert card.objective["method"] == objective["method"]
    assert card.held_out == {"images": 64, "chooses": chooses}
    assert 1 <= card.epoch_kept <= 3
    assert card.gradient_evaluations == 3 * 256 * (1 if chooses == "clean accuracy" else 2)
    assert card.test_clean["accuracy"] > 0.5


def test_the_recipes_hold_out_a_thousand_images() -> None:
    assert {recipe.schedule.held_out for recipe in RECIPES.values()} == {1000}
    assert all(recipe.schedule.held_out and recipe.half for recipe in ON_A_GPU.values())


def test_weights_kept_in_half_are_those_that_were_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = Schedule(epochs=2, batch=32, lr=0.05, crop=0, flip=False, held_out=64)
    recipe = Recipe("mnist_cnn", "bars", {"method": "cross_entropy"}, schedule, 0.02, 0.005, images=200, half=True)
    monkeypatch.setattr(shipping, "DATASETS", {"bars": Bars})
    monkeypatch.setattr(shipping, "CHECKPOINTS", tmp_path)
    shipping.train("bars", recipe)
    card, (tensors, _) = read_card(tmp_path / "bars.safetensors"), read_tensors(tmp_path / "bars.safetensors")
    assert {value.dtype for value in tensors.values()} == {torch.float16}
    assert (card["images"], card["stored"]) == (200, "float16")
    classifier, test = mnist_cnn.fresh(1), Bars().load("test")
    fit(classifier.net, tensors, "bars")
    assert accuracy(classifier, test).value == card["test_clean"]["accuracy"]
    other = mnist_cnn.fresh(2)
    kept = as_fp16(other.net)
    assert all(torch.equal(value, kept[key].float()) for key, value in other.net.state_dict().items())


def test_what_a_recipe_makes_can_be_loaded_by_name() -> None:
    for name, recipe in (RECIPES | ON_A_GPU).items():
        assert name.removeprefix(f"{recipe.architecture}_") in CLASSIFIERS[recipe.architecture]().checkpoints()


def test_tf32_is_for_looking_only() -> None:
    def state() -> tuple[bool, bool]:
        return torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32

    full_precision()
    with pytest.raises(ZeroDivisionError), tensor_cores():
        assert state() == (True, True)
        _ = 1 / 0
    assert state() == (False, False)


def test_half_precision_is_left_to_processors_that_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for able in (True, False):
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda able=able: able, raising=False)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False, raising=False)
        assert in_bf16(make_fabric("cpu", bf16=True)) == able
        assert not in_bf16(make_fabric("cpu", bf16=False))
