"""Jobs and the desk: found again, shared, stopped, resumed, saved, and never a study of other weights."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from app.background.jobs import Job
from app.background.studies import Studies
from app.study.map_panel import _data
from core.attacks.pgd import PGD
from core.contracts.classifier import Classifier
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.integrated_gradients import IntegratedGradients
from core.study.case import Case

IMAGE = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))
CASE = Case("toy/1", "toy", PGD(steps=4), (GradCAMPP(), IntegratedGradients(steps=8)), controls=2)


@pytest.fixture
def model() -> Classifier:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(256, 3)).eval()
    return Classifier(net, ("a", "b", "c"), (3, 8, 8), key="toy", fingerprint="f0", cam_layer="1")


def ended(job: Job) -> Job:
    for _ in range(600):
        if not job.alive:
            return job
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_a_case_is_computed_once_and_found_after_a_restart(home: Path, model: Classifier) -> None:
    desk = Studies()
    found: list[Job] = []
    threads = [threading.Thread(target=lambda: found.append(desk.start(CASE, model, IMAGE, ""))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(job) for job in found}) == 1
    assert ended(found[0]).state == "done"
    again = Studies().find(CASE, model)
    assert again is not None
    assert again.study.complete
    assert again.study.rows == found[0].study.rows


def test_other_weights_are_another_case(home: Path, model: Classifier) -> None:
    desk = Studies()
    ended(desk.start(CASE, model, IMAGE, ""))
    changed = replace(model, fingerprint="f1")
    assert desk.find(CASE, changed) is None
    assert Studies().find(CASE, changed) is None


def test_a_like_case_takes_over_what_is_known(home: Path, model: Classifier) -> None:
    desk = Studies()
    first = ended(desk.start(CASE, model, IMAGE, ""))
    wider = replace(CASE, explainers=CASE.explainers[:1])
    job = ended(desk.start(wider, model, IMAGE, ""))
    assert job.scope.queries == 0
    assert job.study.complete
    assert job.study.attacked is first.study.attacked
    assert job.study.noise_answers == first.study.noise_answers


def test_a_stopped_job_goes_on_from_there(home: Path, model: Classifier) -> None:
    slow = replace(CASE, attack=PGD(steps=400))
    desk = Studies()
    job = desk.start(slow, model, IMAGE, "")
    job.stop()
    assert ended(job).state == "stopped"
    more = ended(desk.start(slow, model, IMAGE, ""))
    assert more is not job
    assert more.state == "done"
    more.stop()
    assert more.state == "done"


def test_a_job_nobody_watches_is_stopped(home: Path, model: Classifier) -> None:
    job = Studies().start(replace(CASE, attack=PGD(steps=500)), model, IMAGE, "")
    job.seen("one")
    job.seen("two")
    job.leave("one")
    assert not job.scope.stopped
    job.leave("two")
    assert job.scope.stopped
    ended(job)


def test_one_failing_method_is_tried_again(home: Path, model: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("out of luck\nsecond line")

    desk = Studies()
    with monkeypatch.context() as patch:
        patch.setattr(GradCAMPP, "run", broken)
        job = ended(desk.start(CASE, model, IMAGE, ""))
    assert job.state == "done"
    assert job.study.failed == {"grad_cam_pp": "Grad-CAM++ failed: out of luck"}
    assert job.study.maps["integrated_gradients"].noise is not None
    assert ended(desk.start(CASE, model, IMAGE, "")).study.complete


def test_a_study_with_maps_outlasts_many_previews(home: Path, model: Classifier) -> None:
    desk = Studies()
    ended(desk.start(CASE, model, IMAGE, ""))
    for seed in range(1, 40):
        ended(desk.start(replace(CASE, explainers=(), seed=seed), model, IMAGE, ""))
    assert desk.find(CASE, model) is not None
    assert len(list((home / "cases").iterdir())) == 1


def test_no_change_is_no_comparison(home: Path, model: Classifier) -> None:
    study = ended(Studies().start(replace(CASE, attack=PGD(eps=0.0)), model, IMAGE, "")).study
    shown = _data(study, CASE.explainers[0], study.maps["grad_cam_pp"])
    assert shown["finding"] == "The attack changed nothing, so there is nothing to compare."
