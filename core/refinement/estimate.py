"""How long a refinement will take, and how much memory: measured on a few of its real steps."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import torch
from torch import Tensor

from core.attacks.pgd import PGD
from core.base import cores
from core.base.cancellation import CancelScope
from core.contracts.interfaces import Images
from core.distributed.fabric import accelerator_of, make_fabric
from core.refinement.request import Refinement
from core.training.loop import Training
from core.training.mask_refresh import PART, refreshed
from core.training.memory_watch import Watch
from core.training.out_of_memory import steps as in_memory
from core.training.validation import BLOCK, validate

T = TypeVar("T")
FEW = 96  # images whose masks are made, or that are judged, on a CPU
MEASURED = 3  # steps, after one that is not counted
LONG = 5.0  # seconds; where a step takes longer, one is enough


@dataclass(frozen=True)
class Estimate:
    """Seconds of an epoch (with the judgement at its end), of one making of masks (0: none are made), and of all.

    memory_bytes: on a GPU the most that tensors took at once; on a CPU the largest resident set of this process, with
    all that it holds beside. steps: how many were measured; at_once: images that fit into memory at once.
    """

    seconds_per_epoch: float
    seconds: float
    refresh_seconds: float
    memory_bytes: int
    step_seconds: float
    validation_seconds: float
    steps: int
    at_once: int


def estimate(arguments: Mapping[str, Any], device: str = "cpu", threads: int = 0) -> Estimate:
    """What the task `refine` with these arguments will take on `device`; nothing is kept.

    threads of 0: as many as a run takes. The current scope can cancel it. ValueError or OSError in one sentence, as
    from the run.
    """
    request = Refinement.read(arguments)
    accelerator, places = accelerator_of(device)
    processes = request.processes if accelerator == "cpu" else 1 if isinstance(places, int) else len(places)
    batch = max(1, request.schedule.batch // processes)
    memory = Watch()
    with _threads(threads or cores.usual()), CancelScope(watcher=memory.look):
        classifier, data = request.load()
        objective, schedule = request.objective, request.schedule
        fabric = make_fabric(accelerator, places[:1] if isinstance(places, list) else 1, bf16=request.bf16)
        memory.begin(fabric.device)
        shown, alone = _round(data, batch * (MEASURED + 3)), replace(schedule, batch=batch, held_out=0)
        training = Training(classifier, objective, shown, alone, fabric=fabric,
                            validation_attack=request.validation_attack)  # fmt: skip
        learn, few = len(data) - schedule.held_out, FEW if fabric.device.type == "cpu" else BLOCK
        due = [*filter(objective.due, range(schedule.epochs))]
        refresh = _masks(training, due[0], learn, few) / processes if due else 0.0
        step, count = _steps(training)
        validation = _validation_seconds(training, data, min(few, schedule.held_out)) * schedule.held_out / processes
        if (together := min(BLOCK, schedule.held_out)) > few:
            _together(training, _round(data, together))
    epoch = step * (learn // schedule.batch) + validation
    seconds = epoch * schedule.epochs + refresh * len(due)
    kept = 2 * learn * data.images[0, 0].numel() * objective.kept_as.itemsize  # masks, and those replaced
    most = memory.most(data) + (kept if due and fabric.device.type == "cpu" else 0)
    return Estimate(epoch, seconds, refresh, most, step, validation, count, training.at_once)


def _masks(training: Training, epoch: int, learn: int, few: int) -> float:
    """Seconds to make the masks due before `epoch` of `learn` images, told from `few`.

    Every image the training has gets one of the masks made, as after all the turns in which a run makes them.
    """
    objective, data, seed = training.objective, training.batches.data, training.schedule.seed
    teacher, at_once = training.average or training.classifier, min(PART, 4 * training.at_once)

    def make(count: int) -> Tensor | None:
        shown = _round(data, count)
        return refreshed(objective, training.classifier, teacher, shown, None, epoch, seed, training.fabric, at_once)[0]

    make(few // 4)  # makes everything ready
    seconds, made = _timed(lambda: make(few))
    chosen = objective.rows(few, epoch, seed)
    if made is not None:
        training.masks = made[chosen[torch.arange(len(data)) % len(chosen)]]
    return seconds * len(objective.rows(learn, epoch, seed)) / len(chosen)


def _steps(training: Training) -> tuple[float, int]:
    """(seconds of a step, how many were measured). They are of the last epoch, when nothing is spared any more."""
    training.done = training.batches.total - training.batches.each + 1  # the first step of an epoch may make masks
    going = in_memory(training, lambda _: None)
    times: list[float] = []
    while len(times) <= MEASURED and (len(times) < 2 or times[0] < LONG):
        times.append(_timed(lambda: next(going))[0])
    return sorted(times[1:])[len(times[1:]) // 2], len(times) - 1


def _validation_seconds(training: Training, data: Images, few: int) -> float:
    """Seconds to judge one image, told from `few`."""
    if not few:
        return 0.0
    seen, against = _round(data, few), training.validation.attack
    seconds, _ = _timed(lambda: validate(training.classifier, training.average, seen, against, training.fabric))
    return seconds / few


def _together(training: Training, seen: Images) -> None:
    """Take the memory that judging `seen` at once takes: that of one step of the attack, as of many."""
    against = training.validation.attack
    against = replace(against, steps=1) if isinstance(against, PGD) else against
    validate(training.classifier, None, seen, against, training.fabric)


def _timed(act: Callable[[], T]) -> tuple[float, T]:
    """(seconds, result)"""
    begun = time.perf_counter()
    found = act()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - begun, found


def _round(data: Images, count: int) -> Images:
    """`count` images: the first ones, and where there are fewer the same once more."""
    rows = torch.arange(count, device=data.labels.device) % len(data)
    return Images(data.images[rows], data.labels[rows], data.classes)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
