"""Sides, numbers, dates and statements of one note that cannot all be true."""

from __future__ import annotations

import re
from collections.abc import Iterable

from therex.billing.minutes import minutes_between
from therex.catalog.codes import is_timed
from therex.elements.evidence import text_of
from therex.elements.patterns import pattern
from therex.elements.treatment import given_services
from therex.types import Minutes, NoteView, Range, Span

_SIDE = {"left": re.compile(r"\b(?:left|l|lt|lle|lue)\b(?!/)"), "right": re.compile(r"\b(?:right|r|rt|rle|rue)\b(?!/)")}
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
    return {side for side, pattern in _SIDE.items() if pattern.search(text)}


def _bad_sides(view: NoteView) -> Iterable[Range]:
    low = view.low
    if re.search(r"\b(?:cva|stroke|hemipar|hemipleg|tbi|crani)", low):
        return
    for m in view.mentioned("condition"):
        around = re.split(r"[\n;]|\. ", low[max(0, m.start - 24) : m.start])[-1] + re.split(r"[\n.;]", low[m.start : m.end + 10])[0]
        sides = _sides_of(around)
        if len(sides) != 1 or re.search(r"\bb\b|bilat|b/l", around):
            continue
        side = next(iter(sides))
        other = _OTHER[side]
        body = low[m.end :]
        right = len(_SIDE[side].findall(body))
        wrong = len(_SIDE[other].findall(body))
        treated = [
            s
            for s in view.spans
            if s.label in ("EXERCISE", "MEASURE", "SERVICE", "IMPAIRMENT") and s.start > m.end and s.attribute not in ("home", "planned")
        ]
        wrong_spans = [
            s
            for s in treated
            if _sides_of(text_of(view, s)) == {other}
            and not re.search(r"\((?:l|r)\b|compar|vs|uninvolved|other", low[max(0, s.start - 12) : s.end + 6])
        ]
        limp = re.search(r"polio|old |limps? on", low)
        if wrong >= 3 and wrong_spans and wrong > 2 * max(right, 0) and not limp and not re.search(r"\bb\b|bilat", low):
            yield Range(wrong_spans[0].start, wrong_spans[0].end)
            return
        return


def _date_key(raw: str) -> tuple[int, int, int] | None:
    m = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{2,4})", raw.strip())
    if not m:
        return None
    month, day, year = int(m[1]), int(m[2]), int(m[3])
    year += 2000 if year < 100 else 0
    return (year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _bad_dates(view: NoteView) -> Iterable[Range]:
    service = [(_date_key((m.value or {}).get("raw", "")), m) for m in view.mentioned("service_date")]
    signed = [(m, _date_key(m[1])) for m in re.finditer(r"signed?\b[^\n\d]{0,50}?(\d{1,2}/\d{1,2}/\d{2,4})", view.low)]
    for key, _ in [x for x in service if x[0]][:1]:
        for match, when in signed:
            if key and when and when < key:
                yield Range(match.start(1), match.end(1))
                return


_ZERO_PAIN = pattern("zero_pain", "none")
_PAIN_NOW = pattern("pain_now", "both")
_ABSENT = pattern("absent", "both")


def _bad_statements(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    low = view.low
    zero = _ZERO_PAIN.search(low)
    if zero and "at rest" not in low[zero.start() : zero.end() + 12]:
        after = low[zero.end() :]
        m = _PAIN_NOW.search(after)
        if m and not re.search(
            r"\b(?:last|since|was|goal|with|squats|stairs|hip|increase)\b", after[max(0, m.start() - 30) : m.end() + 14]
        ):
            yield Range(zero.start(), zero.end())
            return
    denied = re.search(
        r"\b(?:denies|reports no|has no|without) (?:any )?(?:[a-z]+ ){0,2}pain\b(?! (?:at|with|in|when|during|on|after))", low
    )
    severe = (
        re.search(
            r"\b(?:severe|constant|intense|extreme)(?:,? \w+){0,2} pain\b|\bpain (?:of |at )?(?:[89]|10) ?/ ?10\b", low[denied.end() :]
        )
        if denied
        else None
    )
    if (
        denied
        and severe
        and not re.search(
            r"\b(?:was|last|initial\w*|eval\w*|no|without|denies|goal)\b",
            low[denied.end() + max(0, severe.start() - 25) : denied.end() + severe.end()],
        )
    ):
        yield Range(denied.start(), denied.end())
        return
    unable = re.search(
        r"\b(?:unable to|cannot|can't|not able to) (?:walk|ambulate|stand|bear weight)\b(?! (?:more|longer|far|without|with|for|on|to|over|past|>|outside|up|down|in|at|long|un))",
        low,
    )
    walked = (
        re.search(
            r"\b(?:ambulat\w+|walk(?:s|ed)) (?:\d{3,} ?(?:ft|feet)|\w+ ?\d{3,})[^.;]{0,30}\b(?:independent\w*|without)\b",
            low[unable.end() :],
        )
        if unable
        else None
    )
    if unable and walked:
        yield Range(unable.start(), unable.end())
        return
    gone = _ABSENT.search(low)
    if (
        gone
        and ("97110" in minutes.codes or "97110" in minutes.billed_units or not minutes.codes)
        and re.search(r"tolerated|\d ?x ?\d+|97110 ?x ?\d|\d+ min", low[gone.end() :])
        and not re.search(r"e-?stim", low[max(0, gone.start() - 20) : gone.end()])
    ):
        yield Range(gone.start(), gone.end())
        return
    nwb = re.search(
        r"\b(?:is|remains|still|strict(?:ly)?) (?:nwb|non[- ]weight ?bearing)\b|\b(?:nwb|non[- ]weight ?bearing) (?:r|l|right|left|per|maintained|x|for)\b|\bbed[- ]?bound\b|\bhas not been (?:up|out of bed)\b",
        low,
    )
    if (
        nwb
        and re.search(
            r"full weight ?bearing|single leg squat|step[- ]?ups?|\bstanding (?:squats?|heel|hip|march)|\bwalked (?:up|into|in without)|\b(?:up and down|ascend\w*|climbed) (?:\w+ ){0,2}(?:stairs|steps)",
            low[nwb.end() :],
        )
        and not re.search(r"was nwb|until|now wbat|no longer|other leg|uninvolved|goal", low)
    ):
        yield Range(nwb.start(), nwb.end())


_MEN, _WOMEN = re.compile(r"\b(?:he|his|him|himself)\b"), re.compile(r"\b(?:she|her|hers|herself)\b")
_OTHERS = re.compile(
    r"\b(?:wife|husband|spouse|son|daughter|mother|mom|father|dad|brother|sister|aunt|uncle|nurse|aide|caregiver|teacher|boss|friend|roommate|partner|dr|doctor|surgeon|therapist|baby|child|neighbor)\b"
)


def _bad_person(view: NoteView) -> Iterable[Range]:
    """A Ms. who is a he throughout, in a note that speaks of no one else."""
    title = re.search(r"\b(?P<m>Mr)\.? [A-Z][a-z]+|\b(?P<f>Ms|Mrs)\.? [A-Z][a-z]+", view.text)
    if title is None or _OTHERS.search(view.low):
        return
    wrong, right = (_WOMEN, _MEN) if title["m"] else (_MEN, _WOMEN)
    hits = list(wrong.finditer(view.low))
    if len(hits) >= 2 and not right.search(view.low):
        yield Range(hits[0].start(), hits[0].end())


_TIMED = re.compile(
    r"\b(?:eval\w*|initial\w*|ie|soc|was|were|prior|previous\w*|last|before|after|pre|post|from|vs|versus|compared|then|now|end|visit|week\w*|passive|prom|aarom|goal|norm\w*|reached|improved|increased|decreased|to)\b|[→>]|->"
)


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
        if _TIMED.search(view.low[max(0, s.start - 25) : min(len(view.low), s.end + 20)]):
            continue
        first = seen.setdefault((name, str(side)), (float(n), s))
        if first[1] is not s and abs(first[0] - n) >= 0.5 * max(abs(first[0]), abs(n)):
            yield Range(s.start, s.end)
            return
