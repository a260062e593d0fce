"""In one, two and three parts every task that can be divided tells the same, bit for bit, and keeps the same files."""

from pathlib import Path
from typing import Any

import pytest

from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.base.params import to_spec
from core.detection import attacked_images
from core.detection.study import STAGES
from core.runs.run import Run
from core.runs.tasks import DIVISIBLE, detect
from tests.core.runs.parts.made import MODEL, in_parts, part, real_digits, timeless
from tests.core.runs.tasks.test_detect import asked as detection
from tests.core.runs.tasks.test_detect import shorten

ADVERSARIAL = "mnist_cnn:pgd_adversarial"
TASKS: dict[str, dict[str, Any]] = {
    "evaluate": {
        "classifiers": [MODEL, ADVERSARIAL], "attacks": [to_spec(FGSM()), to_spec(PGD(steps=3))], "count": 30,
        "strengths": [0.05, 0.15], "batch": 4,
    },
    "explainers": {
        "classifier": MODEL, "explainers": [{"method": "grad_cam_pp"}, {"method": "lime", "samples": 40}], "count": 11,
        "metrics": [{"method": "deletion", "steps": 4}, {"method": "max_sensitivity", "draws": 1}], "batch": 2,
        "attack": to_spec(PGD(eps=0.05, step=0.05, steps=1)),
    },
    "batch": {
        "classifier": MODEL, "attack": to_spec(PGD(eps=0.2, step=0.06, steps=4)), "count": 7, "controls": 1,
        "explainers": [{"method": "grad_cam_pp"}],
    },
    "ara": {"classifier": MODEL, "count": 11, "batch": 3, "steps": 12, "norms": ["rms", "linf"]},
    "corruptions": {"classifiers": [MODEL, ADVERSARIAL], "count": 9, "batch": 4},
}  # fmt: skip


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real_digits(tmp_path_factory.mktemp("digits"), copies=2)


@pytest.mark.parametrize("task", TASKS)
def test_parts_tell_what_one_run_tells(task: str, digits: Path, tmp_path: Path, home: Path) -> None:
    asked = TASKS[task] | {"data": str(digits)}
    whole, result = in_parts(tmp_path / "1", task, asked, 1)
    for of in (2, 3):
        run, told = in_parts(tmp_path / str(of), task, asked, of)
        assert timeless(run.metrics) == timeless(whole.metrics), f"rows of {of} parts"
        assert timeless(told) == timeless(result), f"result of {of} parts"
        assert kept(run.folder) == kept(whole.folder)
        assert len({row["step"] for row in run.metrics}) == whole.metrics[-1]["step"] + 1 > of


def kept(folder: Path) -> dict[str, bytes]:
    """Arrays and pictures in a run's folder, without those in its parts."""
    found = [path for path in folder.rglob("*") if path.suffix in (".npz", ".png")]
    names = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith(("parts/", "stability/"))}


def test_every_task_that_can_be_divided_is_tried() -> None:
    assert {*TASKS, "detect"} == DIVISIBLE


def test_a_part_made_twice_is_the_same(digits: Path, tmp_path: Path) -> None:
    asked = TASKS["evaluate"] | {"data": str(digits)}
    first = timeless_rows(part(tmp_path / "run", 1, "evaluate", asked, 3))
    assert first == timeless_rows(part(tmp_path / "run", 1, "evaluate", asked, 3))
    assert [row["step"] for row in first] == list(range(2 * 6, 5 * 6)), "batches 3 to 5 of 8"


def timeless_rows(folder: Path) -> Any:
    return timeless(Run(folder).metrics)


def test_a_detection_study_in_parts_tells_what_one_run_tells(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attacked images and signatures are made by the parts, for stages after them; each with a cache that is empty."""
    told: list[Any] = []
    asked = detection(digits, batch=8, explainer={"method": "integrated_gradients", "steps": 4})
    shorten(monkeypatch, digits)
    monkeypatch.setattr(detect, "STAGES", {key: STAGES[key] for key in ("attacks", "signatures")})
    for of in (1, 3):
        monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path / f"home{of}"))
        run, result = in_parts(tmp_path / str(of), "detect", asked, of)
        assert [row["stage"] for row in run.metrics] == ["attacks", "signatures"]
        told.append((timeless(result), timeless(run.metrics)))
    assert told[0] == told[1]
    assert told[0][0]["attacks"]["made"] > 0 == told[0][0]["attacks"]["taken"]
    assert told[0][0]["signatures"]["made"] > 0
    monkeypatch.setattr(attacked_images, "_made", broken)  # nothing is attacked where the parts have done it
    again, _ = in_parts(tmp_path / "again", "detect", asked, 1)
    assert again.metrics[0]["told"]["made"] == 0


def broken(*_: Any) -> Any:
    raise AssertionError("attacked again")
