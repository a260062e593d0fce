"""The sheet that a report is drawn on: A4, its fonts, its colours, its page numbers, and lines of text."""

from datetime import datetime
from typing import Literal

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

from core.casebook.reporting.pdf_text import Drawable, font_file, needs_shaping

MARGIN, WIDTH = 15, 180  # mm
FAMILY = "DejaVu"
DARK, GREY, PALE, WARNING = (31, 41, 51), (82, 96, 109), (241, 244, 247), (255, 246, 224)
KEYS = {"": "dejavu", "B": "dejavuB", "M": "mono"}  # style -> what the document calls the font
Style = Literal["", "B"]


class Sheet(FPDF):
    """A document of A4; every text goes through `drawable`. written: its date."""

    def __init__(self, written: datetime) -> None:
        super().__init__(format="A4")
        self.set_creation_date(written)
        self.set_lang("en")
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, 18)
        for style in ("", "B"):
            self.add_font(FAMILY, style, font_file(style))
        self.add_font("Mono", "", font_file("M"))
        self.c_margin = 0
        self.drawable = Drawable({style: _characters(self.fonts[key]) for style, key in KEYS.items()})

    def footer(self) -> None:
        """The number of the page; how many there are is not known yet when it is drawn."""
        self.set_y(-12)
        self.pen(8, colour=GREY)
        self.cell(0, 5, f"{self.page_no()}", align=Align.R)

    def room(self, high: float) -> None:
        """Begin a new page unless there are so many mm left on this one."""
        if self.will_page_break(high):
            self.add_page()

    def lines(self, text: str, high: float, style: str, fill: bool = False, inset: float = 0) -> None:
        """A text over the whole width, words broken where they must be."""
        self.set_text_shaping(needs_shaping(text))
        self.set_x(MARGIN + inset)
        self.multi_cell(WIDTH - inset, high, self.drawable.text(text, style), align=Align.L, fill=fill,
                        new_x=XPos.LMARGIN, new_y=YPos.NEXT, padding=1 if fill else 0)  # fmt: skip

    def pen(self, size: float, style: Style = "", colour: tuple[int, int, int] = DARK) -> None:
        """Write in this style, size and colour from now on."""
        self.set_font(FAMILY, style, size)
        self.set_text_color(*colour)


def _characters(font: object) -> frozenset[int]:
    """Every character that a font has."""
    return frozenset(font.cmap) if isinstance(font, TTFFont) else frozenset()
