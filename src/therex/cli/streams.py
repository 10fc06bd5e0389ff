"""Standard input, output and error, whatever a shell made of them: closed, full, or with no one who reads."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import NoReturn

# what a shell says of a program whose reader is gone: 128 and the number of the signal SIGPIPE
BROKEN_PIPE = 141
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def ready() -> None:
    """Put a stream in the place of each that is closed, and let no character end a run.

    What is closed is opened on nothing, so that no file of ours gets its number: there is nothing to read, results cannot be written, and
    what is told goes nowhere.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a file or a program gets UTF-8; a terminal what it shows, the rest by number
        sys.stdout.reconfigure(encoding=None if sys.stdout.isatty() else "utf-8", errors="backslashreplace")


def reader_gone(error: BaseException) -> bool:
    """Whether a run ended because no one reads what it writes; typer turns that into an exit of its own."""
    cause: BaseException | None = error.__context__ if isinstance(error, SystemExit) else error
    return isinstance(cause, OSError) and cause.errno == errno.EPIPE


def words_for(error: OSError) -> str:
    """What a fault of the system means for the user, in words and without a name of a file."""
    if error.errno in _FULL:
        return "the disk is full: free some space and run the same command again"
    if error.errno == errno.EBADF:
        return "standard output is closed: use --output FILE"
    return f"a file or folder could not be read or written ({(error.strerror or 'unknown error').lower()})"


def leave(code: int) -> NoReturn:
    """End the program; what could not be written is let go, so that the interpreter says nothing of it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)
