"""From a case to its findings, one at a time: prediction, attack, maps, controls; saved and loaded as a folder."""

import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Literal, NamedTuple

from torch import Tensor

from core.attacked import Attacked, Prediction, attack, predict
from core.case import Case
from core.classifier import Classifier
from core.maps import Maps, control, draw
from core.noise import shuffled

LIBRARIES = ("torch", "torchvision", "captum", "shap", "lime", "torchattacks", "scikit-image", "numpy")


@dataclass
class Study:
    """What is known so far about a case: filled in place by `investigate`, complete when that ends.

    `original` is the image (C, H, W) as the classifier sees it; `noise` (M, C, H, W) the control images; `maps` by
    explainer key; `refused` says in a sentence, by explainer key, why a map could not be drawn.
    """

    case: Case
    original: Tensor
    labels: tuple[str, ...]
    fingerprint: str
    image_sha256: str = ""
    before: Prediction | None = None
    attacked: Attacked | None = None
    noise: Tensor | None = None
    noise_answers: tuple[int, ...] = ()
    maps: dict[str, Maps] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every explainer asked for has its maps and controls, or has said why not."""
        drawn = {key for key, maps in self.maps.items() if maps.noise is not None} | set(self.refused)
        return self.attacked is not None and all(explainer.key in drawn for explainer in self.case.explainers)


class Event(NamedTuple):
    """What `investigate` has just begun or finished; `part` is an explainer's key for maps and controls."""

    stage: Literal["predict", "attack", "maps", "controls"]
    part: str
    finished: bool


def begin(case: Case, classifier: Classifier, image: Tensor, image_sha256: str = "") -> Study:
    """A study in which nothing is known yet; image (C, H, W) in [0, 1]."""
    versions = {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()}
    return Study(case, image, classifier.labels, classifier.fingerprint, image_sha256, versions=versions)


def investigate(study: Study, classifier: Classifier) -> Iterator[Event]:
    """Fill `study`, yielding before and after each part; what is there already is not computed again.

    A stop (core.meter) ends it between two forward passes with Cancelled and leaves what was finished. The maps of all
    explainers come before any controls, so that the pictures are there early.
    """
    case, original = study.case, study.original
    if study.before is None:
        yield Event("predict", "", False)
        study.before = predict(classifier, original)
        yield Event("predict", "", True)
    if study.attacked is None:
        yield Event("attack", case.attack.key, False)
        study.attacked = attack(classifier, case.attack, original, target=case.target, seed=case.seed)
        yield Event("attack", case.attack.key, True)
    if study.noise is None:
        study.noise = shuffled(original, study.attacked.image - original, case.controls, case.seed)
        study.noise_answers = tuple(predict(classifier, image).top for image in study.noise)
    own = case.explained == "answer"
    classes = (study.before.top, study.attacked.after.top if own else study.before.top)
    for explainer in case.explainers:
        if explainer.key in study.maps or explainer.key in study.refused:
            continue
        if reason := explainer.obstacle(classifier):
            study.refused[explainer.key] = reason
            continue
        yield Event("maps", explainer.key, False)
        try:
            study.maps[explainer.key] = draw(explainer, classifier, original, study.attacked.image, classes, case.seed)
        except (ValueError, RuntimeError) as error:  # one method that fails leaves the others their turn
            study.refused[explainer.key] = f"{explainer.title} failed: {error}"
        yield Event("maps", explainer.key, True)
    for explainer in case.explainers:
        maps = study.maps.get(explainer.key)
        if maps is None or maps.noise is not None or study.noise is None:
            continue
        yield Event("controls", explainer.key, False)
        study.maps[explainer.key] = control(maps, explainer, classifier, original, study.noise, case.seed, own)
        yield Event("controls", explainer.key, True)
