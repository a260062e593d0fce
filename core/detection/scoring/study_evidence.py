"""What a detection study has gathered for its detectors: originals and attacked images of three sets of sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.detector import Evidence

Way = tuple[str, ...]  # the attacks that a detector learns from, by name, in the order of the study


@dataclass(frozen=True, eq=False)
class StudyEvidence:
    """Originals of three disjoint sets of source images, all answered right, and what became of them under attacks.

    By the attack's name, at `strength`, in `learning_attacked` and `calibration_attacked`; by name and strength in
    `testing_attacked`. Row i of attacked images comes from row i of the originals of its set. `noise`: learning sources
    with ordinary noise, to be learnt from as originals (scoring/ordinary_noise.py), if a detector is to be shown
    any; the study shows none. ValueError if the rows do not go together.
    """

    strength: float
    learning: Evidence
    calibration: Evidence
    testing: Evidence
    learning_attacked: Mapping[str, Evidence]
    testing_attacked: Mapping[tuple[str, float], Evidence]
    calibration_attacked: Mapping[str, Evidence]
    noise: Evidence | None = None

    def __post_init__(self) -> None:
        groups = [
            (self.learning, self.learning_attacked.values()), (self.testing, self.testing_attacked.values()),
            (self.calibration, self.calibration_attacked.values()),
        ]  # fmt: skip
        if not self.learning_attacked or not self.testing_attacked:
            raise ValueError("a study of detectors needs an attack to learn from and one to test with")
        if any(len(each) != len(originals) for originals, attacked in groups for each in attacked):
            raise ValueError("expected every original of a set under every attack, in the same order")
        if set(self.calibration_attacked) - set(self.learning_attacked):
            raise ValueError("there are attacks to calibrate with that no detector learns from")

    @property
    def attacks(self) -> Way:
        """Those learned from."""
        return tuple(self.learning_attacked)

    def to_learn(self, way: Way) -> tuple[Evidence, Tensor]:
        """What a detector learns from that knows the attacks of `way`: evidence, and which of it is attacked (N,)."""
        harmless = [self.learning, *([] if self.noise is None else [self.noise])]
        attacked = [self.learning_attacked[name] for name in way]
        first, second = (sum(map(len, each)) for each in (harmless, attacked))
        return Evidence.joined([*harmless, *attacked]), torch.arange(first + second) >= first

    def fooled(self, attack: str, strength: float) -> Tensor:
        """(N,) bool: which testing images get another answer under this attack than before it, which was right."""
        return changed(self.testing, self.testing_attacked[attack, strength])


def changed(before: Evidence, after: Evidence) -> Tensor:
    """(N,) bool: where the classifier's answer is another one."""
    return before.probabilities.argmax(dim=1) != after.probabilities.argmax(dim=1)


def ways_to_learn(attacks: Sequence[str]) -> list[Way]:
    """The sets of attacks to learn from: all of them, each alone, and all but one; none twice.

    >>> ways_to_learn(["bim", "fgsm", "pgd"])
    [('bim', 'fgsm', 'pgd'), ('bim',), ('fgsm',), ('pgd',), ('fgsm', 'pgd'), ('bim', 'pgd'), ('bim', 'fgsm')]
    >>> ways_to_learn(["bim", "fgsm"]), ways_to_learn(["bim"])
    ([('bim', 'fgsm'), ('bim',), ('fgsm',)], [('bim',)])
    """
    alone = [(name,) for name in attacks]
    without = [tuple(each for each in attacks if each != name) for name in attacks]
    ways: list[Way] = [tuple(attacks), *alone, *without]
    return [way for place, way in enumerate(ways) if way and way not in ways[:place]]
