"""DOSE: one span for each run of sets, repetitions, hold, load, band, level, speed or effort, by `grammar/doses.yaml`.

Source: annotation.md, label table and settled points on DOSE.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from therex.nlp.context import Context, Draft
from therex.nlp.grammar.measures import plain
from therex.nlp.grammar.unit_forms import after_words, fits, form_file, holds, says, trimmed

Value = dict[str, Any]


def draft_doses(ctx: Context) -> None:
    """Draft a DOSE wherever a form stands, and over every run of quantities that the decisions take for one."""
    file = form_file("doses")
    for form in file.forms:
        for i, j in file.found(ctx, form):
            if form.id != "run":
                if fits(ctx, form, i, j):
                    ctx.add("DOSE", i, j, f"grammar:dose.{form.id}")
                continue
            for a, b in _pieces(ctx, i, j, file.data["cuts"]):
                _draft_run(ctx, *trimmed(ctx, a, b, file.data["edges"]), file.data)


def _draft_run(ctx: Context, i: int, j: int, data: Mapping[str, Any]) -> None:
    """Draft units `i` to `j`, with their tail, where the first decision that holds says that they are a dose."""
    if i >= j or ctx.covered(i, j, "MEASURE", "DURATION", "DOSE"):
        return
    cats = frozenset().union(*(u.cats for u in ctx.units[i:j]))
    kept = (row for row in data["decisions"] if not cats.isdisjoint(row.get("any", cats)))
    row = next((row for row in kept if holds(ctx, i, j, row)), None)
    if row is None or row["gives"] == "none":
        return
    for a, b in _parts(ctx, i, _with_tail(ctx, i, j, data["tails"])):
        if ctx.any(a, b, "q", "light"):
            ctx.add("DOSE", a, b, f"grammar:dose.{row['id']}")


def _pieces(ctx: Context, i: int, j: int, cuts: list[str]) -> Iterator[tuple[int, int]]:
    """A run cut where the next exercise begins."""
    for k in range(i + 1, j):
        if ctx.has(k, "comma") and any(ctx.grammar.compiled(cut).match(ctx.row, k) for cut in cuts):
            yield i, k
            i = k
    yield i, j


def _with_tail(ctx: Context, i: int, j: int, tails: list[Mapping[str, Any]]) -> int:
    """Where a run ends with the words after it that belong to it."""
    for tail in tails:
        if not holds(ctx, i, j, tail):
            continue
        end = j
        if "take" in tail:
            m = ctx.grammar.compiled(tail["take"]).match(ctx.row, j)
            end = m.end() if m else j
        else:
            end = after_words(ctx, j, tail["words"])
        if end > j and not ctx.covered(j, end, "MEASURE", "DURATION", "DOSE"):
            j = end
    return j


def _parts(ctx: Context, i: int, j: int) -> Iterator[tuple[int, int]]:
    """A run in its parts: what the name of an exercise holds of it, the rest without an open bracket, each cell of a table."""
    holder = next((d for d in ctx.begun(max(0, i - 10), i, "EXERCISE") if d.first < i < d.last < j), None)
    if holder is not None:
        if ctx.has(holder.last - 1, "q_band", "q_color", "q_weight"):
            yield i, holder.last
        i = holder.last
    if ctx.any(i, j, "lp") and not ctx.any(i, j, "rp"):
        j = ctx.first(i, j, "lp")
    yield from _cells(ctx, i, j)


def _cells(ctx: Context, i: int, j: int) -> Iterator[tuple[int, int]]:
    """The cells of a table that a run goes through are doses of their own."""
    for k in range(i + 1, j + 1):
        if k == j or ctx.surface.norm[ctx.units[k - 1].end : ctx.units[k].start].startswith("  "):
            yield i, k
            i = k


def draft_bare_counts(ctx: Context) -> None:
    """`ankle pumps 20, quad sets 20, SLR 10`: bare counts of repetitions behind two or more exercises of one list."""
    found: dict[tuple[int, int], list[int]] = {}
    shape = form_file("doses").data["bare_counts"]
    for d in ctx.of("EXERCISE"):
        k = d.last
        entry = next((e for u in ctx.units[d.first : d.last] if (e := u.entry("exercise"))), None)
        if holds(ctx, k, k + 1, shape) and not (entry and entry.extra.get("type") == "endurance"):
            found.setdefault(ctx.sentence(k), []).append(k)
    for places in found.values():
        for k in places if len(places) > 1 else ():
            ctx.add("DOSE", k, k + 1, "grammar:dose.bare_count")


def dose_value(ctx: Context, d: Draft) -> Value:
    """Sets, repetitions, seconds held, load with its unit, and band of a dose."""
    data = form_file("doses").data
    out: Value = {}
    for k in range(d.first, d.last):
        q = ctx.units[k].quantity
        if q is None:
            continue
        word = ctx.surface.norm[q.start : q.end]
        if q.kind in ("band", "color"):
            band = next((color for color in data["colors"] if color in word), data["bands"].get(word[0]))
            out |= {"band": band} if band else {}
        elif q.numbers:
            row = next((row for row in data["readings"] if _reads(ctx, d, k, row, word)), None)
            if row is not None:
                _put(ctx, k, row, word, out)
    return out


def _reads(ctx: Context, d: Draft, k: int, row: Mapping[str, Any], word: str) -> bool:
    """Whether `row` tells how the quantity at unit `k` of `d` is read."""
    q = ctx.units[k].quantity
    assert q is not None
    return (
        q.kind in row["kinds"]
        and len(q.numbers) >= row.get("numbers", 1)
        and ("says" not in row or says(word, row["says"]))
        and ("and" not in row or says(word, row["and"]))
        and (not row.get("alone") or d.last == d.first + 1)
        and (not row.get("by") or (ctx.has(k + 1, "by") and k + 2 < d.last and ctx.has(k + 2, "q_number")))
    )


def _put(ctx: Context, k: int, row: Mapping[str, Any], word: str, out: Value) -> None:
    """Put the numbers of the quantity at unit `k` where `row` says."""
    numbers = [plain(x) for x in ctx.units[k].quantity.numbers]  # type: ignore[union-attr]
    given = {row["last"]: numbers[-1]} if "last" in row else dict(zip(row["gives"], numbers, strict=False))
    if "next" in row:
        given[row["next"]] = plain(ctx.units[k + 2].quantity.numbers[0])  # type: ignore[union-attr]
    if row.get("keep"):
        given = {key: value for key, value in given.items() if key not in out}
    out |= given
    if "unit" in row or row.get("as_written"):
        out["unit"] = row.get("unit") or "".join(c for c in word if c not in "0123456789. ")
