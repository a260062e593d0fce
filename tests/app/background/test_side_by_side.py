"""Studies and comparisons computed by workers, as the pages begin, watch and stop them."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from app.background.comparisons import Comparisons, PairStudies
from app.background.jobs import Job
from app.background.studies import Studies
from core.compare.comparison import Pair, Side
from core.contracts.classifier import Classifier
from core.workers.conversation import DIED
from core.workers.pool import Pool
from tests.app.background.test_queue import Held, until
from tests.core.workers.digits import IMAGE, MAPS, MODEL, NAME, PIXELS, SLOW, case

PATIENT = 240.0  # seconds: libraries are loaded first


@pytest.fixture(scope="module")
def workers() -> Iterator[Pool]:
    pool = Pool(9, 1)
    yield pool
    pool.close()


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def ended(job: Job) -> Job:
    until(lambda: not job.alive, PATIENT)
    return job


def always(_: str) -> bool:
    return True


def test_a_study_is_what_it_is_without_workers(home: Path, workers: Pool) -> None:
    asked = case(controls=1)
    there = ended(Studies(always, workers).start(asked, MODEL, PIXELS, "", "a"))
    (home / "cases" / asked.id).rename(home / "kept")
    here = ended(Studies(always).start(asked, MODEL, PIXELS, "", "a"))
    assert (there.state, here.state) == ("done", "done")
    assert there.study.rows == here.study.rows
    assert there.study.threads == 1
    assert there.scope.queries == here.scope.queries
    again = Studies(always, workers).find(asked, MODEL)
    assert again is not None
    assert again.study.complete


def test_windows_do_not_wait_for_one_another(home: Path, workers: Pool) -> None:
    desk = Studies(always, workers)
    slow = [desk.start(case(seed, explainers=SLOW), MODEL, PIXELS, "", f"slow {seed}") for seed in range(3)]
    until(lambda: all(job.stage is not None and job.stage.stage == "maps" for job in slow), PATIENT)
    quick = ended(desk.start(case(9, explainers=MAPS[:1], controls=1), MODEL, PIXELS, "", "quick"))
    assert quick.state == "done"
    assert {job.state for job in slow} == {"running"}
    for job in slow:
        job.stop()
    assert {ended(job).state for job in slow} == {"stopped"}
    assert all(job.study.attacked is not None for job in slow)


def test_a_worker_that_dies_fails_its_study_alone_and_it_can_go_on(home: Path, workers: Pool) -> None:
    desk = Studies(always, workers)
    before = {process.number for process in workers.idle}
    job = desk.start(case(3, explainers=(*MAPS[:1], *SLOW)), MODEL, PIXELS, "", "a")
    until(lambda: "grad_cam_pp" in job.study.maps, PATIENT)
    now = {process.number for process in workers.idle}
    (number,) = (before - now) or {_youngest(workers)}
    os.kill(number, signal.SIGKILL)
    assert ended(job).state == "failed"
    assert job.message == DIED
    again = desk.start(case(3, explainers=MAPS[:1]), MODEL, PIXELS, "", "a")
    assert ended(again).state == "done"
    assert again.study.attacked is job.study.attacked


def _youngest(workers: Pool) -> int:
    assert workers.starter._nursery is not None
    tasks = Path(f"/proc/{workers.starter._nursery.pid}/task/{workers.starter._nursery.pid}/children")
    return max(map(int, tasks.read_text().split()))


def ended_all(known: PairStudies | None) -> bool:
    return known is not None and known.crossing is not None and not known.alive


def test_a_comparison_is_what_it_is_without_workers(home: Path, workers: Pool) -> None:
    models: dict[Side, Classifier] = {"before": MODEL, "after": MODEL}
    pair = Pair(IMAGE, NAME, NAME, case().attack, MAPS[:2], controls=1)
    found = []
    for pool in (workers, None):
        comparisons = Comparisons(Studies(always, pool))
        comparisons.start(pair, models, PIXELS, "", None, "a")
        until(lambda: ended_all(comparisons.find(pair, models, None, "a")), PATIENT)  # noqa: B023
        done = comparisons.find(pair, models, None, "a")
        assert done is not None
        assert {work.state for work in done.works} == {"done"}
        found.append(done.comparison.crossings["after"])
        for saved in list((home / "cases").iterdir()):
            shutil.rmtree(saved)
    there, here = found
    assert there.prediction == here.prediction
    assert there.reach == here.reach
    assert all(torch.equal(there.maps[key], here.maps[key]) for key in ("grad_cam_pp", "lime"))


def test_half_of_the_places_are_kept_for_windows_that_have_none() -> None:
    held = Held(at_once=6, of_one_window=3, kept=3)
    for window in ("a", "a", "a", "b", "b"):
        held.add(window, open_=always)
    until(lambda: held.states == ["running"] * 4 + ["waiting"])
    for window in ("c", "d", "e"):
        held.add(window, open_=always)
    until(lambda: held.states == ["running"] * 4 + ["waiting", "running", "running", "waiting"])
    held.go.set()
    until(lambda: not any(work.alive for work in held.works))
    assert held.begun[:6] == ["a", "a", "a", "b", "c", "d"]
