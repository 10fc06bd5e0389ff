"""The sampling frame: every note of a period as one small row, without its text."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import get_args

from therex.errors import LONGEST, InputError
from therex.types import Assessment, Discipline, LineStatus, Note, NoteType, Verdict

# what a note can be grouped by without a column of its own; those that the tool has to read first
OWN = ("therapist", "author", "patient", "month", "folder", "source_type")
READ: Mapping[str, tuple[str, ...]] = {
    "discipline": get_args(Discipline), "verdict": get_args(Verdict), "line": get_args(LineStatus), "note_type": get_args(NoteType)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One note of the frame: a digest of its text, what it can be grouped by, and, where it was read, how risky and how unsure it is."""

    note_id: str = field(repr=False)
    digest: str = field(repr=False)
    values: Mapping[str, str] = field(repr=False)
    risk: float = 0.0
    unsure: float = 0.0
    error: str = ""


def columns_among(names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that have to be columns of the table."""
    return tuple(dict.fromkeys(n for n in names if n not in (*OWN, *READ)))


def without_text(note_id: str, error: str) -> Row:
    """The row of what could not be read."""
    return Row(note_id, "", {}, error=error)


def unread(note: Note) -> Row:
    """The row of a note by what its source says."""
    if not note.text.strip():
        return without_text(note.note_id, "empty")
    if len(note.text) > LONGEST:
        return without_text(note.note_id, "too_large")
    return Row(note.note_id, hashlib.sha256(note.text.encode("utf-8", "surrogatepass")).hexdigest(), _own(note))


def screened(a: Assessment, note: Note | None) -> Row:
    """The row of a note by what its source says and what the tool read; a function that workers can import."""
    if note is None or a.error is not None or a.view is None or a.line is None or a.necessity is None:
        return without_text(a.note_id, a.error[0] if a.error else "internal")
    read = {"discipline": a.view.discipline, "verdict": a.necessity.verdict, "line": a.line.status, "note_type": a.view.note_type}
    plain = unread(note)
    score = a.necessity.score
    lines = {"hold": 2.0, "review": 1.0}.get(a.line.status, 0.0)
    return Row(
        note.note_id, plain.digest, {**plain.values, **read}, lines * 10 + len(a.line.because) + (1 - score),
        0.0 if a.necessity.verdict == "not_applicable" else 1 - 2 * abs(score - 0.5),
    )  # fmt: skip


def _own(note: Note) -> dict[str, str]:
    above = PurePosixPath(note.note_id).parent.as_posix()
    return {
        **dict(note.more),
        "therapist": note.author,
        "author": note.author,
        "patient": note.patient,
        "month": note.day.strftime("%Y-%m") if note.day else "",
        "folder": "" if above == "." else above,
        "source_type": note.kind,
    }


def frame_hash(rows: Iterable[Row], by: Iterable[str]) -> str:
    """What a frame is known by: its notes, their texts, and their strata, whatever their order."""
    names = list(by)
    lines = sorted("\0".join((r.note_id, r.digest, *(r.values.get(n, "") for n in names))) for r in rows)
    return hashlib.sha256("\1".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def conditions(flag: str, told: Iterable[str]) -> list[tuple[str, str]]:
    """``COLUMN=VALUE`` as pairs.

    Raises
    ------
    InputError
        One has no equals sign.
    """
    out = []
    for one in told:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise InputError(f"{flag} must be COLUMN=VALUE")
        out.append((name.strip(), value.strip()))
    return out


def why_out(row: Row, only: Iterable[tuple[str, str]], exclude: Iterable[tuple[str, str]]) -> str:
    """Why a note is left out of the frame; ``""`` where it is in. Values are compared in small letters; of one column, any value of `only` serves."""
    if row.error:
        return f"not read: {row.error}"
    wanted: dict[str, set[str]] = {}
    for name, value in only:
        wanted.setdefault(name, set()).add(value.lower())
    for name, values in wanted.items():
        if row.values.get(name, "").lower() not in values:
            return f"not --only {name}"
    for name, value in exclude:
        if row.values.get(name, "").lower() == value.lower():
            return f"--exclude {name}={value}"
    return ""


def check_conditions(flag: str, asked: Iterable[tuple[str, str]], columns: Container[str]) -> None:
    """Refuse a condition that no note can meet: it is a slip, and the frame would not be the one that is signed for.

    Parameters
    ----------
    columns
        What the notes have values for.

    Raises
    ------
    InputError
        No note has the column, or the value is none that the tool gives it.
    """
    for n, (name, value) in enumerate(asked, 1):
        if name in READ and value.lower() not in map(str.lower, READ[name]):
            raise InputError(f"{flag} (condition {n}): {name} must be one of {', '.join(READ[name])}")
        if name not in columns:
            raise InputError(
                f"{flag} (condition {n}): no note has a value in that column; without a table, use one of {', '.join((*OWN, *READ))}"
            )
