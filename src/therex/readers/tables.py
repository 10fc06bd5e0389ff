"""Tables of notes: CSV, TSV, Excel, Parquet and JSON Lines, one note a row, read row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from itertools import chain, islice
from math import isnan
from typing import Any

from therex.errors import InputError, NoteError
from therex.readers.columns import MORE, locate
from therex.readers.columns import NAMES as NAMES
from therex.readers.delimited import Fault, delimited, named
from therex.readers.documents import Document
from therex.readers.text import decode, decoded_lines, json_of

OPTIONAL = frozenset(("patient", "date", "id", "author", "type"))
FLAG = "--columns"
# how many first objects of JSON Lines show the columns, and how many forms of objects are remembered
FORMS = 100
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


def _cells(values: Mapping[str, Any], where: Mapping[str, str], place: str) -> dict[str, str]:
    """The cells of a row by name; `place` is what an error calls the row.

    Raises
    ------
    NoteError
        A cell holds a list or another structure, or bytes that are no text.
    """
    told = {}
    for name, head in where.items():
        try:
            told[name] = _cell(values.get(head))
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
        raise NoteError("not_text", "A list or a structure, not text.")
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
    head = document.head()
    with document.open() as raw:
        lines = enumerate(decoded_lines(raw, head), 1)
        n, first = next(((n, line) for n, line in lines if line.strip()), (1, ""))
        if first.lstrip().startswith("["):
            try:
                listed = json.loads(first + "".join(line for _, line in lines))
            except (ValueError, RecursionError):
                raise NoteError("not_text", "The list of notes is no JSON.", document.name) from None
            yield from _objects(document, enumerate(map(json.dumps, listed), 1), own)
        else:
            yield from _objects(document, chain([(n, first)], lines), own)


def _objects(document: Document, lines: Iterator[tuple[int, str]], own: Mapping[str, str]) -> Iterator[Row | NoteError]:
    """The rows of lines of JSON; each may have keys of its own, and the first ones together show whether these are notes at all."""
    rows = (_object(line, n, document.name) for n, line in lines if line.strip())
    first = list(islice(rows, FORMS))
    heads = {key.strip().lower(): key for found in first if not isinstance(found, NoteError) for key in found[1]}
    if heads:
        locate(list(heads.values()), FLAG, NAMES, own, OPTIONAL)
    places: dict[tuple[str, ...], dict[str, str]] = {}
    for found in chain(first, rows):
        if isinstance(found, NoteError):
            yield found
            continue
        n, row = found
        keys = tuple(row)
        try:
            if keys not in places:
                if len(places) >= FORMS:
                    places.clear()
                places[keys] = _located(keys, own)
            yield n, _cells(row, places[keys], f"Line {n}")
        except NoteError as error:
            yield NoteError(error.code, error.message, f"{document.name}:{n}")
        except InputError as error:
            yield NoteError("not_text", f"Line {n}: {error}", f"{document.name}:{n}")


def _object(line: str, n: int, name: str) -> tuple[int, dict[str, Any]] | NoteError:
    try:
        row = json_of(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        return NoteError("not_text", f"Line {n} is no JSON object, or gives a key twice.", f"{name}:{n}")
    if "resourceType" in row:
        return NoteError(
            "not_text", f"Line {n} is a FHIR resource among rows, or its resourceType comes late: put resourceType first.", f"{name}:{n}"
        )
    return n, row


def _located(keys: tuple[str, ...], own: Mapping[str, str]) -> dict[str, str]:
    """Where the cells of one object are; a key that the user names may be absent from it, but for that of the text."""
    here = {key.strip().lower() for key in keys}
    absent = [head for name, head in own.items() if name != "text" and head.strip().lower() not in here]
    return locate([*keys, *dict.fromkeys(absent)], FLAG, NAMES, own, OPTIONAL)


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
                told = _cells(dict(zip(heads, row, strict=False)), where, f"Row {n}")
                if any(cell.strip() for cell in told.values()):
                    yield n, told
            for k, other in enumerate(book.worksheets, 1):
                if other is not sheet and _named(other, own):
                    told_of = f"Sheet {k} has a column of notes too, and one sheet is read: save it as a file of its own."
                    yield NoteError("not_text", told_of, f"{document.name}:sheet {k}")
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
                for row in _listed(batch):
                    n += 1
                    try:
                        yield n, _cells(row, where, f"Row {n}")
                    except NoteError as error:
                        yield NoteError(error.code, error.message, f"{document.name}:{n}")
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError, OSError) as error:
        raise NoteError("not_text", f"The Parquet file is damaged ({type(error).__name__}).", document.name) from None


def _listed(batch: Any) -> list[dict[str, Any]]:
    """The rows of a batch; where one holds text that is no UTF-8, all text as bytes."""
    import pyarrow

    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except UnicodeDecodeError:
        binary = pyarrow.large_binary()
        texts = (pyarrow.string(), pyarrow.large_string())
        columns = [c.cast(binary) if c.type in texts else c for c in batch.columns]
        rows = pyarrow.RecordBatch.from_arrays(columns, names=batch.schema.names).to_pylist()
    return rows
