"""JSON from outside: what is read, and that everything else is one sentence."""

from pathlib import Path

import pytest

from core.untrusted.foreign_json import DEEPEST, parse_object, read_object


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "not readable"),
        (b"\xff\xfe", "not readable"),
        (b"{", "not readable"),
        (b"[1]", "not a JSON object"),
        (b'{"a": Infinity}', "Infinity"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": 1e999}', "1e999"),
        (b'{"a": ' + b"9" * 400 + b"}", "a number of 400 characters"),
        (b'{"a": ' + b"9" * 40_000 + b"}", "not a finite number"),
        (b'{"a":' + b"[" * 100_000, "not readable"),
        (b"[" * 100_000, "not readable"),
        (nested(DEEPEST + 2).encode(), "levels deep"),
    ],
    ids=lambda value: value[:12].decode(errors="replace") if isinstance(value, bytes) else "",
)
def test_what_is_refused_is_refused_in_one_sentence(raw: bytes, word: str) -> None:
    with pytest.raises(ValueError, match=word) as said:
        parse_object(raw, "card.json")
    assert str(said.value).startswith("card.json ")
    assert "\n" not in str(said.value)


def test_what_people_write_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"a": 1e-3, "b": -7, "c": [true, null, "\xc3\xa4"]}')
    assert read_object(tmp_path / "a.json") == {"a": 0.001, "b": -7, "c": [True, None, "ä"]}
    assert parse_object(nested(DEEPEST), "deep")["a"]


def test_a_file_is_read_no_further_than_its_bound(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": "' + "x" * 100 + '"}')
    with pytest.raises(ValueError, match="larger than"):
        read_object(tmp_path / "a.json", largest=50)
