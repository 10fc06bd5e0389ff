"""Every charge line of a visit: units billed beside the units that the minutes and the length of the visit support.

One computation serves the contradiction ``units_mismatch`` (either rule), the 97110 line and the claim (the payer's).

Sources: CMS Pub. 100-04 ch. 5 sec. 20.2 (total-time rule, units of all timed codes within the total timed minutes); CPT
introduction, time (midpoint rule). Fewer units than supported is no error.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from therex.billing.units import Number, ama_units, cms_units, units_of
from therex.catalog.codes import is_timed
from therex.types import ChargeLine, Minutes, OverBilled, VisitUnits

Rules = tuple[str, ...]
Units = Mapping[str, int]
Known = Mapping[str, Number]
EITHER: Rules = ("cms", "ama")
_RULE = {"cms": "the CMS rule", "ama": "the AMA rule"}


def charge_lines(codes: Known, billed: Units, given: Collection[str],
                 timed_total: Number | None) -> tuple[ChargeLine, ...]:  # fmt: skip
    """One charge line for each code that has minutes, has units or was given.

    Parameters
    ----------
    codes
        Minutes stated, by code.
    billed
        Units billed, by code.
    given
        Codes of the services given, with or without minutes.
    timed_total
        The timed total of the visit; None where it is not known.

    Returns
    -------
    tuple[ChargeLine, ...]
        In the order of the codes.
    """
    every = sorted({*codes, *billed, *given})
    known = known_minutes(codes, {c for c in every if is_timed(c)}, timed_total)
    most = {rule: _most(known, rule) for rule in EITHER}
    lines = []
    for code in every:
        minutes = codes.get(code, known.get(code))
        source = "stated" if code in codes else "timed_total" if code in known else ""
        line = ChargeLine(code, is_timed(code), minutes, source, billed.get(code))  # type: ignore[arg-type]
        lines.append(replace(line, cms=most["cms"][code], ama=most["ama"][code]) if code in known else line)
    return tuple(lines)


def known_minutes(codes: Known, timed: Collection[str], timed_total: Number | None) -> dict[str, Number]:
    """Minutes of the timed codes of a visit; a single code without minutes has what the timed total leaves for it."""
    known = {code: n for code, n in codes.items() if is_timed(code)}
    without = sorted(set(timed) - set(known))
    if len(without) == 1 and timed_total is not None and (rest := timed_total - sum(known.values())) > 0:
        known[without[0]] = rest
    return known


def visit_units(billed: Units, billed_total: int | None, lengths: Mapping[str, Number | None]) -> VisitUnits:
    """The units of the visit as a whole, and the most timed units that its length allows.

    Parameters
    ----------
    lengths
        Lengths by where they are from, the one that counts first: ``session_total``, ``clock``, ``timed_total``.
    """
    timed = [n for code, n in billed.items() if is_timed(code)]
    visit = VisitUnits(sum(timed) if timed else None, billed_total)
    for source, minutes in lengths.items():
        if minutes is not None:
            return replace(visit, minutes=minutes, source=source, most=units_of(minutes))  # type: ignore[arg-type]
    return visit


def over_billed(time: Minutes, rules: Rules = EITHER, billed: Units | None = None) -> tuple[OverBilled, ...]:
    """Units above what is supported; where a code alone is above its minutes, the other codes are not named.

    Parameters
    ----------
    time
        What the note states.
    rules
        The rules of which any one may support the units: both, or the payer's alone.
    billed
        Units by code; those of the note where none are given.

    Returns
    -------
    tuple[OverBilled, ...]
        Empty where every unit is supported.
    """
    told = time.billed_units if billed is None else billed
    units = {code: n for code, n in told.items() if is_timed(code) and n > 0}
    given = {c.code for c in time.charges if c.timed} | set(units)
    known = known_minutes(time.codes, given, time.timed_total)
    found = _codes_above(units, known, rules) if known else []
    if not found:
        above = _visit_above(units, time.visit, rules) or _timed_above(units, known, time.timed_total, rules)
        found = [above] if above else []
    if billed is None and (total := _total_above(time, known, given, rules)):
        found.append(total)
    return tuple(found)


def _most(known: Known, rule: str) -> dict[str, int]:
    """The most units that one rule gives each code, every allocation tried."""
    if rule == "ama":
        return ama_units(known)
    ways = cms_units(known).allocations
    return {code: max(way[code] for way in ways) for code in known}


def _codes_above(units: Units, known: Known, rules: Rules) -> list[OverBilled]:
    most = [_most(known, rule) for rule in rules]
    pooled = sum(known.values())
    return [
        OverBilled("code", (code,), n, best, known[code], pooled, rules=rules)
        for code, n in sorted(units.items())
        if code in known and n > (best := max(by_code[code] for by_code in most))
    ]


def _visit_above(units: Units, visit: VisitUnits, rules: Rules) -> OverBilled | None:
    """All timed units against the stated or clocked length of the visit; by midpoint where that rule alone counts."""
    if visit.most is None or visit.minutes is None or visit.source == "timed_total":
        return None
    billed = sum(units.values())
    most = visit.most if "cms" in rules else _at_most(visit.minutes, len(units), "ama")
    if billed <= most:
        return None
    return OverBilled("visit", tuple(sorted(units)), billed, most, visit.minutes, source=visit.source)


def _timed_above(units: Units, known: Known, timed_total: Number | None, rules: Rules) -> OverBilled | None:
    """All timed units against all timed minutes."""
    billed = sum(units.values())
    every = set(units) <= set(known)
    minutes = sum(known.values()) if every else timed_total
    if minutes is None or not units:
        return None
    most = _together(units, known, rules) if every else max(_at_most(minutes, len(units), rule) for rule in rules)
    return OverBilled("timed", tuple(sorted(units)), billed, most, minutes, rules=rules) if billed > most else None


def _together(units: Units, known: Known, rules: Rules) -> int:
    """How many of the units billed the timed minutes support together."""
    cms = cms_units(known)
    if "ama" in rules:
        return max(sum(ama_units(known).values()), cms.total if "cms" in rules else 0)
    # one rule: the allocation that bears most of the units billed
    return max(sum(min(n, way[code]) for code, n in units.items()) for way in cms.allocations)


def _at_most(minutes: Number, codes: int, rule: str) -> int:
    """The most units of `codes` codes with so many minutes together: by midpoint each first unit takes eight."""
    return units_of(minutes) if rule == "cms" else int((minutes + 7 * codes) // 15)


def _total_above(time: Minutes, known: Known, given: Collection[str], rules: Rules) -> OverBilled | None:
    """The units stated for the visit as a whole against the timed units supported and one for each untimed service."""
    stated, visit = time.visit.billed_total, time.visit
    if stated is None:
        return None
    limits: list[tuple[int, Number, str]] = []
    if visit.most is not None and visit.minutes is not None and visit.source != "timed_total":
        limits.append((visit.most, visit.minutes, visit.source))
    if known and set(given) <= set(known):
        limits.append(
            (
                max(sum(ama_units(known).values()) if r == "ama" else cms_units(known).total for r in rules),
                sum(known.values()),
                "",
            )
        )
    elif time.timed_total is not None:
        codes = max(len(given), 1)
        limits.append((max(_at_most(time.timed_total, codes, rule) for rule in rules), time.timed_total, ""))
    if not limits:
        return None
    most, minutes, source = min(limits)
    untimed = sum(max(c.billed if c.billed is not None else 1, 0) for c in time.charges if not c.timed)
    if stated <= most + untimed:
        return None
    return OverBilled("total", (), stated, most + untimed, minutes, untimed=untimed, source=source, rules=rules)


def sentence(over: OverBilled, verb: str = "billed") -> str:
    """What is billed and what is supported, in one sentence without its stop.

    Examples
    --------
    >>> sentence(OverBilled("visit", ("97110",), 4, 2, 30, source="session_total"))
    '97110: billed 4 units; a visit of 30 minutes allows at most 2'
    """
    if over.kind == "total":
        beside = f" timed and {over.untimed} untimed" if over.untimed else ""
        most = f"{over.supported - over.untimed}{beside}"
        return f"{verb} {_units(over.billed)} in total; {_length(over)} allows at most {most}"
    head = f"{', '.join(over.codes)}: {verb} {_units(over.billed, timed=len(over.codes) > 1)}"
    if over.kind == "visit":
        return f"{head}; {_length(over)} allows at most {over.supported}"
    under = _RULE[over.rules[0]] if len(over.rules) == 1 else "either rule"
    pooled = f" of {over.pooled:g}" if over.pooled > over.minutes else ""
    minutes = f"{over.minutes:g}{pooled} timed minutes"
    return f"{head}; {minutes} support at most {over.supported} under {under}"


def _length(over: OverBilled) -> str:
    if over.source == "clock":
        return f"a visit of {over.minutes:g} minutes by its clock times"
    return f"a visit of {over.minutes:g} minutes" if over.source else f"a visit of {over.minutes:g} timed minutes"


def _units(n: int, timed: bool = False) -> str:
    return f"{n} {'timed ' if timed else ''}unit{'s' * (n != 1)}"
