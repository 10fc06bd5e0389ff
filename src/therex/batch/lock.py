"""A lock on each output, so that two runs never write to one; and what a killed run left beside its output, removed.

The lock is a file ``.NAME.lock`` beside the output, held with the lock of the operating system, which ends with the process however it ends.
A lock file that nobody holds is that of a killed run: its temporary files hold note text and are removed by the next run in that folder.
An unfinished part (see `outputs`) is kept, because a later run goes on with it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from therex.errors import InputError

MODE = 0o600
_MARK = b"therex\n"
# what a run may leave beside its output when it is killed
_LEFT = ("tmp", "scratch")
_held: dict[Path, int] = {}


@contextmanager
def locked(output: Path, flag: str = "--output") -> Iterator[None]:
    """Hold the lock of an output while the block runs; a process may take the same one more than once.

    A device or a pipe has no lock, and a link is locked by its target.

    Raises
    ------
    InputError
        Another run holds it, or the folder cannot be written; `flag` is what the user named the output by.
    """
    target = Path(os.path.realpath(output))
    if target.exists() and not target.is_file():
        yield
        return
    if target in _held:
        _held[target] += 1
        try:
            yield
        finally:
            _held[target] -= 1
        return
    path = _path(target)
    try:
        handle = _taken(path)
    except OSError as error:
        raise InputError(f"{flag}: the file cannot be written ({type(error).__name__})") from None
    if handle is None:
        raise InputError(f"{flag}: another run is writing to this file. Wait until it ends, or write to another file.")
    _held[target] = 1
    try:
        _remove_left(target)
        _sweep(target.parent)
        yield
    finally:
        del _held[target]
        _release(path, handle)


@contextmanager
def scratch(output: Path) -> Iterator[None]:
    """A folder beside `output` for the temporary files of libraries, which else lie where no later run looks for them."""
    target = Path(os.path.realpath(output))
    folder = target.with_name(f".{target.name}.scratch")
    shutil.rmtree(folder, ignore_errors=True)
    before = tempfile.tempdir
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise InputError(f"--output: the file cannot be written ({type(error).__name__})") from None
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)


def _path(target: Path) -> Path:
    return target.with_name(f".{target.name}.lock")


def _taken(path: Path) -> int | None:
    """The lock file, open and held; None where another process holds it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), MODE)
        try:
            if not _hold(handle):
                os.close(handle)
                return None
            # whoever held it before may have removed the file meanwhile: then this is no longer the one that others see
            if not os.path.samestat(os.fstat(handle), os.stat(path)):
                raise FileNotFoundError
        except FileNotFoundError:
            os.close(handle)
            continue
        if os.fstat(handle).st_size == 0:
            os.write(handle, _MARK)
        return handle


def _hold(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _release(path: Path, handle: int) -> None:
    with suppress(OSError):
        path.unlink()
    os.close(handle)


def _remove_left(target: Path) -> None:
    for kind in _LEFT:
        left = target.with_name(f".{target.name}.{kind}")
        with suppress(OSError):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove what killed runs left beside the other outputs of a folder."""
    with suppress(OSError):
        names = [e.name for e in os.scandir(folder) if e.name.startswith(".") and e.name.endswith(".lock")]
        for name in names:
            path, target = folder / name, folder / name[1 : -len(".lock")]
            if not target.name or target in _held:
                continue
            with suppress(OSError):
                if path.is_symlink() or not path.is_file() or path.read_bytes()[: len(_MARK) + 1] != _MARK:
                    continue
                handle = _taken(path)
                if handle is not None:
                    _remove_left(target)
                    _release(path, handle)
