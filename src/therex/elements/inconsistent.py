"""Sides, numbers, dates and statements of one note that cannot all be true."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from therex.billing.minutes import minutes_between
from therex.catalog.codes import is_timed
from therex.catalog.patterns import Patterns
from therex.days import parse_day
from therex.elements.evidence import text_of
from therex.elements.patterns import pattern
from therex.elements.treatment import given_services
from therex.types import Minutes, NoteView, Range, Span

_RE = Patterns("inconsistent")

_OTHER = {"left": "right", "right": "left"}


def inconsistent(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    """Sides, numbers, dates or statements that cannot both be true."""
    yield from _bad_totals(view, minutes)
    yield from _bad_sides(view)
    yield from _bad_dates(view)
    yield from _bad_statements(view, minutes)
    yield from _bad_person(view)
    yield from _bad_measures(view)


def _bad_totals(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    timed = {c: n for c, n in minutes.codes.items() if is_timed(c)}
    total = sum(timed.values())
    given = {s.attribute for s in given_services(view) if s.attribute and is_timed(s.attribute)}
    stated_spans = [s for s in view.of("DURATION") if (s.attribute or "").startswith("timed_total")]
    if stated_spans and len(timed) >= 1:
        stated = minutes.timed_total or 0
        if (stated < total - 1 and len(timed) >= 1) or (stated > total + 1 and given <= set(timed) and len(timed) >= 2):
            yield Range(stated_spans[0].start, stated_spans[0].end)
            return
    if minutes.timed_total is not None and minutes.session_total is not None and minutes.timed_total > minutes.session_total:
        yield from minutes.evidence.get("session_total", ())[:1]
        return
    between = minutes_between(list(minutes.clock))
    if between is not None and len(minutes.clock) == 2:
        most = max(minutes.timed_total or 0, total)
        if most > between + 1:
            yield from minutes.evidence.get("clock", ())[:1]


def _sides_of(text: str) -> set[str]:
    return {side for side in _OTHER if _RE[side].search(text)}


def _bad_sides(view: NoteView) -> Iterable[Range]:
    low = view.low
    if _RE["brain"].search(low):
        return
    for m in view.mentioned("condition"):
        around = (
            _RE["clause_before"].split(low[max(0, m.start - 24) : m.start])[-1] + _RE["clause_after"].split(low[m.start : m.end + 10])[0]
        )
        sides = _sides_of(around)
        if len(sides) != 1 or _RE["both"].search(around):
            continue
        side = next(iter(sides))
        other = _OTHER[side]
        body = low[m.end :]
        right = len(_RE[side].findall(body))
        wrong = len(_RE[other].findall(body))
        treated = [
            s
            for s in view.spans
            if s.label in ("EXERCISE", "MEASURE", "SERVICE", "IMPAIRMENT") and s.start > m.end and s.attribute not in ("home", "planned")
        ]
        wrong_spans = [
            s
            for s in treated
            if _sides_of(text_of(view, s)) == {other} and not _RE["compared"].search(low[max(0, s.start - 12) : s.end + 6])
        ]
        limp = any(word in low for word in ("polio", "old ", "limp on", "limps on"))
        if wrong >= 3 and wrong_spans and wrong > 2 * max(right, 0) and not limp and not _RE["both"].search(low):
            yield Range(wrong_spans[0].start, wrong_spans[0].end)
            return
        return


def _day(raw: str) -> date | None:
    """A day with its year, in figures."""
    return parse_day(raw) if _RE["day"].fullmatch(raw.strip()) else None


def _bad_dates(view: NoteView) -> Iterable[Range]:
    service = [_day((m.value or {}).get("raw", "")) for m in view.mentioned("service_date")]
    signed = [(m, _day(m[1])) for m in _RE["signed"].finditer(view.low)]
    for key in [day for day in service if day][:1]:
        for match, when in signed:
            if when and when < key:
                yield Range(match.start(1), match.end(1))
                return


_ZERO_PAIN = pattern("zero_pain")
_PAIN_NOW = pattern("pain_now", "both")
_ABSENT = pattern("absent", "both")


def _bad_statements(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    low = view.low
    zero = _ZERO_PAIN.search(low)
    if zero and "at rest" not in low[zero.start() : zero.end() + 12]:
        after = low[zero.end() :]
        m = _PAIN_NOW.search(after)
        if m and not _RE["pain_aside"].search(after[max(0, m.start() - 30) : m.end() + 14]):
            yield Range(zero.start(), zero.end())
            return
    denied = _RE["denies_pain"].search(low)
    severe = _RE["severe_pain"].search(low[denied.end() :]) if denied else None
    if denied and severe and not _RE["severe_aside"].search(low[denied.end() + max(0, severe.start() - 25) : denied.end() + severe.end()]):
        yield Range(denied.start(), denied.end())
        return
    unable = _RE["unable"].search(low)
    walked = _RE["walked"].search(low[unable.end() :]) if unable else None
    if unable and walked:
        yield Range(unable.start(), unable.end())
        return
    gone = _ABSENT.search(low)
    if (
        gone
        and ("97110" in minutes.codes or "97110" in minutes.billed_units or not minutes.codes)
        and _RE["treated"].search(low[gone.end() :])
        and not any(w in low[max(0, gone.start() - 20) : gone.end()] for w in ("estim", "e-stim"))
    ):
        yield Range(gone.start(), gone.end())
        return
    nwb = _RE["non_weight_bearing"].search(low)
    if nwb and _RE["weight_bearing"].search(low[nwb.end() :]) and not _RE["weight_aside"].search(low):
        yield Range(nwb.start(), nwb.end())


def _bad_person(view: NoteView) -> Iterable[Range]:
    """A Ms. who is a he throughout, in a note that speaks of no one else."""
    title = _RE["title"].search(view.text)
    if title is None or _RE["others"].search(view.low):
        return
    wrong, right = (_RE["woman"], _RE["man"]) if title["m"] else (_RE["man"], _RE["woman"])
    hits = list(wrong.finditer(view.low))
    if len(hits) >= 2 and not right.search(view.low):
        yield Range(hits[0].start(), hits[0].end())


def _bad_measures(view: NoteView) -> Iterable[Range]:
    """One motion of one side with two values of today that are far apart."""
    seen: dict[tuple[str, str], tuple[float, Span]] = {}
    for s in view.of("MEASURE"):
        value = s.value or {}
        name, n = str(value.get("instrument") or value.get("name") or ""), value.get("value")
        side = value.get("side")
        if not name or not side or not isinstance(n, int | float) or value.get("unit") != "deg" or value.get("previous") is not None:
            continue
        if view.section_at(s.start) in ("goals", "plan", "subjective", "history", "response"):
            continue
        if _RE["timed"].search(view.low[max(0, s.start - 25) : min(len(view.low), s.end + 20)]):
            continue
        first = seen.setdefault((name, str(side)), (float(n), s))
        if first[1] is not s and abs(first[0] - n) >= 0.5 * max(abs(first[0]), abs(n)):
            yield Range(s.start, s.end)
            return
