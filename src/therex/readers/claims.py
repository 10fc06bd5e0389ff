"""Charges from a table: one row a charge line, matched to its note by the note's name."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from therex.errors import InputError
from therex.types import Charge

# what a column may be called, in lower case
NAMES: dict[str, tuple[str, ...]] = {
    "note": ("note", "note_id", "document", "file", "filename", "encounter"),
    "code": ("code", "cpt", "hcpcs", "procedure", "cpt_code", "procedure_code"),
    "units": ("units", "unit", "qty", "quantity"),
    "modifiers": ("modifiers", "modifier", "mods", "mod"),
}


def read_claims(path: Path, columns: Mapping[str, str] | None = None) -> dict[str, tuple[Charge, ...]]:
    """Charges by the name of their note, as the table gives it.

    Parameters
    ----------
    path
        A CSV or TSV file with a header.
    columns
        The table's own names for ``note``, ``code``, ``units`` and ``modifiers``, where they are none of `NAMES`.

    Raises
    ------
    InputError
        The file cannot be read, lacks a column, or holds a row that is no charge; the message names the line, not its content.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--claims: the file cannot be read ({type(error).__name__})") from None
    rows = csv.DictReader(text.splitlines(), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    heads = {str(h).strip().lower(): h for h in rows.fieldnames or ()}
    where: dict[str, str | None] = {}
    for name, known in NAMES.items():
        own = (columns or {}).get(name)
        found = heads.get(own.strip().lower()) if own else next((heads[k] for k in known if k in heads), None)
        if found is None and (own or name != "modifiers"):
            raise InputError(f"--claims: no column for {name}: want {own or ', '.join(known)}; --claim-columns maps another")
        where[name] = found
    out: dict[str, list[Charge]] = {}
    for row in rows:
        told = {name: str(row.get(head) or "").strip() if head else "" for name, head in where.items()}
        if not any(told.values()):
            continue
        code = told["code"].upper()
        if not told["note"] or not re.fullmatch(r"[A-Z0-9]{5}", code):
            raise InputError(f"--claims: line {rows.line_num}: want a note and a code of five characters")
        if not re.fullmatch(r"\d{1,2}(?:\.0+)?", told["units"]):
            raise InputError(f"--claims: line {rows.line_num}: units are a whole number from 0 to 99")
        modifiers = tuple(m for m in re.split(r"[\s,:;/-]+", told["modifiers"].upper()) if m)
        if any(not re.fullmatch(r"[A-Z0-9]{2}", m) for m in modifiers):
            raise InputError(f"--claims: line {rows.line_num}: a modifier has two characters")
        out.setdefault(told["note"], []).append(Charge(code, int(float(told["units"])), modifiers))
    return {note: tuple(charges) for note, charges in out.items()}


def names_of(note_id: str) -> tuple[str, ...]:
    """What a table may call a note: its id, its id without the suffix, its file's name with and without it."""
    path = PurePosixPath(note_id)
    return tuple(dict.fromkeys((note_id, str(path.with_suffix("")), path.name, path.stem)))


def parse_columns(value: str | None) -> dict[str, str]:
    """``note=Doc,code=CPT`` as a map.

    Raises
    ------
    InputError
        A name is none of note, code, units, modifiers.
    """
    out = {}
    for part in (value or "").split(","):
        if not part.strip():
            continue
        name, equals, column = part.partition("=")
        if not equals or name.strip() not in NAMES or not column.strip():
            raise InputError(f"--claim-columns: want NAME=COLUMN with a name of {', '.join(NAMES)}")
        out[name.strip()] = column.strip()
    return out
