"""`counterproof audit`: exit codes, what is said, files that are written."""

import json
from pathlib import Path

import pytest

from core.audit.verify import verify
from core.cli.parser import main
from tests.core.audit.trails import RUN, filled, resealed, tamper


def test_verify_says_whole_or_names_what_is_not(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == 0
    assert "The trail has no entries yet." in capsys.readouterr().out
    filled(home)
    noted = verify().head
    assert main(["audit", "verify", "--expect", noted]) == 0
    said = capsys.readouterr().out
    assert "The trail is whole: 8 entries, each as it was written." in said
    assert f"to be noted elsewhere: {noted}" in said
    assert "they can make the whole trail anew" in said
    assert main(["audit", "verify", "--expect", "0" * 64]) == 1
    assert "expected: no entry has the hash that was expected" in capsys.readouterr().out
    tamper(home, lambda given: given.__setitem__(3, resealed(given[3], who="nobody")))
    assert main(["audit", "verify"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("altered: entry 4 was replaced: entry 5 was written after another.\n")
    assert "The trail is NOT whole: entry 4" in said


def test_list_in_plain_words_and_of_one_run(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled(home, 2)
    assert main(["audit"]) == 0
    assert "the audit trail was begun" in capsys.readouterr().out
    assert main(["audit", "list", "--run", RUN]) == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 3
    assert f"{RUN}: event 0" in said[0]
    tamper(home, lambda given: given.__setitem__(1, given[1].replace("event 0", "event \\u001b[31m9")))
    main(["audit", "list"])
    listed = capsys.readouterr().out
    assert "event 9 (ALTERED)" in listed
    assert "\x1b" not in listed


@pytest.mark.parametrize("form", ["jsonl", "html"])
def test_export(home: Path, tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    filled(home, 2)
    out = tmp_path / f"trail.{form}"
    assert main(["audit", "export", "--format", form, "--out", str(out)]) == 0
    if form == "jsonl":
        assert [json.loads(line)["n"] for line in out.read_text().splitlines()] == [1, 2, 3]
    else:
        assert out.read_text().startswith("<!doctype html>")
    assert main(["audit", "export", "--format", form, "--out", str(out)]) == 2
    assert "is there already" in capsys.readouterr().err
