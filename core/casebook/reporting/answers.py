"""What experts said of a case, in a report: verdict, comment, and what they marked over the picture."""

from collections.abc import Iterator, Sequence

import numpy as np

from core.base.errors import with_advice
from core.casebook.answers import ExpertAnswer
from core.casebook.case_words import said
from core.casebook.marked_picture import marked
from core.casebook.mask_png import read_mask
from core.casebook.reporting.blocks import Block, Heading, Paragraph, Picture, Pictures
from core.study.figures import pixels, png
from core.study.study import Study

MARKED = "Blue stripes: what should matter to the model. Orange dots: what should not."


def told(answers: Sequence[ExpertAnswer], study: Study | None) -> Iterator[Block]:
    """Every answer, the earliest first; study: the one whose original was marked, None if it cannot be read."""
    if not answers:
        return
    yield Heading(f"What experts said ({len(answers)})")
    for each in answers:
        day = f", {each.created:%Y-%m-%d}" if each.created else ""
        yield Heading(f"{each.expert}{day}", 4)
        words = said(each)
        yield Paragraph(f"{words[0].upper()}{words[1:]}.")
        if each.comment:
            yield Paragraph(each.comment, "note")
        if study is not None and (each.relevant or each.spurious):
            yield _marked(each, study)


def _marked(answer: ExpertAnswer, study: Study) -> Block:
    """The picture with the regions; a sentence where they cannot be laid over it."""
    size = (answer.height, answer.width)
    if tuple(study.original.shape[1:]) != size:
        return Paragraph("Regions were marked on a picture of another size, so they are not shown.", "warn")
    try:
        relevant, spurious = (
            np.zeros(size, dtype=np.bool_) if raw is None else read_mask(raw, *size)
            for raw in (answer.relevant, answer.spurious)
        )
    except ValueError as error:
        return Paragraph(f"What was marked cannot be shown: {with_advice(error)}.", "warn")
    named = (("should matter:", relevant), ("should not:", spurious))
    shares = [f"{name} {100 * region.mean():.0f} % of the picture" for name, region in named if region.any()]
    drawn = png(marked(pixels(study.original), relevant, spurious))
    alt = f"the original image with what {answer.expert} marked: {'; '.join(shares)}"
    return Pictures((Picture(drawn, alt, f"{MARKED} {'; '.join(shares).capitalize()}."),))
