"""What a corpus may say beyond the marks: the type of each exercise, values, and relations, by the number of the span.

Spans are numbered from 1 in text order, the outer before the inner. The front matter of a note may hold

    types: {3: strength}
    values: {4: {sets: 3, reps: 10, load: 2, unit: lb}}
    relations: {4: {dose_of: 3}}

A note that has one of these keys has it for every span that it applies to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from therex.corpus.marked import MarkedNote
from therex.types import EXERCISE_TYPES

# which values are scored, by label; names of exercises and measures are free text and are not
SCORED: dict[str, tuple[str, ...]] = {
    "EXERCISE": ("side", "body_part"),
    "DOSE": ("sets", "reps", "hold_s", "load", "unit", "band"),
    "MEASURE": ("side", "value", "unit", "maximum"),
    "DURATION": ("times_per_week", "weeks"),
}
ENDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "dose_of": (("DOSE",), ("EXERCISE",)),
    "minutes_of": (("DURATION",), ("EXERCISE", "SERVICE")),
    "measures": (("MEASURE",), ("IMPAIRMENT",)),
    "purpose_of": (("RATIONALE",), ("EXERCISE", "SERVICE")),
}


def numbered(note: MarkedNote) -> list[tuple[int, int, str, str | None]]:
    """The spans in the order of their numbers: number 1 is the first."""
    return sorted(note.spans, key=lambda s: (s[0], -s[1]))


def relations(note: MarkedNote) -> list[tuple[str, int, int]]:
    """(type, from, to) of every relation that the note states; the ends are places in `numbered`."""
    return [(kind, int(a) - 1, int(b) - 1) for a, row in (note.meta.get("relations") or {}).items() for kind, b in row.items()]


def faults_of_details(note: MarkedNote) -> Iterator[str]:
    """Numbers that no span has, and types, values and relations that the label at that number does not take."""
    spans = numbered(note)

    def label(number: Any) -> str | None:
        return spans[number - 1][2] if isinstance(number, int) and 0 < number <= len(spans) else None

    for number, kind in (note.meta.get("types") or {}).items():
        if label(number) != "EXERCISE" or kind not in EXERCISE_TYPES:
            yield f"types.{number} must be the number of an EXERCISE, with one of {', '.join(EXERCISE_TYPES)}"
    for number, row in (note.meta.get("values") or {}).items():
        allowed = SCORED.get(label(number) or "", ())
        if not isinstance(row, dict) or not set(row) <= set(allowed):
            must = f"the values must be among {', '.join(allowed)}" if allowed else "that mark cannot have values"
            yield f"values.{number}: {must}"
    for number, row in (note.meta.get("relations") or {}).items():
        for kind, other in row.items() if isinstance(row, dict) else ((None, None),):
            first, second = ENDS.get(str(kind), ((), ()))
            if label(number) not in first or label(other) not in second:
                yield f"relations.{number} must be one of {', '.join(ENDS)}, between labels that it can join"
