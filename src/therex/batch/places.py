"""Where results go, looked at before anything is read: no run is done and then lost, and nothing that is read is written over."""

from __future__ import annotations

import glob
import os
import stat
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from therex.errors import InputError
from therex.readers.documents import SUFFIXES

# what stands beside an output while a run lasts: a point before its name, and this after it
_BESIDE = len("..part.json")
_LONGEST = 255
_STANDARD = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
# what our own results begin with, blanks apart
_OURS = (
    b'{"schema_version":"',
    b'[{"schema_version":"',
    b'{"version":1,"made":"',
    b'{"note_id":"note-000001","status":',
    b"note_id,line,because,verdict,",
    b"linenotenecessity97110",
)
_KEPT, _TEXT, _PAGE = b'{"note_id":"', b'","place":1,"text":', b"<title>therex"


def check(outputs: Mapping[str, Path | None], read: Iterable[Path | str | None] = (), suffixes: tuple[str, ...] = SUFFIXES) -> None:
    """Refuse a place that cannot be written to, and one that a note, a table or another output has already.

    Parameters
    ----------
    outputs
        The files to write, by what the user named each by.
    read
        Files, folders and patterns that are read; ``-`` is standard input.
    suffixes
        How the names of files end that are read from a folder.

    Raises
    ------
    InputError
        A place is refused; the message names the flag.
    """
    sources = [str(raw) for raw in read if raw is not None]
    taken: list[tuple[str, Path]] = []
    for flag, output in outputs.items():
        if output is None:
            continue
        _writable(output, flag)
        if not is_stream(output):
            _apart(output, flag, sources, suffixes)
            for other, place in taken:
                if _same(output, place):
                    raise InputError(f"{flag}: this is also the file of {other}; use a different file for each")
        taken.append((flag, output))


def check_folder(folder: Path, flag: str, read: Iterable[Path | str] = ()) -> None:
    """Refuse a place for a folder that cannot be made, and one inside what is read.

    Raises
    ------
    InputError
        The place is refused.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{flag} must be a folder, and there is a file at that path")
    there = next((p for p in (folder, *folder.absolute().parents) if p.exists()), Path("/"))
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"{flag}: the folder cannot be written to")
    if any(os.path.isdir(source) and _inside(folder, str(source)) for source in read):
        raise InputError(f"{flag}: this folder is an input folder or is inside one; name another folder")


def standard(output: Path | None) -> Path | None:
    """The output; None where its name is another one for standard output."""
    return None if output is not None and os.path.abspath(output) in _STANDARD else output


def is_stream(output: Path) -> bool:
    """Whether what is written goes to a device or a pipe as it comes, and nothing can take its place."""
    try:
        mode = output.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def aim(output: Path) -> Path:
    """The file that is written: the one that a link points to, and else the output itself."""
    return Path(os.path.realpath(output)) if output.is_symlink() else output


def _writable(output: Path, flag: str) -> None:
    try:
        mode = output.stat().st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    except OSError as error:
        raise InputError(f"{flag}: {_told(error)}") from None
    if stat.S_ISDIR(mode):
        raise InputError(f"{flag} must be a file, not a folder")
    if stat.S_ISBLK(mode) or stat.S_ISSOCK(mode):
        raise InputError(f"{flag} must be a file, a pipe, or a terminal, not a disk or a socket")
    if not stat.S_ISREG(mode):
        return
    place = aim(output)
    if len(os.fsencode(place.name)) > _LONGEST - _BESIDE:
        raise InputError(f"{flag}: the file name is too long; use at most {_LONGEST - _BESIDE} bytes")
    if not place.parent.is_dir():
        raise InputError(f"{flag}: the folder does not exist")
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise InputError(f"{flag}: the folder cannot be written to")


def _told(error: OSError) -> str:
    import errno

    words = {
        errno.ELOOP: "the link points to itself",
        errno.ENAMETOOLONG: "the name is too long",
        errno.ENOTDIR: "the folder does not exist",
        errno.EACCES: "no permission to read the folder",
    }
    return words.get(error.errno or 0, "the file cannot be written")


def _apart(output: Path, flag: str, sources: list[str], suffixes: tuple[str, ...]) -> None:
    """Refuse an output that is read, or that would take the place of a file in a folder that is read."""
    for source in sources:
        if _same(output, source):
            raise InputError(f"{flag}: this file is an input and would be overwritten; name another file")
    if not output.exists() or not output.name.lower().endswith(suffixes) or _ours(output):
        return
    if any(_among(output, source) for source in sources):
        raise InputError(f"{flag}: this would overwrite a file in an input folder; name another file")


def _same(one: Path | str, other: Path | str) -> bool:
    """Whether two paths lead to one file, there or not yet."""
    try:
        there = os.fstat(0) if str(other) == "-" else os.stat(other)
        if os.path.samestat(os.stat(one), there):
            return True
    except OSError:
        pass
    return str(other) != "-" and os.path.realpath(one) == os.path.realpath(other)


def _inside(place: Path, folder: str) -> bool:
    top = os.path.realpath(folder)
    return os.path.commonpath([os.path.realpath(place), top]) == top


def _among(output: Path, source: str) -> bool:
    if os.path.isdir(source):
        return _inside(output, source)
    return glob.has_magic(source) and any(_same(output, found) for found in glob.iglob(source, recursive=True))


def _ours(path: Path) -> bool:
    """Whether a file is an earlier result of ours, which a run of the same command may write anew."""
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
        if head.startswith(b"PK"):
            with zipfile.ZipFile(path) as book:
                return b'name="worklist"' in book.read("xl/workbook.xml")[:4096]
    except (OSError, zipfile.BadZipFile, KeyError, NotImplementedError):
        return False
    bare = b"".join(head.split())
    return not head or bare.startswith(_OURS) or _PAGE in head or (bare.startswith(_KEPT) and _TEXT in bare)
