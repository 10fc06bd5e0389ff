"""A lock on each output, and what a killed run left beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from therex.batch.lock import locked, scratch
from therex.batch.outputs import whole, write_whole
from therex.errors import InputError

HOLDS = """
import sys, time
from pathlib import Path
from therex.batch.lock import scratch
from therex.batch.outputs import whole
out = Path(sys.argv[1])
with whole(out) as part, scratch(out):
    part.write_text("half")
    import tempfile
    tempfile.NamedTemporaryFile(delete=False).write(b"text")
    print("held", flush=True)
    time.sleep(300)
"""


@pytest.fixture
def another():
    """Another process that writes to an output, until it is killed."""
    started = []

    def begin(out):
        process = subprocess.Popen([sys.executable, "-c", HOLDS, str(out)], stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout.readline() == b"held\n"
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_second_run_to_an_output_is_refused_in_one_line(another, tmp_path):
    out = tmp_path / "o.csv"
    another(out)
    with pytest.raises(InputError, match=r"^--output: another run is writing to this file") as told:
        write_whole(out, "mine")
    assert "\n" not in str(told.value) and str(tmp_path) not in str(told.value)
    assert (tmp_path / ".o.csv.tmp").read_text() == "half"


def test_a_link_to_an_output_is_locked_with_it(another, tmp_path):
    another(tmp_path / "o.csv")
    (tmp_path / "other.csv").symlink_to(tmp_path / "o.csv")
    with pytest.raises(InputError, match=r"^--keep-text: another run"), locked(tmp_path / "other.csv", "--keep-text"):
        pass


@pytest.mark.parametrize("next_output", ["o.csv", "p.csv"])
def test_what_a_killed_run_left_is_removed_by_the_next_in_that_folder(another, tmp_path, next_output):
    process = another(tmp_path / "o.csv")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert names(tmp_path) == [".o.csv.lock", ".o.csv.scratch", ".o.csv.tmp"]
    write_whole(tmp_path / next_output, "mine")
    assert names(tmp_path) == [next_output]


def test_what_a_living_run_writes_stays_beside_another_run(another, tmp_path):
    another(tmp_path / "o.csv")
    write_whole(tmp_path / "p.csv", "mine")
    assert names(tmp_path) == [".o.csv.lock", ".o.csv.scratch", ".o.csv.tmp", "p.csv"]


def test_a_lock_file_of_another_program_and_what_is_beside_it_stay(tmp_path):
    (tmp_path / ".x.lock").write_text("1234")
    (tmp_path / ".x.tmp").write_text("not ours")
    write_whole(tmp_path / "o.csv", "mine")
    assert names(tmp_path) == [".x.lock", ".x.tmp", "o.csv"]


def test_a_run_may_take_its_own_lock_again_and_leaves_none(tmp_path):
    out = tmp_path / "o.csv"
    with locked(out), locked(out), whole(out) as part:
        part.write_text("x")
    assert names(tmp_path) == ["o.csv"] and out.read_text() == "x"


def test_a_lock_file_that_was_removed_while_it_was_waited_for_is_made_anew(tmp_path, monkeypatch):
    from therex.batch import lock

    hold, times = lock._hold, []

    def removed_first(handle):
        if not times:
            os.unlink(tmp_path / ".o.lock")
        times.append(1)
        return hold(handle)

    monkeypatch.setattr(lock, "_hold", removed_first)
    with locked(tmp_path / "o"):
        assert len(times) == 2 and (tmp_path / ".o.lock").exists()


def test_a_link_in_the_place_of_a_lock_is_not_followed(tmp_path):
    (tmp_path / ".o.lock").symlink_to(tmp_path / "aim")
    with pytest.raises(InputError, match="cannot be written"), locked(tmp_path / "o"):
        pass
    assert not (tmp_path / "aim").exists()


def test_a_folder_that_cannot_be_written_is_told_before_the_run(tmp_path):
    with pytest.raises(InputError, match=r"^--keep-text: the file cannot be written"), locked(tmp_path / "none" / "o", "--keep-text"):
        pass


def test_a_device_has_no_lock(tmp_path):
    from pathlib import Path

    with locked(Path(os.devnull)), locked(Path(os.devnull)):
        pass


def test_temporary_files_of_libraries_are_beside_the_output_and_go(tmp_path):
    before = tempfile.gettempdir()
    with scratch(tmp_path / "o.xlsx"), tempfile.NamedTemporaryFile(delete=False) as handle:
        assert handle.name.startswith(str(tmp_path / ".o.xlsx.scratch"))
    assert names(tmp_path) == [] and tempfile.gettempdir() == before
