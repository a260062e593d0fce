"""Cases as one PDF: the content of the HTML report on pages of A4, the same bytes for the same cases."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.outline import OutlineSection

from core.base.plain_line import plain_line
from core.casebook.casebook import Casebook
from core.casebook.reporting.blocks import Paragraph
from core.casebook.reporting.pdf_page import Page
from core.casebook.reporting.pdf_sheet import FAMILY
from core.casebook.reporting.pdf_text import MISSING, needs_shaping
from core.casebook.reporting.scale import about
from core.casebook.reporting.sections import closing, sections

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

LONGEST = 75  # characters of a title in the list of cases


def pdf(casebook: Casebook, uids: Iterable[str]) -> bytes:
    """The whole document, for one case or many, in that order; ValueError if one is not there, or for too many.

    A character that the font has not is shown as an empty square, and the last page says how many those are.
    """
    wanted = list(dict.fromkeys(uids))
    cases = [casebook.get(uid) for uid in wanted]
    page = Page(max((each.changed for each in cases), default=EPOCH))
    made = sections(casebook, wanted)
    several = len(wanted) > 1
    for number, section in enumerate(made):
        title = plain_line(section.title)
        page.set_title(f"{len(wanted)} cases" if several else title)
        page.add_page()
        if several and not number:
            page.heading(f"{len(wanted)} cases", 1)
            page.insert_toc_placeholder(_contents, pages=1, allow_extra_pages=True)
        page.start_section(page.drawable.text(title))
        page.heading(title, 2 if several else 1)
        page.blocks(section.blocks)
    page.add_page()
    page.blocks(closing())
    page.block(Paragraph(about(), "small"))
    if count := page.drawable.replaced:
        page.block(Paragraph(f"{count:,} characters that the font of this PDF has not are shown as {MISSING}; the HTML "
                             "report has them.", "small"))  # fmt: skip
    return bytes(page.output() or b"")


def _contents(page: FPDF, outline: Sequence[OutlineSection]) -> None:
    """The list of cases with their pages, each a link."""
    page.set_font(FAMILY, "", 10)
    page.set_x(page.l_margin)
    for number, each in enumerate(outline, 1):
        link = page.add_link(page=each.page_number)
        page.set_text_shaping(needs_shaping(each.name))
        title = each.name if len(each.name) <= LONGEST else f"{each.name[:LONGEST]}…"
        page.cell(165, 6, f"{number}. {title}", link=link)
        page.cell(15, 6, str(each.page_number), align="R", link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
