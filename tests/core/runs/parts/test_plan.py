"""The plan for many images: times and bytes are those of the run's own rows, and the rest follows by arithmetic."""

from pathlib import Path
from typing import Any

import pytest

from core.base import run_folder
from core.runs import files
from core.runs.parts.folders import parts_folder
from core.runs.parts.plan import measured, plan
from core.runs.run import Run
from core.runs.status import Status, write_status


def made(folder: Path, task: str, rows: list[dict[str, Any]], result: Any = None, wall: float = 10, **more: Any) -> Run:
    """A run that has completed, `wall` seconds after it was started."""
    folder.mkdir(parents=True)
    files.write_json(folder / run_folder.SPEC, {"task": task, "arguments": {"classifiers": ["a", "b"]}} | more)
    write_status(folder, Status("completed", progress=1.0, started=100.0, ended=100.0 + wall))
    files.write_json(folder / run_folder.RESULT, result or {})
    files.append(folder / run_folder.METRICS, "".join(files.rows.row_text({"step": n} | r) for n, r in enumerate(rows)))
    return Run(folder)


def test_an_evaluation_tells_its_costs_by_attack_and_model(tmp_path: Path) -> None:
    result = {"models": [{"attacks": [{"title": "FGSM"}, {"title": "PGD"}]}] * 2}
    rows = [{"batch": batch, "model": model, "attack": attack, "fell": [1] * count,
             "seconds": count * (0.5 + model) * (attack + 1)}
            for batch, count in enumerate((4, 2)) for model in (0, 1) for attack in (0, 1)]  # fmt: skip
    rows.append({"batch": 0, "model": 0, "attack": -1, "places": [0, 1, 2, 3]})
    run = made(tmp_path / "run", "evaluate", rows, result, wall=50.0, threads=2)
    known = measured(run)
    expected = {"FGSM on a": 0.5, "PGD on a": 1.0, "FGSM on b": 1.5, "PGD on b": 3.0}
    assert known.each == pytest.approx(expected)
    assert (known.images, known.threads, known.jobs, known.end) == (6, 2, 1, None)
    assert known.start == pytest.approx(50 - 36)
    assert known.row_bytes == (run.folder / run_folder.METRICS).stat().st_size / 6
    ours = plan(known, 6000, 2.0, 3)
    assert (ours.parts, ours.core_hours) == (5, pytest.approx(20.0)), "6,000 x 6 s x 2 threads; 10 hours in parts of 2"
    assert ours.elapsed == pytest.approx(2 * (2.0 + 14 / 3600)), "3 and then 2 of 5 at once"
    assert ours.disk == pytest.approx(2 * 6000 * known.row_bytes)
    assert not ours.too_many
    assert plan(known, 10**8, 2.0, 3).too_many


def test_what_parts_and_their_end_took_is_told_of_them(tmp_path: Path) -> None:
    run = made(tmp_path / "run", "detect", [{"stage": "attacks"}], wall=60.0, parts=2, threads=1)
    for number, took in enumerate((2.0, 4.0)):
        rows = [{"images": 10, "took": {"PGD": took, "SHAP": 1.0}}]
        made(parts_folder(run.folder) / f"20260101-000000-0000000{number}", "detect", rows, wall=20, part=[number, 2])
    known = measured(run)
    assert known.each == pytest.approx({"PGD": 0.3, "SHAP": 0.1})
    assert (known.images, known.jobs) == (20, 2)
    assert known.start == pytest.approx((40 - 8) / 2)
    assert known.end == pytest.approx(40)


@pytest.mark.parametrize(("task", "rows", "said"), [
    ("corruptions", [], "the rows of corruptions tell no times; those of ara, batch"),
    ("explainers", [{"images": [1], "explainer": "lime"}], "tell no times"),
    ("detect", [{"stage": "attacks"}], "tell no times, unless it is in parts"),
    ("batch", [{"name": "x"}], "tell no times, or are damaged"),
    ("evaluate", [{"attack": 0, "model": 3, "fell": [1], "seconds": 1.0}], "or are damaged"),
])  # fmt: skip
def test_a_run_that_tells_no_times_is_a_sentence(tmp_path: Path, task: str, rows: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        measured(made(tmp_path / "run", task, rows, {"models": []}))


def test_files_that_are_kept_of_images_are_counted_and_a_run_that_goes_on_is_not_measured(tmp_path: Path) -> None:
    run = made(tmp_path / "run", "batch", [{"seconds": 2.0}] * 4)
    (run.folder / "cases" / "0").mkdir(parents=True)
    (run.folder / "cases" / "0" / "arrays.npz").write_bytes(bytes(4000))
    assert measured(run).file_bytes == 1000
    write_status(run.folder, Status("failed"))
    with pytest.raises(ValueError, match="has not completed"):
        measured(run)
    with pytest.raises(ValueError, match="more than no time"):
        plan(measured(made(tmp_path / "other", "batch", [{"seconds": 2.0}])), 10, 0.0, 1)
