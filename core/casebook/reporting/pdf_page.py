"""The blocks of a report drawn on pages of A4."""

import io
from collections.abc import Sequence

from fpdf.enums import Align, TableBordersLayout
from fpdf.fonts import FontFace
from PIL import Image

from core.casebook.reporting.blocks import Block, Command, Heading, Paragraph, Picture, Pictures, Scale, Table
from core.casebook.reporting.pdf_sheet import DARK, GREY, MARGIN, PALE, WARNING, WIDTH, Sheet
from core.casebook.reporting.pdf_text import needs_shaping
from core.casebook.reporting.scale import scale_png, scale_words

GAP = 4  # mm
LARGEST_PICTURE, WITH_PICTURES = 56, 90  # mm a picture is wide, and a row with its heading and text is high
SIZES = {1: 18, 2: 15, 3: 12.5, 4: 10.5}


class Page(Sheet):
    """A document that is written to block by block."""

    def blocks(self, blocks: Sequence[Block]) -> None:
        """Draw blocks one below the other, a heading on the page of what it is the heading of."""
        for place, block in enumerate(blocks):
            coming = blocks[place + 1 : place + 3]
            if isinstance(block, Heading) and any(isinstance(each, Pictures) for each in coming):
                self.room(WITH_PICTURES)
            self.block(block)

    def heading(self, text: str, level: int) -> None:
        """A heading, with room below it for a few lines."""
        self.room(30)
        self.ln(1 if level == 1 else 3)
        self.pen(SIZES[level], "B")
        self.lines(text, SIZES[level] * 0.45, "B")
        self.ln(1)

    def block(self, block: Block) -> None:
        """Draw one block below what is there."""
        match block:
            case Heading(text, level):
                self.heading(text, level)
            case Paragraph():
                self._paragraph(block)
            case Pictures(row):
                self._pictures(row)
            case Scale():
                self._scale(block)
            case Table(rows, words):
                self._table(rows, words)
            case Command(text):
                self.set_font("Mono", "", 8.5)
                self.set_text_color(*DARK)
                self.set_fill_color(*PALE)
                self.lines(text, 4.5, "M", fill=True)
                self.ln(2)

    def _paragraph(self, block: Paragraph) -> None:
        small, strong = block.kind == "small", block.kind == "verdict"
        self.pen(8 if small else 9.5, "B" if strong else "", GREY if small else DARK)
        self.set_fill_color(*(WARNING if block.kind == "warn" else PALE))
        self.lines(block.text, 4.0 if small else 4.8, "B" if strong else "", fill=block.kind in ("verdict", "warn"),
                    inset=4 if block.kind == "note" else 0)  # fmt: skip
        self.ln(2)

    def _pictures(self, row: tuple[Picture, ...]) -> None:
        wide = min(LARGEST_PICTURE, (WIDTH - GAP * (len(row) - 1)) / len(row))
        self.pen(7.5, colour=GREY)
        sizes = [Image.open(io.BytesIO(each.png), formats=["PNG"]).size for each in row]
        heights = [min(wide * high / across, 110) for across, high in sizes]
        captions = [self.drawable.text(each.caption) for each in row]
        self.set_text_shaping(any(map(needs_shaping, captions)))
        below = max(self.multi_cell(wide, 3.6, each, align=Align.L, dry_run=True, output="HEIGHT")  # type: ignore[type-var]
                    for each in captions)  # fmt: skip
        self.room(max(heights) + float(below) + 3)  # type: ignore[arg-type]
        top = self.get_y()
        for place, (picture, caption) in enumerate(zip(row, captions, strict=True)):
            left = MARGIN + place * (wide + GAP)
            self.image(io.BytesIO(picture.png), left, top, wide, heights[place], keep_aspect_ratio=True,
                       alt_text=self.drawable.text(picture.alt))  # fmt: skip
            self.set_xy(left, top + max(heights) + 1)
            self.multi_cell(wide, 3.6, caption, align=Align.L)
        self.set_xy(MARGIN, top + max(heights) + float(below) + 3)  # type: ignore[arg-type]

    def _scale(self, block: Scale) -> None:
        self.room(9)
        self.image(io.BytesIO(scale_png()), MARGIN, self.get_y(), 100, 3, alt_text="colours from blue to red")
        self.set_xy(MARGIN, self.get_y() + 3)
        self.pen(7.5, colour=GREY)
        for text, align in zip(scale_words(block.limit, block.poles), (Align.L, Align.C, Align.R), strict=True):
            self.cell(100 / 3, 4, self.drawable.text(text), align=align)
        self.set_xy(MARGIN, self.get_y() + 6)

    def _table(self, rows: tuple[tuple[str, ...], ...], words: bool) -> None:
        self.pen(8)
        self.set_draw_color(213, 219, 225)
        self.set_text_shaping(any(needs_shaping(cell) for row in rows for cell in row))
        columns = len(rows[0])
        shares = (28, 72) if words else (34, *([66 / (columns - 1)] * (columns - 1)))
        aligned = (Align.L,) * columns if words else (Align.L, *([Align.R] * (columns - 1)))
        titled = any(rows[0])
        with self.table(width=WIDTH, col_widths=shares, text_align=aligned, line_height=4.2, padding=(0.6, 1.5),
                        borders_layout=TableBordersLayout.HORIZONTAL_LINES, first_row_as_headings=titled,
                        headings_style=FontFace(emphasis="BOLD", color=GREY)) as table:  # fmt: skip
            for number, cells in enumerate(rows if titled else rows[1:]):
                line = table.row()
                for cell in cells:
                    line.cell(self.drawable.text(cell, "B" if titled and not number else ""))
        self.ln(3)
