"""Notes with patient and day: from a table's columns, from front matter, from the names of files and folders.

A CSV or TSV file, or JSON Lines, holds one note a row. A text file may begin with front matter (``---``, lines of ``key: value``, ``---``),
which is left out of the text that is analysed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

from therex.days import parse_day
from therex.errors import InputError, NoteError
from therex.readers.columns import locate, read_rows
from therex.readers.text import Source, find_sources
from therex.types import Note

TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")
NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "note", "note_text", "body", "content"),
    "patient": ("patient", "patient_id", "patient_name", "mrn", "account"),
    "date": ("date", "dos", "date_of_service", "service_date", "visit_date", "note_date"),
    "id": ("id", "note_id", "document_id", "encounter", "encounter_id"),
}
OPTIONAL = frozenset(("patient", "date", "id"))
_FRONT = re.compile(r"\A---[ \t]*\r?\n((?:[A-Za-z_ -]+:[^\n]*\n)+)---[ \t]*(?:\r?\n|\Z)")
_FILE_DAY = re.compile(r"(?<!\d)(?:(?:19|20)\d{2}[-_.]?\d{2}[-_.]?\d{2}|\d{1,2}[-_.]\d{1,2}[-_.](?:20)?\d{2})(?!\d)")
_FILE_KIND = re.compile(
    r"(?i)\b(?:visit|session|note|notes|daily|eval|evaluation|re-?eval|initial|progress|report|pr|dc|discharge|summary|poc|cert|pt|ot|tx|treatment|v?\d{1,3}|addendum)\b"
)


def read_records(paths: list[str], columns: Mapping[str, str], by: str = "patient") -> Iterator[Note | NoteError]:
    """Notes with what their source says of them; an error in place of a note that cannot be read.

    Parameters
    ----------
    by
        ``patient``: from a column, front matter or the file's name; ``folder``: all notes of one folder are one patient's; ``all``: all given are.

    Raises
    ------
    InputError
        A path does not exist, there is nothing to read, or a table lacks a column.
    """
    for i, raw in enumerate(paths):
        path = Path(raw)
        if path.is_file() and path.suffix.lower() in TABLES:
            for note in _table(path, columns):
                yield _by(note, by, str(i))
            continue
        files = [raw] if not path.is_dir() else _tables_in(path)
        if path.is_dir() and files:
            for table in files:
                yield from read_records([table], columns, by)
        try:
            sources = find_sources([raw])
        except InputError:
            if path.is_dir() and files:
                continue
            raise
        for source in sources:
            yield _file(source, by, str(i))


def _tables_in(folder: Path) -> list[str]:
    return sorted(str(f) for f in folder.rglob("*") if f.is_file() and f.suffix.lower() in TABLES)


def _by(note: Note, by: str, place: str) -> Note:
    return note if by == "patient" else replace(note, patient=place)


def _table(path: Path, columns: Mapping[str, str]) -> Iterator[Note]:
    rows = (
        _json_rows(path, columns)
        if path.suffix.lower() in (".jsonl", ".ndjson")
        else read_rows(path, "--columns", NAMES, columns, OPTIONAL)
    )
    seen: dict[str, int] = {}
    for n, row in rows:
        told = row.get("id", "").strip() or str(n - 1)
        seen[told] = seen.get(told, 0) + 1
        note_id = told if seen[told] == 1 else f"{told}#{seen[told]}"
        yield Note(
            note_id, row.get("text", ""), row.get("patient", "").strip(), parse_day(row["date"]) if row.get("date", "").strip() else None
        )


def _json_rows(path: Path, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"a table of notes cannot be read ({type(error).__name__})") from None
    where: dict[str, str] = {}
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise InputError(f"a table of notes, line {n}: no JSON object") from None
        if not isinstance(row, dict):
            raise InputError(f"a table of notes, line {n}: no JSON object")
        where = where or locate(list(row), "--columns", NAMES, columns, OPTIONAL)
        yield n + 1, {name: "" if row.get(head) is None else str(row[head]) for name, head in where.items()}


def _file(source: Source, by: str, place: str) -> Note | NoteError:
    try:
        note = source.read()
    except NoteError as error:
        return error
    front, text = front_matter(note.text)
    _, named, name_day = tagged(source)
    day = (parse_day(front["date"]) if front.get("date") else None) or name_day
    if by == "patient":
        patient = front.get("patient") or named or (source.path.parent.name if source.path else "")
    else:
        patient = place if by == "all" or source.path is None else str(source.path.parent)
    return replace(note, text=text, patient=patient, day=day)


def tagged(source: Source) -> tuple[str, str, date | None]:
    """Id of a note, and patient and day by the name of its file."""
    path = PurePosixPath(source.note_id)
    found = _FILE_DAY.search(path.name)
    if not found:
        return source.note_id, patient_of(path), None
    raw = re.sub(r"[_.]", "-", found[0])
    return source.note_id, patient_of(path), parse_day(f"{raw[:4]}-{raw[4:6]}-{raw[6:]}" if re.fullmatch(r"\d{8}", raw) else raw)


def patient_of(path: PurePosixPath) -> str:
    """The patient by the name of a file: what is left of it without day, kind and number; else the folder above it."""
    rest = _FILE_KIND.sub(" ", re.sub(r"[_\-.]+", " ", _FILE_DAY.sub(" ", path.name)))
    rest = " ".join(rest.split())
    return rest or (path.parent.name if path.parent.name not in ("", ".") else "")


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The keys of front matter in small letters, usual names brought to ``patient``, ``date`` and ``id``; and the text after it."""
    m = _FRONT.match(text)
    if not m:
        return {}, text
    told = {}
    for line in m[1].splitlines():
        key, _, value = line.partition(":")
        key = key.strip().lower().replace(" ", "_").replace("-", "_")
        told[next((name for name, known in NAMES.items() if key in known), key)] = value.strip()
    return told, text[m.end() :]
