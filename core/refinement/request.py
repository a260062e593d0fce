"""A request for a refinement: what is trained, on which data, with which objective, for how long."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeVar

from core.base.params import Method, from_spec, to_spec
from core.catalog import ATTACKS, CLASSIFIERS, OBJECTIVES, load_classifier
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images, Progress
from core.contracts.objective import Objective
from core.data.by_name import load_data
from core.data.fit import misfit
from core.data.subset import few
from core.training.schedule import Schedule

Start = Literal["base", "scratch"]
M = TypeVar("M", bound=Method)


@dataclass(frozen=True)
class Refinement:
    """The one record of a request, from a page, a shell command, a preset or a recipe to the training loop.

    base: a classifier's name; start: from its weights ("base") or the same architecture untrained ("scratch"); data: a
    data set's name; images: use only so many training images, drawn by the seed (0: all); title: the user's own words;
    processes: how many on a CPU; save_every: seconds between two checkpoints within an epoch; data_fingerprint:
    core.data.by_name.data_fingerprint of the data, if these images only are meant; validation_attack: what the
    held-out images are attacked with to choose the epoch, None for core.training.validation.usual_validation_attack.
    ValueError in one sentence if one of them cannot be.
    """

    base: str
    data: str
    objective: Objective
    schedule: Schedule = field(default_factory=Schedule)
    start: Start = "base"
    images: int = 0
    title: str = ""
    processes: int = 1
    save_every: float = 30.0
    data_fingerprint: str = ""
    validation_attack: Attack | None = None

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> "Refinement":
        """The request that the arguments of a run stand for, the only place where they are parsed.

        ValueError names an argument that is missing, unknown or cannot be.
        """
        parsed = dict(arguments)
        if "objective" in parsed:
            parsed["objective"] = _method(parsed["objective"], OBJECTIVES, Objective)  # type: ignore[type-abstract]
        schedule = {"method": Schedule.key} | dict(parsed.get("schedule") or {})
        parsed["schedule"] = _method(schedule, {Schedule.key: Schedule}, Schedule)
        if parsed.get("validation_attack") is not None:
            parsed["validation_attack"] = _method(parsed["validation_attack"], ATTACKS, Attack)  # type: ignore[type-abstract]
        try:
            return cls(**parsed)
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

    def arguments(self) -> dict[str, Any]:
        """What `read` reads: the arguments of the task `refine`, fit for JSON."""
        attack = self.validation_attack
        said = {
            "base": self.base, "data": self.data, "objective": to_spec(self.objective),
            "schedule": asdict(self.schedule), "start": self.start, "images": self.images, "title": self.title,
            "processes": self.processes, "save_every": self.save_every,
        }  # fmt: skip
        said |= {"data_fingerprint": self.data_fingerprint} if self.data_fingerprint else {}
        return said | ({} if attack is None else {"validation_attack": to_spec(attack)})

    @property
    def bf16(self) -> bool:
        """Whether half precision is asked for and the objective allows it."""
        return self.schedule.bf16 and not self.objective.precise

    def load(self, progress: Progress | None = None) -> tuple[Classifier, Images]:
        """The classifier to train, and the training images; ValueError or OSError in one sentence."""
        classifier = self.classifier()
        images = load_data(
            self.data, "train", size=classifier.size, progress=progress, fingerprint=self.data_fingerprint
        )
        data = few(images, self.images, self.schedule.seed)
        if reason := misfit(classifier, data) or self.schedule.too_few(len(data)):
            raise ValueError(reason)
        if self.start == "scratch" and self.data != classifier.samples:  # it will tell apart what these images show
            classifier = replace(classifier, labels=data.classes)
        return classifier, data

    def classifier(self) -> Classifier:
        """The base, or its architecture untrained; ValueError or OSError in one sentence if it cannot be had."""
        return load_classifier(self.base) if self.start == "base" else untrained(self.base, self.schedule.seed)


def _method(spec: Any, catalogue: Mapping[str, type[Method]], kind: type[M]) -> M:
    """The method of a JSON form, or the one that is given as it is."""
    made = spec if isinstance(spec, Method) else from_spec(spec, catalogue)
    assert isinstance(made, kind)
    return made


def untrained(base: str, seed: int = 0) -> Classifier:
    """The network of a classifier before any training; ValueError for one that there is only with its weights."""
    source = CLASSIFIERS.get(base.partition(":")[0])
    if source is None or not hasattr(source, "fresh"):
        title = source.title if source else base
        raise ValueError(f"{title}: these can only be refined from their weights, not trained from scratch")
    made: Classifier = source.fresh(seed)
    return made


def untrained_names() -> dict[str, str]:
    """What can be trained from scratch: name -> title."""
    return {key: source.title for key, source in CLASSIFIERS.items() if hasattr(source, "fresh")}
