"""IMPAIRMENT: a deficit of body function or structure said in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from therex.nlp.context import Context
from therex.nlp.grammar.measures import by_site, painy

I1 = (
    "(?:<sev|side|body>)*<decreased>(?:<of|in>)?(?:<the|side|body|motion|position|exhead|sev|decreased>|<exercise>(?=<motion>))*<function|motion|deficit|exercise>"
    "(?:(?:<slash|and|comma>)+(?:<side|body|position>)*<function|motion>)*(?:<motion|body>)*(?:<in|of|at|to|with>(?:<the|side|body|motion|position>){1,5}(?:<and|slash|body|motion>)*)?"
)
I2 = (
    "(?:<side|body|sev|motion|decreased|function>|<position>(?=<body|motion|sev|deficit>)|<slash>(?=<body|motion|function>)|<and>(?=<body>))*<deficit>(?:<deficit>)*(?:<slash|and><sev>*<deficit>)?(?:<of><the>?<side|position>*<body|motion|function>+(?:<and|slash><side|position>*<body|motion|function>+)?|<side|position>*<body>(?:<and|slash><side|position>*<body>)?(?!<deficit>))?"
    "(?:<in|of|at|to|with|for>(?:<the|side|motion|position|slash|exhead|activity|exercise>|<body|sev>(?!<deficit>)){1,6})?(?:<side>)?"
)
I3 = "(?:<side|body|position>|<and>(?=<body>))*<function|motion>(?:<be|colon|sev|dash>){0,2}<decreased|deficit><sev>?"
LIMITED_AFTER = "(?:<side|body|position>)*<function|motion>+<side>?<colon|be>?<q_percent><limiter|decreased>"
LIMITED_BY = "(?:<side|body|position>)*<function|motion>+<side>?<be>?<limiter|decreased><by>?<q_percent>"
LOSS = "(?:<side|body>)*<motion>+<word><sev>?"
I4 = "(?:<side|body|motion|exhead>|<and|slash>(?=<body|side|motion>))+<be>{1,2}(?:<sev>)*<deficit>"
_DIAGNOSIS = re.compile(r"diagnos(?:is|es|ed) (?:of|with|is)[^.;\n]*$|\b[a-z]\d\d\.\w{1,4}[ )(:-]*$|\bre: *$")


def draft_impairments(ctx: Context) -> None:
    """IMPAIRMENT: a deficit said in words, with side, part and any value in the same phrase."""
    for m in [
        x
        for x in ctx.of("MEASURE")
        if ctx.any(x.first, x.last, "q_score") and ctx.kinds[x.first] in ("subjective", "assessment", "", "objective")
    ]:
        text = ctx.text(m.first, m.last)
        # pain with a place or a behaviour is a deficit around its score
        more = max(_more_scores(ctx, m.first, m.last)[1], _behaviour(ctx, m.last))
        if (
            painy(text)
            and (
                more > m.last
                or (
                    sum(ctx.has(k, "q_score") for k in range(m.first, m.last)) > 1
                    and not re.search(r"before|after|\bpre\b|\bpost\b|->| to \d", text)
                )
                or ctx.any(m.first, m.last, "body", "activity")
                or re.search(r"\b(?:back|neck|head|knee|hip|shoulder|heel|foot)\b", text)
                or re.search(r"end range|with (?!activity)\\w+", text)
            )
            and not ctx.covered(m.first, m.last, "GOAL", "RESPONSE")
        ):
            i, j = m.first, more
            while j - 1 > i and ctx.has(j - 1, "the", "in") and not ctx.has(j - 1, "side", "body"):
                j -= 1
            ctx.add("IMPAIRMENT", i, j, "rule:impairment.scored")
    for i, j in by_site(ctx):
        if painy(ctx.text(i, j)) and not ctx.covered(i, j, "IMPAIRMENT"):
            ctx.add("IMPAIRMENT", i, j, "rule:impairment.by_site")
    _faulty_parts(ctx)
    for name, pattern in (
        ("limited_by", LIMITED_BY),
        ("limited_after", LIMITED_AFTER),
        ("decreased", I1),
        ("function_is", I3),
        ("loss", LOSS),
        ("part_is", I4),
        ("deficit", I2),
    ):
        for i, j in _parted(ctx, ctx.grammar.find(pattern, ctx.row)):
            while i < j and ctx.has(i, "and", "slash", "comma") and not ctx.has(i, "deficit", "decreased", "body"):
                i += 1
            if name == "function_is":
                i = _value_of_field(ctx, i, j)
            if name == "deficit":
                i, j = _adjectival(ctx, i, j)
            if i >= j or ctx.covered(i, j, "IMPAIRMENT") or not _impairment_ok(ctx, i, j, name):
                continue
            i, j = _adjectival(ctx, *_gain_off(ctx, i, j))
            i, j = _with_score(ctx, *_reach(ctx, i, j))
            i, j = _more_scores(ctx, _lead(ctx, i), j)
            while j - 1 > i and ctx.units[j - 1].word in ("noted", "seen", "observed", "present", "evident"):
                j -= 1
            while j - 1 > i and ctx.has(j - 1, "the", "in", "with", "of", "to") and not ctx.has(j - 1, "side", "body"):
                j -= 1
            if ctx.covered(i, j, "IMPAIRMENT"):
                continue
            ctx.add("IMPAIRMENT", i, j, f"rule:impairment.{name}")
    _valued(ctx)


def _behaviour(ctx: Context, j: int) -> int:
    """The end of `pain at 6/10 on the scale, primarily with ambulation`, from its score on; `j` where it tells no behaviour."""
    last = ctx.sentence(j - 1)[1]
    k = next((k for k in range(j, last) if ctx.units[k].word in ("primarily", "mainly", "mostly", "especially")), -1)
    if k < 0 or k - j > 9 or ctx.any(j, k, "neg", "dot", "semi") or not ctx.has(k + 1, "with", "in", "time_ref", "at", "on", "word"):
        return j
    if not ctx.any(k + 2, min(k + 4, last), "activity", "motion", "body", "exercise", "function"):
        return j
    return min(k + 3, last)


_VALUES = ("q_grade", "q_angle", "q_distance", "q_percent", "q_weight")


def _valued(ctx: Context) -> None:
    """`quad weakness 4-/5`, `moderate edema 44 cm (L 39)`: a deficit and its value are one phrase, and the whole is a measure."""
    for d in ctx.of("IMPAIRMENT"):
        j = d.last
        if (
            ctx.has(j, *_VALUES)
            and not ctx.covered(j, j + 1, "MEASURE", "DOSE", "DURATION")
            and not ctx.any(d.first, j, "q", "comma", "and")
        ):
            u = ctx.units[j]
            if u.quantity is None or u.quantity.kind != "distance" or re.search(r"cm|mm", u.word):
                j += 1
                if ctx.has(j, "lp"):
                    close = ctx.first(j, min(j + 9, len(ctx.units)), "rp")
                    j = close + 1 if close > 0 and ctx.any(j, close, "q") else j
        if j > d.last:
            d.last, d.end = j, ctx.units[j - 1].end
        elif not ctx.any(d.first, d.last, "q_grade"):
            continue
        if not ctx.covered(d.first, d.last, "MEASURE", "GOAL", "RESPONSE") and d.last - d.first <= 12:
            ctx.add("MEASURE", d.first, d.last, "rule:measure.deficit")


_FAULTY = re.compile(
    r"(?:still |often |visibly |also )?[\"']?(?:drops?|dips?|elevates?|tips?|wings?|snaps?|gives?(?: way| out)?|grabs?|catch(?:es)?|locks?|collapses?|hikes?|drifts?|shakes?|tires?|fatigues?|fades?|slides? forward|rotates? (?:in|out|early)|"
    r"folds?|buckles?|swings?|veers?|whips?|lags? behind|trembles?|deviates?|flares?|rounds?|arches?|sags?|rolls (?:in|out)|turns (?:in|out)|pops?|clicks?|throbs?|tightens?|swells?|goes numb|feels? (?:tight|weak|heavy|loose|stiff)|"
    r"loses?|does not (?:hold|engage|fire|activate|clear|extend|move)|do not (?:hold|engage|fire)|doesn't (?:hold|engage|fire|clear)|won't (?:straighten|bend|hold)|pinches|bows|caves?)\b"
)
_LOSES = re.compile(
    r"^(?:he |she |pt )?(?:loses? (?:lumbar |trunk |pelvic |core |spinal )?(?:neutral|control|balance|alignment|position|form)|folds? forward|leans? (?:to|on|back|forward))\b"
)


def _faulty_parts(ctx: Context) -> None:
    """`scapula tips forward past 90`: a part and what it does amiss, to the end of its clause, where no set is being told."""
    for m in ctx.grammar.find("(?:<side|position|the|motion>)*<body|function>+<side>?", ctx.row):
        i, j = m
        kind = ctx.kinds[i]
        if kind not in ("subjective", "objective", "assessment", "") or ctx.covered(
            i, j, "IMPAIRMENT", "MEASURE", "GOAL", "SKILL", "RESPONSE", "RATIONALE", "EXERCISE"
        ):
            continue
        a, b = ctx.chunk(i)
        b = next(
            (
                k
                for k in range(j, b)
                if (ctx.has(k, "because", "but") and ctx.units[k].word not in ("when", "then", "while"))
                or (ctx.has(k, "and") and ctx.has(k + 1, "side", "body", "motion", "the"))
            ),
            b,
        )
        if (
            j >= b
            or not _FAULTY.match(ctx.text(j, b))
            or ctx.covered(j, b, "MEASURE", "SKILL", "EXERCISE", "DOSE", "LIMITATION", "RESPONSE")
        ):
            continue
        first = ctx.sentence(i)[0]
        if (
            ctx.covered(first, i, "EXERCISE", "DOSE")
            or ctx.any(first, i, "skill_cue", "purpose_of_cue")
            or b - i > 14
            or re.search(r"\b(?:no longer|not|today|set \d|rep)\b", ctx.text(a, j))
        ):
            continue
        if ctx.has(i, "the") and not ctx.has(i + 1, "side", "body", "motion"):
            continue
        lo, hi = ctx.trim(i, b)
        ctx.add("IMPAIRMENT", lo, hi, "rule:impairment.faulty_part")
    for i, j in ctx.bounds:
        if ctx.kinds[i] not in ("objective", "assessment", "subjective") or ctx.covered(i, j, "EXERCISE", "DOSE"):
            continue
        for a, b in ctx.chunks(i, j):
            if (
                b - a <= 10
                and _LOSES.match(ctx.text(a, b))
                and not ctx.covered(a, b, "IMPAIRMENT", "LIMITATION", "RESPONSE", "SKILL", "GOAL", "MEASURE")
            ):
                lo, hi = ctx.trim(a, b)
                ctx.add("IMPAIRMENT", lo, hi, "rule:impairment.loses")


def _value_of_field(ctx: Context, i: int, j: int) -> int:
    """`Posture: forward head`: the fault alone, where its field only says what was looked at."""
    colon = ctx.first(i, j, "colon")
    if colon > i and ctx.units[colon - 1].word in ("posture", "gait", "gait pattern", "pattern") and ctx.any(colon, j, "deficit"):
        return colon + 1
    return i


def _parted(ctx: Context, found: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Two deficits joined by `and` stand each alone, unless a part or degree before them belongs to both."""
    for i, j in found:
        d = ctx.first(i, j, "deficit")
        k = next((k for k in range(d + 1, j) if ctx.has(k, "and", "slash")), -1) if d >= 0 else -1
        if k > 0 and d == i and ctx.any(k, j, "deficit") and ctx.has(k + 1, "deficit", "sev"):
            yield i, k
            yield k + 1, j
        else:
            yield i, j


_PLACES = frozenset(
    {"after", "when", "during", "past", "with", "w/", "as", "by", "starting", "beginning", "per", "between", "beyond", "throughout"}
)
_CHANGES = frozenset({
    "reducing", "easing", "improving", "narrowed", "start", "begin", "tend", "drop", "worsen", "persist", "radiating", "radiate", "referring",
    "returned", "return", "come", "spread", "wake", "kick", "flare", "centralized", "centralizing", "started",
})  # fmt: skip
_USED = frozenset({"use", "using"})
_STOPS = ("because", "but", "limiter", "plan_word", "exercise", "pron", "dot", "skill_cue")
_OTHERS = ("EXERCISE", "DOSE", "DURATION", "SKILL", "RATIONALE", "GOAL", "SERVICE")
_POINTS = re.compile(r"(?:is|are|was|were) (?:what|why|the|that|how|still the)\b")
_NOT_A_COMPLAINT = re.compile(
    r" *(?:modulation|management|assessments?\b|locations?\b|descriptions?\b|intensity|behaviou?r|score|onset|frequency|quality\b|diagram|screen|control\b|relief|scale|analog|rating|levels?\b|free\b|medic|meds?\b|reliever|clinic|program|education|science|is not an issue)"
)


def _reach(ctx: Context, i: int, j: int) -> tuple[int, int]:
    """The place, behaviour or predicate that belongs to the deficit, up to the end of its clause."""
    while j - 1 > i and ctx.has(j - 1, "in", "the") and not ctx.has(j - 1, "side", "body", "deficit"):
        j -= 1
    end = ctx.chunk(j - 1)[1]
    kind = ctx.kinds[i]
    held = ctx.inside(i, j, "LIMITATION")
    for k in range(j, end):
        if (
            (ctx.has(k, *_STOPS) and not (ctx.units[k].word in _USED and k > j + 1))
            or ctx.covered(k, k + 1, *_OTHERS)
            or (held is None and ctx.covered(k, k + 1, "LIMITATION"))
        ):
            end = k
            break
    word = ctx.units[j].word if j < len(ctx.units) else ""
    left = end - j
    if left <= 0 and word != "when":
        return i, j
    known = ctx.any(i, j, "body", "side") or any(
        w in ctx.text(i, j) for w in ("night", "headache", "swelling", "edema", "arc", "footdrop", "foot drop")
    )
    said = kind in ("subjective", "assessment", "objective", "")
    if ctx.has(j, "with") and ctx.any(j, end, "deficit"):
        return i, j
    if word == "when" and ctx.has(j + 1, "pron") and said:
        stop = ctx.chunk(j - 1)[1]
        return (i, stop) if stop - j <= 8 and not ctx.covered(j, stop, *_OTHERS) else (i, j)
    if re.match(r"ttp|tender|joint hypomob|hypomob", ctx.units[j - 1].word) and j < len(ctx.units) and ctx.has(j, "colon"):
        k = j + 1
        while (
            k < len(ctx.units)
            and k - j < 18
            and ctx.has(k, "body", "side", "comma", "and", "position", "q_level", "dash")
            and not ctx.has(k, "br")
        ):
            k += 1
        if k > j + 1:
            return i, k
    if ctx.has(j, "in") and re.match(r"(?:in|at|during|on) (?:the )?(?:am|pm|a\.m|mornings?|evenings?|nights?|day)\b", ctx.text(j, end)):
        return i, j + 2 + ctx.has(j + 1, "the")
    placed = ctx.has(j, "in", "with", "to", "from") or word in _PLACES
    if placed and left <= 8 and not ctx.any(j, end, "because", "decreased") and (said or ctx.any(j, end, "body", "motion")):
        return i, end
    if (
        said
        and known
        and left <= 10
        and not _POINTS.match(ctx.text(j, end))
        and (ctx.has(j, "be") or word in _CHANGES)
        and not ctx.any(j, end, "activity", "deficit", "normal")
    ):
        return i, end
    if (
        left <= 5
        and (ctx.has(j - 1, "deficit") or (ctx.has(j - 1, "side") and ctx.has(j - 2, "deficit")))
        and all(ctx.has(k, "body", "side", "the", "and", "motion", "word", "to") for k in range(j, end))
    ):
        if ctx.any(j, end, "body", "side") or ctx.units[j - 1].word in ("ttp", "tender", "tenderness", "tender to palpation", "fibrosis"):
            return i, end
    return i, j


def _lead(ctx: Context, i: int) -> int:
    """An adjective of place or kind, a grade of edema, or `increase in` right before the deficit."""
    first = ctx.chunk(i)[0]
    if i - 2 >= first and ctx.has(i - 1, "plus") and ctx.has(i - 2, "q_number") and re.match(r"pitting|edema", ctx.units[i].word):
        return i - 2
    if i - 1 >= first and ctx.has(i - 1, "q_grade", "q_number") and re.match(r"pitting|edema", ctx.units[i].word):
        return i - 1
    if (
        i - 2 >= first
        and ctx.units[i - 1].word == "in"
        and ctx.units[i - 2].word in ("increase", "increased", "flare", "reduction", "decrease")
    ):
        i -= 2
        return i - 1 if i - 1 >= first and ctx.has(i - 1, "sev") else i
    if i - 1 >= first and ctx.units[i - 1].word in ("am", "morning", "stress", "urge", "night", "end-range", "pre", "post-exertional"):
        return i - 1
    if (
        i - 1 >= first
        and ctx.has(i - 1, "word")
        and re.search(r"(?:ral|rial|ior|ive|ary|dial|sal|mal|tal|lar|nal|ated)$", ctx.units[i - 1].word)
    ):
        return i - 1
    return i


def _more_scores(ctx: Context, i: int, j: int) -> tuple[int, int]:
    """`pain 4/10 in the back, 2/10 in the leg`: scores that go on after a comma; a girth right after a swelling."""
    last = ctx.sentence(i)[1]
    if ctx.has(j - 1, "q_score") and ctx.has(j, "in"):
        k = j + 1
        while k < last and ctx.has(k, "the", "side"):
            k += 1
        j = k + 1 if k < last and ctx.has(k, "body") else j
    if j + 1 < last and ctx.has(j, "comma") and ctx.has(j + 1, "q_distance") and re.search(r"edema|swell|effusion", ctx.text(i, j)):
        return i, ctx.chunk(j + 1)[1]
    if not painy(ctx.text(i, j)):
        return i, j
    while (
        j + 1 < last
        and ctx.has(j, "comma")
        and (ctx.has(j + 1, "q_score") or (ctx.has(j + 1, "body", "side") and ctx.has(j + 2, "q_score")))
    ):
        end = ctx.chunk(j + 1)[1]
        if end - j > 9:
            break
        j = end
    return i, j


def _gain_off(ctx: Context, i: int, j: int) -> tuple[int, int]:
    """`less hip pain` names the deficit `hip pain`."""
    while (
        i + 1 < j
        and ctx.has(i, "decreased")
        and re.match(r"decr|dec\\b|reduc|less|↓|diminish", ctx.units[i].word)
        and ctx.any(i, j, "deficit")
        and not ctx.any(i, j, "function", "motion")
    ):
        i += 1
    return i, j


_ADJECTIVES = frozenset(
    {
        "weak",
        "tight",
        "stiff",
        "painful",
        "swollen",
        "sore",
        "tender",
        "adherent",
        "shortened",
        "hypomobile",
        "unstable",
        "achy",
        "weaker",
        "numb",
    }
)


def _adjectival(ctx: Context, i: int, j: int) -> tuple[int, int]:
    """`weak external rotators`: an adjective takes the part that follows it."""
    d = ctx.first(i, j, "deficit")
    if d < 0 or ctx.units[d].word not in _ADJECTIVES or ctx.any(i, j, "body") or not all(ctx.has(k, "side") for k in range(d + 1, j)):
        return i, j
    k, end = j, ctx.chunk(d)[1]
    while k < end and ctx.has(k, "side", "body", "motion", "position"):
        k += 1
    # a noun that no list knows, where the clause ends with it: `weak pencil grasp`
    if end - d <= 6 and all(ctx.has(n, "side", "body", "motion", "position", "function", "word", "and") for n in range(k, end)):
        return i, end
    while k < end and ctx.has(k, "and") and ctx.has(k + 1, "side", "body"):
        k += 2
        while k < end and ctx.has(k, "side", "body", "motion"):
            k += 1
    return i, k


def _with_score(ctx: Context, i: int, j: int) -> tuple[int, int]:
    """A pain with a place takes the score beside it, an arc its range, a headache how often it comes."""
    if (
        ctx.has(j, "q_minutes", "q_distance")
        and ctx.has(j - 1, "deficit")
        and not ctx.covered(j, j + 1, "MEASURE", "DURATION")
        and re.search(r"stiff|gap|diastasis|ache|shorten", ctx.text(i, j))
    ):
        return i, j + 1
    if (
        ctx.has(j, "q_range", "q_angle", "q_frequency", "q_grade")
        and ctx.has(j - 1, "deficit")
        and not ctx.covered(j, j + 1, "MEASURE", "DURATION")
    ):
        return i, j + 1
    for m in ctx.begun(i - 20, j + 2, "MEASURE"):
        if m.source.endswith("table_row"):
            continue
        if m.first < j and i < m.last:
            return min(i, m.first), max(j, m.last)
        if m.first == j or (m.first == j + 1 and ctx.has(j, "colon", "be", "lp", "comma")):
            if ctx.has(m.first, "q_score", "q_angle", "q_grade"):
                return i, m.last
        if m.first == j + 1 and ctx.has(j, "comma") and ctx.any(m.first, m.last, "q_distance", "q_angle") and ctx.any(i, j, "body"):
            return i, m.last
    return i, j


_VAGUE = frozenset({"symptom", "sx", "falls risk", "fatigue", "tone", "deficit", "dysfunction", "impairment", "asymmetry", "compensation", "restriction",
                    "tender", "guarding", "freezing", "burning", "synergy", "substitution", "spinning", "sway", "fatigued", "instability", "catching"})  # fmt: skip


_RISEN = re.compile(r"incr|↑|increas")
_GAINED = frozenset({"strength", "range of motion", "balance", "endurance", "coordination", "sensation", "safety"})


def _gain(ctx: Context, i: int, j: int) -> bool:
    """`increased strength` is a gain; `increased tone` is none."""
    if not (_RISEN.match(ctx.units[i].word) and not ctx.any(i, j, "deficit")):
        return False
    said = [e for u in ctx.units[i:j] if (e := u.entry("function")) is not None]
    return bool(said) and all(e.concept in _GAINED for e in said)


def _titles(ctx: Context, i: int, j: int) -> bool:
    """Whether units `i` to `j` stand in a heading, or are one: a marked line, or the one word `Pain` before a stop or colon."""
    norm, unit = ctx.surface.norm, ctx.units[i]
    line = norm.rfind("\n", 0, unit.start) + 1
    if re.match(r" *#{1,4} ", norm[line : unit.start]):
        return True
    return j - i == 1 and unit.word == "pain" and ctx.has(j, "colon", "dot") and (i == 0 or ctx.has(i - 1, "br", "dot", "bullet"))


def _impairment_ok(ctx: Context, i: int, j: int, how: str) -> bool:
    kind = ctx.kinds[i]
    if _titles(ctx, i, j) or _gain(ctx, i, j):
        return False
    if how == "loss":
        return (
            ctx.any(i, j, "motion")
            and re.search(r"\b(?:loss|lag|blocked|restricted|tight|deficit)\b", ctx.text(i, j)) is not None
            and kind in ("objective", "assessment", "", "subjective")
        )
    if ctx.text(i, j).strip() == "slump" and re.match(
        r" *(?:\+|-|test|pos|neg|:)", ctx.surface.norm[ctx.units[j - 1].end : ctx.units[j - 1].end + 8]
    ):
        return False
    if kind == "history" and re.search(
        r"\b(?:presents? with|complains? of|c/o|referred to (?:\w+,? ){1,4}?(?:for|secondary to|due to|because of|with))\b[^.]*$",
        ctx.text(ctx.sentence(i)[0], i),
    ):
        kind = "subjective"
    if kind in ("history", "medications", "precautions", "goals", "billing", "signature", "hep", "header"):
        return False
    if ctx.covered(i, j, "table_row"):
        return False
    if ctx.text(i, j).strip() in ("step to", "step to pattern", "steps to", "does", "sway", "burning"):
        return False
    if kind in ("treatment", "plan", "response") and how != "decreased" and not ctx.any(i, j, "body", "side"):
        return False
    if kind == "diagnosis" and (
        how != "deficit" or not re.search(r"paresis|plegia|aphasia|ataxi|spastic|\blag\b|contracture|apraxi|neglect|drop", ctx.text(i, j))
    ):
        # a diagnosis is no complaint; a neurological deficit in its line is one
        return False
    if re.match(r"[a-z/ ]{0,24}:[ ]*(?:\n|$)", ctx.surface.norm[ctx.units[j - 1].end : ctx.units[j - 1].end + 30]):
        return False
    if kind == "treatment" and how == "deficit":
        first = ctx.sentence(i)[0]
        # a fault seen in a given set is a reaction
        if ctx.covered(first, i, "EXERCISE", "DOSE") and not ctx.any(first, i, "because"):
            return False
    before = ctx.surface.norm[max(0, ctx.units[i].start - 24) : ctx.units[i].start]
    if re.search(
        r"\bif (?:no |any )?$|\bgoals?:? (?:is )?(?:to )?\w* ?$|with less $|(?:\bto|\band|,|or) (?:reduce|decrease|relieve|manage|minimi[sz]e|eliminate|avoid|prevent|address|control) (?:\w+ )?$",
        before,
    ):
        return False
    d = ctx.first(i, j, "deficit")
    after = ctx.surface.norm[ctx.units[j - 1].end : ctx.units[j - 1].end + 24]
    if _NOT_A_COMPLAINT.match(after) or _DIAGNOSIS.search(ctx.surface.norm[max(0, ctx.units[i].start - 40) : ctx.units[i].start]):
        return False
    if how == "deficit" and d >= 0:
        word = ctx.units[d].word
        specific = ctx.any(i, j, "body", "side", "motion", "sev", "decreased")
        hurts = painy(word)
        measured = ctx.inside(d, d + 1, "MEASURE")
        if (
            hurts
            and (measured or (ctx.has(j, "colon") and ctx.any(j, j + 4, "q_score", "normal", "neg")))
            and not ctx.any(i, j, "body", "side")
        ):
            return False
        if j - i == 1 and word == "pain" and ctx.has(i - 1, "with") and ctx.covered(i - 2, i - 1, "IMPAIRMENT"):
            return False
        if hurts and ctx.has(d + 1, "q_score") and not ctx.any(i, j, "body"):
            return False
        if word in _VAGUE and not specific:
            return False
        if kind == "diagnosis" and ctx.any(i, j, "condition") and not re.search(r"paresis|plegia|aphasia|weak|lag|spastic", word):
            return False
        if ctx.has(d, "response_cue") and kind in ("treatment", "response"):
            return False
    if how == "decreased" and not ctx.any(i, j, "function", "motion", "deficit"):
        return re.search(r"\b(?:[ap]|aa)?rom\b", ctx.text(i, j)) is not None and kind not in ("treatment", "plan", "response")
    if ctx.has(i, "decreased") and ctx.any(i, j, "deficit") and not ctx.any(i, j, "function", "motion"):
        d = ctx.first(i, j, "deficit")
        # "decreased pain" is a gain, "limited by pain" a limit
        if (
            kind not in ("subjective", "assessment", "")
            and re.match(r"decr|dec|reduc|less|↓|diminish|limited|restricted", ctx.units[i].word)
            and painy(ctx.units[d].word)
        ):
            return False
    return not ctx.inside(i, j, "SERVICE", "EXERCISE")
