"""Tables of notes: CSV, TSV, Excel, Parquet and JSON Lines, one note a row, read row by row."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from therex.errors import InputError, NoteError
from therex.readers.columns import locate
from therex.readers.documents import Document
from therex.readers.json_list import elements
from therex.readers.limits import COLUMNS, ELEMENTS, GROWTH, HEADS, LARGEST, MOST, Lines, many_brackets
from therex.readers.text import encoding_of

NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "note", "note_text", "note text", "body", "content", "narrative", "document", "documentation"),
    "patient": ("patient", "patient_id", "patient id", "patientid", "patient_name", "mrn", "account", "member"),
    "date": (
        "date",
        "dos",
        "date_of_service",
        "date of service",
        "service_date",
        "service date",
        "visit_date",
        "visit date",
        "note_date",
        "note date",
    ),
    "id": ("id", "note_id", "note id", "noteid", "document_id", "document id", "encounter", "encounter_id"),
    "author": ("author", "provider", "therapist", "clinician", "signed_by", "provider_name"),
    "type": ("type", "note_type", "note type", "document_type", "document type", "kind"),
}
OPTIONAL = frozenset(("patient", "date", "id", "author", "type"))
FLAG = "--columns"
# bytes of a Parquet file that are unpacked together
AT_ONCE = 32_000_000
Row = tuple[int, dict[str, str]]


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


def _placed(error: NoteError, what: str, n: int, document: Document) -> NoteError:
    """The error of a row, which tells what is wrong with it, as one that tells its place too."""
    return NoteError(error.code, f"{what} {n} {error.message}.", f"{document.name}:{n}")


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


def _delimited(document: Document, own: Mapping[str, str], largest: int) -> Iterator[Row | NoteError]:
    head = document.head()
    encoding = encoding_of(head)
    with document.open() as raw:
        stream = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
        first = codecs.decode(head, encoding, "replace").partition("\n")[0]
        mark = max("\t,;|", key=first.count)
        lines = Lines(stream, HEADS, mark)
        rows = csv.DictReader(lines, delimiter=mark)
        try:
            where = locate(_heads(rows, document), FLAG, NAMES, own, OPTIONAL)
            for n, row in enumerate(_one_by_one(rows, lines, largest), 1):
                if isinstance(row, NoteError):
                    yield _placed(row, "Row", n, document)
                    continue
                told = _cells(row, where)
                if any(cell.strip() for cell in told.values()):
                    yield n, told
        except csv.Error as error:
            raise NoteError("not_text", f"The table is damaged ({type(error).__name__}).", document.name) from None


def _heads(rows: csv.DictReader[str], document: Document) -> list[str]:
    try:
        heads = list(rows.fieldnames or ())
    except NoteError as error:
        raise NoteError("too_large", f"The first line of the table {error.message}.", document.name) from None
    if len(heads) > COLUMNS:
        raise NoteError("too_large", f"The table has more than {COLUMNS:,} columns.", document.name)
    return heads


def _one_by_one(rows: Iterator[dict[str, str]], lines: Lines, largest: int) -> Iterator[dict[str, str] | NoteError]:
    """The rows of a table; an error for one that is too long, after which the line that follows begins the next."""
    while True:
        lines.begin(largest)
        try:
            yield next(rows)
        except StopIteration:
            return
        except NoteError as error:
            yield error


def _json_lines(document: Document, own: Mapping[str, str], largest: int) -> Iterator[Row | NoteError]:
    encoding = encoding_of(document.head())
    where: dict[str, str] = {}
    with document.open() as raw:
        stream = io.TextIOWrapper(raw, encoding=encoding, errors="replace")
        start = stream.read(1)
        while start.isspace():
            start = stream.read(1)
        listed = start == "["
        for n, row in enumerate(elements(stream, largest) if listed else _lines_of(start, stream, largest), 1):
            if isinstance(row, NoteError):
                yield _placed(row, "Row" if listed else "Line", n, document)
            elif isinstance(row, dict):
                where = where or locate(list(row), FLAG, NAMES, own, OPTIONAL)
                yield n, _cells(row, where)
            elif row is not _BLANK:
                yield _placed(NoteError("not_text", "is no JSON object"), "Row" if listed else "Line", n, document)


_BLANK = object()


def _lines_of(start: str, stream: io.TextIOWrapper, largest: int) -> Iterator[Any]:
    """What each line holds, the first after the character that was read already; `_BLANK` for a blank line."""
    lines = Lines(stream, largest)
    while True:
        lines.begin(largest)
        try:
            line = start + next(lines)
        except StopIteration:
            if start:
                yield _value(start)
            return
        except NoteError as error:
            yield error
        else:
            yield _value(line) if line.strip() else _BLANK
        start = ""


def _value(line: str) -> Any:
    if many_brackets(line):
        return NoteError("too_large", f"holds more than {ELEMENTS:,} lists and objects")
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return NoteError("not_text", "is no JSON object")


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
            for n, row in enumerate(rows, 1):
                if row:
                    yield from _checked(_cells(dict(zip(heads, row, strict=False)), where), n, document, largest)
            book.close()
    except NoteError as error:
        raise NoteError(error.code, error.message, document.name) from None
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise NoteError("not_text", f"The workbook is damaged ({type(error).__name__}).", document.name) from None


def _checked(told: dict[str, str], n: int, document: Document, largest: int) -> Iterator[Row | NoteError]:
    """A row that holds something, if it is no longer than is allowed."""
    if sum(map(len, told.values())) > largest:
        yield _placed(NoteError("too_large", f"is longer than {largest:,} characters"), "Row", n, document)
    elif any(cell.strip() for cell in told.values()):
        yield n, told


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
        raise InputError("Parquet wants the package pyarrow: pip install 'therex[parquet]'") from None
    import pyarrow

    try:
        with document.open() as raw:
            table = pyarrow.parquet.ParquetFile(raw)
            where = locate(table.schema_arrow.names, FLAG, NAMES, own, OPTIONAL)
            at_once = _rows_at_once(table.metadata, frozenset(where.values()), document, largest)
            n = 0
            for batch in table.iter_batches(batch_size=at_once, columns=list(where.values())):
                for row in batch.to_pylist():
                    n += 1
                    told = _cells(row, where)
                    if sum(map(len, told.values())) > largest:
                        yield _placed(NoteError("too_large", f"is longer than {largest:,} characters"), "Row", n, document)
                    else:
                        yield n, told
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError, OSError) as error:
        raise NoteError("not_text", f"The Parquet file is damaged ({type(error).__name__}).", document.name) from None


def _rows_at_once(metadata: Any, wanted: frozenset[str], document: Document, largest: int) -> int:
    """How many rows of a Parquet file are unpacked together: few where they are long.

    Raises
    ------
    NoteError
        ``too_large`` where the rows of a group unpack to more than is allowed.
    """
    longest = 1
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        for c in range(group.num_columns):
            column = group.column(c)
            if column.path_in_schema.partition(".")[0] not in wanted:
                continue
            size, each = column.total_uncompressed_size, column.total_uncompressed_size // max(group.num_rows, 1)
            if each > largest or (size > MOST and size > GROWTH * max(column.total_compressed_size, 1)):
                raise NoteError("too_large", f"Rows of group {g + 1} of the Parquet file unpack to more than is allowed.", document.name)
            longest = max(longest, each)
    return max(1, min(512, AT_ONCE // longest))
