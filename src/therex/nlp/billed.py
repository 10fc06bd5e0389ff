"""The units that a note says were billed, by code."""

from __future__ import annotations

import re
from collections.abc import Callable

from therex.nlp.context import Context, Draft
from therex.types import Mention

_UNITS_AFTER = re.compile(
    r"^[ ]*(?:[-:=]?[ ]*\d{1,3}[ ]*(?:min(?:utes?|s)?\.?|')[ ]*(?=\(\d\)))?[|:(,=\-]*[ ]*(?:(?<=\()(\d)(?=\))|(?:x[ ]*|(?<=-))(\d)(?![\d/]| *min| *\d(?!\d{4}\b))|(\d)[ ]*(?:units?|u\b)|units?[ ]*[:=]?[ ]*(?:billed[ ]*)?(\d)\b)"
)
_WEEKS = re.compile(r"\d ?(?:x|times|visits)? ?(?:/|per|a) ?(?:wk|week|w)\b ?(?:x|for) ?\d+")
_UNITS_WORD = re.compile(
    r"(?:(?<=\D)|^)(\d)[ ]*-?(?:units?|u)\b|\bunits?[ ]*(?:billed)?[ ]*[:=x]?[ ]*(\d)(?!\d)|\bx[ ]*(\d)[ ]*(?:units?|u)\b"
)


def read_units_billed(ctx: Context) -> list[Mention]:
    """Mentions of kind ``units`` with code and number, wherever a note states billed units."""
    out: dict[str, Mention] = {}
    norm = ctx.surface.norm

    def put(code: str, n: int, start: int, end: int) -> None:
        if code and code not in out and 0 <= n <= 9:
            out[code] = Mention("units", start, end, "rule:units", {"code": code, "units": n})

    services = sorted((d for d in ctx.drafts if d.label == "SERVICE"), key=lambda d: d.first)
    header = False
    for i, j in ctx.lines():
        start = ctx.units[i].start
        end = ctx.units[j].start if j < len(ctx.units) else len(norm)
        text = norm[start:end]
        here = [d for d in services if i <= d.first < j and d.attribute]
        if re.search(r"\bunits?\b", text) and re.search(r"\b(?:min|minutes|mins|time)\b", text) and not re.search(r"\d", text):
            header = True
            continue
        each = re.search(r"\b(\d) units? (?:of )?each", text)
        if each:
            n = int(next(g for g in each.groups() if g))
            for d in services:
                if (
                    d.attribute
                    and (_billable(ctx, d) or ctx.kinds[d.first] in ("treatment", "", "objective"))
                    and any(m.label == "DURATION" and (m.value or {}).get("code") == d.attribute for m in ctx.drafts)
                ):
                    put(d.attribute, n, start + each.start(), start + each.end())
        piped = bool(here) and ctx.any(i, j, "pipe")
        leads = False
        for pos, d in enumerate(here):
            if re.search(r"\b(?:last|previous|prior) (?:visit|session|time|week|tx)[^.;]{0,20}$", norm[max(start, d.start - 40) : d.start]):
                continue
            nxt = here[pos + 1].start if pos + 1 < len(here) else end
            # the weeks of a frequency (`5x/wk x 2`) are no units
            after = _WEEKS.sub(lambda m: " " * len(m[0]), norm[d.end : min(nxt, d.end + 400)])
            before = norm[max(start, d.start - 24) : d.start]
            m2 = re.search(r"(\d)[ ]*(?:units?|u)[ ]*(?:of|for)?[ ]*\(?$", before)
            leads = leads or (pos == 0 and m2 is not None)
            taken = (
                not leads
                and pos > 0
                and m2 is not None
                and norm[here[pos - 1].end : d.start].strip(" ,;x:-=()") == m2[0].strip(" ,;x:-=()")
            )
            if m2 and not taken:
                # `2 units of 97110`; the units in `97110 2u 97530 1u` follow their code
                put(d.attribute or "", int(m2[1]), d.start - len(m2[0]), d.start)
                continue
            m = _UNITS_AFTER.match(after)
            if m and (d.end - d.start > 0):
                n = int(next(g for g in m.groups() if g))
                coded = bool(re.search(r"\d{5}|g0283", norm[d.start : d.end]))
                if coded or ctx.kinds[d.first] == "billing" or m.group(3) or m.group(4) or re.search(r"\bunits?|charges?|bill", text):
                    put(d.attribute or "", n, d.end + m.start(), d.end + m.end())
                    continue
            m = _UNITS_WORD.search(after)
            if m:
                put(d.attribute or "", int(next(g for g in m.groups() if g)), d.end + m.start(), d.end + m.end())
                continue
            # units stand beside their code, or at the end of its row
            m = re.search(
                r"(?:^|[^\d])x[ ]*(\d)(?![\d/]|[ ]*(?:min|\d|set|rep|'|ft|wk|week|day|lap))(?=[ ]*(?:$|[,.;:)|(]|for\b))",
                after if ctx.kinds[d.first] == "billing" or not ctx.covered(d.last, j, "EXERCISE", "DOSE") else after[:16],
            )
            if (
                m
                and re.search(r"\d{5}|g0283", norm[d.start : d.end])
                and not any(x.label == "EXERCISE" and d.end < x.start < d.end + m.start() for x in ctx.drafts)
            ):
                put(d.attribute or "", int(m[1]), d.end + m.start(), d.end + m.end())
                continue
            cells = [k for k in range(d.last, min(j, d.last + 60)) if ctx.units[k].start < nxt and ctx.has(k, "q_number", "q_minutes")]
            if (header or piped) and len(cells) >= 2 and d.attribute:
                q = ctx.units[cells[1]].quantity
                if q is not None and q.kind == "number" and q.numbers[0] <= 9:
                    put(d.attribute, int(q.numbers[0]), ctx.units[cells[1]].start, ctx.units[cells[1]].end)
        if not text.strip():
            header = False
    for m in re.finditer(r"\bunits? (?:for|of) (9\d{4})[ :=x-]{1,3}(\d)(?!\d)", norm):
        put(m[1], int(m[2]), m.start(), m.end())
    # "units billed 97110 2, 97112 1"
    for m in re.finditer(r"units?(?: billed)?:? ((?:9\d{4}[ x:=-]{1,3}\d,? ?(?:and )?)+)", norm):
        for code, units in re.findall(r"(9\d{4})[ x:=-]{1,3}(\d)(?!\d)", m[1]):
            put(code, int(units), m.start(), m.end())
    _lone_units(ctx, services, put, bool(out))
    return list(out.values())


_LONE = re.compile(r"(?:^|\n|[.;|] |  )units?(?: billed)?[ :=#]+(\d)(?!\d)(?! *(?:of|x|97|\d))")


def _lone_units(ctx: Context, services: list[Draft], put: Callable[[str, int, int, int], None], known: bool) -> None:
    """`Units: 3` beside one timed service belongs to it."""
    m = None if known else _LONE.search(ctx.surface.norm)
    codes = {
        d.attribute
        for d in services
        if d.attribute and d.attribute[:2] == "97" and ctx.kinds[d.first] not in ("plan", "goals", "history", "hep")
    }
    if m is not None and len(codes) == 1:
        put(next(iter(codes)), int(m[1]), m.start(1), m.end(1))


def _billable(ctx: Context, d: object) -> bool:
    return ctx.kinds[d.first] == "billing"  # type: ignore[attr-defined]
