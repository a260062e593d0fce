"""The evidence bundle: what is there, what is missing and what is not covered; nothing in its page is executed."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from core.cli.parser import main
from core.evidence.bundle import files
from core.evidence.clauses import CLAUSES
from core.evidence.collect import Evidence, Measured, collect
from core.evidence.page import page
from core.runs.store import Store
from tests.app.pages import DONE, made

MODEL = "mnist_cnn:lime_guided"
SHARE = [0.5, 0.25, 0.75]
RESULT: dict[str, Any] = {
    "asked": {"classifiers": [MODEL], "data": "mnist"}, "count": 20, "differences": [], "classes": [], "weights": ["w"],
    "models": [{"accuracy": SHARE, "correct": 10, "ece": 0.1, "attacks": [], "worst": {}}],
}  # fmt: skip


def measured(home: Path, run: str, state: dict[str, Any] = DONE, **arguments: Any) -> None:
    spec = {"task": "evaluate", "arguments": {"classifiers": [MODEL], "data": "mnist"} | arguments}
    (made(home, run, spec, state, "").folder / "result.json").write_text(json.dumps(RESULT))


def test_every_completed_run_of_this_model_and_no_other(home: Path) -> None:
    measured(home, "20260101-120000-00000001")
    measured(home, "20260101-120000-00000002")
    measured(home, "20260101-120000-00000003", {"state": "stopped"})
    measured(home, "20260101-120000-00000004", classifiers=["mnist_cnn:standard"])
    found = collect(MODEL, Store(home / "runs").runs())
    assert [(each.task, each.id) for each in found.measured] == [
        ("evaluate", "20260101-120000-00000001"), ("evaluate", "20260101-120000-00000002"),
    ]  # fmt: skip
    assert found.kinds == {"card", "evaluate"}
    assert found.missing["ara"] == f"counterproof ara {MODEL} --data DATA"


def test_the_bundle_names_the_hash_of_every_file(home: Path) -> None:
    measured(home, "20260101-120000-00000001")
    bundle = files(collect(MODEL, Store(home / "runs").runs()))
    sums = dict(reversed(line.split("  ")) for line in bundle.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(raw).hexdigest() for name, raw in bundle.items()}
    assert {"evidence.html", "card.json", "runs/20260101-120000-00000001/report.html"} <= set(sums)
    told = json.loads(bundle["evidence.json"])
    assert {each["word"] for each in told["clauses"]} == {"supports"}
    assert [each["supports"] for each in told["clauses"]] == [
        set(each.needs) <= {"card", "evaluate"} for each in CLAUSES
    ]
    assert any(not each["supports"] for each in told["clauses"]), "corruptions were not measured"


def test_the_page_loads_nothing_runs_nothing_and_promises_nothing() -> None:
    hostile = "<script>alert(1)</script>"
    result = json.loads(json.dumps(RESULT).replace(MODEL, hostile))
    text = page(Evidence(hostile, None, (Measured("r", "evaluate", {}, result),)), {"version": hostile})
    assert "<script" not in text
    assert not re.search(r"(src|href)\s*=|url\(|@import", text)
    assert "default-src 'none'" in text
    assert "compl" not in text.lower().replace("nothing here says that a system complies with one", "")
    assert "This model has no card here." in text


def test_from_a_shell(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measured(home, "20260101-120000-00000001")
    out = home / "bundle"
    assert main(["evidence", MODEL, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Attacks x strengths: run 20260101-120000-00000001" in said
    assert "Common corruptions: not measured; measure it with: counterproof corruptions" in said
    assert (out / "evidence.html").is_file()
    assert main(["evidence", MODEL, "--out", str(out)]) == 2
    assert "holds files already" in capsys.readouterr().err
    assert main(["evidence", "nothing:here", "--out", str(home / "other")]) == 2
    assert "there is no model" in capsys.readouterr().err
