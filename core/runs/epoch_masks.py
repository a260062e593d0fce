"""Masks that a training makes anew in every step: after each epoch those of a few images are kept in the run's folder.

Salience masks, which an objective lays over images, and the attention masks of a network that covers its input itself.
"""

from collections.abc import Iterator
from contextlib import suppress

import torch
from torch import Tensor

from core.base.cancellation import Cancelled
from core.base.run_folder import epoch_masks
from core.catalog import EXPLAINERS
from core.contracts.batch import Batch, stream
from core.contracts.classifier import Classifier
from core.runs.context import Context
from core.runs.mask_examples import SHOWN
from core.runs.training_trail import brought_masks_stored, epoch_masks_stored
from core.spurious.mask_files import drawn, save_masks
from core.training.loop import Training

SALIENCE, ATTENTION, MARKED = "salience", "attention", "marked"
EXPLAINER = "attention_mask"  # values from 0, covered, to 1, left open; only for networks that cover their input
COVERED = 0.5  # below this a pixel counts as covered


def keep_epoch_masks(context: Context, training: Training, epoch: int) -> None:
    """Keep them, of the same images after every epoch, drawn by the seed; OSError. None where there are none.

    One who wants the run to stop does not wait for them.
    """
    data, schedule = training.batches.data, training.schedule
    chosen = drawn(SHOWN, stream(schedule.seed, "examples"), torch.arange(len(data)), data.images, data.labels)
    indices, images, labels = chosen
    device = training.fabric.device
    seed = stream(schedule.seed, "epoch masks", epoch)
    batch = Batch(images.to(device).float() / 255, labels.to(device), indices, seed, 0, len(images))
    with suppress(Cancelled):
        for kind, masks in _masks(training, batch):
            path = epoch_masks(context.folder, kind, epoch)
            save_masks(path, images, masks, labels, indices=indices)
            epoch_masks_stored(context, kind, epoch, indices.tolist(), path.relative_to(context.folder).as_posix())


def keep_brought_masks(context: Context, training: Training) -> None:
    """Keep some of the images that the objective brings along, with their masks; none where it brings none."""
    if (brought := training.objective.brought()) is None:
        return
    images, masks, labels = brought
    seed = stream(training.schedule.seed, "examples")
    indices, *kept = drawn(SHOWN, seed, torch.arange(len(images)), images, masks, labels)
    path = epoch_masks(context.folder, MARKED, 0)
    save_masks(path, *kept, indices=indices)
    brought_masks_stored(context, masks, indices.tolist(), path.relative_to(context.folder).as_posix())


def _masks(training: Training, batch: Batch) -> Iterator[tuple[str, Tensor]]:
    """(kind, masks (n, H, W), bool)."""
    masks = training.objective.example_masks(training.classifier, batch)
    if masks is not None:
        yield SALIENCE, masks
    if (covered := covered_by(training.classifier, batch)) is not None:
        yield ATTENTION, covered


def covered_by(classifier: Classifier, batch: Batch) -> Tensor | None:
    """Where the network covers the images itself, (n, H, W), bool; None for one that does not."""
    kind = EXPLAINERS.get(EXPLAINER)
    if kind is None or (explainer := kind()).obstacle(classifier):
        return None
    return explainer(classifier, batch.images, batch.labels).values < COVERED
