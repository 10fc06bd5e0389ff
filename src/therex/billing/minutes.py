"""What a note states of minutes, clock times and billed units, and what can be worked out from that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from therex.billing.charges import charge_lines, known_minutes, visit_units
from therex.billing.clock import clock_spans, minutes_between, time_of_day
from therex.billing.units import Number, supported, units_of
from therex.catalog.codes import is_timed
from therex.types import Minutes, NoteView, Range, Span

__all__ = ["minutes_between", "read_minutes", "time_of_day"]

Blocks = Mapping[str, Sequence[Span]]
Totals = Mapping[str, Number | None]
CODE = "97110"
# codes under which exercise may be given instead of 97110
OTHER_EXERCISE = frozenset({"97112", "97113", "97116", "97150", "97530", "97535", "97545", "97546"})
_TOTALS = ("timed_total", "session_total")


def read_minutes(view: NoteView) -> Minutes:
    """Minutes and units of a note.

    Stated figures are never converted: clock times and sums go to `computed`. With one timed service its minutes
    are the timed total (annotation.md, settled points on untimed services).
    """
    spans = _by_kind(view)
    billed = {m.value["code"]: int(m.value["units"]) for m in view.mentioned("units") if m.value}
    stated = {name: _last_minutes(spans.get(name, [])) for name in _TOTALS}
    blocks = _blocks(spans.get("code_minutes", []))
    codes = _code_minutes(view, blocks, stated)
    given = given_codes(view, billed, codes)
    timed = {code: n for code, n in codes.items() if is_timed(code)}
    timed_given = {code for code in given if is_timed(code)}
    complete = bool(timed) and timed_given <= set(timed)
    timed_total, session_total = stated["timed_total"], stated["session_total"]
    if timed_total is None and complete and len(timed) == 1:
        timed_total = next(iter(timed.values()))
    times, length = clock_spans(spans.get("clock", []))
    totals = stated | {"timed_total": timed_total}
    summed, whole = ({}, False) if CODE in codes else _summed(view, spans.get("exercise_time", []))
    parts = timed | (summed if whole else {})
    parts = parts if timed_given <= set(parts) else {}
    computed = _computed(codes, parts, summed, totals, length)
    lengths = {"session_total": session_total, "clock": length, "timed_total": timed_total}
    in_all = [int(m.value["units"]) for m in view.mentioned("units_total") if m.value]
    return Minutes(
        codes=codes,
        timed_total=timed_total,
        session_total=session_total,
        clock=times,
        billed_units=billed,
        computed=computed,
        supported_units=_supported(timed, timed_given, timed_total),
        charges=charge_lines(codes, billed, given, timed_total),
        visit=visit_units(billed, in_all[-1] if in_all else None, lengths),
        evidence=_evidence(view, spans, blocks, billed),
    )


def given_codes(view: NoteView, billed: Mapping[str, int], codes: Mapping[str, Number]) -> set[str]:
    """Codes of the services given: billed, with minutes, named in what was done; 97110 by exercises alone."""
    given = {code for code, n in billed.items() if n} | set(codes)
    for span in view.of("SERVICE"):
        if span.attribute and span.assertion == "affirmed" and (span.value or {}).get("given"):
            given.add(span.attribute)
    if not given & (OTHER_EXERCISE | {CODE}) and _exercises_done(view):
        given.add(CODE)
    return given


def _exercises_done(view: NoteView) -> bool:
    """Whether exercises were done with a dose, or timed one by one."""
    dosed = {r.to for r in view.relations if r.type in ("dose_of", "minutes_of")}
    done = [view.spans[i] for i in sorted(dosed) if view.spans[i].label == "EXERCISE"]
    return any(s.attribute == "performed" and s.assertion == "affirmed" and not s.modifiers for s in done)


def _by_kind(view: NoteView) -> dict[str, list[Span]]:
    """The DURATION spans by what they tell; a total told as both kinds is under both."""
    kinds: dict[str, list[Span]] = {}
    for span in view.of("DURATION"):
        if span.source == "tagger":
            # marked, and not counted: of the figures that it adds few are right (docs/reader.md)
            continue
        kind = (span.attribute or "").partition("=")[0]
        kinds.setdefault(kind, []).append(span)
        also = (span.value or {}).get("also")
        if kind in _TOTALS and also in _TOTALS:
            # `timed and total 40`
            kinds.setdefault(str(also), []).append(span)
    return kinds


def _last_minutes(spans: Sequence[Span]) -> Number | None:
    values = [(s.value or {}).get("minutes") for s in spans]
    return values[-1] if values else None


def _blocks(spans: Sequence[Span]) -> dict[str, list[Span]]:
    """The spans that tell minutes of a code, by code, without those that only restate minutes told elsewhere."""
    blocks: dict[str, list[Span]] = {}
    for span in spans:
        value = span.value or {}
        if value.get("code") and value.get("minutes") is not None:
            # `ten minutes each` speaks of several codes
            for code in value.get("codes", (value["code"],)):
                blocks.setdefault(code, []).append(span)
    return {code: [s for s in told if not (s.value or {}).get("restates")] or told[:1] for code, told in blocks.items()}


def _code_minutes(view: NoteView, blocks: Blocks, stated: Totals) -> dict[str, Number]:
    """Minutes by code: several blocks of one code add up.

    A charge summary repeats the minutes of the treatment, so of the two the longer counts. Where the blocks together
    are longer than the total that the note states, they repeat each other, and the longest is the code's time.
    """
    added = {}
    for code, spans in blocks.items():
        in_bill = {s.start for s in spans if view.section_at(s.start) == "billing"}
        added[code] = max(_sum([s for s in spans if s.start in in_bill]), _sum([s for s in spans if s.start not in in_bill]))
    longest = {code: max(_sum([s]) for s in spans) for code, spans in blocks.items()}
    timed = [code for code in added if is_timed(code)]
    over = {
        "timed_total": sum(added[code] for code in timed) > (stated["timed_total"] or float("inf")),
        "session_total": sum(added.values()) > (stated["session_total"] or float("inf")),
    }
    if over["session_total"]:
        return longest
    return {code: longest[code] if over["timed_total"] and code in timed else n for code, n in added.items()}


def _sum(spans: Sequence[Span]) -> Number:
    total: Number = sum((s.value or {}).get("minutes", 0) for s in spans)
    return total


def _summed(view: NoteView, exercise_time: Sequence[Span]) -> tuple[dict[str, Number], bool]:
    """Minutes of 97110 from those of single exercises, unless most exercises have none; and whether every exercise has its minutes."""
    timed = {r.to for r in view.relations if r.type == "minutes_of"}
    dosed = {r.to for r in view.relations if r.type == "dose_of"}
    done = {i for i in timed | dosed if view.spans[i].label == "EXERCISE" and view.spans[i].attribute == "performed"}
    untimed = len(done - timed)
    if not exercise_time or untimed > len(exercise_time):
        return {}, False
    return {CODE: _sum(exercise_time)}, not untimed


def _computed(
    codes: Mapping[str, Number],
    timed: Mapping[str, Number],
    summed: Mapping[str, Number],
    stated: Totals,
    length: int | None,
) -> dict[str, Any]:
    """What can be worked out; `timed` is empty where a timed service given has no minutes."""
    out: dict[str, Any] = {}
    if summed:
        out["code_minutes"] = {"code": CODE, "minutes": summed[CODE], "from": "exercise_time"}
    if stated["timed_total"] is None and timed:
        out["timed_total"] = {"minutes": sum(timed.values()), "from": "codes"}
    if stated["session_total"] is None:
        if length is not None:
            out["session_total"] = {"minutes": length, "from": "clock"}
        elif codes and (timed or not any(map(is_timed, codes))):
            out["session_total"] = {"minutes": sum(codes.values()), "from": "codes"}
    return out


def _supported(timed: Mapping[str, Number], given: set[str], timed_total: Number | None) -> dict[str, Any] | None:
    """Units supported under both rules, by the timed total alone where a code has no minutes; None without either."""
    known = known_minutes(timed, given, timed_total)
    if known and given <= set(known):
        return dict(supported(known))
    if timed_total is None:
        return None
    return {
        "timed_total": timed_total,
        "cms": {"total": units_of(timed_total), "allocations": []},
        "ama": {"total": None, "units": {}},
    }


def _evidence(view: NoteView, spans: Blocks, blocks: Blocks, billed: Mapping[str, int]) -> dict[str, tuple[Range, ...]]:
    """Where the figures are told: ``code:`` and ``units:`` with a code, ``units``, ``units_total``, ``clock``."""
    told = {f"code:{code}": found for code, found in blocks.items()}
    told |= {kind: spans.get(kind, []) for kind in (*_TOTALS, "clock")}
    ranges = {key: tuple(Range(s.start, s.end) for s in found) for key, found in told.items()}
    ranges["units"] = tuple(Range(m.start, m.end) for m in view.mentioned("units"))
    ranges["units_total"] = tuple(Range(m.start, m.end) for m in view.mentioned("units_total"))[-1:]
    for m in view.mentioned("units"):
        if m.value and int(m.value["units"]) == billed[m.value["code"]]:
            key = f"units:{m.value['code']}"
            ranges[key] = (*ranges.get(key, ()), Range(m.start, m.end))
    return ranges
