"""`counterproof doctor`, `health` and `tidy`: exit codes, what is said, and that health loads nothing heavy."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.base.paths import ROOT
from core.cli.parser import main
from core.operations.finding import Finding
from tests.core.operations.answering import answering
from tests.core.operations.retention.things import upload


def test_the_doctor_says_what_is_wrong_and_what_to_do(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"port": lambda: Finding("port", "8501 is taken", "problem", "Choose another one."),
             "clock": lambda: Finding("clock", "right")}  # fmt: skip
    monkeypatch.setattr("core.cli.doctor.checks", lambda *_, **__: found)
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "PROBLEM  port   8501 is taken\n                Choose another one.\n" in said
    assert said.endswith("\n1 problem\n")
    assert main(["doctor", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["problems"] == 1
    del found["port"]
    assert main(["doctor"]) == 0
    assert "Everything that is needed is there" in capsys.readouterr().out


def test_the_doctor_looks_at_everything(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json", "--port", "8599"])
    named = {each["what"] for each in json.loads(capsys.readouterr().out)["checks"]}
    assert {"Python", "libraries", "processor", "graphics", "memory", "disk", "extra dicom", "data", "shipped weights",
            "torchvision", "folder", "casebook", "audit trail", "runs", "launcher local", "port", "clock",
            "letters"} <= named  # fmt: skip
    assert not [each for each in named if each.startswith("network")]


def test_health_is_told_by_its_exit_code(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering() as port:
        assert main(["health", "--url", f"http://127.0.0.1:{port}"]) == 0
    assert main(["health", "--url", f"http://127.0.0.1:{port}", "--json"]) == 1
    assert '"problems": 1' in capsys.readouterr().out
    assert main(["health", "--url", "nowhere"]) == 2


def test_health_loads_nothing_heavy(home: Path) -> None:
    words = "import sys; from core.cli.parser import main; main(['health']); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=True, capture_output=True)


def test_limits_are_set_and_what_is_over_them_goes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = upload(home, 1, 9)
    assert main(["tidy"]) == 0
    assert "uploads  nothing to remove, 1 KB kept, no limit" in capsys.readouterr().out
    assert main(["tidy", "--set", "uploads=500B", "runs=50GB"]) == 0
    assert "uploads  500 B" in capsys.readouterr().out
    assert main(["tidy", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "uploads  1 would be removed (1 KB), 0 B kept, at most 500 B" in said
    assert f"uploads/{path.name}  1 KB" in said
    assert path.exists()
    assert main(["tidy"]) == 0
    assert not path.exists()
    assert "cases    none was deleted more than 30 days ago" in capsys.readouterr().out


@pytest.mark.parametrize("wanted", ["uploads", "uploads=", "cats=5GB", "uploads=many"])
def test_what_is_no_limit_is_refused(home: Path, capsys: pytest.CaptureFixture[str], wanted: str) -> None:
    assert main(["tidy", "--set", wanted]) == 2
    assert capsys.readouterr().err.startswith("counterproof: expected a ")
    assert not (home / "retention.json").exists()
