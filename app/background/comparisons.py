"""One image, two models, in the background: a study of each then what each makes of the other's image."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace

from torch import Tensor

from app.background.cache_key import opened_by, pair_key
from app.background.crossing import ComparisonWork
from app.background.jobs import Job
from app.background.pair_studies import PairStudies as PairStudies
from app.background.queue import Queue
from app.background.recent import Recent
from app.background.studies import Studies
from core.access.acting import acting
from core.compare.comparison import SIDES, Comparison, Crossing, Pair, Side
from core.compare.one_image import cross
from core.contracts.classifier import Classifier
from core.study.study import Study
from core.workers import studies as in_worker

KEPT = 32


class Comparisons:
    """All comparisons of this server by what they depend on; the same one asked for twice is computed once."""

    def __init__(self, studies: Studies) -> None:
        self.studies = studies
        self.pool = studies.pool
        self.queue = studies.queue if studies.pool else Queue()  # a crossing need not wait for the maps of its own two
        self._works: Recent[ComparisonWork] = Recent(KEPT, lambda work: work.alive)
        self._saved: OrderedDict[tuple[str | None, Pair], Comparison] = OrderedDict()
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
        crossing = self._crossing(comparison, models, label, window, _opener(jobs))
        if crossing is not None:
            comparison.crossings = crossing.comparison.crossings
        return PairStudies(jobs, crossing, comparison)

    def restore(self, comparison: Comparison, imported: bool = False) -> None:
        """Have a comparison that was saved as a case found for its pair, where its models are still the same.

        Its studies are found as `Studies.restore` says, and what each made of the other's image along with them.
        """
        for side in SIDES:
            self.studies.restore(comparison.studies[side], imported)
        opener = acting().id if imported or acting().signed_in else None
        with self._lock:
            for each in self._works:
                if opener is not None and each.endswith(opened_by(opener)):
                    self._works.drop(each)  # what was opened before is not what is opened now
            key = (opener, comparison.pair)
            self._saved[key] = comparison
            self._saved.move_to_end(key)
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
        jobs = {side: self.studies.start(pair.case(side), models[side], image, sha256, window) for side in SIDES}
        with self._lock:
            key = pair_key(pair, models, label, _opener(jobs))
            known = self._works.get(key)
            if known is not None and known.state in ("stopped", "failed"):
                self._works.drop(key)
        found = self.find(pair, models, label, window)
        assert found is not None
        return found

    def _crossing(
        self,
        comparison: Comparison,
        models: dict[Side, Classifier],
        label: int | None,
        window: str | None,
        opener: str | None,
    ) -> ComparisonWork | None:
        with self._lock:
            key = pair_key(comparison.pair, models, label, opener)
            work = self._works.get(key)
            if work is None:
                if window is None or any(study.attacked is None for study in comparison.studies.values()):
                    return None
                comparison.crossings = self._saved_crossings(comparison, opener)
                work = ComparisonWork(comparison, window=window, open_=self.studies.open_)
                self._works.put(key, work)
                todo = (self._parts(comparison, models, label), self.queue.turn(work))
                threading.Thread(target=work.work, args=todo, name="crossing", daemon=True).start()
            return work

    def _parts(
        self, comparison: Comparison, models: dict[Side, Classifier], label: int | None
    ) -> Iterator[tuple[Side, str]]:
        if self.pool:
            return in_worker.cross(self.pool, comparison, models, label)
        return cross(comparison, models, label)

    def _saved_crossings(self, comparison: Comparison, opener: str | None) -> dict[Side, Crossing]:
        """What was restored of a comparison of these very studies, from which it goes on; else nothing yet."""
        saved = self._saved.get((opener, comparison.pair))
        if saved is None or any(_made(saved.studies[side]) != _made(comparison.studies[side]) for side in SIDES):
            return comparison.crossings
        return {side: replace(each, maps=dict(each.maps), pictures=dict(each.pictures))
                for side, each in saved.crossings.items()}  # fmt: skip


def _made(study: Study) -> tuple[str, str]:
    """By what a study was computed."""
    return study.fingerprint, study.device


def _opener(jobs: dict[Side, Job]) -> str | None:
    """Who alone is shown what comes of these two, since one of them is a case that they opened; None for all."""
    return next((job.opener for job in jobs.values() if job.opener is not None), None)
