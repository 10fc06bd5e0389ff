"""Normalised values by label, as the schema fixes them."""

from __future__ import annotations

import re
from typing import Any

from therex.pipeline.context import Context, Draft

Value = dict[str, Any]
_BANDS = {"y": "yellow", "r": "red", "g": "green", "b": "blue"}
_COLORS = re.compile(r"yellow|red|green|blue|black|silver|gold|tan|orange|purple|peach")


def value_of(ctx: Context, d: Draft) -> Value:
    """The value of a drafted span; empty where the label has none."""
    reader = _READERS.get(d.label)
    return reader(ctx, d) if reader else {}


def _number(x: float) -> int | float:
    return int(x) if x == int(x) else x


def _side(ctx: Context, d: Draft) -> str | None:
    for k in range(d.first, d.last):
        entry = ctx.units[k].entry("side")
        if entry and entry.concept in ("left", "right", "bilateral"):
            return entry.concept
    return None


def _body(ctx: Context, d: Draft) -> str | None:
    for k in range(d.first, d.last):
        entry = ctx.units[k].entry("body")
        if entry:
            return entry.concept
    return None


def _exercise(ctx: Context, d: Draft) -> Value:
    concept, kind, body = None, "other", _body(ctx, d)
    for k in range(d.first, d.last):
        entry = ctx.units[k].entry("exercise")
        if entry:
            concept, kind = entry.concept, entry.extra.get("type", "other")
            body = body or entry.extra.get("body")
            break
    if concept is None:
        text = ctx.text(d.first, d.last)
        for word, guess in (("aarom", "aarom"), ("prom", "prom"), ("rom", "arom"), ("stretch", "flexibility"), ("strength", "strength"),
                            ("balance", "balance"), ("stab", "motor_control"), ("endur", "endurance"), ("stance", "balance"), ("walk", "endurance"),
                            ("press", "strength"), ("curl", "strength"), ("raise", "strength"), ("row", "strength"), ("lift", "strength")):  # fmt: skip
            if word in text:
                kind = guess
                break
        concept = " ".join(text.split())
    return {"concept": concept, "type": kind, "side": _side(ctx, d), "body_part": body}


def _dose(ctx: Context, d: Draft) -> Value:
    out: Value = {"sets": None, "reps": None, "hold_s": None, "load": None, "unit": None, "band": None}
    for k in range(d.first, d.last):
        q = ctx.units[k].quantity
        if q is None or (not q.numbers and q.kind != "band"):
            continue
        n = [_number(x) for x in q.numbers]
        word = ctx.surface.norm[q.start : q.end]
        if q.kind == "dose":
            timed = re.search(r"\d *-?(?:s|sec|seconds?|\")(?![a-z])", word)
            if len(n) >= 2 and timed:
                # "10 x 10 sec": repetitions of a hold; "3 sets of 10 x 5 s" has all three
                out["hold_s"] = n[-1]
                if len(n) == 3:
                    out["sets"], out["reps"] = n[0], n[1]
                else:
                    out["reps"] = n[0]
            elif len(n) >= 2:
                out["sets"], out["reps"] = n[0], n[1]
            else:
                out["sets" if "set" in word else "reps"] = n[0]
        elif q.kind == "hold":
            out["hold_s"] = n[0]
            if len(n) > 1:
                out["reps"] = n[-1]
        elif q.kind in ("dose_rev", "xreps", "times"):
            if re.search(r"s$|sec", word) and q.kind == "xreps" and not re.search(r"reps|times", word):
                out["hold_s"] = n[0]
            else:
                out["reps"] = n[0]
                if len(n) > 1:
                    out["sets"] = n[1]
        elif q.kind == "times_post" and out["reps"] is None:
            out["reps"] = n[0]
        elif q.kind == "seconds" and out["hold_s"] is None:
            out["hold_s"] = n[0]
        elif q.kind == "weight":
            out["load"], out["unit"] = n[-1], "kg" if "k" in word else "lb"
        elif q.kind == "percent":
            out["load"], out["unit"] = n[0], "%"
        elif q.kind == "level":
            out["load"], out["unit"] = n[0], "level"
        elif q.kind == "rate":
            out["load"], out["unit"] = n[0], re.sub(r"[\d. ]", "", word)
        elif q.kind == "band":
            color = _COLORS.search(word)
            out["band"] = color[0] if color else _BANDS.get(word[0])
    return {k: v for k, v in out.items() if v is not None}


def _duration(ctx: Context, d: Draft) -> Value:
    q = ctx.units[d.first].quantity
    if q is None:
        return {}
    if d.attribute == "plan":
        n = [_number(x) for x in q.numbers]
        word = ctx.surface.norm[q.start : q.end]
        if word.startswith(("once", "twice")):
            n = [1 if word.startswith("once") else 2, *n]
        return {"times_per_week": n[0] if n else None, "weeks": n[-1] if len(n) > 1 else None}
    if d.attribute == "clock":
        times = re.findall(r"\d{1,2}:\d{2}|\d{3,4}|\d{1,2}(?= *[ap]\.?m)", ctx.surface.norm[q.start : q.end])
        return {"start": times[0] if times else None, "end": times[1] if len(times) > 1 else None}
    return {}


def _measure(ctx: Context, d: Draft) -> Value:
    name = unit = maximum = None
    value: int | float | str | None = None
    for k in range(d.first, d.last):
        u = ctx.units[k]
        q = u.quantity
        if q is None:
            if value is None and not u.cats.isdisjoint(("measure", "motion", "body", "function", "deficit", "exercise")):
                name = f"{name} {u.word}" if name else u.word
            continue
        if value is None and q.numbers and "q_code" not in u.cats:
            value = _number(q.numbers[0])
            word = ctx.surface.norm[q.start : q.end]
            if q.kind in ("grade", "score") and len(q.numbers) > 1:
                maximum = _number(q.numbers[-1])
            if q.kind == "grade":
                grade = re.match(r"\d *(?:\+|-|plus|minus)?", word)
                value = grade[0].replace(" ", "").replace("plus", "+").replace("minus", "-") if grade else value
            unit = {"angle": "deg", "seconds": "s", "percent": "%", "minutes": "min"}.get(q.kind) or (
                re.sub(r"[\d. >→/-]", "", word) or None if q.kind in ("distance", "weight", "rate") else None
            )
    return {"name": name, "side": _side(ctx, d), "value": value, "unit": unit, "maximum": maximum}


def _service(ctx: Context, d: Draft) -> Value:
    kind = ctx.kinds[d.first]
    first, _last = ctx.sentence(d.first)
    from therex.pipeline.exercises import HELD, HOME, PLAN

    a, b = ctx.chunk(d.first)
    near, before = ctx.text(a, b), ctx.text(first, d.first)
    given = kind not in ("plan", "goals", "history", "subjective", "hep", "education", "diagnosis", "precautions")
    given = given and not HELD.search(near) and not PLAN.search(before) and not HOME.search(before)
    given = given and not re.search(
        r"\b(?:no|did not do|last visit|previously|not doing|we are not|next visit|declined|would benefit|plan(?:ned)? interventions?|interventions? (?:to )?include|recommend|will (?:be seen|receive)|frequency|continue)\b[^.;]*$",
        before,
    )
    return {"given": given}


_READERS = {"EXERCISE": _exercise, "DOSE": _dose, "DURATION": _duration, "MEASURE": _measure, "SERVICE": _service}
