"""The card of a set of weights: what they are, how they were made and what was measured of them.

A JSON object beside the weights and in their header; every card is read, written and put into words here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from core.base.atomic_files import write_whole
from core.base.errors import Unreadable
from core.base.paths import CHECKPOINTS
from core.base.units import in_255ths
from core.checkpoints.card_values import checked_entries
from core.checkpoints.tensor_files import read_header, write_tensors
from core.untrusted.foreign_json import parse_object, read_object

Entry = Mapping[str, Any]  # a part of a card that is a JSON object itself
USUAL = ("sha256", "size", "mean", "std", "range", "resize", "interpolation")  # left out where they are as usual


@dataclass(frozen=True)
class Card:
    """None: not known, and then not written. `more` holds what this version has no field for."""

    # what the weights are
    name: str | None = None
    title: str | None = None
    architecture: str | None = None
    layers: Sequence[Entry] | None = None  # put into that architecture before training: core.contracts.layer
    labels: Sequence[str] | None = None
    output: str | None = None  # softmax (None), sigmoid of one output, or multi-label: labels are the findings
    size: Sequence[int] | None = None  # (C, H, W) of the images, with the next four: core.contracts.preprocessing
    mean: Sequence[float] | None = None
    std: Sequence[float] | None = None
    range: Sequence[float] | None = None  # what 0 and 1 of a picture become before mean and std; None: 0 and 1
    resize: int | None = None
    interpolation: str | None = None
    sample: Entry | None = None  # a shipped picture and the logits for it: see core.recipes.sample_logits
    base: str | None = None  # how they were made: the checkpoint or classifier that training began with
    origin: str | None = None  # of a run: the classifier at the beginning of the chain of runs
    start: str | None = None
    run: str | None = None  # the run in which they were made
    data: str | None = None
    split: str | None = None  # which images are whose, in words, where it is no published split
    images: int | None = None
    objective: Entry | None = None
    schedule: Entry | None = None
    held_out: Entry | None = None
    judge: Entry | None = None  # the attack under which the held-out images chose the epoch
    held: Mapping[str, float] | None = None
    epoch_kept: int | None = None  # from 1
    averaged: bool | None = None
    stored: str | None = None  # float16 or float32
    gradient_evaluations: int | None = None
    masks: Sequence[Mapping[str, float]] | None = None  # what was said of them, cycle by cycle
    training_minutes: float | None = None
    seconds: float | None = None
    machine: str | None = None
    device: str | None = None
    processes: int | None = None
    threads: int | None = None
    precision: str | None = None
    test_clean: Entry | None = None  # from here on, what was measured: see core.recipes.measurements
    test_pgd20: Entry | None = None
    test_autoattack: Entry | None = None
    test_autoattack_begun: Entry | None = None
    test_transfer: Entry | None = None  # attacks made on other classifiers: see core.recipes.transferred
    outcomes: str | None = None
    stability: Entry | None = None
    gates: Entry | None = None
    versions: Mapping[str, str] | None = None
    date: str | None = None
    command: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    sha256: str | None = None  # of the weights

    @classmethod
    def parse(cls, entries: Mapping[str, Any], called: str = "the card") -> "Card":
        """The card of a JSON object; Unreadable, in a sentence that begins with `called`, if a value is of no use.

        >>> Card.parse({"name": "a", "colour": "red"}).entries()
        {'name': 'a', 'colour': 'red'}
        >>> Card.parse({"labels": "cat"})
        Traceback (most recent call last):
        core.base.errors.Unreadable: the card does not give 'labels' as a list of texts
        """
        own = checked_entries(cls, entries, called)
        return cls(**own, more={name: entries[name] for name in entries if name not in own})

    @classmethod
    def read(cls, weights: Path) -> "Card | None":
        """The card beside the file `weights`; None if there is none, Unreadable if it is not one, OSError."""
        called = f"the card {weights.with_suffix('.json').name}"
        try:
            entries = read_object(weights.with_suffix(".json"), called=called)
        except FileNotFoundError:
            return None
        if any(entries.get(name, "") is None for name in USUAL):
            raise Unreadable(f"{called} says null where it should leave out what is as usual")
        return cls.parse(entries, called)

    @classmethod
    def inside(cls, weights: Path) -> "Card":
        """The card in the header of the file `weights`, empty if there is none; ValueError, FileNotFoundError."""
        return cls.parse(parse_object(read_header(weights).get("card", "{}"), "the card"))

    def entries(self) -> dict[str, Any]:
        """The JSON object: every field that is known."""
        own = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name not in ("more", "sha256")}
        known = {name: value for name, value in own.items() if value is not None}
        return known | dict(self.more) | ({} if self.sha256 is None else {"sha256": self.sha256})

    def write(self, weights: Path) -> None:
        """Write the card beside the file `weights`."""
        write_whole(weights.with_suffix(".json"), (json.dumps(self.entries(), indent=2) + "\n").encode())

    def accuracies(self) -> list[tuple[str, str, str]]:
        """(what, accuracy, 95 % interval and count) of each accuracy that was measured, in words."""
        entries = {"original test images": self.test_clean,
                   f"under PGD, {(self.test_pgd20 or {}).get('steps')} steps": self.test_pgd20,
                   "under AutoAttack": self.test_autoattack,
                   "under attacks carried over from other networks": self.test_transfer}  # fmt: skip
        return [(what + (f", {strength(each)}" if "eps" in each else ""), *_percent(each))
                for what, each in entries.items() if each]  # fmt: skip


def strength(entry: Entry) -> str:
    """The largest change of a pixel under which an entry was measured, in words."""
    return in_255ths(entry["eps"])


def _percent(entry: Entry) -> tuple[str, str]:
    low, high = (100 * each for each in entry["interval_95"])
    return f"{100 * entry['accuracy']:.1f} %", f"{low:.1f} to {high:.1f} %, {entry['count']:,} images"


def shipped_card(name: str) -> Card | None:
    """The card of the shipped classifier called `source:checkpoint`; None for any other."""
    return Card.read(CHECKPOINTS / f"{name.replace(':', '_')}.safetensors")


def save_weights(path: Path, tensors: Mapping[str, Tensor], card: Card) -> None:
    """Write `path` (.safetensors), the card in its header, and beside it the card with the weights' sha256, whole."""
    header = json.dumps(replace(card, sha256=None).entries())
    replace(card, sha256=write_tensors(path, tensors, {"card": header})).write(path)
