"""Reading marked notes: YAML front matter, then text with nested ``⟦LABEL:attribute text⟧`` marks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from therex.catalog.patterns import Patterns
from therex.corpus.files import read_text
from therex.corpus.ids import with_ids
from therex.errors import CorpusError
from therex.types import CONTRADICTIONS, ELEMENTS, LABELS

_RE = Patterns("corpus")

_WITH_ATTRIBUTE = ("EXERCISE", "DURATION", "SERVICE")
VALUES = {
    "note_type": ("daily", "evaluation", "progress", "discharge", "other"),
    "discipline": ("PT", "OT", "SLP", "other"),
    "necessity": ("supported", "not_supported", "not_applicable"),
    "confidence": ("clear", "arguable"),
}
# parts of the front matter that are no single values, where they are there
_TABLE = (dict, "names with values")
_KINDS: dict[str, tuple[type, str]] = {
    "elements": _TABLE, "minutes": _TABLE, "units": _TABLE, "types": _TABLE, "values": _TABLE, "relations": _TABLE, "contradictions": (list, "a list"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MarkedNote:
    """A note, its marks as (start, end, label, attribute), and its front matter."""

    id: str = field(repr=False)
    text: str = field(repr=False)
    spans: tuple[tuple[int, int, str, str | None], ...]
    meta: dict[str, Any] = field(repr=False)


def _takes(label: str, attribute: str) -> bool:
    """Whether a label may have an attribute."""
    return label in _WITH_ATTRIBUTE and _RE[label].fullmatch(attribute) is not None


def parse(raw: str, name: str = "note") -> MarkedNote:
    """The note in `raw`.

    Raises
    ------
    CorpusError
        A mark or the front matter breaks the format; the message says which and in what line, without note text.
    """
    raw = raw.removeprefix("\ufeff")
    if raw.startswith("---\r\n"):  # saved by an editor of Windows
        raw = raw.replace("\r\n", "\n")
    head, mark, body = raw.removeprefix("---\n").partition("\n---\n")
    if not (raw.startswith("---\n") and mark):
        raise CorpusError(f"{name}: no front matter between two --- lines at the top; docs/annotation.md shows the .note format")
    meta = _front(head, name)
    text, spans = parse_marks(body, name, head.count("\n") + 4)
    note = MarkedNote(str(meta.get("id", name)), text, spans, meta)
    problems = faults(note)
    if problems:
        raise CorpusError(f"{name}: {problems[0]}")
    return note


def _front(head: str, name: str) -> dict[str, Any]:
    """The front matter; an id is taken as it is written, never as the number or day that YAML makes of it."""
    try:
        meta = yaml.safe_load(head) or {}
        if isinstance(meta, dict) and "id" in meta and not isinstance(meta["id"], str):
            meta["id"] = yaml.load(head, Loader=yaml.BaseLoader)["id"]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise CorpusError(f"{name}: the front matter is not valid YAML{f' (line {mark.line + 2})' if mark else ''}") from None
    if not isinstance(meta, dict) or not isinstance(meta.get("id", ""), str):
        raise CorpusError(f"{name}: the front matter must be keys with values, and the id must be text")
    return meta


def parse_marks(body: str, name: str = "text", line: int = 1) -> tuple[str, tuple[tuple[int, int, str, str | None], ...]]:
    """A marked text without its marks, and the marks as (start, end, label, attribute).

    Parameters
    ----------
    body
        Text with ``⟦LABEL:attribute text⟧`` marks.
    name, line
        What errors call the text, and the number of its first line.

    Raises
    ------
    CorpusError
        A mark breaks the format.
    """
    out: list[str] = []
    spans: list[tuple[int, int, str, str | None]] = []
    stack: list[tuple[int, str, str | None]] = []
    i = length = 0
    while i < len(body):
        where = f"{name} line {line + body.count(chr(10), 0, i)}"
        if body[i] == "⟦":
            mark = _RE["mark"].match(body, i)
            if mark is None or mark[1] not in LABELS:
                raise CorpusError(f"{where}: the label of a mark must be one of {', '.join(LABELS)}")
            label, attribute = mark[1], mark[2]
            if attribute and not _takes(label, attribute):
                raise CorpusError(f"{where}: {label} has an attribute that it cannot have (see `therex corpus labels {label}`)")
            if label == "DURATION" and not attribute:
                raise CorpusError(f"{where}: DURATION must have an attribute (see `therex corpus labels DURATION`)")
            stack.append((length, label, attribute))
            i = mark.end()
        elif body[i] == "⟧":
            if not stack:
                raise CorpusError(f"{where}: ⟧ without a ⟦ before it")
            start, label, attribute = stack.pop()
            if start == length:
                raise CorpusError(f"{where}: a {label} mark has no text")
            spans.append((start, length, label, attribute))
            i += 1
        else:
            out.append(body[i])
            length += 1
            i += 1
    if stack:
        raise CorpusError(f"{name}: a {stack[-1][1]} mark has no ⟧")
    return "".join(out), tuple(sorted(spans))


def faults(note: MarkedNote) -> list[str]:
    """Departures of the front matter from the format."""
    meta, found = note.meta, []
    for key, allowed in VALUES.items():
        if meta.get(key) not in allowed:
            found.append(f"{key} must be one of {', '.join(allowed)}")
    elements = meta.get("elements") or {}
    found += [f"{key} must be {words}" for key, (kind, words) in _KINDS.items() if not isinstance(meta.get(key) or kind(), kind)]
    minutes = meta.get("minutes")
    if isinstance(minutes, dict) and not isinstance(minutes.get("codes") or {}, dict):
        found.append("minutes.codes must be names with values")
    if not isinstance(elements, dict):
        return [*found, "elements must have the state of each element"]
    found += [f"elements.{e} must be present, weak or missing" for e in ELEMENTS if elements.get(e) not in ("present", "weak", "missing")]
    found += [f"elements has an unknown name; the names are {', '.join(ELEMENTS)}" for e in elements if e not in ELEMENTS]
    contradictions = meta.get("contradictions") or []
    if not isinstance(contradictions, list) or any(c not in CONTRADICTIONS for c in contradictions):
        found.append(f"contradictions must be a list of any of {', '.join(CONTRADICTIONS)}")
    return found


def attribute_fits(label: str, attribute: str | None) -> bool:
    """Whether a label takes an attribute; DURATION wants one."""
    if not attribute:
        return label != "DURATION"
    return isinstance(attribute, str) and _takes(label, attribute)


def load_folder(folder: Path) -> list[MarkedNote]:
    """Every marked note under `folder`, sorted by path.

    Raises
    ------
    CorpusError
        There is none, or one breaks the format.
    """
    files = sorted(folder.rglob("*.note")) if folder.is_dir() else []
    if not files:
        raise CorpusError("no marked notes in that folder: they are files ending in .note (docs/annotation.md shows the format)")
    return with_ids(parse(read_text(f, f"note {n}"), f"note {n}") for n, f in enumerate(files, 1))


def render(note: MarkedNote) -> str:
    """The file of a marked note; `parse` reads it back.

    Raises
    ------
    CorpusError
        Two spans cross: the format can nest marks, not cross them.
    """
    body: list[str] = []
    stack: list[int] = []
    last = 0
    for start, end, label, attribute in sorted(note.spans, key=lambda s: (s[0], -s[1])):
        while stack and stack[-1] <= start:
            body += [note.text[last : stack[-1]], "⟧"]
            last = stack.pop()
        if stack and end > stack[-1]:
            raise CorpusError(f"a {label} crosses another mark at character {start}: marks may nest, but not cross")
        body += [note.text[last:start], f"⟦{label}:{attribute} " if attribute else f"⟦{label} "]
        last = start
        stack.append(end)
    while stack:
        body += [note.text[last : stack[-1]], "⟧"]
        last = stack.pop()
    body.append(note.text[last:])
    head = yaml.safe_dump(
        {"id": note.id, **{k: v for k, v in note.meta.items() if k != "id"}}, sort_keys=False, allow_unicode=True, width=10_000
    )
    return f"---\n{head}---\n{''.join(body)}"


def checked(note_id: str, text: str, spans: list[tuple[int, int, str, str | None]], meta: dict[str, Any], where: str) -> MarkedNote:
    """A note from another format, held to this one.

    Raises
    ------
    CorpusError
        A span lies outside the text, has an unknown label or an attribute that it does not take, or the front matter
        is incomplete; the message says where and what, without note text.
    """
    if not isinstance(text, str):
        raise CorpusError(f"{where}: its text must be a string")
    for n, (start, end, label, attribute) in enumerate(spans, 1):
        at = f"{where}, span {n}"
        if type(start) is not int or type(end) is not int:
            raise CorpusError(f"{at}: offsets must be whole numbers")
        if not 0 <= start < end <= len(text):
            raise CorpusError(f"{at}: offsets {start} to {end} are outside a text of {len(text)} characters")
        if label not in LABELS:
            raise CorpusError(f"{at}: the label must be one of {', '.join(LABELS)}")
        if not attribute_fits(label, attribute):
            raise CorpusError(
                f"{at}: DURATION must have an attribute (see `therex corpus labels DURATION`)"
                if not attribute
                else f"{at}: {label} has an attribute that it cannot have (see `therex corpus labels {label}`)"
            )
    note = MarkedNote(note_id, text, tuple(sorted(spans, key=lambda s: (s[0], s[1], s[2], s[3] or ""))), {"id": note_id, **meta})
    problems = faults(note)
    if problems:
        raise CorpusError(f"{where}: {problems[0]}")
    return note


def same_quote(text: str, start: int, end: int, quote: str | None, where: str) -> None:
    """Refuse a span whose quoted text is not what stands at its offsets.

    Raises
    ------
    CorpusError
        They differ.
    """
    if quote is not None and text[start:end] != quote:
        raise CorpusError(f"{where}: the quoted text is not the text at {start} to {end}")
