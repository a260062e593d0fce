"""From a case to its findings, one at a time: prediction, attack, maps, controls; saved and loaded as a folder."""

import logging
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

from core.base.cancellation import Cancelled
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.contracts.fingerprint import preprocessing, weights_of
from core.study.attack_record import Attacked, attack
from core.study.case import Case
from core.study.maps import Maps, control, draw
from core.study.measures import Row, measured
from core.study.noise_control import shuffled_noise
from core.study.prediction import Prediction, predict

log = logging.getLogger("counterproof")
LIBRARIES = ("torch", "torchvision", "captum", "shap", "lime", "torchattacks", "scikit-image", "numpy")


@dataclass
class Study:
    """What is known so far about a case: filled in place by `investigate`, complete when that ends.

    `original` is the image (C, H, W) as the classifier sees it; `noise` (M, C, H, W) the control images; `maps` by
    explainer key, `measured` how far they moved; `refused` says in a sentence why a method does not apply to this
    classifier, `failed` why it failed this time. `threads` and `device`: where it was computed; sums in another order
    give other last digits, which an attack amplifies.
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
    measured: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    threads: int = 1
    device: str = "cpu"

    @property
    def weights(self) -> str:
        """The sha256 of the classifier's weights."""
        return weights_of(self.fingerprint)

    @property
    def rows(self) -> list[Row]:
        """Every map against its original's map, by every measure in the catalogue."""
        return [row for found in self.measured.values() for row in found]

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
    study = Study(case, image, classifier.labels, classifier.fingerprint, image_sha256, versions=versions)
    study.preprocessing = preprocessing(classifier)
    study.threads, study.device = torch.get_num_threads(), str(classifier.device)
    return study


def investigate(study: Study, classifier: Classifier) -> Iterator[Event]:
    """Fill `study`, yielding before and after each part; what is there already is not computed again.

    A stop (core.base.cancellation) ends it between two forward passes with Cancelled and leaves what was finished. The
    maps of all explainers come before any controls, so that the pictures are there early.
    """
    case, original = study.case, study.original
    study.failed.clear()
    if study.before is None:
        yield Event("predict", "", False)
        study.before = predict(classifier, original)
        yield Event("predict", "", True)
    if study.attacked is None:
        yield Event("attack", case.attack.key, False)
        study.attacked = attack(classifier, case.attack, original, target=case.target, seed=case.seed)
        yield Event("attack", case.attack.key, True)
    if study.noise is None:
        noise = shuffled_noise(original, study.attacked.image - original, case.controls, case.seed)
        study.noise_answers = tuple(predict(classifier, image).top for image in noise)
        study.noise = noise
    own = case.explained == "answer"
    classes = (study.before.top, study.attacked.after.top if own else study.before.top)
    for explainer in case.explainers:
        if explainer.key in study.maps or explainer.key in study.refused:
            continue
        if reason := explainer.obstacle(classifier):
            study.refused[explainer.key] = reason
            continue
        yield Event("maps", explainer.key, False)
        image = study.attacked.image
        _try(study, explainer, lambda each: draw(each, classifier, original, image, classes, case.seed))  # noqa: B023
        yield Event("maps", explainer.key, True)
    for explainer in case.explainers:
        maps = study.maps.get(explainer.key)
        if maps is None or maps.noise is not None:
            continue
        yield Event("controls", explainer.key, False)
        noise = study.noise
        _try(study, explainer, lambda each: control(maps, each, classifier, original, noise, case.seed, own))  # noqa: B023
        yield Event("controls", explainer.key, True)


def _try(study: Study, explainer: Explainer, compute: Callable[[Explainer], Maps]) -> None:
    """Keep what `compute` finds; one method that fails leaves the others their turn."""
    try:
        maps = compute(explainer)
    except Cancelled:
        raise
    except Exception as error:  # noqa: BLE001  methods call libraries that raise anything; the sentence names it
        log.warning(f"{explainer.key} failed", exc_info=True)
        said = ["".join(c if c.isprintable() else " " for c in line) for line in str(error).strip().splitlines()]
        study.failed[explainer.key] = f"{explainer.title} failed: {said[0][:500] if said else type(error).__name__}"
        return
    study.measured[explainer.key] = measured(explainer.key, maps)
    study.maps[explainer.key] = maps
