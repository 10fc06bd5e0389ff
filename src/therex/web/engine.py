"""The database of a review: opened, brought to the newest schema, read and written in transactions that lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from therex.batch.connections import file_of, make_file, make_private, url_of
from therex.errors import InputError

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class Database:
    """Connections to one database. SQLite keeps a write-ahead log, so that readers and one writer go on beside each other."""

    def __init__(self, target: str, *, create: bool = True) -> None:
        url = url_of(target)
        self._lite = url.get_backend_name() == "sqlite"
        path = file_of(url)
        if path is not None:
            if not create and path.parent.is_dir() and not path.exists():
                raise InputError("there is no review yet; start one with `therex review SAMPLE`")
            make_file(path)
            make_private(path)
        try:
            # as many connections as the server has threads: no request waits for another's
            more: dict[str, Any] = {"pool_size": 10, "max_overflow": 30}
            if self._lite:
                more = {"connect_args": {"timeout": 30}, **(more if url.database else {})}
            self.engine = sa.create_engine(url, hide_parameters=True, **more)
            if self._lite:
                sa.event.listen(self.engine, "connect", _plain_sqlite)
                sa.event.listen(self.engine, "begin", _begin_sqlite)
            try:
                self._upgrade()
            except BaseException:
                self.close()
                raise
        except ImportError as error:
            if not (error.name or "psycopg").startswith("psycopg"):
                raise
            raise InputError("--database: PostgreSQL requires the package psycopg: pip install 'therex[postgres]'") from None
        except SQLAlchemyError as error:
            raise InputError(f"--database: the database cannot be opened, or is not a review database ({type(error).__name__})") from None

    def _upgrade(self) -> None:
        from alembic import command
        from alembic.config import Config
        from alembic.script.revision import ResolutionError
        from alembic.util.exc import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        try:
            with self.writing() as connection:
                if not self._lite:  # two servers that start at once
                    connection.execute(sa.text("SELECT pg_advisory_xact_lock(97110)"))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except (CommandError, ResolutionError):
            raise InputError("--database: it was written by a newer version of therex; update therex") from None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection to read by."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction: kept when the block ends well, undone when it does not. In SQLite it waits its turn before it reads."""
        with self.engine.connect().execution_options(writing=True) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def _plain_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN")
