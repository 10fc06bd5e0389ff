"""One assessment as the JSON contract has it (product.md, "JSON Lines contract")."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from therex.catalog.codes import codes
from therex.reports.harmless import escaped
from therex.types import Assessment, ChargeLine, Claim, Finding, Minutes, Note, Range

SCHEMA_VERSION = "1.2"


def _ranges(found: Iterable[Range]) -> list[dict[str, int]]:
    return [{"start": r.start, "end": r.end} for r in found]


def to_record(a: Assessment, note: Note | None = None, *, text: bool = True) -> dict[str, Any]:
    """The record of one note; an error record where it could not be analysed.

    Parameters
    ----------
    note
        The note, for what its source says of it.
    text
        False leaves out what the note says: the text of spans and the names that it uses.
    """
    head: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "note_id": a.note_id}
    if note is not None and (source := _source(note)):
        head["source"] = source
    if a.error is not None or a.view is None or a.time is None or a.necessity is None or a.line is None:
        code, message = a.error or ("internal", "The note could not be analyzed.")
        return {**head, "status": "error", "error": {"code": code, "message": message}}
    view = a.view
    return {
        **head,
        "status": "ok",
        "payer": a.payer,
        "note_type": view.note_type,
        "discipline": view.discipline,
        "line": {"code": a.line.code, "status": a.line.status, "because": list(a.line.because), "messages": dict(a.line.messages)},
        "necessity": {
            "verdict": a.necessity.verdict,
            "score": a.necessity.score,
            "model": a.necessity.model,
            "reasons": [{"feature": r.feature, "direction": r.direction, "weight": r.weight, "message": r.message, "evidence": _ranges(r.evidence)} for r in a.necessity.reasons],
        },
        "elements": [_finding(f) for f in a.findings],
        **({"custom_elements": [_finding(f) for f in a.custom]} if a.custom else {}),
        **({"claim": _claim(a.claim)} if a.claim is not None else {}),
        "code_fit": [{"exercise": f.exercise, "reads_as": f.reads_as, "message": f.message, "evidence": _ranges(f.evidence)} for f in a.fits],
        "hints": [{"id": h.id, "message": h.message, "evidence": _ranges(h.evidence)} for h in a.hints],
        "contradictions": [{"id": c.id, "message": c.message, "evidence": _ranges(c.evidence)} for c in a.contradictions],
        "time": _time(a.time),
        "sections": [{"kind": s.kind, "start": s.start, "end": s.end} for s in view.sections],
        "spans": [
            {
                "start": s.start, "end": s.end, "label": s.label, "attribute": s.attribute, "assertion": s.assertion, "modifiers": list(s.modifiers),
                **({"text": view.text[s.start : s.end]} if text else {}), "value": _value(s.value, text), "source": s.source,
            }
            for s in view.spans
        ],
        "relations": [{"type": r.type, "from": r.from_, "to": r.to} for r in view.relations],
    }  # fmt: skip


def _time(time: Minutes) -> dict[str, Any]:
    """Minutes and units: what the note states, what can be worked out, and what is billed beside what is supported."""
    visit = time.visit
    return {
        "codes": dict(time.codes),
        "timed_total": time.timed_total,
        "session_total": time.session_total,
        "clock": list(time.clock),
        "billed_units": dict(time.billed_units),
        "computed": {k: dict(v) for k, v in time.computed.items()},
        "supported_units": time.supported_units,
        "charges": [_charge(c) for c in time.charges],
        "visit": {
            "billed_timed": visit.billed_timed,
            "billed_total": visit.billed_total,
            "most_units": visit.most,
            "minutes": visit.minutes,
            "from": visit.source or None,
        },
    }


def _charge(c: ChargeLine) -> dict[str, Any]:
    return {
        "code": c.code,
        "service": codes().get(c.code, {}).get("name"),
        "timed": c.timed,
        "minutes": c.minutes,
        "from": c.minutes_from or None,
        "billed": c.billed,
        "supported": None if c.cms is None else {"cms": c.cms, "ama": c.ama},
    }


def _finding(f: Finding) -> dict[str, Any]:
    return {
        "id": f.id, "found": f.found, "finding": f.finding, "requirement": f.requirement, "severity": f.severity, "rule": f.rule,
        "citation": f.citation, "message": f.message, "query": f.query, "evidence": _ranges(f.evidence),
    }  # fmt: skip


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "charges": [{"code": c.code, "units": c.units, "modifiers": list(c.modifiers), "amount": c.amount} for c in claim.charges],
        "tables": list(claim.tables),
        "findings": [{"id": f.id, "severity": f.severity, "code": f.code, "message": f.message, "query": f.query} for f in claim.findings],
    }


def _source(note: Note) -> dict[str, str]:
    """What the source says of a note: only what it says."""
    told = {"patient": note.patient, "date": note.day.isoformat() if note.day else "", "author": note.author, "type": note.kind}
    return {k: v for k, v in told.items() if v}


def _value(value: Mapping[str, Any] | None, text: bool) -> dict[str, Any] | None:
    if not value:
        return None
    return {k: v for k, v in value.items() if text or not isinstance(v, str) or k in _CLOSED}


# the parts of a value whose words are ours, not the note's
_CLOSED = ("unit", "side", "type", "body_part")


def to_line(a: Assessment, note: Note | None = None, *, text: bool = True) -> str:
    """The record as one line of JSON."""
    return escaped(json.dumps(to_record(a, note, text=text), ensure_ascii=False, separators=(", ", ": ")))
