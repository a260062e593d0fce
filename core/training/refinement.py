"""What is asked of a refinement: base, data, objective and schedule by name; and these loaded and found to fit."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import torch

from core.base.params import from_spec
from core.catalog import CLASSIFIERS, OBJECTIVES, load_classifier
from core.contracts.batch import stream
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images, Progress
from core.contracts.objective import Objective
from core.data.by_name import load_data, misfit
from core.training.schedule import Schedule


@dataclass(frozen=True)
class Refinement:
    """The arguments of the task `refine`, fit for JSON; ValueError in one sentence if one of them cannot be.

    base: a classifier's name; start: from its weights ("base") or the same architecture untrained ("scratch"); data: a
    data set's name; objective: its JSON form; schedule: fields of core.training.schedule.Schedule; images: use only so
    many training images, drawn by the seed (0: all); title: the user's own words; processes: how many on a CPU;
    save_every: seconds between two checkpoints within an epoch; data_fingerprint: core.data.by_name.data_fingerprint of
    the data, if these images only are meant.
    """

    base: str
    data: str
    objective: dict[str, Any]
    schedule: dict[str, Any] = field(default_factory=dict)
    start: Literal["base", "scratch"] = "base"
    images: int = 0
    title: str = ""
    processes: int = 1
    save_every: float = 30.0
    data_fingerprint: str = ""

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> "Refinement":
        """The arguments of a run; ValueError names one that is missing or unknown."""
        try:
            return cls(**arguments)
        except TypeError as error:
            raise ValueError(f"refine: {str(error).partition(' ')[2]}") from error

    def __post_init__(self) -> None:
        if self.start not in ("base", "scratch"):
            raise ValueError(f"expected a start from base or scratch, got {self.start!r}")
        if self.base.partition(":")[0] not in CLASSIFIERS:
            raise ValueError(f"there is no classifier named {self.base!r}; `counterproof methods` lists them")
        if self.images < 0 or self.processes < 1 or self.save_every < 0:
            raise ValueError(
                f"expected images from 0, processes from 1 and seconds from 0, got {self.images}, {self.processes} "
                f"and {self.save_every}"
            )
        self.plan()
        self.aim()

    def arguments(self) -> dict[str, Any]:
        """What `read` reads."""
        found = asdict(self)
        return found if self.data_fingerprint else {k: v for k, v in found.items() if k != "data_fingerprint"}

    def aim(self) -> Objective:
        """The objective."""
        objective = from_spec(self.objective, OBJECTIVES)
        assert isinstance(objective, Objective)
        return objective

    def plan(self) -> Schedule:
        """The schedule."""
        schedule = from_spec({"method": "schedule"} | self.schedule, {"schedule": Schedule})
        assert isinstance(schedule, Schedule)
        return schedule

    def load(self, progress: Progress | None = None) -> tuple[Classifier, Images]:
        """The classifier to train, and the training images; ValueError or OSError in one sentence."""
        schedule = self.plan()
        classifier = self.classifier()
        found = load_data(
            self.data, "train", size=classifier.size, progress=progress, fingerprint=self.data_fingerprint
        )
        data = few(found, self.images, schedule.seed)
        if reason := misfit(classifier, data):
            raise ValueError(reason)
        if reason := self.too_few(len(data)):
            raise ValueError(reason)
        if self.start == "scratch" and self.data != classifier.samples:  # it will tell apart what these images show
            classifier = replace(classifier, labels=data.classes)
        return classifier, data

    def too_few(self, count: int) -> str:
        """Why `count` training images are not enough, in one sentence; "" if they are."""
        schedule = self.plan()
        if schedule.held_out + schedule.batch <= count:
            return ""
        return (
            f"{schedule.held_out:,} held-out images and a batch of {schedule.batch:,} are more than the {count:,} "
            "training images"
        )

    def classifier(self) -> Classifier:
        """The base, or its architecture untrained; ValueError or OSError in one sentence if it cannot be had."""
        if self.start == "base":
            return load_classifier(self.base)
        source = CLASSIFIERS[self.base.partition(":")[0]]
        fresh = getattr(source, "fresh", None)
        if fresh is None:
            raise ValueError(f"{source.title}: these can only be refined from their weights, not trained from scratch")
        made: Classifier = fresh(self.plan().seed)
        return made


def untrained() -> dict[str, str]:
    """What can be trained from scratch: name -> title."""
    return {key: source.title for key, source in CLASSIFIERS.items() if hasattr(source, "fresh")}


def few(data: Images, count: int, seed: int) -> Images:
    """`count` images drawn with `seed`, in their order; all of them if `count` is 0 or no less."""
    if not 0 < count < len(data):
        return data
    draws = torch.Generator().manual_seed(stream(seed, "images"))
    kept = torch.randperm(len(data), generator=draws)[:count].sort().values
    return replace(data, images=data.images[kept], labels=data.labels[kept])
