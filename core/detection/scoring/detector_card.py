"""The card of a saved detector: of which classifier, what it has learned from, its threshold, and what was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from core.base.errors import Unreadable
from core.base.params import from_spec, to_spec
from core.catalog import DETECTORS, EXPLAINERS
from core.checkpoints.card_values import checked_entries
from core.contracts.classifier import Classifier
from core.contracts.detector import Detector
from core.contracts.explainer import Explainer
from core.detection.scoring.trained_detectors import Trained
from core.robustness.exports import versions

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class DetectorCard:
    """What is said of a detector beside its tensors; specs are in their JSON form.

    `fingerprint` is that of the classifier called `classifier`. `false_alarm` is the rate that `threshold` was set for
    on `calibration` originals, `guarantee` what that promises (scoring/thresholds.py), `measured` what it was on
    `testing` other originals: {"share", "hits", "count", "interval_95"}. `attacks`: those learned from, at `strength`,
    from `learning` source images of the split `split` of `data`. `aucs`: {"attack", "strength", "auc", "low", "high"}.
    `explained_with`: the seed of the signatures.
    """

    title: str
    classifier: str
    fingerprint: str
    explainer: Entry
    explained_with: int
    detector: Entry
    threshold: float
    false_alarm: float
    guarantee: float
    measured: Entry
    attacks: Sequence[Entry]
    strength: float
    noise_learnt: bool
    data: str
    data_fingerprint: str
    split: str
    learning: int
    calibration: int
    testing: int
    aucs: Sequence[Entry]
    date: str
    versions: Mapping[str, str]
    run: str = ""
    sha256: str = ""

    @classmethod
    def parse(cls, entries: Mapping[str, Any], called: str) -> "DetectorCard":
        """The card of a JSON object; Unreadable in a sentence that begins with `called` if it is none."""
        own = checked_entries(cls, entries, called)
        needed = [entry.name for entry in fields(cls) if entry.default is MISSING]
        if missing := [name for name in needed if own.get(name) is None]:
            raise Unreadable(f"{called} does not give {missing[0]!r}")
        card = cls(**{name: value for name, value in own.items() if value is not None})
        if not _is_rate(card.measured):
            raise Unreadable(f"{called} does not give the measured false alarms with their interval")
        try:
            card.made_detector(), card.made_explainer()
        except ValueError as error:
            raise Unreadable(f"{called} names a method that is not known: {error}") from error
        return card

    def entries(self) -> dict[str, Any]:
        """The JSON object."""
        return asdict(self)

    def made_detector(self) -> Detector:
        """The detector, which has not learned; ValueError if its spec is none of this version."""
        found = from_spec(self.detector, DETECTORS)
        assert isinstance(found, Detector)
        return found

    def made_explainer(self) -> Explainer:
        """The explainer of the signatures; ValueError if its spec is none of this version."""
        found = from_spec(self.explainer, EXPLAINERS)
        assert isinstance(found, Explainer)
        return found


def _is_rate(entry: Entry) -> bool:
    """Whether it gives a share from 0 to 1 with its interval."""
    between = entry.get("interval_95")
    numbers = [entry.get("share"), *(between if isinstance(between, list) else [])]
    return len(numbers) == 3 and all(isinstance(each, int | float) and 0 <= each <= 1 for each in numbers)


def card_of(
    trained: Trained, classifier: Classifier, explainer: Explainer, rows: Sequence[Mapping[str, Any]],
    attacks: Mapping[str, Entry], *, name: str, strength: float, data: str, split: str, learning: int,
    data_fingerprint: str = "", noise_learnt: bool = False, explained_with: int = 0, run: str = "", title: str = "",
) -> DetectorCard:  # fmt: skip
    """The card of a detector that has learned in a study, with what `rows` (scoring/generalisation.py) say of it.

    attacks: the spec of each attack by its name in the rows; name: that of the classifier; title: that of
    the detector in its study, if it is not simply what people call it with its parameters.
    """
    own = [row for row in rows if row["detector"] == trained.name and tuple(row["learnt_from"]) == trained.way]
    if not own:
        raise ValueError(f"nothing was measured of the detector {trained.name}")
    threshold, measured = trained.threshold, own[0]["false_alarms"]
    return DetectorCard(
        title=title or trained.detector.named, classifier=name, fingerprint=classifier.fingerprint,
        explainer=to_spec(explainer), explained_with=explained_with, detector=to_spec(trained.detector),
        threshold=threshold.value, false_alarm=threshold.rate, guarantee=threshold.guarantee, measured=measured,
        attacks=[attacks[each] for each in trained.way], strength=strength, noise_learnt=noise_learnt, data=data,
        data_fingerprint=data_fingerprint, split=split, learning=learning, calibration=threshold.count,
        testing=measured["count"], date=datetime.now(UTC).date().isoformat(), versions=versions(), run=run,
        aucs=[{key: row[key] for key in ("attack", "strength", "auc", "low", "high")} for row in own],
    )  # fmt: skip
