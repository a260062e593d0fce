"""What the list of runs says of each."""

import json
from pathlib import Path

from app.runs.facts import facts_of
from tests.app.pages import RUNS, opened, refining, texts


def test_a_run_of_several_attempts_took_as_long_as_all_of_them(digits: Path) -> None:
    run = refining(digits, "20260101-120000-00000001")
    assert facts_of(run, {}, {}).left == "took 1 min"
    for said, left in (({"seconds": 7500.0}, "took 2 h 5 min"), ({"seconds": "long"}, "took 1 min")):
        (run.folder / "result.json").write_text(json.dumps(said))
        assert facts_of(run, {}, {}).left == left


def test_a_control_is_called_one(digits: Path) -> None:
    refining(digits, "20260101-120000-00000001", objective={"method": "lime_guided", "mask_source": "random"})
    assert "LIME-guided refinement (control: random parts), MNIST" in texts(opened(RUNS))
