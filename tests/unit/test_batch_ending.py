"""A signal to stop unwinds a run, and no helper process outlives the one that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from therex.batch.ending import Stopped, stoppable

WORKERS = """
import os, sys, time
from joblib.externals.loky import ProcessPoolExecutor
from therex.batch.apart import Apart
from therex.batch.ending import end_with, stoppable
if __name__ == "__main__":
    with stoppable(), Apart(60, 1 << 30) as apart:
        apart._await()
        pool = ProcessPoolExecutor(max_workers=2, initializer=end_with, initargs=(os.getpid(),))
        pool.submit(os.getpid).result()
        busy = [pool.submit(time.sleep, 600) for _ in range(2)]
        print(apart._process.pid, *pool._processes, flush=True)
        try:
            time.sleep(600)
        finally:
            pool.shutdown(wait=True, kill_workers=True)
"""


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as handle:
        return handle.read().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_workers_end_with_the_process_that_started_them(tmp_path, number):
    script = tmp_path / "s.py"
    script.write_text(WORKERS)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE) as process:
        pids = [int(x) for x in process.stdout.readline().split()]
        assert len(pids) == 3 and all(map(alive, pids))
        process.send_signal(number)
        assert process.wait(60) == (-number if number == signal.SIGKILL else 128 + number)
    end = time.monotonic() + 30
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(alive, pids))


def test_a_signal_unwinds_what_is_running_and_the_handlers_come_back():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped) as told, stoppable():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)
        finally:
            os.kill(os.getpid(), signal.SIGHUP)  # the second in a row does not break off what cleans up
            time.sleep(0.05)
    assert told.value.code == 128 + signal.SIGTERM and signal.getsignal(signal.SIGTERM) is before


def test_a_signal_that_was_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
