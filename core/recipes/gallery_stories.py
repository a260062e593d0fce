"""Which gallery pictures tell a story: `python -m core.recipes.gallery_stories` asks every one and writes the choice.

Each picture is attacked by PGD, as the Inspect page does, on the classifier that its gallery begins with. What is
printed are the numbers of all of them; six of each gallery are kept: see `chosen`.
"""

import json
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import torch

from core.attacks.pgd import PGD
from core.base.atomic_files import write_whole
from core.base.params import to_spec
from core.catalog import load_classifier
from core.contracts.classifier import Classifier
from core.contracts.strength import ON_DIGITS
from core.images.picture import fit
from core.images.samples import Sample, gallery, index_of, stored_picture
from core.images.stories import MODELS, STORIES, TWINS, Kind, Story
from core.study.attack_record import Attacked, attack

SURE = 0.9  # least probability of the answer, before and after, of a picture that falls
WEAK = 1 / 8  # of the strength: among equals, whoever is surest of the wrong answer already at this comes first
PLACES: tuple[Kind, ...] = ("falls", "falls", "holds", "wrong", "falls", "falls")  # a first row of the gallery


@dataclass(frozen=True, eq=False)
class Measured:
    """One picture, attacked at full and at weak strength; `twin`: by the robust twin, where it was asked."""

    sample: Sample
    right: bool
    full: Attacked
    weak: Attacked
    twin: Attacked | None

    def falls(self) -> tuple[float, float] | None:
        """How well it falls, the higher the better: sure in whole percent, then sure of what it says when weak."""
        sure = min(max(self.full.before.probabilities), max(self.full.after.probabilities))
        if not (self.right and self.full.survives and sure >= SURE):
            return None
        return round(sure, 2), max(self.weak.after.probabilities) if self.weak.fooled else 0.0

    def holds(self) -> float | None:
        """How sure of the right answer under attack."""
        return self.full.after[self.full.before.top] if self.right and not self.full.fooled else None

    def twin_holds(self) -> float | None:
        """How sure the twin is of the right answer under attack, where this classifier falls."""
        twin = self.twin
        if self.falls() is None or twin is None or twin.fooled or twin.before.top != self.full.before.top:
            return None
        return twin.after[twin.after.top]

    def wrong(self) -> float | None:
        """How sure of the wrong answer before any attack."""
        return None if self.right else max(self.full.before.probabilities)

    def told(self, kind: Kind, labels: Sequence[str]) -> Story:
        """The story, with probabilities to four digits."""
        answers = [(labels[each.top], round(each[each.top], 4)) for each in (self.full.before, self.full.after)]
        twin = self.twin.after if kind == "twin" and self.twin else None
        theirs = (labels[twin.top], round(twin[twin.top], 4)) if twin else None
        return Story(self.sample.id, kind, 0.0, answers[0], answers[1], theirs)


def measured(name: str, classifier: Classifier, method: PGD) -> Iterable[Measured]:
    """Every picture of a gallery, attacked."""
    twin = load_classifier(TWINS[name]) if name in TWINS else None
    weak = PGD(eps=method.eps * WEAK)
    for each in gallery(name):
        picture = stored_picture(each.id)
        image = fit(picture, classifier)
        full, weakly = attack(classifier, method, image), attack(classifier, weak, image)
        right = full.before.top == index_of(each, classifier.labels, classifier.samples)
        yield Measured(each, right, full, weakly, attack(twin, method, fit(picture, twin)) if twin else None)


def chosen(found: Sequence[Measured]) -> list[tuple[Measured, Kind]]:
    """A picture for each of PLACES, the best of its kind that is left and of a class not yet shown.

    Where nothing holds, one on which the robust twin holds takes the place; without such a one, one that falls.
    """
    picked: list[tuple[Measured, Kind]] = []
    for wanted in PLACES:
        tried: tuple[Kind, ...] = ("holds", "twin", "falls") if wanted == "holds" else (wanted,)
        for kind in tried:
            shown = {each.sample.index for each, _ in picked}
            ranked = [(rank, each) for each in found if (rank := _rank(each, kind)) is not None]
            fresh = [each for each in ranked if each[1].sample.index not in shown]
            if fresh:
                picked.append((max(fresh, key=lambda each: each[0])[1], kind))  # type: ignore[arg-type, return-value]
                break
    return picked


def _rank(each: Measured, kind: Kind) -> object:
    return {"falls": each.falls, "holds": each.holds, "twin": each.twin_holds, "wrong": each.wrong}[kind]()


def main() -> None:
    galleries = {}
    for name, model in MODELS.items():
        classifier = load_classifier(model)
        method = PGD(eps=ON_DIGITS) if classifier.size[0] == 1 else PGD()
        found = list(measured(name, classifier, method))
        for each in found:
            sys.stdout.write(_line(each, classifier.labels) + "\n")
        told = [asdict(each.told(kind, classifier.labels)) for each, kind in chosen(found)]
        galleries[name] = {
            "model": model, "attack": to_spec(method),
            "counted": {"pictures": len(found), "right": sum(each.right for each in found),
                        "right_and_fooled": sum(each.right and each.full.fooled for each in found)},
            "stories": [{key: value for key, value in story.items() if key != "eps" and value} for story in told],
        }  # fmt: skip
    entry = {"command": "python -m core.recipes.gallery_stories",
             "versions": {"python": platform.python_version(), "torch": torch.__version__},
             "galleries": galleries}  # fmt: skip
    write_whole(STORIES, (json.dumps(entry, indent=1) + "\n").encode())


def _line(each: Measured, labels: Sequence[str]) -> str:
    answers = [each.full.before, each.full.after, each.weak.after, *([each.twin.after] if each.twin else [])]
    said = ["right" if each.right else "wrong", *(f"{labels[one.top]} {one[one.top]:.3f}" for one in answers)]
    return "\t".join([each.sample.id, each.sample.label, *said])


if __name__ == "__main__":
    main()
