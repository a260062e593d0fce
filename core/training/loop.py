"""The one training loop: any objective, trained in place, one step at a time, on one process or several."""

import math
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from core.base.cancellation import CancelScope
from core.base.params import to_spec
from core.base.rng import seeded
from core.catalog import layers_of
from core.contracts.attack import Attack
from core.contracts.batch import stream
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.contracts.objective import Objective
from core.data.subset import split_held_out
from core.distributed.fabric import average_buffers, in_bf16, make_fabric
from core.training import resume
from core.training.awp import buffers_of
from core.training.batch_gradient import blend, descent, over_processes
from core.training.batches import Batches
from core.training.mask_refresh import PART, refreshed
from core.training.resume import State
from core.training.schedule import Schedule, average_decay
from core.training.step import TrainingStep
from core.training.validation import Validation

if TYPE_CHECKING:
    from lightning_fabric import Fabric


class Training:
    """Trains `classifier` in place on `data`, less the held-out images; iterate over it for the steps.

    Every random number comes from the seed and the number of the step or epoch, and what a batch needs is drawn for all
    of it: neither a break nor the number of processes changes the curve (but batch normalisation sees one process's
    rows). `at_once` bounds the images in one pass of a step, which stays that of the whole batch. `validation` judges
    the weights on the held-out images, attacked by `validation_attack` or as is usual, and holds the best.
    """

    def __init__(
        self, classifier: Classifier, objective: Objective, data: Images, schedule: Schedule, *,
        fabric: "Fabric | None" = None, validation_attack: Attack | None = None,
    ) -> None:  # fmt: skip
        self.classifier, self.objective, self.schedule = classifier, objective, schedule
        self.fabric = fabric or make_fabric(classifier.device.type, bf16=schedule.bf16 and not objective.precise)
        learn, held_out_images = split_held_out(data, schedule.held_out, schedule.seed)
        self.validation = Validation(held_out_images, objective, validation_attack, self.fabric)
        self.batches = Batches(learn, schedule, self.fabric, pairs=objective.pairs, whole=objective.whole)
        classifier.net.to(self.fabric.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = classifier.copy() if schedule.ema else None
        if self.average is not None:
            self.average.net.eval().requires_grad_(False)
        self.optimiser: torch.optim.Optimizer = torch.optim.SGD(
            classifier.net.parameters(), lr=schedule.lr, momentum=schedule.momentum, nesterov=schedule.momentum > 0,
            weight_decay=schedule.weight_decay,
        )  # fmt: skip
        self.done, self.evaluations, self.at_once = 0, 0.0, schedule.batch
        self.masks, self.kept = cast("Tensor | None", None), objective.begin()  # masks (N, H, W) on the CPU
        self._unvalidated: TrainingStep | None = None  # a step that ended an epoch and has not been yielded yet
        self.spec: Mapping[str, Any] = {  # what a run must have in common with another to go on where that stopped
            "objective": to_spec(objective), "schedule": asdict(schedule), "images": len(learn),
            "judge": None if self.validation.attack is None else to_spec(self.validation.attack),
        } | ({"layers": [*classifier.layers]} if classifier.layers else {})  # fmt: skip

    def __iter__(self) -> Iterator[TrainingStep]:
        """The steps that are left, each yielded when it is done: to stop is to ask for no more.

        The net is in training mode between steps; what looks at it puts that back (`Classifier.frozen`). A step broken
        off, by an error or a stopped scope, is made again from its beginning, a judgement too.
        """
        while self._unvalidated is not None or self.done < self.batches.total:
            step = self._unvalidated or self._step()
            if step.epoch_ends:
                self._unvalidated = step
                held = self.validation.judge(self.classifier, self.average, step.epoch)
                step, self._unvalidated = replace(step, held=held), None
            yield step

    @property
    def validating(self) -> bool:
        """Whether the last step made ended an epoch that has not been judged yet, so that it was not yielded."""
        return self._unvalidated is not None

    @property
    def doing(self) -> str:
        """What the next step begins with, in words; "" for an ordinary one."""
        if self.validating:
            return "judging the held-out images"
        epoch, place = divmod(self.done, self.batches.each)
        return "making masks" if place == 0 and self.objective.due(epoch) else ""

    def _step(self) -> TrainingStep:
        net, schedule, index = self.classifier.net.train(), self.schedule, self.done
        epoch, place = divmod(index, self.batches.each)
        own = stream(schedule.seed, "process", self.fabric.global_rank, index)  # what a layer such as dropout draws
        told: Mapping[str, float] = {}
        made = self.masks
        with seeded(own, self.fabric.device), CancelScope() as scope, ExitStack() as undo:
            undo.callback(buffers_of(net))
            if place == 0 and self.objective.due(epoch):
                made, told = refreshed(
                    self.objective, self.classifier, self.average or self.classifier, self.batches.data, made, epoch,
                    schedule.seed, self.fabric, min(PART, 4 * self.at_once),
                )  # fmt: skip
            batches = self.batches.batch(index, made, self.kept, self.average).parts(self.at_once)
            numbers = descent(self.classifier, self.objective, batches, epoch, self.fabric, layers_of(self.classifier))
            if not math.isfinite(numbers["loss"]):
                rough = in_bf16(self.fabric) and not self.objective.precise
                half = ", full precision (schedule.bf16=False)" if rough else ""
                raise ValueError(
                    f"the loss is no longer a number in step {index + 1} (epoch {epoch + 1}); a lower learning rate, "
                    f"gradient clipping{half} or smaller weights of the loss's parts may help"
                )
            cost = over_processes({"": scope.evaluations}, self.fabric)[""]
            undo.pop_all()  # the step is whole: nothing to undo
        lr = schedule.rate_at(index, self.batches.total)
        self.optimiser.param_groups[0]["lr"] = lr
        if schedule.clip:
            torch.nn.utils.clip_grad_norm_(net.parameters(), schedule.clip)
        self.optimiser.step()
        if self.objective.settled:
            average_buffers(net, self.fabric)  # as a checkpoint does: else it would matter when one is made
        if self.average is not None:
            blend(self.average.net, net, average_decay(schedule.ema, index))
        self.masks, self.evaluations, self.done = made, self.evaluations + cost, index + 1
        self.kept = self.objective.advance(self.kept, numbers)
        loss, ends = numbers.pop("loss"), place == self.batches.each - 1
        return TrainingStep(index, self.batches.total, epoch, ends, loss, numbers, lr, self.evaluations, masks=told)

    def state(self) -> State:
        """All that the rest of the run depends on, copied to the CPU."""
        pending = None if self._unvalidated is None else asdict(self._unvalidated)
        return resume.gather(self, {"spec": dict(self.spec), "unjudged": pending})

    def restore(self, state: State) -> None:
        """Go on from `state`, as if there had been no break; ValueError if it is of another run."""
        resume.put_back(self, self.spec, state)
        pending = state.facts["unjudged"]
        self._unvalidated = None if pending is None else TrainingStep(**pending)


def refine(classifier: Classifier, objective: Objective, data: Images, schedule: Schedule) -> Iterator[TrainingStep]:
    """Train `classifier` in place on `data`, less the held-out images; yields after every step."""
    return iter(Training(classifier, objective, data, schedule))
