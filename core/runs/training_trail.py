"""What a training leaves in the audit trail: the data and model it began with, its masks, its weights."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.audit import events
from core.audit.hashes import hashes_of
from core.audit.record import record
from core.base.run_folder import BEST, LAST
from core.checkpoints.card import Card
from core.contracts.interfaces import Images
from core.runs.context import Context
from core.runs.trail import CARDS
from core.training.loop import Training

TASK = "refine"
ROWS = 1_000  # images hashed at a time


def begun(context: Context, training: Training, card: Card) -> None:
    """Model and images are loaded: which bytes they are."""
    data = {"name": card.data, "learnt": _facts(training.batches.data), "held_out": _facts(training.validation.images)}
    base = {"name": card.base, "start": card.start, "fingerprint": training.classifier.fingerprint}
    _record(context, events.BEGUN, {"data": data, "base": base, "step": training.done})


def weights_written(context: Context, epoch: int) -> None:
    """Weights and cards of an epoch, from 0, as they lie in the folder."""
    _record(context, events.WEIGHTS, {"epoch": epoch, "files": hashes_of(context.folder, (BEST, LAST, *CARDS))})


def masks_stored(
    context: Context, training: Training, epoch: int, masks: Tensor, indices: Iterable[int], file: str
) -> None:
    """The masks made before `epoch`, from 0: the hash of all of them, and the file with examples of some.

    masks: bool or float16 (N, H, W), of all images learnt from; indices: those that the examples are of.
    """
    spec = training.spec["objective"]
    made_by = {name: spec[name] for name in ("method", "mask_source") if name in spec}
    facts = {"epoch": epoch, "made_by": made_by, "images": len(masks),
             "with_mask": int(masks.flatten(1).any(dim=1).sum()), "masks_sha256": mask_hash(masks),
             "examples_of": [int(each) for each in indices]}  # fmt: skip
    _record(context, events.MASKS, facts | {"files": hashes_of(context.folder, (file,))})


def brought_masks_stored(context: Context, masks: Tensor, indices: Iterable[int], file: str) -> None:
    """The masks (N, H, W), bool, of the images that the objective brings along: the hash of all, and the examples."""
    facts = {"kind": "marked", "epoch": 0, "images": len(masks), "masks_sha256": mask_hash(masks),
             "examples_of": [int(each) for each in indices]}  # fmt: skip
    _record(context, events.MASKS, facts | {"files": hashes_of(context.folder, (file,))})


def epoch_masks_stored(context: Context, kind: str, epoch: int, indices: Iterable[int], file: str) -> None:
    """Masks that are made anew in every step, as they were after `epoch`, from 0, of the images `indices`."""
    facts = {"kind": kind, "epoch": epoch, "examples_of": [int(each) for each in indices]}
    _record(context, events.MASKS, facts | {"files": hashes_of(context.folder, (file,))})


def mask_hash(masks: Tensor) -> str:
    """SHA-256 of masks, bool (N, H, W): of "N H W", a new line, and each mask's bits in rows, padded to whole bytes.

    Of maps, float16: of "N H W float16", a new line, and the numbers, low byte first.

    >>> mask_hash(torch.eye(2).bool()[None]) == hashlib.sha256(b"1 2 2\\n" + bytes([0b10010000])).hexdigest()
    True
    """
    bits = masks.dtype == torch.bool
    digest = hashlib.sha256(f"{' '.join(map(str, masks.shape))}{'' if bits else ' float16'}\n".encode())
    for first in range(0, len(masks), ROWS):
        rows = masks[first : first + ROWS].cpu().flatten(1).numpy()
        digest.update(np.packbits(rows, axis=1).tobytes() if bits else rows.astype("<f2").tobytes())
    return digest.hexdigest()


def data_hash(images: Images) -> str:
    """SHA-256 of labelled images: kind and shape of each tensor on a line, then its bytes; the images, the labels."""
    digest = hashlib.sha256()
    for tensor in (images.images, images.labels):
        digest.update(f"{tensor.dtype} {' '.join(map(str, tensor.shape))}\n".encode())
        for first in range(0, len(tensor), ROWS):
            digest.update(tensor[first : first + ROWS].cpu().numpy().tobytes())
    return digest.hexdigest()


def _facts(images: Images) -> dict[str, Any]:
    return {"images": len(images), "sha256": data_hash(images)}


def _record(context: Context, event: str, facts: Mapping[str, Any]) -> None:
    context.note(record(event, facts, run=context.folder, task=TASK))
