"""Elements as the tagger answers them: the likeliest state, and the sentences that carried it.

The elements that are arithmetic or a matter of form (minutes, totals, date, signature) stay rules: `therex.elements.record`.
"""

from __future__ import annotations

from therex.elements.evidence import element
from therex.types import Element, Found, NoteView, Range

# the labels that bear an element out: where such spans stand in the sentences that carried it, they are its evidence
_BORNE_BY = {
    "condition": ("IMPAIRMENT",), "impairment": ("IMPAIRMENT", "MEASURE"), "functional_limitation": ("LIMITATION",), "goal": ("GOAL",),
    "interventions_named": ("SERVICE", "EXERCISE"), "exercise_detail": ("EXERCISE", "DOSE"), "response": ("RESPONSE",),
    "skilled_intervention": ("SKILL",), "purpose_link": ("RATIONALE",), "objective_measures": ("MEASURE",),
}  # fmt: skip
_STATES: dict[str, Found] = {"present": "present", "weak": "weak", "missing": "missing"}


def answered(view: NoteView, name: str) -> Element:
    """The element `name` of a note that the tagger has read."""
    answer = view.answers[name]
    state = _STATES[answer.said]
    return element(name, state, _evidence(view, name, answer.evidence) if state != "missing" else ())


def _evidence(view: NoteView, name: str, carried: tuple[Range, ...]) -> list[Range]:
    """Spans that bear the element out in the sentences that carried it; the sentences where there are none."""
    out: list[Range] = []
    for r in carried:
        borne = [
            Range(s.start, s.end)
            for s in view.spans
            if s.label in _BORNE_BY.get(name, ()) and r.start <= s.start < r.end and s.assertion == "affirmed"
        ]
        out += borne or [r]
    return out
