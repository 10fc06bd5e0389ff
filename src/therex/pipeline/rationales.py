"""RATIONALE: why an exercise is done, in the note's own words."""

from __future__ import annotations

import re

from therex.pipeline.context import Context
from therex.pipeline.exercises import HOME


def draft_rationales(ctx: Context) -> None:
    """RATIONALE: why an exercise is done, in the note's own words."""
    for i, j in ctx.bounds:
        kind = ctx.kinds[i]
        if (
            kind
            in (
                "goals",
                "billing",
                "medications",
                "header",
                "precautions",
                "signature",
                "history",
                "diagnosis",
                "subjective",
                "hep",
                "education",
                "objective",
            )
            and kind != "objective"
        ):
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
            if hi - lo >= 1 and not ctx.covered(lo, hi, "RATIONALE", "GOAL"):
                ctx.add("RATIONALE", lo, hi, "rule:rationale")


def _for_capacity(ctx: Context, a: int, b: int) -> int:
    """`for LE endurance`: where `for` stands before a capacity and its part, after what was done; -1 if nowhere."""
    for k in range(a + 1, b - 1):
        if ctx.units[k].word == "for" and ctx.covered(a, k, "EXERCISE", "DOSE", "DURATION"):
            n = k + 1
            while n < b and ctx.has(n, "side", "body", "the", "position", "sev") and not ctx.has(n, "function"):
                n += 1
            if n < b and ctx.has(n, "function") and not ctx.has(n, "measure"):
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
