"""A record as rows of tables: one for the note, and one a span, an element, a charge. What databases and Spark write."""

from __future__ import annotations

from typing import Any

ELEMENT = ("found", "finding", "requirement", "severity", "rule")
SPAN = ("start", "end", "label", "attribute", "assertion")


def note_row(record: dict[str, Any]) -> dict[str, Any]:
    """The columns of a note; None where the record does not tell them."""
    source, error = record.get("source") or {}, record.get("error") or {}
    time, line, necessity = record.get("time") or {}, record.get("line") or {}, record.get("necessity") or {}
    return {
        "note_id": record["note_id"], "status": record["status"], "error_code": error.get("code"), "error_message": error.get("message"),
        "patient": source.get("patient"), "service_date": source.get("date"), "author": source.get("author"), "source_type": source.get("type"),
        "payer": record.get("payer"), "note_type": record.get("note_type"), "discipline": record.get("discipline"),
        "line_status": line.get("status"), "verdict": necessity.get("verdict"), "score": necessity.get("score"), "model": necessity.get("model"),
        "minutes_97110": (time.get("codes") or {}).get("97110"), "timed_total": time.get("timed_total"), "session_total": time.get("session_total"),
        "units_97110": (time.get("billed_units") or {}).get("97110"),
    }  # fmt: skip


def element_rows(record: dict[str, Any]) -> list[dict[str, Any]]:
    """One row an element, those of an organisation's own profile included."""
    rows = (*record.get("elements", ()), *record.get("custom_elements", ()))
    return [{"element": e["id"], **{k: e[k] for k in ELEMENT}} for e in rows]


def span_rows(record: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a span; its text is None where the record leaves it out."""
    return [{**{k: s[k] for k in SPAN}, "text": s.get("text")} for s in record.get("spans", ())]


def reasons(record: dict[str, Any]) -> list[str]:
    """The reasons for the status of the line."""
    return list((record.get("line") or {}).get("because", ()))


def contradictions(record: dict[str, Any]) -> list[str]:
    """The contradictions of a note."""
    return [c["id"] for c in record.get("contradictions", ())]
