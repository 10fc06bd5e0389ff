"""A digest of every note that an unfinished output has a record of, so that a later run goes on only after the notes that are still the same.

They are in a file ``.NAME.part.sums`` beside the part, sixteen bytes a note, in input order.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from therex.errors import NoteError
from therex.types import Note

SIZE = 16
Item = Note | NoteError


def digest(item: Item) -> bytes:
    """A note is known again by all that was read of it, a document that could not be read by its error."""
    told: tuple[object, ...]
    if isinstance(item, NoteError):
        told = ("error", item.note_id, item.code, item.message)
    else:
        told = (item.note_id, item.text, item.patient, item.day, item.author, item.kind, *(x for pair in item.more for x in pair))
    found = hashlib.blake2b(digest_size=SIZE)
    for value in told:
        data = str(value).encode("utf-8", "surrogatepass")
        found.update(len(data).to_bytes(8, "big") + data)
    return found.digest()


class Sums:
    """The digests of a part; used in a ``with`` for as long as more are written.

    Parameters
    ----------
    part
        The part that they belong to, a record a line.
    """

    def __init__(self, part: Path) -> None:
        self._part, self._path = part, sums_path(part)
        self._ahead: deque[bytes] = deque()
        self._handle = -1

    def known(self) -> list[bytes]:
        """The digests that stand already."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return []
        return [data[i : i + SIZE] for i in range(0, len(data) - SIZE + 1, SIZE)]

    def cut(self, count: int) -> None:
        """Keep the first `count` records and digests, and nothing after them."""
        with self._part.open("r+b") as handle:
            for _ in range(count):
                handle.readline()
            handle.truncate(handle.tell())
        if count:
            os.truncate(self._path, count * SIZE)
        else:
            self._path.unlink(missing_ok=True)

    def __enter__(self) -> Sums:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        self._handle = os.open(self._path, flags, 0o600)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._handle)

    def noted(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items as they go by, their digests held until `write`."""
        for item in items:
            self._ahead.append(digest(item))
            yield item

    def write(self) -> None:
        """The record of the next item was written: write its digest."""
        os.write(self._handle, self._ahead.popleft())


def sums_path(part: Path) -> Path:
    """Where the digests of a part are."""
    return part.with_name(part.name + ".sums")


def drop_part(output: Path) -> None:
    """Remove what an unfinished run left beside `output`, where the next one cannot go on with it."""
    from therex.batch.outputs import Part, meta_path

    target = Path(os.path.realpath(output))
    part = Part(target, 0, "").path
    for path in (part, meta_path(target), sums_path(part)):
        path.unlink(missing_ok=True)


def folder_digest(folder: Path) -> str:
    """One digest of every file of a folder, names included."""
    found = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as handle:
            found.update(path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.file_digest(handle, "sha256").digest())
    return found.hexdigest()
