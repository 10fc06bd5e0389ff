"""CSV and TSV row by row: a row that cannot be read whole is a fault of its own, with the lines that it takes up, and the rest goes on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from therex.errors import NoteError
from therex.readers.limits import COLUMNS, HEADS, LARGEST, Lines
from therex.readers.text import TextStream

# how much of a file tells its encoding and the mark between its cells, in bytes
HEAD = 65_536
# rows are kept short where they are read; a field has no limit of its own
csv.field_size_limit(2**31 - 1)
# how often the lines behind a quotation mark that nothing closes are read again as rows, and how many lines at most
TAKEN_BACK, HELD = 3, 200_000


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row could not be read, without what is in it; `code` is that of the error record."""

    told: str
    code: str = "not_text"


def delimited(raw: BinaryIO, head: bytes, marks: str, largest: int = LARGEST) -> Iterator[tuple[int, list[str] | Fault]]:
    """The rows of a table, its header first, each with the number of its first line.

    After a fault the rows go on where one has as many cells as the header; after one in the header nothing comes.

    Parameters
    ----------
    raw
        The file at its start.
    head
        Its first bytes.
    marks
        What may separate two cells; the one that comes most often in the first line does.
    largest
        The longest row, in characters.
    """
    mark = max(marks, key=TextStream(io.BytesIO(head), head).readline(HEADS).count)
    lines = _Held(TextStream(raw, head), HEADS, mark)
    width = 0
    fault: tuple[int, int, Fault] | None = None
    for begins, row in _rows(lines, mark, largest):
        if fault and isinstance(row, Fault) and row.code == "too_large":
            yield fault[0], _of_lines(*fault)
            fault = None
        if isinstance(row, Fault):
            fault = (fault[0] if fault else begins, lines.number, fault[2] if fault else row)
        elif fault and len(row) != width:
            fault = (fault[0], lines.number, fault[2])
        elif row:
            if fault:
                yield fault[0], _of_lines(*fault)
                fault = None
            if len(row) > COLUMNS and not width:
                fault = (begins, lines.number, Fault(f"it has more than {COLUMNS:,} columns.", "too_large"))
            else:
                width = width or len(row)
                yield begins, row
        if fault and not width:
            break
    if fault:
        yield fault[0], _of_lines(*fault)


def _of_lines(first: int, last: int, fault: Fault) -> Fault:
    place = f"Line {first}" if first == last else f"Lines {first} to {last}"
    return Fault(f"{place} cannot be read: {fault.told}", fault.code)


def _rows(lines: _Held, mark: str, largest: int) -> Iterator[tuple[int, list[str] | Fault]]:
    """Rows as they are parsed, strictly, so that a quotation mark in the wrong place changes no text unseen."""
    rows = csv.reader(lines, delimiter=mark, strict=True)
    again = 0
    most = HEADS
    while True:
        begins = lines.number + 1
        lines.begin(most)
        try:
            row = next(rows)
        except StopIteration:
            return
        except NoteError as error:
            yield begins, Fault(f"the row {error.message}, or a quotation mark is not closed.", error.code)
        except csv.Error:
            if lines.ended and lines.number > begins and again < TAKEN_BACK and lines.take_back():
                again += 1
                yield begins, Fault("a quotation mark is not closed.")
            else:
                yield begins, Fault("a quotation mark is not closed, or one in quoted text is not doubled.")
        else:
            most = largest
            yield begins, row
            continue
        rows = csv.reader(lines, delimiter=mark, strict=True)


class _Held(Lines):
    """The lines of a table, those of the row in hand held until it is whole, unless there are too many."""

    ended = False

    def begin(self, most: int) -> None:
        """A new row begins, of so many characters at most."""
        super().begin(most)
        self._held: list[str] = []

    def __next__(self) -> str:
        try:
            line = super().__next__()
        except StopIteration:
            self.ended = True
            raise
        if len(self._held) < HELD:
            self._held.append(line)
        return line

    def take_back(self) -> bool:
        """Let the lines of the row in hand, all but its first, come again; False where they are not all held."""
        if len(self._held) == HELD:
            return False
        self._stream.put_back("".join(self._held[1:]))
        self.number -= len(self._held) - 1
        self.ended = False
        return True


def named(row: Sequence[str], heads: Sequence[str], where: Mapping[str, str], line: int) -> dict[str, str] | Fault:
    """The cells of a row by the names of `where`, or why that cannot be told: it has a cell too many, or ends before that of the text."""
    if len(row) > len(heads) and any(cell.strip() for cell in row[len(heads) :]):
        return Fault(f"Line {line} has more cells than the header: a cell that holds the mark between cells must be in quotation marks.")
    cells = dict(zip(heads, row, strict=False))
    if len(row) < len(heads) and "text" in where and where["text"] not in cells:
        return Fault(f"Line {line} ends before the text of its note: a line break in a cell must be in quotation marks.")
    return {name: cells.get(head, "") for name, head in where.items()}
