"""The study of one picture of a batch, kept in the run's folder: gone on with where it was left, never done twice."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch

from core.base.atomic_files import write_whole
from core.base.cancellation import Cancelled
from core.batch.places import case_folder, load_case, thumbnail_file
from core.bundles.write import save
from core.casebook.thumbnail import thumbnail
from core.contracts.classifier import Classifier
from core.images.picture import Picture, fit
from core.study.case import Case
from core.study.investigation import investigate
from core.study.study import Study, begin


def studied(
    case: Case, classifier: Classifier, picture: Picture, run: Path, step: int, told: Callable[[float], None]
) -> Study:
    """The whole study, saved as the case of row `step`. told: how much of it is done, from 0 to 1.

    A stop saves what is finished once the attack is, and raises Cancelled. OSError where it cannot be saved.
    """
    place = case_folder(run, step)
    study = _begun(case, classifier, picture, run, step)
    parts, done = 2 + 2 * len(case.explainers), 0
    try:
        for event in investigate(study, classifier):
            done += event.finished
            told(done / parts)
    except Cancelled:
        if study.attacked is not None and study.noise is not None:
            with suppress(OSError):
                save(study, place, pictures=False)
        raise
    save(study, place, pictures=False)
    write_whole(thumbnail_file(run, step), thumbnail(study))
    return study


def _begun(case: Case, classifier: Classifier, picture: Picture, run: Path, step: int) -> Study:
    """What an earlier attempt has saved of this very question, or a new study; anything else in its place goes."""
    image = fit(picture, classifier)
    place = case_folder(run, step)
    if place.exists():
        with suppress(ValueError, OSError):
            known = load_case(run, step)
            same = known.case == case and known.fingerprint == classifier.fingerprint
            if same and known.device == str(classifier.device) and torch.equal(known.original, image):
                return known
        shutil.rmtree(place)
    return begin(case, classifier, image, picture.sha256)
