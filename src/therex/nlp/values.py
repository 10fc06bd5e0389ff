"""Normalised values by label, as the schema fixes them."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from therex.catalog.files import resource
from therex.catalog.lexicon import EXERCISE_FILES
from therex.catalog.patterns import Patterns
from therex.nlp.context import Context, Draft
from therex.nlp.grammar.doses import dose_value
from therex.nlp.grammar.measures import measure_value, plain, side_of

_RE = Patterns("values")

Value = dict[str, Any]


def value_of(ctx: Context, d: Draft) -> Value:
    """The value of a drafted span; empty where the label has none."""
    reader = _READERS.get(d.label)
    return reader(ctx, d) if reader else {}


@cache
def _regions() -> dict[str, str]:
    """Body concept, or region of the exercise files, to the part that a value names."""
    data = resource("lexicon/regions.yaml")
    return {concept: part for part, concepts in data.items() if part != "version" for concept in concepts}


def _body(ctx: Context, d: Draft) -> str | None:
    for k in range(d.first, d.last):
        entry = ctx.units[k].entry("body")
        if entry and entry.concept in _regions():
            return _regions()[entry.concept]
    return next((_regions()[word] for word in ctx.text(d.first, d.last).split() if word in _regions()), None)


@cache
def _type_words() -> dict[str, Counter[str]]:
    """How often each word of the exercise files stands in the name of an exercise of each type."""
    words: dict[str, Counter[str]] = {}
    for name in EXERCISE_FILES:
        for kind, regions in resource(name).items():
            for concepts in regions.values() if kind != "version" else ():
                for concept, variants in concepts.items():
                    for word in {w for phrase in (concept, *variants) for w in _RE["long_words"].findall(str(phrase).lower())}:
                        words.setdefault(word.rstrip("s"), Counter())[kind] += 1
    return words


def _likely_type(text: str) -> str:
    """The type of an exercise that the lexicon does not name, by the words that it shares with those that it does."""
    scores: dict[str, float] = {}
    for word in _RE["long_words"].findall(text):
        seen = _type_words().get(word.rstrip("s"), Counter())
        total = sum(seen.values())
        for kind, n in seen.items():
            scores[kind] = scores.get(kind, 0.0) + n * n / total / (total + 1)
    return max(scores, key=lambda kind: scores[kind]) if scores else "other"


def _exercise(ctx: Context, d: Draft) -> Value:
    concept, kind, body = None, "other", None
    text = ctx.text(d.first, d.last)
    for k in range(d.first, d.last):
        entry = ctx.units[k].entry("exercise")
        if entry:
            concept, kind = entry.concept, entry.extra.get("type", "other")
            body = _regions().get(entry.extra.get("body", ""))
            if body in ("upper extremity", "lower extremity"):
                body = _body(ctx, d) or body
            if not _RE["posture"].match(ctx.units[k].word) or not any(ctx.units[n].entry("exercise") for n in range(k + 1, d.last)):
                # in `tall kneel hip hinge` the posture is where the exercise is done
                break
    if concept is None:
        kind = next((guess for word, guess in resource("exercise_types.yaml")["hints"].items() if word in text), None) or _likely_type(text)
        concept = " ".join(text.split())
        if kind == "other" and _loaded(ctx, d):
            kind = "strength"
        if kind == "strength" and _RE["unloaded"].fullmatch(text) and not _loaded(ctx, d):
            kind = "arom"
    kind = next((guess for name, guess in _TYPE_SAID.items() if _RE[name].search(text)), kind)
    if kind in ("arom", "strength") and not _RE["upright"].search(text) and _assisted(ctx, d):
        kind = "aarom"
    if (kind == "arom" or (kind == "balance" and "step" in text)) and (_loaded(ctx, d) or _RE["band"].search(text)):
        kind = "strength"
    return {"concept": concept, "type": kind, "side": side_of(ctx, range(d.first, d.last)), "body_part": body or _body(ctx, d)}


def _loaded(ctx: Context, d: Draft) -> bool:
    """Whether a load or a band stands by a motion (`ER yellow 3x10`, `2# dowel press`), which makes strengthening of it."""
    after = range(d.last, min(d.last + 4, len(ctx.units)))
    return (
        any(ctx.has(k, "q_band", "q_weight", "q_color") for k in after)
        or any(ctx.has(k, "at") and ctx.has(k + 1, "q_number") for k in after)
        or (d.first > 0 and ctx.has(d.first - 1, "q_band", "q_weight") and not ctx.covered(d.first - 2, d.first - 1, "EXERCISE"))
    )


def _assisted(ctx: Context, d: Draft) -> bool:
    """Whether help with the motion stands right behind the name or its dose (`heel slides x8 min A`): active-assisted."""
    k = d.last
    while k < min(d.last + 3, len(ctx.units)) and ctx.has(k, "q", "with", "lp", "comma", "each"):
        k += 1
    stretch = ctx.text(k, min(k + 4, len(ctx.units)))
    return _RE["help"].match(stretch) is not None and not any(ctx.begun(d.first + 1, k, "EXERCISE"))


# what the name says of itself, whatever the lexicon has: the first that is found
_TYPE_SAID = {"stretch": "flexibility", "assisted": "aarom", "passive": "prom", "strengthening": "strength", "rhythmic": "motor_control",
              "with_a_stick": "aarom"}  # fmt: skip


def _duration(ctx: Context, d: Draft) -> Value:
    q = ctx.units[d.first].quantity
    if q is None:
        return {}
    if d.attribute == "plan":
        n = [plain(x) for x in q.numbers]
        word = ctx.surface.norm[q.start : q.end]
        if word.startswith(("once", "twice")):
            n = [1 if word.startswith("once") else 2, *n]
        per_visit = _RE["per_visit"].search(word)
        weeks = (
            (None if per_visit else n[-1])
            if len(n) > 1
            else next((plain(x) for k in range(d.first + 1, d.last) if (y := ctx.units[k].quantity) for x in y.numbers), None)
        )
        return {"times_per_week": n[0] if n else None, "weeks": weeks}
    if d.attribute == "clock":
        times = _RE["clock"].findall(ctx.surface.norm[q.start : q.end])
        return {"start": times[0] if times else None, "end": times[1] if len(times) > 1 else None}
    return {}


_READERS = {"EXERCISE": _exercise, "DOSE": dose_value, "DURATION": _duration, "MEASURE": measure_value}
