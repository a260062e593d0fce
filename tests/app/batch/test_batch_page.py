"""The Batch page: pictures gathered, a start, rows that grow, one picture in full, and cases saved once."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.batch import own_pictures
from core.base.paths import ROOT
from core.batch.collection import keep, kept
from core.batch.gather import gather_path
from core.batch.request import BatchRequest
from core.casebook.casebook import Casebook
from core.runs.context import Context
from core.runs.store import Store
from core.runs.tasks import TASKS
from tests.app.pages import DONE, button, made, opened, texts, visited
from tests.core.batch.made import BROKEN, digits, zipped

PAGE = str(ROOT / "pages" / "batch.py")
RUN = "20260101-120000-0000000b"
MODEL = "mnist_cnn:standard"
ATTACK = {"method": "pgd", "eps": 0.2, "step": 0.05, "steps": 4}


@pytest.fixture
def asked(home: Path) -> BatchRequest:
    found = gather_path(digits(home / "digits"), lambda done, total: None)
    return BatchRequest(MODEL, ATTACK, keep(found), explainers=({"method": "grad_cam_pp"},), count=3)


@pytest.fixture
def run(home: Path, asked: BatchRequest) -> Any:
    """A completed batch of three digits and a broken file."""
    found = made(home, RUN, {"task": "batch", "arguments": asked.arguments()}, {"state": "running"})
    result = TASKS["batch"](Context(found.folder), asked.arguments())
    (found.folder / "status.json").write_text(json.dumps(DONE))
    (found.folder / "result.json").write_text(json.dumps(result))
    return found


def rows_by_name(run: Any) -> dict[str, Any]:
    return {row["name"]: row for row in run.metrics}


def test_opened_cold_it_asks_for_pictures_and_starts_nothing(home: Path) -> None:
    app = opened(PAGE)
    assert "Add pictures above, or choose a data set." in texts(app)
    assert "What this model takes: 32 × 32 pixels, colour, values 0 to 1, which become" in texts(app)
    assert not [each for each in app.button if each.label == "Attack these pictures"]
    assert Store.usual().runs() == []


def test_a_data_set_is_started_as_the_page_shows_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Store(home / "runs", lambda _folder, lock: None)
    monkeypatch.setattr(Store, "usual", lambda: nowhere)
    app = opened(PAGE, **{"batch.source": "data", "batch.data": "mnist", "batch.model": MODEL, "batch.count": "7",
                          "batch.maps": "lime", "batch.lime.samples": "200", "batch.seed": "4"})  # fmt: skip
    said = texts(app)
    assert "Attacks **7 pictures** by PGD and draws 1 map of each, beside ordinary noise." in said
    assert "takes up to 1 MB on the disk" in said
    assert "--data mnist --count 7 --draw-seed 0" in app.code[0].value
    button(app, "Attack these pictures").click().run()
    assert not app.exception
    (run,) = nowhere.runs()
    request = BatchRequest.read(run.spec["arguments"])
    assert request.chosen_attack().bound == pytest.approx(0.2), "usual on digits"
    assert (request.count, request.seed, request.explainers[0]["samples"]) == (7, 4, 200)


def test_a_link_brings_the_gathered_pictures_back(home: Path, asked: BatchRequest) -> None:
    app = opened(PAGE, **{"batch.collection": asked.collection, "batch.model": MODEL})
    said = texts(app)
    assert "**3 pictures** to attack. 1 file cannot be used." in said
    assert "broken.png is not a picture that can be read" in said
    assert button(app, "Attack these pictures")
    button(app, "Remove all").click().run()
    assert "Add pictures above" in texts(app)
    gone = opened(PAGE, **{"batch.collection": "set/" + "0" * 16})
    assert "The pictures of this link cannot be used" in texts(gone)


class Upload(io.BytesIO):
    """A file as Streamlit hands it over."""

    def __init__(self, name: str, raw: bytes) -> None:
        super().__init__(raw)
        self.name, self.file_id = name, name


def test_files_and_a_zip_are_gathered_and_what_is_no_zip_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = zipped(digits(home / "digits", 2), home / "x.zip").read_bytes()
    files = [Upload("x.zip", archive), Upload("y.zip", b"rubbish"), Upload("z.png", BROKEN)]
    monkeypatch.setattr(own_pictures.st, "file_uploader", lambda *_, **__: files)
    app = opened(PAGE, **{"batch.model": MODEL})
    said = texts(app)
    assert "y.zip is no ZIP that can be read. Choose another file." in said
    assert "**2 pictures** to attack. 2 files cannot be used." in said
    assert not app.exception
    name = "".join(app.query_params["batch.collection"])
    assert kept(name).pictures == 2, "the link holds them"


def test_a_completed_batch_is_told_and_each_picture_can_be_looked_at(home: Path, run: Any) -> None:
    app = opened(PAGE, batch=RUN)
    said = texts(app)
    assert "of 3 pictures that the model got right" in said
    assert "by luck alone on 1 picture in 4" in said
    assert "broken.png is not a picture that can be read" in said
    assert "Choose a picture to see it with its maps." in said
    assert [each.label for each in app.get("download_button")] == ["Report (HTML)", "Rows (CSV)", "Numbers (JSON)"]
    app = opened(PAGE, batch=RUN, **{"pictures.chosen": f"{RUN[-8:]}-0", "pictures.order": "moved"})
    said = texts(app)
    assert "Where the model looked" in said
    assert "Before: " in said
    app = opened(PAGE, batch=RUN, **{"pictures.chosen": "ffffffff-0"})
    assert "Choose a picture" in texts(app), "that is a picture of another run"


def test_ticked_pictures_become_cases_and_none_twice(home: Path, run: Any) -> None:
    first, second = [row for row in run.metrics if row["outcome"] != "not used"][:2]
    marked = {"pictures.ticked": ",".join(f"{RUN[-8:]}-{row['step']}" for row in (first, second))}
    app = opened(PAGE, batch=RUN, **marked)
    titles = [each for each in app.text_input if each.label.startswith("Title of")]
    assert [each.value for each in titles] == [first["title"], second["title"]]
    titles[0].set_value("My own title").run()
    button(app, "Save as cases").click().run()
    assert not app.exception
    assert "2 cases saved." in texts(app)
    cases = Casebook.usual().find()
    assert {case.title for case in cases} == {"My own title", second["title"]}
    assert {(case.source, case.tags, case.label) for case in cases} == {
        ("batch", ("batch",), row["label"]) for row in (first, second)
    }
    assert {case.study_id for case in cases} == {first["study_id"], second["study_id"]}
    app = opened(PAGE, batch=RUN, **marked)
    button(app, "Save as cases").click().run()
    assert "0 cases saved. 2 were saved before and are not doubled." in texts(app)
    assert len(Casebook.usual().find()) == 2


def test_a_picture_opens_in_inspect_without_being_computed_again(home: Path, run: Any) -> None:
    row = next(row for row in run.metrics if row["outcome"] == "fooled")
    app = visited(PAGE, batch=RUN, **{"pictures.chosen": f"{RUN[-8:]}-{row['step']}"})
    button(app, "Open in Inspect").click().run()
    assert not app.exception
    assert app.title[0].value == "Inspect"
    assert "The model was fooled" in texts(app)
    assert "Grad-CAM++" in texts(app)


def test_a_stopped_one_shows_what_it_has_and_can_go_on(home: Path, run: Any) -> None:
    (run.folder / "result.json").unlink()
    (run.folder / "status.json").write_text(json.dumps({"state": "stopped", "said": "Stopped after picture 2."}))
    lines = (run.folder / "metrics.jsonl").read_text().splitlines(keepends=True)
    (run.folder / "metrics.jsonl").write_text("".join(lines[:2]))
    app = opened(PAGE, batch=RUN)
    assert "Stopped after picture 2." in texts(app)
    assert "of 2 pictures that the model got right" in texts(app)
    assert button(app, "Resume")


@pytest.mark.parametrize("damage", ['{"step": 0, "outcome": "fooled"}\n', "{", ""])
def test_damage_is_a_sentence(home: Path, run: Any, damage: str) -> None:
    (run.folder / "result.json").unlink()
    (run.folder / "metrics.jsonl").write_text(damage)
    app = opened(PAGE, batch=RUN)
    if damage.startswith('{"step"'):
        assert "The numbers of this batch cannot be read" in texts(app)
    (run.folder / "spec.json").write_text('{"task": "batch", "arguments": {"hat": 1}}')
    assert "This batch cannot be read" in texts(opened(PAGE, batch=RUN))


def test_a_case_that_is_gone_is_said_and_the_numbers_stay(home: Path, run: Any) -> None:
    shutil.rmtree(run.folder / "cases" / "0")
    app = opened(PAGE, batch=RUN, **{"pictures.chosen": f"{RUN[-8:]}-0"})
    assert "its pictures and maps cannot be shown" in texts(app)
    assert "of 3 pictures that the model got right" in texts(app)
