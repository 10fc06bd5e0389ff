"""One self-contained page: worklist with sort and filter, one note at a time with its questions, spans lit up, print styles."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from therex.reports.harmless import harmless_all
from therex.reports.questions import UNKNOWN, questions, therapist, visit_day
from therex.reports.record import to_record
from therex.reports.wording import element_name, minutes_and_units, reasons_of, said, state_of, supported_units, visit_lines
from therex.reports.worklist import in_order
from therex.types import Assessment, Finding, Note

TEMPLATE = Path(__file__).resolve().parent.parent / "resources" / "report.html"


def to_html(found: Iterable[Assessment], notes: Iterable[Note | None] = ()) -> str:
    """The page as text; it needs no network, and note text is data in it, never markup.

    Parameters
    ----------
    notes
        The notes in the order of `found`, for what their source says of author and date; none where it is not at hand.
    """
    every = list(found)
    sources = {id(a): n for a, n in zip(every, notes, strict=False)}
    return embed(TEMPLATE, [_note(a, sources.get(id(a))) for a in in_order(every)])


def embed(template: Path, rows: list[dict[str, Any]]) -> str:
    """A page with its data, written so that nothing in them can end the script that holds them."""
    data = json.dumps(harmless_all(rows), ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return template.read_text(encoding="utf-8").replace("/*DATA*/[]", data)


def _note(a: Assessment, note: Note | None) -> dict[str, Any]:
    """The record of a note with the words that the page shows."""
    record = to_record(a)
    if a.view is None or a.time is None or a.necessity is None or a.line is None:
        record["shown"] = {"line": "error", "status": said("statuses", "error"), "why": [record["error"]["message"]]}
        return record
    record["text"] = a.view.text
    applicable = a.necessity.verdict != "not_applicable"
    name = therapist(a, note)
    record["shown"] = {
        "line": a.line.status,
        "status": said("statuses", a.line.status),
        "why": [f"{r}." for r in reasons_of(a)],
        "verdict": said("verdicts", a.necessity.verdict),
        "score": f"{a.necessity.score:.2f}" if applicable else "",
        "kind": f"{said('note_types', a.view.note_type)}, {a.view.discipline}",
        "therapist": "" if name == UNKNOWN else name,
        "day": visit_day(a, note),
        "units": minutes_and_units(a.time),
        "questions": [{"title": q.title, "text": q.text} for q in questions(a)],
        "closing": a.closing,
        "elements": [_element(f, a) for f in (*a.findings, *a.custom)],
        "supported": [supported_units(c) for c in a.time.charges],
        "lines": visit_lines(a.time),
        "claim": [
            f"Charged: {', '.join(' '.join([f'{c.code} x{c.units}', *c.modifiers]) for c in a.claim.charges)}",
            *a.claim.tables,
        ]
        if a.claim
        else [],
    }
    return record


def _element(f: Finding, a: Assessment) -> dict[str, Any]:
    """An element as the page shows it; its evidence is in the record, in the same order."""
    return {
        "name": element_name(f.id),
        "found": f.found,
        "finding": said("findings", f.finding),
        "in_order": f.finding in ("ok", "not_required"),
        "said": state_of(f, a.time) if f.found != "present" else "",
        "rule": f"{f.requirement}, {f.severity}" if f.requirement != "none" else "",
    }
