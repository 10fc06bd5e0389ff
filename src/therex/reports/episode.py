"""An episode for the terminal, as a record, and as a page with its measures plotted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from therex.catalog.episode import less_is_better
from therex.reports.harmless import escaped
from therex.reports.html import embed
from therex.reports.record import SCHEMA_VERSION, to_record
from therex.reports.terminal import LINE_STYLE
from therex.reports.wording import element_name, reasons_of, said, sentences
from therex.types import Assessment, Episode, EpisodeFinding, Passage

TEMPLATE = Path(__file__).resolve().parent.parent / "resources" / "chart.html"
_SEVERITY = {"critical": "bold red", "major": "yellow", "minor": "cyan"}


def episode_record(e: Episode, *, text: bool = True) -> dict[str, Any]:
    """One episode as JSON: visits, findings with their passages, measures over time, and the records of its notes.

    Without `text`, what the notes say is left out, but for the names and values of measures.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "patient": e.patient,
        "discipline": e.discipline,
        "maintenance": e.maintenance,
        "findings": [
            {
                "id": f.id, "severity": f.severity, "note_id": e.notes[f.note].note_id, "message": f.message, "query": f.query, "citation": f.citation,
                "evidence": [_passage(e, p, text) for p in f.evidence],
            }
            for f in e.findings
        ],
        "measures": [
            {
                "name": t.name, "side": t.side or None, "unit": t.unit or None, "direction": t.direction, "less_is_better": less_is_better(t.name),
                "points": [{"note_id": e.notes[p.note].note_id, "date": p.day.isoformat() if p.day else None, "value": p.value} for p in t.points],
            }
            for t in e.trends
        ],
        "visits": [
            {"date": _day(e, i), "number": e.numbers[i], **_with_source(a, text)} for i, a in enumerate(e.assessments)
        ],
    }  # fmt: skip


def _with_source(a: Assessment, text: bool) -> dict[str, Any]:
    """The record of a note; an element found in another note names it."""
    record = to_record(a, text=text)
    for row, f in zip(record["elements"], a.findings, strict=True):
        if f.note_id:
            row["evidence_note_id"] = f.note_id
    return record


def _passage(e: Episode, p: Passage, text: bool) -> dict[str, Any]:
    told = {"text": e.notes[p.note].text[p.start : p.end]} if text else {}
    return {"note_id": e.notes[p.note].note_id, "start": p.start, "end": p.end, **told}


def _day(e: Episode, place: int) -> str | None:
    day = e.notes[place].day
    return day.isoformat() if day else None


def episodes_html(found: Iterable[Episode]) -> str:
    """The page as text; it needs no network, and note text is data in it, never markup."""
    rows = []
    for e in found:
        record = episode_record(e)
        for visit, note, a in zip(record["visits"], e.notes, e.assessments, strict=True):
            visit["text"] = note.text
            visit["why"] = sentences(reasons_of(a))
            visit["shown"] = {
                "status": said("statuses", a.line.status if a.line else "error"),
                "kind": said("note_types", a.view.note_type) if a.view else "",
                "elsewhere": {f.id: element_name(f.id).lower() for f in a.findings if f.note_id},
            }
        for row, f in zip(record["findings"], e.findings, strict=True):
            row["title"] = said("episode", f.id)
        rows.append(record)
    return embed(TEMPLATE, sorted(rows, key=_worst))


def _worst(record: Mapping[str, Any]) -> tuple[int, ...]:
    """Sort key: the episodes with the most critical findings first, then the most major, then the most minor."""
    counts = Counter(f["severity"] for f in record["findings"])
    return tuple(-counts[s] for s in _SEVERITY)


def episode_view(e: Episode) -> RenderableType:
    """One episode for the terminal: its visits, what was found across them, and its measures."""
    first, last = _day(e, 0), _day(e, len(e.notes) - 1)
    kind = "maintenance program" if e.maintenance else "rehabilitation"
    head = Text.assemble(
        (e.patient or "(patient not named)", "bold"), f"  {e.discipline}, {len(e.notes)} notes, {first or '?'} to {last or '?'}, {kind}"
    )
    return Group(head, "", _visits(e), "", *_findings(e), "", *_measures(e))


def _visits(e: Episode) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("date", "visit", "document", "97110", "why"):
        table.add_column(name, no_wrap=name != "why", overflow="fold")
    for i, a in enumerate(e.assessments):
        if a.line is None or a.view is None:
            continue
        number = e.numbers[i]
        table.add_row(
            _day(e, i) or "–",
            "–" if number is None else str(number),
            said("note_types", a.view.note_type),
            Text(said("statuses", a.line.status), LINE_STYLE[a.line.status]),
            sentences(reasons_of(a)),
        )
    return table


def _findings(e: Episode) -> list[RenderableType]:
    if not e.findings:
        return [Text("No findings across the notes.", "green")]
    out: list[RenderableType] = []
    for f in e.findings:
        out.append(
            Text.assemble(
                (f"{f.severity:8}", _SEVERITY[f.severity]),
                f" {_day(e, f.note) or '–'}  ",
                (said("episode", f.id), "bold"),
                f"  {f.message}",
            )
        )
        out += _passages(e, f)
    return out


def _passages(e: Episode, f: EpisodeFinding) -> list[RenderableType]:
    """The passages of the notes: one line a passage, cut to a line's length."""
    out: list[RenderableType] = []
    for p in f.evidence[:4]:
        told = " ".join(e.notes[p.note].text[p.start : p.end].split())
        if told:
            out.append(Text(f"           {_day(e, p.note) or '–'}: “{told[:110]}{'…' if len(told) > 110 else ''}”", "dim"))
    if f.query:
        out.append(Text(f"           Question: {f.query.partition('?')[0]}?", "italic"))
    return out


def _measures(e: Episode) -> list[RenderableType]:
    if not e.trends:
        return [Text("No measure was recorded more than once.", "dim")]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("measure", "values", "trend"):
        table.add_column(name, overflow="fold")
    style = {"improving": "green", "flat": "yellow", "worse": "red"}
    for t in e.trends:
        values = " → ".join(f"{p.value:g}" for p in t.points)
        table.add_row(
            f"{t.name}{f', {t.side}' if t.side else ''}", f"{values}{f' {t.unit}' if t.unit else ''}", Text(t.direction, style[t.direction])
        )
    return [table]


def episode_line(e: Episode, *, text: bool = True) -> str:
    """The record as one line of JSON."""
    return escaped(json.dumps(episode_record(e, text=text), ensure_ascii=False, separators=(", ", ": ")))
