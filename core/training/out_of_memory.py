"""Training in what memory there is: where it runs out, a step or judgement is made again in parts of half the size."""

import math
from collections.abc import Callable, Iterator

import torch

from core.base.cancellation import Cancelled
from core.distributed.agreement import AGAIN, STOP, Again, Called, heed, vote
from core.training.loop import Training
from core.training.step import TrainingStep

SAID = ("out of memory", "can't allocate memory", "not enough memory", "bad_alloc", "STATUS_ALLOC_FAILED")


def steps(training: Training, say: Callable[[str], None]) -> Iterator[TrainingStep]:
    """The steps of `training` that are left; `say` is told, in a sentence, of every halving.

    The step stays that of the whole batch; that of an objective whose loss is none of parts (`Objective.whole`) is not
    made in parts. An error that a smaller part cannot help, and a stop, are passed on; a stop to all processes, so that
    none waits for another (core.distributed.agreement).
    """
    going = iter(training)
    while True:
        try:
            step = next(going, None)
            short = False
        except Again:
            step, short = None, True
        except Called:
            raise
        except Cancelled:
            heed(vote(STOP, training.fabric))
            raise
        except (RuntimeError, MemoryError) as error:
            if not is_short(error) or _at_once(training) <= 1 or (training.objective.whole and not training.validating):
                raise
            heed_all_but_again(vote(AGAIN, training.fabric))
            step, short = None, True
        if short:  # outside of the except clause: the error held on to what lay in memory
            say(halve(training))
            going = iter(training)
        elif step is None:
            return
        else:
            yield step


def heed_all_but_again(found: int) -> None:
    """Raise what a vote calls for, unless that is what this process asked for."""
    if found != AGAIN:
        heed(found)


def is_short(error: BaseException) -> bool:
    """Whether an error means that memory ran out: torch says so in several ways, by its allocators and libraries.

    >>> is_short(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"))
    True
    >>> is_short(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    False
    """
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(each in str(error) for each in SAID)


def halve(training: Training) -> str:
    """Pass half as many images through the network at once from now on; the sentence that says so.

    Steps and judgements have each a number of their own, and only what ran out of memory is halved.
    """
    before = _at_once(training)
    if training.fabric.device.type == "cuda":
        torch.cuda.empty_cache()
    if training.validating:
        training.validation.at_once = before // 2
        return (
            f"There was not enough memory to judge {before} held-out images at once: from now on "
            f"{training.validation.at_once} at a time, with the same result."
        )
    training.at_once = before // 2
    return (
        f"There was not enough memory for {before} images at once: from now on {training.at_once} at a time, "
        f"and a step is still made of {training.schedule.batch}."
    )


def _at_once(training: Training) -> int:
    """How many images a process passes through the network at once: no more than its share of the batch.

    While it judges, that is how many of the held-out images.
    """
    if training.validating:
        return training.validation.at_once
    return min(training.at_once, math.ceil(training.schedule.batch / training.fabric.world_size))
