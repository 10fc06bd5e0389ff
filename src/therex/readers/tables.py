"""Tables of notes: CSV, TSV, Excel, Parquet and JSON Lines, one note a row, read row by row."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from therex.errors import InputError, NoteError
from therex.readers.columns import NAMES as NAMES
from therex.readers.columns import locate
from therex.readers.delimited import Fault, delimited, named
from therex.readers.documents import Document
from therex.readers.text import encoding_of

OPTIONAL = frozenset(("patient", "date", "id", "author", "type"))
FLAG = "--columns"
Row = tuple[int, dict[str, str]]


def read_table(document: Document, kind: str, own: Mapping[str, str]) -> Iterator[Row | NoteError]:
    """Rows as place (from 1) and cells by name; a row that cannot be read is an error of its own.

    Raises
    ------
    InputError
        A column that is needed is missing.
    NoteError
        The table cannot be read at all.
    """
    yield from {"table": _delimited, "jsonl": _json_lines, "xlsx": _excel, "parquet": _parquet}[kind](document, own)


def _cells(values: Mapping[str, Any], where: Mapping[str, str]) -> dict[str, str]:
    return {name: _cell(values.get(head)) for name, head in where.items()}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _delimited(document: Document, own: Mapping[str, str]) -> Iterator[Row | NoteError]:
    head = document.head()
    with document.open() as raw:
        rows = delimited(raw, head, "\t,;|")
        heads = next(rows, (1, []))[1]
        if isinstance(heads, Fault):
            raise NoteError(heads.code, f"The header of the table: {heads.told}", document.name)
        where = locate(heads, FLAG, NAMES, own, OPTIONAL)
        for n, (line, row) in enumerate(rows, 1):
            told = row if isinstance(row, Fault) else named(row, heads, where, line)
            if isinstance(told, Fault):
                yield NoteError(told.code, told.told, f"{document.name}:{n}")
            elif any(cell.strip() for cell in told.values()):
                yield n, {name: _cell(cell) for name, cell in told.items()}


def _json_lines(document: Document, own: Mapping[str, str]) -> Iterator[Row | NoteError]:
    encoding = encoding_of(document.head())
    where: dict[str, str] = {}
    with document.open() as raw:
        stream = io.TextIOWrapper(raw, encoding=encoding, errors="replace")
        start = stream.read(1)
        while start.isspace():
            start = stream.read(1)
        if start == "[":
            try:
                lines: Any = (json.dumps(x) for x in json.loads("[" + stream.read()))
            except (ValueError, RecursionError):
                raise NoteError("not_text", "The list of notes is no JSON.", document.name) from None
        else:
            lines = _rejoined(start, stream)
        for n, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                yield NoteError("not_text", f"Line {n} is no JSON object.", f"{document.name}:{n}")
                continue
            where = where or locate(list(row), FLAG, NAMES, own, OPTIONAL)
            yield n, _cells(row, where)


def _rejoined(start: str, stream: io.TextIOWrapper) -> Iterator[str]:
    first = stream.readline()
    yield start + first
    yield from stream


def _excel(document: Document, own: Mapping[str, str]) -> Iterator[Row | NoteError]:
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    from therex.readers.office import guard

    try:
        with document.open() as raw, zipfile.ZipFile(raw) as archive:
            guard(archive)
        with document.open() as raw:
            book = openpyxl.load_workbook(raw, read_only=True, data_only=True)
            sheet = next((s for s in book.worksheets if _named(s, own)), book.worksheets[0])
            rows = sheet.iter_rows(values_only=True)
            heads = [str(h) if h is not None else "" for h in next(rows, ())]
            where = locate(heads, FLAG, NAMES, own, OPTIONAL)
            for n, row in enumerate(rows, 1):
                told = _cells(dict(zip(heads, row, strict=False)), where)
                if any(cell.strip() for cell in told.values()):
                    yield n, told
            book.close()
    except NoteError as error:
        raise NoteError(error.code, error.message, document.name) from None
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise NoteError("not_text", f"The workbook is damaged ({type(error).__name__}).", document.name) from None


def _named(sheet: Any, own: Mapping[str, str]) -> bool:
    """Whether a sheet has the column of texts."""
    first = next(sheet.iter_rows(max_row=1, values_only=True), ())
    try:
        locate([str(h) for h in first if h is not None], FLAG, NAMES, own, OPTIONAL)
    except InputError:
        return False
    return True


def _parquet(document: Document, own: Mapping[str, str]) -> Iterator[Row | NoteError]:
    try:
        import pyarrow.parquet
    except ImportError:
        raise InputError("Parquet wants the package pyarrow: pip install 'therex[parquet]'") from None
    import pyarrow

    try:
        with document.open() as raw:
            table = pyarrow.parquet.ParquetFile(raw)
            where = locate(table.schema_arrow.names, FLAG, NAMES, own, OPTIONAL)
            n = 0
            for batch in table.iter_batches(batch_size=512, columns=list(where.values())):
                for row in batch.to_pylist():
                    n += 1
                    yield n, _cells(row, where)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError, OSError) as error:
        raise NoteError("not_text", f"The Parquet file is damaged ({type(error).__name__}).", document.name) from None
