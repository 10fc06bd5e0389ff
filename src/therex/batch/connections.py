"""Connections to the databases that results go to: opened with care, waited for with a bound, and told of without host, user or content."""

from __future__ import annotations

import logging
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError, StatementError

from therex.batch.outputs import MODE
from therex.errors import InputError

# how long a database that is away or in use is waited for, and the longest pause between two tries, in seconds
WAIT, PAUSE = 60.0, 5.0
T = TypeVar("T")

DRIVERS = {"sqlite": "sqlite", "sqlite+pysqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}
# a server that does not answer is given up, at the start and in the middle
PATIENCE = {"connect_timeout": 10, "keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
LIMITS = "SET LOCAL lock_timeout = '30s'; SET LOCAL statement_timeout = '60s'"

# by the first two places of PostgreSQL's SQLSTATE
_AWAY, _BUSY = ("08", "57"), ("40", "53")
_OF_VALUES = ("22", "23", "54")
_SAID = {
    "08": "the server cannot be reached", "57": "the server cannot be reached or ended the session", "28": "the server refused the login",
    "3D": "the server has no database of that name", "53": "the server is out of disk space, memory or connections",
    "40": "another program keeps the tables locked", "55": "another program keeps the tables locked", "42": "the tables cannot be created or written with the rights of this user",
    "25": "the database is read-only",
    "SQLITE_BUSY": "another program keeps the file locked", "SQLITE_LOCKED": "another program keeps the file locked",
    "SQLITE_NOTADB": "the file is not a SQLite database", "SQLITE_CORRUPT": "the file is damaged", "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the file cannot be written", "SQLITE_CANTOPEN": "the file cannot be opened", "SQLITE_PERM": "the file cannot be written",
    "SQLITE_IOERR": "the file cannot be read or written",
}  # fmt: skip


def url_of(target: str) -> sa.URL:
    """The URL of a database: itself, or that of a SQLite file.

    Raises
    ------
    InputError
        It cannot be used, or it would be in memory and gone with the run.
    """
    if "://" not in target:
        url = sa.URL.create("sqlite", database=target)
    else:
        try:
            url = sa.make_url(target)
        except (SQLAlchemyError, ValueError):
            raise InputError("--database must be a file, or a URL such as postgresql://user@host/name") from None
    if url.drivername not in DRIVERS:
        raise InputError("--database must be SQLite (a file) or PostgreSQL (postgresql://user@host/name)")
    url = url.set(drivername=DRIVERS[url.drivername])
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise InputError("--database: an in-memory database is lost when the run ends; name a file")
        if url.query or "\0" in url.database:
            raise InputError("--database: a SQLite database must be the path of a file, without options")
    return url


def file_of(url: sa.URL) -> Path | None:
    """The file of a SQLite database; None for a server."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def make_file(path: Path) -> None:
    """An empty file for its owner alone, where there is none.

    Raises
    ------
    InputError
        There is no such folder, it cannot be written, or what is there is not a file.
    """
    # a file that is there is never opened here: closing it would let go of the locks that SQLite holds on it in this process
    try:
        if not path.parent.is_dir():
            raise InputError("--database: the folder does not exist")
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, MODE))
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError("--database must be a file, not a folder or a device")
    except OSError as error:
        raise InputError(f"--database: the file cannot be written ({type(error).__name__})") from None


def make_private(path: Path) -> None:
    """Take the rights of others from a database's file and from what SQLite keeps beside it; say so.

    Raises
    ------
    InputError
        It belongs to somebody else, and others may read or write it.
    """
    if os.name != "posix":
        return
    changed = False
    for part in (path, *(path.with_name(path.name + end) for end in ("-journal", "-wal", "-shm"))):
        try:
            if stat.S_IMODE(part.stat().st_mode) & 0o077:
                part.chmod(MODE)
                changed = True
        except FileNotFoundError:
            continue
        except OSError:
            raise InputError(
                "--database: other users can read or write the file, and you cannot change its permissions; name another file"
            ) from None
    if changed:
        print("therex: --database: other users could read or write the file; now only its owner can", file=sys.stderr)


def engine_of(url: sa.URL) -> sa.Engine:
    """An engine whose every transaction has a connection of its own, its turn before it reads, and limits.

    A connection that a server dropped is never used again that way, and a file is let go of between two transactions.
    """
    lite = url.get_backend_name() == "sqlite"
    # what these log tells host and user
    for name in ("psycopg", "sqlalchemy.pool"):
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    more: dict[str, Any] = {"timeout": PAUSE} if lite else {k: v for k, v in PATIENCE.items() if k not in url.query}
    engine = sa.create_engine(url, hide_parameters=True, poolclass=sa.NullPool, connect_args=more)
    if lite:
        sa.event.listen(engine, "connect", _plain)
    sa.event.listen(engine, "begin", _begin_sqlite if lite else _begin_postgres)
    return engine


def _plain(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgres(connection: sa.Connection) -> None:
    connection.exec_driver_sql(LIMITS)


def _code(error: Exception) -> str:
    """What the database calls an error: SQLSTATE, or SQLite's name; empty where it was not the database."""
    orig = getattr(error, "orig", None)
    return str(getattr(orig, "sqlstate", None) or getattr(orig, "sqlite_errorname", None) or "")


def _of_sqlite(error: Exception) -> bool:
    return type(getattr(error, "orig", None)).__module__ == "sqlite3"


def of_values(error: Exception) -> bool:
    """Whether a database refuses what it was to keep: with other values the same would go well."""
    if not isinstance(error, SQLAlchemyError):
        return isinstance(error, (OverflowError, ValueError, TypeError))
    code = _code(error)
    if code.startswith(_OF_VALUES) or isinstance(error, (DataError, IntegrityError)) or code == "SQLITE_TOOBIG":
        return True
    not_asked = isinstance(error, ProgrammingError) or (isinstance(error, StatementError) and not isinstance(error, DBAPIError))
    return not_asked and not code


def _passes(error: Exception, away: bool) -> bool:
    """Whether an error may be gone a little later; `away` says whether that of a server out of reach counts."""
    code = _code(error)
    if _of_sqlite(error):
        return code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    if not isinstance(error, DBAPIError) or of_values(error):
        return False
    return code.startswith(_BUSY) or code == "55P03" or (away and (not code or code.startswith(_AWAY)))


def persist(work: Callable[[], T], *, away: bool = True) -> T:
    """What `work` gives, done again while the database is in use or out of reach, for `WAIT` seconds at most.

    Parameters
    ----------
    work
        A whole transaction that may be done twice.
    away
        False where a server out of reach is told at once.
    """
    end, pause, said = time.monotonic() + WAIT, 0.1, False
    while True:
        try:
            return work()
        except SQLAlchemyError as error:
            if not _passes(error, away) or time.monotonic() + pause > end:
                raise
            if not said:
                print(f"therex: --database: {reason(error)}; trying again for up to {WAIT:g} s", file=sys.stderr)
                said = True
        time.sleep(pause)
        pause = min(2 * pause, PAUSE)


def reason(error: Exception) -> str:
    """Why a database failed, without its own words: they tell hosts, users and values."""
    code = _code(error)
    known = _SAID.get(code[:2]) or next((said for name, said in _SAID.items() if code.startswith(name)), None)
    if known is None and not code and isinstance(error, DBAPIError) and not _of_sqlite(error):
        known = "the server cannot be reached, or refused the login"
    return known or f"it failed ({type(error).__name__}{f', {code}' if code else ''})"


@contextmanager
def told(also: str = "") -> Iterator[None]:
    """A fault of the database as one line; `also` says what became of what was to be written."""
    try:
        yield
    except SQLAlchemyError as error:
        raise InputError(f"--database: {reason(error)}{also and '; '}{also}") from None
    except ImportError as error:
        if not (error.name or "psycopg").startswith("psycopg"):
            raise
        raise InputError("--database: PostgreSQL requires the package psycopg: pip install 'therex[postgres]'") from None


@contextmanager
def let_go(engine: sa.Engine) -> Iterator[None]:
    """Let go of a database however the block ends."""
    try:
        yield
    finally:
        with suppress(SQLAlchemyError):
            engine.dispose()
