"""DURATION: minutes of care, clock times, frequency and length of care, by the forms of `grammar/durations.yaml`.

Source: annotation.md, label table and settled points on DURATION.
"""

from __future__ import annotations

from therex.nlp.context import Context
from therex.nlp.grammar.parser import Forms, Found, Row
from therex.nlp.quantities import Quantity

GROUPS = {"minutes": "minutes", "hours": "minutes", "hm": "minutes", "number": "numbers", "clock": "clock", "frequency": "frequency",
          "per_day": "per_day"}  # fmt: skip
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
    for k, token in enumerate(row.tokens):
        q = token.quantity
        group = GROUPS.get(q.kind) if q is not None else None
        if q is None or group is None or ctx.covered(token.unit, token.unit + 1, "MEASURE"):
            continue
        if group == "numbers" and len(str(ctx.surface.norm[token.start : token.end]).strip()) == 4:
            group = "military"
        value = minutes_of(q) if group in ("minutes", "numbers") and q.numbers else 0
        if group in ("minutes", "numbers") and (value > LONGEST or value != int(value)):
            continue
        found = forms.first(f"durations.{group}", row, k, value)
        if (
            found is not None
            and found.form.gives != "none"
            and (not found.form.more.get("range") or len(q.numbers) >= 3 or q.numbers[:1] > (99,))
        ):
            _draft(ctx, row, k, int(value), found)


def _draft(ctx: Context, row: Row, k: int, minutes: int, found: Found) -> None:
    """The span of one amount, with the attribute and value that its form gives."""
    unit, source = row.tokens[k].unit, f"grammar:duration.{found.form.id}"
    gives, _, code = found.form.gives.partition(":")
    if gives in ("clock", "plan"):
        ctx.add("DURATION", unit, unit + 1, source, gives)
        return
    value: dict[str, object] = {"minutes": minutes}
    if gives == "code":
        code = code or row.tokens[found.kept["s"]].code
        if code:
            value["code"] = code
    elif gives == "both":
        gives, value["also"] = "timed_total", "session_total"
    draft = ctx.add("DURATION", unit, unit + 1, source, f"{'code_minutes' if gives == 'code' else gives}={minutes}", value)
    if draft is not None and ctx.surface.norm[draft.start] == "x":
        draft.start = next(x for x in range(draft.start, draft.end) if ctx.surface.norm[x].isdigit())
