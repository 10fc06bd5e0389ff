"""What the pages call things."""

from __future__ import annotations

from collections.abc import Iterable

from therex.reports.worklist import REASONS

ELEMENT_WORDS = {
    "condition": "Condition", "impairment": "Impairment", "functional_limitation": "Functional limitation", "goal": "Goal",
    "interventions_named": "Interventions named", "exercise_detail": "Exercise detail", "code_minutes": "Minutes of 97110",
    "timed_minutes": "Timed minutes", "total_time": "Total time", "response": "Response", "skilled_intervention": "Skilled intervention",
    "purpose_link": "Purpose", "objective_measures": "Objective measures", "progression": "Progression", "home_program": "Home program",
    "plan": "Plan", "date_of_service": "Date of service", "signature": "Signature",
}  # fmt: skip
VERDICT_WORDS = {"supported": "Supported", "not_supported": "Not supported", "not_applicable": "Not applicable"}
LINE_WORDS = {"hold": "hold", "review": "review", "ready": "ready", "no_97110": "no 97110"}
CONTRADICTION_WORDS = {
    "units_mismatch": "Units against minutes", "not_one_on_one": "Not one-on-one", "aide_delivered": "Given by an aide",
    "code_misfit": "Another service", "not_skilled": "No skill needed", "inconsistent": "Inconsistent",
}  # fmt: skip
PART_WORDS = {"line": "97110 line", "verdict": "Verdict", "billed_units": "Units billed", "supported_units": "Units supported",
              "contradictions": "Contradictions", "unusable": "Cannot be judged"}  # fmt: skip


def because(reasons: Iterable[str]) -> str:
    """Reasons of a line, in a coder's words."""
    return ", ".join(REASONS.get(r) or ELEMENT_WORDS.get(r, r.replace("_", " ")).lower() for r in reasons)
