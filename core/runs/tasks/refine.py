"""The task `refine`: train a classifier with an objective, in a run that can be watched, stopped and resumed."""

import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from torch import Tensor

from core.base.cancellation import Cancelled, CancelScope
from core.contracts.classifier import Classifier
from core.contracts.objective import Adversarial
from core.distributed import torchrun
from core.distributed.agreement import FINE, SAVE, STOP, heed, vote
from core.distributed.fabric import accelerator_of, dismiss, make_fabric
from core.refinement.before import before
from core.refinement.request import Refinement
from core.refinement.warnings import LOOK, warning_under_way, warnings_before
from core.runs.context import Context, Stopped
from core.runs.joined import join
from core.runs.processes import spread
from core.runs.records import Records
from core.runs.run_card import run_card
from core.training.loop import Training
from core.training.out_of_memory import steps

if TYPE_CHECKING:
    from lightning_fabric import Fabric

TELL = 1.0  # seconds between two words on a step that takes long


def refine(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """{"epoch_kept" (from 1), "averaged", "held", "evaluations", "seconds" ...}; `arguments`: core.refinement.request.

    A row a step, numbered from 0 as the epochs are; `seconds` and `evaluations` count from the start of the run. On a
    device such as "cuda:0,cuda:1" each has a process; on several machines torchrun has started them.
    """
    request = Refinement.read(arguments)
    accelerator, devices = accelerator_of(str(context.spec.get("device", "cpu")))
    if accelerator == "cpu":
        devices = request.processes
    if torchrun.started():
        return join(context, accelerator, request.bf16, partial(train, request=request))
    work = partial(train, request=request)  # not the request by itself: Fabric looks into dataclasses for tensors
    if (devices if isinstance(devices, int) else len(devices)) > 1:
        return spread(context, accelerator, devices, request.bf16, work)
    return work(make_fabric(accelerator, devices, bf16=request.bf16), context)


def _beware(request: Refinement, classifier: Classifier) -> list[str]:
    """What the settings are likely to spoil, or leave undone, in sentences."""
    hard = request.start == "scratch" and isinstance(request.objective, Adversarial)
    said = warnings_before(classifier, request.data, request.schedule, hard=hard)
    return [*said, request.objective.unguided(request.schedule.epochs)]


def train(fabric: "Fabric", context: Context, request: Refinement) -> dict[str, Any]:
    """Train to the end, or raise Stopped after the state of the last whole step was saved if that was wished for."""
    told = 0.0

    def tell(*_: Tensor) -> None:
        """Called at every pass: a step that makes masks, or a judgement, may take minutes."""
        nonlocal told
        if records is not None and time.monotonic() - told > TELL and (doing := records.training.doing):
            told = time.monotonic()
            records.progress(doing)

    def preparing(_: float, text: str) -> None:
        """Called while data are fetched: nothing can be saved yet, so the run does not count as running."""
        nonlocal told
        if fabric.global_rank == 0 and time.monotonic() - told > TELL:
            told = time.monotonic()
            context.update(said=text)

    records: Records | None = None
    try:
        with CancelScope(watcher=tell) as scope:
            context.on_stop(lambda _: scope.stop())
            with suppress(Cancelled):
                classifier, data = request.load(preparing)
                notes = (*data.notes, *_beware(request, classifier))
                training = Training(classifier, request.objective, data, request.schedule, fabric=fabric,
                                    validation_attack=request.validation_attack)  # fmt: skip
                card = run_card(context.folder.name, request, training, str(context.spec.get("device", "cpu")))
                records = Records(context, training, card, request.save_every)
            heed(vote(STOP if records is None or context.stop_asked() else FINE, fabric))
            assert records is not None
            records.go_on()
            for note in notes if records.writes and not training.done else ():
                context.note(note)
            for step in steps(training, context.say if records.writes else lambda _: None):
                due = records.add(step)
                if records.writes and step.epoch_ends and step.epoch + 1 == LOOK < training.schedule.epochs:
                    validation = training.validation
                    context.note(warning_under_way(step.held, len(validation.images), validation.guess))
                wish = vote(STOP if context.stop_asked() else SAVE if due else FINE, fabric)
                heed(wish)
                if wish == SAVE:
                    records.save()
            found = {"before": before(request, training)} if records.writes else {}
    except Cancelled as error:
        if records is not None and records.training.done and context.stop_asked() != "now":
            records.save()
        dismiss(fabric)
        raise Stopped from error
    result = records.result() | found if records.writes else {}
    dismiss(fabric)
    return result
