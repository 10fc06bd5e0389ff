"""Whether therapeutic exercise was given at this encounter at all; decided before any score."""

from __future__ import annotations

from therex.catalog.codes import is_timed
from therex.catalog.patterns import Patterns
from therex.elements.treatment import given_services, performed_exercises
from therex.types import Minutes, NoteView, Span

_RE = Patterns("applicable")

CODE = "97110"
# services that hold all exercise of their visit
_INSTEAD = frozenset({"97113", "97150", "97545"})
_OTHER_EXERCISE = {"97112", "97113", "97150", "97530", "97545", "97546", "97116", "97535"}


def exercise_given(view: NoteView, minutes: Minutes) -> bool:
    """Whether the note records therapeutic exercise given, or bills 97110 (annotation.md, `not_applicable`)."""
    if view.mentioned("visit_not_held"):
        return False
    if minutes.billed_units.get(CODE) or CODE in minutes.codes:
        return True
    if view.note_type == "other" or _leaflet(view):
        return False
    if view.mentioned("no_exercise") and not any(s.attribute == CODE for s in given_services(view)):
        return False
    if _elsewhere(view):
        return False
    services = given_services(view)
    named = [s for s in services if s.attribute == CODE]
    exercises = [s for s in performed_exercises(view) if s.assertion in ("affirmed", "historical")]
    treated = view.note_type in ("daily", "progress")
    if named and treated:
        return True
    if not exercises:
        return treated and _RE["said"].search(view.low) is not None
    if not treated and not any(_dosed(view, s) for s in exercises):
        return False
    if not services and not any(_dosed(view, s) for s in exercises) and not _therapy(view, exercises):
        return False
    codes = {s.attribute for s in services if s.attribute} | set(minutes.codes) | set(minutes.billed_units)
    others = codes & _OTHER_EXERCISE
    if CODE not in codes and {c for c in codes if is_timed(c) or c in _INSTEAD} and codes <= _INSTEAD:
        return False
    if others and CODE not in codes:
        # all exercise given stands under other services
        return any(not _under_other(view, services, s) for s in exercises)
    return True


def _leaflet(view: NoteView) -> bool:
    """Whether a text speaks to a reader and of no patient: instructions to take home, which record no visit."""
    return (
        len(_RE["reader"].findall(view.low)) >= 3
        and not _RE["patient"].search(view.low)
        and not view.mentioned("signature", "signature_weak")
    )


def _elsewhere(view: NoteView) -> bool:
    """Whether the opening of a note without 97110 tells of a session in water or in a class, which other codes carry."""
    head = view.low[:90]
    m = _RE["water_or_class"].search(head)
    return m is not None and not _RE["also_land"].search(view.low) and not any(s.attribute == CODE for s in view.of("SERVICE"))


def _therapy(view: NoteView, exercises: list[Span]) -> bool:
    """Whether names of exercises with neither dose nor service read as a treatment: two or more, or under its heading."""
    concepts = {(s.value or {}).get("concept") for s in exercises}
    for s in exercises:
        before = view.low[max(0, s.start - 60) : s.start]
        if _RE["given"].search(before):
            return True
    return len(concepts) >= 2 or any(view.section_at(s.start) == "treatment" for s in exercises)


def _dosed(view: NoteView, span: Span) -> bool:
    return any(r.type in ("dose_of", "minutes_of") and view.spans[r.to] is span for r in view.relations)


def _under_other(view: NoteView, services: list[Span], exercise: Span) -> bool:
    """Whether the nearest service before an exercise is one that carries it in place of 97110."""
    before = [s for s in services if s.attribute in _OTHER_EXERCISE and s.start <= exercise.start]
    if before:
        return True
    return bool([s for s in services if s.attribute in {"97113", "97150", "97545"}])
