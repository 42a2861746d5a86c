"""Open a SQLite or PostgreSQL database by its URL, with serialised transactions.

Each transaction takes a lock at its beginning: SQLite's write lock, or an advisory lock in PostgreSQL. So values that a
transaction has read don't change before it writes, other processes wait, and a killed process leaves nothing
half-written.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine, MetaData

VARIABLE = "AUTOGRADER_DATABASE"  # a URL; not an option, since all users of a machine can see the options of commands
LOCK_SECONDS = 60  # how long to wait for other processes
CONNECT_SECONDS = 15


class DatabaseError(ValueError):
    """The database can't be used; the message is a sentence without the password."""


def database_url() -> str | None:
    """The URL in the environment variable; None if it is not set."""
    return os.environ.get(VARIABLE) or None


def open_database(where: Path | str, tables: MetaData) -> Engine:
    """An engine with serialised transactions. Creates the tables that are missing.

    where: an SQLite file, or a URL such as postgresql://user@host/database. Raises DatabaseError.
    """
    from sqlalchemy import URL, make_url
    from sqlalchemy.exc import ArgumentError

    shown = where
    try:
        url = URL.create("sqlite", database=str(where)) if isinstance(where, Path) else make_url(where)
        shown = where if isinstance(where, Path) else url.render_as_string(hide_password=True)
        kind = url.get_backend_name()
        if kind == "sqlite":
            engine = _sqlite_engine(url)
        elif kind in ("postgresql", "postgres"):
            engine = _postgresql_engine(
                url.set(drivername="postgresql+psycopg"), zlib.crc32("".join(tables.tables).encode())
            )
        else:
            raise DatabaseError(f"{shown} is not a SQLite or PostgreSQL URL: write postgresql://user@host/database.")
        with engine.begin() as connection:
            tables.create_all(connection)
    except DatabaseError:
        raise
    except ArgumentError as error:
        raise DatabaseError(
            f"{VARIABLE} is not a valid URL. Set it to a URL such as postgresql://user@host/database."
        ) from error
    except ModuleNotFoundError as error:
        raise DatabaseError(
            "PostgreSQL needs the package psycopg: python -m pip install -c constraints.txt --editable .[postgresql]"
        ) from error
    except Exception as error:
        raise DatabaseError(f"The database {shown} can't be used: {reason(error)}") from error
    return engine


def reason(error: Exception) -> str:
    """The database's error message, without the statement and its values."""
    return " ".join(str(getattr(error, "orig", None) or error).split())[:300]


def damage(path: Path) -> str:
    """SQLite's message about damage in an existing file; "" if there is none."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2)) as file:
            (answer,) = file.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return "" if "locked" in str(error) else str(error)
    return "" if answer == "ok" else answer


def _sqlite_engine(url: URL) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    # One connection per transaction: processes share only the file.
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": LOCK_SECONDS})
    event.listen(engine, "connect", _no_implicit_begin)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _no_implicit_begin(connection: object, _record: object) -> None:
    # Otherwise Python's module starts transactions itself, too late and without the lock.
    connection.isolation_level = None


def _postgresql_engine(url: URL, lock: int) -> Engine:
    return _postgresql_engine_of_process(url, lock, os.getpid())


@functools.cache
def _postgresql_engine_of_process(url: URL, lock: int, _process: int) -> Engine:
    from sqlalchemy import create_engine, event

    # A forked process must not use its parent's connections.
    limits = {"connect_timeout": CONNECT_SECONDS, "options": f"-c lock_timeout={LOCK_SECONDS}s"}
    engine = create_engine(url, pool_pre_ping=True, connect_args=limits)
    lock_statement = f"SELECT pg_advisory_xact_lock({lock})"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(lock_statement))
    return engine
