"""Studies being computed, each in a thread of its own: started, watched, stopped, found again after a reload.

Threads never call Streamlit; the page polls. Finished studies are saved to disk, so a restart loses nothing.
"""

import importlib
import logging
import shutil
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from torch import Tensor

from core import bundle
from core.case import Case
from core.classifier import Classifier
from core.meter import Cancelled, Meter
from core.paths import folder
from core.study import Event, Study, begin, investigate

log = logging.getLogger("counterproof")
KEPT_IN_MEMORY, KEPT_ON_DISK = 32, 200


@dataclass(eq=False)
class Job:
    """One study on its way. state: running, stopping, stopped, done or failed; `message` says why it failed."""

    study: Study
    state: str = "running"
    message: str = ""
    stage: Event | None = None
    events: int = 0
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    meter: Meter = field(default_factory=Meter)
    first_map_seconds: float | None = None

    @property
    def alive(self) -> bool:
        return self.state in ("running", "stopping")

    @property
    def seconds(self) -> float:
        return (self.ended or time.monotonic()) - self.started

    def snapshot(self) -> Study:
        """What is known now, which the thread will not change any more."""
        return replace(self.study, maps=dict(self.study.maps), refused=dict(self.study.refused))

    def stop(self) -> None:
        """Ask for a stop; what is finished stays."""
        if self.state == "running":
            self.state = "stopping"
            self.meter.stop()

    def work(self, classifier: Classifier) -> None:
        """Compute the study to its end, a stop or an error; the body of the thread."""
        try:
            with self.meter:
                for event in investigate(self.study, classifier):
                    self.stage = event
                    self.events += 1
                    if event.stage == "maps" and event.finished and self.first_map_seconds is None:
                        self.first_map_seconds = self.seconds
            self.state = "done"
        except Cancelled:
            self.state = "stopped"
        except Exception as error:  # noqa: BLE001  the boundary: a sentence for the page, the traceback for the log
            log.exception("study %s failed", self.study.case.id)
            self.message = str(error) if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: {error}"
            self.state = "failed"
        self.ended = time.monotonic()
        self.events += 1
        _to_disk(self.study)


def _warm_up() -> None:
    """Import the heavy libraries, so that the first map need not wait for them."""
    for name in ("captum.attr", "skimage.segmentation", "skimage.metrics", "shap"):
        importlib.import_module(name)


class Desk:
    """All jobs of this server, by case; the same case asked for twice is computed once."""

    def __init__(self) -> None:
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, case: Case) -> Job | None:
        """The job of this case, in memory or from disk."""
        with self._lock:
            if case.id not in self._jobs and (study := _from_disk(case)) is not None:
                self._add(Job(study, state="done" if study.complete else "stopped", ended=time.monotonic()))
            return self._jobs.get(case.id)

    def start(self, case: Case, classifier: Classifier, image: Tensor, image_sha256: str) -> Job:
        """Start this case, or go on with it; what other cases found already is taken over."""
        known = self.find(case)
        if known is not None and known.study.fingerprint == classifier.fingerprint:
            if known.alive or known.study.complete:
                return known
            study = replace(known.study)
        else:
            study = begin(case, classifier, image, image_sha256)
        job = Job(study)
        with self._lock:
            for other in self._jobs.values():
                _take_over(study, other.study)
            self._add(job)
        threading.Thread(target=job.work, args=(classifier,), name=f"study-{case.id}", daemon=True).start()
        return job

    def _add(self, job: Job) -> None:
        self._jobs[job.study.case.id] = job
        self._jobs.move_to_end(job.study.case.id)
        finished = [key for key, each in self._jobs.items() if not each.alive]
        for key in finished[: max(0, len(self._jobs) - KEPT_IN_MEMORY)]:
            del self._jobs[key]


def _take_over(study: Study, other: Study) -> None:
    """Copy into `study` what `other` found under the same conditions."""
    same = study.case.attack_id == other.case.attack_id and study.fingerprint == other.fingerprint
    if not same or other.attacked is None:
        return
    if study.attacked is None:
        study.before, study.attacked = other.before, other.attacked
    if study.case.controls != other.case.controls:
        return
    if study.noise is None:
        study.noise, study.noise_answers = other.noise, other.noise_answers
    theirs = {explainer.key: explainer for explainer in other.case.explainers}
    for explainer in study.case.explainers:
        alike = theirs.get(explainer.key) == explainer and study.case.explained == other.case.explained
        if alike and explainer.key in other.maps:
            study.maps.setdefault(explainer.key, other.maps[explainer.key])


def _to_disk(study: Study) -> None:
    if study.attacked is None:
        return
    try:
        place = folder("cases")
        bundle.save(study, place / study.case.id, pictures=False)
        old = sorted(place.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_ON_DISK:]
        for each in old:
            shutil.rmtree(each, ignore_errors=True)
    except OSError as error:
        log.warning("the case could not be saved: %s", error)


def _from_disk(case: Case) -> Study | None:
    place = folder("cases") / case.id
    if not (place / "manifest.json").exists():
        return None
    try:
        return bundle.load(place)
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("the saved case %s could not be read: %s", case.id, error)
        return None
