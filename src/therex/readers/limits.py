"""Caps that hold for every reader: regular files only, rows of a bounded length, markup of a bounded number of elements."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO, BinaryIO, Self
from xml.parsers import expat

from therex.errors import InputError, NoteError
from therex.readers.text import TextStream

# the largest document that is read whole, and the largest row of a table, in bytes and in characters
LARGEST = 50_000_000
# what a compressed document may unpack to, in bytes, and how many times its size one part may grow
MOST, GROWTH = 200_000_000, 200
# elements of a page or of one row, values of a JSON text, and columns of a table: a parser needs about 200 bytes for each
ELEMENTS, COLUMNS = 1_000_000, 16_384
# characters of the first line of a table
HEADS = 1_000_000
# rows of a sheet, as Excel has it, and texts that its cells share
ROWS, SHARED = 1_048_576, 3_000_000
_CHUNK = 1 << 16


class Budget:
    """How many bytes or characters may still come out of a document that holds them packed, or tells them again and again.

    Parameters
    ----------
    size
        Bytes of the document.
    """

    def __init__(self, size: int) -> None:
        self._left = max(MOST, GROWTH * size)

    def take(self, n: int) -> bool:
        """Take so many; False where that is more than is left."""
        self._left -= n
        return self._left >= 0


class NotRegularError(OSError):
    """A pipe, a device or a socket where a file is wanted."""


def open_regular(path: Path) -> BinaryIO:
    """A regular file as a stream of bytes; a pipe without a writer is not waited for.

    Raises
    ------
    OSError
        It cannot be opened; `NotRegularError` where it is no regular file.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotRegularError
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # replaced meanwhile
        os.close(descriptor)
        raise NotRegularError
    return os.fdopen(descriptor, "rb")


def read_small(path: Path, flag: str) -> bytes:
    """All of a regular file that a flag names, where it is no larger than a document may be.

    Raises
    ------
    InputError
        It is, or it cannot be read; the message names the flag.
    """
    try:
        with open_regular(path) as stream:
            data = stream.read(LARGEST + 1)
    except NotRegularError:
        raise InputError(f"{flag} must be a regular file, not a pipe, a device, or a folder: save it as a file first") from None
    except OSError as error:
        raise InputError(f"{flag}: the file cannot be read ({type(error).__name__})") from None
    if len(data) > LARGEST:
        raise InputError(f"{flag}: the file is larger than {LARGEST:,} bytes")
    return data


class Lines:
    """The lines of a stream, of which those of one row may have `most` characters and a bounded number of `mark` together.

    What has more is skipped and told by a `NoteError` without its place; the line after it comes next. Without `mark` a line is a row.
    `number` is that of the last line read.
    """

    def __init__(self, stream: TextStream, most: int, mark: str = "") -> None:
        self._stream, self._mark, self._most = stream, mark, most
        self.number = 0
        self.begin(most)

    def begin(self, most: int) -> None:
        """A new row begins, of so many characters at most."""
        self._most = self._room = most
        self._cells = self._quotes = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self._room + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._quotes += line.count('"')
        if len(line) > self._room:
            self._skip(line)
            raise NoteError("too_large", f"is longer than {self._most:,} characters")
        self._room -= len(line)
        self._cells += line.count(self._mark) if self._mark else 0
        if self._cells > ELEMENTS:
            self._skip(line)
            raise NoteError("too_large", f"has more than {ELEMENTS:,} cells")
        return line

    def _skip(self, line: str) -> None:
        """Go on to the end of the row: that of the line, and in a table that of a cell in quotation marks."""
        while line and (not (ended := line[-1] in "\r\n") or (self._mark and self._quotes % 2)):
            line = self._stream.readline(_CHUNK)
            self.number += bool(ended and line)
            self._quotes += line.count('"')


def many_brackets(text: str) -> bool:
    """Whether a JSON text may hold more lists and objects than are read."""
    return len(text) > ELEMENTS and text.count("[") + text.count("{") > ELEMENTS


def many_tags(data: bytes) -> bool:
    """Whether a page may have more elements than are read."""
    return len(data) > ELEMENTS and data.count(b"<") > 2 * ELEMENTS


class _Census:
    """Counts the elements of markup as it goes by."""

    def __init__(self, *, sheet: bool) -> None:
        self._sheet = sheet
        self._elements = self._shared = self._last = 0
        self._column = (0, "")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins.

        Raises
        ------
        NoteError
            There are more than are read, or the rows of a sheet are not in their order.
        """
        self._elements += 1
        if self._elements > ELEMENTS:
            raise NoteError("too_large", f"A part of the file has more than {ELEMENTS:,} elements.")
        if not self._sheet:
            return
        kind = name.rpartition(":")[2]
        if kind == "c" and self._last:
            self._cell(attributes.get("r", ""))
        elif kind == "row":
            self._elements = 0
            self._row(attributes.get("r"))
        elif kind == "si":
            self._elements = 0
            self._shared += 1
            if self._shared > SHARED:
                raise NoteError("too_large", f"The workbook has more than {SHARED:,} strings.")

    def _row(self, told: str | None) -> None:
        number = int(told) if told and told.isdecimal() and len(told) < 20 else self._last + 1
        if number > ROWS:
            raise NoteError("too_large", f"A sheet has a row beyond row {ROWS:,}, which no workbook can have: save the workbook again.")
        if number <= self._last:
            raise NoteError("not_text", f"A sheet has its rows out of order after row {self._last:,}: save the workbook again.")
        self._last = number
        self._column = (0, "")

    def _cell(self, told: str) -> None:
        column = told.rstrip("0123456789")
        place = (len(column), column)
        if column and place <= self._column:
            raise NoteError("not_text", f"A sheet has its cells out of order in row {self._last:,}: save the workbook again.")
        self._column = max(place, self._column)


def examine(stream: IO[bytes], *, sheet: bool = False) -> None:
    """Read markup once without keeping it, and refuse what a parser would need too much memory for; damage is left to the parser.

    Parameters
    ----------
    sheet
        Rows and shared texts of a workbook are counted one by one, as they are read one by one.

    Raises
    ------
    NoteError
        ``too_large``, or ``not_text`` where rows of a sheet would be lost.
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = _Census(sheet=sheet).start
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)
    except (expat.ExpatError, ValueError):
        return
