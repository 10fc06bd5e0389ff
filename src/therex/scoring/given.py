"""Whether therapeutic exercise was given at this encounter at all: what the note bills settles it, a linear model weighs the rest."""

from __future__ import annotations

import math

from therex.catalog.codes import is_timed
from therex.catalog.patterns import Patterns
from therex.elements.treatment import given_services, performed_exercises
from therex.scoring.linear import Linear
from therex.types import Minutes, NoteView

_RE = Patterns("given")

CODE = "97110"
# characters in which a note says what kind of session it was
OPENING = 90
# of 11 notes whose writers the reader had not learned from and of which it was so sure, none had 97110 named, and 8 were not applicable
SURE = 0.95
# services that hold all exercise of their visit, those under which exercise may stand, and evaluations
_INSTEAD = frozenset({"97113", "97150", "97545"})
_BESIDE = frozenset({"97112", "97116", "97530", "97533", "97535", "97537", "97542", "97546"})
_EVALUATIONS = frozenset({"97161", "97162", "97163", "97164", "97165", "97166", "97167", "97168"})
_HOW = ("performed", "home", "planned", "held")
_TYPES = ("daily", "progress", "evaluation", "discharge", "other")
_VERDICTS = ("supported", "not_supported", "not_applicable")
NAMES: tuple[str, ...] = (
    "named", "named:alone", "zero", "minutes", "code:timed", "code:instead", "code:beside", "code:evaluation", "code:97140",
    "under_another", "treatment", "dosed", "denied", *(f"count:{how}" for how in _HOW), *(f"share:{how}" for how in _HOW),
    *(f"type:{kind}" for kind in _TYPES), "type:therapy", *(f"read:{verdict}" for verdict in _VERDICTS),
)  # fmt: skip


def exercise_given(view: NoteView, minutes: Minutes, model: Linear) -> bool:
    """Whether the note records therapeutic exercise given, or bills 97110 (annotation.md, `not_applicable`)."""
    told = settled(view, minutes)
    return model.logit(features(view, minutes)) > 0 if told is None else told


def settled(view: NoteView, minutes: Minutes) -> bool | None:
    """Whether exercise was given, where the note settles it; None where it is left open.

    A visit not held settles it, 97110 with minutes or units does, and a document that is no therapy note. So does a note that names no such
    service, where it has no exercise performed, is an evaluation by its code, opens as a session in water or a class, has minutes or units
    of services that carry the exercise in its place, or the tagger is sure.
    """
    if view.mentioned("visit_not_held"):
        return False
    if minutes.billed_units.get(CODE) or minutes.codes.get(CODE):
        return True
    if view.note_type == "other" or _leaflet(view):
        return False
    codes = _codes(view, minutes)
    if CODE in codes:
        return None
    if _RE["water_or_class"].search(view.low[:OPENING]) and not _RE["also_land"].search(view.low):
        return False
    carried = bool(minutes.codes or minutes.billed_units) and codes & (_INSTEAD | _BESIDE)
    answer = view.answers.get("necessity")
    sure = answer is not None and answer.odds["not_applicable"] > SURE
    return False if carried or codes & _EVALUATIONS or sure or not performed_exercises(view) else None


def _leaflet(view: NoteView) -> bool:
    """Whether a text speaks to a reader and of no patient: instructions to take home, which record no visit."""
    return (
        len(_RE["reader"].findall(view.low)) >= 3
        and not _RE["patient"].search(view.low)
        and not view.mentioned("signature", "signature_weak")
    )


def _codes(view: NoteView, minutes: Minutes) -> set[str]:
    """The codes of the services given, with minutes or without."""
    return {s.attribute for s in given_services(view) if s.attribute} | set(minutes.codes) | set(minutes.billed_units)


def features(view: NoteView, minutes: Minutes) -> list[float]:
    """What speaks for and against exercise given, in the order of `NAMES`: ``len(NAMES)`` numbers."""
    codes = _codes(view, minutes)
    named, others = CODE in codes, codes - {CODE}
    told, performed = view.of("EXERCISE"), performed_exercises(view)
    by = {how: sum(s.attribute == how for s in told) for how in _HOW}
    dosed = {r.to for r in view.relations if r.type in ("dose_of", "minutes_of")}
    carriers = [s.start for s in given_services(view) if s.attribute in _BESIDE | _INSTEAD]
    values: dict[str, float] = {
        "named": named,
        "named:alone": named and not others,
        "zero": minutes.codes.get(CODE) == 0,
        "minutes": bool(minutes.codes),
        "code:timed": not named and any(is_timed(c) for c in others),
        "code:instead": not named and bool(others & _INSTEAD),
        "code:beside": not named and bool(others & _BESIDE),
        "code:evaluation": not named and bool(others & _EVALUATIONS),
        "code:97140": not named and "97140" in others,
        "under_another": bool(not named and carriers and performed and all(min(carriers) <= s.start for s in performed)),
        "treatment": math.log1p(sum(view.section_at(s.start) == "treatment" for s in performed)),
        "dosed": math.log1p(sum(s.label == "EXERCISE" and s.attribute in ("performed", None) for s in (view.spans[i] for i in dosed))),
        "denied": bool(view.mentioned("no_exercise")),
        **{f"count:{how}": math.log1p(n) for how, n in by.items()},
        **{f"share:{how}": n / max(len(told), 1) for how, n in by.items()},
        **{f"type:{kind}": view.note_type == kind for kind in _TYPES},
        "type:therapy": view.discipline in ("PT", "OT"),
        **{f"read:{verdict}": _odds(view, verdict) for verdict in _VERDICTS},
    }
    return [float(values[name]) for name in NAMES]


def _odds(view: NoteView, verdict: str) -> float:
    """The logarithm of the tagger's probability of a verdict; of a third where it was not asked."""
    answer = view.answers.get("necessity")
    return math.log(max(answer.odds[verdict], 1e-3) if answer else 1 / 3)
