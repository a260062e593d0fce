"""Runs: every way to end, killed at any moment and resumed, queued, found again by anyone."""

import contextlib
import errno
import json
import os
import platform
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.base.params import to_spec
from core.base.paths import ROOT
from core.runs import files
from core.runs.context import Context, Stopped
from core.runs.launchers.local import end
from core.runs.settings_difference import difference
from core.runs.status import write_status, written
from core.runs.store import Run, Store
from core.runs.tasks import Task
from core.runs.worker import cap, work

FINAL = {"completed", "failed", "stopped", "lost"}


def walk(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A chain in which every number depends on all before it: a row lost or made twice changes the end."""
    first, value = 0, 1
    if found := context.latest():
        first, value = found[0] + 1, json.loads((found[1] / "value.json").read_text())
    total = arguments["steps"]
    context.progress(first / total)

    def save(step: int) -> None:
        with context.checkpoint(step) as folder:
            (folder / "value.json").write_text(json.dumps(value))

    for step in range(first, total):
        value = (value * 6364136223846793005 + 1442695040888963407 + step) % 2**64
        context.row(step, value=value)
        if step % 7 == 3:
            context.row(step, share=value / 2**64)
        if step % 5 == 4:
            save(step)
        context.progress((step + 1) / total)
        time.sleep(arguments.get("pause", 0.001))
        if how := context.stop_asked():
            if how == "save" and step > context.saved:
                save(step)
            raise Stopped
    return {"value": value}


def deaf(context: Context, _: Mapping[str, Any]) -> dict[str, Any]:
    context.progress(0.0)
    time.sleep(60)
    return {}


def preparing(_context: Context, _: Mapping[str, Any]) -> dict[str, Any]:
    time.sleep(60)
    return {}


def broken(_context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    if "errno" in arguments:
        raise OSError(arguments["errno"], os.strerror(arguments["errno"]), "somewhere")
    raise ZeroDivisionError("a sum over\nnothing")


TASKS = {"walk": walk, "deaf": deaf, "preparing": preparing, "broken": broken}


class Forks:
    """Workers as forks of this process, with tasks of the tests; none outlives its test."""

    def __init__(self, tasks: Mapping[str, Task] = TASKS) -> None:
        self.tasks = tasks
        self.pids: list[int] = []

    def launch(self, folder: Path, lock: int) -> None:
        pid = os.fork()
        if not pid:
            code = 99
            try:
                os.setsid()
                code = work(folder, self.tasks, lock)
            finally:
                os._exit(code)
        self.pids.append(pid)

    def kill(self) -> None:
        """SIGKILL the last worker; it is left a zombie."""
        os.kill(self.pids[-1], signal.SIGKILL)

    def reap(self) -> None:
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.pids.clear()


@pytest.fixture
def forks() -> Iterator[Forks]:
    made = Forks()
    yield made
    made.reap()


@pytest.fixture
def store(tmp_path: Path, forks: Forks) -> Store:
    return Store(tmp_path / "runs", forks.launch)


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    assert files.settled(condition, seconds, 0.01), "waited in vain"


def ended(run: Run, seconds: float = 20.0) -> str:
    until(lambda: run.status.state in FINAL, seconds)
    return run.status.state


def running(run: Run, step: int = 0) -> None:
    until(lambda: run.status.state == "running" and run.status.step >= step)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The walk of 150 steps, in one go."""
    made = Forks()
    run = Store(tmp_path_factory.mktemp("runs"), made.launch).submit("walk", {"steps": 150})
    assert ended(run) == "completed"
    made.reap()
    return run


def test_done(uninterrupted: Run) -> None:
    value, rows = 1, []
    for step in range(150):
        value = (value * 6364136223846793005 + 1442695040888963407 + step) % 2**64
        rows += [{"step": step, "value": value}] + [{"step": step, "share": value / 2**64}] * (step % 7 == 3)
    assert uninterrupted.metrics == rows
    assert uninterrupted.result() == {"value": value}
    status = uninterrupted.status
    assert (status.progress, status.attempt, status.said) == (1.0, 1, "")
    assert status.submitted <= status.started <= status.ended  # type: ignore[operator]
    assert uninterrupted.checkpoint is not None
    assert uninterrupted.checkpoint.name == "checkpoint-149"
    names = {"spec.json", "status.json", "metrics.jsonl", "result.json", "lock", "checkpoint-149"}
    assert {path.name for path in uninterrupted.folder.iterdir()} == names
    with pytest.raises(ValueError, match="nothing to resume"):
        uninterrupted.resume()


def test_failed_says_a_sentence_and_logs_the_traceback(store: Store) -> None:
    run = store.submit("broken", {})
    assert ended(run) == "failed"
    assert run.status.said == "ZeroDivisionError: a sum over nothing (the log has the details)"
    assert 'raise ZeroDivisionError("a sum over' in run.log()
    run.resume()
    until(lambda: run.status.attempt == 2 and run.status.state == "failed")


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "is full. Free some space"), (errno.EROFS, "somewhere cannot be used: Read-only"), (errno.EIO, "")],
)
def test_errors_of_the_disk_are_sentences(store: Store, number: int, said: str) -> None:
    run = store.submit("broken", {"errno": number})
    assert ended(run) == "failed"
    assert said in run.status.said
    assert "Traceback" not in run.status.said


def test_an_unknown_task_is_named(store: Store) -> None:
    run = store.submit("os.system", {})
    assert ended(run) == "failed"
    assert run.status.said == "expected a task among broken, deaf, preparing, walk, got 'os.system'"


def test_stop_and_save_then_resume(store: Store, uninterrupted: Run) -> None:
    run = store.submit("walk", {"steps": 150, "pause": 0.02})
    running(run, 7)
    run.stop("save")
    asked = time.monotonic()
    assert run.status.state in ("stopping", "stopped")
    assert ended(run) == "stopped"
    assert time.monotonic() - asked < 3
    last = run.metrics[-1]["step"]
    assert run.status.said == f"Stopped after step {last + 1}."
    assert run.checkpoint is not None
    assert run.checkpoint.name == f"checkpoint-{last}"
    run.resume()
    assert ended(run) == "completed"
    assert run.metrics == uninterrupted.metrics
    assert run.result() == uninterrupted.result()


@pytest.mark.parametrize(("task", "arguments"), [("walk", {"steps": 5000}), ("deaf", {}), ("preparing", {})])
def test_stop_now(store: Store, task: str, arguments: dict[str, Any]) -> None:
    run = store.submit(task, arguments)
    until(lambda: run.status.state == ("starting" if task == "preparing" else "running"))
    run.stop("now")
    asked = time.monotonic()
    assert ended(run) == "stopped"
    assert time.monotonic() - asked < 3
    until(lambda: not files.held(run.folder / "lock"), 1)


def test_stop_and_save_while_there_is_nothing_to_save(store: Store) -> None:
    run = store.submit("preparing", {})
    until(lambda: run.status.state == "starting")
    run.stop("save")
    asked = time.monotonic()
    assert ended(run) == "stopped"
    assert time.monotonic() - asked < 3


def test_a_worker_that_hears_nothing_at_all_is_ended(store: Store, forks: Forks) -> None:
    """Stopped by SIGSTOP, as if it hung in a driver: the store ends it, and says stopped, not lost."""
    run = store.submit("walk", {"steps": 5000})
    running(run)
    os.kill(forks.pids[-1], signal.SIGSTOP)
    run.stop("now")
    asked = time.monotonic()
    assert run.status.state == "stopping"
    assert ended(run) == "stopped"
    assert time.monotonic() - asked < 3


def test_killed_at_random_moments_many_times(store: Store, forks: Forks, uninterrupted: Run) -> None:
    draw = random.Random(0)
    run = store.submit("walk", {"steps": 150, "pause": 0.01})
    kills = 0
    while True:
        time.sleep(draw.uniform(0.0, 0.15))
        forks.kill()
        until(lambda: run.status.state in FINAL, 2)
        if run.status.state == "completed":
            break
        assert run.status.state == "lost"
        steps = [row["step"] for row in run.metrics]
        assert steps == sorted(steps)
        kills += 1
        assert kills < 300
        run.resume()
    assert kills >= 15
    assert run.metrics == uninterrupted.metrics
    assert run.result() == uninterrupted.result()


def test_half_written_rows_and_checkpoints_are_dropped(store: Store, forks: Forks, uninterrupted: Run) -> None:
    run = store.submit("walk", {"steps": 150, "pause": 0.02})
    running(run, 12)
    forks.kill()
    until(lambda: run.status.state == "lost")
    assert run.checkpoint is not None
    part = run.folder / "checkpoint-14.part"
    part.mkdir(exist_ok=True)
    (part / "value.json").write_text("7")
    older = run.folder / "checkpoint-2"  # a kill between a new checkpoint and the removal of the old one
    older.mkdir()
    (older / "value.json").write_text("7")
    whole = run.metrics
    for name, age in ((".old.part", 100), (".new.part", 0)):
        (run.folder / name).touch()
        os.utime(run.folder / name, (time.time() - age,) * 2)
    with (run.folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 9')
    assert run.metrics == whole
    run.resume()
    assert ended(run) == "completed"
    assert run.metrics == uninterrupted.metrics
    assert not older.exists()
    assert [path.name for path in run.folder.glob("*.part")] == [".new.part"]


def test_a_zombie_and_a_reused_process_id_are_not_alive(store: Store, forks: Forks) -> None:
    run = store.submit("walk", {"steps": 5000})
    running(run)
    forks.kill()
    until(lambda: run.status.state == "lost")
    os.kill(forks.pids[-1], 0)  # the zombie still has its id
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        write_status(run.folder, replace(written(run.folder), pid=bystander.pid, host=platform.node()))
        assert run.status.state == "lost"
        run.stop("now")
        end(run.folder, run.status.attempt)
        time.sleep(0.2)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_one_run_per_device_and_the_first_queued_goes_first(store: Store, forks: Forks) -> None:
    first = store.submit("walk", {"steps": 5000})
    running(first)
    queued = [store.submit("walk", {"steps": 20}) for _ in range(6)]
    elsewhere = store.submit("walk", {"steps": 20}, device="cuda:0")
    both = store.submit("walk", {"steps": 20}, device="cuda:0,cuda:1")
    assert ended(elsewhere) == "completed"
    assert ended(both) == "completed"
    assert both.status.started >= elsewhere.status.ended  # type: ignore[operator]
    until(lambda: all(run.status.said for run in queued))
    assert {(run.status.state, run.status.said) for run in queued} == {("queued", "Waiting until cpu is free.")}
    os.kill(forks.pids[0], signal.SIGKILL)  # whatever happens to the first, the next one starts
    os.kill(forks.pids[3], signal.SIGKILL)  # and one that dies in the queue holds up nobody
    assert {ended(run) for run in [*queued[:2], *queued[3:]]} == {"completed"}
    assert first.status.state == queued[2].status.state == "lost"
    times = [(run.status.started, run.status.ended) for run in queued if run.status.state == "completed"]
    for (_, done), (begun, _) in pairwise(times):
        assert begun >= done  # type: ignore[operator]


def test_a_queued_run_stops_and_resumes(store: Store) -> None:
    first = store.submit("walk", {"steps": 5000})
    running(first)
    second = store.submit("walk", {"steps": 20})
    second.stop("save")
    assert ended(second, 3) == "stopped"
    assert second.metrics == []
    second.resume()
    first.stop("save")
    assert ended(second) == "completed"


def test_a_run_that_goes_can_be_neither_resumed_nor_deleted_nor_worked_on(store: Store) -> None:
    run = store.submit("walk", {"steps": 5000})
    running(run)
    with pytest.raises(ValueError, match="still going"):
        run.resume()
    with pytest.raises(ValueError, match="stop it first"):
        run.delete()
    with pytest.raises(ValueError, match="another worker"):
        work(run.folder, TASKS)
    run.stop("save")
    ended(run)
    with pytest.raises(ValueError, match="resume it"):
        work(run.folder, TASKS)
    until(lambda: not files.held(run.folder / "lock"))
    run.delete()
    assert store.runs() == []
    assert [path.name for path in store.root.iterdir() if not path.name.startswith(".devices")] == []
    with pytest.raises(ValueError, match="no run"):
        store.run(run.id)


def test_many_readers_never_stand_in_the_way(store: Store, forks: Forks, uninterrupted: Run) -> None:
    """A page that polls looks at the lock all the time: resuming must not take it for a worker."""
    run = store.submit("walk", {"steps": 150, "pause": 0.02})
    running(run, 5)
    over, seen = threading.Event(), set()

    def look() -> None:
        while not over.is_set():
            seen.add(run.status.state)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(5):
            run.stop("save")
            assert ended(run) == "stopped"
            until(lambda: not files.held(run.folder / "lock"))
            run.resume()
        assert ended(run) == "completed"
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert run.metrics == uninterrupted.metrics
    run = store.submit("walk", {"steps": 5000})
    running(run)
    forks.kill()
    until(lambda: run.status.state == "lost")
    with ThreadPoolExecutor(4) as pool:  # nor does one reader take another for a worker
        assert set(pool.map(lambda _: run.status.state, range(2000))) == {"lost"}
    assert "lost" not in seen
    assert "failed" not in seen


def test_inline_and_a_new_store(tmp_path: Path, uninterrupted: Run) -> None:
    """The work needs no process of its own: another engine may do it later, in the folder alone."""

    def nothing(_folder: Path, _lock: int) -> None: ...

    run = Store(tmp_path, nothing).submit("walk", {"steps": 150})
    assert run.status.state == "lost"
    assert work(run.folder, TASKS) == 0
    assert not files.held(run.folder / "lock")
    again = Store(tmp_path).runs()
    assert [each.id for each in again] == [run.id]
    assert again[0].status.state == "completed"
    assert again[0].metrics == uninterrupted.metrics
    assert again[0].spec["task"] == "walk"
    for name in ("../x", run.id + "/..", "", "20000101-000000-00000000"):
        with pytest.raises(ValueError, match="no run"):
            Store(tmp_path).run(name)


def test_a_read_only_folder_is_a_sentence(tmp_path: Path) -> None:
    place = tmp_path / "runs"
    run = Store(place, lambda *_: None).submit("walk", {"steps": 5})
    for path in (run.folder, place):
        path.chmod(0o555)
    for path in run.folder.iterdir():
        path.chmod(0o444)
    for above in (tmp_path, *tmp_path.parents[:2]):  # pytest's own folders, closed to others
        above.chmod(0o755)

    def tries() -> list[str]:
        said = []
        for act in (lambda: Store(place).submit("walk", {}), run.resume, run.delete, lambda: work(run.folder, TASKS)):
            try:
                act()
                said.append("")
            except OSError as error:
                said.append(str(error))
        return said

    said = as_nobody(tries)
    assert said[0] == f"runs cannot be written to {place}: Permission denied"
    assert said[1] == said[2] == f"run {run.id} cannot be changed: Permission denied"
    assert said[3] == f"the run in {run.folder} cannot be written: Permission denied"


def as_nobody(act: Callable[[], list[str]]) -> list[str]:
    """What `act` says in a process without the rights of root, which may write everywhere."""
    out, into = os.pipe()
    if not (pid := os.fork()):
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            os.write(into, json.dumps(act()).encode())
        finally:
            os._exit(0)
    os.close(into)
    os.waitpid(pid, 0)
    with os.fdopen(out) as pipe:
        said: list[str] = json.loads(pipe.read())
    return said


def test_a_row_before_its_checkpoint_is_refused(tmp_path: Path) -> None:
    context = Context(Store(tmp_path, lambda *_: None).submit("walk", {}).folder)
    context.row(3, value=1)
    with pytest.raises(ValueError, match="not before 3"):
        context.row(2, value=1)
    with context.checkpoint(3):
        pass
    with pytest.raises(ZeroDivisionError), context.checkpoint(4) as folder:
        (folder / "half").touch()
        raise ZeroDivisionError
    assert context.latest() == (3, context.folder / "checkpoint-3")
    assert not list(context.folder.glob("checkpoint-4*"))
    with pytest.raises(ValueError, match="after step 3"):
        context.row(3, value=1)
    with pytest.raises(ValueError, match="after 3"), context.checkpoint(3):
        pass


def test_time_left_is_told_from_the_pace_of_this_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 40 % at second 100 to 60 % at second 110, the other 40 % take 20 s."""
    context = Context(Store(tmp_path, lambda *_: None).submit("walk", {}).folder)
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    context.update(state="starting")
    context.progress(0.4)
    clock[0] = 110.0
    context.progress(0.6)
    assert context.status.left == pytest.approx(20.0)


def test_difference_of_two_specs() -> None:
    first = {"task": "t", "device": "cpu", "arguments": {"objective": {"eps": 0.03, "steps": 7}, "seed": 0}}
    second = {"task": "t", "device": "cuda:0", "arguments": {"objective": {"eps": 0.03, "steps": 9}, "ema": True}}
    assert difference(first, second) == {
        "device": ("cpu", "cuda:0"),
        "arguments.objective.steps": (7, 9),
        "arguments.seed": (0, None),
        "arguments.ema": (None, True),
    }


def test_the_store_needs_the_standard_library_only() -> None:
    code = (
        "import sys, core.runs.store, core.runs.worker; names = {name.split('.')[0] for name in sys.modules};"
        "print(*sorted(names - sys.stdlib_module_names - {'__main__', 'core'}))"
    )
    out = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.split() == []


SUBMIT = """
import sys
from pathlib import Path
from core.runs.store import Store
print(Store(Path(sys.argv[1])).submit("evaluate", %r).id)
"""


def test_a_real_worker_outlives_its_submitter_and_counts_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Submitted by a process that is killed with its whole group; killed, stopped, resumed; counted image by image.

    The attack is so weak that its random start, and so the seed of every batch, decides about half of the images.
    """
    from core.attacks.pgd import PGD
    from core.catalog import load_classifier

    pixels = np.random.default_rng(0).integers(0, 256, (60, 1, 28, 28), np.uint8)
    classifier, images = load_classifier("mnist_cnn:standard"), torch.from_numpy(pixels).float() / 255
    labels, attack = classifier.probabilities(images).argmax(dim=1), PGD(eps=0.06, step=0.003, steps=12)
    hits = []
    for index, (image, label) in enumerate(zip(images[:, None], labels[:, None], strict=True)):
        fooled = attack(classifier, image, label, seed=index)
        hits.append(int(classifier.probabilities(fooled).argmax() == label))
    np.savez(tmp_path / "mnist.npz", test_images=pixels[:, 0], test_labels=labels.numpy(), classes=np.arange(10))
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    asked = {"classifier": "mnist_cnn:standard", "data": "mnist", "batch": 1, "attack": to_spec(attack)}
    submit = subprocess.Popen([sys.executable, "-c", SUBMIT % asked, str(tmp_path / "runs")], cwd=ROOT,
                              stdout=subprocess.PIPE, text=True, start_new_session=True)  # fmt: skip
    assert submit.stdout is not None
    name = submit.stdout.readline().strip()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(submit.pid, signal.SIGKILL)
    submit.wait()
    run = Store(tmp_path / "runs").run(name)
    until(lambda: len(run.metrics) >= 3, 60)
    os.kill(run.status.pid, signal.SIGKILL)
    until(lambda: run.status.state == "lost", 3)
    run.resume()
    until(lambda: run.status.state == "starting")
    run.stop("now")
    assert ended(run, 3) == "stopped"
    until(lambda: not files.held(run.folder / "lock"), 2)
    run.resume()
    assert ended(run, 60) == "completed", run.log()
    assert run.status.attempt == 3

    result = run.result()
    assert result is not None
    assert (result["hits"], result["count"]) == (sum(hits), 60)
    assert [(row["step"], row["hits"]) for row in run.metrics] == list(enumerate(np.cumsum(hits)))


def test_a_run_leaves_a_core_and_its_threads_sleep_when_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "99")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)))
    cap(0)
    assert (os.environ["OMP_NUM_THREADS"], os.environ["OMP_WAIT_POLICY"]) == ("5", "PASSIVE")
    code = "from core.runs.worker import cap; cap(1); import torch; print(torch.get_num_threads())"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "1"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"state": "queued", "notes": null}', '{"state": "queued", "queued": "x"}']
)
def test_a_damaged_status_keeps_no_other_run_from_its_device(store: Store, text: str) -> None:
    broken = store.root / "20000101-000000-00000000"
    broken.mkdir(parents=True)
    (broken / "status.json").write_text(text)
    run = store.submit("walk", {"steps": 3})
    assert ended(run) == "completed"
    assert store.run(broken.name).status.state == "lost"
