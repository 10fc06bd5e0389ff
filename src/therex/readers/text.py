"""Text files, folders of them, and standard input."""

from __future__ import annotations

import codecs
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from therex.errors import InputError, NoteError
from therex.types import Note

SUFFIXES = (".txt", ".text", ".md", ".markdown")
LARGEST = 5_000_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_ODD = frozenset(range(32)) - {9, 10, 11, 12, 13, 27}


@dataclass(frozen=True, slots=True)
class Source:
    """A note that has not been read yet; `path` is None for standard input."""

    note_id: str = field(repr=False)
    path: Path | None = field(repr=False)

    def read(self) -> Note:
        """The note.

        Raises
        ------
        NoteError
            The file cannot be read or is no text.
        """
        try:
            if self.path is None:
                data = sys.stdin.buffer.read()
            else:
                if self.path.stat().st_size > LARGEST:
                    raise NoteError("too_large", f"The file is larger than {LARGEST:,} bytes.")
                data = self.path.read_bytes()
        except OSError as error:
            raise NoteError("not_text", f"The file could not be read ({type(error).__name__}).") from None
        return Note(self.note_id, decode(data))


def decode(data: bytes) -> str:
    """Bytes to text: by byte-order mark, else UTF-8, else UTF-16 without a mark, else Windows-1252.

    Raises
    ------
    NoteError
        ``too_large``, ``not_text`` for binary content, ``encoding`` where a marked encoding does not decode.
    """
    if len(data) > LARGEST:
        raise NoteError("too_large", f"The file is larger than {LARGEST:,} bytes.")
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(name)
            except UnicodeDecodeError:
                raise NoteError("encoding", f"The file says that it is {name} and cannot be decoded as that.") from None
    nul = data.count(0)
    if nul and nul * 3 > len(data) and len(data) % 2 == 0:
        for name in ("utf-16-le", "utf-16-be"):
            try:
                text = data.decode(name)
            except UnicodeDecodeError:
                continue
            if sum(c.isascii() for c in text) > 0.8 * len(text):
                return text
    odd = sum(data.count(c) for c in _ODD)
    if odd * 50 > len(data):
        raise NoteError("not_text", "The file holds binary content.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        if text.count("\ufffd") * 20 > len(text):
            raise NoteError("encoding", "The file is in no encoding that could be told.") from None
        return text


def find_sources(paths: list[str]) -> list[Source]:
    """Every note under `paths`, folders in order of their file names; ``-`` is standard input.

    Raises
    ------
    InputError
        A path does not exist, or there is nothing to read.
    """
    found: list[tuple[str, str, Path | None]] = []
    for i, raw in enumerate(paths):
        if raw == "-":
            found.append(("-", "", None))
            continue
        path = Path(raw)
        if path.is_dir():
            files = sorted(f for f in path.rglob("*") if f.is_file() and f.suffix.lower() in SUFFIXES)
            if not files:
                raise InputError(f"no notes in folder {i + 1} of {len(paths)}: want files ending in {', '.join(SUFFIXES)}")
            found += [(f.relative_to(path).with_suffix("").as_posix(), f.suffix, f) for f in files]
        elif path.is_file():
            found.append((path.stem, path.suffix, path))
        else:
            raise InputError(f"no such file or folder (path {i + 1} of {len(paths)})")
    if not found:
        raise InputError("nothing to read: give a file, a folder or - for standard input")
    return [Source(note_id, path) for note_id, path in zip(_ids(found), (f[2] for f in found), strict=True)]


def _ids(found: list[tuple[str, str, Path | None]]) -> Iterator[str]:
    """Ids without suffix; those that collide keep it, and then get ``#2``, ``#3``."""
    bare = Counter(name for name, _, _ in found)
    names = [name + suffix if bare[name] > 1 else name for name, suffix, _ in found]
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}#{seen[name]}"
