"""Spark on a cluster of real, separate executors: the same results as the local engine, also when an executor is killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from therex.reports.record import to_record
from therex.types import Note

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.spark
TEXTS = [
    f"DOS 5/{i % 28 + 1}/25. R quad weakness 4-/5. SLR 3x{i % 9 + 5}, VC to avoid lag. TE {20 + i % 30} min. Ann Lee, PT"
    for i in range(240)
]


@pytest.fixture(scope="module")
def session(spark_session):
    return spark_session


@pytest.fixture(scope="module")
def frame(session):
    rows = [(str(i), t, f"p{i % 7}", None if i % 5 else "2025-05-01") for i, t in enumerate(TEXTS)] + [("none", None, None, None)]
    return session.createDataFrame(rows, "id string, body string, who string, day string").repartition(8)


@pytest.fixture(scope="module")
def local(analyzer):
    notes = [Note(str(i), t, f"p{i % 7}") for i, t in enumerate(TEXTS)]
    return {n.note_id: to_record(analyzer.assess(n), n) for n in notes}


def records(found):
    return {r.note_id: json.loads(r.record) for r in found.select("note_id", "record").collect()}


def executors():
    """The processes of executors."""
    out = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            told = path.read_bytes()
        except OSError:
            continue
        if b"executor.CoarseGrainedExecutorBackend" in told and b"--executor-id" in told:
            out.append(int(path.parent.name))
    return sorted(out)


def test_the_same_records_as_the_local_engine(frame, local):
    from therex.spark import screen

    found = records(screen(frame.drop("day"), text="body", note_id="id", patient="who"))
    assert found.pop("none")["error"]["code"] == "empty"
    assert found == local


def test_tables_of_spans_and_elements(frame, local):
    from therex.spark import contradictions, elements, screen, spans

    found = screen(frame, text="body", note_id="id", keep_text=False).cache()
    assert spans(found).count() == sum(len(r["spans"]) for r in local.values())
    assert elements(found).count() == 18 * len(local) and contradictions(found).columns == ["note_id", "contradiction"]
    assert spans(found).where("text is not null").count() == 0 and not found.where("record like '%lag%'").count()
    found.unpersist()


def test_a_missing_column_is_told(frame):
    from therex.errors import InputError
    from therex.spark import screen

    with pytest.raises(InputError, match="no column for text"):
        screen(frame, text="nothing", note_id="id")


def test_an_executor_killed_on_the_way_loses_nothing(frame, local):
    from therex.spark import screen

    before = executors()
    assert len(before) == 2
    killed = []

    def kill():
        time.sleep(1.0)
        os.kill(before[0], signal.SIGKILL)
        killed.append(before[0])

    thread = threading.Thread(target=kill)
    thread.start()
    found = records(screen(frame.drop("day").repartition(16), text="body", note_id="id", patient="who"))
    thread.join()
    found.pop("none")
    assert killed and found == local and before[0] not in executors()


def test_the_command_reads_parquet_and_delta(session, tmp_path, local):
    import pyarrow
    from deltalake import write_deltalake

    table = pyarrow.table({"id": [str(i) for i in range(30)], "note": TEXTS[:30]})
    write_deltalake(str(tmp_path / "delta"), table)
    env = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    args = [
        sys.executable,
        "-m",
        "therex",
        "screen",
        str(tmp_path / "delta"),
        "--engine",
        "spark",
        "--master",
        "local[2]",
        "-o",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(args, capture_output=True, text=True, timeout=240, env=env, cwd=tmp_path)
    assert done.returncode == 0 and "30 notes, 0 not read" in done.stderr, done.stderr[-2000:]
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(tmp_path / "out" / "notes").to_pylist()
    assert {r["note_id"]: r["line_status"] for r in rows} == {k: local[k]["line"]["status"] for k in map(str, range(30))}
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["contradictions", "elements", "notes", "spans"]
    again = subprocess.run(args, capture_output=True, text=True, timeout=120, env=env, cwd=tmp_path)
    assert again.returncode == 2 and "already exists" in again.stderr
