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
    number = {"type": ["integer", "number"], "minimum": 0}
    by_code = {"type": "object", "additionalProperties": number}
    units = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
    ok: dict[str, Any] = {
        "type": "object",
        "required": ["schema_version", "note_id", "status", "note_type", "discipline", "line", "necessity", "elements", "contradictions", "time", "spans", "relations"],
        "properties": {
            "schema_version": {"const": SCHEMA_VERSION},
            "note_id": {"type": "string"},
            "status": {"const": "ok"},
            "payer": {"type": "string"},
            "note_type": {"enum": ["daily", "evaluation", "progress", "discharge", "other"]},
            "discipline": {"enum": ["PT", "OT", "SLP", "other"]},
            "line": {
                "type": "object", "required": ["code", "status", "because"],
                "properties": {"code": {"const": "97110"}, "status": {"enum": ["ready", "review", "hold", "no_97110"]}, "because": {"type": "array", "items": {"type": "string"}}},
            },
            "necessity": {
                "type": "object", "required": ["verdict", "score", "model", "reasons"],
                "properties": {
                    "verdict": {"enum": ["supported", "not_supported", "needs_review", "not_applicable"]},
                    "score": {"type": "number", "minimum": 0, "maximum": 1}, "model": {"type": "string"},
                    "reasons": {"type": "array", "items": {"type": "object", "required": ["feature", "direction", "weight", "message"], "properties": {"direction": {"enum": ["for", "against"]}}}},
                },
            },
            "elements": {
                "type": "array", "minItems": len(ELEMENTS), "maxItems": len(ELEMENTS),
                "items": {
                    "type": "object",
                    "required": ["id", "found", "finding", "requirement", "severity", "rule", "citation", "message", "query", "evidence"],
                    "properties": {
                        "id": {"enum": list(ELEMENTS)}, "found": {"enum": ["present", "weak", "missing"]},
                        "finding": {"enum": ["contradicted", "not_required", "ok", "needs_other_document", "weak", "missing"]},
                        "requirement": {"enum": ["required", "required_if", "supportive", "none"]}, "severity": {"enum": ["critical", "major", "minor"]},
                        "evidence": {"type": "array", "items": place},
                    },
                },
            },
            "claim": {
                "type": "object", "required": ["charges", "findings"],
                "properties": {
                    "charges": {"type": "array", "items": {"type": "object", "required": ["code", "units", "modifiers"], "properties": {"code": {"type": "string"}, "units": {"type": "integer", "minimum": 0}, "modifiers": {"type": "array", "items": {"type": "string"}}}}},
                    "findings": {"type": "array", "items": {"type": "object", "required": ["id", "severity", "code", "message", "query"], "properties": {"id": {"enum": ["billed_not_given", "over_billed", "under_billed", "charge_not_in_note", "plan_modifier", "assistant_modifier", "code_pair"]}, "severity": {"enum": ["critical", "major", "minor"]}}}},
                },
            },
            "contradictions": {"type": "array", "items": {"type": "object", "required": ["id", "message", "evidence"], "properties": {"id": {"enum": list(CONTRADICTIONS)}, "evidence": {"type": "array", "items": place}}}},
            "time": {
                "type": "object", "required": ["codes", "timed_total", "session_total", "clock", "billed_units", "computed", "supported_units"],
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
                                    "ama": {"type": "object", "required": ["total", "units"], "properties": {"total": {"type": "integer"}, "units": units}},
                                },
                            },
                        ]
                    },
                },
            },
            "sections": {"type": "array", "items": place},
            "spans": {
                "type": "array",
                "items": {
                    "type": "object", "required": ["start", "end", "label", "attribute", "assertion", "modifiers", "text", "value", "source"],
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
            "schema_version": {"const": SCHEMA_VERSION}, "note_id": {"type": "string"}, "status": {"const": "error"},
            "error": {"type": "object", "required": ["code", "message"], "properties": {"code": {"enum": ["empty", "not_text", "encoding", "too_large", "timeout", "internal"]}, "message": {"type": "string"}}},
        },
        "additionalProperties": False,
    }  # fmt: skip
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"therex record {SCHEMA_VERSION}", "oneOf": [ok, error]}
