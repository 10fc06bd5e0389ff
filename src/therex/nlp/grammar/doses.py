"""DOSE: one span for each run of sets, repetitions, hold, load, band, level, speed or effort, by `grammar/doses.yaml`.

Source: annotation.md, label table and settled points on DOSE.
"""

from __future__ import annotations

from collections.abc import Iterator

from therex.nlp.context import Context
from therex.nlp.grammar.unit_forms import form_file, holds, trimmed


def draft_doses(ctx: Context) -> None:
    """Draft a DOSE over every run of quantities that the decisions take for one."""
    file = form_file("doses")
    edges, decisions = file.data["edges"], file.data["decisions"]
    for i, j in file.found(ctx, file.forms[0]):
        i, j = trimmed(ctx, i, j, edges)
        if i >= j or ctx.covered(i, j, "MEASURE", "DURATION", "DOSE"):
            continue
        row = next((row for row in decisions if holds(ctx, i, j, row)), None)
        if row is None or row["gives"] == "none":
            continue
        i, j = _own(ctx, i, j)
        for a, b in _cells(ctx, i, j):
            if ctx.any(a, b, "q"):
                ctx.add("DOSE", a, b, f"grammar:dose.{row['id']}")


def _own(ctx: Context, i: int, j: int) -> tuple[int, int]:
    """The run without what the name of an exercise holds of it, and without a bracket that it does not close."""
    holder = next((d for d in ctx.begun(max(0, i - 10), i, "EXERCISE") if d.first < i < d.last < j), None)
    if holder is not None:
        i = holder.last
    if ctx.any(i, j, "lp") and not ctx.any(i, j, "rp"):
        j = ctx.first(i, j, "lp")
    return i, j


def _cells(ctx: Context, i: int, j: int) -> Iterator[tuple[int, int]]:
    """The cells of a table that a run goes through are doses of their own."""
    for k in range(i + 1, j + 1):
        if k == j or ctx.surface.norm[ctx.units[k - 1].end : ctx.units[k].start].startswith("  "):
            yield i, k
            i = k


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
            ctx.add("DOSE", k, k + 1, "grammar:dose.bare_count")
