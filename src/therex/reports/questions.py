"""Questions to the therapists: non-leading, none about exercise where none was given, one message a therapist."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from therex.reports.wording import about_exercise, element_name, said
from therex.types import Assessment, Note

if TYPE_CHECKING:
    from docx.document import Document

UNKNOWN = "Therapist not named"
INTRODUCTION = "These questions come from a review of the notes below. No particular answer is expected."


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `about` is the element, contradiction or charge that it is about, `title` its name."""

    about: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to one therapist: the notes asked about, each with its date and its questions, and the closing sentences of the payers."""

    therapist: str = field(repr=False)
    notes: tuple[tuple[str, str, tuple[Question, ...]], ...] = field(repr=False)
    closings: tuple[str, ...] = ()


def questions(a: Assessment) -> tuple[Question, ...]:
    """What to ask about one note, without the closing sentence; nothing where 97110 was neither given nor billed."""
    if a.line is None or a.necessity is None or a.line.status == "no_97110":
        return ()
    given = a.necessity.verdict != "not_applicable"
    asked = [(c.id, said("topics", c.id), c.query) for c in a.contradictions]
    touched = {c.touches for c, (_, _, query) in zip(a.contradictions, asked, strict=True) if query}
    asked += [
        (f.id, element_name(f.id), f.query)
        for f in (*a.findings, *a.custom)
        if f.finding in ("missing", "weak", "contradicted") and f.id not in touched and (given or not about_exercise(f.id))
    ]
    asked += [(x.id, said("topics", x.id), x.query) for x in (a.claim.findings if a.claim else ())]
    out: dict[str, Question] = {}
    for about, title, query in asked:
        text = query.removesuffix(a.closing).strip()
        if text:
            out.setdefault(text, Question(about, title, text))
    return tuple(out.values())


_SIGNER = re.compile(r"\s+")


def therapist(a: Assessment, note: Note | None = None) -> str:
    """Who wrote a note, as its source says, or as it is signed."""
    if note is not None and note.author:
        return note.author
    if a.view is None:
        return UNKNOWN
    signed = a.view.mentioned("signature")
    return _SIGNER.sub(" ", a.view.text[signed[-1].start : signed[-1].end]).strip(" ,;") if signed else UNKNOWN


def messages(done: Iterable[tuple[Assessment, Note | None]]) -> list[Message]:
    """One message a therapist, by name; those who have nothing to answer get none."""
    pairs = list(done)
    by_note = {id(a): note for a, note in pairs}
    groups: dict[str, tuple[str, list[Assessment]]] = {}
    for a, _ in pairs:
        if questions(a):
            name = therapist(a, by_note[id(a)])
            groups.setdefault(name.casefold(), (name, []))[1].append(a)
    return [
        Message(
            name,
            tuple((a.note_id, visit_day(a, by_note[id(a)]), questions(a)) for a in notes),
            tuple(dict.fromkeys(a.closing for a in notes if a.closing)),
        )
        for name, notes in sorted(groups.values(), key=lambda g: (g[0] == UNKNOWN, g[0].casefold()))
    ]


def visit_day(a: Assessment, note: Note | None = None) -> str:
    """The date of service, as the source of a note says or as it is written; empty where neither does."""
    if note is not None and note.day is not None:
        return note.day.isoformat()
    told = a.view.mentioned("service_date") if a.view else ()
    return " ".join(a.view.text[told[0].start : told[0].end].split()) if told and a.view else ""


def _heading(note_id: str, day: str) -> str:
    return f"Note {note_id}, {day}" if day and day not in note_id else f"Note {note_id}"


def to_text(found: Sequence[Message]) -> str:
    """The messages as plain text, a line of dashes between them."""
    return f"\n{'-' * 72}\n\n".join(_text(m) for m in found) if found else "No questions.\n"


def _text(m: Message) -> str:
    lines = [f"To: {m.therapist}", "", INTRODUCTION]
    for note_id, day, asked in m.notes:
        lines += ["", _heading(note_id, day), *(f"  {k}. {q.title}: {q.text}" for k, q in enumerate(asked, 1))]
    return "\n".join([*lines, "", *m.closings]).rstrip() + "\n"


def to_docx(found: Sequence[Message]) -> bytes:
    """The messages as a Word document, each on a page of its own."""
    from docx import Document

    document = Document()
    for k, m in enumerate(found):
        if k:
            document.add_page_break()
        _write(document, m)
    if not found:
        document.add_paragraph("No questions.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _write(document: Document, m: Message) -> None:
    document.add_heading(_plain(f"To: {m.therapist}"), 1)
    document.add_paragraph(INTRODUCTION)
    for note_id, day, asked in m.notes:
        document.add_heading(_plain(_heading(note_id, day)), 2)
        for q in asked:
            paragraph = document.add_paragraph(style="List Bullet")
            paragraph.add_run(f"{q.title}: ").bold = True
            paragraph.add_run(q.text)
    for sentence in m.closings:
        document.add_paragraph(sentence)


def _plain(text: str) -> str:
    """Without the control characters that a Word document cannot hold."""
    return "".join(c if c.isprintable() else " " for c in text)
