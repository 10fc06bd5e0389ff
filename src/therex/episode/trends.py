"""Measures over the visits: one series a measure, side and dimension, and whether it improves, stays flat or grows worse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from therex.catalog.episode import canonical, dimension, least_change, less_is_better, no_outcome, words
from therex.catalog.patterns import Patterns
from therex.episode.visits import Visit
from therex.types import EpisodeFinding, Passage, Point, Span, Trend

_RE = Patterns("episode")

FEWEST = 3
SHORTEST_DAYS = 14
_GRADE = {"-": -0.33, "+": 0.33, "": 0.0}


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a measure as a note tells it."""

    visit: Visit
    name: str
    side: str
    unit: str
    kind: str
    value: float
    raw_unit: str
    span: Span
    earlier: float | None


def readings(visits: Sequence[Visit]) -> list[Reading]:
    """Every value of an outcome measure, in the order of the visits; targets of goals and what is told of the past are left out."""
    out = []
    for v in visits:
        for s in v.view.of("MEASURE"):
            if s.value is None or _is_target(v, s) or "historical" in s.modifiers:
                continue
            reading = _reading(v, s)
            if reading is not None:
                out.append(reading)
        out += _lifts(v)
    return out


def _lifts(v: Visit) -> list[Reading]:
    """The most that was lifted or carried once: an exercise of that name with a load and no repetitions is a test."""
    out = []
    for r in v.view.relations:
        if r.type != "dose_of":
            continue
        dose, lift = v.view.spans[r.from_], v.view.spans[r.to]
        value = dose.value or {}
        found = dimension(str(value.get("unit") or ""))
        load = value.get("load")
        if not isinstance(load, int | float) or not set(value) <= {"load", "unit"} or not found or not 0 <= dose.start - lift.end <= 3:
            continue
        name = v.low[lift.start : lift.end]
        whole = replace(lift, end=dose.end)
        if words("lifts").search(name) and not _is_target(v, whole):
            told = _RE["earlier"].match(v.low[dose.end : dose.end + 40])
            earlier = _number(next((g for g in told.groups() if g), None), "") if told else None
            out.append(
                Reading(
                    v, canonical(name), "", str(value["unit"]), found[0], load * found[1], str(value["unit"]), whole,
                    None if earlier is None else earlier * found[1],
                )
            )  # fmt: skip
    return out


def _is_target(v: Visit, s: Span) -> bool:
    start = max((r.start for r in v.view.sentences if r.start <= s.start), default=0)
    lead = v.low[start : s.start]
    rest = v.low[s.end : s.end + 40].split(". ")[0]
    if v.view.note_type == "evaluation":
        return (
            v.view.section_at(s.start) == "goals"
            or bool(_RE["aim"].search(lead))
            or any(g.start <= s.start < g.end for g in v.view.of("GOAL"))
        )
    return bool(_RE["aim"].search(lead)) and not _RE["status"].search(lead + " " + rest)


def _reading(v: Visit, s: Span) -> Reading | None:
    value = s.value or {}
    name = canonical(str(value.get("name") or ""))
    if not name or no_outcome(name):
        return None
    number = _number(value.get("value"), v.view.text[s.start : s.end])
    if number is None:
        return None
    raw = str(value.get("unit") or "")
    found = dimension(raw)
    kind = "grade" if value.get("maximum") == 5 else (found[0] if found else raw)
    factor = found[1] if found else 1.0
    told = _RE["earlier"].match(v.low[s.end : s.end + 40])
    inside = _RE["was"].search(v.low[s.start : s.end])
    earlier = _number(next((g for g in told.groups() if g), None), "") if told else _number(inside[1], "") if inside else None
    return Reading(v, name, str(value.get("side") or ""), raw, kind, number * factor, raw, s, None if earlier is None else earlier * factor)


def _number(value: object, text: str) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        sign = -1.0 if re.search(rf"(?<![\d./]) -{re.escape(str(value))}\b", text) else 1.0
        return sign * float(value)
    m = _RE["value"].fullmatch(str(value).strip())
    return float(m[1]) + _GRADE[m[2]] if m else None


# name, side and dimension of a measure, and its readings in order
Series = tuple[tuple[str, str, str], list[Reading]]


def series(found: Sequence[Reading]) -> list[Series]:
    """The readings by measure, side and dimension; a side left out is that of the only series of its name, a short name that of its long one."""
    keys = {(r.name, r.side, r.kind) for r in found}
    out: dict[tuple[str, str, str], list[Reading]] = {}
    for r in found:
        name, side = r.name, r.side
        longer = {k[0] for k in keys if k[2] == r.kind and k[0] != name and k[0].endswith(f" {name}")}
        if len(longer) == 1:
            name = longer.pop()
        sides = {k[1] for k in keys if k[0] in (name, r.name) and k[2] == r.kind and k[1]}
        if not side and len(sides) == 1:
            side = next(iter(sides))
        out.setdefault((name, side, r.kind), []).append(r)
    return list(out.items())


def read_trends(lines: Sequence[Series]) -> tuple[Trend, ...]:
    """Every measure told at two visits or more, in one unit, with its direction."""
    out = []
    for (name, side, kind), rows in lines:
        last: dict[int, Reading] = {}
        for r in rows:
            last.setdefault(r.visit.place, r)
        points = [last[k] for k in sorted(last)]
        if len(points) < 2:
            continue
        factor = dimension(points[0].raw_unit)
        scale = factor[1] if factor else 1.0
        out.append(
            Trend(
                name, side, points[0].raw_unit,
                tuple(Point(r.visit.place, r.visit.day, round(r.value / scale, 2), r.visit.view.text[r.span.start : r.span.end], r.span.start, r.span.end) for r in points),
                direction(name, kind, [r.value for r in points]),
            )
        )  # fmt: skip
    return tuple(out)


def direction(name: str, kind: str, values: Sequence[float]) -> Literal["improving", "flat", "worse"]:
    """From the first value to the last, by the smallest change that counts."""
    first, last = values[0], values[-1]
    moved = (first - last) if less_is_better(name) else (last - first)
    least = (
        least_change("deg")
        if kind == "angle"
        else least_change("pain")
        if name == "pain"
        else least_change("grade")
        if kind == "grade"
        else max(abs(first), 1e-9) * least_change("share")
    )
    if moved >= least - 1e-6:
        return "improving"
    return "worse" if moved <= -least + 1e-6 else "flat"


def no_progress(visits: Sequence[Visit], trends: Sequence[Trend], maintenance: bool) -> list[EpisodeFinding]:
    """No repeated measure improves, one of them told at three visits or more over at least a fortnight, and no maintenance program."""
    long = [t for t in trends if len(t.points) >= FEWEST and _days(t) >= SHORTEST_DAYS]
    if maintenance or not long or any(t.direction == "improving" for t in trends):
        return []
    last = max(v.place for v in visits if v.treats)
    told = "; ".join(
        f"{t.name} {t.points[0].value:g} to {t.points[-1].value:g}{f' {t.unit}' if t.unit else ''}, {t.direction}" for t in long[:3]
    )
    evidence = tuple(Passage(p.note, p.start, p.end) for t in long[:3] for p in (t.points[0], t.points[-1]))
    return [EpisodeFinding("no_progress", last, "major", f"{told}.", "", "", evidence)]


def _days(t: Trend) -> int:
    days = [p.day for p in t.points if p.day is not None]
    return (max(days) - min(days)).days if days else SHORTEST_DAYS


def progress_without_measures(visits: Sequence[Visit], found: Sequence[Reading]) -> list[EpisodeFinding]:
    """Reports that claim progress where nothing measured up to then has improved."""
    out = []
    for v in visits:
        if v.view.note_type not in ("progress", "discharge") or not v.treats:
            continue
        claim = _claim(v)
        if claim is None:
            continue
        upto = [r for r in found if r.visit.place <= v.place]
        told = any(r.visit is v and r.earlier is not None and direction(r.name, r.kind, (r.earlier, r.value)) == "improving" for r in upto)
        moved = any(
            rows[-1].visit.place > rows[0].visit.place and direction(key[0], key[2], [r.value for r in rows]) == "improving"
            for key, rows in series(upto)
        )
        if not told and not moved:
            out.append(EpisodeFinding("progress_without_measures", v.place, "major", "", "", "", (Passage(v.place, *claim.span()),)))
    return out


def _claim(v: Visit) -> re.Match[str] | None:
    denied = [m.span() for m in words("progress_denied").finditer(v.low)]
    for m in words("progress_claim").finditer(v.low):
        if not any(a <= m.start() < b for a, b in denied):
            return m
    return None


def unit_differs(lines: Sequence[Series]) -> list[EpisodeFinding]:
    """A measure told in another unit than at first, the first unit not beside it; once a measure."""
    out = []
    for (name, _, _), rows in lines:
        first = rows[0].raw_unit
        for r in rows[1:]:
            if not first or not r.raw_unit or _same(first, r.raw_unit):
                continue
            beside = re.search(rf"\d ?{re.escape(first)}\b", _RE["sentence"].split(r.visit.low[r.span.start : r.span.end + 18])[0])
            if not beside:
                evidence = (
                    Passage(rows[0].visit.place, rows[0].span.start, rows[0].span.end),
                    Passage(r.visit.place, r.span.start, r.span.end),
                )
                out.append(
                    EpisodeFinding("unit_differs", r.visit.place, "minor", f"{name}: {r.raw_unit} here, {first} before.", "", "", evidence)
                )
                break
    return out


def _same(a: str, b: str) -> bool:
    """Whether two spellings name one unit."""
    return a == b or (dimension(a) is not None and dimension(a) == dimension(b))
