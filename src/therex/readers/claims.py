"""Charges from a table or an X12 837P file: one a service line, matched to its note by the note's name, or by patient and day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath

from therex.catalog.codes import is_code
from therex.catalog.patterns import Patterns
from therex.days import parse_day
from therex.errors import InputError
from therex.readers.columns import read_rows
from therex.readers.limits import read_small
from therex.types import Charge

_RE = Patterns("readers")

# what a column may be called, in lower case
NAMES: dict[str, tuple[str, ...]] = {
    "note": ("note", "note_id", "document", "file", "filename", "encounter"),
    "patient": ("patient", "patient_id", "patient_name", "mrn", "member_id", "account", "subscriber_id"),
    "date": ("date", "dos", "date_of_service", "service_date", "visit_date"),
    "code": ("code", "cpt", "hcpcs", "procedure", "cpt_code", "procedure_code"),
    "units": ("units", "unit", "qty", "quantity"),
    "modifiers": ("modifiers", "modifier", "mods", "mod"),
    "payer": ("payer", "insurance", "plan", "carrier"),
    "provider": ("provider", "rendering", "rendering_provider", "npi", "therapist"),
    "amount": ("amount", "allowed", "allowed_amount", "charge_amount"),
}
OPTIONAL = frozenset(NAMES) - {"code", "units"}


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A charge with what tells its note: the note's name, or patient and day."""

    charge: Charge
    note: str = field(default="", repr=False)
    patient: str = field(default="", repr=False)
    day: date | None = None
    # other names of the patient: in the other order, a member number, an account
    aliases: tuple[str, ...] = field(default=(), repr=False)


def read_claims(path: Path, columns: Mapping[str, str] | None = None) -> list[ChargeLine]:
    """Charge lines of a CSV or TSV file with a header, or of an X12 837P file.

    Parameters
    ----------
    columns
        The table's own names for those of `NAMES`.

    Raises
    ------
    InputError
        The file cannot be read, lacks a column, or holds a row that is no charge; the message names the line, not its content.
    """
    if read_small(path, "--claims")[:4].lstrip().startswith(b"ISA"):
        from therex.readers.x12 import read_837p

        return read_837p(path)
    out = []
    for n, row in read_rows(path, "--claims", NAMES, columns or {}, OPTIONAL):
        cells = {name: cell.strip() for name, cell in row.items()}
        out.append(_line(n, cells))
    return out


_PARTING = str.maketrans(",:;/-", "     ")


def _line(n: int, row: Mapping[str, str]) -> ChargeLine:
    where = f"--claims: line {n}"
    code = row["code"].upper()
    day = parse_day(row["date"]) if row.get("date") else None
    if not is_code(code) or not (row.get("note") or (row.get("patient") and row.get("date"))):
        raise InputError(f"{where} must have a five-character code, and either a note or a patient and a date")
    if row.get("date") and day is None:
        raise InputError(f"{where}: the date of service must be a date, such as 2026-05-14")
    if not _RE["units"].fullmatch(row["units"]):
        raise InputError(f"{where}: units must be a whole number from 0 to 99")
    modifiers = tuple(row.get("modifiers", "").upper().translate(_PARTING).split())
    if any(not is_code(m, 2) for m in modifiers):
        raise InputError(f"{where}: a modifier must have two characters")
    amount = "".join(row.get("amount", "").replace("$", "").replace(",", "").split())
    if amount and not _RE["dollars"].fullmatch(amount):
        raise InputError(f"{where}: the amount must be a number of dollars")
    charge = Charge(code, int(float(row["units"])), modifiers, float(amount) if amount else None)
    return ChargeLine(charge, row.get("note", ""), row.get("patient", ""), day)


def match(lines: Iterable[ChargeLine], notes: Iterable[tuple[str, str, date | None]]) -> tuple[dict[str, tuple[Charge, ...]], int]:
    """Charges by note id, and how many lines belong to no note, or to more than one.

    Parameters
    ----------
    notes
        Id, patient and day of each note.
    """
    named: dict[str, set[str]] = {}
    dated: dict[tuple[str, date], set[str]] = {}
    for note_id, patient, day in notes:
        for name in names_of(note_id):
            named.setdefault(name, set()).add(note_id)
        if patient and day:
            dated.setdefault((_plain(patient), day), set()).add(note_id)
    out: dict[str, tuple[Charge, ...]] = {}
    astray = 0
    for line in lines:
        ids = named.get(line.note, set()) if line.note else set()
        if not line.note and line.day:
            ids = next((found for p in (line.patient, *line.aliases) if (found := dated.get((_plain(p), line.day)))), ids)
        if len(ids) == 1:
            note_id = next(iter(ids))
            out[note_id] = (*out.get(note_id, ()), line.charge)
        else:
            astray += 1
    return out, astray


def _plain(patient: str) -> str:
    return " ".join("".join(c if c.isascii() and c.isalnum() else " " for c in patient.lower()).split())


def names_of(note_id: str) -> tuple[str, ...]:
    """What a table may call a note: its id, its id without the suffix, its file's name with and without it."""
    path = PurePosixPath(note_id)
    return tuple(dict.fromkeys((note_id, str(path.with_suffix("")), path.name, path.stem)))
