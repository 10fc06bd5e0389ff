"""DOSE: one span for each run of sets, repetitions, hold, load, band, level, speed or effort."""

from __future__ import annotations

import re

from therex.nlp.context import Context
from therex.nlp.exercises import DOSEY


def draft_doses(ctx: Context) -> None:
    """DOSE: one span for each run of sets, repetitions, hold, load, band, level, speed or effort."""
    for i, j in ctx.grammar.find("{dose}", ctx.row):
        while j > i and ctx.has(j - 1, "to", "and", "lp", "in", "for", "with", "comma", "the", "dash", "plus", "of", "slash"):
            j -= 1
        while i < j and ctx.has(i, "comma", "and", "rp", "dash"):
            i += 1
        if i >= j or ctx.covered(i, j, "MEASURE", "DURATION", "DOSE"):
            continue
        if not _dose_ok(ctx, i, j):
            continue
        holder = next((d for d in ctx.begun(max(0, i - 10), i, "EXERCISE") if d.first < i < d.last < j), None)
        if holder is not None:
            i = holder.last
        if ctx.any(i, j, "lp") and not ctx.any(i, j, "rp"):
            j = ctx.first(i, j, "lp")
        # cells of a table are doses of their own
        a = i
        for k in range(i + 1, j + 1):
            if k == j or ctx.surface.norm[ctx.units[k - 1].end : ctx.units[k].start].startswith("  "):
                if ctx.any(a, k, "q"):
                    ctx.add("DOSE", a, k, "rule:dose")
                a = k


def draft_bare_counts(ctx: Context) -> None:
    """`ankle pumps 20, quad sets 20, SLR 10`: bare counts of repetitions behind two or more exercises of one list."""
    found: dict[tuple[int, int], list[int]] = {}
    for d in ctx.of("EXERCISE"):
        k = d.last
        q = ctx.units[k].quantity if k < len(ctx.units) else None
        if q is None or not ctx.has(k, "q_number") or ctx.covered(k, k + 1, "DOSE", "DURATION", "MEASURE") or ctx.kinds[k] == "goals":
            continue
        closed = k + 1 >= len(ctx.units) or ctx.has(k + 1, "comma", "semi", "dot", "br")
        entry = next((e for u in ctx.units[d.first : d.last] if (e := u.entry("exercise"))), None)
        if closed and 3 <= q.numbers[0] <= 60 and not (entry and entry.extra.get("type") == "endurance"):
            found.setdefault(ctx.sentence(k), []).append(k)
    for places in found.values():
        for k in places if len(places) > 1 else ():
            ctx.add("DOSE", k, k + 1, "rule:dose.bare_count")


def _dose_ok(ctx: Context, i: int, j: int) -> bool:
    kind = ctx.kinds[i]
    first, last = ctx.sentence(i)
    if kind in ("billing", "history", "diagnosis", "precautions", "medications", "header", "signature", "subjective"):
        return (
            kind in ("history", "subjective", "header")
            and ctx.any(i, j, "q_dose", "q_hold")
            and ctx.covered(max(first, i - 6), i, "EXERCISE")
        )
    if j - i == 1 and ctx.has(i, "q_xreps") and ctx.covered(i - 1, i, "DURATION") and ctx.covered(i - 3, i - 1, "SERVICE"):
        # `97110 30 min x2`: units
        return False
    if ctx.has(i - 1, "q_code") or (ctx.covered(i - 1, i, "SERVICE") and not ctx.any(i, j, *DOSEY, "q_band", "q_distdose")):
        return False
    near = ctx.covered(max(first, i - 8), min(last, j + 5), "EXERCISE") or ctx.covered(max(first, i - 5), i, "SERVICE")
    if ctx.has(i, "q_dose_rev") and ctx.has(i - 1, "of") and ctx.has(i - 2, "q_number"):
        # `on 7 of 10 repetitions`
        return False
    if ctx.any(i, j, "q_dose", "q_hold"):
        return kind not in ("goals",) or near
    if ctx.any(i, j, "q_per_day") and not ctx.any(i, j, *DOSEY, "q_band"):
        named = (
            kind == "hep"
            and i > first
            and ctx.any(max(first, i - 4), i, "word")
            and not re.search(r"\b(?:hep|program|exercises?)\W*$", ctx.text(first, i))
        )
        return ctx.covered(max(first, i - 6), i, "EXERCISE") or named
    if ctx.any(i, j, "q_dose_rev", "q_xreps", "q_times", "q_band", "q_distdose", "q_noload"):
        if kind in ("goals",):
            return ctx.covered(first, last, "EXERCISE")
        return near or kind in ("treatment", "hep", "plan")
    if kind == "goals":
        return False
    if ctx.any(i, j, "q_times_post"):
        return ctx.covered(max(first, i - 4), i, "EXERCISE")
    return ctx.covered(max(first, i - 5), i, "EXERCISE", "DOSE") or (
        ctx.any(i, j, "q_weight", "q_level", "light") and ctx.covered(i, min(last, j + 4), "EXERCISE")
    )
