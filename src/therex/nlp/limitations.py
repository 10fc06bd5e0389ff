"""LIMITATION: an activity that the patient cannot do, or does with help, pain or difficulty."""

from __future__ import annotations

import re
from collections.abc import Iterator

from therex.nlp.context import Context
from therex.nlp.grammar.measures import painy

_LIMIT_END = frozenset({"semi", "dot", "br", "pipe"})
_ABLE_ONLY = re.compile(r"\b(?:able to|can|still|only|one at a time|modified)\b")
_NOT_LIMIT = re.compile(
    r"\b(?:for return to|independent(?:ly)?|without (?:difficulty|assist|pain|any)|no (?:difficulty|trouble|problem)|no longer (?:needs|requires|difficult)|without restrictions?|full (?:work )?dut(?:y|ies)|will progress to|to progress to)\b"
)


_BEGAN = re.compile(r"\b(?:started|began|onset|came on|injured)\b|\bago\b")
_FURNISHED = frozenset({"desk", "work", "home", "workstation", "computer", "kitchen", "ergonomic", "office"})


def draft_limitations(ctx: Context) -> None:
    """LIMITATION: an activity that the patient cannot do, or does with help, pain or difficulty."""
    for i, j in ctx.bounds:
        kind = ctx.kinds[i]
        if kind in ("goals", "billing", "medications", "hep", "header", "precautions", "signature", "history", "diagnosis", "education"):
            continue
        if _field_of_limits(ctx, i, j):
            continue
        if kind == "" and not any(d.label in ("EXERCISE", "SERVICE") and d.first < i for d in ctx.drafts):
            # what comes before any treatment is told by the patient, or seen on arrival
            kind = "subjective"
        for a, b in _clauses(ctx, i, j):
            known = len(ctx.drafts)
            _limitation(ctx, a, b, ctx.kinds[i])
            if len(ctx.drafts) == known:
                _unnamed_activity(ctx, a, b, kind, ctx.text(a, b))
    _walked_with_aid(ctx)
    # a pain score with the activity that brings it
    for m in list(ctx.of("MEASURE")):
        if (
            ctx.kinds[m.first] in ("subjective", "assessment", "")
            and (
                ctx.any(m.first, m.last, "activity")
                or re.search(r"\bon stairs?|walking|standing|lifting|dressing", ctx.text(m.first, m.last))
            )
            and painy(ctx.text(*ctx.sentence(m.first)))
            and ctx.any(m.first, m.last, "q_score")
            and not ctx.covered(m.first, m.last, "LIMITATION", "GOAL")
        ):
            ctx.add("LIMITATION", m.first, m.last, "rule:limitation.scored")


_LIMITS_FIELD = re.compile(
    r"(?:^|[|.;] ?) *\W{0,3}(?:function(?:al)?(?: (?:status|limits?|limitations?|deficits?))?|limits|limitations?|current function|adls?(?: status)?|participation|interferes with|difficulty with|limited activities) *[:|] *$"
)
_ABLE = re.compile(
    r"\b(?:independent(?:ly)?|no (?:difficulty|limits?|limitations?|problems?)|wnl|wfl|without|mod i|modified independent|able to)\b|\d/\d"
)


def _parts_levels(ctx: Context, a: int, k: int, j: int) -> bool:
    """Whether the comma at unit `k` stands between two activities that each have a level of help."""
    if not ctx.has(k, "comma"):
        return False
    stop = next((x for x in range(k + 1, j) if ctx.has(x, "comma", "semi", "pipe", "dot")), j)
    return k - a > 1 and stop - k > 2 and ctx.any(a, k, "assist") and ctx.any(k + 1, stop, "assist")


def _field_of_limits(ctx: Context, i: int, j: int) -> bool:
    """`Function: types with right hand only; wife cuts his meat`: every item of such a field that is no measure."""
    line = ctx.surface.norm.rfind("\n", 0, ctx.units[i].start) + 1
    line = max(line, ctx.units[i].start - 200)
    a = i
    if not _LIMITS_FIELD.search(ctx.surface.norm[line : ctx.units[i].start]):
        colon = ctx.first(i, j, "colon", "pipe")
        if not (i < colon < j - 1 and _LIMITS_FIELD.search(ctx.text(i, colon + 1))):
            return False
        a = colon + 1
    found = False
    while a < j:
        b = next((k for k in range(a, j) if ctx.has(k, "semi", "pipe", "dot") or _parts_levels(ctx, a, k, j)), j)
        lo, hi = ctx.trim(a, b)
        if 2 <= hi - lo <= 18 and not _ABLE.search(ctx.text(lo, hi)) and not ctx.covered(lo, hi, "MEASURE", "GOAL", "EXERCISE", "DOSE"):
            found = ctx.add("LIMITATION", lo, hi, "rule:limitation.field") is not None or found
        a = b + 1
    return found


def _clauses(ctx: Context, i: int, j: int) -> list[tuple[int, int]]:
    """Clauses: chunks, with a chunk that only lists on joined to the one before."""
    out: list[tuple[int, int]] = []
    for a, b in _limits_apart(ctx, ctx.chunks(i, j)):
        joined = (
            out
            and ctx.has(a - 1, "comma")
            and b - a <= 4
            and ctx.any(a, b, "activity")
            and not ctx.any(a, b, "assist", "limiter", "limited", "difficulty", "deficit")
        )
        if joined and ctx.any(out[-1][0], out[-1][1], "activity"):
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out


_WITH_AID = (
    "<activity>(?:(?:<body|side|position|word>{0,2}?)<q_distance|q_distdose>(?:<with|comma|in|the|word>){0,4}?|<with><the>?<sev>?)<aid>"
)


def _walked_with_aid(ctx: Context) -> None:
    """`ambulated 150 ft with rolling walker`: an aid alone makes a limit of a distance."""
    for i, j in ctx.grammar.find(_WITH_AID, ctx.row):
        if (
            ctx.kinds[i] in ("goals", "plan", "hep", "history", "treatment", "billing")
            or ctx.covered(i, j, "LIMITATION", "GOAL", "EXERCISE")
            or ctx.any(max(0, i - 2), i, "neg")
        ):
            continue
        ctx.add("LIMITATION", i, j, "rule:limitation.with_aid")


def _limits_apart(ctx: Context, chunks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Two limits joined by `and` are two clauses: `difficulty getting out of her car and is unable to walk`."""
    for a, b in chunks:
        for k in range(a + 2, b - 1):
            if (
                ctx.has(k, "and")
                and ctx.any(a, k, "limiter")
                and (
                    ctx.has(k + 1, "limiter")
                    or ctx.units[k + 1].word == "that"
                    or (ctx.has(k + 1, "be", "pron") and ctx.has(k + 2, "limiter"))
                )
            ):
                yield a, k
                a = k + 1
        yield a, b


def _limitation(ctx: Context, a: int, b: int, kind: str) -> None:
    act = ctx.first(a, b, "activity")
    text = ctx.text(a, b)
    if ctx.inside(a, b, "GOAL"):
        return
    assist = ctx.first(a, b, "assist")
    if assist > 0 and ctx.units[assist].word in ("setup", "set up") and ctx.units[assist - 1].word in _FURNISHED:
        return
    if assist >= 0 and act >= 0 and kind != "plan":
        lo, hi = min(act, assist), max(act, assist) + 1
        while (
            lo > a
            and ctx.has(lo - 1, "body", "position", "activity", "word", "service", "sev", "limiter", "be")
            and not ctx.has(lo - 1, "q_code", "and")
            and not ctx.covered(lo - 1, lo, "DOSE", "EXERCISE")
        ):
            lo -= 1
        hi = b
        cut = ctx.first(assist + 1, b, "because")
        if cut > hi - 1 or cut > 0:
            hi = cut if cut > 0 else hi
        if ctx.covered(lo, hi, "EXERCISE") and kind in ("treatment", "") and ctx.covered(lo, hi, "DOSE"):
            return
        lo, hi = ctx.trim(lo, hi)
        ctx.add("LIMITATION", lo, hi, "rule:limitation.assist")
        return
    if assist >= 0 and act < 0 and kind in ("objective", "") and ctx.first(a, b, "exercise") < 0:
        # "Stairs: CGA" where the activity is the heading of its own line
        coded = ctx.has(a - 1, "dash") and ctx.has(a - 2, "q_number") and ctx.has(a - 3, "colon")
        if (ctx.has(a - 1, "colon") or coded) and ctx.any(max(a - 7, 0), a, "activity", "function"):
            lo = a - 1
            while lo > 0 and not ctx.has(lo - 1, "br", "dot", "comma", "semi"):
                lo -= 1
            head = ctx.first(lo, a - 1, "colon")
            if 0 < head < a - 1 and not ctx.any(lo, head, "activity", "function"):
                lo = head + 1
            lo, hi = ctx.trim(lo, b)
            ctx.add("LIMITATION", lo, hi, "rule:limitation.assist_field")
        return
    if (
        act < 0
        and re.match(r"(?:unable|not able|dependent|cannot)\b", text)
        and ctx.has(a - 1, "colon")
        and ctx.has(a - 2, "activity", "function")
    ):
        ctx.add("LIMITATION", a - 2, b, "rule:limitation.field")
        return
    if act < 0:
        return
    lim = -1
    order = {"unable": 0, "difficulty": 1, "limited": 2}
    for k in range(a, b):
        entry = ctx.units[k].entry("limiter")
        if entry is not None and (lim < 0 or order[entry.concept] < order[ctx.units[lim].entry("limiter").concept]):  # type: ignore[union-attr]
            lim = k
    dec = ctx.first(a, b, "decreased")
    pain = next((k for k in range(a, b) if ctx.has(k, "deficit")), -1)
    if kind == "plan" or (kind == "treatment" and lim < 0):
        return
    if lim >= 0:
        entry = ctx.units[lim].entry("limiter")
        concept = entry.concept if entry else ""
        word = ctx.units[lim].word
        if (
            concept == "limited"
            and word
            in (
                "required",
                "need",
                "needed",
                "only",
                "slow",
                "slowly",
                "still",
                "using",
                "uses",
                "use",
                "must",
                "ha to",
                "had to",
                "requires",
                "require",
                "modified",
                "dependent",
                "needs",
            )
            and act < lim
            and not re.search(r"limit|assist|help|rail|one at", text)
        ):
            if word != "still" or "still" not in text:
                return
        if (
            word
            in (
                "still",
                "only",
                "using",
                "use",
                "must",
                "modified",
                "slow",
                "slowly",
                "needing",
                "need",
                "require",
                "required",
                "requiring",
            )
            and concept == "limited"
            and not _limited_context(ctx, lim, act, b, text)
        ):
            return
        if _NOT_LIMIT.search(text) and concept != "unable":
            return
        if ctx.has(lim - 1, "neg"):
            return
        lo = min(lim, act) if concept != "difficulty" or lim > act else lim
        if act < lim:
            lo = act
            while (
                lo > a
                and (
                    ctx.has(lo - 1, "body", "decreased", "position", "activity", "word", "the", "in", "of", "function")
                    and not ctx.has(lo - 1, "pron", "be", "because")
                )
                and lim - lo < 9
            ):
                lo -= 1
        hi = b
        cut = ctx.first(max(lim, act) + 1, b, "but", "because")
        if cut > 0:
            hi = cut
        hi = next((k for k in range(max(lim, act) + 1, hi) if ctx.has(k, "and") and ctx.has(k + 1, "pron")), hi)
        lo, hi = ctx.trim(lo, hi)
        ctx.add("LIMITATION", lo, hi, "rule:limitation.limiter")
        return
    if dec >= 0 and dec < act and act - dec <= 4 and kind not in ("treatment",):
        if not ctx.any(dec, act, "deficit") and ctx.units[act].word not in ("function",) and not ctx.has(act + 1, "function", "deficit"):
            hi = min(b, act + 1)
            while (
                hi < b
                and ctx.has(hi, "activity", "and", "slash", "with", "to", "in", "the", "word", "function")
                and not ctx.has(hi, "because")
            ):
                hi += 1
            lo, hi = ctx.trim(dec, hi)
            ctx.add("LIMITATION", lo, hi, "rule:limitation.decreased")
            return
    if (
        0 <= act < pain
        and pain - act <= 6
        and kind in ("subjective", "")
        and re.match(r"(?:hurt|ache|aching|sore|painful|burn|stiff)", ctx.units[pain].word)
        and not ctx.any(act, pain, "neg", "without", "comma")
        and not ctx.covered(a, b, "EXERCISE", "DOSE")
    ):
        lo, hi = ctx.trim(a, pain + 1)
        ctx.add("LIMITATION", lo, hi, "rule:limitation.hurts")
        return
    if (
        pain >= 0
        and pain < act
        and kind in ("subjective", "assessment", "", "objective")
        and re.search(r"\b(?:with|w/|on|during|when|after|while|going|in|climbing|for)\b", ctx.text(pain, act))
    ):
        if ctx.has(a, "neg") or ctx.any(max(a - 1, 0), pain, "neg", "without") or _BEGAN.search(text):
            return
        lo = pain
        while lo > a and ctx.has(lo - 1, "body", "side", "sev", "decreased", "motion", "measure", "q_score"):
            lo -= 1
        hi = act + 1
        while hi < b and ctx.has(hi, "q_score", "time_ref", "activity", "and", "colon", "q_number", "in", "the", "q_minutes", "gt", "lp"):
            hi += 1
        lo, hi = ctx.trim(lo, hi)
        ctx.add("LIMITATION", lo, hi, "rule:limitation.painful")


# what cannot be done is a limit, whether or not a list knows the activity
_CANNOT = re.compile(
    r"\b(?:difficulty|trouble|problems?|a hard time|diff) (?:with |w/ |in )?(?!sleep\b)\w+ing\b|\bhad to (?:sit|stop|rest|hold on|use|ask|lean|lie)\b|\bhas been (?:skipping|avoiding|unable)\b|\bstill (?:trips|falls|stumbles|wakes)\b|\blimited to \w+ing\b|\bmakes? it (?:very |more )?(?:hard|difficult|impossible|tough) (?:for (?:him|her|pt) )?to\b|\blimit(?:s|ed|ing)? (?:him|her|pt|patient|them) (?:to|from)\b|\b[a-z]{2,14}ing [^,;]{0,40}takes? (?:him|her|them|me|pt) (?:\d|several|a few|many|forever|half)|\bsits? out (?:of )?(?!in the\b)\w|\bleaves (?:home |the house |the apartment |the facility )?only (?:for|to|with)\b|\btires (?:after|within|by|at) |\b(?:can'?t|cannot|can not|couldn'?t|could not|unable to|not able to|won'?t|struggles? to|still can'?t|will no longer|does no longer|isn'?t (?:yet )?ready (?:for|to)|(?:is|am) not (?:yet )?ready (?:for|to)) (?!be\b|recall|remember|rule|tolerate (?:med|nsaid)|assess|determine|test|say|tell|afford|come|wait|make (?:it|the)|attend|get an)[a-z]"
)
_TASK = re.compile(
    r"^(?:he |she |pt |patient |they )?(?:still |now |only )?(?:\w+ing \w[^,;]{0,40}? (?:takes? \d+|(?:still )?makes? (?:him|her|it)|(?:still )?(?:hurts?|aggravates|bothers))|(?:holds?|grabs?|leans?) (?:on )?(?:the |a )?(?:cart|counter|wall|furniture|rail|banister|walls)|slides? (?:out|down|off)|(?:types?|writes?|eats?|drives?|dresses) (?:with|using) (?:the |his |her )?(?:r|l|right|left|one|other)\b|runs? [^,]{0,12}then |half days|no (?!pain|new|change|swelling|symptom|dizz|numb|sob|soreness|plan|hep|word|date|auth|order)[a-z][a-z /,]{2,40} yet$|climbs? (?:the )?stairs? (?:with|using) (?:a |one |both |the )?rails?|(?:stops?|rests?) (?:\d|once|twice|on|at|after|every|half)|(?:drops?|spills?) |holds? (?:on(?:to)? |the |to )|"
    r"(?:uses?|using|has|with)? ?(?:a |her |his |the )?(?:cane|walker|rollator|rw|fww|spc|crutch(?:es)?|wheelchair|w/c|knee scooter|sling|brace)(?: in the \w+| outside| outdoors| indoors| for \w+| only| at home)*$|"
    r"(?:can |able to )?(?:lifts?|carr(?:y|ies)) [^,]{0,25}?(?:at most|only|w/ (?:2|both|two) hands)|leaks? (?:with|w/|when|on) |freezes? (?:in|at|with|when) |(?:has |have )?not (?:yet )?(?:returned|able|back) to |(?:wife|husband|daughter|son|mom|family) (?:opens?|does|cuts?|carr(?:y|ies)|ties|helps?|lifts?|drives?) |"
    r"takes? \d+ ?(?:min|minutes?) to |(?:on )?(?:light|modified|restricted) duty|[a-z]+ takes? \d+ ?(?:min|minutes?)$|needs? (?:\w+'s |a |his |her )?(?:arm|hand|help|two people) |(?:sits?|stands?|drives?|sleeps?|walks?|types?|reads?|lifts?) (?:only |about |just |for |up to |max )*\d+ ?(?:min|minutes?|hours?|hrs?|blocks?|ft|feet|lbs?)|(?:needs?|uses?) (?:both |his |her |two )?(?:hands?|arms?) to |has to be (?:lifted|helped|carried))"
)


# how far, how long, how much or in what way a patient still does a thing: a capacity told is a limit told
_CAPACITY = re.compile(
    r"^(?:still |now |only |he |she |pt |patient )*(?:walks?|sits?|stands?|sleeps?|drives?|lifts?|carr(?:y|ies)|reach(?:es)?|types?|slides?|runs?|kneels?|climbs?|copies|writes?|types?|reads?|holds?|spills?|drops?|goes|gets?|"
    r"dress(?:es)?|bathes?|showers?|cooks?|runs?|jogs?|works?|plays?|rises?|naps?|stops?|catches|wakes?|crawls?|eats?|opens?|sleeping|walking|using|first steps|stairs?|steps?)\b.*"
    r"(?:\b\d+(?:\.\d+)? ?(?:min|minutes?|hours?|hrs?|blocks?|miles?|ft|feet|lbs?|pounds?|stairs?|steps?|flights?|attempts?|times|of \d)|\bsideways\b|\bbackwards?\b|\bone (?:foot |step |knee )?(?:at a time|only)|\bon (?:his|her) (?:seat|bottom|knees)|"
    r"\bhands? only\b|\bwith (?:both|two|2) (?:hands|rails)|\bin (?:a |the )?(?:boot|recliner|sling|chair)\b|\b(?:needs|then) (?:a |to )?(?:rest|sit|stop|lean|bench)|\bhurts?\b|\baches?\b|\bsore\b|\bslow(?:ly)?\b|\bonly\b|\bnot overhead\b|\bdownstairs since\b|\bgrabs?\b|\bthe (?:wall|rail|counter|furniture)\b|\bdead\b)"
)
_FREE = re.compile(
    r"\b(?:without (?:pain|difficulty|any)|no (?:pain|problem|trouble|difficulty|issues?)|hep\b|exercis|home program|pain free|pain-free|goal|wants? to|independent)\b"
)


def _unnamed_activity(ctx: Context, a: int, b: int, kind: str, text: str) -> None:
    if kind not in ("subjective", "assessment", "") or b - a > 16 or ctx.covered(a, b, "EXERCISE", "SERVICE", "GOAL", "DOSE"):
        return
    m = _CANNOT.search(text)
    told = kind == "subjective" and _CAPACITY.match(text) is not None and _FREE.search(text) is None
    at = m.start() if m else (0 if told or (kind != "assessment" and _TASK.match(text)) else -1)
    if at < 0:
        return
    lo = next((k for k in range(a, b) if ctx.units[k].start >= ctx.units[a].start + at), a)
    cut = ctx.first(lo + 1, b, "because", "but")
    joined = next((k for k in range(lo + 1, b) if ctx.has(k, "and") and ctx.has(k + 1, "pron", "be", "limiter")), -1)
    ends = [k for k in (cut, joined, b) if k > 0]
    lo, hi = ctx.trim(lo, min(ends))
    while lo < hi and (
        ctx.has(lo, "pron")
        or ctx.units[lo].word in ("report", "reports", "state", "states", "note", "notes", "says", "say", "describes", "reported", "stated")
    ):
        lo += 1
    ctx.add("LIMITATION", lo, hi, "rule:limitation.cannot" if m else "rule:limitation.task")


def _limited_context(ctx: Context, lim: int, act: int, b: int, text: str) -> bool:
    return bool(
        re.search(
            r"assist|help|cane|walker|rail|spc|rw|fww|limit|one at a time|hard|diffic|pain|cautious|reacher|wheelchair|crutch|rollator|ad\b|unable|problem|bad|grab|worst|slow|stop|minutes?|min\b|furniture|sling|w/|only|modified|non-?recip|step to",
            text,
        )
    )
