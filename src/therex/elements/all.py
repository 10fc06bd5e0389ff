"""The eighteen elements in their order. Definitions: annotation.md, table "Elements"."""

from __future__ import annotations

from collections.abc import Callable

from therex.elements import clinical, record, treatment
from therex.elements.heads import answered
from therex.types import ELEMENTS, Element, Minutes, NoteView

Rule = Callable[[NoteView, Minutes], Element]

RULES: dict[str, Rule] = {
    "condition": clinical.condition,
    "impairment": clinical.impairment,
    "functional_limitation": clinical.functional_limitation,
    "goal": clinical.goal,
    "interventions_named": treatment.interventions_named,
    "exercise_detail": treatment.exercise_detail,
    "code_minutes": record.code_minutes,
    "timed_minutes": record.timed_minutes,
    "total_time": record.total_time,
    "response": treatment.response,
    "skilled_intervention": treatment.skilled_intervention,
    "purpose_link": treatment.purpose_link,
    "objective_measures": clinical.objective_measures,
    "progression": treatment.progression,
    "home_program": treatment.home_program,
    "plan": treatment.plan,
    "date_of_service": record.date_of_service,
    "signature": record.signature,
}

# arithmetic, or a matter of form: never the tagger's
STATED = frozenset({"code_minutes", "timed_minutes", "total_time", "date_of_service", "signature"})


def read_elements(view: NoteView, minutes: Minutes) -> tuple[Element, ...]:
    """The status of every element, always all eighteen, once each."""
    return tuple(answered(view, name) if name in view.answers and name not in STATED else RULES[name](view, minutes) for name in ELEMENTS)
