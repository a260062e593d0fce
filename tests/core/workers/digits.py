"""A small model, a picture for it, and cases about the two."""

from core.attacks.pgd import PGD
from core.catalog import EXPLAINERS, load_classifier
from core.images.picture import fit
from core.images.samples import stored_picture
from core.study.case import Case
from core.study.study import Study, begin
from core.workers.models import ModelName

NAME, IMAGE = "mnist_cnn:standard", "mnist/0003"
MODEL = load_classifier(NAME)
NAMED = ModelName.of(MODEL, NAME)
PIXELS = fit(stored_picture(IMAGE), MODEL)
MAPS = (EXPLAINERS["grad_cam_pp"](), EXPLAINERS["lime"](samples=60), EXPLAINERS["shap_gradient"](samples=5))
SLOW = (EXPLAINERS["lime"](samples=5000),)


def case(seed: int = 0, **more: object) -> Case:
    settings: dict[str, object] = {"attack": PGD(steps=8, random_start=True), "explainers": MAPS, "controls": 2}
    return Case(IMAGE, NAME, seed=seed, **(settings | more))  # type: ignore[arg-type]


def fresh(asked: Case) -> Study:
    study = begin(asked, MODEL, PIXELS)
    study.threads = 1
    return study
