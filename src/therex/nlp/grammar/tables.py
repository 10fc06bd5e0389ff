"""Tables of services in the text: which column a number stands under, and which of several days is this visit's."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from therex.catalog.files import resource
from therex.nlp.grammar.parser import Row
from therex.nlp.surface import stem

FILE = "grammar/tables.yaml"
CELL = frozenset({"‖", "|"})
DATED = frozenset({"date", "month_date", "score"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its head: where the head begins on its line, its place among the cells, and what it holds."""

    at: int
    end: int
    place: int
    holds: str


@cache
def _heads() -> dict[str, str]:
    data = resource(FILE)
    return {stem(str(word)): kind for kind in ("minutes", "units", "other", "days", "today") for word in data[kind]}


def lines(row: Row) -> Iterator[tuple[int, int]]:
    """The token ranges of the lines that hold anything."""
    start = 0
    for k, token in enumerate(row.tokens):
        if token.word == "\n":
            if k > start:
                yield start, k
            start = k + 1
    if start < len(row.tokens):
        yield start, len(row.tokens)


def _cells(row: Row, i: int, j: int) -> list[tuple[int, int]]:
    """The cells of a line: what stands between strokes or wide gaps."""
    out: list[tuple[int, int]] = []
    start = i
    for k in range(i, j + 1):
        if k == j or row.tokens[k].word in CELL:
            if k > start:
                out.append((start, k))
            start = k + 1
    return out


def read_columns(row: Row) -> dict[int, str]:
    """What the column of each number in a table of services holds: minutes, units, other, today or not_today, by token."""
    out: dict[int, str] = {}
    head: list[Column] = []
    below = -1
    for i, j in lines(row):
        if i > below + 1:
            # a blank line ends the table
            head = []
        below = j
        cells = _cells(row, i, j)
        columns = _head(row, i, j, cells)
        if columns:
            head = columns
            continue
        if not head or len(cells) < 2 or (any(c.holds == "not_today" for c in head) and _labeled(row, cells)):
            head = head if len(cells) >= 2 or _rule(row, i, j) else []
            continue
        base = row.tokens[i].start
        for n, (a, b) in enumerate(cells):
            column = _column(head, n, len(cells), row.tokens[a].start - base, row.tokens[b - 1].end - base, row)
            for k in range(a, b):
                if row.tokens[k].quantity is not None and column is not None:
                    out[k] = column.holds
    return out


def _labeled(row: Row, cells: list[tuple[int, int]]) -> bool:
    """Whether a line under columns of days is none of their rows: it tells units, or two of its cells have labels of their own."""
    own = 0
    for a, b in cells:
        kinds = [t.quantity.kind for t in row.tokens[a:b] if t.quantity is not None]
        if "units" in kinds:
            return True
        own += row.tokens[a].quantity is None and bool(kinds) and not row.tokens[a].code
    return own >= 2


def _rule(row: Row, i: int, j: int) -> bool:
    """Whether a line only rules off the head of a table."""
    return all(not any(c.isalnum() for c in t.word) and t.quantity is None for t in row.tokens[i:j])


def _head(row: Row, i: int, j: int, cells: list[tuple[int, int]]) -> list[Column]:
    """The columns that a line names, where it is the head of a table; empty where it is none."""
    if len(cells) < 2:
        return []
    base = row.tokens[i].start
    known = _heads()
    columns, named, dated = [], 0, 0
    today = -1
    for n, (a, b) in enumerate(cells):
        words = [t.word for t in row.tokens[a:b]]
        kinds = {known[w] for w in words if w in known}
        code = next((t.code for t in row.tokens[a:b] if t.code), "")
        day = _dated(row, a, b) or "days" in kinds
        if any(t.quantity is not None and t.quantity.kind not in DATED for t in row.tokens[a:b]):
            return []
        if "today" in kinds:
            today = n
        holds = next((k for k in ("units", "minutes", "other") if k in kinds), "")
        if code and holds != "units" and n:
            holds = f"code:{code}"
        named += bool(holds)
        if day or "today" in kinds:
            dated += 1
            holds = "not_today"
        columns.append(Column(row.tokens[a].start - base, row.tokens[b - 1].end - base, n, holds or "other"))
    if dated >= 2:
        days = [c for c in columns if c.holds == "not_today"]
        this = columns[today] if today >= 0 else days[-1]
        return [Column(c.at, c.end, c.place, "today" if c is this else c.holds) for c in columns]
    return columns if named >= 2 or (named == 1 and len(cells) <= 3) else []


def _dated(row: Row, a: int, b: int) -> bool:
    """Whether the cell of tokens `a` to `b` has a date that heads a column: a labelled one, as in `DOS: 3/1`, does not."""
    for token in row.tokens[a:b]:
        if token.word == ":":
            return False
        if token.quantity is not None and token.quantity.kind in DATED:
            return True
    return False


def _column(head: list[Column], n: int, cells: int, start: int, end: int, row: Row) -> Column | None:
    """The column of the cell in place `n`: by its place where every cell is there, else by what it stands under."""
    if cells == len(head):
        return head[n]
    under = head[bisect_right(head, start - 2, key=lambda c: c.end) : bisect_left(head, end + 2, key=lambda c: c.at)]
    return min(under, key=lambda c: abs((c.at + c.end) - (start + end))) if under else None


def other_days(row: Row) -> set[int]:
    """The tokens of a log's lines that begin with the date of another day, where one of its lines is today's or the latest."""
    found: list[tuple[int, int]] = []
    for i, j in lines(row):
        if _opens_a_day(row, i, j):
            found.append((i, j))
    if len(found) < 2:
        return set()
    spans = [(i, found[n + 1][0] if n + 1 < len(found) else j) for n, (i, j) in enumerate(found)]
    today = next((s for s in spans if any(t.word in ("today", "now", "this") for t in row.tokens[s[0] : s[1]][:8])), spans[-1])
    return {k for s in spans if s is not today for k in range(*s)}


def _opens_a_day(row: Row, i: int, j: int) -> bool:
    """Whether a line begins with a date, a weekday or `today`, as in a log or a table of days."""
    known = _heads()
    at = next((k for k in range(i, min(i + 4, j)) if known.get(row.tokens[k].word) == "days"), i)
    first, after = row.tokens[at], row.tokens[at + 1] if at + 1 < j else None
    if first.quantity is not None:
        return at == i and first.quantity.kind in DATED and (first.quantity.kind != "score" or _day(first.quantity.numbers))
    kind = known.get(first.word)
    separated = after is not None and (after.word in (":", "(", "-", "‖", "|", ",") or bool(after.code) or after.quantity is not None)
    return (kind == "days" and separated) or (at == i and kind == "today" and after is not None and after.word in ("‖", "|"))


def _day(numbers: tuple[float, ...]) -> bool:
    return len(numbers) == 2 and 1 <= numbers[0] <= 12 and 1 <= numbers[1] <= 31
