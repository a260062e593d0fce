"""The pictures and numbers of the front page, computed: `python -m core.recipes.overview_case`."""

import platform

import torch

from core.attacks.pgd import PGD
from core.catalog import load_classifier
from core.explainers.grad_cam_pp import GradCAMPP
from core.images.picture import fit
from core.images.samples import stored_picture
from core.images.stories import FIRST_GALLERY, MODELS, first_picture
from core.study.case import Case
from core.study.investigation import investigate
from core.study.picture_row import save
from core.study.study import Study, begin

DRAWS = 9  # of ordinary noise


def computed(case: Case) -> Study:
    """The study of a case, complete."""
    classifier, picture = load_classifier(case.classifier), stored_picture(case.image)
    study = begin(case, classifier, fit(picture, classifier), picture.sha256)
    for _ in investigate(study, classifier):
        pass
    return study


def main() -> None:
    """The picture that Inspect begins with, attacked as it would attack it, explained by Grad-CAM++."""
    case = Case(first_picture(), MODELS[FIRST_GALLERY], PGD(), (GradCAMPP(),), controls=DRAWS)
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    save(computed(case), {"command": "python -m core.recipes.overview_case", **versions})


if __name__ == "__main__":
    main()
