"""A run's folder: where runs lie, what a run is called, and what the files in its folder are called.

Whoever reads or writes a run takes the names from here. Only the standard library is needed, and nothing is opened.
"""

import re
from pathlib import Path

from core.base.paths import home

SPEC = "spec.json"  # what was asked: a task and its arguments, in JSON
STATUS = "status.json"  # how it stands, replaced whole by the worker
METRICS = "metrics.jsonl"  # a row for every step
LOG = "log.txt"
RESULT = "result.json"  # what the task returned, once it has completed
STOP = "stop"  # there while somebody asks it to stop
LOCK = "lock"  # held by the worker as long as it lives
LAUNCH = "launch.json"  # of a run that was handed to an engine: which, and its job there
HEARTBEAT = "heartbeat.json"  # replaced every few seconds by a worker that an engine started
BROKEN = "broken.json"  # why one of several processes of a run on several machines failed
PARTS = "parts"  # of a run in parts: a folder with a run for each of them
SUBMITTING = "submitting"  # held by who hands the run to an engine, meanwhile
OWNER = "owner"  # a folder that says whose it is (core.access.belonging); without it, it is nobody's
SCORES = "scores.csv"  # of a detection study: what every detector gave every image
RECEIPTS = "receipts.jsonl"  # number and hash of every entry of the audit trail about this run
BEST, LAST = "best.safetensors", "last.safetensors"  # weights, each with its card beside it
STATE = "state.safetensors"  # in a checkpoint: all that a training needs to go on
CHECKPOINT = "checkpoint-"  # followed by the step after which it was made

NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
_LAST = ".last"  # RUN_ID is the best weights of a run, RUN_ID.last the last ones
_MASKS = "masks"


def runs_folder() -> Path:
    """The folder in which runs lie, a sub-folder each."""
    return home() / "runs"


def is_name(name: str) -> bool:
    """Whether this can be the name of a run.

    >>> is_name("20261120-083640-0123abcd"), is_name("../x")
    (True, False)
    """
    return NAME.fullmatch(name) is not None


def split_name(checkpoint: str) -> tuple[str, str]:
    """(the run, the file of its weights) of a checkpoint; ValueError if this is no name of a run's weights.

    >>> split_name("20261120-083640-0123abcd.last")
    ('20261120-083640-0123abcd', 'last.safetensors')
    """
    name = checkpoint.removesuffix(_LAST)
    if not is_name(name):
        raise ValueError(f"expected a run such as 20260101-120000-0123abcd, got {checkpoint[:60]!r}")
    return name, LAST if checkpoint.endswith(_LAST) else BEST


def weights(checkpoint: str) -> Path:
    """Where the weights called `checkpoint` lie; ValueError as from `split_name`."""
    name, file = split_name(checkpoint)
    return runs_folder() / name / file


def last_of(name: str) -> str:
    """What the last weights of a run are called."""
    return name + _LAST


def said(name: str) -> str:
    """A run's name for people: when it was submitted, and what tells it from others of that minute.

    >>> said("20261120-083640-0123abcd")
    'run of 2026-11-20 08:36 UTC, 0123abcd'
    """
    return f"run of {name[:4]}-{name[4:6]}-{name[6:8]} {name[9:11]}:{name[11:13]} UTC, {name[-8:]}"


def mask_examples(folder: Path, epoch: int) -> Path:
    """The file with examples of the masks made before `epoch` (from 0) in a run's folder."""
    return folder / _MASKS / f"cycle-{epoch:04}.npz"


def epoch_masks(folder: Path, kind: str, epoch: int) -> Path:
    """The file with examples of the masks of a kind, such as "salience", as they were after `epoch` (from 0)."""
    return folder / _MASKS / f"{kind}-{epoch:04}.npz"


def all_epoch_masks(folder: Path, kind: str) -> list[Path]:
    """Every such file that there is, in order."""
    return sorted((folder / _MASKS).glob(f"{kind}-*.npz"))


def all_mask_examples(folder: Path) -> list[Path]:
    """Every such file that there is, in order."""
    return sorted((folder / _MASKS).glob("cycle-*.npz"))
