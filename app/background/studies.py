"""All studies of this server: started, found again after a reload, taken over by like cases, saved to disk."""

import importlib
import threading
import time
from collections.abc import Callable, Iterator

from torch import Tensor

from app.background.cache_key import key_of_study, study_key
from app.background.jobs import Job, nobody
from app.background.queue import Queue
from app.background.recent import Recent
from app.background.saved_cases import from_disk, keep, to_disk
from core.access.acting import acting
from core.contracts.classifier import Classifier
from core.study.case import Case
from core.study.investigation import Event, investigate
from core.study.study import Study, begin
from core.workers import studies as in_worker
from core.workers.pool import Pool

KEPT_IN_MEMORY = 32
OF_ONE_WINDOW = 3  # two models are attacked at once, and what each makes of the other's image comes beside their maps


def _warm_up() -> None:
    """Import the heavy libraries, so that the first map need not wait for them."""
    for name in ("captum.attr", "skimage.segmentation", "skimage.metrics", "shap"):
        importlib.import_module(name)


class Studies:
    """All jobs of this server, by case; the same case asked for twice is computed once.

    open_: whether a browser window is still open. pool: the workers that compute, side by side; without, this process
    does, one thing at a time.
    """

    def __init__(self, open_: Callable[[str], bool] = nobody, pool: Pool | None = None) -> None:
        self.pool = pool
        self.queue = Queue(pool.size, OF_ONE_WINDOW, kept=pool.size // 2) if pool else Queue()
        self.open_ = open_
        self._jobs: Recent[Job] = Recent(KEPT_IN_MEMORY, lambda job: job.alive)
        self._opened: Recent[Job] = Recent(KEPT_IN_MEMORY, lambda job: job.alive)  # by who opened it, too
        self._lock = threading.RLock()
        if pool:
            pool.warm()
        else:
            threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()

    def find(self, case: Case, classifier: Classifier) -> Job | None:
        """The job of this case on this classifier as it is now: opened by who is acting, in memory or from disk."""
        with self._lock:
            key = study_key(case, classifier)
            job = self._opened.get(_own(key)) or self._jobs.get(key)
            if job is None and (study := from_disk(case)) is not None and _fits(study, classifier):
                job = _over(study)
                self._jobs.put(key, job)
            return job

    def restore(self, study: Study, imported: bool = False) -> None:
        """Have a study that was saved as a case found, unless one that fits it as well is known.

        One that was imported, or any where people sign in, was perhaps never computed: it is found as it is, by who is
        acting alone, and nothing goes on from it.
        """
        key = _own(key_of_study(study))
        with self._lock:
            self._opened.drop(key)
            if imported or acting().signed_in:
                job = _over(study)
                job.opener, job.imported = acting().id, imported
                self._opened.put(key, job)
                return
        known = from_disk(study.case)
        same = known is not None and (known.fingerprint, known.device) == (study.fingerprint, study.device)
        if known is None or not same or len(known.maps) < len(study.maps):
            keep(study)

    def imported(self, study: Study) -> bool:
        """Whether this is, to who is acting, what an imported case holds."""
        with self._lock:
            job = self._opened.get(_own(key_of_study(study)))
            return job is not None and job.imported

    def start(self, case: Case, classifier: Classifier, image: Tensor, image_sha256: str, window: str = "") -> Job:
        """Start this case for a window, or go on with it; what other cases found already is taken over."""
        with self._lock:
            known = self.find(case, classifier)
            if known is not None and known.opener is not None and not known.study.complete:
                self._opened.drop(_own(study_key(case, classifier)))
                known = self.find(case, classifier)
            if known is not None and (known.study.complete or known.state in ("waiting", "running")):
                return known
            study = known.study.copied() if known is not None else self._begun(case, classifier, image, image_sha256)
            for other in self._jobs.values():
                _take_over(study, other.snapshot())
            job = Job(study, window=window, open_=self.open_)
            self._jobs.put(study_key(case, classifier), job)
        todo = (self._parts(study, classifier), self._saved, self.queue.turn(job))
        threading.Thread(target=job.work, args=todo, name=f"study-{case.id}", daemon=True).start()
        return job

    def _begun(self, case: Case, classifier: Classifier, image: Tensor, image_sha256: str) -> Study:
        study = begin(case, classifier, image, image_sha256)
        if self.pool:
            study.threads = self.pool.threads
        return study

    def _parts(self, study: Study, classifier: Classifier) -> Iterator[Event]:
        return in_worker.investigate(self.pool, study, classifier) if self.pool else investigate(study, classifier)

    def _saved(self, study: Study) -> None:
        to_disk(study)
        with self._lock:
            self._jobs.shrink()  # it has grown since it was begun


def _own(key: str) -> str:
    """The key of what who is acting has opened."""
    return f"{acting().id} {key}"


def _over(study: Study) -> Job:
    return Job(study, ended="done" if study.complete else "stopped", finished=time.monotonic())


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
