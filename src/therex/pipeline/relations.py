"""Relations: dose_of and minutes_of (to an exercise or service), measures (to a deficit), purpose_of (to an exercise)."""

from __future__ import annotations

from bisect import bisect_left

from therex.pipeline.context import Context, Draft
from therex.types import Relation


def relate(ctx: Context, drafts: list[Draft]) -> list[Relation]:
    """Relations between `drafts`, whose order is that of the spans."""
    out: list[Relation] = []
    firsts = [d.first for d in drafts]
    for i, d in enumerate(drafts):
        target: int | None = None
        kind = ""
        if d.label == "DOSE":
            kind, target = "dose_of", _near(ctx, drafts, firsts, i, ("EXERCISE",), 10)
        elif d.label == "DURATION" and (d.attribute or "").startswith("exercise_time"):
            kind, target = "minutes_of", _near(ctx, drafts, firsts, i, ("EXERCISE",), 10)
        elif d.label == "DURATION" and (d.attribute or "").startswith("code_minutes"):
            kind, target = "minutes_of", _near(ctx, drafts, firsts, i, ("SERVICE",), 12)
        elif d.label == "MEASURE":
            kind, target = "measures", _holder(ctx, drafts, firsts, i)
        elif d.label == "RATIONALE":
            kind, target = "purpose_of", _near(ctx, drafts, firsts, i, ("EXERCISE", "SERVICE"), 14)
        if target is not None:
            out.append(Relation(kind, i, target))
    return out


def _window(ctx: Context, firsts: list[int], d: Draft) -> tuple[int, int, int, int]:
    """The units of the sentence that holds `d`, and the drafts that begin in it."""
    first, last = ctx.sentence(d.first)
    return first, last, bisect_left(firsts, first), bisect_left(firsts, last)


def _holder(ctx: Context, drafts: list[Draft], firsts: list[int], i: int) -> int | None:
    """The first deficit that holds draft `i`."""
    d = drafts[i]
    _, _, low, high = _window(ctx, firsts, d)
    return next(
        (j for j in range(low, high) if drafts[j].label == "IMPAIRMENT" and drafts[j].start <= d.start and d.end <= drafts[j].end), None
    )


def _near(ctx: Context, drafts: list[Draft], firsts: list[int], i: int, labels: tuple[str, ...], reach: int) -> int | None:
    """The nearest span before in the same sentence, or else the one that holds it or begins right after it."""
    d = drafts[i]
    first, last, low, high = _window(ctx, firsts, d)
    best: int | None = None
    for j in range(low, high):
        x = drafts[j]
        if x.label not in labels:
            continue
        if x.first <= d.first and d.last <= x.last and x is not d:
            return j
        if first <= x.first and x.last <= d.first and d.first - x.last <= reach:
            best = j
    if best is not None:
        return best
    for j in range(i, high):
        x = drafts[j]
        if x.label in labels and d.last <= x.first < last and x.first - d.last <= 4:
            return j
    return None
