"""The parts of benchmarks/soak.py: what its folder holds, what is done when, what it sees of memory, and how it compares. The soak itself is too long for a test."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.fixture(scope="module", autouse=True)
def importable():
    sys.path.insert(0, str(BENCHMARKS))
    yield
    sys.path.remove(str(BENCHMARKS))


def test_each_sane_note_of_its_folder_is_read_once_under_the_id_that_is_expected(tmp_path):
    import soak_folder

    from therex.batch.apart import notes_apart
    from therex.errors import NoteError

    made = soak_folder.make_folder(tmp_path / "notes", 200, 0.0, 3)
    found = list(notes_apart([str(tmp_path / "notes")]))
    assert len(made.ids) == 200 and made.documents == made.rows == 0
    assert Counter(n.note_id for n in found) == Counter(made.ids)
    assert not any(isinstance(n, NoteError) for n in found)
    assert {p.suffix for p in (tmp_path / "notes").rglob("*.*")} == {
        ".jsonl", ".csv", ".parquet", ".xlsx", ".ndjson", ".hl7", ".zip", ".txt", ".docx", ".html", ".rtf", ".pdf"
    }  # fmt: skip


def test_hostile_documents_lie_between_the_notes_and_follow_from_the_seed(tmp_path):
    import soak_folder

    one, other = (soak_folder.make_folder(tmp_path / name, 40, 0.2, 7) for name in ("a", "b"))
    assert one == other and one.documents == 8
    names = [soak_folder.hostile_files(tmp_path / name) for name in ("a", "b")]
    assert len(names[0]) == 8 and [os.path.basename(n) for n in names[0]] == [os.path.basename(n) for n in names[1]]


def test_all_that_is_asked_for_is_planned_in_the_order_of_the_notes():
    from soak_run import events

    plan = events(1000, 20, 8, 2, 1, random.Random(0))
    kinds = Counter(e.kind for e in plan)
    assert kinds["parent"] + sum(e.again is not None for e in plan) == 8
    assert (kinds["worker"], kinds["database"], kinds["disk"]) == (20, 2, 1)
    assert [e.at for e in plan] == sorted(e.at for e in plan) and plan[-1].at < 950


def test_a_slope_of_memory_is_taken_within_each_process(tmp_path):
    from soak_run import memory, used

    lines = [f"1,parent,1,{n * 100},{100 + n},{n},{n}" for n in range(20)] + [f"2,parent,2,{n * 100},50,{n},{n + 50}" for n in range(20)]
    (tmp_path / "s.csv").write_text("\n".join(lines) + "\n")
    peak, slope = memory(tmp_path / "s.csv")["parent"]
    assert peak == 119 and slope == pytest.approx(50)
    assert used(tmp_path / "s.csv") == 38


def test_processes_are_known_by_their_mark(tmp_path):
    from soak_run import MARK, end_all, processes

    mark = str(tmp_path)
    with subprocess.Popen([sys.executable, "-c", "print(1, flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, MARK: mark}) as process:  # fmt: skip
        process.stdout.readline()
        assert [(p.pid, p.role) for p in processes(mark, process.pid)] == [(process.pid, "parent")]
        assert end_all(mark) == 1 and process.wait(60) == -9
    assert processes(mark) == []


def record(note_id, code=""):
    error = {"status": "error", "error": {"code": code, "message": "x"}} if code else {"status": "ok"}
    return json.dumps({"note_id": note_id, **error}) + "\n"


def test_a_note_that_is_lost_twice_or_changed_is_seen_and_one_whose_worker_was_killed_is_apart(tmp_path):
    from soak_compare import compare
    from soak_folder import Folder

    (tmp_path / "a").write_text("".join(record(f"n{n}") for n in range(6)) + record("bad", "empty"))
    (tmp_path / "b").write_text(
        record("n0") + record("n1", "worker_died") + record("n2", "timeout") + record("n4") * 2 + record("n5") + record("bad", "empty")
    )
    found = compare(tmp_path / "a", tmp_path / "b", Folder(tuple(f"n{n}" for n in range(6)), 1, 0))
    assert found.lost == ["n3"] and found.twice == ["n4"] and found.changed == ["n2"] and found.exempt == {"n1"}
    assert (found.once, found.missing, found.more, found.hostile, found.hostile_errors, found.order) == (4, 1, 0, 1, 1, False)
