"""A downloaded case computed again, and compared number by number with the manifest that was named."""

import os
from pathlib import Path

import torch
from tqdm import tqdm

from core.base.units import in_255ths
from core.bundles.read import read, read_original
from core.bundles.verify import PIXEL, Verdict, compared, unlike
from core.catalog import load_classifier
from core.cli.attack import report
from core.contracts.classifier import Classifier
from core.images.samples import stored_picture
from core.study.investigation import investigate
from core.study.study import Study, begin

MOST_THREADS = 64  # more are taken only where there are as many processors


def again(path: Path) -> tuple[Study, str, bool]:
    """Compute a manifest's case again from the picture beside it: the study, a report, and whether it is the same.

    The threads are set to the manifest's: another number of them adds in another order, and an attack amplifies the
    last digit. Where the attacked image still comes out otherwise, the maps are drawn of the one in the bundle.
    ValueError or OSError in one sentence if the bundle is damaged, or the classifier here is another one.
    """
    manifest, stored = read(path)
    classifier = load_classifier(stored.case.classifier)
    original = read_original(path, manifest)
    study = begin(stored.case, classifier, original, manifest["image_sha256"])
    if reason := unlike(stored, study):
        raise ValueError(reason)
    torch.set_num_threads(min(stored.threads, max(MOST_THREADS, os.cpu_count() or 1)))
    study.threads = torch.get_num_threads()
    notes = _repeat(study, stored, classifier)
    verdict = compared(manifest, stored, study)
    for note in notes:
        verdict.differs(note)
    _compare_picture(study, verdict)
    lines = [report(study), ""]
    lines.append(f"{verdict.count} numbers in the manifest; largest difference now: {verdict.worst:.2g}")
    lines += verdict.notes
    changed = {name: (was, study.versions.get(name)) for name, was in stored.versions.items()}
    lines += [f"{name} was {was}, is {now}" for name, (was, now) in changed.items() if was != now]
    for what, was, now in (("on", stored.device, study.device), ("with threads:", stored.threads, study.threads)):
        lines += [f"it was computed {what} {was}, now {what} {now}"] if was != now else []
    lines.append("The same numbers." if verdict.same else "Not the same numbers.")
    return study, "\n".join(lines), verdict.same


def _repeat(study: Study, stored: Study, classifier: Classifier) -> list[str]:
    """Investigate again; sentences about an attacked image that came out otherwise."""
    notes = []
    with tqdm(total=2 + 2 * len(study.case.explainers), unit="part") as bar:
        for event in investigate(study, classifier):
            bar.set_description(f"{event.stage} {event.part}".strip())
            bar.update(int(event.finished))
            if event.stage == "attack" and event.finished and study.attacked and stored.attacked:
                apart = float((study.attacked.image - stored.attacked.image).abs().max())
                if not apart <= PIXEL:
                    study.attacked = stored.attacked
                    notes = [f"The attacked image came out otherwise, by up to {in_255ths(apart, '.2g')} in a pixel; "
                             "the maps below are of the one in the bundle"]  # fmt: skip
    return notes


def _compare_picture(study: Study, verdict: Verdict) -> None:
    """The picture of that name, if it is here too, must be the one that the manifest was written for."""
    try:
        here = stored_picture(study.case.image).sha256
    except (ValueError, OSError):
        return
    if study.image_sha256 and here != study.image_sha256:
        verdict.differs(f"the picture {study.case.image} here is another one than the manifest's")
