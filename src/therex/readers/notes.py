"""From paths to notes: every kind of document through its reader, one stream, ids that are all different.

A document that cannot be read, or a row of a table, becomes an error in its place, and the rest goes on.
"""

from __future__ import annotations

import lzma
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath

from therex.catalog.patterns import Patterns
from therex.days import parse_day
from therex.errors import InputError, NoteError
from therex.readers.columns import MORE
from therex.readers.documents import Document, find_documents, kind_of
from therex.readers.limits import GROWTH, LARGEST
from therex.readers.office import Extracted
from therex.readers.tables import NAMES
from therex.readers.text import decode, sound
from therex.types import Note

_RE = Patterns("readers")

# how deep an archive may lie in another, and an attachment in a message
DEPTH = 2
TABLES = ("table", "jsonl", "xlsx", "parquet")


@dataclass(frozen=True, slots=True)
class Reading:
    """How notes are to be read.

    `columns` maps names of `tables.NAMES` to a table's own; `by` says whose notes belong together: ``patient``, ``folder`` or ``all``;
    `largest` is the size, in bytes, beyond which a document, standard input or a row of a table is refused; `names` takes patient and day from the names of files and folders
    where nothing else tells them; `skip` holds resolved paths that folders do not give; `keep` names further columns, or keys of front matter,
    that go into `Note.more`.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    by: str = "patient"
    largest: int = LARGEST
    names: bool = False
    skip: frozenset[Path] = frozenset()
    keep: tuple[str, ...] = ()


def read_notes(
    paths: list[str], reading: Reading | None = None, read: Callable[[Document, Reading], Iterator[Note | NoteError]] | None = None
) -> Iterator[Note | NoteError]:
    """Every note under `paths`, in order; errors carry the id of what could not be read.

    Parameters
    ----------
    read
        What reads a document; `read_document` by default.

    Raises
    ------
    InputError
        A path does not exist, there is nothing to read, or a table lacks a column.
    """
    reading = reading or Reading()
    # ids are kept as numbers, so that a long stream stays small
    seen: set[int] = set()
    again: dict[int, int] = {}
    read = read or read_document
    for document in find_documents(paths, reading.skip, reading.largest):
        for found in map(_sound, read(document, reading)):
            told = note_id = found.note_id or sound(document.name)
            while hash(note_id) in seen:
                again[hash(told)] = again.get(hash(told), 1) + 1
                note_id = f"{told}#{again[hash(told)]}"
            seen.add(hash(note_id))
            if isinstance(found, NoteError):
                yield NoteError(found.code, found.message, note_id)
            else:
                yield replace(found, note_id=note_id) if note_id != found.note_id else found


def read_document(document: Document, reading: Reading) -> Iterator[Note | NoteError]:
    """The notes of one document."""
    yield from _of_document(document, reading)


def _sound(found: Note | NoteError) -> Note | NoteError:
    """A note, or an error, all of whose text can be written, whatever a file name, an escape of JSON or a word processor made of it."""
    if isinstance(found, NoteError):
        return NoteError(found.code, found.message, sound(found.note_id))
    more = tuple((k, sound(v)) for k, v in found.more)
    return replace(
        found, note_id=sound(found.note_id), text=sound(found.text), patient=sound(found.patient), author=sound(found.author),
        kind=sound(found.kind), more=more,
    )  # fmt: skip


def _of_document(document: Document, reading: Reading) -> Iterator[Note | NoteError]:
    try:
        if document.data is not None and len(document.data) > reading.largest:
            what = "Standard input is" if document.path is None else "The document is"
            raise NoteError("too_large", f"{what} larger than {reading.largest:,} bytes.", document.name)
        kind = kind_of(document)
        if kind in TABLES:
            try:
                yield from _rows(document, kind, reading)
            except InputError as error:
                if document.given:
                    raise
                # among other documents it is one that could not be read
                raise NoteError("not_text", f"The table has no notes ({error}).", document.name) from None
        elif kind == "zip":
            yield from _members(document, reading)
        else:
            for found in _whole(document, kind, reading):
                yield found if isinstance(found, NoteError) else _grouped(found, document, reading)
    except NoteError as error:
        yield NoteError(error.code, error.message, error.note_id or document.name)
    except InputError:
        raise
    except MemoryError:
        yield NoteError("too_large", "Reading the document requires more memory than is allowed.", document.name)
    except Exception as error:  # a parser of a library fails in its own ways: one document never stops a batch
        yield NoteError("not_text", f"The document cannot be read ({type(error).__name__}).", document.name)


def _grouped(note: Note, document: Document, reading: Reading) -> Note:
    if reading.by == "patient":
        return note
    if reading.by == "all" or document.path is None:
        return replace(note, patient=str(document.place))
    inner = PurePosixPath(document.name).parent.as_posix()
    name = document.path.parent.name if inner == "." else inner
    # the same name under another of the paths given is another folder
    return replace(note, patient=f"{name} ({document.place + 1})" if document.place else name)


def _rows(document: Document, kind: str, reading: Reading) -> Iterator[Note | NoteError]:
    from therex.readers.tables import read_table

    for found in read_table(document, kind, {**reading.columns, **{MORE + name: name for name in reading.keep}}, reading.largest):
        if isinstance(found, NoteError):
            yield found
            continue
        n, row = found
        told = row.get("date", "").strip()
        note = Note(
            row.get("id", "").strip() or f"{document.name}:{n}", row.get("text", ""), row.get("patient", "").strip(),
            parse_day(told) if told else None, row.get("author", "").strip(), row.get("type", "").strip(), tuple((k, row.get(MORE + k, "").strip()) for k in reading.keep),
        )  # fmt: skip
        yield note if reading.by == "patient" else replace(note, patient=str(document.place))


def _whole(document: Document, kind: str, reading: Reading) -> Iterator[Note | NoteError]:
    """The notes of a document that is read as a whole."""
    from therex.readers import markup, messages, office

    data = document.read(reading.largest)
    if kind == "text":
        yield _tagged(document, Extracted(decode(data)), reading)
    elif kind == "pdf":
        from therex.readers.pdf import read_pdf

        yield _tagged(document, Extracted(read_pdf(data)), reading)
    elif kind in ("docx", "rtf", "html"):
        read = {"docx": office.read_docx, "rtf": office.read_rtf, "html": markup.read_html}[kind]
        yield _tagged(document, read(data), reading)
    elif kind == "ccda":
        told, wrapped = markup.read_ccda(data)
        yield from _attached(document, messages.Carried(document.name, told, wrapped), reading)
    else:
        carried = messages.read_hl7(decode(data)) if kind == "hl7" else messages.read_fhir(decode(data))
        for found in carried:
            if isinstance(found, NoteError):
                yield found
            else:
                yield from _attached(document, found, reading)


def _attached(document: Document, carried: object, reading: Reading) -> Iterator[Note | NoteError]:
    """The note of a message or resource, an attachment read as the document that it is."""
    from therex.readers.messages import Carried

    assert isinstance(carried, Carried)
    if carried.attachment is None:
        yield _tagged(document, carried.told, reading, carried.note_id)
        return
    if document.depth >= DEPTH:
        yield NoteError("not_text", "Documents are nested too deeply.", carried.note_id)
        return
    inner = Document(carried.note_id, ".txt", document.place, document.path, carried.attachment, document.depth + 1)
    for found in _of_document(inner, replace(reading, by="patient", names=False)):
        if isinstance(found, NoteError):
            yield found
        else:
            told = carried.told
            yield replace(
                found, patient=told.patient or found.patient, day=(parse_day(told.date) if told.date else None) or found.day,
                author=told.author or found.author, kind=told.kind or found.kind,
            )  # fmt: skip


def _members(document: Document, reading: Reading) -> Iterator[Note | NoteError]:
    """The documents of an archive, in order of their names; nothing is unpacked to disk, and a name is only ever part of an id."""
    if document.depth >= DEPTH:
        raise NoteError("not_text", "Archives are nested too deeply.", document.name)
    budget = document.budget()
    with document.open() as stream, zipfile.ZipFile(stream) as archive:
        for info in sorted(archive.infolist(), key=lambda i: i.filename):
            if info.is_dir() or PurePosixPath(info.filename).name.startswith(".") or info.filename.startswith("__MACOSX/"):
                continue
            plain = posixpath.normpath("/" + info.filename.replace("\\", "/")).lstrip("/")
            inner = PurePosixPath(plain)
            name = f"{document.name}/{inner.with_suffix('').as_posix()}"
            if info.file_size > reading.largest or (info.file_size > 1_000_000 and info.file_size > GROWTH * max(info.compress_size, 1)):
                yield NoteError("too_large", f"A document in the archive unpacks to more than {reading.largest:,} bytes.", name)
                continue
            if info.flag_bits & 1:
                yield NoteError("not_text", "A document in the archive is password-protected.", name)
                continue
            try:
                data = _unpacked(archive, info, reading.largest)
            except (
                zipfile.BadZipFile,
                zlib.error,
                lzma.LZMAError,
                OSError,
                NotImplementedError,
                EOFError,
                ValueError,
                RuntimeError,
            ) as error:
                yield NoteError("not_text", f"A document in the archive is damaged ({type(error).__name__}).", name)
                continue
            if not budget.take(len(data)):
                raise NoteError("too_large", "The archive unpacks to more than is allowed: the rest of it is not read.", document.name)
            member = Document(name, inner.suffix.lower(), document.place, document.path, data, document.depth + 1, shared=budget)
            yield from _of_document(member, reading)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, largest: int) -> bytes:
    """A member's bytes; the size that the archive tells of itself is not believed."""
    with archive.open(info) as member:
        data = member.read(largest + 1)
    if len(data) > largest:
        raise ValueError("larger than it says")
    return data


def _tagged(document: Document, told: Extracted, reading: Reading, note_id: str = "") -> Note:
    """A note with what its source says of it: the document itself, front matter, the names of file and folder."""
    front, text = front_matter(told.text)
    named, name_day = tags(document.name) if reading.names else ("", None)
    if reading.names and not named and document.path is not None:
        named = document.path.parent.name
    day = next((d for raw in (front.get("date"), told.date) if raw and (d := parse_day(raw))), None) or name_day
    patient = front.get("patient") or told.patient or named
    more = tuple((k, front.get(k.strip().lower().replace(" ", "_").replace("-", "_"), "")) for k in reading.keep)
    return Note(note_id or document.name, text, patient, day, front.get("author") or told.author, front.get("type") or told.kind, more)


def tags(name: str) -> tuple[str, date | None]:
    """Patient and day by the name of a file."""
    path = PurePosixPath(name)
    found = _RE["file_day"].search(path.name)
    if not found:
        return patient_of(path), None
    raw = found[0].replace("_", "-").replace(".", "-")
    return patient_of(path), parse_day(f"{raw[:4]}-{raw[4:6]}-{raw[6:]}" if len(raw) == 8 and raw.isdecimal() else raw)


_PARTING = str.maketrans("_-.", "   ")


def patient_of(path: PurePosixPath) -> str:
    """The patient by the name of a file: what is left of it without day, kind and number; else the folder above it."""
    rest = _RE["file_kind"].sub(" ", _RE["file_day"].sub(" ", path.name).translate(_PARTING))
    rest = " ".join(rest.split())
    return rest or (path.parent.name if path.parent.name not in ("", ".") else "")


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The keys of front matter in small letters, usual names brought to those of `tables.NAMES`; and the text after it."""
    m = _RE["front_matter"].match(text)
    if not m:
        return {}, text
    told = {}
    for line in m[1].splitlines():
        key, _, value = line.partition(":")
        key = key.strip().lower().replace(" ", "_").replace("-", "_")
        told[next((name for name, known in NAMES.items() if key in known), key)] = value.strip()
    return told, text[m.end() :]


def columns_of(value: str | None) -> dict[str, str]:
    """A map of columns: ``NAME=COLUMN,...``, or the path of a YAML file that holds one.

    Raises
    ------
    InputError
        A name is none of `tables.NAMES`, or the file cannot be read.
    """
    from therex.readers.columns import parse_columns
    from therex.readers.tables import FLAG

    if value and value.endswith((".yaml", ".yml")):
        from therex.catalog.files import read_yaml

        if not Path(value).is_file():
            raise InputError(f"{FLAG}: the YAML file does not exist")
        told = read_yaml(Path(value))
        if not isinstance(told, dict) or not set(told) <= set(NAMES):
            raise InputError(f"{FLAG}: the YAML file must map names to columns; a name must be one of {', '.join(NAMES)}")
        return {str(k): str(v) for k, v in told.items()}
    return parse_columns(value, FLAG, NAMES)
