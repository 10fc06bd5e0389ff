"""MEASURE: a name and its value, with the values that it is compared with."""

from __future__ import annotations

import re
from collections.abc import Callable

from therex.nlp.context import Context

_VALUES = ("q_angle", "q_grade", "q_score", "q_number", "q_range", "q_seconds", "q_percent", "q_distance", "q_weight",
           "q_bp", "q_rate", "q_minutes")  # fmt: skip
_BETWEEN = "<be|colon|of|eq|dash|at|comp|from|side|position|gt|lt|approx|time_ref|lp|to|sev|for|decreased>"
ROM = (
    "(?:<side|position|exhead|function|comp>)*(?:<function|exhead><of><the>?<side>?)?(?:<body|motion|function>)(?:<side|position|exhead|function|motion|slash|body|and|decreased>)*"
    f"(?:{_BETWEEN}){{0,3}}<q_angle|q_grade>(?:<at><q_angle>(?:<of>)?<motion|position>)?{{value_tail}}{{compare}}*{{value_tail}}"
)
ROM_EXERCISE = f"(?:<side>)*<exercise|measure>(?:<side|body|motion|exhead|position|in|the>)*(?:{_BETWEEN}){{0,3}}<q_angle|q_grade>{{value_tail}}{{compare}}*{{value_tail}}"
REVERSED = "<q_grade|q_angle>(?:<in|for|of>)?(?:<the>)?(?:<side|body|position>)*(?:<body|motion|function>)(?:<side|motion|body|slash>)*{value_tail}"
ROM_NUMBER = (
    "(?:<side|position>)*(?:<body>)*(?:<side|position|exhead>)*<motion>(?:<side|motion|slash|position|exhead>)*"
    f"(?:{_BETWEEN}){{0,2}}<q_number|q_range|q_percent|q_score>{{value_tail}}{{compare}}*{{value_tail}}"
)
INSTRUMENT = (
    f"(?:<side|body>)*<measure>(?:<measure|side|word|motion|function|lp|rp|exercise|exhead|dash|slash|body|q_ordinal|the|in|pron|decreased|activity>){{0,5}}?(?:{_BETWEEN}){{0,3}}(?:<comma>(?={{value}}))?"
    "{value}{value_tail}{compare}*{value_tail}(?:<comma|semi>?<time_ref>+<colon|eq|be>?{value})*"
)
# `girth 10 cm above malleolus 31.2 (33.0)`: the distance is the place, not the value
GIRTH_AT = "(?:<side|body>)*<measure>(?:<side|body>)*<at|in>?<q_distance>(?:<word|in|from|to|of|the|body|side>){1,4}<colon|eq>?{value}{value_tail}{compare}*{value_tail}"
# a score after a comma, with a place or time of its own, is a measure of its own
_PAIN_THEN = "(?:(?:<arrow|slash>|<comma>?<comp>+<the>?|<to>)(?:<time_ref|comp|be|of>){0,3}<q_score|q_number>)"
ROM_BOTH = "(?:<side|position>)*<body>?<motion>+<colon|dash>?<function|exercise|measure>{value}<slash|comma><function|exercise|measure>{value}{value_tail}"
ARROW_SCORE = "(?:<side|body>)*<deficit><q_number><arrow><q_score>"
WALKED = "<activity><be>?<q_distance>(?!<colon>)"
IN_TIME = "<activity|exercise|measure><lp><q_seconds><rp><colon>?<q_dose_rev|q_number>{value_tail}"
PAIN = (
    "(?:<side|body|sev|motion|function>)*<deficit|body>(?:<side|body|word|the|in|pron>){0,3}?"
    f"(?:{_BETWEEN}){{0,4}}<q_score>{{value_tail}}(?:<with|in|on|for>(?:<the>)?<activity|motion|position|body|side>+(?!<deficit|body|side>))?{_PAIN_THEN}*{{value_tail}}"
)
PAIN_BY_SITE = "<deficit|measure><time_ref>?<colon|dash>(?:<side|body>)+<q_score>(?:<comma|and|slash|semi>(?:<side|body>)+<q_score>)*"
COUNTED = f"(?:<function|activity>)(?:<word|with|function|decreased>){{0,2}}?(?:{_BETWEEN}|<word>){{1,3}}<q_distance|q_seconds|q_percent>{{value_tail}}{{compare}}*"
SCORED = "<q_score><side|body|sev>*<deficit>"
LAG = "(?:<q_angle>(?:<side|body>)*<deficit>|<body>*<deficit><be|colon|of>?<q_angle>{value_tail})"
BARE_SCORE = "<q_score>(?:<time_ref>|<with|in|on|for>(?:<the>)?<activity|motion|position|exercise|body|side>+)?{value_tail}"
PAINY = re.compile(r"pain|vas|nprs|nrs|discomfort|sore|ache|headache|dizz|symptom|sx|fatigue|numb|tingl|stiff")
_WHEN = frozenset({"before", "after", "pre", "post", "prior", "at start", "at end", "initially"})
JOINT_RANGE = "(?:<side|position>)*<body>+(?:<side|position>)*<colon|eq>?<q_range>{value_tail}{compare}*{value_tail}"
ROM_RANGE = "(?:<side|position>)*(?:<body|motion|exercise|function|exhead|side>|<word>(?=<q_range>))+<colon|eq|of|be|at|time_ref>*(?:<q_range>|<q_number><to><q_number>){value_tail}{compare}*{value_tail}"
REACH_LEVEL = "<side>?<motion|position>+<side>?<to|colon|at>{1,2}<q_level|word>"
CHANGED_FROM = "(?:<side|body|motion|measure|function|deficit>)+(?:<be|word>){0,2}?(?:<decreased|comp|word>){1,2}<from>?(?:{value}<to>{value}|<q_angle|q_range>){value_tail}"
MMT = "(?:<side|position>)*<body|motion>+<side>?<colon|eq>?<side>?<q_number>(?:<plus|dash>(?=<comma|semi|dot|br|rp|slash>|$))?(?:<comma|slash><side><q_number>(?:<plus|dash>(?=<comma|semi|dot|br|rp|slash>|$))?)?"
COUNT_TEST = "<side>?<measure>(?:<measure|word>){0,2}<colon|be|of><approx>?<q_times_post|q_dose_rev|q_number>{value_tail}"
HELD_FOR = "(?:<side|body|motion|position|exhead>)*<function><colon|of>?<q_seconds>{value_tail}{compare}*{value_tail}"
SIDED = (
    "(?:<side|body|exercise|function|motion|measure|position|exhead>){1,4}<colon|comma>?<side><q_distance|q_seconds|q_number|q_percent|q_angle|q_weight|q_grade|q_dose_rev>"
    "<comma|slash|and><side><q_distance|q_seconds|q_number|q_percent|q_angle|q_grade|q_weight|q_dose_rev>{value_tail}"
)
_ROM = re.compile(r"\b(?:[ap]|aa)?rom\b|range of motion|\brange\b")
_PER10 = re.compile(r"(?:/|out of) *10(?!\d)")


_SPINE = re.compile(r" (?:c[5-7]|t\d{1,2}|l[1-5])$")
_CHANGED = re.compile(r"\b(?:decreas|increas|improv|reduc|went|gone|rose|risen|fell|fallen|dropp|come|came)\w* (?:up |down )?from\b")
_STRENGTH_LINE = re.compile(r"\b(?:mmt|manual muscle test\w*|muscle strength|strength)\b[^.\n]*$")


def _mmt(ctx: Context, i: int, j: int) -> bool:
    """`MMT: deltoid 3+, biceps 4`: grades without their scale, in a line that says what they are."""
    q = next((u.quantity for u in ctx.units[i:j] if u.quantity is not None), None)
    if q is None or q.numbers[0] > 5 or ctx.kinds[i] in ("treatment", "plan", "goals", "hep"):
        return False
    return _STRENGTH_LINE.search(ctx.text(max(0, i - 24), i)) is not None and not ctx.has(j, "for", "with", "q_dose", "q_weight", "q_xreps")


def draft_measures(ctx: Context) -> None:
    """MEASURE: a name and its value, with the values it is compared with.

    Source: annotation.md, label table and settled points on pain and bare tests.
    """
    taken = bytearray(len(ctx.units))

    def add(i: int, j: int, source: str) -> None:
        while (
            i < j
            and ctx.has(i, "slash", "and", "comma", "comp", "exhead", "function")
            and not ctx.has(i, "measure", "motion", "body")
            and (ctx.has(i, "slash", "and", "comma") or ctx.units[i].word in ("from", "was", "eval"))
        ):
            i += 1
        while (
            j > i
            and ctx.has(j - 1, "comma", "time_ref")
            and ctx.units[j - 1].word in (",", "post", "pre", "before", "after", "rest", "activity")
            and not (
                ctx.units[j - 1].word != "," and (j >= len(ctx.units) or ctx.has(j, "comma", "dot", "semi", "br", "rp", "arrow", "slash"))
            )
        ):
            j -= 1
        if (
            ctx.has(j, "side")
            and ctx.has(j - 1, "q_grade", "q_angle")
            and (j + 1 >= len(ctx.units) or ctx.has(j + 1, "br", "comma", "dot", "semi"))
        ):
            j += 1
        if j + 2 < len(ctx.units) and ctx.has(j, "comma") and ctx.has(j + 1, "q_score") and ctx.units[j + 2].word in _WHEN:
            j += 3
        if i >= j or any(taken[i:j]):
            return
        taken[i:j] = b"\x01" * (j - i)
        ctx.add("MEASURE", i, j, source)

    rows = _table_rows(ctx)
    for i, j in rows:
        add(i, j, "rule:measure.table_row")
        ctx.cover("table_row", i, j)
    for name, pattern in (
        ("girth_at", GIRTH_AT), ("reach_level", REACH_LEVEL), ("changed_from", CHANGED_FROM), ("mmt", MMT), ("sided", SIDED), ("joint_range", JOINT_RANGE), ("count_test", COUNT_TEST), ("rom_range", ROM_RANGE), ("held_for", HELD_FOR), ("rom_both", ROM_BOTH), ("arrow_score", ARROW_SCORE), ("in_time", IN_TIME), ("pain_by_site", PAIN_BY_SITE), ("walked", WALKED), ("scored", SCORED), ("lag", LAG), ("rom", ROM), ("instrument", INSTRUMENT), ("pain", PAIN), ("rom_test", ROM_EXERCISE), ("reversed", REVERSED),
        ("rom_number", ROM_NUMBER), ("counted", COUNTED),
    ):  # fmt: skip
        for i, j in ctx.grammar.find(pattern, ctx.row):
            if ctx.kinds[i] in ("billing", "medications", "signature") and name != "instrument":
                continue
            if name == "lag" and not re.search(r"lag|deficit|contracture|lacking", ctx.text(i, j)):
                continue
            if name == "rom_test" and ctx.any(i, j, "to") and ctx.kinds[i] in ("treatment", "") and not ctx.any(i, j, "measure", "comp"):
                continue
            if name == "joint_range" and (
                ctx.kinds[i] not in ("objective", "", "assessment")
                or not re.search(r"\b(?:pip|dip|mp|mcp|ip|cmc|wrist|elbow|knee|shoulder|hip|ankle|forearm)\b", ctx.text(i, j))
            ):
                continue
            if (
                ctx.kinds[i] in ("treatment", "hep", "plan", "")
                and ctx.has(j, "q_dose", "q_weight", "q_band", "q_xreps")
                and ctx.any(i, j, "to", "from")
            ):
                # `scaption to 90 deg 2# 2x10`: how far an exercise goes
                continue
            if name in ("reversed", "rom_test") and ctx.kinds[i] in ("treatment", "hep", "plan", "") and ctx.has(j, "q_dose", "q_xreps"):
                continue
            if ctx.has(j, "rp") and ctx.any(i, j, "lp") and not ctx.any(i, j, "rp"):
                j += 1
            if (
                ctx.any(i, j, "to")
                and ctx.any(i, j, "exercise")
                and not ctx.any(i, j, "comp", "measure")
                and re.match(r"(?:did|performed|completed|doing)$", ctx.units[i].word)
            ):
                continue
            if name == "walked" and ctx.any(j, j + 4, "aid", "assist"):
                continue
            at = ctx.first(i, j, *_VALUES)
            if (
                at > i
                and ctx.units[at - 1].word == "at"
                and ctx.any(i, j, "exercise", "position")
                and ctx.kinds[i] in ("treatment", "")
                and not ctx.any(i, j, "measure", "be", "comp")
            ):
                # `rhythmic stabilization at 90 degrees`: where an exercise is done
                continue
            if ctx.has(j - 1, "q_inch") and ctx.any(i, j, "from") and ctx.any(i, j, "exercise", "activity"):
                continue
            if ctx.has(j - 1, "q_percent") and ctx.has(j, "limiter", "decreased"):
                continue
            if name == "rom_number" and ctx.any(i, j, "decreased", "limiter") and ctx.any(i, j, "q_percent"):
                # `rotation limited 25%` is a deficit
                continue
            if name == "girth_at" and not re.search(r"girth|circ|volum", ctx.text(i, j)):
                continue
            if name == "reach_level" and not _SPINE.search(ctx.text(i, j)):
                continue
            if name == "changed_from" and not _CHANGED.search(ctx.text(i, j)):
                continue
            if name == "mmt" and not _mmt(ctx, i, j):
                continue
            if name == "rom_range" and (ctx.kinds[i] in ("plan", "goals", "hep") or not _ROM.search(ctx.text(i, j))):
                continue
            if name == "held_for" and ctx.kinds[i] not in ("objective", "", "assessment"):
                continue
            if name == "sided" and ctx.kinds[i] not in ("objective", "", "assessment", "subjective"):
                continue
            if name == "walked" and (ctx.kinds[i] != "objective" or not re.match(r"amb|walk", ctx.units[i].word)):
                continue
            if name == "scored" and "  " in ctx.surface.norm[ctx.units[i].end : ctx.units[i + 1].start]:
                continue
            if name == "pain_by_site":
                if PAINY.search(ctx.text(i, j)):
                    _by_site(ctx, i, j, add)
                continue
            if name in ("scored", "arrow_score") and not (_PER10.search(ctx.text(i, j)) and PAINY.search(ctx.text(i, j))):
                continue
            if name == "pain":
                body = ctx.text(i, j)
                if not _PER10.search(body) or not PAINY.search(ctx.text(*ctx.sentence(j - 1)) + body):
                    continue
                i = _pain_head(ctx, i, j)
            if name == "rom_number" and (ctx.kinds[i] in ("plan", "hep", "goals", "billing") or not _degrees(ctx, i, j)):
                continue
            if name == "rom_number" and ctx.kinds[i] == "treatment" and not ctx.any(i, j, "arrow"):
                continue
            if name == "instrument" and not _instrument_ok(ctx, i, j):
                continue
            if name == "counted" and (
                ctx.kinds[i] in ("plan", "goals", "treatment", "hep", "history")
                or ctx.any(i, j, "assist")
                or ctx.any(max(0, i - 3), i, "limiter")
            ):
                continue
            add(i, j, f"rule:measure.{name}")
    for k in range(len(ctx.units)):
        if ctx.has(k, "q_bp") and not taken[k] and re.search(r"\bbp\b|blood pressure", ctx.text(max(0, k - 24), k)):
            add(k, k + 1, "rule:measure.bp")
        elif (
            ctx.has(k, "q_rpe")
            and ctx.kinds[k] not in ("plan", "goals", "hep")
            and (k == 0 or ctx.has(k - 1, "comma", "dot", "semi", "br", "rp", "q_number", "q_rate"))
            and not ctx.any(max(0, k - 4), k, "q_dose", "q_hold", "q_xreps", "q_weight", "q_level", "q_band")
        ):
            add(k, k + 1, "rule:measure.rpe")
    for i, j in ctx.grammar.find(BARE_SCORE, ctx.row):
        if _PER10.search(ctx.text(i, i + 1)) and PAINY.search(ctx.text(*ctx.sentence(i))) and ctx.kinds[i] != "goals":
            add(i, j, "rule:measure.score")


def _by_site(ctx: Context, i: int, j: int, add: Callable[[int, int, str], None]) -> None:
    """`pain: neck 5/10, low back 4/10`: each place with its score."""
    start = next(k for k in range(i, j) if ctx.has(k, "colon", "dash")) + 1
    for k in range(start, j):
        if ctx.has(k, "q_score"):
            add(start, k + 1, "rule:measure.pain_by_site")
            start = k + 2


def _pain_head(ctx: Context, i: int, j: int) -> int:
    """Where the measure itself begins in a pain phrase: at `pain`, unless a place stands right before it."""
    k = ctx.first(i, j, "deficit")
    return k if k > i and not ctx.any(i, k, "body", "side") else i


def _degrees(ctx: Context, i: int, j: int) -> bool:
    for k in range(i, j):
        q = ctx.units[k].quantity
        if q is not None and q.kind in ("number", "range", "percent", "score"):
            return bool(q.numbers) and 0 <= q.numbers[-1] <= 200 and (q.kind != "number" or q.numbers[-1] >= 3)
    return False


def _instrument_ok(ctx: Context, i: int, j: int) -> bool:
    k = ctx.first(i, j, "measure")
    entry = ctx.units[k].entry("measure")
    kind = entry.extra.get("kind", "") if entry else ""
    v = ctx.first(k + 1, j, *_VALUES)
    if v < 0 or v - k > 6:
        return False
    q = ctx.units[v].quantity
    assert q is not None
    word = ctx.units[k].word
    if ctx.has(v - 1, "comma") and not ctx.surface.text[ctx.units[v].start].isalpha():
        # only in dictation does a comma part a test from its value
        return False
    if kind == "vital":
        n = q.numbers[0] if q.numbers else 0
        if word in ("hr", "pulse") or "heart" in word:
            return 35 <= n <= 220 and q.kind in ("number", "rate", "range")
        if word == "resting hr":
            return 35 <= n <= 220
        if word == "bp" or "blood" in word or "resting" in word:
            return q.kind in ("bp", "score")
        if "o2" in word or word == "sat" or "pulse ox" in word or "oxygen" in word:
            return 60 <= n <= 100
        return q.kind in ("number", "weight", "angle", "percent", "rate", "range")
    if kind == "pain":
        return q.kind in ("score", "number", "range", "percent")
    if entry is not None and entry.concept == "single leg stance":
        # a test where it is measured, an exercise where it is done
        told = ctx.kinds[i] in ("objective", "assessment", "subjective") or (
            ctx.kinds[i] == "" and ctx.any(k + 1, v, "colon", "side", "be") and not ctx.any(*ctx.sentence(i), "q_dose", "q_hold", "service")
        )
        return q.kind in ("seconds", "number") and told
    if word in ("grip", "pinch", "grip strength", "weight", "wt", "distance", "circ"):
        return q.kind in ("weight", "distance", "percent", "number", "range") and (q.kind != "weight" or ctx.kinds[i] != "treatment")
    return not (q.kind == "number" and ctx.has(v + 1, "dot") and ctx.has(v - 1, "br"))


def _table_rows(ctx: Context) -> list[tuple[int, int]]:
    """Lines of a name and two or more bare values, as in a table of girths or vital signs."""
    out: list[tuple[int, int]] = []
    for i, j in ctx.bounds:
        values = [k for k in range(i, j) if not ctx.units[k].cats.isdisjoint(_VALUES)]
        if (
            ctx.any(i, j, "timed", "total", "service", "q_date", "q_month_date", "q_code", "untimed")
            or ctx.units[i].word == "date"
            or (ctx.units[i].word == "pt")
        ):
            continue
        if len(values) < 2 or ctx.kinds[i] in ("billing", "plan", "goals", "treatment", "header"):
            continue
        head = values[0] - i
        rest = j - values[0]
        if (head == 0 and not (out and i - out[-1][1] <= 2)) or head > 6 or any(ctx.has(k, "dot", "semi", "comma") for k in range(i, j)):
            continue
        if rest - len(values) > 2 or (not ctx.any(i, values[0], "body", "motion", "measure", "function") and head > 2):
            continue
        if ctx.any(i, j, "exercise") and not ctx.any(i, values[0], "measure", "motion"):
            continue
        gaps = ctx.surface.text[ctx.units[i].start : ctx.units[j - 1].end]
        if gaps.count("   ") + gaps.count("\t") >= 1:
            out.append((i, j))
    return out
