"""Runs of `therex screen` that meet one another, are stopped, or read what hangs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

NOTE = "DOS 5/{}/25. SLR 3x{}. TE 25 min. Ann Lee, PT"


def start(folder, *args):
    command = [sys.executable, "-m", "therex", "screen", *args]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder)


def table(path, n):
    path.write_text("".join(json.dumps({"id": f"n{i}", "text": NOTE.format(i % 28 + 1, i + 1)}) + "\n" for i in range(n)))
    return str(path)


def until(true, process):
    end = time.monotonic() + 300
    while not true() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    assert process.poll() is None


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as handle:
        return [int(x) for x in handle.read().split()]


def running(pid):
    try:
        with open(f"/proc/{pid}/stat") as handle:
            return handle.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_second_run_to_an_output_is_refused_and_the_first_is_whole(run, tmp_path):
    args = (table(tmp_path / "t.jsonl", 20), "-f", "jsonl", "-o", str(tmp_path / "o.jsonl"))
    with start(tmp_path, *args) as first:
        until((tmp_path / ".o.jsonl.lock").exists, first)
        code, _, err = run("screen", *args)
        assert code == 2 and err.startswith("therex: --output: another run is writing to this file") and err.count("\n") == 1
        assert first.wait(300) == 0
    assert [json.loads(x)["note_id"] for x in (tmp_path / "o.jsonl").read_text().splitlines()] == [f"n{i}" for i in range(20)]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["o.jsonl", "t.jsonl"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_workers_and_texts_go_with_a_run_that_is_stopped(run, tmp_path, number):
    source, kept = table(tmp_path / "t.jsonl", 2000), str(tmp_path / "kept.jsonl")
    part = tmp_path / ".o.jsonl.part"
    with start(tmp_path, source, "-f", "jsonl", "-o", str(tmp_path / "o.jsonl"), "--keep-text", kept, "--jobs", "2") as process:
        until(lambda: part.exists() and part.stat().st_size > 0, process)
        pids = children(process.pid)
        assert len(pids) >= 3
        process.send_signal(number)
        err = process.stderr.read().decode()
        assert process.wait(60) == (-9 if number == signal.SIGKILL else 143) and "Traceback" not in err
    end = time.monotonic() + 30
    while any(map(running, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(running, pids))
    # what a killed run left beside one output goes with the next run in that folder, except for the part that can be gone on with
    if number == signal.SIGKILL:
        assert (tmp_path / ".kept.jsonl.tmp").exists()
        from therex.batch.outputs import write_whole

        write_whole(tmp_path / "other", "x")
    left = {p.name for p in tmp_path.iterdir()} - {"t.jsonl", "other"}
    assert left == {".o.jsonl.part", ".o.jsonl.part.json", ".o.jsonl.part.sums"}


def test_standard_input_is_never_gone_on_with(run, tmp_path):
    out = tmp_path / "o.jsonl"
    for name in (".o.jsonl.part", ".o.jsonl.part.json", ".o.jsonl.part.sums"):
        (tmp_path / name).write_text("of an unfinished run")
    code, _, err = run("screen", "-", "-f", "jsonl", "-o", str(out), stdin=NOTE.format(1, 1).encode())
    assert code == 0 and "done already" not in err
    assert len(out.read_text().splitlines()) == 1 and [p.name for p in tmp_path.iterdir()] == ["o.jsonl"]


def test_a_file_replaced_with_equal_size_and_time_is_seen_as_new(run, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(3):
        (folder / f"n{i}.txt").write_text(NOTE.format(1, 5))
    args = ("screen", str(folder), "-f", "jsonl", "-o", str(tmp_path / "o.jsonl"))
    assert run(*args)[0] == 0
    fresh = (tmp_path / "o.jsonl").read_text()
    # an unfinished run, as a kill leaves it after the last note
    from therex.batch.sums import digest
    from therex.readers.notes import read_notes

    meta = tmp_path / ".o.jsonl.part.json"
    with start(tmp_path, *args[1:]) as process:
        until(meta.exists, process)
        process.send_signal(signal.SIGKILL)
    (tmp_path / ".o.jsonl.part").write_text(fresh)
    (tmp_path / ".o.jsonl.part.sums").write_bytes(b"".join(map(digest, read_notes([str(folder)]))))
    changed = folder / "n1.txt"
    stat = changed.stat()
    changed.write_text(NOTE.format(2, 8))
    os.utime(changed, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert changed.stat().st_size == stat.st_size and changed.stat().st_mtime_ns == stat.st_mtime_ns
    code, _, err = run(*args)
    records = [json.loads(x) for x in (tmp_path / "o.jsonl").read_text().splitlines()]
    assert code == 0 and "1 notes were already done" in err and len(records) == 3
    assert any(s["text"] == "3x8" for s in records[1]["spans"]) and not any(s["text"] == "3x5" for s in records[1]["spans"])
