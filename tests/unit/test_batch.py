"""Many notes: order, a bad note set apart, a worker that dies, outputs that are whole and the owner's alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from therex.batch.local import Setup, _Pool, jobs_for
from therex.batch.local import run as run_notes
from therex.batch.outputs import fingerprint, open_part, whole, write_whole
from therex.errors import InputError, NoteError
from therex.types import Assessment, Note

NOTES = [Note(f"n{i}", f"DOS 5/{i % 28 + 1}/25. SLR 3x{i + 1}. TE {20 + i} min. Ann Lee, PT") for i in range(60)]


def minutes(a: Assessment, note: Note | None):
    return a.note_id, a.error[0] if a.error else a.time.codes["97110"]


def dies_at_17(a: Assessment, note: Note | None):
    if a.note_id == "n17" and a.error is None:
        os._exit(3)
    return minutes(a, note)


def sleeps_at_5(a: Assessment, note: Note | None):
    if a.note_id == "n5" and a.error is None:
        time.sleep(60)
    return minutes(a, note)


EXPECTED = [(f"n{i}", 20 + i) for i in range(60)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_notes(jobs):
    items = [*NOTES[:30], NoteError("not_text", "x", "bad"), *NOTES[30:]]
    assert list(run_notes(items, Setup(), minutes, jobs)) == [*EXPECTED[:30], ("bad", "not_text"), *EXPECTED[30:]]


def test_a_note_that_takes_its_worker_down_is_set_apart():
    assert list(run_notes(NOTES, Setup(), dies_at_17, 2)) == [(k, "worker_died" if k == "n17" else n) for k, n in EXPECTED]


def test_a_worker_that_hangs_is_replaced(monkeypatch):
    monkeypatch.setattr("therex.batch.local.GRACE", 3.0)
    assert list(run_notes(NOTES[:8], Setup(timeout=1), sleeps_at_5, 2)) == [(k, "timeout" if k == "n5" else n) for k, n in EXPECTED[:8]]


def loads(setup, parent):
    """As a worker that is killed while it loads, twice."""
    times = Path(setup.model)
    with times.open("a") as handle:
        handle.write("x")
    if times.stat().st_size <= 2:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_workers_that_are_killed_while_they_load_are_started_again(tmp_path, monkeypatch):
    monkeypatch.setattr("therex.batch.local._start", loads)
    pool = _Pool(1, Setup(model=str(tmp_path / "times")))
    try:
        assert pool.submit(os.getpid).result(timeout=60) != os.getpid()
    finally:
        pool.close()
    assert (tmp_path / "times").stat().st_size == 3


def ready(setup, parent):
    """A worker that loads nothing."""


def test_a_pool_that_is_stopped_with_work_that_waits_ends_without_a_word(monkeypatch):
    # a traceback of a thread is a warning here, and so an error
    monkeypatch.setattr("therex.batch.local._start", ready)
    pool = _Pool(1, Setup())
    for _ in range(3000):
        pool.submit(os.getpid)
    pool.close()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_note_that_exceeds_its_time_is_set_apart(jobs):
    long = Note("long", "Quad weakness. SLR 3x10, VC to avoid lag. " * 5000)
    got = list(run_notes([NOTES[0], long, NOTES[1]], Setup(timeout=1.5), minutes, jobs))
    assert got == [EXPECTED[0], ("long", "timeout"), EXPECTED[1]]


def test_the_stream_is_read_only_as_far_as_it_must():
    taken = 0

    def many():
        nonlocal taken
        for n in NOTES * 20:
            taken += 1
            yield n

    first = next(run_notes(many(), Setup(), minutes, 2))
    assert first == EXPECTED[0] and taken <= 16 * 2 * 3 + 16


def test_an_error_keeps_what_it_knows_between_processes():
    import pickle

    error = pickle.loads(pickle.dumps(NoteError("empty", "x", "n1")))
    assert (error.code, error.message, error.note_id) == ("empty", "x", "n1")


def test_jobs():
    assert jobs_for(3, 10) == 3 and jobs_for(0, 10) == 1 and jobs_for(0, 10_000) >= 1 and jobs_for(-1, None) >= 1


def test_an_output_is_whole_or_not_there(tmp_path):
    out = tmp_path / "o.json"
    out.write_text("old")
    with pytest.raises(RuntimeError), whole(out) as part:
        part.write_text("half")
        raise RuntimeError
    assert out.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["o.json"]
    write_whole(out, "new")
    assert out.read_text() == "new" and out.stat().st_mode & 0o777 == 0o600


def test_a_link_in_the_place_of_a_part_is_not_followed(tmp_path):
    aim = tmp_path / "aim"
    aim.write_text("kept")
    (tmp_path / ".o.jsonl.part").symlink_to(aim)
    with open_part(tmp_path / "o.jsonl", "run", "2026-01-01").append() as handle:
        handle.write("x\n")
    assert aim.read_text() == "kept"


def test_a_part_goes_on_after_its_last_whole_line(tmp_path):
    out = tmp_path / "o.jsonl"
    part = open_part(out, "run", "2026-01-01")
    with part.append() as handle:
        handle.write('{"a": 1}\n{"a": 2}\n{"a"')
    again = open_part(out, "run", "2026-01-02")
    assert (again.done, again.day, list(again.lines())) == (2, "2026-01-01", ['{"a": 1}\n', '{"a": 2}\n'])
    other = open_part(out, "another", "2026-01-02")
    assert (other.done, other.other) == (0, True)
    other.finish()
    assert out.read_text() == "" and sorted(p.name for p in tmp_path.iterdir()) == ["o.jsonl"]


def test_an_output_that_cannot_be_written_is_told(tmp_path):
    for make in (lambda p: open_part(p, "r", "d"), lambda p: write_whole(p, "x")):
        with pytest.raises(InputError, match="--output: the file cannot be written"):
            make(tmp_path / "none" / "o")


def test_a_fingerprint_knows_a_run_by_everything():
    assert fingerprint(["a", 1]) == fingerprint(["a", 1]) != fingerprint(["a", 2]) != fingerprint(["a2"])


def killed_runs(args, part, times, stop_at, cwd):
    """Start the command `times` times and kill it each time once its part has grown by some lines."""
    for k in range(times):
        before = part.read_bytes().count(b"\n") if part.exists() else 0
        process = subprocess.Popen([sys.executable, "-m", "therex", *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd)
        while process.poll() is None and (part.read_bytes().count(b"\n") if part.exists() else 0) < before + stop_at[k]:
            time.sleep(0.002)
        process.kill()
        process.wait()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_killed_again_and_again_gives_every_note_once(run, tmp_path, jobs):
    table = tmp_path / "notes.jsonl"
    table.write_text("".join(json.dumps({"id": f"{n.note_id}-{k}", "text": f"{n.text} {k}"}) + "\n" for k in range(5) for n in NOTES))
    plain, out = tmp_path / "plain.jsonl", tmp_path / "out.jsonl"
    assert run("screen", str(table), "-f", "jsonl", "-o", str(plain))[0] == 0
    kept = tmp_path / "kept.jsonl"
    args = ("screen", str(table), "-f", "jsonl", "-o", str(out), "--jobs", jobs, "--fail-on", "hold", "--keep-text", str(kept))
    killed_runs(args, tmp_path / ".out.jsonl.part", 3, (1, 40, 90), tmp_path)
    assert not out.exists()
    code, _, err = run(*args)
    assert code == 1 and "notes were already done" in err and out.read_text() == plain.read_text()
    # texts of the notes that an earlier run did are there too; what a killed run had kept goes when its output is written anew
    assert [json.loads(x)["note_id"] for x in kept.read_text().splitlines()] == [
        json.loads(x)["note_id"] for x in plain.read_text().splitlines()
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept.jsonl", "notes.jsonl", "out.jsonl", "plain.jsonl"]


def test_another_answer_of_what_a_run_depends_on_begins_it_anew(run, tmp_path):
    (tmp_path / "n.txt").write_text(NOTES[0].text)
    (tmp_path / "c.csv").write_text("note,code,units\nn,97110,1\n")
    args = ("screen", str(tmp_path / "n.txt"), "-f", "jsonl", "-o", str(tmp_path / "o.jsonl"), "--claims", str(tmp_path / "c.csv"))
    assert run(*args)[0] == 0
    done = (tmp_path / "o.jsonl").read_text()
    # as a killed run would have left it, its charges since changed
    part, meta = tmp_path / ".o.jsonl.part", tmp_path / ".o.jsonl.part.json"
    part.write_text(done)
    meta.write_text(json.dumps({"run": "of other charges", "day": "2026-01-01"}))
    (tmp_path / "c.csv").write_text("note,code,units\nn,97110,9\n")
    code, _, err = run(*args)
    assert code == 0 and "starts over" in err and json.loads((tmp_path / "o.jsonl").read_text())["claim"]["charges"][0]["units"] == 9


@pytest.mark.parametrize("flag", [("--claims", "c.csv"), ("--fail-on", "hold"), ("--database", "r.db"), ("-f", "csv"), ("--jobs", "2")])
def test_what_spark_does_not_do_is_told(run, tmp_path, flag):
    code, _, err = run("screen", "x.parquet", "--engine", "spark", "-o", "o", *flag)
    assert code == 2 and "--engine spark cannot be used with --" in err


def test_no_text_leaves_it_out_everywhere(run, tmp_path):
    (tmp_path / "n.txt").write_text("Zebra climbs 3x10 for quad weakness. Zebra felt sore. TE 25 min. Ann Lee, PT")
    for fmt in ("jsonl", "json", "csv", "table"):
        assert "zebra" not in run("screen", str(tmp_path / "n.txt"), "-f", fmt, "--no-text")[1].lower()
    assert "zebra" in run("screen", str(tmp_path / "n.txt"), "-f", "jsonl")[1].lower()
    for args in (("-f", "html"), ("-f", "jsonl", "--keep-text", str(tmp_path / "k"))):
        assert run("screen", str(tmp_path / "n.txt"), "--no-text", *args)[0] == 2


def test_kept_texts_are_those_that_offsets_refer_to(run, tmp_path):
    (tmp_path / "n.html").write_text("<html><p>SLR 3x10</p><p>TE 25 min</p></html>")
    kept, out = tmp_path / "kept.jsonl", tmp_path / "out.jsonl"
    assert run("screen", str(tmp_path / "n.html"), "-f", "jsonl", "-o", str(out), "--keep-text", str(kept))[0] == 0
    text, record = json.loads(kept.read_text())["text"], json.loads(out.read_text())
    assert all(text[s["start"] : s["end"]] == s["text"] for s in record["spans"]) and record["spans"]
    assert {p.stat().st_mode & 0o777 for p in (kept, out)} == {0o600}
