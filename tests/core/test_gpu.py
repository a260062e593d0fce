"""On a GPU: attacks, maps, training, resuming and assessing run there, and agree with the CPU as far as sums can.

COUNTERPROOF_TEST_DEVICE=cpu runs the same tests on a CPU, which says that the tests themselves are sound.
"""

import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.catalog import ATTACKS, EXPLAINERS, OBJECTIVES, load_classifier
from core.contracts.attack import Attack
from core.distributed.fabric import accelerator_of, make_fabric
from core.evaluation.autoattack import withstood
from core.evaluation.autoattack_flags import flags
from core.evaluation.map_stability import moved
from core.refinement import request as refinement
from core.refinement.estimate import estimate
from core.runs.store import Store
from core.runs.tasks.refine import refine
from core.runs.worker import work
from core.training.loop import Training
from core.training.resume import State
from tests.on_device import DEVICE, NAME, ON, SCHEDULE, data, on, small, some, training

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(ON == "cuda" and not torch.cuda.is_available(), reason="no CUDA")]

NEEDS = {"integrated_gradients": "captum", "shap_deep": "shap", "shap_gradient": "shap", "shap_partition": "shap"}
GUIDED = {"first": 0, "every": 1, "groups": 1, "fill": "patch", "masking": 0.5, "sensitivity": 100.0, "penalised": 0.5}
OWN: list[tuple[str, dict[str, Any]]] = [(key, {}) for key in OBJECTIVES if key != "lime_guided"]
OWN += [("fast_adversarial", {"awp": 0.005}), ("lime_guided", GUIDED | {"penalty": "finite"})]
OWN += [("lime_guided", GUIDED | {"mask_source": each}) for each in ("lime", "random", "gradient", "shuffled")]


def test_no_tf32() -> None:
    make_fabric(ON, accelerator_of(DEVICE)[1])
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32


@pytest.mark.parametrize("key", ATTACKS)
def test_attacks(key: str) -> None:
    attack: Attack = small(ATTACKS[key])
    pytest.importorskip("torch" if attack.library == "counterproof" else "torchattacks")
    classifier, (images, labels) = on(DEVICE), some()
    found = attack(classifier, images, labels, seed=1).cpu()
    assert {str(each.device) for each in classifier.net.state_dict().values()} == {DEVICE}
    assert found.isfinite().all()
    assert 0 <= found.min() <= found.max() <= 1
    change = (found - images).flatten(1)
    touched = (found != images).any(dim=1).flatten(1).sum(dim=1)  # pixels, of all channels
    assert ((change.norm(p=attack.norm, dim=1) if attack.norm else touched) <= attack.bound + 1e-5).all()


@pytest.mark.parametrize("attack", [FGSM(), PGD(steps=5)], ids=["fgsm", "pgd"])
def test_attacks_as_on_the_cpu(attack: Attack) -> None:
    one, other = (attack(on(device), *some(16), seed=1).cpu() for device in ("cpu", DEVICE))
    assert ((one - other).abs() < 1e-4).float().mean() >= 0.95


@pytest.mark.parametrize("key", EXPLAINERS)
def test_maps_as_on_the_cpu(key: str) -> None:
    pytest.importorskip(NEEDS.get(key, "torch"))
    explainer = small(EXPLAINERS[key])
    one, other = (explainer(on(device), *some(2), seed=1).values for device in ("cpu", DEVICE))
    assert other.device.type == "cpu"
    assert other.isfinite().all()
    for first, second in zip(one, other, strict=True):
        assert torch.corrcoef(torch.stack([first.flatten(), second.flatten()]))[0, 1] > 0.95


@pytest.mark.parametrize(("key", "values"), OWN)
def test_steps_as_on_the_cpu(key: str, values: dict[str, Any]) -> None:
    objective = OBJECTIVES[key](**values)
    one, other = (training(device, objective) for device in ("cpu", DEVICE))
    for _ in range(2):
        first, second = next(iter(one)), next(iter(other))
        same = one.masks is None or torch.equal(one.masks, other.masks)  # type: ignore[arg-type]
        assert second.loss == pytest.approx(first.loss, rel=0.02 if same else 0.2), (first, second)
        assert second.parts.keys() == first.parts.keys()
    if one.masks is not None and other.masks is not None:
        assert (one.masks == other.masks).float().mean() > 0.95  # a close call moves a part
        assert other.masks.any()
    half = training(DEVICE, objective, replace(SCHEDULE, bf16=True))
    half.at_once = 5  # in parts, too
    assert all(math.isfinite(next(iter(half)).loss) for _ in range(2))


@pytest.mark.parametrize("then", ["cpu", DEVICE])
def test_resumed(then: str, tmp_path: Path) -> None:
    objective = OBJECTIVES["lime_guided"](**GUIDED | {"mask_source": "random"})
    whole, part = training(DEVICE, objective), training(DEVICE, objective)
    going = iter(part)
    last = [next(going) for _ in range(part.batches.each + 1)][-1]
    part.state().save(tmp_path / "state.safetensors")
    again = training(then, objective)
    again.restore(State.load(tmp_path / "state.safetensors"))
    assert again.done == last.index + 1
    mine, theirs = again.state().tensors, part.state().tensors
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)
    rest, wanted = list(again), list(whole)[again.batches.each + 1 :]
    assert [step.index for step in rest] == [step.index for step in wanted]
    assert [step.loss for step in rest] == pytest.approx([step.loss for step in wanted], rel=0.05)


def test_a_run_stopped_and_resumed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def launch(folder: Path, lock: int) -> None:
        work(folder, {"refine": refine}, os.dup(lock))

    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: data(32))
    asked = {"base": NAME, "data": "cifar10", "objective": {"method": "lime_guided"} | GUIDED}
    asked["schedule"] = {"epochs": 2, "batch": 8, "lr": 0.01, "held_out": 8, "ema": 0.9, "bf16": ON == "cuda"}
    assert estimate(asked, DEVICE).memory_bytes > 0
    store, plain = Store(home / "runs", launch), Training._step

    def step(self: Training) -> Any:
        if self.done == 4:
            store.runs()[0].stop("save")
        return plain(self)

    with monkeypatch.context() as patch:
        patch.setattr(Training, "_step", step)
        run = store.submit("refine", asked, device=DEVICE)
    assert run.status.state == "stopped", run.log()
    assert 4 <= len(run.metrics) < 6
    run.resume()
    assert run.status.state == "completed", run.log()
    assert [row["step"] for row in run.metrics] == list(range(6))
    assert load_classifier(f"run:{run.id}").probabilities(some()[0]).isfinite().all()


def test_assessed(tmp_path: Path) -> None:
    pytest.importorskip("torchattacks")
    classifier, few = on(DEVICE), data(8)
    verdict = withstood(classifier, few, 8 / 255, folder=tmp_path, steps=2, queries=10)
    assert verdict.finished
    assert (tmp_path / "state.json").is_file()
    assert withstood(classifier, few, 8 / 255, folder=tmp_path, steps=2, queries=10) == verdict
    assert not any("pass to pass" in each for each in flags(classifier, *some(8), verdict.after, 8))
    explainers = [small(EXPLAINERS[key]) for key in ("grad_cam_pp", "lime")]
    held, values = moved(classifier, few, PGD(steps=2), folder=tmp_path, count=4, explainers=explainers)
    assert len(held) == len(values["lime"]["attack"]["spearman"]) == 4
