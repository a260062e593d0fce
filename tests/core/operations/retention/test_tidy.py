"""Tidying up: the oldest first, as far as the limit asks; nothing needed, nothing outside; one at a time."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from core.access.acting import acting_as
from core.access.belonging import belonging
from core.base.run_folder import LOCK
from core.casebook import removal
from core.casebook.casebook import Casebook
from core.casebook.tables import CaseRow
from core.operations.retention import tidy as tidying
from core.operations.retention.tidy import tidy
from core.runs.files import take
from core.study.study import Study
from tests.core.access.people import BELA
from tests.core.casebook.conftest import compared, image_case
from tests.core.operations.retention.things import RUN, aged, gathered, run, study, upload

__all__ = ["compared", "image_case"]


def names(home: Path, folder: str) -> list[str]:
    return sorted(path.name for path in (home / folder).iterdir())


def test_without_a_limit_everything_stays(home: Path) -> None:
    upload(home, 1, 9)
    study(home, 2, 9)
    run(home, 3, "completed")
    done = tidy({})
    assert not any(done.gone.values())
    assert done.kept == {"uploads": 1000, "studies": 1000, "runs": 1000, "logs": 0}


def test_the_oldest_go_until_the_limit_is_kept(home: Path) -> None:
    for number, days in ((1, 3), (2, 9), (3, 5)):
        upload(home, number, days)
    would = tidy({"uploads": 1999}, dry=True)
    assert [each.paths[0].stem[-1] for each in would.gone["uploads"]] == ["2", "3"]
    assert len(names(home, "uploads")) == 6
    done = tidy({"uploads": 1999})
    assert done.gone == would.gone
    assert done.kept["uploads"] == 1000
    assert names(home, "uploads") == [f"{1:016x}.image", f"{1:016x}.json"]
    assert not tidy({"uploads": 1000}).gone["uploads"]


def test_with_an_upload_goes_what_people_called_it(home: Path) -> None:
    upload(home, 1, 9)
    whose = belonging("uploads", f"{1:016x}")
    with acting_as(BELA):
        whose.claim(called="Mr X.png")
    tidy({"uploads": 1000})
    assert whose.called() == "Mr X.png"
    tidy({"uploads": 0})
    assert names(home, "uploads") == []
    assert whose.called() is None
    assert not whose.nobodys(), "whoever brings it now brings it for themselves"


def test_what_was_touched_just_now_stays(home: Path) -> None:
    path = upload(home, 1, 0.01)
    assert not tidy({"uploads": 0}).gone["uploads"]
    assert path.exists()


def test_an_upload_that_a_saved_case_shows_stays_also_while_the_case_can_be_restored(
    home: Path, image_case: Study
) -> None:
    kept, gone = upload(home, 1, 9), upload(home, 2, 9)
    book = Casebook.usual()
    case = replace(image_case.case, image=f"upload/{1:016x}@-160:240")
    uid = book.save(replace(image_case, case=case), title="A title", source="inspect").uid
    assert tidy({"uploads": 0}).kept["uploads"] == 1000
    assert (kept.exists(), gone.exists()) == (True, False)
    book.delete([uid])
    tidy({"uploads": 0})
    assert kept.exists()
    removal.purge(book, timedelta(0))
    tidy({"uploads": 0})
    assert not kept.exists()


@pytest.mark.parametrize("lost", ["the database", "the row"])
def test_an_upload_that_the_folder_of_a_case_shows_stays_where_the_database_was_lost(
    home: Path, image_case: Study, lost: str
) -> None:
    kept, gone = upload(home, 1, 9), upload(home, 2, 9)
    book = Casebook.usual()
    first = book.save(image_case, title="Another", source="inspect").uid
    case = replace(image_case.case, image=f"upload/{1:016x}@-160:240")
    uid = book.save(replace(image_case, case=case), title="A title", source="inspect").uid
    if lost == "the database":
        for path in book.path.parent.glob(f"{book.path.name}*"):
            path.unlink()
    else:
        with book.session(writes=True) as session:
            session.execute(delete(CaseRow).where(CaseRow.uid == uid))
        aged(book.folder(uid), 1)
    tidy({"uploads": 0})
    assert (kept.exists(), gone.exists()) == (True, False)
    assert book.folder(first).is_dir()


def test_uploads_that_a_run_or_a_set_of_pictures_names_stay(home: Path) -> None:
    files = [upload(home, number, 9) for number in range(1, 6)]
    ids = [f"upload/{number:016x}" for number in range(1, 6)]
    run(home, 1, "lost", json.dumps({"arguments": {"image": ids[0]}}))
    run(home, 2, "completed", json.dumps({"arguments": {"collection": gathered(home, 1, [ids[1]], 9)}}))
    gathered(home, 2, [ids[2]], 0.5)  # just gathered, in no run yet
    gathered(home, 3, [ids[3]], 9)  # in no run any more
    tidy({"uploads": 0})
    assert [path.exists() for path in files] == [True, True, True, False, False]


def test_where_a_run_cannot_be_looked_at_no_upload_goes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = upload(home, 1, 9)
    run(home, 1, "completed")

    def refused(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("core.operations.retention.needed.read_regular", refused)
    with pytest.raises(PermissionError):
        tidy({"uploads": 0})
    assert path.exists()


@pytest.mark.parametrize("state", ["running", "stopped", "failed", "queued"])
def test_of_a_run_that_may_go_on_nothing_goes(home: Path, state: str) -> None:
    mine, over = run(home, 1, state), run(home, 2, "completed")
    assert [each.paths for each in tidy({"runs": 0}, dry=True).gone["runs"]] == [(over,)]
    tidy({"runs": 0})
    assert mine.is_dir()
    assert names(home, f"runs/{RUN.format(2)}") == ["best.safetensors", "spec.json", "status.json"]
    assert not over.exists()


def test_studies_and_full_logs_have_their_own_limits(home: Path) -> None:
    old, new = study(home, 1, 9), study(home, 2, 1)
    logs = home / "logs"
    logs.mkdir()
    for name in ("server.jsonl", "server.jsonl.1", "notes.txt"):
        (logs / name).write_bytes(bytes(100))
        aged(logs / name, 2)
    tidy({"studies": 1000, "logs": 0})
    assert (old.exists(), new.exists()) == (False, True)
    assert names(home, "cases") == [new.name]
    assert names(home, "logs") == ["notes.txt", "server.jsonl"]


def test_links_are_neither_followed_nor_removed(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").write_bytes(bytes(5000))
    aged(elsewhere / "precious", 9)
    (home / "cases").symlink_to(elsewhere)
    upload(home, 1, 9)
    (home / "uploads" / f"{2:016x}.image").symlink_to(elsewhere / "precious")
    inside = run(home, 1, "completed")
    (inside / "link").symlink_to(elsewhere)
    (inside.parent / "checkpoint-9").symlink_to(elsewhere)
    aged(inside, 1)
    (home / "runs" / RUN.format(2)).symlink_to(elsewhere)
    done = tidy({"uploads": 0, "studies": 0, "runs": 0})
    assert (elsewhere / "precious").stat().st_size == 5000
    assert (home / "uploads" / f"{2:016x}.image").is_symlink()
    assert (inside.parent / "checkpoint-9").is_symlink()
    assert [sum(each.size for each in done.gone[kind]) for kind in ("uploads", "studies", "runs")] == [1000, 0, 1000]


def test_cases_deleted_long_ago_go_without_a_limit(
    home: Path, image_case: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Casebook.usual()
    first, other = (book.save(image_case, title="A title", source="inspect").uid for _ in range(2))
    book.delete([first])
    assert tidy({}).deleted == (0, 0)
    later = tidying.time.time() + 31 * 86_400
    monkeypatch.setattr(tidying.time, "time", lambda: later)
    count, size = tidy({}, dry=True).deleted
    assert count == 1
    assert size > 0
    assert book.folder(first).is_dir()
    assert book.folder(other).is_dir()


def test_two_at_once_and_one_of_them_does_nothing(home: Path) -> None:
    for number in range(1, 9):
        upload(home, number, 9)
    said: list[str] = []

    def go() -> None:
        try:
            tidy({"uploads": 0})
        except OSError as error:
            said.append(str(error))

    threads = [threading.Thread(target=go) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert names(home, "uploads") == []
    assert set(said) <= {"another process is tidying up at this moment; nothing was removed"}
    lock = take(home / tidying.BUSY)
    upload(home, 1, 9)
    with pytest.raises(OSError, match="another process is tidying up"):
        tidy({"uploads": 0})
    assert lock is not None
    assert len(names(home, "uploads")) == 2


def test_what_cannot_be_removed_is_told_and_the_rest_goes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(home, 1, 9)
    upload(home, 2, 8)
    real = tidying.remove

    def refused(path: Path) -> None:
        if path.stem.endswith("1"):
            raise PermissionError(13, "Permission denied")
        real(path)

    monkeypatch.setattr(tidying, "remove", refused)
    done = tidy({"uploads": 0})
    assert done.failed == (f"{1:016x}.image of uploaded pictures that no saved case and no run needs stays: "
                           "Permission denied",)  # fmt: skip
    assert done.kept["uploads"] == 1000


def test_a_run_that_is_resumed_meanwhile_keeps_its_checkpoint(home: Path) -> None:
    path = run(home, 1, "lost")
    lock = take(path.parent / LOCK)
    tidy({"runs": 0})
    assert lock is not None
    assert path.is_dir()
