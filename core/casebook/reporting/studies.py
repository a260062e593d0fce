"""A study in a report: the verdict, the pictures, and for each explainer its maps, its finding and its numbers."""

from collections.abc import Iterator
from typing import Literal

from core.base.units import in_255ths
from core.casebook.case_words import STATES
from core.casebook.facts import fooled
from core.casebook.reporting.blocks import Block, Heading, Paragraph, Picture, Pictures, Scale
from core.casebook.reporting.numbers import numbers
from core.contracts.explainer import Explainer
from core.study.colour_scale import common_limit
from core.study.figures import amplification, amplified, overlay, pixels, png
from core.study.maps import Maps
from core.study.prediction import Prediction
from core.study.study import Study
from core.study.words import finding, no_map, percent, verdict

SMALLEST = 224  # pixels that the shorter side of a picture is enlarged to, by a whole factor
NO_ATTRIBUTION = "This says nothing of what spoke for the answer, so it counts for no finding."
UNFINISHED = "The controls of this map were not finished when the case was saved."


def of_study(study: Study, label: str) -> Iterator[Block]:
    """All of a study that has been attacked; label: the true class in words, "" if unknown."""
    assert study.attacked is not None
    said = verdict(study.attacked, study.case.attack, study.labels, label or None)
    yield Paragraph(" ".join(each for each in said if each), "verdict")
    yield from pictures(study)
    yield from maps(study, 3)


def pictures(study: Study, *more: Picture) -> Iterator[Block]:
    """The original, the attacked image and the change, amplified; and `more` beside them."""
    attacked = study.attacked
    assert attacked is not None
    change = attacked.image - study.original
    factor, sizes = amplification(change), attacked.sizes
    yield Pictures((
        Picture(png(pixels(study.original), SMALLEST), "the original image",
                f"Original image: {answer(study, attacked.before)}"),
        Picture(png(pixels(attacked.image), SMALLEST), "the attacked image",
                f"Attacked image: {answer(study, attacked.after)}, {STATES[fooled(attacked)]}"),
        Picture(png(amplified(change, factor), SMALLEST), f"the change between the two, times {factor}",
                f"The change × {factor}: grey where nothing changed"),
        *more,
    ))  # fmt: skip
    measured = f"Measured: at most {in_255ths(sizes['linf'])} per pixel, an L2 length of {sizes['l2']:.3g}, "
    times = "once" if attacked.queries == 1 else f"{attacked.queries:,} times"
    asked = f"{sizes['l0']:,.0f} pixels changed. The model was asked {times}."
    kept = sum(given == attacked.before.top for given in study.noise_answers)
    draws = len(study.noise_answers)
    noise = f" Under ordinary noise of the same size the answer stays in {kept} of {draws} draws." if draws else ""
    yield Paragraph(measured + asked + noise, "small")


def maps(study: Study, level: Literal[3, 4]) -> Iterator[Block]:
    """The maps of each explainer; why there are none of one that was refused, or that failed."""
    for explainer in study.case.explainers:
        heading = Heading(f"Where the model looked: {explainer.title}", level)
        if explainer.key in study.maps:
            yield heading
            yield from _of_explainer(study, explainer, study.maps[explainer.key])
        elif reason := (study.refused | study.failed).get(explainer.key):
            yield heading
            yield Paragraph(f"No map: {reason}.")


def _of_explainer(study: Study, explainer: Explainer, found: Maps) -> Iterator[Block]:
    rows = study.measured.get(explainer.key, ())
    named = (study.labels[found.classes[0]], study.labels[found.classes[1]])
    said = no_map(found) or finding(rows, named) or UNFINISHED
    yield Paragraph(said if explainer.attribution else NO_ATTRIBUTION)
    yield _drawn(study, explainer, found)
    yield Scale(_limit(found), explainer.poles)
    if found.pictures is not None:
        yield Pictures(tuple(
            Picture(png(pixels(made), SMALLEST), f"picture that {explainer.title} made of the {which} image",
                    f"Made of the {which} image")
            for made, which in zip(found.pictures, ("original", "attacked"), strict=True)
        ))  # fmt: skip
    yield from numbers(rows)
    against = f" Compared with: {found.against}." if found.against else ""
    yield Paragraph(f"{explainer.title}: {explainer.plain}{against}", "small")


def _drawn(study: Study, explainer: Explainer, found: Maps) -> Pictures:
    """Before, after and difference, each in its colours over the picture in grey, all on one scale."""
    assert study.attacked is not None
    limit = _limit(found)
    asked = [f"{explainer.caption} ‘{study.labels[label]}’" for label in found.classes]
    shown = (
        ("original image", found.original, study.original, asked[0]),
        ("attacked image", found.attacked, study.attacked.image, asked[1]),
        ("difference", found.attacked - found.original, study.original, "attacked minus original"),
    )
    return Pictures(tuple(
        Picture(png(overlay(values, image, limit), SMALLEST), f"map by {explainer.title}, {which}",
                f"{which[0].upper()}{which[1:]}: {what}")
        for which, values, image, what in shown
    ))  # fmt: skip


def _limit(found: Maps) -> float:
    """One scale for all three, so that the strongest colour means the same in each."""
    return common_limit([found.original, found.attacked])


def answer(study: Study, prediction: Prediction) -> str:
    """An answer with its probability, in words."""
    return f"{study.labels[prediction.top]}, {percent(prediction[prediction.top])}"
