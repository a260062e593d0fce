"""What is known about a case: prediction, attack, maps, controls."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any, Self

import torch
from torch import Tensor

from core.contracts.classifier import Classifier
from core.contracts.fingerprint import preprocessing, weights_of
from core.study.attack_record import Attacked
from core.study.case import Case
from core.study.maps import Maps
from core.study.measures import Row
from core.study.prediction import Prediction

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

    def copied(self) -> Self:
        """The same study, safe from what is added to this one."""
        return replace(self, maps=dict(self.maps), measured=dict(self.measured), refused=dict(self.refused),
                       failed=dict(self.failed))  # fmt: skip


def begin(case: Case, classifier: Classifier, image: Tensor, image_sha256: str = "") -> Study:
    """A study in which nothing is known yet; image (C, H, W) in [0, 1]."""
    versions = {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()}
    study = Study(case, image, classifier.labels, classifier.fingerprint, image_sha256, versions=versions)
    study.preprocessing = preprocessing(classifier)
    study.threads, study.device = torch.get_num_threads(), str(classifier.device)
    return study
