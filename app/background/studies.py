"""All studies of this server: started, found again after a reload, taken over by like cases, saved to disk."""

import importlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from torch import Tensor

from app.background.cache_key import study_key
from app.background.jobs import Job, copied, nobody
from app.background.queue import Queue
from app.background.saved_cases import from_disk, keep, to_disk
from core.contracts.classifier import Classifier
from core.study.case import Case
from core.study.study import Study, begin

KEPT_IN_MEMORY = 32


def _warm_up() -> None:
    """Import the heavy libraries, so that the first map need not wait for them."""
    for name in ("captum.attr", "skimage.segmentation", "skimage.metrics", "shap"):
        importlib.import_module(name)


class Studies:
    """All jobs of this server, by case; the same case asked for twice is computed once.

    open_: whether a browser window is still open.
    """

    def __init__(self, open_: Callable[[str], bool] = nobody) -> None:
        self.queue = Queue()
        self.open_ = open_
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.RLock()
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()

    def find(self, case: Case, classifier: Classifier) -> Job | None:
        """The job of this case on this classifier as it is now, in memory or from disk."""
        with self._lock:
            key = study_key(case, classifier)
            if key not in self._jobs and (study := from_disk(case)) is not None and _fits(study, classifier):
                self._add(key, Job(study, ended="done" if study.complete else "stopped", finished=time.monotonic()))
            return self._jobs.get(key)

    def restore(self, study: Study) -> None:
        """Have a study that was saved elsewhere found for its case, unless one that fits it as well is known."""
        known = from_disk(study.case)
        same = known is not None and (known.fingerprint, known.device) == (study.fingerprint, study.device)
        if known is None or not same or len(known.maps) < len(study.maps):
            keep(study)

    def start(self, case: Case, classifier: Classifier, image: Tensor, image_sha256: str, window: str = "") -> Job:
        """Start this case for a window, or go on with it; what other cases found already is taken over."""
        with self._lock:
            known = self.find(case, classifier)
            if known is not None and (known.study.complete or known.state in ("waiting", "running")):
                return known
            study = copied(known.study) if known is not None else begin(case, classifier, image, image_sha256)
            for other in self._jobs.values():
                _take_over(study, other.snapshot())
            job = Job(study, window=window, open_=self.open_)
            self._add(study_key(case, classifier), job)
        todo = (classifier, to_disk, self.queue.turn(job))
        threading.Thread(target=job.work, args=todo, name=f"study-{case.id}", daemon=True).start()
        return job

    def _add(self, key: str, job: Job) -> None:
        """Keep the job; the oldest finished ones go, those without maps first."""
        self._jobs[key] = job
        self._jobs.move_to_end(key)
        old = [each for each, known in self._jobs.items() if not known.alive and each != key]
        old.sort(key=lambda each: bool(self._jobs[each].study.maps))
        for each in old[: max(0, len(self._jobs) - KEPT_IN_MEMORY)]:
            del self._jobs[each]


def _fits(study: Study, classifier: Classifier) -> bool:
    return study.fingerprint == classifier.fingerprint and study.device == str(classifier.device)


def _take_over(study: Study, other: Study) -> None:
    """Copy into `study` what `other` found under the same conditions."""
    same = study.case.attack_id == other.case.attack_id and study.fingerprint == other.fingerprint
    if not same or study.device != other.device or other.attacked is None:
        return
    if study.attacked is None:
        study.before, study.attacked = other.before, other.attacked
    if study.case.controls != other.case.controls or other.noise is None:
        return
    if study.noise is None:
        study.noise, study.noise_answers = other.noise, other.noise_answers
    theirs = {explainer.key: explainer for explainer in other.case.explainers}
    for explainer in study.case.explainers:
        alike = theirs.get(explainer.key) == explainer and study.case.explained == other.case.explained
        if alike and explainer.key in other.maps and explainer.key in other.measured:
            study.measured.setdefault(explainer.key, other.measured[explainer.key])
            study.maps.setdefault(explainer.key, other.maps[explainer.key])
