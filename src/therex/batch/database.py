"""Results in a database for reporting: SQLite by a path, PostgreSQL by a URL. The schema is in docs/database.md.

A note is known by its batch and its id: written again, its rows take the place of the old ones, so that the same command gives the same tables.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from therex.batch.outputs import MODE
from therex.errors import InputError
from therex.reports.flat import contradictions, element_rows, note_row, reasons, span_rows

AT_ONCE = 200
schema = sa.MetaData()


def _key() -> list[sa.Column[Any]]:
    return [sa.Column("batch", sa.String(200), primary_key=True), sa.Column("note_id", sa.Text, primary_key=True)]


NOTES = sa.Table(
    "therex_notes", schema, *_key(),
    sa.Column("status", sa.String(10), nullable=False), sa.Column("error_code", sa.String(20)), sa.Column("error_message", sa.Text),
    sa.Column("patient", sa.Text), sa.Column("service_date", sa.String(10)), sa.Column("author", sa.Text), sa.Column("source_type", sa.Text),
    sa.Column("payer", sa.String(200)), sa.Column("note_type", sa.String(20)), sa.Column("discipline", sa.String(10)),
    sa.Column("line_status", sa.String(10)), sa.Column("verdict", sa.String(20)), sa.Column("score", sa.Float), sa.Column("model", sa.String(200)),
    sa.Column("minutes_97110", sa.Float), sa.Column("timed_total", sa.Float), sa.Column("session_total", sa.Float),
    sa.Column("units_97110", sa.Integer), sa.Column("screened_at", sa.String(30), nullable=False),
)  # fmt: skip
ELEMENTS = sa.Table(
    "therex_elements", schema, *_key(), sa.Column("element", sa.String(60), primary_key=True),
    sa.Column("found", sa.String(10)), sa.Column("finding", sa.String(30)), sa.Column("requirement", sa.String(20)),
    sa.Column("severity", sa.String(10)), sa.Column("rule", sa.String(120)),
)  # fmt: skip
SPANS = sa.Table(
    "therex_spans", schema, *_key(), sa.Column("place", sa.Integer, primary_key=True), sa.Column("start", sa.Integer), sa.Column("end", sa.Integer),
    sa.Column("label", sa.String(20)), sa.Column("attribute", sa.String(60)), sa.Column("assertion", sa.String(20)), sa.Column("text", sa.Text),
)  # fmt: skip
CONTRADICTIONS = sa.Table(
    "therex_contradictions", schema, *_key(), sa.Column("place", sa.Integer, primary_key=True), sa.Column("contradiction", sa.String(40)),
)  # fmt: skip
REASONS = sa.Table(
    "therex_reasons", schema, *_key(), sa.Column("place", sa.Integer, primary_key=True), sa.Column("reason", sa.String(120)),
)  # fmt: skip
CHARGES = sa.Table(
    "therex_charges", schema, *_key(), sa.Column("place", sa.Integer, primary_key=True), sa.Column("code", sa.String(10)),
    sa.Column("units", sa.Integer), sa.Column("modifiers", sa.String(60)), sa.Column("amount", sa.Float),
)  # fmt: skip
CLAIM_FINDINGS = sa.Table(
    "therex_claim_findings", schema, *_key(), sa.Column("place", sa.Integer, primary_key=True), sa.Column("finding", sa.String(40)),
    sa.Column("severity", sa.String(10)), sa.Column("code", sa.String(10)),
)  # fmt: skip


def url_of(target: str) -> sa.URL:
    """The URL of a database: itself, or that of a SQLite file.

    Raises
    ------
    InputError
        It is none that can be used.
    """
    if "://" not in target:
        return sa.URL.create("sqlite", database=target)
    try:
        url = sa.make_url(target)
    except SQLAlchemyError:
        raise InputError("--database: want a file, or a URL such as postgresql://user@host/name") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise InputError("--database: want SQLite (a file) or PostgreSQL (postgresql://user@host/name)")
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


@contextmanager
def _told() -> Iterator[None]:
    """A fault of the database as one line without what was to be written."""
    try:
        yield
    except SQLAlchemyError as error:
        raise InputError(f"--database: {type(error).__name__}; nothing of the last {AT_ONCE} notes was kept") from None
    except ImportError:
        raise InputError("--database: PostgreSQL wants the package psycopg: pip install 'therex[postgres]'") from None


class Database:
    """Tables that records are written to, some hundred notes at once."""

    def __init__(self, target: str, batch: str = "") -> None:
        url = url_of(target)
        if url.get_backend_name() == "sqlite" and url.database:
            path = Path(url.database)
            if not path.parent.is_dir():
                raise InputError("--database: no such folder")
            if not path.exists():
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT, MODE))
        self._batch = batch
        self._rows: list[dict[str, Any]] = []
        with _told():
            self._engine = sa.create_engine(url, hide_parameters=True)
            schema.create_all(self._engine)

    def add(self, record: dict[str, Any]) -> None:
        """Take a record; some are held until there are enough."""
        self._rows.append(record)
        if len(self._rows) >= AT_ONCE:
            self._write()

    def close(self) -> None:
        """Write what is held, and let go of the database."""
        self._write()
        self._engine.dispose()

    def drop(self) -> None:
        """Let go of the database, and of what is held."""
        self._rows.clear()
        self._engine.dispose()

    def _write(self) -> None:
        if not self._rows:
            return
        rows: dict[sa.Table, list[dict[str, Any]]] = {table: [] for table in schema.sorted_tables}
        for record in self._rows:
            for table, row in _rows(record):
                rows[table].append({"batch": self._batch, "note_id": record["note_id"], **row})
        ids = [record["note_id"] for record in self._rows]
        with _told(), self._engine.begin() as connection:
            for table in schema.sorted_tables:
                known = iter(ids)
                while some := list(islice(known, 100)):
                    connection.execute(table.delete().where(table.c.batch == self._batch, table.c.note_id.in_(some)))
                if rows[table]:
                    connection.execute(table.insert(), rows[table])
        self._rows.clear()


def _rows(record: dict[str, Any]) -> Iterator[tuple[sa.Table, dict[str, Any]]]:
    yield NOTES, {**note_row(record), "screened_at": datetime.now(UTC).isoformat(timespec="seconds")}
    for row in element_rows(record):
        yield ELEMENTS, row
    for i, row in enumerate(span_rows(record)):
        yield SPANS, {"place": i, **row}
    for i, name in enumerate(contradictions(record)):
        yield CONTRADICTIONS, {"place": i, "contradiction": name}
    for i, reason in enumerate(reasons(record)):
        yield REASONS, {"place": i, "reason": reason}
    claim = record.get("claim") or {}
    for i, c in enumerate(claim.get("charges", ())):
        yield CHARGES, {"place": i, "code": c["code"], "units": c["units"], "modifiers": " ".join(c["modifiers"]), "amount": c["amount"]}
    for i, f in enumerate(claim.get("findings", ())):
        yield CLAIM_FINDINGS, {"place": i, "finding": f["id"], "severity": f["severity"], "code": f["code"]}
