"""`counterproof cases`: the list with its filters, one case, deleting, restoring, purging; exit codes."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from core.casebook.answers import ExpertAnswer, add_answer
from core.casebook.casebook import Casebook
from core.cli.parser import main
from tests.core.casebook.saver import small_study


def test_no_cases_yet(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases"]) == 0
    assert "There are no cases yet" in capsys.readouterr().out
    assert main(["cases", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_list_show_delete_undo_and_purge(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, study = Casebook.usual(), small_study()
    one = book.save(study, title="First\x1b[31m case", note="Two\nlines", tags=["Chest", "x"], source="batch").uid
    two = book.save(study, title="Second", label="cat", source="batch").uid
    add_answer(book, ExpertAnswer(one, "Dr. E", "open", 8, 8, "agree", comment="Yes."))
    assert main(["cases"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:16] for line in lines] == [two, one]
    assert lines[1].endswith("First case  [Chest, x]")
    filters = {"--text": "first", "--tag": "chest", "--kind": "image", "--model": "toy", "--attack": "pgd"}
    assert main(["cases", "list", *(word for pair in filters.items() for word in pair)]) == 0
    assert capsys.readouterr().out.startswith(one)
    assert main(["cases", "list", "--label", "cat", "--json"]) == 0
    assert [case["uid"] for case in json.loads(capsys.readouterr().out)] == [two]
    assert main(["cases", "list", "--defended", "yes"]) == 0
    assert "No case is like that" in capsys.readouterr().out
    assert main(["cases", "show", one]) == 0
    said = capsys.readouterr().out
    assert "  | Two\n  | lines\n" in said
    assert "Dr. E: agree; Yes." in said
    assert main(["cases", "show", one, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answers"][0]["expert"] == "Dr. E"
    assert main(["cases", "delete", one, two, "0" * 16]) == 1
    assert "2 of 3 cases deleted" in capsys.readouterr().out
    assert main(["cases", "list", "--deleted", "--text", "second"]) == 0
    assert two in capsys.readouterr().out
    assert main(["cases", "undo", one]) == 0
    assert main(["cases", "purge"]) == 0
    assert "0 cases removed" in capsys.readouterr().out
    assert book.purge(timedelta(0)) == [two]
    assert [case.uid for case in book.find()] == [one]


@pytest.mark.parametrize("uid", ["0" * 16, "../../etc", ""])
def test_a_case_that_is_not_there(home: Path, uid: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", "show", uid]) == 2
    assert "there is no such case" in capsys.readouterr().err


def test_a_damaged_casebook_is_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "casebook").mkdir()
    (home / "casebook" / "casebook.sqlite").write_bytes(b"not a database" * 99)
    assert main(["cases"]) == 2
    said = capsys.readouterr().err
    assert "is damaged or no casebook" in said
    assert said.count("\n") == 1
