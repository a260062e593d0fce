"""The task `evaluate`: models x attacks x strengths on the images of a data set, kept image by image."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from core.base.cancellation import Cancelled, CancelScope
from core.catalog import load_classifier
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.by_name import load_data
from core.data.fit import joined
from core.distributed.fabric import full_precision
from core.robustness import batch_rows
from core.robustness.cells import AS_THEY_ARE
from core.robustness.flags import LOOKED_AT, warnings
from core.robustness.request import Evaluation
from core.robustness.summary import summary
from core.runs.context import Context, Stopped


def evaluate(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What `core.robustness.summary.summary` tells of the rows, and what was asked.

    A row after every batch of images on one model, as they are or under one attack; each is a checkpoint, so an
    evaluation that was stopped or killed goes on with what is not there yet, and ends with the numbers of one that was
    not: batches and seeds depend on the arguments alone.
    """
    asked = Evaluation.read(arguments)
    try:
        with CancelScope() as scope:
            context.on_stop(lambda _: scope.stop())  # whole batches are saved, so there is nothing to wait for
            models, data = _load(context, asked)
            context.share.made_with([each.fingerprint for each in models], data)
            places = _measure(context, asked, models, data)
            if context.share.is_part:
                return context.share.result()
            told = summary(context.rows(), asked, len(data.classes))
            for each, entry in zip(models, told["models"], strict=True):
                entry["flags"] = warnings(each, data.images[places[:LOOKED_AT]], data.labels[places], entry, asked)
    except Cancelled as error:
        raise Stopped from error
    for number, model in enumerate(told["models"]):
        for flag in model["flags"]:
            context.note(f"{asked.classifiers[number]}: {flag}")
        for each in model["attacks"]:
            if each["without_gradient"]:
                context.note(
                    f"{each['title']} on {asked.classifiers[number]}: {each['without_gradient']:,} images gave no "
                    "gradient to follow: that they are right says nothing."
                )
    return told | {"classes": list(data.classes)[:1000], "asked": asked.arguments(),
                   "weights": [each.fingerprint for each in models]}  # fmt: skip


def _load(context: Context, asked: Evaluation) -> tuple[list[Classifier], Images]:
    """The classifiers on the run's device and the images, found to fit every one."""
    models = [load_classifier(name, context.preparing) for name in asked.classifiers]
    if asked.weights and asked.weights != tuple(each.fingerprint for each in models):
        raise ValueError("the weights of one of the models have changed since this evaluation was asked for")
    full_precision()
    data = load_data(asked.data, asked.split, size=models[0].size, progress=context.preparing,
                     fingerprint=asked.data_fingerprint)  # fmt: skip
    for name, each in zip(asked.classifiers, models, strict=True):
        each.net.to(context.device)
        try:
            fitted = joined(each, data)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        for note in fitted.notes:
            context.note(note)
    shared = [joined(each, data) for each in models]
    if any(each.classes != shared[0].classes for each in shared):
        raise ValueError("these models name their classes differently or in another order: evaluate them one by one")
    return models, shared[0]


def _measure(context: Context, asked: Evaluation, models: list[Classifier], data: Images) -> Tensor:
    """Add the rows that are not there yet, batch by batch, so that all models and attacks grow together.

    Returns the places (N,) of the images in the data.
    """
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(asked.seed))
    places = order[: asked.count].sort().values if asked.count < len(data) else torch.arange(len(data))
    batches = torch.split(places, asked.batch)
    attacks = asked.methods()
    a_batch = len(models) * (len(attacks) + 1)
    total = len(batches) * a_batch
    steps = context.share.steps(len(batches), each=a_batch)
    first = max(steps.start, context.saved + 1)
    context.progress(first / total)
    first //= a_batch
    known = [row for row in context.rows() if row.get("batch") == first]
    for batch in range(first, steps.stop // a_batch):
        images, labels = data.images[batches[batch]].float() / 255, data.labels[batches[batch]]
        for number, model in enumerate(models):
            fallen = batch_rows.fallen([row for row in known if row["model"] == number], attacks)
            for place in range(AS_THEY_ARE, len(attacks)):
                step = batch * a_batch + number * (len(attacks) + 1) + place + 1
                if step <= context.saved:
                    continue
                if place == AS_THEY_ARE:
                    found = batch_rows.clean(model, images, labels, batches[batch])
                else:
                    attack = attacks[place]
                    below = fallen.get(attack.norm) if asked.only_standing else None
                    found = batch_rows.attacked(asked, attack, model, images, labels, batch, below)
                    batch_rows.fall(fallen, attack.norm, found["fell"])
                context.row(step, batch=batch, model=number, attack=place, **found)
                with context.checkpoint(step):
                    pass  # the rows hold all there is to go on from
                said = "as they are" if place == AS_THEY_ARE else attacks[place].named
                context.progress((step + 1) / total, _doing(said, number, len(models), batch, batches))
                if context.stop_asked():
                    raise Stopped
        known = []
    return places


def _doing(said: str, model: int, models: int, batch: int, batches: tuple[Tensor, ...]) -> str:
    count, total = sum(map(len, batches[: batch + 1])), sum(map(len, batches))
    which = f", model {model + 1} of {models}" if models > 1 else ""
    return f"images up to {count:,} of {total:,}{which}: {said}"
