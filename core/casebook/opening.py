"""Opening the database of a casebook: made or brought up to date by one process at a time, never overwritten.

SQLite is reached through SQLAlchemy; no connection outlives what it was opened for, so threads, forks and several
processes need not know of one another.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from core.base.errors import Unreadable
from core.casebook.folded import folded
from core.casebook.places import DATABASE, LOCK

HEAD = "0002"  # the newest version in core/casebook/migrations
PATIENCE = 10  # seconds that a connection waits for another's write
MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY = threading.Lock()  # Alembic keeps one migration at a time, for the whole process


def opened(folder: Path) -> Engine:
    """The engine of the casebook in `folder`, which is made if it is not there; up to date.

    ValueError in one sentence if the file is damaged, no casebook, or of a newer version; OSError if it cannot be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    engine = _engine(folder / DATABASE)
    with told(folder / DATABASE):
        if _version(engine) != HEAD:
            with _BUSY, _alone(folder / LOCK):
                _bring_up_to_date(engine, folder / DATABASE)
    return engine


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What SQLite finds wrong with the file at `path`, in one sentence: Unreadable if it is damaged, else OSError."""
    try:
        yield
    except OperationalError as error:
        said = str(error.orig)
        if "no such" in said or "already exists" in said:
            raise Unreadable(f"{path} lacks a part of a casebook: {said}") from error
        raise OSError(f"{path} cannot be used: {said}") from error
    except DatabaseError as error:
        raise Unreadable(f"{path} is damaged or no casebook: {error.orig}") from error


def _engine(path: Path) -> Engine:
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": PATIENCE, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def ready(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions begin where they are told to, below
        connection.create_function("folded", 1, folded, deterministic=True)
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _version(engine: Engine) -> str:
    """Which version the tables are of; "" where there are none yet. Unreadable if they are not a casebook's."""
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        if not tables:
            return ""
        if "alembic_version" not in tables or not tables <= {"alembic_version"} and "cases" not in tables:
            raise Unreadable(f"{engine.url.database} is a database of something else than a casebook")
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _bring_up_to_date(engine: Engine, path: Path) -> None:
    """All versions that are missing, in one transaction: killed in between, the file is as it was."""
    if (version := _version(engine)) == HEAD:
        return  # another process was first
    from alembic import command  # here, since only a casebook that is not up to date needs it
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    if version and version not in known:
        raise Unreadable(f"{path} was written by a newer version of this program, which can open it")
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _expect_whole(connection, path)
    with engine.connect() as connection, suppress(sqlite3.Error):  # a file system that has no WAL goes on without
        connection.connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[attr-defined]


def _expect_whole(connection: Connection, path: Path) -> None:
    """Unreadable if a table or a column is missing; whoever asked then leaves the file as it was."""
    from core.casebook.tables import Table

    there = inspect(connection)
    for table in Table.metadata.sorted_tables:
        columns = {each["name"] for each in there.get_columns(table.name)} if there.has_table(table.name) else set()
        if missing := sorted({each.name for each in table.columns} - columns):
            raise Unreadable(f"{path} lacks a part of a casebook: {table.name}.{missing[0]}")


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold `lock` inside, against other processes; a file system without locks goes on without."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
