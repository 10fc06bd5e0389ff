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

# totals are told in more ways than the grammar knows: where it finds none, the tagger is asked, and the element is weak at most
ASKED = frozenset({"timed_minutes", "total_time"})
# what stands in more forms than the grammar knows is what the tagger says where it is this sure that more is told (docs/reader.md)
RAISED = {"total_time": 0.95, "signature": 0.95}
_LEVEL = {"missing": 0, "weak": 1, "present": 2}


def read_elements(view: NoteView, minutes: Minutes) -> tuple[Element, ...]:
    """The status of every element, always all eighteen, once each; what nobody answered is missing."""
    return tuple(_read(view, minutes, name) for name in ELEMENTS)


def _read(view: NoteView, minutes: Minutes, name: str) -> Element:
    if name not in view.answers:
        return RULES[name](view, minutes) if name in RULES else element(name, "missing")
    told = answered(view, name)
    if name not in RULES:
        return told
    found = RULES[name](view, minutes)
    if name in RAISED and view.answers[name].odds[told.found] > RAISED[name] and _raises(name, found.found, told.found):
        return told
    if name in ASKED and found.found == "missing" != told.found:
        # no figure was read that could be checked
        return element(name, "weak", told.evidence)
    return found


def _raises(name: str, read: str, told: str) -> bool:
    """Whether the tagger tells more than the grammar reads: of a signature, where the grammar reads none at all."""
    return _LEVEL[told] > _LEVEL[read] and (name in ASKED or read == "missing")
