"""Rows of a Parquet file, a few at a time: what it holds once may be in many of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from therex.errors import NoteError
from therex.readers.limits import COLUMNS, GROWTH, MOST, Budget

# bytes that are unpacked together, rows that any file may have, and those that a byte may stand for where there are more
AT_ONCE, FEW, DENSE = 32_000_000, 100_000, 8


def heads_of(file: Any) -> list[str]:
    """The names of its columns.

    Raises
    ------
    NoteError
        There are more than are read.
    """
    names: list[str] = file.schema_arrow.names
    if len(names) > COLUMNS:
        raise NoteError("too_large", f"The Parquet file has more than {COLUMNS:,} columns.")
    return names


def rows_of(file: Any, heads: list[str], size: int, largest: int) -> Iterator[dict[str, Any]]:
    """The rows with the values of some columns, and an error for a value that cannot be read.

    Parameters
    ----------
    file
        A `pyarrow.parquet.ParquetFile`.
    size
        Its bytes.
    largest
        The longest row, in characters.

    Raises
    ------
    NoteError
        ``too_large`` where the rows unpack to more than is allowed; ``not_text`` where a group ends before its last row.
    """
    at_once = _rows_at_once(file.metadata, frozenset(heads), size, largest)
    for g in range(file.num_row_groups):
        done, count = 0, file.metadata.row_group(g).num_rows
        for row in _group(file, g, heads, at_once):
            done += 1
            yield row
        if done != count:
            raise NoteError("not_text", f"The Parquet file is damaged: group {g + 1} does not have the rows that it says.")


def _rows_at_once(metadata: Any, wanted: frozenset[str], size: int, largest: int) -> int:
    """How many rows are unpacked together, each of which may be as long as a text that the file holds once.

    Raises
    ------
    NoteError
        ``too_large`` where they unpack to more than is allowed, or are more than a file of this size may hold.
    """
    rows, longest, budget = 0, 1, Budget(size)
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        rows += group.num_rows
        if rows > max(FEW, DENSE * size):
            raise NoteError("too_large", f"The Parquet file has more rows than a file of {size:,} bytes may hold.")
        for c in range(group.num_columns):
            column = group.column(c)
            if column.path_in_schema not in wanted:
                continue
            whole, packed = column.total_uncompressed_size, column.total_compressed_size
            much = whole > MOST and whole > GROWTH * max(packed, 1)
            if whole // max(group.num_rows, 1) > largest or much or not budget.take(whole):
                raise NoteError("too_large", f"Rows of group {g + 1} of the Parquet file unpack to more than is allowed.")
            longest = max(longest, whole)
    return max(1, min(512, AT_ONCE // longest))


def _group(file: Any, g: int, heads: list[str], at_once: int) -> Iterator[dict[str, Any]]:
    """The rows of a group. Lists and structures are not unpacked, for one may hold a text without end."""
    from pyarrow import types

    fields = {head: file.schema_arrow.field(head).type for head in heads}
    # in batches, a column that Arrow holds as a dictionary would bring all of it with each
    listed = [head for head, kind in fields.items() if types.is_dictionary(kind)]
    plain = [head for head, kind in fields.items() if not types.is_dictionary(kind) and not types.is_nested(kind)]
    told = NoteError("not_text", "The column has lists or structures, not text.")
    blank: dict[str, Any] = {head: told for head, kind in fields.items() if types.is_nested(kind)}
    table = file.read_row_group(g, columns=listed) if listed else None
    held = {head: table.column(head) for head in listed} if table is not None else {}
    if not plain:
        count = len(table) if table is not None else file.metadata.row_group(g).num_rows
        for i in range(count):
            yield blank | {head: _value(column[i]) for head, column in held.items()}
        return
    done = 0
    for batch in file.iter_batches(at_once, row_groups=[g], columns=plain):
        columns = {head: batch.column(head) for head in plain}
        for i in range(batch.num_rows):
            if table is not None and done >= len(table):
                return
            cells = {head: _value(column[i]) for head, column in columns.items()}
            yield blank | cells | {head: _value(column[done]) for head, column in held.items()}
            done += 1


def _value(scalar: Any) -> Any:
    """A cell; the bytes of text that is not UTF-8."""
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        text = getattr(scalar, "value", scalar)
        return text.as_buffer().to_pybytes()
    except (ValueError, OverflowError) as error:
        return NoteError("not_text", f"The cell cannot be read ({type(error).__name__}).")
