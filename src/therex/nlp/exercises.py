"""EXERCISE: a named exercise or type of exercise, with its side, position and equipment, and how it stands to this visit."""

from __future__ import annotations

import re

from therex.nlp.ambiguity import AMBIGUOUS, AMBIGUOUS_WORDS, RISKY_HEADS
from therex.nlp.context import Context, Draft

DOSEY = ("q_dose", "q_hold", "q_dose_rev", "q_xreps", "q_times")
EXERCISE_PATTERNS = (
    ("concept", "{exercise}"),
    ("function", "{exercise_function}"),
    ("head", "{exercise_head}"),
    ("motion", "{exercise_motion}"),
)
HELD = re.compile(r"\b(?:(?<!hand )(?<!hand-)held|hold(?:ing)? off|on hold|deferred?|not (?:performed|done|started|started today|tolerated)|omitted|declined|refused|withheld|skipped"
                   r"|unable to perform|discontinued|d/c'?d|contraindicated|(?<!to )avoid(?:ed)?|out for now|did not (?:perform|do)|leave out|not ready for"
                   r"|not yet|no further|stopped doing)\b")  # fmt: skip
_BETTER = re.compile(r"\b(?:improved|improving|improves|increased|better|good|fair|poor|greater|more|less) $")
_DONE = re.compile(
    r"\b(?:worked (?:on|through)|did|performed|completed|went through|practiced|participated in|was given|treatment consisted of|progressed to|started on)\b(?! not)[^.;]{0,60}$"
)
HOME = re.compile(r"^home ?:|\b(?:hep|home program|home exercise|at home|for home|home ex|homework|handout|daily at home|home prog)\b")
PLAN = re.compile(r"\b(?:next (?:visit|session|tx|time|treatment|week)|will (?:add|begin|start|resume|restart|progress|continue|trial|introduce|initiate|be added|advance)"
                   r"|plan(?:ned)? (?:to|is)|^plan\b|to (?:begin|start|be added)|once (?:cleared|he|she|pt)|when cleared|tomorrow|upcoming)\b")  # fmt: skip


def draft_exercises(ctx: Context) -> None:
    """EXERCISE: a named exercise or type of exercise, with side, position and equipment in the phrase.

    Named by the lexicon, built from a body part or position with a head word, or standing before a dose in a list.
    """
    for name, pattern in EXERCISE_PATTERNS:
        for i, j in ctx.grammar.find(pattern, ctx.row):
            i, j = _trim_exercise(ctx, i, j)
            j = _reach_dose(ctx, j)
            if i >= j or ctx.covered(i, j, "EXERCISE"):
                continue
            if not _exercise_ok(ctx, i, j, name):
                continue
            ctx.add("EXERCISE", i, j, f"rule:exercise.{name}", exercise_attribute(ctx, i, j))


def _trim_exercise(ctx: Context, i: int, j: int) -> tuple[int, int]:
    while i < j and (ctx.has(i, "slash", "and", "sev") and not ctx.has(i, "exercise", "position", "body")):
        i += 1
    while j > i and ctx.has(j - 1, "slash", "and", "in", "with", "from", "to", "the") and not ctx.has(j - 1, "exercise"):
        j -= 1
    return i, j


_PLAIN = ("word", "in", "with", "position", "body", "side", "equipment", "motion", "exercise", "slash", "the", "to", "from", "q_inch", "exhead",
          "activity", "and", "aid", "quote", "of", "by", "function", "q_number", "q_distance", "each")  # fmt: skip


def _reach_dose(ctx: Context, j: int) -> int:
    """Past the words that stand between an exercise and its dose; an enumeration in brackets belongs to the name."""
    if ctx.has(j, "lp"):
        k = j + 1
        while (
            k < len(ctx.units)
            and k - j < 9
            and ctx.has(k, "word", "comma", "exercise", "position", "side", "and", "motion", "exhead", "body", "sev")
        ):
            k += 1
        if ctx.has(k, "rp") and k > j + 1:
            return k + 1
    for k in range(j, min(j + 7, len(ctx.units))):
        if ctx.has(k, *DOSEY):
            e = k
            while e > j and ctx.has(e - 1, "with", "in", "the", "and", "quote", "to", "by", "each", "slash"):
                e -= 1
            return e
        if not ctx.has(k, *_PLAIN) or ctx.has(
            k, "skill_cue", "purpose_of_cue", "response_cue", "deficit", "assist", "rationale_cue", "q_weight", "pron"
        ):
            return j
        if ctx.has(k, "and", "exercise") and k > j and ctx.has(k, "exercise"):
            return j
    return j


def _next_dose(ctx: Context, j: int, reach: int = 5) -> bool:
    for k in range(j, min(j + reach, len(ctx.units))):
        if ctx.has(k, *DOSEY, "q_minutes", "q_per_day", "q_band", "q_weight", "q_level", "q_distdose", "q_rpe"):
            return True
        if ctx.has(k, "br", "semi", "dot", "exercise") or (ctx.has(k, "comma") and k > j):
            return False
        if ctx.has(k, "deficit", "measure", "be"):
            return False
    return False


def _exercise_ok(ctx: Context, i: int, j: int, how: str) -> bool:
    kind = ctx.kinds[i]
    if ctx.covered(i, j, "MEASURE", "SERVICE") or (j < len(ctx.units) and ctx.units[j].word in ("test", "testing", "stress", "stres")):
        return False
    if kind in ("history", "diagnosis", "medications", "billing", "precautions", "header", "signature"):
        return False
    dosed = _next_dose(ctx, j)
    value_next = (
        any(
            ctx.has(x, "q_angle") and not ctx.any(j, x, "comma", "dot", "br", "semi", "q_dose", "to")
            for x in range(j, min(j + 4, len(ctx.units)))
        )
        or ctx.has(j, "q_angle", "q_grade", "q_score")
        or (ctx.has(j, "colon", "be") and ctx.has(j + 1, "q_angle", "q_grade", "assist", "decreased", "normal"))
    )
    if value_next:
        return False
    k = ctx.first(i, j, "exercise")
    concept = ctx.units[k].entry("exercise") if k >= 0 else None
    ambiguous = concept is None or concept.concept in AMBIGUOUS or ctx.units[k].word in AMBIGUOUS_WORDS
    if how in ("head", "function") and concept is None:
        h = ctx.first(i, j, "exhead")
        head = ctx.units[h].entry("exhead") if h >= 0 else None
        solid = ctx.any(i, j, "body", "motion", "function") or (ctx.any(i, j, "position", "equipment") and ctx.any(i, j, "exhead"))
        if head is None or not solid:
            return False
        ambiguous = head.concept in RISKY_HEADS
    if how == "motion":
        ambiguous = True
    first, last = ctx.sentence(i)
    if not dosed and ctx.has(j, "deficit") and not ctx.any(j, j + 1, "comma"):
        # `motor control deficits`
        return False
    if not dosed and concept is None and ctx.has(j, "be"):
        # `extensor endurance is for standing`
        return False
    if re.search(r"\[ ?\] *$", ctx.surface.norm[max(0, ctx.units[i].start - 5) : ctx.units[i].start]):
        # a box left empty
        return False
    if not dosed and (
        (ctx.has(j, "function") and not ctx.any(j, j + 1, "exercise", "exhead"))
        or re.search(r"\b(?:felt|feels?|feeling) (?:a |the )?(?:\w+ )?$", ctx.text(max(first, i - 4), i))
    ):
        # `hip extension mobility`, `she felt a stretch`
        return False
    if not dosed and ctx.text(j, min(j + 2, len(ctx.units))).startswith(("to keep", "to stop", "to prevent")):
        # `towel under heel to keep the leg straight`: how it is set up
        return False
    if not dosed and _BETTER.search(ctx.text(max(first, i - 3), i)):
        return False
    if (
        not dosed
        and kind not in ("hep", "plan")
        and ctx.units[i - 1].word == "for"
        and i > first
        and ctx.covered(first, i, "EXERCISE", "DOSE", "DURATION")
    ):
        # `NuStep 8 minutes for LE endurance`: the purpose
        return False
    if not dosed and (ctx.has(i - 1, "because", "of") or kind == "objective") and ctx.any(i, j, "deficit"):
        # a pelvic drop is an exercise with a dose, and a fault without one
        return False
    if not ambiguous:
        if kind == "goals":
            return dosed
        if kind == "subjective":
            return bool(HOME.search(ctx.text(first, last))) or dosed
        return not ctx.has(i - 1, "decreased", "limiter") or dosed
    if kind in ("goals", "subjective"):
        return False
    if kind in ("objective", "assessment") and ctx.has(j, "colon") and not ctx.any(first, last, *DOSEY):
        # the name of a field: `sit to stand: 10 min`
        return False
    if ctx.any(i - 2, j + 4, "assist") and (not dosed or ctx.any(j, j + 3, "assist")):
        return False
    if (
        how == "concept"
        and ctx.units[i - 1].word in ("held", "deferred", "omitted", "withheld", "skipped")
        and kind in ("treatment", "", "objective")
    ):
        return True
    if how == "concept" and ctx.has(i - 1, "comma") and ctx.has(j, "comma") and ctx.covered(i - 3, i - 1, "EXERCISE"):
        # an abbreviation in a list of exercises
        return True
    if ctx.any(max(i - 2, first), i, "decreased", "deficit", "limiter", "limited", "difficulty"):
        return False
    if dosed:
        return not (kind in ("objective", "assessment") and how == "motion" and ctx.has(j, "q_weight", "q_seconds"))
    if k >= 0 and ctx.units[k].word in AMBIGUOUS_WORDS and kind == "treatment" and not ctx.any(first, last, *DOSEY, "q_minutes"):
        return sum(1 for x in range(first, last) if ctx.has(x, "exercise") and ctx.units[x].word not in AMBIGUOUS_WORDS) >= 1
    if kind == "treatment":
        return how != "motion" or ctx.any(first, last, *DOSEY, "exercise")
    if kind in ("hep", "plan"):
        return how != "motion"
    if kind in ("", "objective", "assessment") and how != "motion" and _DONE.search(ctx.text(first, i)):
        return not ctx.any(i, last, "assist")
    # outside any treatment section: only in a sentence that also names a service or other exercises with a dose
    if any(d.attribute in ("97110", "97112", "97530") for d in ctx.begun(first, i, "SERVICE")):
        return not ctx.any(i, last, "assist")
    return kind in ("", "objective") and ctx.any(first, last, *DOSEY) and how != "motion"


def exercise_attribute(ctx: Context, i: int, j: int) -> str:
    """performed, home, planned or held, by section and the words around."""
    kind = ctx.kinds[i]
    a, b = ctx.chunk(i)
    first, last = ctx.sentence(i)
    near = ctx.text(a, b)
    sentence = ctx.text(first, last)
    before = ctx.text(first, i)
    if HELD.search(near) and not re.search(r"held (?:for |x ?)?\d", near):
        return "held"
    if kind == "hep" or HOME.search(before) or HOME.search(near):
        return "home"
    if kind in ("plan", "goals"):
        return "home" if HOME.search(sentence) else "planned"
    if PLAN.search(before) or PLAN.search(near):
        return "planned"
    if re.search(r"(?:instructed|told|advised|asked|encouraged) to (?:do|perform|continue|repeat)[^.;]*$", before):
        return "home"
    if re.search(r"(?:shown|taught|given|issued|instructed)[^.;]*$", before) and re.search(r"\bhome\b|handout|\bhep\b", sentence):
        return "home"
    return "performed"


_STOP = re.compile(r"^(?:can|do|all|when|pt|patient|he|she|and|then|with|for|the|to|in|of|was|were|is|did|performed|completed|x|total|units?|visit|time|session|pain|min|"
                   r"minutes|at|from|also|pounds?|able|only|each|held|rest|attempts?|pressure|trials?|distance|assist|reps?|sets?|seen|needed|required|falls?|steps|used|use|needs)$")  # fmt: skip
_LEAD = re.compile(r"^(?:pt|patient|he|she|and|then|performed|perform|completed|complete|did|w/|with|the|also|followed|by|including|included|includes|consisting|of|"
                   r"started|continued|cont|added|today|we|i|worked|on|progressed|to|new|finished|trial|began|using|doing|use|into|had|client|resident|child|in|x|for|plus|a|some|her|his|incl|add|adding|begin|start|next|initiate|trial|progress|advance|resume)$")  # fmt: skip


def draft_unnamed_exercises(ctx: Context) -> None:
    """EXERCISE not in the lexicon: in a treatment list, what stands before a dose of sets and repetitions."""
    counted = ("q_dose", "q_hold", "q_xreps", "q_dose_rev", "q_times")
    for dose in ctx.of("DOSE"):
        i = dose.first
        if not ctx.any(i, dose.last, *counted) and not (ctx.kinds[i] == "hep" and ctx.any(i, dose.last, "q_per_day", "q_times_post")):
            continue
        if ctx.kinds[i] not in ("treatment", "hep", "objective", "", "plan"):
            continue
        first, _ = ctx.sentence(i)
        a = i
        while a > first and i - a < 8 and not ctx.has(a - 1, "comma", "semi", "dot", "br", "bullet", "pipe", "rp", "arrow", "but"):
            if ctx.has(a - 1, "q") and not (i - a > 0 and ctx.has(a - 1, "q_number", "q_inch", "q_angle", "q_distance")):
                break
            if ctx.has(a - 1, "colon") and i - a > 0:
                break
            if ctx.covered(a - 1, a, "DOSE", "SERVICE", "DURATION", "MEASURE", "EXERCISE"):
                break
            a -= 1
        if a > first and ctx.has(a, *_WHERE) and ctx.covered(a - 1, a, "EXERCISE"):
            # `scaption on incline wedge 2x8`: where that exercise is done
            continue
        b = i
        while b > a and ctx.has(b - 1, "colon", "dash", "for", "with", "at", "lp", "eq"):
            b -= 1
        while a < b and (_LEAD.match(ctx.units[a].word) or ctx.has(a, "dash", "colon", "bullet", "punct")):
            a += 1
        if b <= a or b - a > 6 or ctx.covered(max(a - 1, first), b, "EXERCISE", "MEASURE", "SERVICE"):
            continue
        words = [ctx.units[k].word for k in range(a, b)]
        if (
            _STOP.match(words[-1])
            or (len(words) == 1 and (len(words[0]) < 4 or words[0] in ("pattern", "warm", "each", "post")))
            or _STOP.match(words[0])
            or not any(len(w) > 2 and w[0].isalpha() for w in words)
        ):
            continue
        if ctx.any(
            a, b, "deficit", "skill_cue", "assist", "measure", "pron", "be", "neg", "response_cue", "limiter", "condition", "time_ref"
        ):
            continue
        ctx.add("EXERCISE", a, b, "rule:exercise.before_dose", exercise_attribute(ctx, a, b))
    doses = {d.first: d for d in ctx.of("DOSE")}
    for d in list(ctx.of("EXERCISE")):
        _reach_on(ctx, d, doses)
        _reach_back(ctx, d)


_WHERE = ("in", "with", "to", "from", "over")
_HAND = re.compile(r"(?:my|pt'?s?|ot'?s?|therapist'?s?) (?:hands?|fists?|fingers?|palms?|resistance)")
_BY_HAND = re.compile(r"(?:against|under|over|with|w/|on|between|to) (?:the |an? )?(?:my|pt'?s|ot'?s|therapist'?s?|her|his|own)$")


def _reach_on(ctx: Context, d: Draft, doses: dict[int, Draft]) -> None:
    """On to the dose of the same item, past how and where it is done: `elbow extension against my hand 2x8`."""
    k = d.last
    while k < len(ctx.units) and k - d.last < 9 and k not in doses and not ctx.has(k, "q_minutes"):
        if ctx.has(k, "comma") and k + 1 in doses and ctx.has(d.last, *_WHERE) and k > d.last + 1:
            # `standing toe raises with back to the wall, 3 x 10`
            break
        if ctx.has(k, "comma", "semi", "dot", "br", "pipe", "colon", "lp", "dash", "bullet", "and", "but", "neg") or ctx.has(
            k, "purpose_of_cue", "response_cue", "deficit", "assist", "rationale_cue", "be", "time_ref"
        ):
            return
        if ctx.has(k, "skill_cue") and not (ctx.has(k - 1, "in") and _HAND.fullmatch(ctx.units[k].word)):
            return
        if ctx.has(k, "pron") and not _BY_HAND.search(ctx.text(max(d.last, k - 3), k + 1)):
            return
        if ctx.covered(k, k + 1, "SERVICE", "DURATION", "MEASURE", "EXERCISE", "GOAL"):
            return
        k += 1
    if k >= len(ctx.units) or k == d.last or (k not in doses and not ctx.has(k, "q_minutes", "comma")):
        return
    while k > d.last and ctx.has(k - 1, "with", "in", "the", "to", "by", "each", "slash", "for", "at", "of", "from"):
        k -= 1
    if k > d.last and not _STOP.match(ctx.units[k - 1].word):
        d.last, d.end = k, ctx.units[k - 1].end
        ctx.cover("EXERCISE", d.first, d.last)


def _reach_back(ctx: Context, d: Draft) -> None:
    """To the head of its list item, where only a few plain words stand before an exercise that has a dose."""
    if ctx.kinds[d.first] not in ("treatment", "hep") or not ctx.has(d.last, *DOSEY, "q_minutes", "comma"):
        return
    a = d.first
    while (
        a > 0
        and d.first - a < 5
        and ctx.has(a - 1, "word", "position", "side", "body", "motion", "slash", "activity", "exhead", "exercise", "q_inch", "equipment")
        and not ctx.has(a - 1, "pron", "service", "be", "skill_cue", "rationale_cue")
    ):
        if ctx.covered(a - 1, a, "EXERCISE", "DOSE", "SERVICE", "DURATION"):
            return
        a -= 1
    if a == d.first or not (
        a == 0 or ctx.has(a - 1, "comma", "semi", "br", "bullet", "dash", "colon", "dot") or ctx.sentence(d.first)[0] == a
    ):
        return
    while a < d.first and (_LEAD.match(ctx.units[a].word) or ctx.units[a].word.endswith(("ed", "ing"))):
        a += 1
    d.first, d.start = a, ctx.units[a].start
    ctx.cover("EXERCISE", a, d.last)
