"""One image, two models, in the background: a study of each then what each makes of the other's image."""

import threading
from collections import OrderedDict
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from torch import Tensor

from app.background.jobs import Job, Work
from app.background.queue import Queue
from app.background.studies import Studies
from core.compare.comparison import SIDES, Comparison, Crossing, Pair, Side
from core.compare.one_image import cross
from core.contracts.classifier import Classifier
from core.study.study import Study

KEPT = 32


@dataclass(eq=False)
class ComparisonWork(Work):
    """The crossing of two finished attacks on its way."""

    comparison: Comparison

    def work(self, models: dict[Side, Classifier], label: int | None, turn: AbstractContextManager[None]) -> None:
        """Compute what is not known yet; the body of the thread."""
        self.through(cross(self.comparison, models, label), f"comparison on {self.comparison.pair.image}", turn)


@dataclass(frozen=True, eq=False)
class PairStudies:
    """What is being computed for one comparison: a job for each model, and, once both were attacked, the crossing."""

    jobs: dict[Side, Job]
    crossing: ComparisonWork | None
    comparison: Comparison

    @property
    def works(self) -> list[Work]:
        return [*self.jobs.values(), *([self.crossing] if self.crossing else [])]

    @property
    def alive(self) -> bool:
        return any(work.alive for work in self.works)

    @property
    def events(self) -> int:
        return sum(work.events for work in self.works)

    def stop(self) -> None:
        for work in self.works:
            work.stop()


class Comparisons:
    """All comparisons of this server by what they depend on; the same one asked for twice is computed once."""

    def __init__(self, studies: Studies) -> None:
        self.studies = studies
        self.queue = Queue()  # beside that of the studies: a crossing need not wait for the maps of its own two
        self._works: OrderedDict[str, ComparisonWork] = OrderedDict()
        self._saved: OrderedDict[Pair, Comparison] = OrderedDict()
        self._lock = threading.RLock()

    def find(
        self, pair: Pair, models: dict[Side, Classifier], label: int | None, window: str | None = ""
    ) -> PairStudies | None:
        """What is known of this comparison; None before both were asked. Begins the crossing when it can.

        window: the one that asks; None if nothing is to be begun.
        """
        found = {side: self.studies.find(pair.case(side), models[side]) for side in SIDES}
        jobs = {side: job for side, job in found.items() if job is not None}
        if len(jobs) < len(SIDES):
            return None
        comparison = Comparison(pair, {side: jobs[side].snapshot() for side in SIDES})
        crossing = self._crossing(comparison, models, label, window)
        if crossing is not None:
            comparison.crossings = crossing.comparison.crossings
        return PairStudies(jobs, crossing, comparison)

    def restore(self, comparison: Comparison) -> None:
        """Have a comparison that was saved elsewhere found for its pair, where its models are still the same."""
        for side in SIDES:
            self.studies.restore(comparison.studies[side])
        with self._lock:
            self._saved[comparison.pair] = comparison
            self._saved.move_to_end(comparison.pair)
            if len(self._saved) > KEPT:
                self._saved.popitem(last=False)

    def start(
        self,
        pair: Pair,
        models: dict[Side, Classifier],
        image: Tensor,
        sha256: str,
        label: int | None,
        window: str = "",
    ) -> PairStudies:
        """Start it for a window, or go on with it."""
        for side in SIDES:
            self.studies.start(pair.case(side), models[side], image, sha256, window)
        with self._lock:
            key = _key(pair, models, label)
            if key in self._works and self._works[key].state in ("stopped", "failed"):
                del self._works[key]
        found = self.find(pair, models, label, window)
        assert found is not None
        return found

    def _crossing(
        self, comparison: Comparison, models: dict[Side, Classifier], label: int | None, window: str | None
    ) -> ComparisonWork | None:
        with self._lock:
            key = _key(comparison.pair, models, label)
            if key not in self._works:
                if window is None or any(study.attacked is None for study in comparison.studies.values()):
                    return None
                comparison.crossings = self._saved_crossings(comparison)
                work = self._works[key] = ComparisonWork(comparison, window=window, open_=self.studies.open_)
                todo = (models, label, self.queue.turn(work))
                threading.Thread(target=work.work, args=todo, name="crossing", daemon=True).start()
                over = max(0, len(self._works) - KEPT)
                for old in [each for each, known in self._works.items() if not known.alive][:over]:
                    del self._works[old]
            self._works.move_to_end(key)
            return self._works[key]

    def _saved_crossings(self, comparison: Comparison) -> dict[Side, Crossing]:
        """What was restored of a comparison of these very studies, from which it goes on; else nothing yet."""
        saved = self._saved.get(comparison.pair)
        if saved is None or any(_made(saved.studies[side]) != _made(comparison.studies[side]) for side in SIDES):
            return comparison.crossings
        return {side: replace(each, maps=dict(each.maps), pictures=dict(each.pictures))
                for side, each in saved.crossings.items()}  # fmt: skip


def _made(study: Study) -> tuple[str, str]:
    """By what a study was computed."""
    return study.fingerprint, study.device


def _key(pair: Pair, models: dict[Side, Classifier], label: int | None) -> str:
    parts = [f"{pair.case(side).id} {models[side].fingerprint} {models[side].device}" for side in SIDES]
    return " ".join([*parts, str(label)])
