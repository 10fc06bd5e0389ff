"""Documents are read in a process of their own, under a budget of time and memory: one that hangs or swells becomes one error.

The process sends each note as soon as it is read, so that a large table is never held. One that is lost is replaced, and the next document
goes to the new one. A document whose process died is read once more, since another program may have killed it: the notes that were given
before are not given again.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from types import TracebackType
from typing import Any

from therex.batch.ending import end_with
from therex.errors import InputError, NoteError
from therex.readers.documents import Document
from therex.readers.notes import Reading, read_document, read_notes
from therex.types import Note

Item = Note | NoteError
Read = Callable[[Document, Reading], Iterator[Item]]

# the least time for the next note of a document, in seconds: the libraries that read it are loaded within it
LEAST = 5.0
# what reading may hold, in bytes, beside so many for each byte that a document may have
MEMORY, FOR_EACH = 1 << 30, 10
_START = 120.0
_READY, _END = "ready", "end"


class Apart:
    """Reads documents as `read_document` does, in another process; used in a ``with``.

    Parameters
    ----------
    seconds
        The longest wait for the next note of a document; 0 is no limit.
    memory
        The most that reading may hold, in bytes, where the system has such a limit.
    read
        What reads a document: a function of a module.
    """

    def __init__(self, seconds: float, memory: int, read: Read = read_document) -> None:
        self._seconds, self._memory, self._read = (max(seconds, LEAST) if seconds > 0 else None), memory, read
        self._process: Any = None
        self._pipe: Any = None
        self._ready = False

    def __enter__(self) -> Apart:
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def __call__(self, document: Document, reading: Reading) -> Iterator[Item]:
        """The notes of a document.

        Raises
        ------
        InputError
            A table lacks a column, or the process cannot start.
        """
        if document.path is None and document.data is None:
            # a stream of this process's own
            yield from self._read(document, reading)
            return
        again = False
        n = 0
        while True:
            before = n
            try:
                for found in islice(self._found(document, reading), n, None):
                    yield found
                    n += 1
                return
            except TimeoutError:
                yield _lost(document, n, True, self._seconds)
                return
            except (EOFError, OSError):
                # something else may have killed it: it is read again, as long as that brings it further
                if again and n == before:
                    yield _lost(document, n, False, self._seconds)
                    return
                again = True

    def _found(self, document: Document, reading: Reading) -> Iterator[Item]:
        """What the process finds in a document; one that was left half read is not asked again."""
        self._await()
        done = False
        try:
            ask: tuple[Document, Reading] | None = (document, reading)
            while (found := self._next(ask)) != _END:
                ask = None
                if isinstance(found, InputError):
                    done = True
                    raise found
                yield found
            done = True
        finally:
            if not done:
                self._stop()

    def _next(self, ask: tuple[Document, Reading] | None) -> Any:
        """What the process sends next, a document given to it first where `ask` is one."""
        if ask is not None:
            self._pipe.send(ask)
        if not self._pipe.poll(self._seconds):
            raise TimeoutError
        return self._pipe.recv()

    def _await(self) -> None:
        """A process that is ready; its start counts for no document's time."""
        for _ in range(2):
            if self._process is not None and not self._process.is_alive():
                self._stop()
            if self._process is None:
                self._start()
            if self._ready:
                return
            try:
                self._ready = bool(self._pipe.poll(_START) and self._pipe.recv() == _READY)
            except (EOFError, OSError):
                self._ready = False
            if self._ready:
                return
            self._stop()
        raise InputError("the process that reads files cannot start: check this machine's memory and process limit")

    def _start(self) -> None:
        context = _context()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, os.getpid(), self._memory, self._read), daemon=True)
        self._process.start()
        theirs.close()

    def _stop(self) -> None:
        process, self._process, self._ready = self._process, None, False
        if process is not None:
            self._pipe.close()
            if process.is_alive():
                # a process of joblib's has no `kill`
                os.kill(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
            process.join(5)


def notes_apart(paths: list[str], reading: Reading | None = None, seconds: float = 60.0) -> Iterator[Item]:
    """The notes of `paths`, each file read in another process under the usual budget; a file that is lost is one error."""
    reading = reading or Reading()
    with Apart(seconds, budget(reading.largest)) as apart:
        yield from read_notes(paths, reading, apart)


def budget(largest: int) -> int:
    """What reading may hold where a document may have `largest` bytes."""
    return MEMORY + FOR_EACH * largest


def _lost(document: Document, n: int, late: bool, seconds: float | None) -> NoteError:
    where = f" after note {n} of the file" if n else ""
    if late:
        return NoteError("timeout", f"Reading{where} took longer than {seconds:g} s. The rest of the file was not read.", document.name)
    return NoteError("worker_died", f"The process that read the file crashed{where}. The rest of the file was not read.", document.name)


def _context() -> Any:
    """How the process is made: a copy of this one, at once, where no other thread can be in the way; else a new one."""
    if sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1:
        import multiprocessing

        return multiprocessing.get_context("fork")
    from joblib.externals.loky.backend import get_context

    return get_context("loky")


def _serve(pipe: Any, parent: int, memory: int, read: Read) -> None:
    """In the process: read what is asked for, until there is no one to ask."""
    try:
        end_with(parent)
        # what a library prints of a document's content goes nowhere
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        _limit(memory)
        pipe.send(_READY)
        while True:
            document, reading = pipe.recv()
            try:
                for found in read(document, reading):
                    pipe.send(found)
                pipe.send(_END)
            except InputError as error:
                pipe.send(error)
    except BaseException:
        os._exit(1)


def _limit(memory: int) -> None:
    if sys.platform == "win32" or memory <= 0:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
