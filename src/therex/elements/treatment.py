"""What was given at an encounter: services and exercises."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from therex.types import NoteView, Span

_PERFORMED = ("performed", None)


def given_services(view: NoteView) -> list[Span]:
    """Services that the note says were given at this encounter."""
    return [s for s in view.of("SERVICE") if (s.value or {}).get("given") and s.assertion in ("affirmed",)]


def performed_exercises(view: NoteView) -> list[Span]:
    """Exercises done at this encounter."""
    return [s for s in view.of("EXERCISE") if s.attribute in _PERFORMED and "historical" not in s.modifiers and s.assertion != "negated"]


def named_as_treatment(view: NoteView) -> list[Span]:
    """Exercises performed that have a dose or time, or are named for themselves and not inside a cue, a reaction or a finding."""
    told = {r.to for r in view.relations if r.type in ("dose_of", "minutes_of")}
    around = [s for s in view.spans if s.label in ("RESPONSE", "SKILL", "LIMITATION", "GOAL", "MEASURE", "RATIONALE", "IMPAIRMENT")]
    starts = [s.start for s in around]
    # of those that begin before a place, how far one goes on
    reach = list(accumulate((s.end for s in around), max))

    def inside(s: Span) -> bool:
        k = bisect_right(starts, s.start)
        return k > 0 and s.end <= reach[k - 1]

    return [
        s
        for i, s in enumerate(view.spans)
        if s.label == "EXERCISE" and s.attribute in _PERFORMED and "historical" not in s.modifiers and (i in told or not inside(s))
    ]
