"""KX against the yearly threshold, over the charges of all visits of a patient. Needs the amounts of the charges.

Source: CMS, yearly therapy thresholds (PT with SLP together, OT apart); KX long before the threshold says nothing and is abusive where it is routine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from therex.catalog.codes import codes
from therex.catalog.tables import threshold
from therex.types import Assessment, EpisodeFinding, Passage

EARLY = 0.8


def kx_findings(visits: Sequence[tuple[date | None, Assessment]]) -> list[EpisodeFinding]:
    """The first visit of a year whose charges pass the threshold with a line that lacks KX, and the first with KX long before it.

    Parameters
    ----------
    visits
        Day and assessment of each note that counts toward one threshold, in order of the days; a finding's note is the place among these.
    """
    spent: dict[int, float] = {}
    told: set[tuple[str, int]] = set()
    out = []
    for place, (day, a) in enumerate(visits):
        lines = [c for c in a.claim.charges if c.code in codes() and c.units] if a.claim else []
        limits = threshold(day.year) if day else None
        if day is None or limits is None or not lines or any(c.amount is None for c in lines):
            continue
        spent[day.year] = spent.get(day.year, 0.0) + sum(c.amount or 0.0 for c in lines)
        marked = [c for c in lines if "KX" in c.modifiers]
        kind = ""
        if spent[day.year] > limits[0] and len(marked) < len(lines):
            kind, message = (
                "kx_missing",
                f"The charges supplied for {day.year} total ${spent[day.year]:,.2f}, above the KX threshold of ${limits[0]:,.0f}, and at least one charge line does not have KX.",
            )
        elif marked and spent[day.year] < limits[0] * EARLY:
            kind, message = (
                "kx_early",
                f"A charge line has KX, but the charges supplied for {day.year} total ${spent[day.year]:,.2f}, and the KX threshold is ${limits[0]:,.0f}.",
            )
        if kind and (kind, day.year) not in told:
            told.add((kind, day.year))
            out.append(EpisodeFinding(kind, place, "major", message, "", "", (Passage(place, 0, 0),)))
    return out
