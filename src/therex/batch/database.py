"""Results in a database for reporting: SQLite by a path, PostgreSQL by a URL. The schema is in docs/database.md.

A note is known by its batch and its id: written again, its rows take the place of the old ones, so that the same command gives the same tables.
"""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from therex.batch.connections import engine_of, file_of, let_go, make_file, make_private, of_values, persist, told, url_of
from therex.errors import InputError
from therex.reports.flat import contradictions, element_rows, note_row, reasons, span_rows

AT_ONCE = 200
# changed with every change of the tables below
VERSION = 1
# a key of PostgreSQL takes 2,704 bytes: that of an element is the batch, the id and the element's own
MOST_BYTES, MOST_BATCH = 1000, 200
NOT_STORED = "not_stored"
schema = sa.MetaData()


def _key() -> list[sa.Column[Any]]:
    return [sa.Column("batch", sa.String(MOST_BATCH), primary_key=True), sa.Column("note_id", sa.Text, primary_key=True)]


NOTES = sa.Table(
    "therex_notes", schema, *_key(),
    sa.Column("status", sa.Text, nullable=False), sa.Column("error_code", sa.Text), sa.Column("error_message", sa.Text),
    sa.Column("patient", sa.Text), sa.Column("service_date", sa.Text), sa.Column("author", sa.Text), sa.Column("source_type", sa.Text),
    sa.Column("payer", sa.Text), sa.Column("note_type", sa.Text), sa.Column("discipline", sa.Text),
    sa.Column("line_status", sa.Text), sa.Column("verdict", sa.Text), sa.Column("score", sa.Float), sa.Column("model", sa.Text),
    sa.Column("minutes_97110", sa.Float), sa.Column("timed_total", sa.Float), sa.Column("session_total", sa.Float),
    sa.Column("units_97110", sa.BigInteger), sa.Column("screened_at", sa.Text, nullable=False),
)  # fmt: skip
ELEMENTS = sa.Table(
    "therex_elements", schema, *_key(), sa.Column("element", sa.Text, primary_key=True),
    sa.Column("found", sa.Text), sa.Column("finding", sa.Text), sa.Column("requirement", sa.Text),
    sa.Column("severity", sa.Text), sa.Column("rule", sa.Text),
)  # fmt: skip
SPANS = sa.Table(
    "therex_spans", schema, *_key(), sa.Column("place", sa.Integer, primary_key=True), sa.Column("start", sa.Integer), sa.Column("end", sa.Integer),
    sa.Column("label", sa.Text), sa.Column("attribute", sa.Text), sa.Column("assertion", sa.Text), sa.Column("text", sa.Text),
)  # fmt: skip
CONTRADICTIONS = sa.Table(
    "therex_contradictions", schema, *_key(), sa.Column("place", sa.Integer, primary_key=True), sa.Column("contradiction", sa.Text),
)  # fmt: skip
REASONS = sa.Table(
    "therex_reasons", schema, *_key(), sa.Column("place", sa.Integer, primary_key=True), sa.Column("reason", sa.Text),
)  # fmt: skip
CHARGES = sa.Table(
    "therex_charges", schema, *_key(), sa.Column("place", sa.Integer, primary_key=True), sa.Column("code", sa.Text),
    sa.Column("units", sa.BigInteger), sa.Column("modifiers", sa.Text), sa.Column("amount", sa.Float),
)  # fmt: skip
CLAIM_FINDINGS = sa.Table(
    "therex_claim_findings", schema, *_key(), sa.Column("place", sa.Integer, primary_key=True), sa.Column("finding", sa.Text),
    sa.Column("severity", sa.Text), sa.Column("code", sa.Text),
)  # fmt: skip


SCHEMA = sa.Table("therex_schema", schema, sa.Column("version", sa.Integer, primary_key=True, autoincrement=False))
TABLES = (NOTES, ELEMENTS, SPANS, CONTRADICTIONS, REASONS, CHARGES, CLAIM_FINDINGS)


@dataclass(frozen=True, slots=True)
class _Held:
    """A note on its way: its place in the run, the id that it is known by, and its rows."""

    place: int
    key: str = field(repr=False)
    rows: tuple[tuple[sa.Table, dict[str, Any]], ...] = field(repr=False)


class Database:
    """Tables that records are written to, some hundred notes at once.

    A note that the tables cannot hold becomes an error record in them, and is counted in `unstored`.

    Raises
    ------
    InputError
        The database cannot be opened, or another version of therex made its tables.
    """

    def __init__(self, target: str, batch: str = "") -> None:
        url = url_of(target)
        if len(batch) > MOST_BATCH or not batch.isprintable():
            raise InputError(f"--batch must be at most {MOST_BATCH} printable characters")
        self._batch = batch
        self._held: list[_Held] = []
        self._path = file_of(url)
        self.unstored = 0
        if self._path is not None:
            make_file(self._path)
        with told():
            self._engine = engine_of(url)
            persist(self._open, away=False)

    def _open(self) -> None:
        """Make the tables where there are none, after a look at those that are there."""
        with self._engine.begin() as connection:
            _take_turn(connection)
            _check(connection)
            if self._path is not None:
                make_private(self._path)
            schema.create_all(connection)
            if connection.execute(sa.select(SCHEMA.c.version)).first() is None:
                connection.execute(SCHEMA.insert(), {"version": VERSION})

    def add(self, record: dict[str, Any], place: int = 0) -> None:
        """Take a record; some are held until there are enough.

        Parameters
        ----------
        place
            Of the note in the run, from 1: what it is told by where it cannot be stored.
        """
        held = _held(record, place)
        fault = _fault(held)
        self._held.append(self._error(held, fault) if fault else held)
        if len(self._held) >= AT_ONCE:
            self._write()

    def close(self) -> None:
        """Write what is held, and let go of the database."""
        with let_go(self._engine):
            self._write()

    def drop(self) -> None:
        """Let go of the database, and of what is held."""
        self._held.clear()
        with let_go(self._engine):
            pass

    def _error(self, held: _Held, what: str) -> _Held:
        """The error record in place of a note, told on standard error."""
        self.unstored += 1
        message = f"The database cannot hold the results: {what}."
        print(f"therex: note {held.place}: {NOT_STORED}: {message}", file=sys.stderr)
        record = {"note_id": held.key, "status": "error", "error": {"code": NOT_STORED, "message": message}}
        return _held(record, held.place)

    def _write(self) -> None:
        if not self._held:
            return
        with told(f"the results of the last {len(self._held)} notes were not stored: run the same command again"):
            self._store(self._held)
        self._held.clear()

    def _store(self, some: list[_Held]) -> None:
        """Write notes; where the database refuses a value, halves of them, down to the note that has it."""
        if self._keep(some):
            return
        if half := len(some) // 2:
            self._store(some[:half])
            self._store(some[half:])
            return
        error = self._error(some[0], "it refused a value")
        if not self._keep([error]):
            self._keep([replace(error, key=_stand_in(error.key))], last=True)

    def _keep(self, some: list[_Held], *, last: bool = False) -> bool:
        """Write notes whole or not at all, in place of what is there of them; False where the database refuses a value, unless it is the `last` try."""
        rows: dict[sa.Table, list[dict[str, Any]]] = {table: [] for table in TABLES}
        for held in some:
            for table, row in held.rows:
                rows[table].append({"batch": self._batch, **row, "note_id": held.key})

        def work() -> None:
            with self._engine.begin() as connection:
                _take_turn(connection)
                for table in TABLES:
                    known = iter(held.key for held in some)
                    while ids := list(islice(known, 100)):
                        connection.execute(table.delete().where(table.c.batch == self._batch, table.c.note_id.in_(ids)))
                    if rows[table]:
                        connection.execute(table.insert(), rows[table])

        try:
            persist(work)
        except Exception as error:
            if last or not of_values(error):
                raise
            return False
        return True


def _take_turn(connection: sa.Connection) -> None:
    """One writer at a time, so that two runs neither make the tables nor write a note at once; SQLite has that of its own."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(97110, 2)")


def _check(connection: sa.Connection) -> None:
    """Refuse tables of another version, before anything is written."""
    inspector = sa.inspect(connection)
    there = set(inspector.get_table_names()) & set(schema.tables)
    if not there:
        return
    versions = set(connection.execute(sa.select(SCHEMA.c.version)).scalars()) if SCHEMA.name in there else set()
    lacking = any(set(schema.tables[t].columns.keys()) - {c["name"] for c in inspector.get_columns(t)} for t in there)
    if versions != {VERSION} or lacking:
        raise InputError(
            "--database: another version of therex created the tables, or they were changed; name another database, or drop the tables therex_*"
        )


def _held(record: dict[str, Any], place: int) -> _Held:
    return _Held(place, _key_of(record["note_id"]), tuple(_rows(record)))


def _key_of(note_id: str) -> str:
    """The id that a note is known by: its own, or, where that cannot be one, its beginning with a digest of all of it."""
    if _text_fault(note_id) is None and len(note_id.encode()) <= MOST_BYTES:
        return note_id
    return _stand_in(note_id)


def _stand_in(note_id: str) -> str:
    digest = hashlib.sha256(note_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{note_id[:100].encode('ascii', 'replace').decode().replace(chr(0), '?')}...{digest}"


def _fault(held: _Held) -> str | None:
    """What of a note the tables cannot hold, and where it is."""
    for table, row in held.rows:
        for name, value in row.items():
            what = _value_fault(table.c[name], value)
            if what:
                return f"{what} in {table.name}.{name}"
    return None


def _value_fault(column: sa.Column[Any], value: Any) -> str | None:
    if isinstance(value, str):
        long = column.name == "note_id" and len(value.encode("utf-8", "replace")) > MOST_BYTES
        return f"more than {MOST_BYTES:,} bytes" if long else _text_fault(value)
    if isinstance(value, float) and not (math.isfinite(value) and (isinstance(column.type, sa.Float) or value.is_integer())):
        return "a number that is not finite or not whole"
    if isinstance(value, int):
        most = 2**63 if isinstance(column.type, sa.BigInteger) else 2**31 if isinstance(column.type, sa.Integer) else 2**53
        return None if -most <= value < most else "a number beyond the range"
    return None


def _text_fault(value: str) -> str | None:
    if "\0" in value:
        return "a NUL character"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "half a character (a lone surrogate)"
    return None


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
