"""Results in a database: every note once, whatever is run again; SQLite always, PostgreSQL where there is one."""

import json
import logging
import os
import re
import sqlite3
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from therex.batch import connections
from therex.batch.connections import url_of
from therex.batch.database import Database, schema
from therex.batch.screening import Beside
from therex.errors import InputError
from therex.reports.record import to_record
from therex.types import Charge, Note

DOCS = Path(__file__).resolve().parents[2] / "docs" / "database.md"


@pytest.fixture(scope="module")
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
    assert code == 0 and out == "" and "2 notes, 1 on hold, 1 not read" in err
    rows = sqlite3.connect(tmp_path / "r.db").execute("select note_id, status, error_code from therex_notes order by 1").fetchall()
    assert rows == [("a", "ok", None), ("b", "error", "not_text")]
    assert b"Zebra" not in (tmp_path / "r.db").read_bytes() and b"SLR" not in (tmp_path / "r.db").read_bytes()


@pytest.mark.parametrize(
    "target",
    [
        "mysql://x/y",
        "no such://",
        "postgresql+psycopg2://x/y",
        "postgresql://u@h:port/d",
        "none/r.db",
        ".",
        "a\0b",
        "",
        ":memory:",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite:///r.db?mode=memory",
    ],
)
def test_a_database_that_cannot_be_used_is_told(target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="--database"):
        Database(target)


def test_a_pipe_is_no_database(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="--database must be a file, not a folder or a device"):
        Database(str(tmp_path / "pipe"))


def test_a_fault_tells_nothing_of_what_was_written(records, tmp_path):
    (tmp_path / "r.db").write_bytes(b"no database at all, SECRET" * 50)
    with pytest.raises(InputError) as stop:
        fill(str(tmp_path / "r.db"), records)
    assert str(stop.value) == "--database: the file is not a SQLite database"


def test_every_table_and_column_is_in_the_docs():
    text = DOCS.read_text(encoding="utf-8")
    for table in schema.sorted_tables:
        assert f"`{table.name}`" in text
        assert not [c.name for c in table.columns if f"`{c.name}`" not in text]


@pytest.mark.postgres
def test_postgresql_holds_every_note_once(records, postgres):
    check(postgres, records)
    assert json.dumps(counts(postgres))


def test_a_server_that_is_not_there_is_one_line_without_host_and_user(capfd):
    pytest.importorskip("psycopg")
    with pytest.raises(InputError) as stop:
        Database("postgresql://nobody:secret@127.0.0.1:1/none?connect_timeout=1")
    assert str(stop.value) == "--database: the server cannot be reached, or refused the login"
    assert capfd.readouterr() == ("", "")


# what a database cannot hold


def record(note_id="n", **more):
    return {"note_id": note_id, "status": "ok", "payer": "cms", **more}


def with_span(text):
    return {"spans": [{"start": 0, "end": 1, "label": "SKILL", "attribute": None, "assertion": "affirmed", "text": text}]}


def with_charge(**more):
    return {"claim": {"charges": [{"code": "97110", "units": 1, "modifiers": [], "amount": 1.0, **more}], "findings": []}}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target(request, tmp_path):
    """A database of each kind, empty."""
    if request.param == "sqlite":
        return str(tmp_path / "r.db")
    url = request.getfixturevalue("postgres")
    engine = sa.create_engine(url_of(url))
    schema.drop_all(engine)
    engine.dispose()
    return url


def rows(target, query):
    engine = sa.create_engine(url_of(target))
    with engine.connect() as connection:
        out = [tuple(r) for r in connection.execute(sa.text(query))]
    engine.dispose()
    return out


@pytest.mark.parametrize(
    "bad",
    [
        record("bad", **with_span("Zebra\0")),
        record("bad", **with_span("Zebra\ud800")),
        record("bad", source={"patient": "Zebra\0"}),
        record("bad", **with_charge(units=10**20)),
        record("bad", **with_charge(amount=float("inf"))),
        record("bad", time={"timed_total": float("nan")}),
        record("bad", time={"timed_total": 10**400}),
        record("bad", time={"billed_units": {"97110": 1.5}}),
    ],
    ids=["nul", "surrogate", "nul in a name", "large number", "infinite", "nan", "huge number", "not whole"],
)
def test_a_value_that_no_table_holds_becomes_one_error_record_in_its_place(bad, target, capsys):
    database = Database(target)
    for place, told in enumerate([record("a"), bad, record("c")], 1):
        database.add(told, place)
    database.close()
    assert rows(target, "select note_id, status, error_code from therex_notes order by 1") == [
        ("a", "ok", None), ("bad", "error", "not_stored"), ("c", "ok", None),
    ]  # fmt: skip
    err = capsys.readouterr().err
    assert database.unstored == 1 and err.startswith("therex: note 2: not_stored: The database cannot hold the results: ")
    assert "Zebra" not in err and err.count("\n") == 1


@pytest.mark.parametrize("note_id", ["".join(chr(97 + i * i % 26) for i in range(9000)), "é" * 501, "a\0b", "a\udcff", "日" * 400 + "\0"])
def test_an_id_that_cannot_be_a_key_is_one_error_record_under_a_stand_in(note_id, target):
    for _ in range(2):
        fill(target, [record(note_id), record("good")])
    (found,) = rows(target, "select note_id, error_code from therex_notes where status = 'error'")
    assert re.fullmatch(r"[^\0\ud800-\udfff]{1,100}\.\.\.[0-9a-f]{64}", found[0]) and found[1] == "not_stored"
    assert counts(target)["therex_notes"] == 2


def test_ids_that_begin_alike_do_not_take_each_others_place(target):
    fill(target, [record("x" * 2000 + str(i)) for i in range(3)])
    assert counts(target)["therex_notes"] == 3


def test_what_is_only_long_or_large_is_stored_as_it_is(target):
    element = {"id": "own_" * 40, "found": "present", "finding": "ok", "requirement": "required", "severity": "minor", "rule": "r" * 500}
    told = record("n" * 1000, **with_charge(units=10**12, modifiers=[f"M{i}" for i in range(26)]), custom_elements=[element])
    fill(target, [{**told, "payer": "p" * 500}])
    assert rows(target, "select units, modifiers from therex_charges") == [(10**12, " ".join(f"M{i}" for i in range(26)))]
    assert rows(target, "select element, rule from therex_elements") == [("own_" * 40, "r" * 500)]


def test_a_value_that_only_the_database_refuses_costs_no_other_note(tmp_path, capsys):
    path = str(tmp_path / "r.db")
    fill(path, [])
    with sqlite3.connect(path) as connection:
        connection.execute("create trigger t before insert on therex_spans when new.text = 'Zebra' begin select raise(abort, 'Zebra'); end")
    connection.close()
    fill(path, [record(f"n{i:03}", **with_span("Zebra" if i == 77 else "x")) for i in range(150)])
    assert rows(path, "select note_id, error_code from therex_notes where status = 'error'") == [("n077", "not_stored")]
    assert counts(path)["therex_notes"] == 150 and counts(path)["therex_spans"] == 149
    assert "Zebra" not in capsys.readouterr().err


@pytest.mark.postgres
def test_an_id_that_the_encoding_of_a_server_lacks_costs_no_other_note(postgres):
    engine = sa.create_engine(url_of(postgres), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("create database latin encoding 'LATIN1' template template0 locale 'C'"))
    try:
        latin = postgres.replace("/postgres?", "/latin?")
        fill(latin, [record("a"), record("日本"), record("c", **with_span("日本"))])
        found = dict(rows(latin, "select note_id, error_code from therex_notes"))
        assert found.pop("a") is None and found.pop("c") == "not_stored" and list(found.values()) == ["not_stored"]
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text("drop database latin"))
        engine.dispose()


def test_a_note_that_cannot_be_stored_is_told_by_the_command_and_counts_as_an_error(run, tmp_path):
    notes = [{"id": "Zebra" * 600, "text": "SLR 3x10. TE 25 min."}, {"id": "b", "text": "SLR 3x10. TE 25 min."}]
    (tmp_path / "n.jsonl").write_text("".join(json.dumps(n) + "\n" for n in notes))
    code, _, err = run("screen", "n.jsonl", "--database", "r.db", "--fail-on", "error")
    assert code == 1 and "therex: note 1: not_stored: " in err and "1 note could not be stored" in err and "Zebra" not in err


@pytest.mark.parametrize("batch", ["x" * 201, "a\0", "a\udcff", "a\x1b[31m"])
def test_a_name_of_a_batch_that_cannot_be_stored_is_refused_at_once(batch, tmp_path):
    with pytest.raises(InputError, match="--batch must be at most 200 printable characters"):
        Database(str(tmp_path / "r.db"), batch)
    assert not (tmp_path / "r.db").exists()


# tables that are there already

OTHER = [
    "drop table therex_schema",
    "update therex_schema set version = 99",
    "delete from therex_schema",
    "alter table therex_spans rename column text to words",
]


@pytest.mark.parametrize("change", OTHER)
def test_tables_of_another_version_are_refused_before_anything_is_written(change, target):
    fill(target, [record("a")])
    engine = sa.create_engine(url_of(target))
    with engine.begin() as connection:
        connection.execute(sa.text(change))
    engine.dispose()
    with pytest.raises(InputError, match="--database: another version of therex created the tables"):
        Database(target)
    assert rows(target, "select note_id from therex_notes") == [("a",)]


def test_other_tables_of_a_database_stay(target):
    engine = sa.create_engine(url_of(target))
    with engine.begin() as connection:
        connection.execute(sa.text("create table if not exists mine (x integer)"))
        connection.execute(sa.text("insert into mine values (1)"))
    fill(target, [record()])
    assert rows(target, "select min(x) from mine") == [(1,)]
    with engine.begin() as connection:
        connection.execute(sa.text("drop table mine"))
    engine.dispose()


def test_a_file_that_others_can_read_is_made_private_and_told(tmp_path, capsys):
    path = tmp_path / "r.db"
    fill(str(path), [record()])
    path.chmod(0o664)
    wal = tmp_path / "r.db-journal"
    wal.write_bytes(b"")
    wal.chmod(0o644)
    fill(str(path), [record()])
    assert path.stat().st_mode & 0o777 == 0o600 and (not wal.exists() or wal.stat().st_mode & 0o777 == 0o600)
    assert "now only its owner can" in capsys.readouterr().err


def test_a_file_that_is_no_database_keeps_its_mode_and_content(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("SLR 3x10. " * 200)
    path.chmod(0o644)
    with pytest.raises(InputError, match="the file is not a SQLite database"):
        Database(str(path))
    assert path.stat().st_mode & 0o777 == 0o644 and path.read_text() == "SLR 3x10. " * 200


# in use, away, and back


@pytest.fixture
def short(monkeypatch):
    """Little patience."""
    monkeypatch.setattr(connections, "WAIT", 0.4)
    monkeypatch.setattr(connections, "PAUSE", 0.1)


def locked(path):
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("begin exclusive")
    return connection


def test_a_file_that_is_locked_for_a_while_is_waited_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(connections, "PAUSE", 0.05)
    path = str(tmp_path / "r.db")
    database = Database(path)
    other = locked(path)
    free = threading.Timer(0.5, other.close)
    free.start()
    database.add(record())
    database.close()
    free.join()
    assert counts(path)["therex_notes"] == 1
    assert "another program keeps the file locked; trying again for up to 60 s" in capsys.readouterr().err


def test_a_file_that_stays_locked_ends_the_run_and_keeps_what_was_stored(short, tmp_path):
    path = str(tmp_path / "r.db")
    database = Database(path)
    for i in range(200):
        database.add(record(str(i)))
    other = locked(path)
    database.add(record("last"))
    with pytest.raises(InputError) as stop:
        database.close()
    other.close()
    assert str(stop.value) == (
        "--database: another program keeps the file locked; the results of the last 1 notes were not stored: run the same command again"
    )
    assert counts(path)["therex_notes"] == 200


def test_a_file_that_is_locked_at_the_start_is_told(short, tmp_path):
    path = str(tmp_path / "r.db")
    fill(path, [])
    other = locked(path)
    with pytest.raises(InputError, match="another program keeps the file locked"):
        Database(path)
    other.close()


def test_the_texts_go_where_the_database_fails_at_the_end(short, tmp_path):
    path = str(tmp_path / "r.db")
    with pytest.raises(InputError, match="locked"), Beside(tmp_path / "texts.jsonl", path, "") as beside:
        beside.add(json.dumps(record()), "Zebra", 1, with_text=True)
        other = locked(path)
    other.close()
    assert [p.name for p in tmp_path.iterdir()] == ["r.db"]


@pytest.fixture
def door(postgres):
    """The server through a link to its socket: (URL, link, socket). Without the link it is out of reach."""
    pytest.importorskip("psycopg")
    socket = Path(sa.make_url(postgres).query["host"]) / ".s.PGSQL.5432"
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / socket.name
        link.symlink_to(socket)
        yield f"postgresql://therex@/postgres?host={folder}", link, socket


@pytest.mark.postgres
def test_a_server_that_goes_away_and_comes_back_loses_nothing(door, monkeypatch):
    monkeypatch.setattr(connections, "PAUSE", 0.1)
    url, link, socket = door
    database = Database(url, "door")
    link.unlink()
    back = threading.Timer(0.5, link.symlink_to, [socket])
    back.start()
    for i in range(250):
        database.add(record(str(i)))
    database.close()
    back.join()
    assert rows(url, "select count(*), count(distinct note_id) from therex_notes where batch = 'door'") == [(250, 250)]


@pytest.mark.postgres
def test_a_server_that_ends_the_session_in_a_transaction_loses_nothing(postgres, capfd):
    kill = sa.text("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = 'postgres'")
    admin = sa.create_engine(url_of(postgres))
    database = Database(postgres, "ended")
    killed = []

    def end(connection, *_):
        if not killed:
            killed.append(True)
            with admin.begin() as other:
                other.execute(kill)

    sa.event.listen(database._engine, "before_cursor_execute", end)
    database.add(record())
    database.close()
    admin.dispose()
    assert killed and rows(postgres, "select count(*) from therex_notes where batch = 'ended'") == [(1,)]
    err = capfd.readouterr().err
    assert "trying again" in err and "therex@" not in err and "user=" not in err and "host" not in err


@pytest.mark.postgres
def test_a_server_that_stays_away_ends_the_run_without_host_or_user(door, short, capfd):
    url, link, _ = door
    database = Database(url)
    database.add(record())
    link.unlink()
    with pytest.raises(InputError) as stop:
        database.close()
    told = str(stop.value) + "".join(capfd.readouterr())
    assert "the server cannot be reached, or refused the login; the results of the last 1 notes were not stored" in str(stop.value)
    assert str(link.parent) not in told and "user" not in told


@pytest.mark.postgres
@pytest.mark.parametrize(("old", "new"), [("/postgres?", "/Zebra?"), ("therex@", "Zebra@")])
def test_a_server_that_refuses_the_connection_is_one_line_without_names(old, new, postgres, capfd):
    with pytest.raises(InputError) as stop:
        Database(postgres.replace(old, new))
    assert str(stop.value).startswith("--database: the server ")
    assert "Zebra" not in str(stop.value) + "".join(capfd.readouterr()) and "\n" not in str(stop.value)


def test_what_the_driver_logs_is_not_shown(tmp_path, capfd):
    Database(str(tmp_path / "r.db")).close()
    logging.getLogger("psycopg").warning("error ignored in rollback on host=Zebra")
    logging.getLogger("sqlalchemy.pool.impl").error("Zebra")
    assert capfd.readouterr() == ("", "")


def test_two_runs_into_one_database_keep_every_note_once(target):
    some = [record(f"n{i}", **with_span("x")) for i in range(250)]
    with ThreadPoolExecutor(3) as pool:  # the tables are made at once too
        for done in [pool.submit(fill, target, told) for told in (some, some[::-1], some)]:
            done.result(timeout=60)
    assert counts(target)["therex_notes"] == counts(target)["therex_spans"] == 250
