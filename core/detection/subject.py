"""What a detection study is about: its source images, attacked and explained when that is first asked for."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.detector import Evidence
from core.contracts.explainer import Explainer
from core.detection.attacked_images import Attacked, attacked_images
from core.detection.content_cache import ContentCache
from core.detection.names import numbered
from core.detection.request import DetectionRequest
from core.detection.signatures import signatures
from core.detection.sources import Sources

Said = Callable[[str, float], None]  # (what is done, how far that is, from 0 to 1)


class Subject:
    """The sources by their part ("learning", "calibration", "testing"), and what is computed of them, each thing once.

    `folder`: that of the run, in which detectors are kept. `made`, `taken`: attacks on one image, and images explained,
    that were computed here and that the cache knew.
    """

    def __init__(
        self, asked: DetectionRequest, classifier: Classifier, sources: Mapping[str, Sources], classes: tuple[str, ...],
        cache: ContentCache, folder: Path, say: Said,
    ) -> None:  # fmt: skip
        self.asked, self.classifier, self.sources, self.classes = asked, classifier, sources, classes
        self.cache, self.folder, self.report = cache, folder, say
        self._span = (0.0, 1.0)
        self.explainer: Explainer = asked.signature(classifier)
        self.attacks: tuple[Attack, ...] = asked.chosen_attacks()
        self.made = {"attacks": 0, "signatures": 0}
        self.taken = {"attacks": 0, "signatures": 0}
        self.seconds = {"attacks": 0.0, "signatures": 0.0}
        self._attacked: dict[tuple[str, int, tuple[float, ...]], Attacked] = {}
        self._evidence: dict[tuple[str, int, float], Evidence] = {}

    def say(self, words: str, part: float) -> None:
        """Tell what is done, and how far that is, from 0 to 1 of the span that a stage is in."""
        begin, end = self._span
        self.report(words, begin + part * (end - begin))

    @contextmanager
    def span(self, begin: float, end: float) -> Iterator[None]:
        """What is told inside goes from `begin` to `end` of the stage."""
        before, self._span = self._span, (begin, end)
        try:
            yield
        finally:
            self._span = before

    @property
    def names(self) -> tuple[str, ...]:
        """What the attacks are called, each otherwise: by their titles, numbered from the second of the same on."""
        return tuple(numbered([each.title for each in self.attacks]))

    def attacked(self, part: str, attack: int) -> Attacked:
        """The sources of a part under the attack of this number: testing at all strengths, others at the one learnt."""
        strengths = self.asked.strengths if part == "testing" else (self.asked.strength,)
        key = (part, attack, strengths)
        if key not in self._attacked:
            source, method = self.sources[part], self.attacks[attack]
            words = f"{method.title} on {len(source):,} images"
            found = attacked_images(
                self.classifier, source.images, source.labels, method, strengths, seed=self.asked.seed,
                batch=self.asked.batch, cache=self.cache, on_done=lambda done, of: self.say(words, done / of),
            )  # fmt: skip
            self.made["attacks"] += found.made
            self.taken["attacks"] += found.taken
            self._attacked[key] = found
        return self._attacked[key]

    def images_under(self, part: str, attack: int, strength: float) -> Tensor:
        """(N, C, H, W), the attacked sources at one strength."""
        found = self.attacked(part, attack)
        return found.images[found.strengths.index(strength)]

    def fooled(self, part: str, attack: int, strength: float) -> Tensor:
        """(N,) bool: whether the classifier answers the attacked sources wrong."""
        found = self.attacked(part, attack)
        return found.fooled[found.strengths.index(strength)]

    @property
    def strongest(self) -> int:
        """The number of the attack that fools most at the strength learnt, the first of these."""
        fooled = [int(self.fooled("testing", each, self.asked.strength).sum()) for each in range(len(self.attacks))]
        return fooled.index(max(fooled))

    def originals(self, part: str) -> Evidence:
        """What there is to see of the originals of a part."""
        return self._seen((part, -1, 0.0), lambda: self.sources[part].images, f"{part} images")

    def under(self, part: str, attack: int, strength: float) -> Evidence:
        """What there is to see of the attacked sources of a part at one strength."""
        words = f"{part} images under {self.attacks[attack].title}"
        return self._seen((part, attack, strength), lambda: self.images_under(part, attack, strength), words)

    def evidence_of(
        self, images: Tensor, words: str = "other images", keep: bool = True, tell: bool = True
    ) -> Evidence:
        """What there is to see of any images (N, C, H, W) in [0, 1].

        keep: on disk, as they are asked for again; tell: say how far that is.
        """
        found = signatures(
            self.classifier, self.explainer, images, seed=self.asked.seed, batch=self.asked.batch,
            cache=self.cache if keep else None,
            on_done=(lambda done, of: self.say(f"Explaining {words}", done / of)) if tell else None,
        )  # fmt: skip
        self.made["signatures"] += found.made
        self.taken["signatures"] += found.taken
        self.seconds["signatures"] += found.seconds
        return found.evidence

    def _seen(self, key: tuple[str, int, float], images: Callable[[], Tensor], words: str) -> Evidence:
        if key not in self._evidence:
            self._evidence[key] = self.evidence_of(images(), words)
        return self._evidence[key]

    def pooled(self, part: str) -> tuple[Evidence, Evidence]:
        """Originals and attacked versions at the strength learnt, row by row of the same source, of all attacks."""
        attacked = [self.under(part, each, self.asked.strength) for each in range(len(self.attacks))]
        return Evidence.joined([self.originals(part)] * len(attacked)), Evidence.joined(attacked)

    def pooled_sources(self, part: str) -> Tensor:
        """(A N,): the number of the source of each row of `pooled`, A attacks."""
        return torch.arange(len(self.sources[part])).repeat(len(self.attacks))
