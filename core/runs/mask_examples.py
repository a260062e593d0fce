"""Examples of the masks that a run trains with, kept in its folder, and the hash of all of them in the audit trail."""

import torch

from core.base import run_folder
from core.contracts.batch import stream
from core.runs.context import Context
from core.runs.training_trail import masks_stored
from core.spurious.mask_files import drawn, save_masks
from core.training.loop import Training

SHOWN = 16  # example images


def keep_examples(context: Context, training: Training, epoch: int) -> None:
    """Keep the masks made before this epoch, of the same images every time, drawn by the seed; OSError."""
    if training.masks is None:
        return
    path = run_folder.mask_examples(context.folder, epoch)
    data, masks = training.batches.data, training.masks
    seed = stream(training.schedule.seed, "examples")
    indices, *kept = drawn(SHOWN, seed, torch.arange(len(data)), data.images, masks, data.labels)
    save_masks(path, *kept, indices=indices)
    file = path.relative_to(context.folder).as_posix()
    masks_stored(context, training, epoch, masks, indices.tolist(), file)
