"""SERVICE: every mention of a service by name or code."""

from __future__ import annotations

import re
from bisect import bisect_left

from therex.nlp.context import Context

SITE = "(?:(?:<to|at|in|for>|(?=<side|body>))(?:<the>)?(?:<side|body|position|sev|and|slash|motion|q_ordinal>|<comma>(?=<side>?<body>+(?:<comma|and|dot|semi|br>|$)))*<body>)?"
SERVICE = "(?:<side|body|position|sev>)*<service>"
_WORDY = frozenset({"heat", "ice", "massage", "traction", "manual", "distraction", "mobilizations", "laser", "vestibular training",
                    "evaluation", "modality", "aquatic", "taping", "positioning", "session", "cupping", "lymph drainage", "bandaging",
                    "mob", "manual therapy", "stm"})  # fmt: skip


# words of daily life that are a service once minutes stand beside them
_BY_TIME = {
    "97530": r"functional (?:activit(?:y|ies)|tasks?|training)|ta(?!\w)",
    "97535": r"self[- ]care|adls?",
    "97112": r"balance(?: work)?",
    "97116": r"gait(?: work| practice)?|gt(?!\w)",
    "97140": r"mt(?!\w)|manual(?: work)?",
    "97110": r"strength(?:ening)? (?:work|exercises?)|(?<![\w-] )exercises?|te(?!\w)",
    "": r"(?:(?:pt|ot|initial) )?eval(?:uation)?",
}
_AT_HOME = re.compile(
    r"\b(?:at home|on (?:his|her|their) own|daily|nightly|weekly|(?:a|per|each|every) (?:day|night|morning|evening|week))\b|/ ?(?:day|wk|week)\b"
)
_NAMED_BY_TIME = re.compile(r"\b(?:" + "|".join(_BY_TIME.values()) + r")\b")


def draft_services(ctx: Context) -> None:
    """SERVICE: every mention by name or code; a named manual technique takes its site with it."""
    units, n = ctx.units, len(ctx.units)
    i = 0
    while i < n:
        u = units[i]
        if "q_code" in u.cats:
            j = i + 1
            gap = ctx.surface.norm[u.end : units[j].start] if j < n else "\n"
            if j < n and "service" in units[j].cats and gap == " " and _code(ctx, j) in ("", u.word.upper(), u.word):
                j += 1
            ctx.add("SERVICE", i, j, "lexicon:service.code", u.word.upper())
            i = j
            continue
        entry = u.entry("service")
        if entry is None or not _service_ok(ctx, i):
            i += 1
            continue
        code = entry.concept or None
        a, j = i, i + 1
        if code == "97140":
            while (
                a > 0
                and ctx.has(a - 1, "body", "side", "motion", "ordinal")
                and not ctx.has(a - 1, "service")
                and not ctx.covered(a - 1, a, "SERVICE")
            ):
                a -= 1
            if re.match(r"grade|gr|central|unilateral|posterior|inferior|cervical|lumbar|thoracic", units[a - 1].word) and a > 0:
                a -= 1
            if j + 1 < n and units[j].word in ("grade", "gr") and (ctx.has(j + 1, "q") or units[j + 1].word.strip("iv-") == ""):
                j += 2
            m = ctx.grammar.compiled(SITE).match(ctx.row, j)
            if m and m.end() > j:
                j = m.end()
        elif ctx.has(j, "q_code") and ctx.surface.norm[units[j - 1].end : units[j].start] == " " and _code(ctx, i) == units[j].word.upper():
            j += 1
        ctx.add("SERVICE", a, j, "lexicon:service", code)
        i = max(j, i + 1)
    # functional activities are any activities, but with minutes they are a service
    for m in _NAMED_BY_TIME.finditer(ctx.surface.norm):
        i, j = bisect_left(ctx.starts, m.start()), bisect_left(ctx.starts, m.end())
        if i >= j or ctx.kinds[i] not in ("treatment", "", "objective", "billing") or ctx.covered(i, j, "SERVICE"):
            continue
        after = ctx.has(j, "q_minutes") or (ctx.has(j, "for", "dash", "colon", "comma", "lp") and ctx.has(j + 1, "q_minutes"))
        if len(m[0]) == 2:
            # `gt 16 FWW`: two small letters at the head of a line or item, with a bare number of minutes
            headed = i == 0 or ctx.has(i - 1, "br", "semi", "comma", "bullet", "dot")
            after = headed and (
                after or (ctx.kinds[i] != "objective" and ctx.has(j, "q_number") and not ctx.has(j + 1, "slash", "q_distance"))
            )
        if _AT_HOME.search(ctx.text(j, min(j + 8, len(ctx.units)))):
            # `exercise 10 minutes daily`: the patient's own
            continue
        if after or (ctx.has(i - 1, "of") and ctx.has(i - 2, "q_minutes")):
            code = next((code for code, name in _BY_TIME.items() if code and re.fullmatch(name, m[0])), None)
            ctx.add("SERVICE", i, j, "rule:service.by_time", code)
    _settle_families(ctx)


# services that one wording names and the billed code settles: evaluations by complexity, stimulation by payer
_FAMILIES = (
    (re.compile(r"\b(?:evaluation|eval)\b"), frozenset({"97161", "97162", "97163", "97165", "97166", "97167"})),
    (re.compile(r"\bre-?eval"), frozenset({"97164", "97168"})),
    (re.compile(r"stim\b|stimulation|ifc|interferential|\btens\b"), frozenset({"97014", "G0283"})),
)


def _settle_families(ctx: Context) -> None:
    """A service that its words leave open takes the one code of its family that the note states."""
    stated = {d.attribute for d in ctx.of("SERVICE") if d.attribute and ctx.has(d.first, "q_code")}
    for words, family in _FAMILIES:
        here = stated & family
        if len(here) != 1:
            continue
        for d in ctx.of("SERVICE"):
            if (d.attribute is None or d.attribute in family) and words.search(ctx.text(d.first, d.last)):
                d.attribute = next(iter(here))


def _code(ctx: Context, i: int) -> str:
    entry = ctx.units[i].entry("service")
    return entry.concept if entry else ""


def _service_ok(ctx: Context, i: int) -> bool:
    u = ctx.units[i]
    kind = ctx.kinds[i]
    if ctx.covered(i, i + 1, "MEASURE"):
        return False
    if u.word in ("ice", "heat", "massage", "ice/heat") and kind in ("subjective", "history"):
        return False
    if "evaluation" in u.word and kind in ("header", "") and ctx.has(i - 1, "br"):
        return False
    if u.word in ("evaluation", "pt evaluation", "ot evaluation", "initial evaluation", "pt eval", "ot eval"):
        # "since initial evaluation" is a point in time
        return (
            ctx.has(i + 1, "q_code")
            or ctx.has(i - 1, "q_code")
            or bool(re.search(r"seen for|complet|perform|bill|min", ctx.text(*ctx.sentence(i))))
        )
    if u.word == "met" and (ctx.has(i - 1, "dash", "colon") or kind in ("goals", "assessment")):
        return False
    if re.match(r" ?(?::|is|was|-|test)? ?(?:negative|positive|neg\b|pos\b|\(-\)|\(\+\))", ctx.surface.norm[u.end : u.end + 16]):
        # a special test that bears the name of a treatment
        return False
    if u.word == "cp":
        # cold pack, or cerebral palsy
        return (
            kind in ("treatment", "billing")
            or ctx.has(i + 1, "q_minutes")
            or (ctx.has(i + 1, "for", "to", "in") and ctx.any(i + 1, i + 5, "q_minutes"))
        )
    if u.word == "iced":
        return ctx.has(i + 1, "q_minutes", "body", "side")
    if u.word in ("manual",):
        return (
            kind in ("treatment", "billing", "objective", "")
            and not ctx.has(i + 1, "word", "skill_cue", "light", "level_word")
            and not re.match(
                r" (?:\w+ ){0,3}(?:assist\w*|resistance|facilitation|cue\w*|guidance|contact)\b", ctx.surface.norm[u.end : u.end + 50]
            )
        )
    if u.word == "aquatic":
        return kind in ("treatment", "billing")
    if u.word == "traction" and kind == "subjective":
        return False
    return True
