"""How the shipped checkpoints are made: a recipe end to end on a small set of made-up digits, in a run."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.base.params import from_spec, to_spec
from core.base.paths import CHECKPOINTS
from core.catalog import CLASSIFIERS, OBJECTIVES
from core.checkpoints.card import Card
from core.checkpoints.tensor_files import as_fp16, fit, read_tensors
from core.classifiers import mnist_cnn
from core.contracts.objective import Objective
from core.data.by_name import load_data
from core.distributed.fabric import full_precision, in_bf16, make_fabric, tensor_cores
from core.evaluation.accuracy import accuracy
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.fast_adversarial import FastAdversarial
from core.recipes import train_checkpoint
from core.recipes.shipped_checkpoints import ON_A_GPU, RECIPES, UNMADE
from core.recipes.train_checkpoint import Recipe
from core.refinement.request import Refinement
from core.runs.store import Store
from core.training.schedule import Schedule
from core.training.validation import Validation
from tests.core.runs.doubles import Forks
from tests.core.runs.tasks.refining import lone

SCHEDULE = Schedule(epochs=3, batch=32, lr=0.05, crop=0, flip=False, held_out=64)
SHIPPED = {name: recipe for name, recipe in (RECIPES | ON_A_GPU).items() if name not in UNMADE}


@pytest.fixture
def bars(tmp_path: Path) -> str:
    """Images of ten classes: a bright bar at one of ten heights; the path of their file."""
    arrays = {}
    for seed, (split, count) in enumerate({"train": 320, "test": 60}.items()):
        draws = np.random.default_rng(seed)
        labels = draws.integers(0, 10, count)
        images = draws.integers(0, 40, (count, 28, 28))
        images[np.arange(28)[None, :] // 3 == labels[:, None]] += 200
        arrays |= {f"{split}_images": images.astype(np.uint8), f"{split}_labels": labels[:, None]}
    np.savez(tmp_path / "bars.npz", **arrays)
    return str(tmp_path / "bars.npz")


@pytest.fixture
def store(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Runs in forks of this process; checkpoints go to a folder of their own."""
    monkeypatch.setattr(train_checkpoint, "CHECKPOINTS", tmp_path)
    forks = Forks({"refine": lone})
    yield Store(home / "runs", forks.launch)
    forks.reap()


@pytest.mark.parametrize(
    ("objective", "chooses"),
    [(CrossEntropy(), "clean accuracy"), (FastAdversarial(eps=0.02), "robust accuracy")],
    ids=["cross_entropy", "fast_adversarial"],
)
def test_a_recipe_end_to_end(objective: Objective, chooses: str, bars: str, store: Store, tmp_path: Path) -> None:
    recipe = Recipe(Refinement("mnist_cnn", bars, objective, SCHEDULE, start="scratch"), 0.02, 0.005)
    train_checkpoint.train("bars", recipe, store=store)
    tensors, digest = read_tensors(tmp_path / "bars.safetensors")
    fit(mnist_cnn.fresh(0).net, tensors, "bars")
    card = Card.read(tmp_path / "bars.safetensors")
    assert card is not None
    assert card.sha256 == digest
    assert card.objective == to_spec(objective)
    assert card.held_out == {"images": 64, "chooses": chooses}
    assert card.epoch_kept in (1, 2, 3)
    assert card.gradient_evaluations == 3 * 256 * (1 if chooses == "clean accuracy" else 2)
    assert card.test_clean is not None
    assert card.test_clean["accuracy"] > 0.5
    assert (card.name, card.base, card.images) == ("bars", "", 320)
    assert card.command == "python -m core.recipes bars"
    spec = None if chooses == "clean accuracy" else {"method": "pgd", "eps": 0.02, "step": 0.005, "steps": 10}
    assert card.judge == spec if spec is None else card.judge is not None and card.judge.items() >= spec.items()


def test_the_cost_on_a_card_is_that_of_the_whole_training(
    bars: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever epoch is kept: here the first of four."""
    schedule = replace(SCHEDULE, epochs=4)
    recipe = Recipe(Refinement("mnist_cnn", bars, CrossEntropy(), schedule, start="scratch"), 0.02, 0.005)
    best = Validation.judge

    def only_the_first(self: Validation, classifier: Any, average: Any, epoch: int) -> Any:
        kept = self.best
        held = best(self, classifier, average, epoch)
        self.best = kept or self.best
        return held

    monkeypatch.setattr(Validation, "judge", only_the_first)
    train_checkpoint.train("bars", recipe, store=store)
    card = Card.read(tmp_path / "bars.safetensors")
    assert card is not None
    assert card.epoch_kept == 1
    assert card.gradient_evaluations == 4 * 256


def test_a_recipe_goes_on_with_the_run_it_has_begun(bars: str, store: Store, tmp_path: Path) -> None:
    recipe = Recipe(Refinement("mnist_cnn", bars, CrossEntropy(), SCHEDULE, start="scratch"), 0.02, 0.005)
    idle = Store(store.root, lambda _folder, _lock: None)
    begun = idle.submit("refine", recipe.named("bars").arguments())  # nobody works on it: it is lost
    assert begun.status.state == "lost"
    train_checkpoint.train("bars", recipe, store=store)
    assert [run.id for run in store.runs()] == [begun.id]
    assert Card.read(tmp_path / "bars.safetensors").run == begun.id  # type: ignore[union-attr]
    train_checkpoint.train("bars", recipe, store=store)
    assert len(store.runs()) == 2, "what is made already is made anew"


def test_what_is_shipped_is_what_its_recipe_makes() -> None:
    """Objective, schedule, base and images of each card are those of the recipe that `python -m core.recipes` runs."""
    for name, recipe in SHIPPED.items():
        card, request = Card.read(CHECKPOINTS / f"{name}.safetensors"), recipe.request
        assert card is not None, name
        assert from_spec(card.objective or {}, OBJECTIVES) == request.objective, name
        assert (card.schedule or {}).items() <= asdict(request.schedule).items(), name  # older cards say less
        assert (card.base or "") == request.base.partition(":")[2], name
        assert card.images in ({request.images} if request.images else {None, 50_000}), name  # older cards say none
        assert (card.test_pgd20 or {})["eps"] == recipe.eps, name
        assert (card.test_pgd20 or {})["step"] == recipe.step, name


def test_what_is_not_shipped_has_a_recipe_and_no_card() -> None:
    assert set(ON_A_GPU) >= UNMADE
    assert not [name for name in UNMADE if (CHECKPOINTS / f"{name}.json").exists()], "made: ship it, with its title"


def test_the_recipes_hold_out_a_thousand_images() -> None:
    assert {recipe.request.schedule.held_out for recipe in RECIPES.values()} == {1000}
    assert all(recipe.request.schedule.held_out and recipe.fp16 for recipe in ON_A_GPU.values())


def test_weights_kept_in_half_are_those_that_were_measured(bars: str, store: Store, tmp_path: Path) -> None:
    request = Refinement("mnist_cnn", bars, CrossEntropy(), replace(SCHEDULE, epochs=2), start="scratch", images=200)
    train_checkpoint.train("bars", Recipe(request, 0.02, 0.005, fp16=True), store=store)
    card, (tensors, _) = Card.read(tmp_path / "bars.safetensors"), read_tensors(tmp_path / "bars.safetensors")
    assert card is not None
    assert {value.dtype for value in tensors.values()} == {torch.float16}
    assert (card.images, card.stored) == (200, "float16")
    classifier, test = mnist_cnn.fresh(1), load_data(bars, "test")
    fit(classifier.net, tensors, "bars")
    assert card.test_clean is not None
    assert accuracy(classifier, test).value == card.test_clean["accuracy"]
    other = mnist_cnn.fresh(2)
    kept: dict[str, Any] = as_fp16(other.net)
    assert all(torch.equal(value, kept[key].float()) for key, value in other.net.state_dict().items())


def test_what_a_recipe_makes_can_be_loaded_by_name() -> None:
    for name, recipe in SHIPPED.items():
        assert (
            name.removeprefix(f"{(kind := recipe.request.base.partition(':')[0])}_")
            in CLASSIFIERS[kind]().checkpoints()
        )


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
