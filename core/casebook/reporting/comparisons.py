"""A comparison in a report: the verdict on both models, and for each its pictures, maps and numbers."""

from collections.abc import Iterator

from core.casebook.reporting.blocks import Block, Heading, Paragraph, Picture
from core.casebook.reporting.studies import SMALLEST, answer, maps, pictures
from core.compare.comparison import SIDES, Comparison, other
from core.compare.words import NAMES, below, details, headline, reading, shares, transferred
from core.study.figures import pixels, png
from core.study.words import percent, strength


def of_comparison(comparison: Comparison, label: str) -> Iterator[Block]:
    """All of a comparison both of whose models have been attacked; label: the true class in words, "" if unknown."""
    labels = comparison.studies["before"].labels
    truth = labels.index(label) if label in labels else None
    yield Paragraph(headline(comparison, truth), "verdict")
    for said in (*details(comparison, truth), transferred(comparison)):
        if said:
            yield Paragraph(said)
    yield from _reach(comparison)
    for side in SIDES:
        study, theirs, crossed = comparison.studies[side], comparison.studies[other(side)], comparison.crossings[side]
        assert theirs.attacked is not None
        told = "its answer is not known" if crossed.prediction is None else answer(study, crossed.prediction)
        changed = {True: ", fooled", False: ", held", None: ""}[comparison.fooled(side)]
        yield Heading(f"{NAMES[side]}: {study.case.classifier}")
        yield from pictures(study, Picture(
            png(pixels(theirs.attacked.image), SMALLEST), "the attacked image made for the other model",
            f"Attacked image made for the other model: {told}{changed}"))  # fmt: skip
        yield from maps(study, 4)


def _reach(comparison: Comparison) -> Iterator[Block]:
    """The estimates of how little may turn each model, where both were computed."""
    found = [comparison.crossings[side].reach for side in SIDES]
    reaches = [each for each in found if each is not None]
    if len(reaches) < len(SIDES):
        return
    yield Heading("An estimate of how little may change the answer", 4)
    for side, each in zip(SIDES, reaches, strict=True):
        yield Paragraph(f"{NAMES[side]}: {strength(each.value, each.norm)}; {percent(each.share)} of the sensitivity "
                        f"lies in that model's own spurious region, which is {percent(each.region)} of the "
                        "picture.")  # fmt: skip
    allowed = comparison.pair.attack.bound if comparison.pair.attack.norm == reaches[0].norm else float("inf")
    for said in (reading(reaches, allowed), shares(reaches), below(comparison)):
        if said:
            yield Paragraph(said)
