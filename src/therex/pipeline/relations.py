"""Relations: dose_of and minutes_of (to an exercise or service), measures (to a deficit), purpose_of (to an exercise)."""

from __future__ import annotations

from therex.pipeline.context import Context, Draft
from therex.types import Relation


def relate(ctx: Context, drafts: list[Draft]) -> list[Relation]:
    """Relations between `drafts`, whose order is that of the spans."""
    out: list[Relation] = []
    for i, d in enumerate(drafts):
        target: int | None = None
        kind = ""
        if d.label == "DOSE":
            kind, target = "dose_of", _near(ctx, drafts, i, ("EXERCISE",), 10)
        elif d.label == "DURATION" and (d.attribute or "").startswith("exercise_time"):
            kind, target = "minutes_of", _near(ctx, drafts, i, ("EXERCISE",), 10)
        elif d.label == "DURATION" and (d.attribute or "").startswith("code_minutes"):
            kind, target = "minutes_of", _near(ctx, drafts, i, ("SERVICE",), 12)
        elif d.label == "MEASURE":
            kind, target = (
                "measures",
                next((j for j, x in enumerate(drafts) if x.label == "IMPAIRMENT" and x.start <= d.start and d.end <= x.end), None),
            )
        elif d.label == "RATIONALE":
            kind, target = "purpose_of", _near(ctx, drafts, i, ("EXERCISE", "SERVICE"), 14)
        if target is not None:
            out.append(Relation(kind, i, target))
    return out


def _near(ctx: Context, drafts: list[Draft], i: int, labels: tuple[str, ...], reach: int) -> int | None:
    """The nearest span before in the same sentence, or else the one that holds it or begins right after it."""
    d = drafts[i]
    first, last = ctx.sentence(d.first)
    best: int | None = None
    for j, x in enumerate(drafts):
        if x.label not in labels:
            continue
        if x.first <= d.first and d.last <= x.last and x is not d:
            return j
        if first <= x.first and x.last <= d.first and d.first - x.last <= reach:
            best = j
    if best is not None:
        return best
    for j, x in enumerate(drafts):
        if x.label in labels and d.last <= x.first < last and x.first - d.last <= 4:
            return j
    return None
