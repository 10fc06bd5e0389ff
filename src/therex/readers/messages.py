"""HL7 v2 messages (MDM, ORU) and FHIR resources (DocumentReference, DiagnosticReport, Composition; Bundle, NDJSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from therex.catalog.patterns import Patterns
from therex.errors import NoteError
from therex.readers.limits import ELEMENTS, many_brackets
from therex.readers.markup import decoded, read_html
from therex.readers.office import Extracted

_RE = Patterns("readers")


@dataclass(frozen=True, slots=True)
class Carried:
    """A note in a message or resource: its text, or the bytes of an attachment, with what was said of it."""

    note_id: str = field(repr=False)
    told: Extracted = field(repr=False)
    attachment: bytes | None = field(default=None, repr=False)


# segments and fields of a message, for each of which the parser needs about a kilobyte
SEGMENTS, FIELDS = 20_000, 300_000
_ESCAPES = {"F": "|", "S": "^", "R": "~", "T": "&", "E": "\\", ".br": "\n", ".sp": "\n", ".in": "", ".ti": "", "H": "", "N": ""}
_TEXT_TYPES = ("TX", "FT", "ST", "CF", "")


def read_hl7(text: str) -> Iterator[Carried | NoteError]:
    """The notes of a file of HL7 v2 messages; a message that holds none is an error of its own.

    Raises
    ------
    NoteError
        The file cannot be read as HL7 v2.
    """
    import hl7

    for n, raw in enumerate(_messages(text), 1):
        try:
            if raw.count("\r") > SEGMENTS or sum(map(raw.count, "|^~&")) > FIELDS:
                raise NoteError("too_large", f"Message {n} has more than {SEGMENTS:,} segments or {FIELDS:,} fields.")
            message = hl7.parse(raw)
            yield from _from_message(message, n)
        except NoteError as error:
            yield error
        except Exception as error:  # the parser asserts, too
            yield NoteError("not_text", f"Message {n} cannot be read ({type(error).__name__}).")


def _messages(text: str) -> list[str]:
    """One string a message, its segments parted by carriage returns; the marks of batches and of the wire left out."""
    plain = text.replace("\x0b", "").replace("\x1c", "").replace("\r\n", "\r").replace("\n", "\r")
    return [m.strip("\r") for m in _RE["message_start"].split(_RE["batch"].sub("\r", plain)) if m.strip().startswith("MSH|")]


def _field(segment: Any, n: int, component: int = 0) -> str:
    """A field as text, or one component of its first repetition (from 1)."""
    if len(segment) <= n:
        return ""
    told = str(segment[n])
    if not component:
        return told
    parts = told.split("~")[0].split("^")
    return parts[component - 1] if len(parts) >= component else ""


def _unescaped(text: str) -> str:
    return _RE["escape"].sub(lambda m: _ESCAPES.get(m[1].rstrip("0123456789"), ""), text.replace("~", "\n"))


def _from_message(message: Any, n: int) -> Iterator[Carried]:
    kind = _field(message[0], 9, 1)
    if kind not in ("MDM", "ORU"):
        raise NoteError("not_text", f"Message {n} is neither MDM nor ORU.")
    patient = ""
    heads: list[Any] = []
    groups: list[list[Any]] = []
    for segment in message:
        name = str(segment[0])
        if name == "PID":
            patient = _field(segment, 3, 1)
        elif name in ("TXA", "OBR"):
            if kind == "ORU" or name == "TXA":
                heads.append(segment)
                groups.append([])
        elif name == "OBX" and groups:
            groups[-1].append(segment)
    control = _field(message[0], 10) or str(n)
    count = 0
    for k, (head, rows) in enumerate(zip(heads, groups, strict=True), 1):
        txa = str(head[0]) == "TXA"
        told = Extracted(
            "",
            author=" ".join(x for x in (_field(head, 9 if txa else 16, 3), _field(head, 9 if txa else 16, 2)) if x),
            kind=_field(head, 2 if txa else 4, 2 if not txa else 1) or _field(head, 2, 2),
            patient=patient,
            date=_field(head, 4 if txa else 7)[:8],
        )
        note_id = control if len(heads) == 1 else f"{control}/{k}"
        lines = [_unescaped(_field(r, 5)) for r in rows if _field(r, 2) in _TEXT_TYPES]
        if any(x.strip() for x in lines):
            count += 1
            yield Carried(note_id, Extracted("\n".join(lines) + "\n", told.author, told.kind, told.patient, told.date))
        for r in rows:
            if _field(r, 2) == "ED":
                count += 1
                parts = str(r[5]).split("^")
                yield Carried(note_id, told, decoded(parts[4]) if len(parts) > 4 and parts[3].lower() == "base64" else parts[-1].encode())
    if not count:
        raise NoteError("empty", f"Message {n} holds no text.")


def read_fhir(text: str) -> Iterator[Carried | NoteError]:
    """The notes of one resource, a Bundle, or lines of resources.

    Raises
    ------
    NoteError
        It is no JSON.
    """
    if many_brackets(text):
        raise NoteError("too_large", f"The JSON holds more than {ELEMENTS:,} lists and objects.")
    try:
        yield from _from_resource(json.loads(text))
        return
    except RecursionError:
        raise NoteError("not_text", "The JSON lies too deep.") from None
    except ValueError:
        pass
    for n, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                resource = json.loads(line)
            except (ValueError, RecursionError):
                yield NoteError("not_text", f"Line {n} is no JSON.")
            else:
                yield from _from_resource(resource)


def _from_resource(resource: Any) -> Iterator[Carried | NoteError]:
    if not isinstance(resource, dict):
        return
    kind = resource.get("resourceType")
    if kind == "Bundle":
        inner = [e.get("resource") for e in resource.get("entry") or () if isinstance(e, dict)]
        binaries = {
            f"Binary/{r.get('id')}": str(r.get("data") or "") for r in inner if isinstance(r, dict) and r.get("resourceType") == "Binary"
        }
        for r in inner:
            if isinstance(r, dict) and r.get("resourceType") in _HOLDERS:
                yield from _notes_of(r, binaries)
        return
    if kind in _HOLDERS:
        yield from _notes_of(resource, {})


_HOLDERS = ("DocumentReference", "DiagnosticReport", "Composition")


def _told(r: dict[str, Any]) -> Extracted:
    subject = r.get("subject") or {}
    authors = r.get("author") or r.get("performer") or [{}]
    kind = r.get("type") or r.get("code") or {}
    coding = (kind.get("coding") or [{}])[0]
    period = ((r.get("context") or {}).get("period") or {}) if isinstance(r.get("context"), dict) else {}
    return Extracted(
        "",
        author=str(authors[0].get("display") or "") if authors and isinstance(authors[0], dict) else "",
        kind=str(kind.get("text") or coding.get("display") or ""),
        patient=str(subject.get("reference") or subject.get("display") or "").removeprefix("Patient/"),
        date=str(period.get("start") or r.get("effectiveDateTime") or r.get("date") or "")[:10],
    )


def _notes_of(r: dict[str, Any], binaries: dict[str, str]) -> Iterator[Carried | NoteError]:
    note_id = str(r.get("id") or "resource")
    try:
        told = _told(r)
        if r["resourceType"] == "Composition":
            divs = [str((s.get("text") or {}).get("div") or "") for s in r.get("section") or ()]
            titles = [str(s.get("title") or "") for s in r.get("section") or ()]
            text = "\n".join(
                f"{t}:\n{read_html(d.encode()).text}" if t else read_html(d.encode()).text for t, d in zip(titles, divs, strict=True) if d
            )
            if text.strip():
                yield Carried(note_id, Extracted(text, told.author, told.kind, told.patient, told.date))
            return
        rows = [c.get("attachment") or {} for c in r.get("content") or ()] + list(r.get("presentedForm") or ())
        found = 0
        for attachment in rows:
            data = attachment.get("data") or binaries.get(str(attachment.get("url") or ""))
            if data:
                found += 1
                yield Carried(note_id if found == 1 else f"{note_id}/{found}", told, decoded(str(data)))
        if not found:
            yield NoteError("empty", "The resource holds no attachment inline; nothing is fetched.", note_id)
    except NoteError as error:
        yield NoteError(error.code, error.message, note_id)
    except (AttributeError, TypeError, IndexError, KeyError) as error:
        yield NoteError("not_text", f"The resource cannot be read ({type(error).__name__}).", note_id)
