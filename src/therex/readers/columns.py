"""Tables with a header: which column is which, by its usual names or a user's map, and rows with their line numbers."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from therex.errors import InputError
from therex.readers.delimited import HEAD, Fault, delimited, named
from therex.readers.limits import LARGEST, read_small

# what goes before the name of a column that is kept beside those of `names`
MORE = "more:"
Names = Mapping[str, tuple[str, ...]]
# what the columns of a table of notes may be called, in small letters
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
    rows = delimited(io.BytesIO(data), data[:HEAD], "\t,", LARGEST)
    heads = next(rows, (1, []))[1]
    if isinstance(heads, Fault):
        raise InputError(f"{flag}: the header: {heads.told}")
    where = locate(heads, flag, names, own, optional)
    for n, row in rows:
        told = row if isinstance(row, Fault) else named(row, heads, where, n)
        if isinstance(told, Fault):
            raise InputError(f"{flag}: {told.told}")
        if any(cell.strip() for cell in told.values()):
            yield n, told


def locate(heads: list[str], flag: str, names: Names, own: Mapping[str, str], optional: frozenset[str]) -> dict[str, str]:
    """The heads of a table by the names of `names`.

    Raises
    ------
    InputError
        A column is missing that is not optional, or one that the user names; or two columns bear the name.
    """
    count = Counter(str(h).strip().lower() for h in heads)
    plain = {str(h).strip().lower(): h for h in heads}
    where = {}
    for name, known in names.items():
        told = own.get(name)
        found = plain.get(told.strip().lower()) if told else next((plain[k] for k in known if k in plain), None)
        if found is not None:
            where[name] = found
        elif told or name not in optional:
            must = "the column that you named is missing" if told else f"its name must be one of {', '.join(known)}"
            raise InputError(f"{flag}: no column for {name}: {must}; name another with {'--claim-columns' if flag == '--claims' else flag}")
    for name, told in own.items():
        if name.startswith(MORE):
            head = plain.get(told.strip().lower())
            if head is None:
                raise InputError("--by, --group, --only, --exclude, --amount: the table has no column of that name")
            where[name] = head
    for name, head in where.items():
        if count[str(head).strip().lower()] > 1:
            told = "chosen by --by, --group, --only, --exclude, or --amount" if name.startswith(MORE) else f"for {name}"
            raise InputError(f"{flag}: two columns {told} have the same name: rename one of them")
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
            raise InputError(f"{flag} must be NAME=COLUMN; NAME must be one of {', '.join(names)}")
        out[name.strip()] = column.strip()
    return out
