"""RATIONALE: why an exercise is done, in the note's own words."""

from __future__ import annotations

import re

from therex.pipeline.context import Context


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
        for n, (a, b) in enumerate(chunks):
            k = ctx.first(a, b, "rationale_cue")
            if k < 0 or ctx.inside(a, b, "GOAL") or (ctx.units[k].word == "so that" and ctx.has(k + 1, "be")):
                continue
            if (
                b - k < 2
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


def _list_item(ctx: Context, a: int, b: int) -> bool:
    return (
        b - a <= 5
        and ctx.any(a, b, "function", "activity", "motion")
        and not ctx.covered(a, b, "DOSE", "EXERCISE")
        and not ctx.any(a, b, "skill_cue", "response_cue", "pron", "q_minutes")
    )
