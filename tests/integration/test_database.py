"""Results in a database: every note once, whatever is run again; SQLite always, PostgreSQL where there is one."""

import json
import re
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from therex.batch.database import Database, schema, url_of
from therex.errors import InputError
from therex.reports.record import to_record
from therex.types import Charge, Note

DOCS = Path(__file__).resolve().parents[2] / "docs" / "database.md"


@pytest.fixture
def records(analyzer):
    notes = [Note(f"n{i}", f"DOS 5/1/25. SLR 3x{i + 1}. TE {20 + i} min. Ann Lee, PT", f"p{i}") for i in range(250)]
    return [to_record(analyzer.assess(n, (Charge("97110", 9, ("GP",), 60.0),) if n.note_id == "n0" else ()), n) for n in notes]


def fill(target, records, batch=""):
    database = Database(target, batch)
    for r in records:
        database.add(r)
    database.close()


def counts(target):
    engine = sa.create_engine(url_of(target))
    with engine.connect() as connection:
        out = {t.name: connection.execute(sa.select(sa.func.count()).select_from(t)).scalar() for t in schema.sorted_tables}
    engine.dispose()
    return out


def check(target, records):
    fill(target, records)
    first = counts(target)
    assert first["therex_notes"] == 250 and first["therex_elements"] == 250 * 18 and first["therex_charges"] == 1
    assert first["therex_claim_findings"] >= 1 and first["therex_spans"] == sum(len(r["spans"]) for r in records)
    fill(target, records)
    assert counts(target) == first
    fill(target, records[:3], batch="other")
    assert counts(target)["therex_notes"] == 253


def test_sqlite_holds_every_note_once(records, tmp_path):
    path = tmp_path / "r.db"
    check(str(path), records)
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_was_held_when_a_run_broke_off_is_not_written(records, tmp_path):
    database = Database(str(tmp_path / "r.db"))
    for r in records:
        database.add(r)
    database.drop()
    assert counts(str(tmp_path / "r.db"))["therex_notes"] == 200


def test_the_command_fills_it(run, tmp_path):
    (tmp_path / "a.txt").write_text("SLR 3x10. TE 25 min. Zebra. Ann Lee, PT")
    (tmp_path / "b.txt").write_bytes(bytes(range(32)) * 99)
    code, out, err = run("screen", str(tmp_path), "--database", str(tmp_path / "r.db"), "--no-text")
    assert code == 0 and out == "" and "2 notes, 1 of them not read" in err
    rows = sqlite3.connect(tmp_path / "r.db").execute("select note_id, status, error_code from therex_notes order by 1").fetchall()
    assert rows == [("a", "ok", None), ("b", "error", "not_text")]
    assert b"Zebra" not in (tmp_path / "r.db").read_bytes() and b"SLR" not in (tmp_path / "r.db").read_bytes()


@pytest.mark.parametrize("target", ["mysql://x/y", "no such://", "none/r.db"])
def test_a_database_that_cannot_be_used_is_told(target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="--database"):
        Database(target)


def test_a_fault_tells_nothing_of_what_was_written(records, tmp_path):
    (tmp_path / "r.db").write_bytes(b"no database at all, SECRET" * 50)
    with pytest.raises(InputError) as stop:
        fill(str(tmp_path / "r.db"), records)
    assert re.fullmatch(r"--database: \w+Error; nothing .*", str(stop.value))


def test_every_table_and_column_is_in_the_docs():
    text = DOCS.read_text(encoding="utf-8")
    for table in schema.sorted_tables:
        assert f"`{table.name}`" in text
        assert not [c.name for c in table.columns if f"`{c.name}`" not in text]


@pytest.mark.postgres
def test_postgresql_holds_every_note_once(records, postgres):
    check(postgres, records)
    assert json.dumps(counts(postgres))


def test_a_server_that_is_not_there_is_one_line():
    pytest.importorskip("psycopg")
    with pytest.raises(InputError, match="--database: OperationalError"):
        Database("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")
