"""The JSON Schema of one record, published with the package."""

from __future__ import annotations

from typing import Any

from therex.reports.record import SCHEMA_VERSION
from therex.types import CONTRADICTIONS, ELEMENTS, LABELS


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of one line of ``therex screen --format jsonl``."""
    place = {
        "type": "object",
        "properties": {"start": {"type": "integer", "minimum": 0}, "end": {"type": "integer", "minimum": 0}},
        "required": ["start", "end"],
    }
    source = {
        "type": "object",
        "properties": {k: {"type": "string"} for k in ("patient", "date", "author", "type")},
        "additionalProperties": False,
    }
    number = {"type": ["integer", "number"], "minimum": 0}
    by_code = {"type": "object", "additionalProperties": number}
    units = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
    ok: dict[str, Any] = {
        "type": "object",
        "required": ["schema_version", "note_id", "status", "note_type", "discipline", "line", "necessity", "elements", "contradictions", "time", "spans", "relations"],
        "properties": {
            "schema_version": {"const": SCHEMA_VERSION},
            "note_id": {"type": "string"},
            "source": source,
            "status": {"const": "ok"},
            "payer": {"type": "string"},
            "note_type": {"enum": ["daily", "evaluation", "progress", "discharge", "other"]},
            "discipline": {"enum": ["PT", "OT", "SLP", "other"]},
            "line": {
                "type": "object", "required": ["code", "status", "because"],
                "properties": {"code": {"const": "97110"}, "status": {"enum": ["ready", "review", "hold", "no_97110"]}, "because": {"type": "array", "items": {"type": "string"}}, "messages": {"type": "object", "additionalProperties": {"type": "string"}}},
            },
            "necessity": {
                "type": "object", "required": ["verdict", "score", "model", "reasons"],
                "properties": {
                    "verdict": {"enum": ["supported", "not_supported", "needs_review", "not_applicable"]},
                    "score": {"type": "number", "minimum": 0, "maximum": 1}, "model": {"type": "string"},
                    "reasons": {"type": "array", "items": {"type": "object", "required": ["feature", "direction", "weight", "message", "evidence"], "properties": {"direction": {"enum": ["for", "against"]}, "evidence": {"type": "array", "items": place}}}},
                },
            },
            "elements": {"type": "array", "minItems": len(ELEMENTS), "maxItems": len(ELEMENTS), "items": _finding({"enum": list(ELEMENTS)}, place)},
            "custom_elements": {"type": "array", "items": _finding({"type": "string"}, place)},
            "hints": {
                "type": "array",
                "items": {
                    "type": "object", "required": ["id", "message", "evidence"],
                    "properties": {"id": {"type": "string"}, "message": {"type": "string"}, "evidence": {"type": "array", "items": place}},
                },
            },
            "code_fit": {
                "type": "array",
                "items": {
                    "type": "object", "required": ["exercise", "reads_as", "message", "evidence"],
                    "properties": {"exercise": {"type": ["integer", "null"], "minimum": 0}, "reads_as": {"type": "string"}, "message": {"type": "string"}, "evidence": {"type": "array", "items": place}},
                },
            },
            "claim": {
                "type": "object", "required": ["charges", "findings"],
                "properties": {
                    "charges": {"type": "array", "items": {"type": "object", "required": ["code", "units", "modifiers"], "properties": {"code": {"type": "string"}, "units": {"type": "integer", "minimum": 0}, "modifiers": {"type": "array", "items": {"type": "string"}}, "amount": {"type": ["number", "null"], "minimum": 0}}}},
                    "tables": {"type": "array", "items": {"type": "string"}},
                    "findings": {"type": "array", "items": {"type": "object", "required": ["id", "severity", "code", "message", "query"], "properties": {"id": {"enum": ["billed_not_given", "over_billed", "under_billed", "charge_not_in_note", "plan_modifier", "assistant_modifier", "code_pair", "unlikely_units", "minutes_not_counted"]}, "severity": {"enum": ["critical", "major", "minor"]}}}},
                },
            },
            "contradictions": {"type": "array", "items": {"type": "object", "required": ["id", "message", "evidence"], "properties": {"id": {"enum": list(CONTRADICTIONS)}, "evidence": {"type": "array", "items": place}}}},
            "time": {
                "type": "object", "required": ["codes", "timed_total", "session_total", "clock", "billed_units", "computed", "supported_units", "charges", "visit"],
                "properties": {
                    "codes": by_code, "timed_total": {"anyOf": [number, {"type": "null"}]}, "session_total": {"anyOf": [number, {"type": "null"}]},
                    "clock": {"type": "array", "items": {"type": "string"}}, "billed_units": units, "computed": {"type": "object"},
                    "supported_units": {
                        "anyOf": [
                            {"type": "null"},
                            {
                                "type": "object", "required": ["timed_total", "cms", "ama"],
                                "properties": {
                                    "cms": {"type": "object", "required": ["total", "allocations"], "properties": {"total": {"type": "integer"}, "allocations": {"type": "array", "items": units}}},
                                    "ama": {"type": "object", "required": ["total", "units"], "properties": {"total": {"type": ["integer", "null"]}, "units": units}},
                                },
                            },
                        ]
                    },
                    "charges": {"type": "array", "items": _charge(number)},
                    "visit": _visit(number),
                },
            },
            "sections": {"type": "array", "items": place},
            "spans": {
                "type": "array",
                "items": {
                    "type": "object", "required": ["start", "end", "label", "attribute", "assertion", "modifiers", "value", "source"],
                    "properties": {
                        "label": {"enum": list(LABELS)}, "attribute": {"type": ["string", "null"]},
                        "assertion": {"enum": ["other_person", "hypothetical", "negated", "historical", "affirmed"]},
                        "modifiers": {"type": "array", "items": {"enum": ["other_person", "hypothetical", "negated", "historical"]}},
                        "text": {"type": "string"}, "value": {"type": ["object", "null"]}, "source": {"type": "string"},
                    },
                },
            },
            "relations": {"type": "array", "items": {"type": "object", "required": ["type", "from", "to"], "properties": {"type": {"enum": ["dose_of", "minutes_of", "measures", "purpose_of"]}, "from": {"type": "integer", "minimum": 0}, "to": {"type": "integer", "minimum": 0}}}},
        },
    }  # fmt: skip
    error = {
        "type": "object", "required": ["schema_version", "note_id", "status", "error"],
        "properties": {
            "schema_version": {"const": SCHEMA_VERSION}, "note_id": {"type": "string"}, "source": source, "status": {"const": "error"},
            "error": {"type": "object", "required": ["code", "message"], "properties": {"code": {"enum": ["empty", "not_text", "scanned", "encoding", "too_large", "timeout", "worker_died", "internal"]}, "message": {"type": "string"}}},
        },
        "additionalProperties": False,
    }  # fmt: skip
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"therex record {SCHEMA_VERSION}", "oneOf": [ok, error]}


def _charge(number: dict[str, Any]) -> dict[str, Any]:
    """The schema of one charge line of the visit; `supported` is null for an untimed code and where minutes are not known."""
    count = {"type": "integer", "minimum": 0}
    or_none = {"anyOf": [number, {"type": "null"}]}
    return {
        "type": "object",
        "required": ["code", "service", "timed", "minutes", "from", "billed", "supported"],
        "properties": {
            "code": {"type": "string"},
            "service": {"type": ["string", "null"]},
            "timed": {"type": "boolean"},
            "minutes": or_none,
            "from": {"enum": ["stated", "timed_total", None]},
            "billed": {"type": ["integer", "null"], "minimum": 0},
            "supported": {
                "anyOf": [{"type": "null"}, {"type": "object", "required": ["cms", "ama"], "properties": {"cms": count, "ama": count}}]
            },
        },
    }


def _visit(number: dict[str, Any]) -> dict[str, Any]:
    """The schema of the visit as a whole: `most_units` is what its length allows, `from` is where the length is from."""
    count = {"type": ["integer", "null"], "minimum": 0}
    return {
        "type": "object",
        "required": ["billed_timed", "billed_total", "most_units", "minutes", "from"],
        "properties": {
            "billed_timed": count,
            "billed_total": count,
            "most_units": count,
            "minutes": {"anyOf": [number, {"type": "null"}]},
            "from": {"enum": ["session_total", "clock", "timed_total", None]},
        },
    }


def _finding(name: dict[str, Any], place: dict[str, Any]) -> dict[str, Any]:
    """The schema of one element with what a payer makes of it."""
    return {
        "type": "object",
        "required": ["id", "found", "finding", "requirement", "severity", "rule", "citation", "message", "query", "evidence"],
        "properties": {
            "id": name, "found": {"enum": ["present", "weak", "missing"]},
            "finding": {"enum": ["contradicted", "not_required", "ok", "needs_other_document", "weak", "missing"]},
            "requirement": {"enum": ["required", "required_if", "supportive", "none"]}, "severity": {"enum": ["critical", "major", "minor"]},
            "evidence": {"type": "array", "items": place}, "evidence_note_id": {"type": "string"},
        },
    }  # fmt: skip


def chart_schema() -> dict[str, Any]:
    """The JSON Schema of one episode of `therex chart --format jsonl`."""
    record = schema()
    text = {"type": "string"}
    passage = {
        "type": "object",
        "required": ["note_id", "start", "end"],
        "properties": {"note_id": text, "start": {"type": "integer"}, "end": {"type": "integer"}, "text": text},
    }
    visit = {
        "type": "object",
        "required": ["date", "number", "note_id", "status"],
        "properties": {"date": {"type": ["string", "null"]}, "number": {"type": ["integer", "null"]}},
    }
    return {
        "$schema": record["$schema"], "title": f"therex episode {SCHEMA_VERSION}", "type": "object",
        "required": ["schema_version", "patient", "discipline", "maintenance", "findings", "measures", "visits"],
        "properties": {
            "schema_version": {"const": SCHEMA_VERSION}, "patient": text, "discipline": {"enum": ["PT", "OT", "SLP", "other"]}, "maintenance": {"type": "boolean"},
            "findings": {
                "type": "array",
                "items": {
                    "type": "object", "required": ["id", "severity", "note_id", "message", "query", "citation", "evidence"],
                    "properties": {"id": text, "severity": {"enum": ["critical", "major", "minor"]}, "note_id": text, "evidence": {"type": "array", "items": passage}},
                },
            },
            "measures": {
                "type": "array",
                "items": {
                    "type": "object", "required": ["name", "side", "unit", "direction", "less_is_better", "points"],
                    "properties": {"direction": {"enum": ["improving", "flat", "worse"]}, "points": {"type": "array", "items": {"type": "object", "required": ["note_id", "date", "value"]}}},
                },
            },
            "visits": {"type": "array", "items": {"allOf": [visit]}},
        },
    }  # fmt: skip
