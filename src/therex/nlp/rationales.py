"""RATIONALE: why an exercise is done, in the note's own words."""

from __future__ import annotations

import re

from therex.nlp.context import Context
from therex.nlp.exercises import HOME

# statements of purpose: what is trained, and what for
_DECLARED = re.compile(
    r"\b(?:is|are|was|were) (?:exactly |just )?(?:what|why|how|where) (?:\w+ ){0,3}?(?:he|she|they|pt|patient|her|him|his|it|the|limits?|keeps?|lets?|gets?|fails?|stops?|quits?|carry|carries|allows?|makes?|spares?|holds?)\b"
    r"|\b(?:is|are) (?:still |now |really )?the (?:limiting factor|(?:missing |weak )?(?:part|piece|link|gap)|key|bottleneck|limiter)\b"
    r"|\b(?:is|are|was|were) (?:being )?(?:trained|built|developed|loaded|strengthened|worked|targeted|directed|aimed|geared|needed|kept) (?:to|for|at|toward|so|because)\b"
    r"|^(?:this|these|it|that|all of (?:this|it))(?: is| are|'s) (?:all )?(?:going |aimed |geared |meant )?(?:to|toward|towards|for|so|meant)\b"
    r"|^(?:working|work|loading|training|strengthening|stretching|targeting|spaced|eccentric|graded) (?:\w+ ){0,8}?(?:so (?:that )?(?:he|she|they|pt|the)|for (?:his|her|their|a|the|stairs?|standing|walking|reaching)|to (?:carry|get|let|reach|climb|walk|stand|lift|return|clear|hold))\b"
    r"|^to (?:get|keep|let|help) (?:\w+ ){0,3}?(?:back|moving|for|so)\b"
    r"|\b(?:comes? (?:first|before)\b.*\b(?:so|to|before)\b|(?:has|have) to (?:\w+ ){1,6}?(?:before|if)|must (?:\w+ ){1,6}?(?:under|when|before))\b"
    r"|^(?:\w+ ){1,10}?(?:is|are|it) (?:to )?lets? (?:him|her|them|pt)\b|\b(?:targeting|training|loading|building) (?:it|them|this) lets\b"
    r"|\b(?:strength|power|control|capacity|tolerance|endurance|range|rom|extension|flexion|rotation|er|ir|stability|mobility|grip|ext|flex) (?:→|->|=|=>) ?[a-z]"
    r"|^(?:he |she |pt |patient )?needs? (?:\w+ ){0,4}?(?:strength|power|control|endurance|range|rom|mobility|stability|flexion|extension|capacity|rotation|activation|lift)\b.{0,30}\b(?:to|for|so)\b"
    r"|\b(?:strength|power|control|endurance|range|flexion|extension|rotation|stability|mobility|work) (?:\w+ ){0,4}?(?:is|are) (?:for|to)\b"
)
_FIELD = re.compile(
    r"(?:^|[|;.]|  ) *\W{0,3}(?:why|purpose|rationale|reasoning|reason for (?:exercise|treatment)|clinical reasoning|intent)(?: of \w+)? *[:|] *$"
)
_NO_PURPOSE = re.compile(
    r"\b(?:skilled|services?|therapy|insurance|authoriz\w+|surgeon|visits?|appointment|next (?:visit|session|time)|goal|medical(?:ly)?|continue|benefit)\b|\d/10"
)


# sections that give no reason for an exercise of this visit
_NOT_HERE = frozenset(
    {"goals", "billing", "medications", "header", "precautions", "signature", "history", "diagnosis", "subjective", "hep"}
)


def draft_declared(ctx: Context) -> None:
    """RATIONALE as a statement of its own (`Quad control is what she lacks on stairs`), or the value of a field such as `Purpose:`."""
    first = min((d.first for d in ctx.drafts if d.label == "EXERCISE" or d.attribute == "97110"), default=-1)
    if first < 0:
        return
    for i, j in ctx.bounds:
        kind = ctx.kinds[i]
        if kind in _NOT_HERE or kind == "plan":
            continue
        a, b = ctx.trim(i, j)
        if a >= b or ctx.covered(a, b, "RATIONALE"):
            continue
        colon = ctx.first(a, b, "colon", "pipe")
        line = ctx.surface.norm.rfind("\n", 0, ctx.units[a].start) + 1
        if _FIELD.search(ctx.surface.norm[line : ctx.units[a].start]):
            pass
        elif a < colon < b - 1 and _FIELD.search(ctx.text(a, colon + 1)):
            a = colon + 1
        else:
            text = ctx.text(a, b)
            if b - a > 34 or (kind == "" and a < first) or not _DECLARED.search(text) or _NO_PURPOSE.search(text):
                continue
            if ctx.any(a, b, "deficit", "assist") or re.search(r"\blimit|\bstops? (?:him|her)\b|\bweak", text):
                # what limits a task is a deficit, and what it limits a limit
                continue
            if not ctx.any(a, b, "function", "body", "motion", "exercise", "exhead") or ctx.covered(
                a, b, "DOSE", "DURATION", "GOAL", "SERVICE"
            ):
                continue
        a, b = ctx.trim(a, b)
        if b - a >= 1:
            ctx.add("RATIONALE", a, b, "rule:rationale.declared")


def draft_rationales(ctx: Context) -> None:
    """RATIONALE: why an exercise is done, in the note's own words."""
    for i, j in ctx.bounds:
        kind = ctx.kinds[i]
        if kind in _NOT_HERE or kind == "education":
            continue
        chunks = ctx.chunks(i, j)
        if _capacity_for_task(ctx, i, j):
            continue
        for n, (a, b) in enumerate(chunks):
            k = ctx.first(a, b, "rationale_cue")
            if k < 0:
                k = _for_capacity(ctx, a, b)
            if k < 0 or ctx.inside(a, b, "GOAL") or (ctx.units[k].word == "so that" and ctx.has(k + 1, "be")):
                continue
            if (
                b - k < 2
                and ctx.has(k, "rationale_cue")
                and not ctx.has(k, "purpose")
                and ctx.units[k].word
                not in (
                    "for strength",
                    "for strengthening",
                    "for endurance",
                    "for rom",
                    "for flexibility",
                    "for balance",
                    "for range of motion",
                    "for mobility",
                    "for pain modulation",
                    "for activity tolerance",
                    "for stability",
                    "for quad strength",
                    "for quad control",
                )
            ):
                continue
            if re.match(r"(?:with emphasis|focus|emphasi)", ctx.units[k].word) and HOME.search(ctx.text(i, k)):
                continue
            before = ctx.any(a, k, "skill_cue", "assist")
            hi = b
            while n + 1 < len(chunks) and chunks[n + 1][0] == hi + 1 and ctx.has(hi, "comma") and _list_item(ctx, *chunks[n + 1]):
                n += 1
                hi = chunks[n][1]
            if kind == "plan" and not any(
                d.label == "EXERCISE" or d.attribute in ("97110", "97112", "97530")
                for d in ctx.drafts
                if i <= d.first < k and d.label in ("EXERCISE", "SERVICE")
            ):
                continue
            context = ctx.covered(i, k, "EXERCISE", "SERVICE") or kind in ("treatment", "assessment") or ctx.covered(k, j, "EXERCISE")
            if not context or before:
                continue
            if ctx.has(a, "limiter", "pron") and ctx.any(a, k, "limiter", "limited"):
                continue
            if (
                kind in ("assessment", "plan", "")
                and re.search(r"(?:skilled|benefit|need|would|continue[sd]?) [^.;]*$", ctx.text(i, k))
                and not ctx.covered(i, k, "EXERCISE", "SERVICE")
            ):
                continue
            cut = ctx.first(k + 1, hi, "skill_cue", "but")
            if cut > k + 1:
                hi = cut
            for d in ctx.of("EXERCISE"):
                if k + 1 < d.first < hi and ctx.has(d.first - 1, "and", "comma"):
                    hi = d.first - 1
            lo, hi = ctx.trim(k, hi)
            for d in list(ctx.of("DOSE", "DURATION")):
                if lo < d.first and d.last == hi:
                    hi = d.first
            lo, hi = ctx.trim(lo, hi)
            if re.fullmatch(
                r"(?:necessary )?to address (?:the |these |his |her |all )?(?:deficits|impairments|limitations|above)", ctx.text(lo, hi)
            ):
                continue
            if hi - lo >= 1 and not ctx.covered(lo, hi, "RATIONALE", "GOAL"):
                ctx.add("RATIONALE", lo, hi, "rule:rationale")


_MANNER = frozenset({"eccentric", "concentric", "isometric", "dynamic", "terminal", "better", "more", "good", "active", "functional"})


def _for_capacity(ctx: Context, a: int, b: int) -> int:
    """`for LE endurance`: where `for` stands before a capacity and its part, after what was done; -1 if nowhere."""
    for k in range(a + 1, b - 1):
        if (ctx.units[k].word == "for" or ctx.units[k].word == "for eccentric") and ctx.covered(
            a, k, "EXERCISE", "DOSE", "DURATION", "SERVICE"
        ):
            n = k + 1
            while (
                n < b
                and (ctx.has(n, "side", "body", "the", "position", "sev") or ctx.units[n].word in _MANNER)
                and not ctx.has(n, "function")
            ):
                n += 1
            if n < b and ctx.has(n, "function") and not ctx.has(n, "measure"):
                return k
            if re.match(
                r"for (?:\w+ ){1,4}(?:re-?training|training|mechanics|awareness|coordination|sequencing)\b", ctx.text(k, b)
            ) and not ctx.covered(k + 1, b, "SERVICE"):
                return k
    return -1


_CAPACITY_FOR = re.compile(
    r"^(?:[-•*] ?)?(?:a[:/] ?)?(?:needs? (?:\w+ )?|more |better |all of it |this (?:builds|loads) )?(?:[\w/+&'°-]+ ){0,6}?(?:strength\w*|endurance|control|power|symmetry|tolerance|mobility|range|rom|rotation|extension|flexion|reach|grip|stability|timing|work|load(?:ing)?|"
    r"stands?|hops|flicks|balance|activation|holds|it) (?:[<>] ?\d+ ?%? )?(?:are |is |kept |needed |directed )?(?:for|toward|to (?!be\b|date|tolerance|continue|improve|increase))(?: \w+)+"
)


def _capacity_for_task(ctx: Context, i: int, j: int) -> bool:
    """`Quad strength for stairs.`: a capacity and the task it is for, as a statement of its own."""
    text = ctx.text(i, j).rstrip(" .")
    m = _CAPACITY_FOR.match(text)
    if m is None or len(text.split()) > 16 or ctx.covered(i, j, "GOAL", "DOSE", "DURATION", "LIMITATION"):
        return False
    if not ctx.any(i, j, "function", "body", "motion", "exercise", "exhead") or re.search(
        r"\b(?:skilled|therapy|treatment|tx|session|plan|limited|decreased|within|wfl|wnl)\b|\d/5", text
    ):
        return False
    if not any(d.label == "EXERCISE" and d.attribute == "performed" for d in ctx.drafts):
        return False
    lo, hi = ctx.trim(i, j)
    if ctx.units[lo].word in ("a", "assessment") and ctx.has(lo + 1, "colon", "slash"):
        lo += 2
    return ctx.add("RATIONALE", lo, hi, "rule:rationale.capacity") is not None


def _list_item(ctx: Context, a: int, b: int) -> bool:
    return (
        b - a <= 5
        and ctx.any(a, b, "function", "activity", "motion")
        and not ctx.covered(a, b, "DOSE", "EXERCISE")
        and not ctx.any(a, b, "skill_cue", "response_cue", "pron", "q_minutes")
    )
