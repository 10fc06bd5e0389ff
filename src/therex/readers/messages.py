"""HL7 v2 messages (MDM, ORU) and FHIR resources (DocumentReference, DiagnosticReport, Composition; Bundle, NDJSON)."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from therex.catalog.patterns import Patterns
from therex.errors import NoteError
from therex.readers.limits import ELEMENTS, many_brackets
from therex.readers.markup import decoded, read_html
from therex.readers.office import Extracted
from therex.readers.text import json_of, sound

_RE = Patterns("readers")


@dataclass(frozen=True, slots=True)
class Carried:
    """A note in a message or resource: its text, or the bytes of an attachment, with what was said of it."""

    note_id: str = field(repr=False)
    told: Extracted = field(repr=False)
    attachment: bytes | None = field(default=None, repr=False)


# segments and fields of a message, for each of which the parser needs about a kilobyte
SEGMENTS, FIELDS = 20_000, 300_000
# resources of a Bundle that may share an attachment
SHARING = 100
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
        raise NoteError("not_text", f"Message {n} is not an MDM or ORU message.")
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
        raise NoteError("empty", f"Message {n} has no text.")


def read_fhir(text: str) -> Iterator[Carried | NoteError]:
    """The notes of one resource, a Bundle, a list, or lines of resources; an entry that cannot be read is an error of its own.

    Raises
    ------
    NoteError
        ``too_large``: it has more lists and objects than are read.
    """
    if many_brackets(text):
        raise NoteError("too_large", f"The JSON has more than {ELEMENTS:,} lists and objects.")
    none = True
    for found in _from_json(text):
        none = False
        yield found
    if none:
        yield NoteError("empty", f"The file has no resource with notes: it must be one of {', '.join(_HOLDERS)}.")


def _from_json(text: str) -> Iterator[Carried | NoteError]:
    try:
        whole = json_of(text)
    except ValueError:
        # a string may hold other ends of lines than these
        for n, line in enumerate(io.StringIO(text, newline=None), 1):
            if line.strip():
                yield from _from_line(line, n)
    else:
        yield from _from_resource(whole, "The file")


def _from_line(line: str, n: int) -> Iterator[Carried | NoteError]:
    try:
        resource = json_of(line)
    except ValueError:
        yield NoteError("not_text", f"Line {n} is not JSON, or has the same key twice.")
    else:
        yield from _from_resource(resource, f"Line {n}")


def _from_resource(resource: Any, place: str) -> Iterator[Carried | NoteError]:
    """The notes of a resource with those in it; `place` is what an error calls it."""
    found = list(_resources(resource, place))
    binaries: dict[str, str] = {}
    for r, url in found:
        if isinstance(r, dict) and r["resourceType"] == "Binary":
            data = str(r.get("data") or "")
            for name in {f"Binary/{r.get('id')}", url} - {""}:
                # where two bear one name, neither is what is meant
                binaries[name] = data if binaries.get(name, data) == data else ""
    used: Counter[str] = Counter()
    for r, _ in found:
        if isinstance(r, NoteError):
            yield r
        elif r["resourceType"] in _HOLDERS:
            yield from _notes_of(r, binaries, used)


def _resources(resource: Any, place: str) -> Iterator[tuple[dict[str, Any] | NoteError, str]]:
    """A resource, those of its entries and those it contains, however deep, in their order, with their full addresses."""
    waiting: list[tuple[Any, str, str]] = [(resource, place, "")]
    while waiting:
        r, where, url = waiting.pop()
        if isinstance(r, list):
            waiting += [(x, f"{where}, resource {i}", "") for i, x in reversed(list(enumerate(r, 1)))]
            continue
        if not isinstance(r, dict) or not isinstance(r.get("resourceType"), str):
            yield NoteError("not_text", f"{where} is not a FHIR resource."), ""
            continue
        contained = r.get("contained") or []
        entries = r.get("entry") or [] if r["resourceType"] == "Bundle" else []
        if not isinstance(contained, list) or not isinstance(entries, list):
            yield NoteError("not_text", f"{where}: entries of a Bundle, and contained resources, must be lists."), ""
            contained, entries = [x if isinstance(x, list) else [] for x in (contained, entries)]
        inner = [(x, f"{where}, contained resource {i}", "") for i, x in enumerate(contained, 1)]
        for i, e in enumerate(entries, 1):
            if not isinstance(e, dict):
                inner.append((e, f"{where}, entry {i}", ""))
            elif "resource" in e:  # an entry may be a request or an answer alone
                inner.append((e["resource"], f"{where}, entry {i}", str(e.get("fullUrl") or "")))
        waiting += reversed(inner)
        yield r, url


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


def _notes_of(r: dict[str, Any], binaries: dict[str, str], used: Counter[str]) -> Iterator[Carried | NoteError]:
    """The notes of one resource; `used` counts how often each of `binaries` was taken."""
    note_id = str(r.get("id") or "resource")
    try:
        told = _told(r)
        if r["resourceType"] == "Composition":
            text = "\n".join(_parts(r))
            if not text.strip():
                raise NoteError("empty", "The composition has no narrative.")
            yield Carried(note_id, Extracted(text, told.author, told.kind, told.patient, told.date))
            return
        rows = [c.get("attachment") or {} for c in r.get("content") or ()] + list(r.get("presentedForm") or ())
        for n, attachment in enumerate(rows or [{}], 1):
            url = str(attachment.get("url") or "")
            data = attachment.get("data") or binaries.get(url)
            its_id = note_id if n == 1 else f"{note_id}/{n}"
            if not data:
                yield NoteError("empty", "The resource has no inline attachment; linked attachments are not downloaded.", its_id)
                continue
            used[url] += not attachment.get("data")
            if used[url] > SHARING:
                yield NoteError("too_large", f"More than {SHARING} resources share one attachment: it is not read again.", its_id)
                continue
            try:
                yield Carried(its_id, told, decoded(str(data)))
            except NoteError as error:
                yield NoteError(error.code, error.message, its_id)
    except NoteError as error:
        yield NoteError(error.code, error.message, note_id)
    except (AttributeError, TypeError, IndexError, KeyError, RecursionError) as error:
        yield NoteError("not_text", f"The resource cannot be read ({type(error).__name__}).", note_id)


def _parts(part: dict[str, Any]) -> Iterator[str]:
    """The narrative of a composition or section, and of the sections in it, each under its title."""
    div = str((part.get("text") or {}).get("div") or "")
    title = str(part.get("title") or "") if part.get("resourceType") is None else ""
    if div:
        text = read_html(sound(div).encode()).text
        yield f"{title}:\n{text}" if title else text
    for section in part.get("section") or ():
        yield from _parts(section)
