"""The eighteen elements in their order. Definitions: annotation.md, table "Elements"."""

from __future__ import annotations

from collections.abc import Callable

from therex.elements import record
from therex.elements.evidence import element
from therex.elements.heads import answered
from therex.types import ELEMENTS, Element, Minutes, NoteView

Rule = Callable[[NoteView, Minutes], Element]

# arithmetic, or a matter of form; all others are answered by the tagger
RULES: dict[str, Rule] = {
    "code_minutes": record.code_minutes,
    "timed_minutes": record.timed_minutes,
    "total_time": record.total_time,
    "date_of_service": record.date_of_service,
    "signature": record.signature,
}

# totals are told in more ways than the grammar knows: where it finds none, the tagger is asked (docs/reader.md)
ASKED = frozenset({"timed_minutes", "total_time"})


def read_elements(view: NoteView, minutes: Minutes) -> tuple[Element, ...]:
    """The status of every element, always all eighteen, once each; what nobody answered is missing."""
    return tuple(_read(view, minutes, name) for name in ELEMENTS)


def _read(view: NoteView, minutes: Minutes, name: str) -> Element:
    if name in RULES:
        found = RULES[name](view, minutes)
        if name not in ASKED or found.found != "missing" or name not in view.answers:
            return found
        told = answered(view, name)
        # no figure was read that could be checked
        return told if told.found == "missing" else element(name, "weak", told.evidence)
    return answered(view, name) if name in view.answers else element(name, "missing")
