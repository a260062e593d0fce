"""Cases taken along from the page and brought in by it: the three downloads, and the dialog's three outcomes."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from app.background.studies import Studies
from app.cases import downloads, import_dialog
from core.casebook.archives import export
from core.casebook.archives.export import zipped
from core.casebook.casebook import Casebook
from core.compare.comparison import Comparison
from tests.app.cases.test_cases_page import CASES, compared
from tests.app.pages import button, opened, texts, visited
from tests.core.casebook.saver import small_study

__all__ = ["compared"]
LABELS = ["ZIP", "Report (HTML)", "Report (PDF)"]


@pytest.fixture
def uid(home: Path) -> str:
    return Casebook.usual().save(small_study(), title="One <b>x</b>", source="batch").uid


def test_one_case_can_be_taken_along_in_three_forms_and_many_only_once_marked(uid: str) -> None:
    app = opened(CASES, case=uid)
    found = app.get("download_button")
    assert [each.proto.label for each in found] == [*LABELS, *LABELS]
    assert [each.proto.disabled for each in found] == [True] * 3 + [False] * 3  # none is marked in the gallery
    assert not app.error


def test_each_button_makes_what_it_says(uid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, object] = {}

    def button_of(label: str, *, data: object, **_: object) -> None:
        made[label] = data() if callable(data) else data

    monkeypatch.setattr(downloads.st, "download_button", button_of)
    downloads.download_buttons(Casebook.usual(), [uid], "cases", "x")
    zip_file, page, pdf = (made[label] for label in LABELS)
    assert f"{uid}/manifest.json" in zipfile.ZipFile(io.BytesIO(zip_file)).namelist()  # type: ignore[arg-type]
    assert "One &lt;b&gt;x&lt;/b&gt;" in str(page)
    assert str(pdf).startswith("b'%PDF-")


def test_what_is_too_large_for_an_archive_is_said_before_the_press(uid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_BYTES", 99)
    zip_button = opened(CASES, case=uid).get("download_button")[3]
    assert zip_button.proto.disabled
    assert zip_button.proto.help.startswith("Not possible: an archive holds at most 99 bytes, and these would be ")
    monkeypatch.setattr(export, "MOST_BYTES", 10**9)
    assert not opened(CASES, case=uid).get("download_button")[3].proto.disabled
    assert export.refusal(Casebook.usual(), ["0" * len(uid)]), "a case that is not there"


def test_a_file_that_cannot_be_read_tells_no_folder_of_this_machine(uid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> list[Path]:
        raise FileNotFoundError(2, "No such file or directory", "/somewhere/private")

    monkeypatch.setattr(export, "_files", gone)
    assert export.refusal(Casebook.usual(), [uid]) == "a file of these cases cannot be read"


class Given(io.BytesIO):
    name = "my *cases*.zip"


def test_the_dialog_says_what_came_in_what_was_here_and_what_was_refused(
    uid: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    for kind in ("success", "info", "error", "markdown"):
        monkeypatch.setattr(import_dialog.st, kind, lambda text, kind=kind, **_: said.append(f"{kind}: {text}"))
    raw = zipped(Casebook.usual(), [uid]).read()
    other = Casebook(tmp_path / "other")
    for content in (raw, raw, b"nothing"):
        import_dialog._bring_in(other, Given(content))  # type: ignore[arg-type]
    plain = [each.replace("\\", "") for each in said]
    assert plain[0] == "success: my *cases*.zip: 1 case was imported."
    assert plain[1] == "markdown: Imported: ‘One <b>x</b>’"
    assert plain[2].startswith("info: my *cases*.zip: 0 cases were imported. 1 case was here already.")
    assert plain[3].startswith("markdown: Here already:")
    assert plain[4].startswith("error: my *cases*.zip was refused, and nothing of it imported: ")
    assert "\\<b\\>" in said[1]
    assert other.count() == 1


def test_a_case_whose_upload_is_on_another_machine_opens_in_inspect(
    home: Path, compared: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = compared.studies["before"]
    study = replace(study, case=replace(study.case, image="upload/0123456789abcdef"))
    uid = Casebook.usual().save(study, title="From afar", label="digit 0", source="import").uid
    app = visited(CASES, case=uid)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("something was computed")

    monkeypatch.setattr(Studies, "start", never)
    button(app, "Open in Inspect").click().run()
    assert not app.exception
    assert app.title[0].value == "Inspect"
    assert "was fooled" in texts(app)
    assert "upload/" in str(app.query_params["image"])


def test_the_dialog_opens_also_where_there_is_no_case_yet(home: Path) -> None:
    app = opened(CASES)
    button(app, "Import cases").click().run()
    assert not app.exception
    assert "Choose ZIP files" in texts(app)
    assert button(app, "Import").disabled
