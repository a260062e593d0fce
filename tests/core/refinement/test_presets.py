"""Presets and estimates: each preset starts and goes on on a CPU; an estimate is of the steps a run really makes."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from app.refine import measure_process as refine_measure
from core.attacks.pgd import PGD
from core.base.cancellation import Cancelled, CancelScope
from core.catalog import CLASSIFIERS, DATASETS, OBJECTIVES, classifier_names
from core.contracts.interfaces import Images
from core.objectives.lime_guided import LimeGuided
from core.refinement import estimate as estimates
from core.refinement import request as refinement
from core.refinement.estimate import BLOCK, FEW, MEASURED, estimate
from core.refinement.presets import PRESETS
from core.refinement.request import Refinement
from core.refinement.untrained import untrained_names
from core.training.loop import Training
from core.training.resume import State
from tests.core.runs.tasks.refining import Guided
from tests.toys import dataset, small


def made_up(count: int, size: tuple[int, int, int]) -> Images:
    draws = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (count, *size), generator=draws, dtype=torch.uint8)
    return Images(pixels, torch.randint(0, 10, (count,), generator=draws), tuple("0123456789"))


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_names_what_there_is(key: str) -> None:
    preset = PRESETS[key]
    assert preset.title
    assert preset.help
    request = preset.request
    assert Refinement.read(request.arguments()) == request, "what is written is what is read"
    assert request.data in DATASETS
    assert request.base in (classifier_names() if request.start == "base" else untrained_names())


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_starts_and_goes_on_on_a_cpu(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a few made-up images and with a small batch; everything else is the preset's."""
    preset = PRESETS[key].request
    size = (1, 28, 28) if preset.data.endswith("mnist") else (3, 32, 32)
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: made_up(60, size))
    small = {"cells": 4, "samples": 2, "repeats": 2, "first": 0, "steps": 1, "points": 2}
    few = replace(preset.objective, **{name: each for name, each in small.items() if hasattr(preset.objective, name)})
    tiny = replace(preset.schedule, epochs=1, batch=4, held_out=4, bf16=False)
    request = replace(preset, images=12, objective=few, schedule=tiny)

    def begin() -> Training:
        classifier, data = request.load()
        return Training(classifier, few, data, tiny, validation_attack=PGD(steps=1))

    through, first = begin(), begin()
    wanted = list(through)
    assert len(wanted) == 2
    assert bool(wanted[0].masks) == few.due(0)
    found = [next(iter(first))]
    first.state().save(tmp_path / "state.safetensors")
    again = begin()
    again.restore(State.load(tmp_path / "state.safetensors"))
    assert found + list(again) == wanted
    for name, value in through.classifier.net.state_dict().items():
        assert torch.equal(value, again.classifier.net.state_dict()[name])


def test_the_recipe_for_a_gpu_is_that_of_the_notes_and_its_control_differs_in_one_word() -> None:
    guided, control = PRESETS["paper"].request, PRESETS["paper_control"].request
    schedule = guided.schedule
    assert (schedule.batch, schedule.lr, schedule.rate, schedule.weight_decay) == (128, 0.1, "one_cycle", 5e-4)
    assert schedule.warm > 0, (
        "at a rate of 0.2 without a rise, training under attack stayed at chance for 30 to 50 epochs"
    )
    assert schedule.epochs >= 50
    assert 0.995 <= schedule.ema <= 0.999
    assert isinstance(guided.objective, LimeGuided)
    assert guided.objective.fill == "patch"
    assert control == replace(guided, objective=replace(guided.objective, mask_source="random"))


def test_the_bases_are_set_as_their_authors_set_them() -> None:
    nuat, n_fgsm, awp = (PRESETS[key].request for key in ("nuat", "n_fgsm", "pgd_awp"))
    assert {request.start for request in (nuat, n_fgsm, awp)} == {"scratch"}
    assert {request.schedule.weight_decay for request in (nuat, n_fgsm, awp)} == {5e-4}
    schedule = nuat.schedule
    assert (schedule.epochs, schedule.batch, schedule.lr, schedule.ema) == (100, 64, 0.1, 0.9998)
    rates = [schedule.rate_at(index, 76_500) for index in (0, 19_125, 76_500)]
    assert rates == pytest.approx([0.0, 0.1, 0.0])
    assert vars(nuat.objective).items() >= {"eps": 8 / 255, "noise": 0.5, "step_ratio": 1.0, "weight": 4.0}.items()
    assert (n_fgsm.schedule.epochs, n_fgsm.schedule.lr, n_fgsm.schedule.rate_at(5, 10)) == (30, 0.2, 0.2)
    assert [awp.objective.perturbs(epoch) for epoch in (9, 10)] == [0.0, 0.005]
    assert [awp.schedule.rate_at(epoch, 200) for epoch in (0, 100, 150)] == pytest.approx([0.1, 0.01, 0.001])


def test_resnet18_for_small_images_is_the_usual_one() -> None:
    from core.classifiers.cifar10_resnet18 import fresh

    made = fresh(1)
    assert sum(weight.numel() for weight in made.net.parameters()) == 11_173_962  # as in the common CIFAR variant
    with made.watch(made.cam_layer) as seen:
        assert made(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    assert seen[0].shape == (2, 512, 4, 4)
    assert not torch.equal(made.net.get_parameter("conv1.weight"), fresh(2).net.get_parameter("conv1.weight"))
    assert torch.equal(made.net.get_parameter("conv1.weight"), fresh(1).net.get_parameter("conv1.weight"))
    assert "cifar10_resnet18:random_masks" in classifier_names()
    with pytest.raises(ValueError, match="can be trained from scratch"):
        CLASSIFIERS["cifar10_resnet18"]().load("")


# --- estimates, on a clock that counts passes

SCHEDULE: dict[str, Any] = {
    "epochs": 5,
    "batch": 32,
    "crop": 0,
    "flip": False,
    "bf16": False,
    "held_out": 64,
    "ema": 0.9,
}


@dataclass(frozen=True)
class Halves(Guided):
    """New masks for half of the images before every second epoch, three passes an image."""

    key = "halves"

    def rows(self, count: int, epoch: int, seed: int) -> torch.Tensor:
        return torch.arange(count // 2)

    def refresh(self, classifier: Any, teacher: Any, batch: Any, epoch: int) -> torch.Tensor:
        for _ in range(3):
            classifier.probabilities(batch.images)
        return batch.images[:, 0] > 0.5


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A second is an image passed through the network."""
    passed = [0]

    def look(_: object, *seen: Any) -> None:
        passed[0] += len(seen[0]) if seen else 0

    monkeypatch.setattr(estimates.time, "perf_counter", lambda: float(passed[0]))
    monkeypatch.setattr(estimates, "LONG", 1e9)
    monkeypatch.setattr(estimates.Watch, "look", look)
    monkeypatch.setattr(refinement, "OBJECTIVES", dict(OBJECTIVES) | {"halves": Halves})
    monkeypatch.setattr(refinement, "load_classifier", lambda _: small())
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: dataset(1064))
    return passed


def asked(method: str, **more: Any) -> dict[str, Any]:
    return {"base": "mnist_cnn:standard", "data": "mnist", "objective": {"method": method}, "schedule": SCHEDULE} | more


def test_an_estimate_is_what_a_run_takes(ticking: list[int]) -> None:
    """The images passed are told from a few steps, and then counted in the whole run."""
    for method in ("halves", "fast_adversarial"):
        made = estimate(asked(method))
        assert made.steps == MEASURED
        assert ticking[0] < 3000
        given = Refinement.read(asked(method))
        classifier, data = given.load()
        counted = 0

        def count(images: torch.Tensor, _: torch.Tensor) -> None:
            nonlocal counted
            counted += len(images)

        with CancelScope(watcher=count):
            for _ in Training(classifier, given.objective, data, given.schedule):
                pass
        assert made.seconds == pytest.approx(counted, rel=0.01)
        assert made.seconds_per_epoch * 5 + made.refresh_seconds * (3 if method == "halves" else 0) == made.seconds
        ticking[0] = 0
    assert made.refresh_seconds == 0
    assert made.step_seconds == 2 * 32
    assert made.validation_seconds == 64 * 2 * (1 + 11)


@pytest.mark.parametrize("count", [33, 40, 100, 200])
@pytest.mark.parametrize("method", ["halves", "fast_adversarial"])
def test_few_images_are_measured_as_many_are(
    method: str, count: int, ticking: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One batch an epoch, or two, or five: there are always steps enough, and they take what a run's take."""
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: dataset(count))
    many = SCHEDULE | {"held_out": 0}
    made = estimate(asked(method, schedule=many))
    assert made.steps == MEASURED
    monkeypatch.setattr(estimates, "LONG", 0.0)
    assert estimate(asked(method, schedule=many | {"epochs": 1})).steps == 1
    ticking[0] = 0
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: dataset(1064))
    assert made.step_seconds == estimate(asked(method, schedule=many)).step_seconds
    assert made.seconds == made.seconds_per_epoch * 5 + made.refresh_seconds * (3 if method == "halves" else 0)


def test_every_image_has_a_mask_in_the_steps_measured(ticking: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the last epoch all turns are over, so none is without: one made is lent to each."""
    seen = []
    plain = Halves.loss

    def loss(self: Halves, classifier: Any, batch: Any, attacked: Any) -> Any:
        seen.append(batch.masks.flatten(1).any(dim=1).all().item())
        return plain(self, classifier, batch, attacked)

    monkeypatch.setattr(Halves, "loss", loss)
    estimate(asked("halves"))
    assert seen == [True] * (MEASURED + 1)


def test_as_many_images_are_judged_at_once_as_in_a_run(ticking: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    monkeypatch.setattr(estimates.Watch, "look", lambda _, *seen: sizes.extend(len(each) for each in seen[:1]))
    estimate(asked("fast_adversarial", schedule=SCHEDULE | {"held_out": 400}))
    assert max(sizes) == BLOCK


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory. Tried"), MemoryError()], ids=type)
def test_too_little_memory_is_a_sentence(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_: Any) -> None:
        raise error

    monkeypatch.setattr(estimates, "estimate", fails)
    monkeypatch.setattr("sys.argv", ["measure", "{}"])
    assert refine_measure.main() == 2
    said = capsys.readouterr().err
    assert said == "There is not enough memory for these settings; a smaller batch needs less.\n"
    error = RuntimeError("shapes")
    with pytest.raises(RuntimeError, match="shapes"):
        refine_measure.main()


def test_several_processes_share_the_work(ticking: list[int]) -> None:
    one, two = (estimate(asked("halves", processes=count)) for count in (1, 2))
    assert two.seconds == pytest.approx(one.seconds / 2, rel=0.02)
    assert FEW <= 1000


def test_an_estimate_can_be_cancelled_and_leaves_the_threads_as_they_were(ticking: list[int]) -> None:
    before = torch.get_num_threads()
    with CancelScope(watcher=lambda *_: scope.stop()) as scope, pytest.raises(Cancelled):
        estimate(asked("halves"), threads=before + 1)
    assert torch.get_num_threads() == before


def test_memory_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refinement, "load_classifier", lambda _: small())
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: dataset(1064))
    made = estimate(asked("cross_entropy"))
    assert 50e6 < made.memory_bytes < 50e9
    assert made.at_once == 32
