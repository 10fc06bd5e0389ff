"""Relations: dose_of and minutes_of (to an exercise or service), measures (to a deficit), purpose_of (to an exercise)."""

from __future__ import annotations

from bisect import bisect_left

from therex.nlp.context import Context, Draft
from therex.types import Relation


def relate(ctx: Context, drafts: list[Draft]) -> list[Relation]:
    """Relations between `drafts`, whose order is that of the spans."""
    out: list[Relation] = []
    places = _Places(ctx, drafts)
    for i, d in enumerate(drafts):
        target: int | None = None
        kind = ""
        if d.label == "DOSE":
            kind, target = "dose_of", _near(ctx, drafts, places, i, ("EXERCISE",), 14)
        elif d.label == "DURATION" and (d.attribute or "").startswith("exercise_time"):
            kind, target = "minutes_of", _near(ctx, drafts, places, i, ("EXERCISE",), 10)
        elif d.label == "DURATION" and (d.attribute or "").startswith("code_minutes"):
            kind, target = "minutes_of", _service(ctx, drafts, places, i)
        elif d.label == "MEASURE":
            kind, target = "measures", _holder(ctx, drafts, places, i)
        elif d.label == "RATIONALE":
            kind, target = "purpose_of", _near(ctx, drafts, places, i, ("EXERCISE", "SERVICE"), 14)
        if target is not None:
            out.append(Relation(kind, i, target))
    return out


class _Places:
    """Where drafts stand: what keeps the search for a neighbor near."""

    def __init__(self, ctx: Context, drafts: list[Draft]) -> None:
        self.firsts = [d.first for d in drafts]
        self.longest: dict[str, int] = {}
        self.services: dict[str | None, list[int]] = {}
        for j, d in enumerate(drafts):
            self.longest[d.label] = max(self.longest.get(d.label, 0), d.last - d.first)
            if d.label == "SERVICE":
                self.services.setdefault(d.attribute, []).append(j)
        self.lines: list[int] = []
        line = 0
        for i in range(len(ctx.units) + 1):
            if i and ctx.has(i - 1, "br", "dot", "pipe"):
                line = i
            self.lines.append(line)

    def near(self, low: int, first: int, *labels: str, reach: int) -> int:
        """The first draft from `low` on that can come within `reach` units of unit `first`."""
        longest = max((self.longest.get(label, 0) for label in labels), default=0)
        return max(low, bisect_left(self.firsts, first - reach - longest - 1))


def _window(ctx: Context, places: _Places, d: Draft) -> tuple[int, int, int, int]:
    """The units of the sentence that holds `d`, with a heading before it in its line, and the drafts that begin in it."""
    first, last = ctx.sentence(d.first)
    first = places.lines[first]
    return first, last, bisect_left(places.firsts, first), bisect_left(places.firsts, last)


def _holder(ctx: Context, drafts: list[Draft], places: _Places, i: int) -> int | None:
    """The deficit that holds draft `i`, or else the one right before or after it in the clause."""
    d = drafts[i]
    _, _, low, high = _window(ctx, places, d)
    deficits = [j for j in range(places.near(low, d.first, "IMPAIRMENT", reach=2), high) if drafts[j].label == "IMPAIRMENT"]
    for j in deficits:
        if drafts[j].start <= d.start and d.end <= drafts[j].end:
            return j
    for j in deficits:
        if 0 <= d.first - drafts[j].last <= 2 and not ctx.any(drafts[j].last, d.first, "semi", "comma", "and"):
            return j
        if drafts[j].first - d.last == 1 and ctx.has(d.last, "with", "of", "eq", "dash"):
            return j
    return None


def _service(ctx: Context, drafts: list[Draft], places: _Places, i: int) -> int | None:
    """The service of its minutes: in the same line the nearest with their code, or else the nearest."""
    d = drafts[i]
    code = (d.value or {}).get("code")
    _, _, low, high = _window(ctx, places, d)
    # services stand apart from one another: the nearest is beside the place where this one would stand
    named = places.services.get(code, []) if code else []
    at = bisect_left(named, i)
    same = [j for j in named[max(0, at - 2) : at + 2] if low <= j < high]
    if same:
        return min(same, key=lambda j: (min(abs(drafts[j].first - d.last), abs(d.first - drafts[j].last)), j))
    return _near(ctx, drafts, places, i, ("SERVICE",), 12)


def _near(ctx: Context, drafts: list[Draft], places: _Places, i: int, labels: tuple[str, ...], reach: int) -> int | None:
    """The span that holds it, or stands in it; or the nearest before in the same line, or one that begins right after."""
    d = drafts[i]
    first, _, low, high = _window(ctx, places, d)
    best: int | None = None
    for j in range(places.near(low, d.first, *labels, reach=reach), high):
        x = drafts[j]
        if x.label not in labels:
            continue
        if (x.first <= d.first and d.last <= x.last) or (d.first <= x.first and x.last <= d.last):
            return j
        if first <= x.first and x.last <= d.first and d.first - x.last <= reach:
            best = j
    after = next((j for j in range(i, high) if drafts[j].label in labels and 0 <= drafts[j].first - d.last <= 4), None)
    if best is None or after is None:
        return after if best is None else best
    # `2x15 clams, 3x10 SLR`: the exercise that follows at once, where a mark parts the one before
    parted = ctx.any(drafts[best].last, d.first, "comma", "semi", "and", "br", "dot")
    return after if parted and not ctx.any(d.last, drafts[after].first, "comma", "semi", "and", "br", "dot") else best
