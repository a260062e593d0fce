"""Every kind of tampering is found, and what was done is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.audit.record import record
from core.audit.verify import verify
from tests.core.audit.trails import RUN, Lines, filled, lines, resealed, tamper, write


def found(expect: str = "") -> list[tuple[str, int]]:
    return [(each.kind, each.entry) for each in verify(expect).findings]


def test_a_trail_nobody_touched_is_whole(home: Path) -> None:
    assert verify().whole  # there is none
    filled(home)
    report = verify()
    assert report.findings == ()
    assert [entry.n for entry in report.entries] == list(range(1, 9))
    assert [entry.event for entry in report.entries][:2] == ["trail begun", "event 0"]
    assert report.head == json.loads((home / "audit" / "head.json").read_text())["hash"]
    assert report.entries[3].before == report.entries[2].hash


@pytest.mark.parametrize("field", ["who", "time", "event", "facts", "run", "n", "hash", "before", "code"])
def test_an_altered_field_is_found_whichever_it_is(home: Path, field: str) -> None:
    filled(home)

    def alter(given: Lines) -> None:
        said = json.loads(given[4])
        value: Any = said[field]
        said[field] = value + 1 if field == "n" else {"number": 99} if isinstance(value, dict) else f"0{value[1:]}x"
        given[4] = json.dumps(said, sort_keys=True, separators=(",", ":"))

    tamper(home, alter)
    kinds = found()
    assert ("altered", 5) in kinds
    assert {entry for _, entry in kinds} <= {4, 5}, "nothing else is blamed"


def test_white_space_is_an_alteration_too(home: Path) -> None:
    filled(home)
    tamper(home, lambda given: given.__setitem__(2, json.dumps(json.loads(given[2]))))
    assert found() == [("altered", 3)]


def test_a_line_made_unreadable_is_the_entry_that_stood_there(home: Path) -> None:
    filled(home)
    tamper(home, lambda given: given.__setitem__(4, "no json"))
    assert [kind for kind in found() if kind[0] != "receipt"] == [("altered", 5)]


def test_an_entry_replaced_with_a_seal_of_its_own(home: Path) -> None:
    filled(home)
    tamper(home, lambda given: given.__setitem__(4, resealed(given[4], who="nobody")))
    assert found() == [("altered", 5), ("receipt", 5)]
    assert "entry 6 was written after another" in verify().findings[0].said


def test_the_last_entry_replaced_with_a_seal_of_its_own(home: Path) -> None:
    filled(home)
    tamper(home, lambda given: given.__setitem__(-1, resealed(given[-1], who="nobody")))
    assert found() == [("head", 8), ("receipt", 8)]


@pytest.mark.parametrize("gone", [slice(4, 5), slice(3, 6), slice(0, 1), slice(0, 3)])
def test_entries_removed_from_the_middle_or_the_beginning(home: Path, gone: slice) -> None:
    filled(home)
    tamper(home, lambda given: given.__delitem__(gone))
    kinds = found()
    assert kinds[0] == ("removed", gone.start + 1)
    assert {kind for kind, _ in kinds} <= {"removed", "receipt"}
    assert verify().findings[0].said.endswith("missing")


def test_entries_cut_off_the_end_are_told_by_the_head_file(home: Path) -> None:
    filled(home)
    tamper(home, lambda given: given.__delitem__(slice(6, None)))
    assert found()[0] == ("removed", 7)
    assert "entries 7 to 8 are missing: cut off the end" in verify().findings[0].said


def test_entries_cut_off_with_the_head_file_put_back_are_told_by_the_receipts(home: Path) -> None:
    filled(home, 5)
    before = (home / "audit" / "head.json").read_bytes(), lines(home)
    filled(home, 2)
    (home / "audit" / "head.json").write_bytes(before[0])
    write(home, before[1])
    assert found() == [("receipt", 7)]
    assert verify().findings[0].said == f"run {RUN} holds receipts for entries 7 to 8, which are not in the trail"


def test_what_was_cut_off_stays_missing_when_the_trail_goes_on(home: Path) -> None:
    filled(home)
    tamper(home, lambda given: given.__delitem__(slice(6, None)))
    assert record("later", {}) == ""
    assert found()[0] == ("removed", 7)
    assert [entry.n for entry in verify().entries] == [1, 2, 3, 4, 5, 6, 9]


def test_inserted_lines(home: Path) -> None:
    filled(home)
    good = lines(home)
    for forged in (
        resealed(good[4], who="nobody"),
        good[2],
        "no json",
        resealed(good[4], n=99),
        resealed(good[4], n=6),
    ):
        write(home, [*good[:5], forged, *good[5:]])
        report = verify()
        assert [(each.kind, each.said[:20]) for each in report.findings] == [("inserted", "line 6 was inserted:")]
        assert len(report.entries) == 8
    write(home, [*good, resealed(good[-1], n=9)])
    assert [each.said[:20] for each in verify().findings] == ["line 9 was inserted:"]


def test_reordered_entries(home: Path) -> None:
    filled(home)
    good = lines(home)
    write(home, [*good[:3], good[4], good[3], *good[5:]])
    assert [kind for kind, _ in found()] == ["moved"]
    write(home, [good[0], *good[2:6], good[1], *good[6:]])
    assert found() == [("moved", 2)]


@pytest.mark.parametrize("changes", [{"hash": "0" * 64}, {"n": 6}, {"n": 12}, {"size": 4}])
def test_an_altered_head_file(home: Path, changes: dict[str, Any]) -> None:
    filled(home)
    head = home / "audit" / "head.json"
    head.write_text(json.dumps(json.loads(head.read_text()) | changes))
    kinds = found()
    assert len(kinds) == 1
    assert kinds[0] == (("removed", 9) if changes == {"n": 12} else ("head", changes.get("n", 8)))


@pytest.mark.parametrize("text", [None, "{", "[]", '{"n": 8}', '{"n": true, "size": 4, "hash": "x"}'])
def test_no_head_file_is_said_and_so_for_good(home: Path, text: str | None) -> None:
    filled(home)
    head = home / "audit" / "head.json"
    if text is None:
        head.unlink()
    else:
        head.write_text(text)
    assert found() == [("head", 0)]
    assert record("later", {}) == ""
    assert found() == [("head", 9)]
    assert "would not show here" in verify().findings[0].said
    assert verify().entries[-1].event == "later"


def test_a_trail_that_is_gone_is_missed_by_the_head_and_by_the_receipts(home: Path) -> None:
    filled(home)
    (home / "audit" / "trail.jsonl").unlink()
    assert found()[0] == ("removed", 1)
    (home / "audit" / "head.json").unlink()
    assert found() == [("receipt", 2)]
    record("later", {})  # a new one begins: the receipts are of another
    assert found() == [("receipt", 2), ("receipt", 3)]


def test_a_trail_made_anew_is_told_by_a_hash_noted_elsewhere(home: Path) -> None:
    folder = filled(home)
    noted = verify().head
    assert verify(noted).whole
    filled(home, 3)
    assert verify(noted).whole, "it may have grown since"
    for name in ("audit/trail.jsonl", "audit/head.json"):
        (home / name).unlink()
    (folder / "receipts.jsonl").unlink()
    filled(home)
    assert verify().whole
    assert found(noted) == [("expected", 0)]


def test_receipts_that_were_altered(home: Path) -> None:
    folder = filled(home)
    receipts = (folder / "receipts.jsonl").read_text().splitlines()
    receipts[2] = json.dumps(json.loads(receipts[2]) | {"hash": "f" * 64})
    (folder / "receipts.jsonl").write_text("\n".join(receipts) + '\n{"n": 3, "ha')
    assert found() == [("receipt", 4)]
