"""Tables with a header: which column is which, by its usual names or a user's map, and rows with their line numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from therex.errors import InputError
from therex.readers.limits import read_small

# what goes before the name of a column that is kept beside those of `names`
MORE = "more:"
Names = Mapping[str, tuple[str, ...]]
# rows are kept short where they are read; a field has no limit of its own
csv.field_size_limit(2**31 - 1)


def read_rows(
    path: Path, flag: str, names: Names, own: Mapping[str, str], optional: frozenset[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV or TSV file as line number and cells by the names of `names`; cells of columns that are not there are left out.

    Parameters
    ----------
    names
        What each column may be called, in small letters.
    own
        The user's own names, which go before `names`.
    optional
        The columns that may be missing.

    Raises
    ------
    InputError
        The file cannot be read, or lacks a column; the message names the flag, never what is in the file.
    """
    data = read_small(path, flag)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    where = locate(list(rows.fieldnames or ()), flag, names, own, optional)
    for row in rows:
        told = {name: str(row.get(head) or "") for name, head in where.items()}
        if any(cell.strip() for cell in told.values()):
            yield rows.line_num, told


def locate(heads: list[str], flag: str, names: Names, own: Mapping[str, str], optional: frozenset[str]) -> dict[str, str]:
    """The heads of a table by the names of `names`.

    Raises
    ------
    InputError
        A column is missing that is not optional, or one that the user names.
    """
    plain = {str(h).strip().lower(): h for h in heads}
    where = {}
    for name, known in names.items():
        told = own.get(name)
        found = plain.get(told.strip().lower()) if told else next((plain[k] for k in known if k in plain), None)
        if found is not None:
            where[name] = found
        elif told or name not in optional:
            raise InputError(
                f"{flag}: no column for {name}: want {'the one named' if told else ', '.join(known)}; {flag if flag == '--columns' else f'{flag}-columns'} maps another"
            )
    for name, told in own.items():
        if name.startswith(MORE):
            head = plain.get(told.strip().lower())
            if head is None:
                raise InputError("--by, --group, --only, --exclude, --amount: the table lacks a column of that name")
            where[name] = head
    return where


def parse_columns(value: str | None, flag: str, names: Names) -> dict[str, str]:
    """``note=Doc,code=CPT`` as a map.

    Raises
    ------
    InputError
        A name is none of `names`.
    """
    out = {}
    for part in (value or "").split(","):
        if not part.strip():
            continue
        name, equals, column = part.partition("=")
        if not equals or name.strip() not in names or not column.strip():
            raise InputError(f"{flag}: want NAME=COLUMN with a name of {', '.join(names)}")
        out[name.strip()] = column.strip()
    return out
