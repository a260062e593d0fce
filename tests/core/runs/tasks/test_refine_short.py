"""The task `refine` with too little memory or disk."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from core.base.paths import home
from core.checkpoints import tensor_files
from core.contracts.classifier import Classifier
from core.refinement import request as refinement
from core.runs import files
from core.runs.store import Store
from core.runs.worker import work
from core.spurious import mask_files
from core.training import resume
from tests.core.runs.doubles import as_nobody, ended, until
from tests.core.runs.tasks.refining import ASKED, STEPS, Bounded, lone, rows, same_weights, submit
from tests.toys import small

pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="torch cannot fork once it has seen a GPU")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:114] data. DefaultCPUAllocator: not enough memory: you tried"),
    ],
    ids=["python", "cuda", "cpu"],
)
def test_too_little_memory_halves_what_is_passed_at_once(store: Store, error: Exception) -> None:
    Bounded.error = error
    run = submit(store, "bounded")
    assert ended(run) == "completed", run.log()
    assert run.status.notes == (
        "There was not enough memory for 32 images at once: from now on 16 at a time, and a step is still made of 32.",
        "There was not enough memory for 16 images at once: from now on 8 at a time, and a step is still made of 32.",
    )
    assert [row["step"] for row in run.metrics] == list(range(STEPS))
    assert run.result()["at_once"] == 8  # type: ignore[index]
    assert run.metrics[-1]["evaluations"] == 32 * STEPS  # the attempts that failed are not counted


def test_too_little_memory_to_judge_halves_what_is_judged_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so after a resume; the result is that of a run with room for all."""
    plain = submit(store)
    assert ended(plain) == "completed", plain.log()

    def tight(_: str) -> Classifier:
        made = small(3, dropout=0.2)
        made.net.register_forward_pre_hook(refuse)
        return made

    monkeypatch.setattr(refinement, "load_classifier", tight)
    run = submit(store)
    assert ended(run) == "completed", run.log()
    assert run.status.notes == (
        "There was not enough memory to judge 64 held-out images at once: from now on 32 at a time, with the same "
        "result.",
        "There was not enough memory to judge 32 held-out images at once: from now on 16 at a time, with the same "
        "result.",
    )
    assert run.result()["at_once"] == 32  # type: ignore[index]
    assert [row.get("held") for row in run.metrics] == [row.get("held") for row in plain.metrics]
    same_weights(run, plain)


def refuse(net: torch.nn.Module, inputs: tuple[Tensor]) -> None:
    """Too little memory for more than 20 images in evaluation mode."""
    if not net.training and len(inputs[0]) > 20:
        raise MemoryError


def test_no_room_even_for_one_image_is_a_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bounded, "room", 0)
    Bounded.error = MemoryError()
    run = submit(store, "bounded")
    assert ended(run) == "failed"
    assert run.status.said == "There is not enough memory. A smaller batch needs less."
    assert len(run.status.notes) == 5  # 16, 8, 4, 2, 1


def test_an_error_that_is_not_of_memory_is_not_tried_again(store: Store) -> None:
    Bounded.error = RuntimeError("shapes cannot be multiplied")
    run = submit(store, "bounded")
    assert ended(run) == "failed"
    assert run.status.said.startswith("RuntimeError: shapes cannot be multiplied")
    assert run.status.notes == ()


@pytest.mark.parametrize(
    ("module", "name"),
    [(files, "append"), (resume, "write_tensors"), (tensor_files, "write_whole"), (mask_files, "whole")],
    ids=["row", "checkpoint", "weights", "masks"],
)
def test_a_full_disk_is_a_sentence_and_loses_nothing(
    store: Store, tmp_path: Path, module: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    through = submit(store, "guided")
    assert ended(through) == "completed", through.log()
    plain: Callable[..., Any] = getattr(module, name)
    full, calls = tmp_path / "full", []
    full.touch()

    def fails(*given: Any) -> Any:
        calls.append(given)
        if len(calls) > (4 if module is files else 0) and full.exists() and "log.txt" not in str(given[0]):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return plain(*given)

    monkeypatch.setattr(module, name, fails)
    run = submit(store, "guided")
    assert ended(run) == "failed"
    assert run.status.said == f"The disk that holds {run.folder} is full. Free some space, then resume."
    assert not list(run.folder.glob("**/*.part"))
    full.unlink()
    until(lambda: not files.held(run.folder / "lock"), 20)
    run.resume()
    assert ended(run) == "completed", run.log()
    assert rows(run) == rows(through)
    same_weights(run, through)


def test_a_read_only_folder_is_a_sentence(store: Store, tmp_path: Path) -> None:
    run = Store(home() / "runs", lambda *_: None).submit("refine", ASKED | {"objective": {"method": "cross_entropy"}})
    for path in run.folder.iterdir():
        path.chmod(0o444)
    for path in (run.folder, run.folder.parent):
        path.chmod(0o555)
    for above in (tmp_path, *tmp_path.parents[:2]):
        above.chmod(0o755)

    def tries() -> list[str]:
        try:
            work(run.folder, {"refine": lone})
        except OSError as error:
            return [str(error)]
        return []

    assert as_nobody(tries) == [f"the run in {run.folder} cannot be written: Permission denied"]
