"""CSV and TSV row by row: a row that cannot be read whole is a fault of its own, with the lines that it takes up, and the rest goes on."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from therex.readers.text import decoded_lines

# how much of a file tells its encoding and the mark between its cells, in bytes; the longest cell, in characters
HEAD, LONGEST_CELL = 65_536, 50_000_000
csv.field_size_limit(LONGEST_CELL)
# how often the lines behind a quotation mark that nothing closes are read again as rows, and how many lines at most
TAKEN_BACK, HELD = 3, 200_000


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row could not be read, without what is in it; `code` is that of the error record."""

    told: str
    code: str = "not_text"


def delimited(raw: BinaryIO, head: bytes, marks: str) -> Iterator[tuple[int, list[str] | Fault]]:
    """The rows of a table, its header first, each with the number of its first line.

    After a fault the rows go on where one has as many cells as the header.

    Parameters
    ----------
    raw
        The file at its start.
    head
        Its first bytes.
    marks
        What may part two cells; the one that comes most often in the first line does.
    """
    lines = _Lines(decoded_lines(raw, head))
    mark = max(marks, key=lines.first().count)
    width = 0
    fault: tuple[int, int, str, str] | None = None
    for begins, row in _rows(lines, mark):
        if isinstance(row, Fault):
            fault = (fault[0] if fault else begins, lines.number, fault[2] if fault else row.told, fault[3] if fault else row.code)
        elif fault and len(row) != width:
            fault = (fault[0], lines.number, *fault[2:])
        elif row:
            if fault:
                yield fault[0], _of_lines(*fault)
                fault = None
            width = width or len(row)
            yield begins, row
    if fault:
        yield fault[0], _of_lines(*fault)


def _of_lines(first: int, last: int, told: str, code: str) -> Fault:
    return Fault(f"{'Line' if first == last else 'Lines'} {first if first == last else f'{first} to {last}'} cannot be read: {told}", code)


def _rows(lines: _Lines, mark: str) -> Iterator[tuple[int, list[str] | Fault]]:
    """Rows as they are parsed, strictly, so that a quotation mark in the wrong place changes no text unseen."""
    rows = csv.reader(lines, delimiter=mark, strict=True)
    again = 0
    while True:
        begins = lines.start()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            if lines.size > LONGEST_CELL:
                lines.leave_cell()
                yield (
                    begins,
                    Fault(f"a cell of more than {LONGEST_CELL:,} characters, or a quotation mark that is not closed.", "too_large"),
                )
            elif lines.ended and lines.number > begins and again < TAKEN_BACK and lines.take_back():
                again += 1
                yield begins, Fault("a quotation mark is not closed.")
            else:
                yield begins, Fault("a quotation mark is not closed, or one in quoted text is not doubled.")
            rows = csv.reader(lines, delimiter=mark, strict=True)
        else:
            yield begins, row


@dataclass(slots=True)
class _Lines:
    """Lines with their number, those of the row in hand held until it is whole, unless there are too many."""

    source: Iterator[str]
    number: int = 0
    ended: bool = False
    size: int = 0
    marks: int = 0
    held: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self.waiting.pop() if self.waiting else next(self.source)
        except StopIteration:
            self.ended = True
            raise
        self.number += 1
        self.size += len(line)
        self.marks += line.count('"')
        if len(self.held) < HELD:
            self.held.append(line)
        return line

    def first(self) -> str:
        """The first line, which is read again after."""
        line = next(self.source, "")
        self.waiting = [line] if line else []
        return line

    def start(self) -> int:
        """The number of the line at which the next row begins."""
        self.held, self.size, self.marks = [], 0, 0
        return self.number + 1

    def leave_cell(self) -> None:
        """Go on to the line that closes the quoted cell in hand, as far as quotation marks tell."""
        self.held = []
        while self.marks % 2:
            try:
                next(self)
            except StopIteration:
                return
            self.held.clear()

    def take_back(self) -> bool:
        """Let the lines of the row in hand, all but its first, come again; False where they are not all held."""
        if len(self.held) == HELD:
            return False
        self.waiting = [*reversed(self.held[1:]), *self.waiting]
        self.number -= len(self.held) - 1
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
