"""The task `batch`: a row and a case for each picture; stopped, killed and resumed it repeats nothing."""

import json
import os
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from core.base import run_folder
from core.base.paths import home as user_folder
from core.batch import one_picture
from core.batch.collection import keep, kept
from core.batch.gather import gather_path
from core.batch.places import case_folder, kept_picture, load_case
from core.batch.request import BatchRequest
from core.batch.summary import summary
from core.catalog import load_classifier
from core.images.picture import fit
from core.images.samples import stored_picture
from core.runs import files
from core.runs.context import Context, Stopped
from core.runs.run import Run
from core.runs.store import Store
from core.runs.tasks import TASKS
from core.runs.tasks import batch as task
from core.runs.tasks.batch import batch
from core.study.investigation import investigate
from core.study.study import begin
from tests.core.batch.made import digits
from tests.core.runs.doubles import Forks, ended, until
from tests.core.runs.tasks.measuring import begun, noise_digits

NAME = "mnist_cnn:standard"
ATTACK = {"method": "pgd", "eps": 0.2, "step": 0.05, "steps": 4}


@pytest.fixture
def asked(home: Path, tmp_path: Path) -> dict[str, Any]:
    """Three digits, and a file that is broken, whose folder is gone."""
    folder = digits(tmp_path / "digits")
    found = gather_path(folder, lambda done, total: None)
    shutil.rmtree(folder)
    return BatchRequest(NAME, ATTACK, keep(found), explainers=({"method": "grad_cam_pp"},), count=3).arguments()


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what the clock says."""
    told: list[dict[str, Any]] = json.loads(json.dumps(rows))
    return [{name: value for name, value in row.items() if name != "seconds"} for row in told]


def test_rows_hold_what_the_engine_finds_and_cases_are_whole(asked: dict[str, Any], tmp_path: Path) -> None:
    run = begun(tmp_path / "run", "batch", asked)
    result = TASKS["batch"](Context(run.folder), asked)
    rows, one = run.metrics, load_classifier(NAME)
    assert [row["outcome"] == "not used" for row in rows].count(True) == 1
    for item, row in zip(kept(asked["collection"]).items, rows, strict=True):
        if not item.image:
            assert "is not a picture that can be read" in row["reason"]
            continue
        picture = stored_picture(item.image)
        study = begin(BatchRequest.read(asked).case(item.image), one, fit(picture, one), picture.sha256)
        assert list(investigate(study, one))
        assert study.attacked is not None
        assert row["label"] == f"digit {item.folder}"
        assert row["right"]
        assert row["answer_after"] == one.labels[study.attacked.after.top]
        assert (row["outcome"] == "fooled") == study.attacked.fooled
        assert row["size"] == pytest.approx(study.attacked.sizes["linf"], abs=1e-6)
        found = {each.comparison: each.value for each in study.rows if each.measure == "spearman"}
        assert row["maps"]["grad_cam_pp"]["agreement"] == pytest.approx(found["attack"], abs=1e-3)
        noise = [each.value for each in study.rows if (each.measure, each.comparison) == ("spearman", "noise")]
        assert row["maps"]["grad_cam_pp"]["beyond"] == pytest.approx(min(noise) - found["attack"], abs=1e-3)
        saved = load_case(run.folder, row["step"])
        assert saved.case == study.case
        assert saved.complete
        assert (run.folder / "thumbnails" / f"{row['step']}.png").is_file()
    expected = summary(rows)
    assert {key: result[key] for key in expected} == expected
    assert result["weights"] == one.fingerprint


def test_stopped_after_each_picture_it_ends_with_the_same_rows(
    asked: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = begun(tmp_path / "whole", "batch", asked)
    TASKS["batch"](Context(whole.folder), asked)
    run, result, steps = begun(tmp_path / "run", "batch", asked), None, []
    while result is None:
        context = Context(run.folder)
        context.recover()
        (run.folder / run_folder.STOP).unlink(missing_ok=True)
        row = context.row

        def stopping(step: int, row: Any = row, **found: Any) -> None:
            row(step, **found)
            steps.append(step)
            (run.folder / run_folder.STOP).write_text("{}")

        monkeypatch.setattr(context, "row", stopping)
        try:
            result = TASKS["batch"](context, asked)
        except Stopped:
            continue
    assert steps == [0, 1, 2, 3]
    assert plain(run.metrics) == plain(whole.metrics)


def test_a_stop_within_a_picture_keeps_its_attack_and_goes_on_from_it(
    asked: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(tmp_path / "run", "batch", asked)
    context = Context(run.folder)
    heard: list[Any] = []
    monkeypatch.setattr(context, "on_stop", heard.append)

    def stopping(study: Any, classifier: Any) -> Any:
        for event in investigate(study, classifier):
            if event.stage == "maps":
                heard[0]("save")
            yield event

    monkeypatch.setattr(one_picture, "investigate", stopping)
    with pytest.raises(Stopped):
        TASKS["batch"](context, asked)
    assert run.metrics == []
    assert load_case(run.folder, 0).attacked is not None
    events: list[Any] = []

    def counting(study: Any, classifier: Any) -> Any:
        for event in investigate(study, classifier):
            events.append((study.case.image, event.stage, event.finished))
            yield event

    monkeypatch.setattr(one_picture, "investigate", counting)
    TASKS["batch"](Context(run.folder), asked)
    attacked = [image for image, stage, finished in events if stage == "attack" and finished]
    assert len(attacked) == 2, "the first was not attacked again"


def test_a_case_saved_before_its_row_was_written_is_not_computed_again(
    asked: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(tmp_path / "run", "batch", asked)
    context = Context(run.folder)

    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(context, "row", dies)
    with pytest.raises(KeyboardInterrupt):
        TASKS["batch"](context, asked)
    first = (case_folder(run.folder, 0) / "manifest.json").stat().st_mtime_ns, load_case(run.folder, 0)
    stages: list[str] = []

    def counting(study: Any, classifier: Any) -> Any:
        for event in investigate(study, classifier):
            stages.append(event.stage)
            yield event

    monkeypatch.setattr(one_picture, "investigate", counting)
    other = Context(run.folder)
    other.recover()
    TASKS["batch"](other, asked)
    assert stages.count("attack") == 2 * 2, "two of three pictures were attacked, each event before and after"
    again = load_case(run.folder, 0)
    assert again.attacked is not None
    assert first[1].attacked is not None
    assert torch.equal(again.attacked.image, first[1].attacked.image)
    assert [row["step"] for row in run.metrics] == [0, 1, 2, 3]


def test_damage_in_the_place_of_a_case_is_replaced(asked: dict[str, Any], tmp_path: Path) -> None:
    run = begun(tmp_path / "run", "batch", asked)
    case_folder(run.folder, 0).mkdir(parents=True)
    (case_folder(run.folder, 0) / "manifest.json").write_text("{")
    (case_folder(run.folder, 0) / "alien.txt").write_text("x")
    TASKS["batch"](Context(run.folder), asked)
    assert load_case(run.folder, 0).complete


def slow(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    torch.set_num_threads(1)  # a fork has lost the threads it had
    return batch(context, arguments)


def test_killed_in_the_middle_it_resumes_to_the_end(asked: dict[str, Any], tmp_path: Path) -> None:
    forks = Forks({"batch": slow})
    try:
        store = Store(user_folder() / "runs", forks.launch)
        run = store.submit("batch", asked | {"attack": ATTACK | {"steps": 100}})
        until(lambda: len(run.metrics) >= 1, 60)
        os.kill(forks.pids[-1], signal.SIGKILL)
        os.waitpid(forks.pids.pop(), 0)
        assert ended(run) == "lost"
        done = plain(run.metrics)
        store.run(run.id).resume()
        assert ended(Run(run.folder), 60) == "completed", run.status
    finally:
        forks.reap()
    assert plain(run.metrics)[: len(done)] == done
    assert [row["step"] for row in run.metrics] == [0, 1, 2, 3]
    assert run.read_result()["studied"] == 3


def test_an_upload_that_is_gone_is_a_row_and_stops_nothing(asked: dict[str, Any], tmp_path: Path) -> None:
    gone = next(each for each in kept(asked["collection"]).items if each.image)
    (user_folder() / "uploads" / f"{gone.image.removeprefix('upload/')}.image").unlink()
    run = begun(tmp_path / "run", "batch", asked)
    result = TASKS["batch"](Context(run.folder), asked)
    assert "no longer here" in next(row["reason"] for row in run.metrics if row["name"] == gone.name)
    assert (result["studied"], result["unused"]) == (2, 2)


def test_a_picture_that_the_model_has_no_answer_to_is_a_row_and_stops_nothing(
    asked: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun_so_far, real = list[Any](), one_picture.investigate

    def failing(study: Any, classifier: Any) -> Any:
        begun_so_far.append(study)
        if len(begun_so_far) == 2:
            raise ValueError("the model's answer is not finite")
        yield from real(study, classifier)

    monkeypatch.setattr(one_picture, "investigate", failing)
    run = begun(tmp_path / "run", "batch", asked)
    result = batch(Context(run.folder), asked)
    said = [row["reason"] for row in run.metrics if row["outcome"] == "not used"]
    assert "the model's answer is not finite" in said
    assert len(said) == 2
    assert len(run.metrics) == 4
    assert result["asked"] == asked


def test_a_data_set_is_drawn_labelled_and_kept_as_pictures(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise_digits(tmp_path, NAME)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    asked = BatchRequest(NAME, ATTACK, data="mnist", count=5, draw_seed=2).arguments()
    run = begun(tmp_path / "run", "batch", asked)
    result = TASKS["batch"](Context(run.folder), asked)
    rows = run.metrics
    assert len(rows) == result["labelled"] == 5
    assert result["wrong"] == sum(not row["right"] for row in rows)
    assert not (home / "uploads").exists(), "test images are no uploads before somebody opens one"
    assert all(kept_picture(run.folder, row["image"]) for row in rows)
    assert len({row["name"] for row in rows}) == 5


def test_rows_of_other_weights_and_a_full_disk_are_a_sentence(
    asked: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(tmp_path / "run", "batch", asked)
    files.append(run.folder / run_folder.METRICS, json.dumps({"step": 0, "weights": "others"}) + "\n")
    with pytest.raises(ValueError, match="weights of the model have changed"):
        TASKS["batch"](Context(run.folder), asked)
    other = begun(tmp_path / "other", "batch", asked)
    with pytest.raises(ValueError, match="weights of the model have changed"):
        TASKS["batch"](Context(other.folder), asked | {"weights": "others"})
    monkeypatch.setattr(task, "bytes_of", lambda *_: 10**18)
    with pytest.raises(ValueError, match="may need 1000000000.0 GB on the disk"):
        TASKS["batch"](Context(other.folder), asked)
