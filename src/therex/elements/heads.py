"""Elements as the tagger answers them: the likeliest state, and the words that bear it out.

The elements that are arithmetic or a matter of form (minutes, totals, date, signature) stay rules: `therex.elements.record`.
"""

from __future__ import annotations

from therex.elements.evidence import element
from therex.types import Element, Found, NoteView, Range, Span

# the spans that bear an element out, by label and attribute
_BORNE_BY: dict[str, tuple[tuple[str, str], ...]] = {
    "impairment": (("IMPAIRMENT", ""), ("MEASURE", "")),
    "functional_limitation": (("LIMITATION", ""),),
    "goal": (("GOAL", ""),),
    "interventions_named": (("SERVICE", ""), ("EXERCISE", "performed")),
    "exercise_detail": (("EXERCISE", ""), ("DOSE", "")),
    "response": (("RESPONSE", ""),),
    "skilled_intervention": (("SKILL", ""),),
    "purpose_link": (("RATIONALE", ""),),
    "objective_measures": (("MEASURE", ""),),
    "home_program": (("EXERCISE", "home"),),
    "plan": (("DURATION", "plan"),),
}
_STATES: dict[str, Found] = {"present": "present", "weak": "weak", "missing": "missing"}


def answered(view: NoteView, name: str) -> Element:
    """The element `name` of a note that the tagger has read."""
    answer = view.answers[name]
    state = _STATES[answer.said]
    return element(name, state, _evidence(view, name, answer.evidence) if state != "missing" else ())


def _evidence(view: NoteView, name: str, carried: tuple[Range, ...]) -> list[Range]:
    """Words that bear the element out: a diagnosis for the condition; else spans of its labels, those in the sentences that carried the answer
    before others; the sentence that carried it most where there are none."""
    if name == "condition":
        borne = [Range(m.start, m.end) for m in view.mentioned("condition")]
    else:
        borne = [Range(s.start, s.end) for s in view.spans if s.assertion == "affirmed" and _bears_out(name, s)]
    inside = [b for b in borne if any(r.start <= b.start < r.end for r in carried)]
    return inside or borne or list(carried[:1])


def _bears_out(name: str, span: Span) -> bool:
    """Whether a span is of a label, and an attribute, that bears the element out."""
    return any(span.label == label and (span.attribute or "").startswith(start) for label, start in _BORNE_BY.get(name, ()))
