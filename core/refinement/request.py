"""A request for a refinement: what is trained, on which data, with which objective, for how long."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeVar

from core.base.params import TYPES, Method, from_spec, to_spec
from core.base.plain_line import plain_line
from core.catalog import ATTACKS, CLASSIFIERS, LAYERS, OBJECTIVES, load_classifier
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images, Progress
from core.contracts.layer import Layer, with_layers
from core.contracts.objective import Objective
from core.data.by_name import load_data
from core.data.class_join import join_classes
from core.data.fit import joined
from core.data.subset import few, set_aside
from core.refinement.batch_norm import alone
from core.refinement.untrained import untrained
from core.training.schedule import Schedule

Start = Literal["base", "scratch"]
M = TypeVar("M", bound=Method)
KINDS: Mapping[str, tuple[type, ...]] = {
    "base": (str,), "data": (str,), "start": (str,), "title": (str,), "data_fingerprint": (str,), "images": (int,),
    "processes": (int,), "reserved": (int,), "save_every": (int, float),
}  # fmt: skip
PERHAPS = ("data_fingerprint", "reserved")  # are said only where they are asked for
ONE_CLASS = "all training images are of one class; expected at least two"
LONGEST_TITLE = 200  # characters


@dataclass(frozen=True)
class Refinement:
    """The one record of a request, from a page, a shell command, a preset or a recipe to the training loop.

    base: a classifier's name; start: from its weights ("base") or the same architecture untrained ("scratch"); data: a
    data set's name; images: use only so many training images, drawn by the seed (0: all); title: the user's own;
    processes: how many on a CPU; save_every: seconds between two checkpoints within an epoch; data_fingerprint:
    core.data.by_name.data_fingerprint of the data, if these images only are meant; validation_attack: what the
    held-out images are attacked with to choose the epoch, None for core.training.validation.usual_validation_attack;
    layers: what is put into the network first, beside what the base has in it already; reserved: so many training
    images are never learnt from and choose nothing, whatever the seed: a trial judges on them (core.trials).
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
    layers: tuple[Layer, ...] = ()
    reserved: int = 0

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> "Refinement":
        """The request that the arguments of a run stand for, the only place where they are parsed.

        ValueError names an argument that is missing, unknown or cannot be.
        """
        parsed = dict(arguments)
        if isinstance(parsed.get("title"), str):
            parsed["title"] = plain_line(parsed["title"], LONGEST_TITLE)
        if "objective" in parsed:
            parsed["objective"] = _method(parsed["objective"], OBJECTIVES, Objective)  # type: ignore[type-abstract]
        schedule = {"method": Schedule.key} | dict(parsed.get("schedule") or {})
        parsed["schedule"] = _method(schedule, {Schedule.key: Schedule}, Schedule)
        if parsed.get("validation_attack") is not None:
            parsed["validation_attack"] = _method(parsed["validation_attack"], ATTACKS, Attack)  # type: ignore[type-abstract]
        parsed["layers"] = tuple(_method(each, LAYERS, Layer) for each in parsed.get("layers") or ())  # type: ignore[type-abstract]
        try:
            return cls(**parsed)
        except TypeError as error:
            raise ValueError(f"refine: {str(error).partition(' ')[2]}") from error

    def __post_init__(self) -> None:
        for name, kinds in KINDS.items():
            if not isinstance(value := getattr(self, name), kinds) or isinstance(value, bool):
                raise ValueError(f"expected {name} to be {TYPES[kinds[-1]]}, got {repr(value)[:60]}")
        if self.start not in ("base", "scratch"):
            raise ValueError(f"expected a start from base or scratch, got {self.start!r}")
        if self.base.partition(":")[0] not in CLASSIFIERS:
            raise ValueError(f"there is no classifier named {self.base!r}; `counterproof methods` lists them")
        if not (source := CLASSIFIERS[self.base.partition(":")[0]]).trainable:
            raise ValueError(f"{source.title}: these are not to be refined; take the network that they are made of")
        if min(self.images, self.reserved) < 0 or self.processes < 1 or not 0 <= self.save_every < math.inf:
            raise ValueError(
                f"expected images and reserved ones from 0, processes from 1 and seconds from 0, got {self.images}, "
                f"{self.reserved}, {self.processes} and {self.save_every}"
            )

    def arguments(self) -> dict[str, Any]:
        """What `read` reads: the arguments of the task `refine`, fit for JSON."""
        attack = self.validation_attack
        plain = {name: getattr(self, name) for name in KINDS if name not in PERHAPS}
        more = {name: getattr(self, name) for name in PERHAPS} | {"layers": [to_spec(each) for each in self.layers]}
        said = plain | {"objective": to_spec(self.objective), "schedule": asdict(self.schedule), "start": self.start}
        said |= {name: value for name, value in more.items() if value}
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
        classifier, images = self._joined(classifier, images)
        if len(set(images.labels.tolist())) < 2:
            raise ValueError(ONE_CLASS)
        data = few(set_aside(images, self.reserved)[0], self.images, self.schedule.seed)
        if reason := self.schedule.too_few(len(data)) or alone(classifier, self.schedule.batch // self.processes):
            raise ValueError(reason)
        return classifier, data

    def _joined(self, classifier: Classifier, images: Images) -> tuple[Classifier, Images]:
        """Both with the same classes: the classifier's; from scratch those of the data, which it will tell apart.

        From scratch they have the names and the order of the base where all of those are there.
        """
        join = join_classes(images.classes, classifier.labels)
        if self.start == "scratch" and not (join.by_name and len(images.classes) == len(classifier.labels)):
            classifier = untrained(self.base, self.schedule.seed, images.classes)
        images = joined(classifier, images, learns=True)
        return replace(with_layers(classifier, self.layers), labels=images.classes), images

    def classifier(self) -> Classifier:
        """The base, or its architecture untrained; ValueError or OSError in one sentence if it cannot be had."""
        return load_classifier(self.base) if self.start == "base" else untrained(self.base, self.schedule.seed)


def _method(spec: Any, catalogue: Mapping[str, type[Method]], kind: type[M]) -> M:
    """The method of a JSON form, or the one that is given as it is."""
    if not isinstance(spec, Method | Mapping):
        raise ValueError(f"expected a method and its parameters, got {repr(spec)[:60]}")
    made = spec if isinstance(spec, Method) else from_spec(spec, catalogue)
    assert isinstance(made, kind)
    return made
