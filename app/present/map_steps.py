"""The steps on where the model looked: one for each explainer, its maps beside that of ordinary noise."""

from app.present.steps import Step
from app.study.map_panel import NO_ATTRIBUTION
from app.study.map_pictures import NOISE, drawn, map_pictures
from core.catalog import MAP_DISTANCES
from core.contracts.explainer import Explainer
from core.study.colour_scale import common_limit
from core.study.measures import Row, spread
from core.study.study import Study
from core.study.words import finding, no_map

MEASURE = "spearman"  # the one that the sentences of findings go by


def map_steps(study: Study, model: str = "the model", beside: Study | None = None) -> list[Step]:
    """A step for each explainer that has maps, in their order.

    model: whose they are, in words; beside: of the other model of a comparison, whose maps have the same scale.
    """
    return [_step(study, each, model, beside) for each in study.case.explainers if each.key in study.maps]


def _step(study: Study, explainer: Explainer, model: str, beside: Study | None) -> Step:
    maps = study.maps[explainer.key]
    title = f"Where {model} looked: {explainer.title}"
    rows = study.measured.get(explainer.key, ())
    answers = (study.labels[maps.classes[0]], study.labels[maps.classes[1]])
    said = no_map(maps) or finding(rows, answers) or "The controls of this map were not finished when it was saved."
    if not explainer.attribution:
        said = NO_ATTRIBUTION
    sentences = tuple(each for each in (said, _likeness(rows), explainer.plain) if each)
    others = beside.maps.get(explainer.key) if beside is not None else None
    limit = common_limit([*drawn(maps), *(drawn(others) if others is not None else [])])
    legend = () if maps.pictures is not None else (*explainer.poles, f"±{limit:.2g}")
    return Step("pictures", title, sentences, tuple(map_pictures(study, explainer, limit)), legend=legend)


def _likeness(rows: tuple[Row, ...]) -> str:
    """How alike the maps are to the original's, under attack and under noise; "" where that was not measured."""
    attack, noise = (spread(rows, MEASURE, name) for name in ("attack", "noise")) if rows else (None, None)
    if attack is None or noise is None:
        return ""
    digits = MAP_DISTANCES[MEASURE].digits
    shown = [f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−") for value in (attack[0], *noise[1:])]
    under = shown[1] if shown[1] == shown[2] else f"{shown[1]} to {shown[2]}"
    return (f"How alike the map is to the original's (1: the same order of pixels, 0: unrelated): attacked image "
            f"{shown[0]}, {NOISE} {under}.")  # fmt: skip
