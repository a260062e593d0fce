"""What a refinement leaves in its run's folder: rows, example masks, weights and cards, checkpoints."""

import time
from dataclasses import replace
from datetime import date
from typing import Any

from core.audit.code_version import code_version
from core.base import run_folder
from core.checkpoints.card import Card, save_weights
from core.distributed.fabric import average_buffers
from core.runs import training_trail
from core.runs.context import Context
from core.runs.epoch_masks import keep_brought_masks, keep_epoch_masks
from core.runs.mask_examples import keep_examples
from core.runs.pace import Pace
from core.training.loop import Training
from core.training.resume import State
from core.training.step import TrainingStep


class Records:
    """The records of one run, whose weights get `card`. Only the first process writes; the others keep step.

    Order at each step: its row, example masks, weights, then the checkpoint that makes them last. A kill in between
    makes the step again, and writes the same once more.
    """

    def __init__(self, context: Context, training: Training, card: Card, save_every: float) -> None:
        self.context, self.training, self.card, self.save_every = context, training, card, save_every
        self.writes = training.fabric.global_rank == 0
        self.before, self.begun, self.saved_at = 0.0, time.monotonic(), time.monotonic()
        self.masks = training.masks
        self.pace = Pace(training.batches.each, training.schedule.epochs, training.objective.due)
        self.last: TrainingStep | None = None
        self.held = {row["epoch"]: row["held"] for row in context.rows() if "held" in row}

    @property
    def seconds(self) -> float:
        """Seconds of training, those of earlier attempts that lasted included."""
        return self.before + time.monotonic() - self.begun

    def go_on(self) -> None:
        """Bring the training to where the last checkpoint left it, if there is one."""
        if found := self.context.latest():
            state = State.load(found[1] / run_folder.STATE)
            self.training.restore(state)
            self.before = state.facts["seconds"]
            self.masks = self.training.masks
        if self.writes:
            training_trail.begun(self.context, self.training, self.card)
            if not self.training.done:
                keep_brought_masks(self.context, self.training)
        self.begun = self.saved_at = time.monotonic()
        self.pace.start()
        self.progress()

    def progress(self, said: str = "") -> None:
        """Say how far it is, and what it does now."""
        training = self.training
        epoch = min(training.done // training.batches.each + 1, training.schedule.epochs)
        doing = said or training.doing
        text = f"epoch {epoch} of {training.schedule.epochs}" + (f", {doing}" if doing else "")
        if self.writes:
            left = self.pace.left(training.done - training.validating)  # a step to be validated yet is not over
            self.context.progress(training.done / training.batches.total, text, left)

    def add(self, step: TrainingStep) -> bool:
        """Record a step; whether a checkpoint is due after it."""
        made = bool(step.masks) or self.training.masks is not self.masks
        self.masks, self.last = self.training.masks, step
        self.pace.add(step.index)
        if self.writes:
            more = {name: dict(value) for name, value in (("held", step.held), ("masks", step.masks)) if value}
            self.context.row(
                step.index, epoch=step.epoch, loss=step.loss, parts=dict(step.parts), lr=step.lr,
                evaluations=step.evaluations, seconds=round(self.seconds, 3), **more,
            )  # fmt: skip
            if made:
                keep_examples(self.context, self.training, step.epoch)
            if step.epoch_ends:
                self.held[step.epoch] = dict(step.held)
                self._weights(step)
                keep_epoch_masks(self.context, self.training, step.epoch)
            self.progress(f"loss {step.loss:.3g}" if not step.epoch_ends else "")
        return step.epoch_ends or made or time.monotonic() - self.saved_at >= self.save_every

    def save(self) -> None:
        """Make a checkpoint after the last row, unless there is one. Every process calls this at the same step."""
        training = self.training
        for each in (training.classifier, training.average):
            if each is not None:
                average_buffers(each.net, training.fabric)  # a mean taken earlier changes nothing in the one at the end
        step = training.done - 1 - training.validating
        self.saved_at = time.monotonic()
        if not self.writes or step <= self.context.saved:
            return
        state = training.state()
        with self.context.checkpoint(step) as folder:
            State(state.tensors, state.facts | {"seconds": self.seconds}).save(folder / run_folder.STATE)

    def _weights(self, step: TrainingStep) -> None:
        """The weights as they are now, and the best ones; without held-out images the latest are the best."""
        training, best = self.training, self.training.validation.best
        kept = {run_folder.LAST: (training.classifier.net.state_dict(), step.epoch, False)}
        if best is None:
            latest = training.average or training.classifier
            kept[run_folder.BEST] = latest.net.state_dict(), step.epoch, training.average is not None
        elif best.epoch == step.epoch:
            kept[run_folder.BEST] = dict(best.weights), best.epoch, best.averaged
        for name, (tensors, epoch, averaged) in kept.items():
            card = replace(
                self.card,
                held=self.held.get(epoch, {}),
                epoch_kept=epoch + 1,
                averaged=averaged,
                gradient_evaluations=round(step.evaluations),
                training_minutes=round(self.seconds / 60, 1),
                seconds=round(self.seconds, 1),
                date=date.today().isoformat(),
            )
            save_weights(self.context.folder / name, tensors, card)
        training_trail.weights_written(self.context, step.epoch)

    def result(self) -> dict[str, Any]:
        """The run in numbers: the epoch kept (from 1), what the held-out images said of it, and what it took."""
        training = self.training
        best = Card.inside(self.context.folder / run_folder.BEST)
        return {
            "epoch_kept": best.epoch_kept,
            "averaged": best.averaged,
            "held": best.held,
            "judged": len(training.validation.images),
            "guess": training.validation.guess,
            "evaluations": training.evaluations,
            "seconds": round(self.seconds, 1),
            "steps": training.done,
            "code": code_version()["sha256"],
            "epochs": training.schedule.epochs,
            "images": len(training.batches.data),
            "at_once": training.at_once,
            "classifier": f"run:{self.context.folder.name}",
        }
