"""What is computed for the case on show: what is known of it, what a press begins, and a quick attack repeated."""

from dataclasses import replace

from torch import Tensor

from app.background.jobs import Job
from app.study.progress import switch
from app.ui.cached import studies
from app.ui.state import keep, kept
from app.ui.windows import window
from core.contracts.classifier import Classifier
from core.study.case import Case
from core.study.study import Study

QUICK = 3.0  # seconds: an attack that took no longer is repeated at once when its settings change


def follow(case: Case, model: Classifier, image: Tensor, sha256: str, pressed: bool, unsure: bool) -> Job | None:
    """The job of this case; None if nothing is known of it and nobody has asked for it.

    pressed: whether it is to begin now; unsure: whether the case is not quite what a link asks for, so that not even
    what is known may be shown under it.
    """
    if pressed:
        job: Job | None = studies().start(case, model, image, sha256, window())
    elif unsure:
        job = None
    else:
        job = studies().find(case, model)
        if job is None and kept("quick", None) == (case.attack.key, case.classifier):
            job = studies().start(replace(case, explainers=()), model, image, sha256, window())
    switch(job)
    return job


def note_quick(study: Study) -> None:
    """Note of a finished attack whether it is to be repeated as its settings change."""
    assert study.attacked is not None
    quick = study.attacked.seconds < QUICK
    keep("quick", (study.case.attack.key, study.case.classifier) if quick else None)
