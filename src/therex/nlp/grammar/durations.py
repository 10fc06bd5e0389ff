"""DURATION: minutes of care, clock times, frequency and length of care, by the forms of `grammar/durations.yaml`.

Source: annotation.md, label table and settled points on DURATION.
"""

from __future__ import annotations

from bisect import bisect_left

from therex.nlp.context import Context, Draft
from therex.nlp.grammar.clock import clock_times
from therex.nlp.grammar.parser import Forms, Found, Row
from therex.nlp.grammar.tables import other_days, read_columns
from therex.nlp.quantities import Quantity

GROUPS = {"minutes": "minutes", "hours": "minutes", "hm": "minutes", "number": "numbers", "clock": "clock", "frequency": "frequency",
          "per_day": "per_day", "score": "pairs", "bp": "pairs", "distance": "short", "span_time": "span"}  # fmt: skip
PACK = "97010"
LEAST_IN_TABLE = 5
LONGEST = 480  # minutes of one visit


def minutes_of(q: Quantity) -> float:
    """The minutes that an amount says.

    Examples
    --------
    `1 hr 5 min` says 65, `half an hour` 30, `0:45` 45.
    """
    if q.kind == "hm":
        return q.numbers[-1]
    if q.kind == "hours" and len(q.numbers) == 2:
        return q.numbers[0] * 60 + q.numbers[1]
    if q.kind == "hours" and q.numbers[0] < 10:
        return q.numbers[0] * 60
    return q.numbers[0]


def draft_durations(ctx: Context, forms: Forms, row: Row) -> None:
    """Draft a DURATION for every amount, clock time and frequency that a form gives a meaning."""
    columns, elsewhere = read_columns(row), other_days(row)
    blocks: list[Draft] = []
    for k, token in enumerate(row.tokens):
        q = token.quantity
        if q is None or q.kind not in GROUPS or k in elsewhere:
            continue
        column = columns.get(k, "")
        if column.startswith("code:"):
            draft = _under_code(ctx, row, k, q, column.partition(":")[2])
            if draft is not None:
                blocks.append(draft)
            continue
        found = _read(ctx, forms, row, k, q, column)
        measured = ctx.covered(token.unit, token.unit + 1, "MEASURE")
        if found is not None and (not measured or found.form.gives == "clock"):
            draft = _draft(ctx, row, k, q, found)
            if draft is not None and draft.value and draft.value.get("code"):
                blocks.append(draft)
    settle_blocks(ctx, forms, row, blocks)


def _under_code(ctx: Context, row: Row, k: int, q: Quantity, code: str) -> Draft | None:
    """The minutes of a number in a column that is headed by a code."""
    if q.kind not in ("number", "minutes") or not LEAST_IN_TABLE <= q.numbers[0] <= LONGEST:
        return None
    n, unit = int(q.numbers[0]), row.tokens[k].unit
    return ctx.add("DURATION", unit, unit + 1, "grammar:duration.under_code", f"code_minutes={n}", {"minutes": n, "code": code})


def _read(ctx: Context, forms: Forms, row: Row, k: int, q: Quantity, column: str) -> Found | None:
    """The form that gives an amount its meaning; None where it has none."""
    group = GROUPS[q.kind]
    if column == "not_today" or (column in ("units", "other") and group == "numbers"):
        return None
    if group == "pairs" and not _timed_over_total(q):
        return None
    if group == "short" and not _short(ctx, q):
        return None
    if group in ("minutes", "numbers", "short"):
        if group == "numbers" and _may_be_clock(ctx.surface.norm[q.start : q.end].strip()):
            group = "military"
        value = minutes_of(q) if q.numbers else -1
        if group != "military" and not (0 <= value <= LONGEST and value == int(value)):
            return None
        if column in ("minutes", "today") and group == "numbers":
            group = "column" if column == "minutes" else "today"
        found = forms.first(f"durations.{group}", row, k, value)
    else:
        found = forms.first(f"durations.{group}", row, k)
    if found is None or found.form.gives == "none":
        return None
    if found.form.more.get("range") and len(clock_times(ctx.surface.norm[q.start : q.end])) < 2:
        return None
    return found


def _draft(ctx: Context, row: Row, k: int, q: Quantity, found: Found) -> Draft | None:
    """The span of one amount, with the attribute and value that its form gives."""
    unit, source = row.tokens[k].unit, f"grammar:duration.{found.form.id}"
    gives, _, code = found.form.gives.partition(":")
    if gives == "clock":
        times = clock_times(ctx.surface.norm[q.start : q.end])
        return ctx.add(
            "DURATION", unit, unit + 1, source, gives, {"start": times[0] if times else None, "end": times[1] if times[1:] else None}
        )
    if gives == "pair":
        _pair(ctx, unit, q, source)
        return None
    if gives == "plan_joined":
        earlier = next((d for d in reversed(ctx.drafts) if d.label == "DURATION" and d.attribute == "plan"), None)
        if earlier is not None:
            earlier.last, earlier.end = unit + 1, ctx.units[unit].end
            return earlier
        gives = "plan"
    if gives == "plan":
        return ctx.add("DURATION", unit, unit + 1, source, gives)
    minutes = int(minutes_of(q))
    value: dict[str, object] = {"minutes": minutes}
    if gives == "code":
        code = code or _code(row, found.kept["s"])
        if code:
            value["code"] = code
    elif gives == "code_each":
        gives, codes = "code", [row.tokens[i].code for i in range(found.kept["s"], k) if row.tokens[i].code]
        value |= {"code": codes[0], "codes": list(dict.fromkeys(codes))}
    elif gives == "both":
        gives, value["also"] = "timed_total", "session_total"
    draft = ctx.add("DURATION", unit, unit + 1, source, f"{'code_minutes' if gives == 'code' else gives}={minutes}", value)
    if draft is not None and ctx.surface.norm[draft.start] == "x":
        draft.start = next(x for x in range(draft.start, draft.end) if ctx.surface.norm[x].isdigit())
    return draft


def _code(row: Row, k: int) -> str:
    """The code of the service at place `k`; of a pack joined with another modality (`MHP + IFC`) that of the other."""
    code = row.tokens[k].code
    for other in (k - 2, k + 2):
        joined = 0 <= other < len(row.tokens) and row.tokens[(k + other) // 2].word in ("/", "+", "&", "and")
        if code == PACK and joined and row.tokens[other].code:
            return row.tokens[other].code
    return code


def _may_be_clock(figures: str) -> bool:
    """Whether bare figures can be a time of the day: `0915`, `9.47`."""
    whole, point, minutes = figures.partition(".")
    return len(figures) == 4 if not point else len(minutes) == 2 and int(whole) < 24 and int(minutes) < 60


def _timed_over_total(q: Quantity) -> bool:
    """Whether two numbers can be timed and total minutes of a visit."""
    return len(q.numbers) == 2 and 8 <= q.numbers[0] <= q.numbers[1] <= 150


def _short(ctx: Context, q: Quantity) -> bool:
    """Whether a distance can be minutes: `25m`."""
    text = ctx.surface.norm[q.start : q.end].strip()
    return text[-1] in "m'" and text[:-1].strip().isdigit() and 0 < q.numbers[0] <= (90 if text[-1] == "m" else 30)


def _pair(ctx: Context, unit: int, q: Quantity, source: str) -> None:
    """Timed and total minutes in one token, each a span of its own."""
    text = ctx.surface.norm[q.start : q.end]
    slash = text.index("/")
    first = len(text) - len(text.lstrip())
    last = slash + 1 + len(text[slash + 1 :]) - len(text[slash + 1 :].lstrip())
    for gives, at, end, n in (("timed_total", first, slash, q.numbers[0]), ("session_total", last, len(text), q.numbers[1])):
        draft = ctx.add("DURATION", unit, unit + 1, source, f"{gives}={int(n)}", {"minutes": int(n)})
        if draft is not None:
            draft.start, draft.end = q.start + at, q.start + at + len(text[at:end].rstrip())


def settle_blocks(ctx: Context, forms: Forms, row: Row, blocks: list[Draft]) -> None:
    """Tell blocks of one code that add up from minutes told twice: the latter get `restates` in their value.

    A later amount replaces an earlier one where a word of correction stands before it; it adds where a word such as `another` does; it
    restates where it is the sum of the others, or where the same minutes are told by name and by code.
    """
    place = {row.tokens[k].unit: k for k in range(len(row.tokens))}
    by_code: dict[str, list[Draft]] = {}
    for d in blocks:
        by_code.setdefault(str((d.value or {})["code"]), []).append(d)
    services = sorted(ctx.of("SERVICE"), key=lambda d: d.first)
    for told in by_code.values():
        if len(told) < 2:
            continue
        amounts = [_minutes(d) for d in told]
        cues = [forms.first("durations.blocks", row, place[d.first]) for d in told]
        gives = [cue.form.gives if cue is not None else "" for cue in cues]
        total, corrected = sum(amounts), 0
        first: dict[int, Draft] = {}
        for n, d in enumerate(told):
            others = total - amounts[n]
            same = first.setdefault(amounts[n], d)
            if gives[n] == "corrects":
                for earlier in told[corrected:n]:
                    _restate(earlier)
                corrected = n
            elif gives[n] == "adds":
                continue
            elif (
                gives[n] == "restates"
                or (len(told) > 2 and amounts[n] == others)
                or (same is not d and _told_otherwise(ctx, services, same, d))
            ):
                _restate(d)


def _minutes(d: Draft) -> int:
    return int((d.value or {})["minutes"])


def _restate(d: Draft) -> None:
    d.value = {**(d.value or {}), "restates": True}


def _told_otherwise(ctx: Context, services: list[Draft], first: Draft, again: Draft) -> bool:
    """Whether the same minutes are told again: in the charges, or by a code where first they were told by name."""
    beside: dict[int, str] = {}
    for near in (first, again):
        low, high = (bisect_left(services, at, key=lambda d: d.first) for at in (near.first - 12, near.first + 13))
        beside |= {d.first: ctx.text(d.first, d.last) for d in services[low:high]}
    names = list(beside.values())
    return ctx.kinds[first.first] != ctx.kinds[again.first] or len(set(names)) > 1 or len(names) < 2
