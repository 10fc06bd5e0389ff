"""What a note states of minutes, clock times and billed units, and what can be worked out from that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from therex.billing.units import supported
from therex.catalog.codes import is_timed
from therex.types import Minutes, NoteView, Range, Span

_CLOCK = re.compile(r"(\d{1,2}):?(\d{2})?\s*([ap])?\.?m?\.?", re.I)


def read_minutes(view: NoteView) -> Minutes:
    """Minutes and units of a note.

    Stated figures are never converted: clock times and sums go to `computed`. With one timed service its minutes
    are the timed total (annotation.md, settled points on untimed services).
    """
    codes: dict[str, int | float] = {}
    evidence: dict[str, tuple[Range, ...]] = {}
    exercise_time: list[Span] = []
    totals: dict[str, list[Span]] = {"timed_total": [], "session_total": []}
    clock: list[Span] = []
    for span in view.of("DURATION"):
        kind, _, _ = (span.attribute or "").partition("=")
        minutes = (span.value or {}).get("minutes")
        if kind == "code_minutes" and minutes is not None:
            code = (span.value or {}).get("code")
            if code:
                _take(codes, evidence, code, minutes, span)
        elif kind == "exercise_time":
            exercise_time.append(span)
        elif kind in totals:
            totals[kind].append(span)
            also = (span.value or {}).get("also")
            if also in totals:
                # `timed and total 40`
                totals[also].append(span)
        elif kind == "clock":
            clock.append(span)
    billed = {m.value["code"]: int(m.value["units"]) for m in view.mentioned("units") if m.value}
    evidence["units"] = tuple(Range(m.start, m.end) for m in view.mentioned("units"))
    stated = {name: _stated(spans) for name, spans in totals.items()}
    for name, spans in totals.items():
        evidence[name] = tuple(Range(s.start, s.end) for s in spans)
    timed = {code: n for code, n in codes.items() if is_timed(code)}
    timed_total, session_total = stated["timed_total"], stated["session_total"]
    given_timed = _timed_codes(view, billed)
    if timed_total is None and len(timed) == 1 and given_timed <= set(timed) and _only_service(view, timed):
        timed_total = next(iter(timed.values()))
    computed = _computed(codes, timed, timed_total, session_total, exercise_time, clock, view)
    evidence["clock"] = tuple(Range(s.start, s.end) for s in clock)
    return Minutes(
        codes=codes,
        timed_total=timed_total,
        session_total=session_total,
        clock=tuple(t for s in clock for t in clock_times(view.text[s.start : s.end])),
        billed_units=billed,
        computed=computed,
        supported_units=_supported(timed, given_timed, computed, timed_total),
        evidence=evidence,
    )


def _take(codes: dict[str, Any], evidence: dict[str, tuple[Range, ...]], code: str, minutes: Any, span: Span) -> None:
    here = Range(span.start, span.end)
    key = f"code:{code}"
    if code not in codes:
        codes[code] = minutes
        evidence[key] = (here,)
    elif codes[code] != minutes:
        # said twice and differently: the larger is the code's time, the smaller that of a technique within it
        evidence[key] = (*evidence[key], here)
        codes[code] = max(codes[code], minutes)


def _stated(spans: list[Span]) -> int | float | None:
    values = [(s.value or {}).get("minutes") for s in spans]
    return values[-1] if values else None


def _timed_codes(view: NoteView, billed: Mapping[str, int]) -> set[str]:
    """Timed codes that were given: billed, or named in what was done."""
    given = {c for c in billed if is_timed(c)}
    for span in view.of("SERVICE"):
        code = span.attribute
        if code and is_timed(code) and span.assertion == "affirmed" and (span.value or {}).get("given"):
            given.add(code)
    return given


def _only_service(view: NoteView, timed: Mapping[str, Any]) -> bool:
    return True


def _computed(codes: Mapping[str, Any], timed: Mapping[str, Any], timed_total: Any, session_total: Any,
              exercise_time: list[Span], clock: list[Span], view: NoteView) -> dict[str, Any]:  # fmt: skip
    out: dict[str, Any] = {}
    if "97110" not in codes:
        performed = [(s.value or {}).get("minutes", 0) for s in exercise_time]
        if performed:
            out["code_minutes"] = {"code": "97110", "minutes": sum(performed), "from": "exercise_time"}
    if timed_total is None and timed:
        out["timed_total"] = {"minutes": sum(timed.values()), "from": "codes"}
    if session_total is None:
        times = [t for s in clock for t in clock_times(view.text[s.start : s.end])]
        between = minutes_between(times)
        if between is not None:
            out["session_total"] = {"minutes": between, "from": "clock"}
        elif codes:
            out["session_total"] = {"minutes": sum(codes.values()), "from": "codes"}
    return out


def _supported(timed: Mapping[str, Any], given: set[str], computed: Mapping[str, Any], timed_total: Any) -> dict[str, Any] | None:
    if not timed or given - set(timed):
        return None
    return dict(supported(timed))


def clock_times(text: str) -> list[str]:
    """The times in a clock phrase, as ``HH:MM`` where the half of the day is known, else as written with a colon."""
    out = []
    matches = [m for m in _CLOCK.finditer(text) if m[1]]
    half = next((m[3].lower() for m in reversed(matches) if m[3]), "")
    for m in matches:
        hour, minute = int(m[1]), int(m[2] or 0)
        if len(m[1]) > 2 or hour > 23 or minute > 59:
            continue
        here = (m[3] or half or "").lower()
        if here == "p" and hour < 12:
            hour += 12
        elif here == "a" and hour == 12:
            hour = 0
        out.append(f"{hour:02d}:{minute:02d}")
    return out


def minutes_between(times: list[str]) -> int | None:
    """Minutes from the first to the last of two or more times of one day; None where that makes no session."""
    if len(times) < 2:
        return None
    first, last = (int(t[:2]) * 60 + int(t[3:]) for t in (times[0], times[-1]))
    length = (last - first) % 720
    return length if 0 < length <= 360 else None
