"""A study filled part by part: what the classifier answers, the attack, maps, and their controls."""

import logging
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from core.base.cancellation import Cancelled
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.study.attack_record import attack
from core.study.maps import Maps, control, draw
from core.study.measures import measured
from core.study.noise_control import shuffled_noise
from core.study.prediction import predict
from core.study.study import Study

log = logging.getLogger("counterproof")


class Event(NamedTuple):
    """What `investigate` has just begun or finished; `part` is an explainer's key for maps and controls."""

    stage: Literal["predict", "attack", "maps", "controls"]
    part: str
    finished: bool


def investigate(study: Study, classifier: Classifier) -> Iterator[Event]:
    """Fill `study`, yielding before and after each part; what is there already is not computed again.

    A stop (core.base.cancellation) ends it between two forward passes with Cancelled and leaves what was finished. The
    maps of all explainers come before any controls, so that the pictures are there early.
    """
    yield from attack_parts(study, classifier)
    yield from map_parts(study, classifier)


def attack_parts(study: Study, classifier: Classifier) -> Iterator[Event]:
    """The first parts of `investigate`: what the classifier answers, and the attack."""
    case, original = study.case, study.original
    study.failed.clear()
    if study.before is None:
        yield Event("predict", "", False)
        study.before = predict(classifier, original)
        yield Event("predict", "", True)
    if study.attacked is None:
        yield Event("attack", case.attack.key, False)
        study.attacked = attack(classifier, case.attack, original, target=case.target, seed=case.seed)
        yield Event("attack", case.attack.key, True)


def map_parts(study: Study, classifier: Classifier) -> Iterator[Event]:
    """The other parts of `investigate`, of a study that is attacked: ordinary noise, maps and their controls."""
    case, original = study.case, study.original
    if study.before is None or study.attacked is None:
        raise ValueError("a study has to be attacked before its maps are drawn")
    if study.noise is None:
        noise = shuffled_noise(original, study.attacked.image - original, case.controls, case.seed)
        study.noise_answers = tuple(predict(classifier, image).top for image in noise)
        study.noise = noise
    own = case.explained == "answer"
    classes = (study.before.top, study.attacked.after.top if own else study.before.top)
    for explainer in case.explainers:
        if explainer.key in study.maps or explainer.key in study.refused:
            continue
        if reason := explainer.obstacle(classifier):
            study.refused[explainer.key] = reason
            continue
        yield Event("maps", explainer.key, False)
        image = study.attacked.image
        _try(study, explainer, lambda each: draw(each, classifier, original, image, classes, case.seed))  # noqa: B023
        yield Event("maps", explainer.key, True)
    for explainer in case.explainers:
        maps = study.maps.get(explainer.key)
        if maps is None or maps.noise is not None:
            continue
        yield Event("controls", explainer.key, False)
        noise = study.noise
        _try(study, explainer, lambda each: control(maps, each, classifier, original, noise, case.seed, own))  # noqa: B023
        yield Event("controls", explainer.key, True)


def _try(study: Study, explainer: Explainer, compute: Callable[[Explainer], Maps]) -> None:
    """Keep what `compute` finds; one method that fails leaves the others their turn."""
    try:
        maps = compute(explainer)
    except Cancelled:
        raise
    except Exception as error:  # noqa: BLE001  methods call libraries that raise anything; the sentence names it
        log.warning(f"{explainer.key} failed", exc_info=True)
        said = ["".join(c if c.isprintable() else " " for c in line) for line in str(error).strip().splitlines()]
        study.failed[explainer.key] = f"{explainer.title} failed: {said[0][:500] if said else type(error).__name__}"
        return
    study.measured[explainer.key] = measured(explainer.key, maps)
    study.maps[explainer.key] = maps
