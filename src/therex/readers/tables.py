"""Tables of notes: CSV, TSV, Excel, Parquet and JSON Lines, one note a row, read row by row."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, time
from itertools import islice
from math import isnan
from typing import Any

from therex.errors import InputError, NoteError
from therex.readers.columns import MORE, locate
from therex.readers.columns import NAMES as NAMES
from therex.readers.delimited import Fault, delimited, named
from therex.readers.documents import Document
from therex.readers.json_list import elements
from therex.readers.limits import ELEMENTS, LARGEST, Budget, Lines, many_brackets
from therex.readers.text import TextStream, decode, json_of

OPTIONAL = frozenset(("patient", "date", "id", "author", "type"))
FLAG = "--columns"
# how many first objects of JSON show the columns, and how many forms of objects are remembered
FORMS = 100
Row = tuple[int, dict[str, str]]
# its number, what an error calls its place, and itself
Object = tuple[int, str, dict[str, Any]]


def read_table(document: Document, kind: str, own: Mapping[str, str], largest: int = LARGEST) -> Iterator[Row | NoteError]:
    """Rows as place (from 1) and cells by name; a row that cannot be read is an error of its own.

    Parameters
    ----------
    largest
        The longest row, in characters; the table itself may be of any length.

    Raises
    ------
    InputError
        A column that is needed is missing.
    NoteError
        The table cannot be read at all.
    """
    yield from {"table": _delimited, "jsonl": _json_lines, "xlsx": _excel, "parquet": _parquet}[kind](document, own, largest)


def _cells(values: Mapping[str, Any], where: Mapping[str, str], place: str) -> dict[str, str]:
    """The cells of a row by name; `place` is what an error calls the row.

    Raises
    ------
    NoteError
        A cell holds a list or another structure, or bytes that are not text.
    """
    told = {}
    for name, head in where.items():
        try:
            value = values.get(head)
            if isinstance(value, NoteError):
                raise value
            told[name] = _cell(value)
        except NoteError as error:
            column = "a further column" if name.startswith(MORE) else f"the column for {name}"
            raise NoteError(error.code, f"{place}, {column}: {error.message}") from None
    return told


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, datetime):
        return (value if value.time() != time() else value.date()).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return decode(value)
    if isinstance(value, (Mapping, list, tuple)):
        raise NoteError("not_text", "The cell is a list or a structure, not text.")
    return str(value)


def _delimited(document: Document, own: Mapping[str, str], largest: int) -> Iterator[Row | NoteError]:
    head = document.head()
    with document.open() as raw:
        rows = delimited(raw, head, "\t,;|", largest)
        heads = next(rows, (1, []))[1]
        if isinstance(heads, Fault):
            raise NoteError(heads.code, f"The header of the table: {heads.told}", document.name)
        where = locate(heads, FLAG, NAMES, own, OPTIONAL)
        for n, (line, row) in enumerate(rows, 1):
            told = row if isinstance(row, Fault) else named(row, heads, where, line)
            if isinstance(told, Fault):
                yield NoteError(told.code, told.told, f"{document.name}:{n}")
            elif any(cell.strip() for cell in told.values()):
                yield n, told


def _json_lines(document: Document, own: Mapping[str, str], largest: int) -> Iterator[Row | NoteError]:
    """The rows of JSON, lines or a list; each may have keys of its own, and the first ones together show whether these are notes at all."""
    with closing(_objects(document, largest)) as rows:
        _look_ahead(rows, own)
    places: dict[tuple[str, ...], dict[str, str]] = {}
    for found in _objects(document, largest):
        if isinstance(found, NoteError):
            yield found
            continue
        n, place, row = found
        keys = tuple(row)
        try:
            if keys not in places:
                if len(places) >= FORMS:
                    places.clear()
                places[keys] = _located(keys, own)
            yield n, _cells(row, places[keys], place)
        except NoteError as error:
            yield NoteError(error.code, error.message, f"{document.name}:{n}")
        except InputError as error:
            yield NoteError("not_text", f"{place}: {error}", f"{document.name}:{n}")


def _look_ahead(rows: Iterator[Object | NoteError], own: Mapping[str, str]) -> None:
    """Read the first objects, until they have the columns that are needed; they are not held, for each may be long.

    Raises
    ------
    InputError
        They lack one.
    """
    heads: dict[str, str] = {}
    missing: InputError | None = None
    for found in islice(rows, FORMS):
        if isinstance(found, NoteError):
            continue
        heads |= {key.strip().lower(): key for key in found[2]}
        try:
            locate(list(heads.values()), FLAG, NAMES, own, OPTIONAL)
        except InputError as error:
            missing = error
        else:
            return
    if missing:
        raise missing


def _objects(document: Document, largest: int) -> Generator[Object | NoteError, None, None]:
    """The objects of JSON with their numbers and what an error calls their places; what is not one is an error of its own."""
    head = document.head()
    listed = TextStream(io.BytesIO(head), head).read(len(head)).lstrip().startswith("[")
    with document.open() as raw:
        stream = TextStream(raw, head)
        while listed and stream.read(1) != "[":
            pass
        for n, row in enumerate(elements(stream, largest) if listed else _lines_of(stream, largest), 1):
            place = f"{'Row' if listed else 'Line'} {n}"
            if row is _BLANK:
                continue
            if isinstance(row, NoteError):
                yield NoteError(row.code, f"{place} {row.message}.", f"{document.name}:{n}")
            elif not isinstance(row, dict):
                yield NoteError("not_text", f"{place} is not a JSON object.", f"{document.name}:{n}")
            elif "resourceType" in row:
                told = f"{place} is a FHIR resource among rows, or its resourceType comes late: put resourceType first."
                yield NoteError("not_text", told, f"{document.name}:{n}")
            else:
                yield n, place, row


_BLANK = object()


def _lines_of(stream: TextStream, largest: int) -> Iterator[Any]:
    """What each line holds; `_BLANK` for a blank line."""
    lines = Lines(stream, largest)
    while True:
        lines.begin(largest)
        try:
            line = next(lines)
        except StopIteration:
            return
        except NoteError as error:
            yield error
        else:
            yield _value(line) if line.strip() else _BLANK


def _value(line: str) -> Any:
    if many_brackets(line):
        return NoteError("too_large", f"has more than {ELEMENTS:,} lists and objects")
    try:
        return json_of(line)
    except ValueError:
        return NoteError("not_text", "is not a JSON object, or has the same key twice")


def _located(keys: tuple[str, ...], own: Mapping[str, str]) -> dict[str, str]:
    """Where the cells of one object are; a key that the user names may be absent from it, but for that of the text."""
    here = {key.strip().lower() for key in keys}
    absent = [head for name, head in own.items() if name != "text" and head.strip().lower() not in here]
    return locate([*keys, *dict.fromkeys(absent)], FLAG, NAMES, own, OPTIONAL)


def _excel(document: Document, own: Mapping[str, str], largest: int) -> Iterator[Row | NoteError]:
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    from therex.readers.office import guard

    try:
        with document.open() as raw, zipfile.ZipFile(raw) as archive:
            guard(archive, sheets=True)
        with document.open() as raw:
            book = openpyxl.load_workbook(raw, read_only=True, data_only=True)
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what a sheet tells of its own size is not believed
            sheet = next((s for s in book.worksheets if _named(s, own)), book.worksheets[0])
            rows = sheet.iter_rows(values_only=True)
            heads = [str(h) if h is not None else "" for h in next(rows, ())]
            where = locate(heads, FLAG, NAMES, own, OPTIONAL)
            budget = document.budget()
            for n, row in enumerate(rows, 1):
                told = _cells(dict(zip(heads, row, strict=False)), where, f"Row {n}")
                if any(cell.strip() for cell in told.values()):
                    yield _bounded(told, n, document, largest, budget)
            for k, other in enumerate(book.worksheets, 1):
                if other is not sheet and _named(other, own):
                    told_of = f"Sheet {k} also has a column of notes, and only one sheet is read: save it as a separate file."
                    yield NoteError("not_text", told_of, f"{document.name}:sheet {k}")
            book.close()
    except NoteError as error:
        raise NoteError(error.code, error.message, document.name) from None
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise NoteError("not_text", f"The workbook is damaged ({type(error).__name__}).", document.name) from None


def _bounded(told: dict[str, str], n: int, document: Document, largest: int, budget: Budget) -> Row | NoteError:
    """A row, if it is no longer than is allowed.

    Raises
    ------
    NoteError
        The rows up to it are, together: a text that the file holds once may be in many of them.
    """
    size = sum(map(len, told.values()))
    if not budget.take(size):
        raise NoteError("too_large", f"The rows of the table up to row {n} unpack to more than is allowed: the rest is not read.")
    if size > largest:
        return NoteError("too_large", f"Row {n} is longer than {largest:,} characters.", f"{document.name}:{n}")
    return n, told


def _named(sheet: Any, own: Mapping[str, str]) -> bool:
    """Whether a sheet has the column of texts."""
    first = next(sheet.iter_rows(max_row=1, values_only=True), ())
    try:
        locate([str(h) for h in first if h is not None], FLAG, NAMES, own, OPTIONAL)
    except InputError:
        return False
    return True


def _parquet(document: Document, own: Mapping[str, str], largest: int) -> Iterator[Row | NoteError]:
    try:
        import pyarrow.parquet
    except ImportError:
        raise InputError("Parquet requires the package pyarrow: pip install 'therex[parquet]'") from None
    import pyarrow

    from therex.readers.parquet import heads_of, rows_of

    try:
        with document.open() as raw:
            size = raw.seek(0, io.SEEK_END)
            table = pyarrow.parquet.ParquetFile(raw)
            where = locate(heads_of(table), FLAG, NAMES, own, OPTIONAL)
            budget = document.budget()
            for n, row in enumerate(rows_of(table, list(dict.fromkeys(where.values())), size, largest), 1):
                try:
                    told = _cells(row, where, f"Row {n}")
                except NoteError as error:
                    yield NoteError(error.code, error.message, f"{document.name}:{n}")
                else:
                    yield _bounded(told, n, document, largest, budget)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError, OSError) as error:
        raise NoteError("not_text", f"The Parquet file is damaged ({type(error).__name__}).", document.name) from None
