"""A downloaded case computed again, and compared number by number."""

from pathlib import Path

import torch
from tqdm import tqdm

from core.base.units import in_255ths
from core.catalog import load_classifier
from core.cli.attack import report
from core.contracts.classifier import Classifier
from core.study.bundle_read import load, read_manifest, read_original
from core.study.study import Study, begin, investigate

TOLERANCE = 1e-4  # on each number; measures lie between -1 and 1, but for the centre's percent
PIXEL = 1e-6


def again(path: Path) -> tuple[Study, str, bool]:
    """Compute a manifest's case again from the picture beside it: the study, a report, and whether it is the same.

    The threads are set to the manifest's: another number of them adds in another order, and an attack amplifies the
    last digit. Where the attacked image still comes out otherwise, the maps are drawn of the one in the bundle.
    """
    manifest, stored = read_manifest(path), load(path.parent)
    original = read_original(path, manifest)
    case = stored.case
    classifier = load_classifier(case.classifier)
    if classifier.fingerprint != stored.fingerprint:
        raise ValueError(f"{case.classifier} has other weights here than the ones the manifest was written for")
    torch.set_num_threads(stored.threads)
    study = begin(case, classifier, original, manifest["image_sha256"])
    notes = _repeat(study, stored, classifier)
    old, new = _numbers(stored), _numbers(study)
    both = set(old) & set(new)
    worst = max((abs(old[key] - new[key]) for key in both), default=0.0)
    same = not notes and set(old) <= set(new) and worst <= TOLERANCE
    lines = [report(study), "", f"{len(old)} numbers in the manifest; largest difference now: {worst:.2g}", *notes]
    if lost := len(set(old) - set(new)):
        lines.append(f"{lost} of them were not found again")
    if len(set(new) - set(old)):
        lines.append("The manifest was written before the case was complete; what it holds was compared")
    changed = {name: (was, study.versions.get(name)) for name, was in stored.versions.items()}
    lines += [f"{name} was {was}, is {now}" for name, (was, now) in changed.items() if was != now]
    lines += [f"it was computed on {stored.device}, now on {study.device}"] if stored.device != study.device else []
    lines.append("The same numbers." if same else "Not the same numbers.")
    return study, "\n".join(lines), same


def _repeat(study: Study, stored: Study, classifier: Classifier) -> list[str]:
    """Investigate again; sentences about an attacked image that came out otherwise."""
    notes = []
    with tqdm(total=2 + 2 * len(study.case.explainers), unit="part") as bar:
        for event in investigate(study, classifier):
            bar.set_description(f"{event.stage} {event.part}".strip())
            bar.update(int(event.finished))
            if event.stage == "attack" and event.finished and study.attacked and stored.attacked:
                apart = float((study.attacked.image - stored.attacked.image).abs().max())
                if apart > PIXEL:
                    study.attacked = stored.attacked
                    notes = [f"The attacked image came out otherwise, by up to {in_255ths(apart, '.2g')} in a pixel; "
                             "the maps below are of the one in the bundle"]  # fmt: skip
    return notes


def _numbers(study: Study) -> dict[tuple[str, ...], float]:
    """Every number a manifest vouches for, by name: probabilities, sizes, queries, noise answers, measures."""
    numbers: dict[tuple[str, ...], float] = {}
    for row in study.rows:
        numbers[row.explainer, row.comparison, str(row.draw), row.measure] = row.value
    numbers |= {("noise answer", str(draw)): float(answer) for draw, answer in enumerate(study.noise_answers)}
    if study.attacked is not None:
        facts = study.attacked
        numbers |= {("size", name): value for name, value in facts.sizes.items()}
        numbers[("queries",)] = float(facts.queries)
        for name in ("before", "after", "saved"):
            for label, value in enumerate(getattr(facts, name).probabilities):
                numbers[name, str(label)] = value
    return numbers
