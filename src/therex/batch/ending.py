"""How a run ends early: a signal to stop unwinds it, and no helper process outlives the one that started it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PR_SET_PDEATHSIG = 1
# a signal that comes again within so many seconds is the same one: `timeout` and a closed terminal send it twice
_SAME = 5.0


class Stopped(SystemExit):
    """A signal asked the program to stop; the exit code is the shell's for that signal."""


@contextmanager
def stoppable() -> Iterator[None]:
    """While the block runs, SIGTERM and SIGHUP raise `Stopped`, so that temporary files are removed and workers end.

    A signal that was ignored before (``nohup``) stays ignored. Outside of the main thread nothing changes.
    """
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    last = float("-inf")

    def stop(number: int, _: object) -> None:
        nonlocal last
        before, last = last, time.monotonic()
        if last - before > _SAME:
            raise Stopped(128 + number)

    kept = {s: signal.getsignal(s) for s in map(signal.Signals.__getitem__, names) if signal.getsignal(s) is signal.SIG_DFL}
    try:
        for number in kept:
            signal.signal(number, stop)
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def end_with(parent: int) -> None:
    """For a process that another one started: end when that one has ended, in whatever way, and leave the signals to it.

    Parameters
    ----------
    parent
        The id of the process that started this one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the parent decides
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    elif sys.platform != "win32":
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
