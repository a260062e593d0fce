"""Text from outside as one line that steers nothing."""

import pytest

from core.base.errors import with_advice
from core.base.plain_line import plain_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;owned\x07title", "title"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred\x9b0m", "red"),
        ("\x9d0;owned\x9ctitle", "title"),
        ("\x1bPq#0;1\x1b\\sixel", "sixel"),
        ("\x1bc\x1b(0reset", "reset"),
        ("\x1b]0;never ended", "0;never ended"),
        ("\x1b", ""),
        ("a\rb\nc\vd\u2028e\u2029f\x85g", "a b c d e f g"),
        ("a\x08b\x00c\x7fd\x9fe", "abcde"),
        ("user\u202egnp.exe\u2066\u200f", "usergnp.exe"),
        ("\U000e0041tag\ufeff", "tag"),
        ("half \ud800 a pair", "half a pair"),
        ("a  b\t c\xa0d", "a b c d"),
        ("Röntgen 胸部 👩\u200d⚕ می\u200cخواهم", "Röntgen 胸部 👩\u200d⚕ می\u200cخواهم"),
    ],
)
def test_what_would_steer_a_terminal_is_gone(text: str, shown: str) -> None:
    assert plain_line(text) == shown


def test_a_long_line_is_cut_and_costs_little() -> None:
    assert plain_line("x" * 100, 10) == "x" * 9 + "…"
    assert plain_line("\x1b]" * 500_000) == ""


def test_lines_and_indentation_of_a_log_stay() -> None:
    assert printable("Traceback:\r\n  File \x1b[1mx\x1b[0m\n\tdone\x07") == "Traceback:\n  File x\n done"


def test_an_error_that_quotes_a_name_is_one_line() -> None:
    assert with_advice(ValueError("no file 'a\x1b[2J\nb'")) == "no file 'a b'"
