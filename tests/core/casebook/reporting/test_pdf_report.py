"""The PDF of cases: the same content, any text, the same bytes for the same cases."""

import re
import time
import zlib

import pytest

from core.casebook.casebook import Casebook
from core.casebook.records import SavedCase
from core.casebook.reporting.pdf_page import Page
from core.casebook.reporting.pdf_report import pdf
from core.casebook.reporting.pdf_text import needs_shaping


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is drawn, in order."""
    texts: list[str] = []
    real = Page.multi_cell

    def kept(self: Page, w: float, h: float | None = None, text: str = "", *args: object, **more: object) -> object:
        texts.append(text)
        return real(self, w, h, text, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Page, "multi_cell", kept)
    return texts


def pages(raw: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", raw))


def test_the_same_cases_make_the_same_bytes(casebook: Casebook, hostile: SavedCase, pair: SavedCase) -> None:
    first = pdf(casebook, [hostile.uid, pair.uid])
    time.sleep(1.1)
    assert pdf(casebook, [hostile.uid, pair.uid]) == first
    assert first.startswith(b"%PDF-")
    assert pages(first) >= 6
    assert hostile.changed.strftime("%Y").encode() in first


def test_any_text_is_drawn_and_what_the_font_has_not_is_told(
    casebook: Casebook, hostile: SavedCase, drawn: list[str]
) -> None:
    pdf(casebook, [hostile.uid])
    said = "\n".join(drawn)
    assert "<script>alert(1)</script>" in said
    assert "שלום □□" in said  # the signs that DejaVu has not
    assert "w" * 400 in said
    assert re.search(r"\d+ characters that the font of this PDF has not are shown as □", said)
    for each in ("took the left image", "</p><b>no</b>", "A map is not a reason", "Rank agreement (Spearman)",
                 f"counterproof study {hostile.uid}/manifest.json", "Settings of the attack"):  # fmt: skip
        assert each in said


def test_a_comparison_has_both_models_and_all_pictures(casebook: Casebook, pair: SavedCase, drawn: list[str]) -> None:
    raw = pdf(casebook, [pair.uid])
    said = "\n".join(drawn)
    assert "Before refinement: one" in said
    assert "After refinement: two" in said
    assert "not are shown as" not in said
    assert raw.count(b"/Subtype /Image") == 18  # original, two attacked, two changes, twelve maps, the scale


def test_nothing_in_it_leads_elsewhere(casebook: Casebook, hostile: SavedCase, pair: SavedCase) -> None:
    raw = pdf(casebook, [hostile.uid, pair.uid])
    unpacked = b"".join(_streams(raw))
    for each in (b"/URI", b"/JavaScript", b"/JS ", b"/Launch", b"/EmbeddedFile", b"/SubmitForm"):
        assert each not in raw
        assert each not in unpacked


def _streams(raw: bytes) -> list[bytes]:
    found = []
    for each in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL):
        try:
            found.append(zlib.decompress(each))
        except zlib.error:
            continue
    return found


def test_letters_that_join_or_run_from_right_to_left_are_shaped() -> None:
    assert [needs_shaping(each) for each in ("frog − ‘x’ × 10", "שלום", "العربية", "漢字", "e\u0301")] == [
        False, True, True, False, True,
    ]  # fmt: skip


def test_what_cannot_be_reported(casebook: Casebook) -> None:
    for uids in ([], ["0" * 16]):
        with pytest.raises(ValueError, match="no such case|expected 1 to"):
            pdf(casebook, uids)
