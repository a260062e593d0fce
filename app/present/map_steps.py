"""The steps on where the model looked: one for each explainer, its maps beside that of ordinary noise."""

from torch import Tensor

from app.present.steps import Step, attack_of
from app.study.map_panel import NO_ATTRIBUTION
from app.ui.viewer import Shown
from core.catalog import MAP_DISTANCES
from core.contracts.explainer import Explainer
from core.study.colour_scale import common_limit, signed
from core.study.figures import pixels
from core.study.maps import Maps
from core.study.measures import Row, spread
from core.study.study import Study
from core.study.words import finding, no_map

MEASURE = "spearman"  # the one that the sentences of findings go by
NOISE = "ordinary noise of the same size"


def map_steps(study: Study) -> list[Step]:
    """A step for each explainer that has maps, in their order."""
    return [_step(study, each, study.maps[each.key]) for each in study.case.explainers if each.key in study.maps]


def _step(study: Study, explainer: Explainer, maps: Maps) -> Step:
    title = f"Where the model looked: {explainer.title}"
    rows = study.measured.get(explainer.key, ())
    answers = (study.labels[maps.classes[0]], study.labels[maps.classes[1]])
    said = no_map(maps) or finding(rows, answers) or "The controls of this map were not finished when it was saved."
    if not explainer.attribution:
        said = NO_ATTRIBUTION
    sentences = tuple(each for each in (said, _likeness(rows), explainer.plain) if each)
    limit = common_limit(_drawn(maps))
    pictures = _made(maps) if maps.pictures is not None else _laid_over(study, explainer, maps, limit)
    legend = () if maps.pictures is not None else (*explainer.poles, f"±{limit:.2g}")
    return Step("pictures", title, sentences, tuple(pictures), legend=legend)


def _drawn(maps: Maps) -> list[Tensor]:
    return [maps.original, maps.attacked, *([] if maps.noise is None else [maps.noise[0]])]


def _laid_over(study: Study, explainer: Explainer, maps: Maps, limit: float) -> list[Shown]:
    """Before, after, and the first draw of ordinary noise: each map over its picture, all on one scale."""
    asked = [f"{explainer.caption} ‘{study.labels[label]}’" for label in maps.classes]
    images = [("original image", study.original, maps.original, asked[0]),
              ("attacked image", attack_of(study).image, maps.attacked, asked[1])]  # fmt: skip
    if maps.noise is not None and study.noise is not None:
        label = maps.noise_classes[0] if maps.noise_classes else maps.classes[0]
        images.append((f"original with {NOISE}", study.noise[0], maps.noise[0],
                       f"{explainer.caption} ‘{study.labels[label]}’"))  # fmt: skip
    return [
        Shown(pixels(image), name, f"map by {explainer.title}, {name}: {said}", signed(values, limit), more=said)
        for name, image, values, said in images
    ]


def _made(maps: Maps) -> list[Shown]:
    """What a method that makes pictures made of both."""
    assert maps.pictures is not None
    return [Shown(pixels(made), f"made of the {name} image", f"picture made of the {name} image")
            for made, name in zip(maps.pictures, ("original", "attacked"), strict=True)]  # fmt: skip


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
