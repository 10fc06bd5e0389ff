"""One bounded stream of notes through worker processes: results in input order, a bad note set apart, a dead worker replaced.

Workers are joblib's (loky). A note that runs out of time, or takes its worker down, becomes an error record; what was in flight beside it is
done again. At most a few chunks are held at any time, whatever the number of notes.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from therex.batch.ending import end_with
from therex.errors import InputError, NoteError
from therex.types import Assessment, Charge, Note

if TYPE_CHECKING:
    from therex.analysis import Analyzer

CHUNK, AHEAD = 16, 3
# beyond its notes' own time, how long a chunk is waited for before its worker is taken for lost
GRACE = 30.0
# a worker may be killed while it loads: so often they are started before the run ends
STARTS = 3
Item = Note | NoteError
Shape = Callable[[Assessment, Note | None], Any]


@dataclass(frozen=True, slots=True)
class Setup:
    """How notes are analysed; `day` is the day whose rules apply, `charges` those of each note id."""

    payer: str = "cms"
    day: str | None = None
    model: str | None = None
    fast: bool = False
    timeout: float = 60.0
    charges: Mapping[str, tuple[Charge, ...]] = field(default_factory=dict, repr=False)


class _Expired(BaseException):
    """A note's time is over; no handler of ordinary exceptions may keep it."""


def jobs_for(asked: int, notes: int | None) -> int:
    """The number of worker processes: as asked; 0 means one for few notes, else as many as there are cores, eight at most."""
    if asked > 0:
        return asked
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if asked < 0:
        return max(1, cores + 1 + asked)
    return 1 if notes is not None and notes < 150 else max(1, min(cores, 8))


def run(items: Iterable[Item], setup: Setup, shape: Shape, jobs: int = 1, analyzer: Analyzer | None = None) -> Iterator[Any]:
    """What `shape` makes of every note's assessment, in input order.

    Parameters
    ----------
    shape
        A function of a module (workers import it), called where the note is analysed; it gets the note too, or None for what could not be read.
    analyzer
        The analyzer to use where there is one process; else one is made by `setup`.
    """
    if jobs > 1:
        yield from _spread(items, setup, shape, jobs)
        return
    ready = analyzer or analyzer_of(setup)
    for item in items:
        yield shape(_assess(ready, item, setup), item if isinstance(item, Note) else None)


def analyzer_of(setup: Setup) -> Analyzer:
    """The analyzer of a setup, loaded with the collector at rest: what is loaded here lives as long as the process."""
    import gc
    from datetime import date

    gc.disable()
    try:
        from therex.analysis import Analyzer

        gc.freeze()
        return Analyzer.create(setup.payer, date.fromisoformat(setup.day) if setup.day else None, model=setup.model, fast=setup.fast)
    finally:
        gc.freeze()
        gc.enable()


def _assess(analyzer: Analyzer, item: Item, setup: Setup) -> Assessment:
    if isinstance(item, NoteError):
        return Assessment(item.note_id, error=(item.code, item.message))
    try:
        with _limit(setup.timeout):
            return analyzer.assess(item, setup.charges.get(item.note_id, ()))
    except _Expired:
        return _failed(item, "timeout", f"The note took longer than {setup.timeout:g} s.")


def _failed(item: Item, code: str, message: str) -> Assessment:
    return Assessment(item.note_id, error=(code, message))


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raise `_Expired` when the time is over; only in a process's main thread, and where the system has such a clock."""
    if seconds <= 0 or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(*_: object) -> None:
        raise _Expired

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


_ready: list[Any] = []


def _start(setup: Setup, parent: int) -> None:
    end_with(parent)
    _ready[:] = [analyzer_of(setup), setup]


def _nothing() -> None:
    """What a worker does first."""


def _work(chunk: list[Item], shape: Shape) -> list[Any]:
    analyzer, setup = _ready
    return [shape(_assess(analyzer, item, setup), item if isinstance(item, Note) else None) for item in chunk]


def _spread(items: Iterable[Item], setup: Setup, shape: Shape, jobs: int) -> Iterator[Any]:
    stream = iter(items)
    pool = _Pool(jobs, setup)
    window: deque[tuple[list[Item], Any]] = deque()
    try:
        while True:
            while len(window) < jobs * AHEAD and (chunk := list(islice(stream, CHUNK))):
                window.append((chunk, pool.submit(_work, chunk, shape)))
            if not window:
                return
            chunk, future = window.popleft()
            try:
                results = future.result(timeout=len(chunk) * max(setup.timeout, 0) + GRACE if setup.timeout > 0 else None)
            except pool.lost:
                pool.renew()
                results = [x for item in chunk for x in _singly(pool, item, setup, shape)]
                window = deque((c, pool.submit(_work, c, shape)) for c, _ in window)
            yield from results
    finally:
        pool.close()


def _singly(pool: _Pool, item: Item, setup: Setup, shape: Shape) -> list[Any]:
    """A note of a chunk that was lost, alone in a worker: the one that takes it down is known by that."""
    try:
        found: list[Any] = pool.submit(_work, [item], shape).result(timeout=setup.timeout + GRACE if setup.timeout > 0 else None)
        return found
    except TimeoutError:
        pool.renew()
        told = _failed(item, "timeout", f"The note took longer than {setup.timeout:g} s and held its worker.")
    except pool.lost:
        pool.renew()
        told = _failed(item, "worker_died", "The process that read the note died.")
    return [shape(told, item if isinstance(item, Note) else None)]


class _Pool:
    """joblib's worker processes, made anew when one of them is lost."""

    def __init__(self, jobs: int, setup: Setup) -> None:
        from concurrent.futures import BrokenExecutor, CancelledError

        from joblib.externals.loky.process_executor import ShutdownExecutorError

        self.lost = (BrokenExecutor, ShutdownExecutorError, CancelledError, TimeoutError)
        self._jobs, self._setup = jobs, setup
        self._executor = self._make()

    def _make(self) -> Any:
        from joblib.externals.loky import ProcessPoolExecutor

        fault = ""
        for _ in range(STARTS):
            executor = ProcessPoolExecutor(max_workers=self._jobs, initializer=_start, initargs=(self._setup, os.getpid()))
            try:
                executor.submit(_nothing).result()  # loading counts for no note's time
                return executor
            except self.lost as error:
                executor.shutdown(wait=True, kill_workers=True)
                fault = type(error).__name__
            except BaseException:
                executor.shutdown(wait=True, kill_workers=True)
                raise
        raise InputError(f"--jobs: the worker processes cannot start ({fault})")

    def submit(self, work: Callable[..., Any], *args: Any) -> Any:
        """A future; a pool that broke meanwhile gives one that is broken too."""
        from concurrent.futures import Future

        try:
            return self._executor.submit(work, *args)
        except self.lost as error:
            broken: Future[Any] = Future()
            broken.set_exception(error)
            return broken

    def renew(self) -> None:
        """New workers; what the old ones held is gone."""
        self.close()
        self._executor = self._make()

    def close(self) -> None:
        """Stop the workers at once."""
        # what waits has no worker: the pool's thread would look it up after it was dropped, and die of that with a traceback
        waits = getattr(self._executor, "_work_ids", None)
        with suppress(queue.Empty):
            while waits is not None:
                waits.get_nowait()
        self._executor.shutdown(wait=True, kill_workers=True)
