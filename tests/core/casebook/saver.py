"""A process of its own that saves cases: `python -m tests.core.casebook.saver FOLDER COUNT`; COUNT 0: without end."""

import itertools
import sys
from pathlib import Path

import torch

from core.attacks.pgd import PGD
from core.casebook.casebook import Casebook
from core.contracts.toy_models import quadrant
from core.study.case import Case
from core.study.investigation import investigate
from core.study.study import Study, begin


def small_study() -> Study:
    """A study of the attack alone on an 8 x 8 picture: quick to make and to save."""
    image = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(1))
    classifier = quadrant(8)
    study = begin(Case("toy/1", "toy", PGD(eps=0.1, steps=2), controls=1), classifier, image)
    list(investigate(study, classifier))
    return study


def main(folder: str, count: str) -> None:
    study, casebook = small_study(), Casebook(Path(folder))
    print("ready", flush=True)  # noqa: T201
    for number in itertools.count() if count == "0" else range(int(count)):
        casebook.save(study, title=f"case {number}", tags=["a", "b"], source="batch")


if __name__ == "__main__":
    main(*sys.argv[1:])
