"""Opening: from nothing, from a database written by hand as version 0001 was, a newer one, a damaged one, no WAL."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.casebook import opening
from core.casebook.casebook import Casebook
from core.casebook.records import CaseFilter
from core.casebook.tables import Table
from core.study.study import Study

BY_HAND = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0001');
CREATE TABLE cases (
    uid VARCHAR(16) NOT NULL PRIMARY KEY, kind VARCHAR(20) NOT NULL, title VARCHAR(200) NOT NULL, note TEXT NOT NULL,
    created VARCHAR(32) NOT NULL, changed VARCHAR(32) NOT NULL, deleted VARCHAR(32), revision INTEGER NOT NULL,
    study_id VARCHAR(16) NOT NULL, source VARCHAR(20) NOT NULL, image VARCHAR(200) NOT NULL,
    image_name VARCHAR(200) NOT NULL, image_sha256 VARCHAR(64) NOT NULL, classifier VARCHAR(200) NOT NULL,
    attack VARCHAR(60) NOT NULL, norm VARCHAR(8) NOT NULL, label VARCHAR(300) NOT NULL,
    answer_before VARCHAR(300) NOT NULL, answer_after VARCHAR(300) NOT NULL, classifier_after VARCHAR(200),
    strength FLOAT NOT NULL, fooled BOOLEAN, defended BOOLEAN
);
CREATE TABLE tags (
    case_uid VARCHAR(16) NOT NULL REFERENCES cases (uid) ON DELETE CASCADE, folded VARCHAR(200) NOT NULL,
    tag VARCHAR(50) NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (case_uid, folded)
);
CREATE TABLE answers (
    uid VARCHAR(16) NOT NULL PRIMARY KEY, case_uid VARCHAR(16) NOT NULL REFERENCES cases (uid) ON DELETE CASCADE,
    expert VARCHAR(100) NOT NULL, created VARCHAR(32) NOT NULL, order_shown VARCHAR(10) NOT NULL, verdict VARCHAR(20),
    guess VARCHAR(20), attacked_side VARCHAR(10), comment TEXT NOT NULL, drawn TEXT NOT NULL, relevant BLOB,
    spurious BLOB, height INTEGER NOT NULL, width INTEGER NOT NULL
);
INSERT INTO cases VALUES ('00000000000000aa', 'image', 'Old', '', '2026-01-02T03:04:05.000000+00:00',
    '2026-01-02T03:04:05.000000+00:00', NULL, 4, 'feedfeedfeedfeed', 'inspect', 'cifar10/0001', 'cat', '', 'model',
    'pgd', 'linf', 'cat', 'cat', 'dog', NULL, 0.03, 1, NULL);
INSERT INTO tags VALUES ('00000000000000aa', 'chest', 'Chest', 0);
"""


@pytest.fixture
def database(home: Path) -> Path:
    (home / "casebook").mkdir()
    return home / "casebook" / "casebook.sqlite"


def by_hand(path: Path, *more: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript(BY_HAND + "".join(more))
    connection.close()


def test_an_empty_place_gets_the_tables_that_the_program_expects(database: Path) -> None:
    casebook = Casebook.usual()
    with casebook.session() as session:
        context = MigrationContext.configure(session.connection())
        assert {change[0] for change in compare_metadata(context, Table.metadata)} <= {"remove_index"}
        assert context.get_current_revision() == opening.HEAD
        for pragma, value in (("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", 10_000)):
            assert session.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    assert ScriptDirectory(str(opening.MIGRATIONS)).get_current_head() == opening.HEAD
    assert casebook.find() == []


def test_a_database_of_the_first_version_is_read_and_written(database: Path, image_case: Study) -> None:
    by_hand(database)
    casebook = Casebook.usual()
    old = casebook.get("00000000000000aa")
    assert (old.title, old.tags, old.revision, old.fooled, old.defended) == ("Old", ("Chest",), 4, True, None)
    assert old.created.isoformat() == "2026-01-02T03:04:05+00:00"
    assert casebook.edit(old.uid, 4, title="New", note="", tags=["CHEST"]).tags == ("CHEST",)
    casebook.save(image_case, title="Newer", source="batch")
    assert [case.title for case in casebook.find()] == ["Newer", "New"]
    with pytest.raises((ValueError, OSError)):
        casebook.load(old.uid)


def test_a_newer_version_is_refused_and_left_alone(database: Path) -> None:
    by_hand(database, "UPDATE alembic_version SET version_num = '0999';")
    before = database.read_bytes()
    with pytest.raises(ValueError, match=r"was written by a newer version of this program") as error:
        Casebook.usual()
    assert "\n" not in str(error.value)
    assert database.read_bytes() == before


@pytest.mark.parametrize("kind", ["text", "cut", "zeros", "another database", "no version", "half a table"])
def test_a_damaged_file_is_refused_and_left_alone(database: Path, kind: str) -> None:
    if kind == "another database":
        with sqlite3.connect(database) as connection:
            connection.execute("CREATE TABLE mine (x)")
    elif kind == "no version":
        by_hand(database, "DELETE FROM alembic_version;")
    elif kind == "half a table":
        by_hand(database, "ALTER TABLE cases DROP COLUMN title;")
    else:
        by_hand(database)
        raw = database.read_bytes()
        database.write_bytes({"text": b"not a database, a letter " * 99, "cut": raw[:3000], "zeros": bytes(9999)}[kind])
    before = database.read_bytes()
    with pytest.raises((ValueError, OSError), match=r"is damaged|something else|lacks a part|cannot be used") as error:
        Casebook.usual().find()
    assert "\n" not in str(error.value)
    assert database.read_bytes() == before


def test_an_empty_file_becomes_a_casebook(database: Path) -> None:
    database.write_bytes(b"")  # what a first opening leaves that is killed at once
    assert Casebook.usual().count(CaseFilter()) == 0


def test_a_place_that_cannot_be_written_is_one_sentence(home: Path) -> None:
    (home / "casebook").write_text("a file")
    with pytest.raises(OSError, match="casebook"):
        Casebook.usual()
