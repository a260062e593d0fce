"""What is asked of a detection study: a classifier, data, attacks, an explainer, and how many images take part."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from core.base.params import from_spec, to_spec
from core.catalog import DETECTORS, EXPLAINERS
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.detector import Detector
from core.contracts.explainer import Explainer
from core.detection.critical_pixels.selection import Rule
from core.detection.detector_specs import made
from core.explainers.shap_deep import ShapDeep
from core.explainers.shap_gradient import ShapGradient
from core.robustness.request import Evaluation

FARTHEST = 100  # standard deviations above the mean
COUNTS = {"learning": 50_000, "calibration": 50_000, "testing": 50_000, "batch": 500, "knowing": 10_000}


@dataclass(frozen=True)
class DetectionRequest:
    """The arguments of the task `detect`, checked; ValueError in one sentence where they do not fit.

    `attacks`: in their JSON form, at `strengths` (L-infinity, rising); `strength`, one of these, is that of the
    study's stages 2 to 5 and the one that detectors learn from. `explainer`: that of the signatures, in its JSON form;
    None: SHAP (DeepLIFT) where it fits the network, SHAP (gradients) elsewhere. `detectors`: in their JSON form, None
    for all. Images, all answered right, drawn by `seed`: `learning` and `calibration` ones of the split `learn_from`,
    from which the detectors learn and on which thresholds are set, `testing` ones of the test split; no image stands
    in two of these. `critical`: the share of pixels called critical, or, with `critical_deviations`, instead those
    whose importance is above the mean by more than so many standard deviations: see `rule`. `noise_learnt`: whether
    detectors are shown ordinary noise too, as no attack. `false_alarm`: the share of originals that a threshold may
    call attacked. `knowing`: images that the attacker who knows attacks, at most `testing`. `published`:
    the name of figures in assets/published that belong beside. `weights`: the fingerprint of the classifier, and
    `data_fingerprint` that of the data, if the numbers are to hold for these only.
    """

    classifier: str
    data: str
    attacks: tuple[dict[str, Any], ...]
    strengths: tuple[float, ...]
    strength: float
    explainer: dict[str, Any] | None = None
    detectors: tuple[dict[str, Any], ...] | None = None
    learn_from: Literal["train", "test"] = "train"
    learning: int = 1000
    calibration: int = 500
    testing: int = 1000
    critical: float = 0.1
    critical_deviations: float | None = None
    false_alarm: float = 0.05
    noise_learnt: bool = False
    knowing: int = 100
    batch: int = 100
    seed: int = 0
    weights: str = ""
    data_fingerprint: str = ""
    title: str = ""
    published: str = ""

    def __post_init__(self) -> None:
        for name, most in COUNTS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
                raise ValueError(f"expected {name} to be a whole number from 1 to {most}, got {repr(value)[:60]}")
        for name in ("critical", "false_alarm"):
            value = getattr(self, name)
            if not isinstance(value, float) or not 0 < value < 1:
                raise ValueError(f"expected {name} to be a number between 0 and 1, got {repr(value)[:60]}")
        value = self.critical_deviations
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and 0 <= value <= FARTHEST):
            raise ValueError(
                f"expected critical_deviations to be a number from 0 to {FARTHEST}, got {repr(value)[:60]}"
            )
        if not self.attacks:
            raise ValueError("a detection study needs an attack")
        if self.detectors == ():
            raise ValueError("a detection study needs a detector")
        if self.strength not in self.strengths:
            raise ValueError(f"expected the strength to be one of those attacked with, got {repr(self.strength)[:60]}")
        if self.knowing > self.testing:
            raise ValueError(
                f"expected at most {self.testing:,} images for the attacker who knows, got {self.knowing:,}"
            )
        self.evaluation()
        self.chosen_detectors()
        if self.explainer is not None:
            from_spec(self.explainer, EXPLAINERS)

    @property
    def rule(self) -> Rule:
        """Which pixels are called critical."""
        return Rule(self.critical, self.critical_deviations)

    def evaluation(self) -> Evaluation:
        """The matrix of its attacks and strengths, whose checks are these."""
        return Evaluation(
            (self.classifier,), self.data, self.attacks, self.strengths, split=self.learn_from, batch=self.batch,
            seed=self.seed, data_fingerprint=self.data_fingerprint, title=self.title, published=self.published,
        )  # fmt: skip

    def chosen_attacks(self) -> tuple[Attack, ...]:
        """The attacks."""
        return self.evaluation().methods()

    def chosen_detectors(self) -> tuple[Detector, ...]:
        """The detectors, all of the catalogue if none are named."""
        if self.detectors is None:
            return tuple(kind() for kind in DETECTORS.values())
        return made(self.detectors)

    def signature(self, classifier: Classifier) -> Explainer:
        """The explainer of the signatures; ValueError in a sentence where it cannot explain this classifier."""
        if self.explainer is None:
            return ShapGradient() if ShapDeep().obstacle(classifier) else ShapDeep()
        chosen = from_spec(self.explainer, EXPLAINERS)
        assert isinstance(chosen, Explainer)
        if reason := chosen.obstacle(classifier):
            raise ValueError(f"{chosen.title} cannot make signatures: {reason.rstrip('.')}")
        return chosen

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> "DetectionRequest":
        """From JSON; ValueError in one sentence."""
        known = {entry.name: str(entry.type) for entry in fields(cls)}
        if unknown := sorted(set(arguments) - set(known)):
            raise ValueError(f"detect: unknown argument {', '.join(unknown)[:100]}")
        lists = {
            name: value for name, value in arguments.items() if known[name].startswith("tuple") and value is not None
        }
        if wrong := [name for name, value in lists.items() if not isinstance(value, list | tuple)]:
            raise ValueError(f"detect: expected {wrong[0]} to be a list")
        try:
            return cls(**dict(arguments) | {name: tuple(value) for name, value in lists.items()})
        except TypeError as error:
            raise ValueError(f"detect: {str(error).rpartition(') ')[2] or error}") from error

    def arguments(self) -> dict[str, Any]:
        """As JSON, with lists for tuples; what is left to its default of nothing is left out, and so is the share of
        critical pixels where `critical_deviations` says which they are."""
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        plain["attacks"] = [to_spec(each) for each in self.chosen_attacks()]
        plain["detectors"] = None if self.detectors is None else [to_spec(each) for each in self.chosen_detectors()]
        plain["critical"] = self.critical if self.critical_deviations is None else None
        return {name: value for name, value in plain.items() if value not in (None, "")}
