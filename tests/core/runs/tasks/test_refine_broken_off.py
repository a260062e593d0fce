"""The task `refine` broken off: stopped inside what takes long, killed at random moments, resumed to the same end."""

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from core.contracts.classifier import Classifier
from core.runs import files
from core.runs.pace import Pace
from core.runs.store import Store
from core.training.resume import State
from tests.core.runs.doubles import ended, until
from tests.core.runs.tasks.refining import reached, rows, same_weights, submit

pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="torch cannot fork once it has seen a GPU")


@pytest.mark.parametrize("save_every", [0.0, 30.0])
def test_stopped_and_resumed_gives_the_same_as_no_break(
    store: Store, save_every: float, slowly: Callable[[], None]
) -> None:
    more = {"save_every": save_every}
    through = submit(store, more=more)
    assert ended(through) == "completed", through.log()
    slowly()
    run = submit(store, more=more)
    for count in (1, 6, 13):
        reached(run, count)
        run.stop("save")
        asked = time.monotonic()
        assert ended(run) == "stopped"
        assert time.monotonic() - asked < 3
        assert run.checkpoint is not None
        last = run.metrics[-1]["step"]
        assert run.checkpoint.name == f"checkpoint-{last}"
        assert State.load(run.checkpoint / "state.safetensors").facts["done"] in (last + 1, last + 2)
        until(lambda: not files.held(run.folder / "lock"), 20)
        run.resume()
    assert ended(run) == "completed", run.log()
    assert rows(run) == rows(through)
    same_weights(run, through)
    assert run.metrics[-1]["seconds"] >= run.metrics[0]["seconds"]


@pytest.mark.parametrize("how", ["save", "now"])
@pytest.mark.parametrize("inside", ["masks", "judgement"])
def test_a_stop_is_heard_inside_what_takes_long(
    store: Store, how: Any, inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if inside == "judgement":
        plain = Classifier.probabilities

        def slow(self: Classifier, images: Tensor) -> Tensor:
            time.sleep(0.3)
            return plain(self, images)

        monkeypatch.setattr(Classifier, "probabilities", slow)
        monkeypatch.setattr("core.training.validation.BLOCK", 1)
    run = submit(store, "guided", pause=0.3 if inside == "masks" else 0.0)
    word = "making masks" if inside == "masks" else "judging"
    until(lambda: word in run.status.said)
    run.stop(how)
    asked = time.monotonic()
    assert ended(run) == "stopped"
    assert time.monotonic() - asked < 3
    if how == "save" and inside == "judgement":
        assert [row["step"] for row in run.metrics] == list(range(5))  # the sixth was not judged yet
        assert run.checkpoint is not None
        assert run.checkpoint.name == "checkpoint-4"


def test_killed_ten_times_at_random_moments(store: Store, slowly: Callable[[], None]) -> None:
    through = submit(store, "guided", more={"save_every": 0.0})
    assert ended(through) == "completed", through.log()
    slowly()
    draw, kills = random.Random(1), 0
    run = submit(store, "guided", more={"save_every": 0.05})
    while kills < 10:
        reached(run, kills + 1)
        time.sleep(draw.uniform(0.0, 0.1))
        store.forks.kill()  # type: ignore[attr-defined]
        until(lambda: run.status.state in ("lost", "completed"), 20)
        if run.status.state == "completed":
            break
        kills += 1
        steps = [row["step"] for row in run.metrics]
        assert steps == list(range(len(steps)))
        run.resume()
    assert kills >= 5
    assert ended(run) == "completed", run.log()
    assert rows(run) == rows(through)
    same_weights(run, through)
    mine, theirs = run.result(), through.result()
    assert mine is not None
    assert theirs is not None
    assert {k: v for k, v in mine.items() if k not in ("seconds", "classifier")} == {
        k: v for k, v in theirs.items() if k not in ("seconds", "classifier")
    }


def test_the_time_left_that_a_run_shows_is_that_of_its_pace(
    store: Store, slowly: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly()
    monkeypatch.setattr(Pace, "left", lambda *_: 1234.0)
    run = submit(store)
    until(lambda: run.status.left == 1234.0 or not run.status.alive)
    assert run.status.left == 1234.0
    run.stop("now")
    ended(run)
