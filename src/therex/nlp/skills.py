"""SKILL: what the therapist did or decided that needs a therapist."""

from __future__ import annotations

import re

from therex.nlp.context import Context

_ADAPT_WHY = re.compile(
    r"\b(?:because|b/c|due|since|as (?:pt|he|she|form|pain)|when|after|secondary|2/2|d/t|for|so|until|per|given|to (?:avoid|prevent|reduce|keep|protect|maintain|allow|accommodate)|from|with good form|once|now that|without (?:pain|lag|compensation)|unable|poor|pain|fatigue|lag|compensat\w+|spo2|hr)\b"
)
_BARE_CUE = re.compile(
    r"^(?:verbal |tactile |visual )?(?:v/?c'?s?|t/?c'?s?|cue[sd]?|cueing|cuing)(?: (?:as needed|prn|provided|given|required|needed|used|throughout))*$"
)
_CLAIM = re.compile(
    r"^(?:skilled|continue[sd]?|requires? skilled|needs? skilled|(?:the )?(?:pt|patient|resident|client|child|he|she) (?:would|will|could|can|continues? to) (?:continue to )?benefit)\b"
)


def bare(text: str) -> bool:
    """Whether a clause only claims skill: `VC prn`, `skilled PT needed`."""
    return bool(_BARE_CUE.match(text) or _CLAIM.match(text))


_PRN = re.compile(r"\b(?:as needed|prn)\b")


def draft_skills(ctx: Context) -> None:
    """SKILL: what the therapist did or decided that needs a therapist."""
    for i, j in ctx.bounds:
        kind = ctx.kinds[i]
        if kind in ("goals", "billing", "medications", "header", "precautions", "signature", "history", "diagnosis", "subjective"):
            continue
        if ctx.heads_a_list(i, j):
            continue
        chunks = ctx.chunks(i, j)
        n = 0
        while n < len(chunks):
            a, b = chunks[n]
            head = _after_dose(ctx, a, b)
            why = _skill(ctx, head, b, kind, chunks, n) if head > a else ""
            if why not in ("by_therapist", "changed", "set_up", "monitored"):
                head, why = a, _skill(ctx, a, b, kind, chunks, n)
            if why:
                lo, hi = max(head, _skill_start(ctx, a, b)), b
                # a reason or purpose that follows the comma belongs to the decision
                while (
                    n + 1 < len(chunks)
                    and chunks[n + 1][0] == hi + 1
                    and ctx.has(hi, "comma")
                    and (
                        _continues(ctx, *chunks[n + 1])
                        or (why == "instruct" and not ctx.covered(a, b, "EXERCISE") and _listed(ctx, *chunks[n + 1]))
                        or (why in ("changed", "by_therapist") and _tells_why(ctx, *chunks[n + 1]))
                    )
                ):
                    n += 1
                    hi = chunks[n][1]
                lo, hi = ctx.trim(lo, hi)
                if hi > lo and not ctx.covered(lo, hi, "SKILL") and not ctx.inside(lo, hi, "GOAL", "RATIONALE"):
                    ctx.add("SKILL", lo, hi, f"rule:skill.{why}")
            n += 1


_BY_THERAPIST = re.compile(
    r"\b(?:by|from) (?:the )?(?:PT|OT|therapist|OTR|PTA|COTA)\b|\b(?:PT|OT|PTA|COTA|[Tt]herapist|I) (?:\w+ing\b|(?:provided|gave|applied|adjusted|modified|facilitated|corrected|held|put|kept|cut|had|took|pushed|lifts?|holds?|blocked|supported|assisted|guided|stabili[sz]ed|tapped|moved|strapped|lifted|stopped|helped|at (?:the )?(?:hips?|pelvis|foot|knee|shoulder|trunk|glute))\b)"
    r"|\b[Mm][Yy] (?:hand|forearm|finger|fingers|thumb|hands)\b|\b[Hh]ands? (?:on|under|behind|at) (?:the |his |her )?(?!thighs|hips\b.*cue)\w+|\b[Ff]ingers? (?:on|under|inside) |\b[Hh]ad (?:him|her) |\bhad to (?:put|bring|hold|hold|move|support|block|lower)\b|\b(?:unweighted|unweighting|held (?:down|flat|straight|flexed|supinated|neutral|at neutral))\b",
)
_MONITORED = re.compile(
    r"\brest(?:s|ed|ing)? (?:was )?(?:till|until|set (?:by|at)) [^,;]{0,20}(?:hr|spo2|sats?|bp|rpe|sx|symptoms|\d)|\bkept (?:under|below|above|at) (?:an? )?(?:hr|rpe|spo2|\d)|\b(?:held|guided|blocked) (?:proximally|distally|steady|firm\w*)\b.{0,25}\bwhile\b"
)
# how the therapist set the exercise up, or held a part, so that a fault does not happen
_SET_UP = re.compile(
    r"\b(?:pt|ot|pta|cota|therapist|hands?|fingers?) (?:under|behind|over|on|at|beside|against) (?:the |his |her )?\w+|\b(?:held|kept|blocked|guarded|supported|steadied) (?:from|so|to keep|to stop)\b|"
    r"\bmirror for \w+|\b(?:mirror|towel|wedge|strap|pillow|tape|block|bolster|rail|stool|belt)\b.{0,40}\b(?:to (?:keep|stop|prevent|avoid|hold)|so (?:that )?(?:he|she)|because)\b|\b(?:exhale|breathe? out) (?:on|as|with|before)\b"
)
_CHANGED = re.compile(
    r"^(?:\W*(?:so |then |and |load |angle |level |height |reps |hold |we |i |set \d |third set |both sets |stretch )*(?:was |were )?)(?:cut|dropped|moved|shortened|lowered|slowed|backed|eased|stopped|reduced|repositioned|regressed|quit|switched|kept|held|paced|spaced|raised|loaded|progressed|went from|choked up|deferred|withheld|not started|tried|limited(?! by| \w+ing)(?! to \d+ \w+ by)|no (?:stretching|running|external rotation|lifting|overhead|resistance)|ceiling|back to \d+|eased off|modified|changed|substituted|removed|jumped)\b"
)
_FAULT = re.compile(
    r"\b(?:was|were|he|she|pt|they|lag|pain|ache|lean\w*|hik\w*|valgus|doming|compens\w*|substitut\w*|shak\w*|fatigue|lightheaded|hr|bp|spo2|pinch\w*|grab|wing\w*|irritab\w*|swelling|joint|tendon|repair|weeks?|protocol|guard\w*|buckl\w*|spasm|tone|blanch\w*|drift\w*|trunk|pelvis|form|quality|precaution\w*|tingl\w*|symptoms?|sx|over|past|limit|parameter|because|since|took over|gave (?:out|way)|shook|failed|fell|rounded|rounding|arched|flared|popped|sagg\w+|tilted|tipped|dipped|caved|collapsed|cheat\w*|rock\w+|swung|swayed|shrugg\w*|hyperext\w*)\b"
)


def _listed(ctx: Context, a: int, b: int) -> bool:
    """A further thing taught, after a comma: a few words that tell nothing of their own."""
    return (
        b - a <= 7
        and not ctx.covered(a, b, "EXERCISE", "DOSE", "MEASURE", "SERVICE", "RESPONSE")
        and not ctx.has(a, "pron", "be", "neg", "response_cue", "skill_cue")
        and not ctx.any(a, b, "be", "pron", "response_cue", "q_minutes")
    )


def _continues(ctx: Context, a: int, b: int) -> bool:
    text = ctx.text(a, b)
    if (
        re.match(
            r"(?:he|she|pt|they|pelvis|trunk|hips?|knee|knees|r|l|form|tends|was|were|arches|rolls|drops|joint|repair|wrist|elbow)\b", text
        )
        and len(text.split()) <= 9
        and not ctx.covered(a, b, "DOSE", "EXERCISE", "SERVICE", "MEASURE")
        and not ctx.any(a, b, "response_cue", "skill_cue")
    ):
        return True
    if (
        ctx.has(a, "pron", "word")
        and re.search(r"\b(?:so|because|kept|keeps|tends?|since)\b", ctx.text(a, b))
        and not ctx.covered(a, b, "DOSE", "EXERCISE")
    ):
        return True
    return ctx.has(a, "because", "purpose_of_cue") or (
        ctx.units[a].word in ("to", "so", "a", "as", "for", "because", "due to", "since") and b - a > 2
    )


def _skill(ctx: Context, a: int, b: int, kind: str, chunks: list[tuple[int, int]], n: int) -> str:
    k = ctx.first(a, b, "skill_cue")
    exercise = ctx.covered(a, b, "EXERCISE")
    if exercise and k >= 0 and ctx.covered(k, k + 1, "EXERCISE"):
        # `elbow extension against my hand`: how the exercise is done
        return ""
    if kind in ("treatment", "", "objective", "assessment", "response"):
        raw = ctx.surface.text[ctx.units[a].start : ctx.units[b - 1].end]
        low = ctx.text(a, b)
        nxt = ctx.text(*chunks[n + 1]) if n + 1 < len(chunks) and chunks[n + 1][0] == b + 1 else ""
        if re.search(
            r"\b(?:has|have|had) shown\b|supporting (?:the )?(?:patient|pt|client|resident)'?s? |supporting (?:his|her|their) ", low
        ):
            return ""
        if _MONITORED.search(low) and not re.search(r"\b(?:goal|next|will|plan|home|hep)\b", low):
            return "monitored"
        if (
            kind in ("treatment", "", "objective")
            and _SET_UP.search(low)
            and ctx.covered(ctx.sentence(a)[0], a, "EXERCISE", "DOSE")
            and not ctx.covered(a, b, "EXERCISE", "LIMITATION", "GOAL")
            and not re.search(r"\b(?:goal|next|will|plan|home|hep)\b", low)
        ):
            return "set_up"
        if (
            _BY_THERAPIST.search(raw)
            and not (k < 0 and re.search(r"\b(?:provided|performed)\b", low) and ctx.covered(a, b, "SERVICE"))
            and not re.search(
                r"\b(?:next|will|plan|poc|established|supervis\w*|signed|evaluat\w*|benefit\w*|skilled|referred|seen by)\b", low
            )
        ):
            return "by_therapist"
        if (
            _CHANGED.search(low)
            and (
                _ADAPT_WHY.search(low)
                or _FAULT.search(nxt)
                or _FAULT.search(low[8:])
                or (low.startswith("back to") and n > 0 and _FAULT.search(ctx.text(*chunks[n - 1])))
            )
            and not re.search(r"\b(?:next|will|plan|goal|pain (?:dropped|decreased|reduced))\b|^(?:pain|spo2|hr|bp)\b", low)
            and kind != "assessment"
        ):
            return "changed"
    if k < 0:
        s = ctx.first(a, b, "assist")
        if s >= 0 and kind in ("treatment", "", "objective"):
            p = chunks[n - 1][0] if n > 0 else a
            done = ctx.covered(p, a, "EXERCISE", "DOSE") or ctx.any(p, a, "q_distdose")
            near = exercise or (done and not ctx.any(p, a, "br"))
            e = ctx.units[s].entry("assist")
            if (
                near
                and e
                and e.concept not in ("device", "modified independent", "total assist", "standby assist")
                and not ctx.covered(a, b, "LIMITATION")
            ):
                return "assist"
        if (
            ctx.covered(a, b, "EXERCISE")
            and re.search(r"\b(?:held|on hold|deferred|not started|stopped|regressed|out for now)\b", ctx.text(a, b))
            and kind in ("treatment", "", "assessment", "objective", "response")
        ):
            if _ADAPT_WHY.search(ctx.text(a, b)) or (n + 1 < len(chunks) and ctx.any(*chunks[n + 1], "deficit", "because", "condition")):
                return "held"
        return ""
    text = ctx.text(a, b)
    concepts = {e.concept for u in ctx.units[a:b] for e in u.entries if e.category == "skill_cue"}
    if re.search(
        r"\b(?:no|without|w/o|did not need|independent with|free of|minus|needed no|not need) (?:any )?(?:v/?c|verbal|cue|tactile|further|correction|instruction)",
        text,
    ) or ((ctx.any(a, k, "neg", "without") and not ctx.any(k + 1, b, "neg")) and concepts <= {"cue"}):
        return ""
    if re.search(r"(?:next (?:visit|session|tx|time|week)|^(?:will|plan|to) )", text) or (
        kind == "plan" and not re.search(r"instructed|taught|educated|given|shown|issued|provided", text)
    ):
        return ""
    rest = b - a
    nxt = ctx.text(*chunks[n + 1]) if n + 1 < len(chunks) else ""
    if "hands_on" in concepts:
        if ctx.units[k].word.startswith("inhibit") and not ctx.covered(ctx.sentence(a)[0], b, "EXERCISE"):
            return ""
        if (
            ctx.units[k].word in ("manually", "tactile", "guided", "blocked", "hand on", "inhibition")
            and rest < 3
            and not ctx.any(a, b, "body")
        ):
            return ""
        return "hands_on"
    if "cue" in concepts:
        if _PRN.search(text) and not ctx.any(k + 1, b, "purpose_of_cue", "for", "to", "body", "deficit", "posture"):
            return ""
        if _BARE_CUE.match(text.strip()) or (len(text.split()) <= 2 and not ctx.any(a, b, "body", "function", "deficit")):
            return ""
        if re.search(r"for (?:safety|form|technique|posture|sequencing|pacing)$", text) and kind != "subjective":
            return "cue"
        if re.search(r"(?:skilled|requires?d?|continued) (?:skilled )?(?:cueing|cues)(?: as needed| prn|$)", text):
            return ""
        return (
            "cue"
            if ctx.any(
                k,
                b,
                "purpose_of_cue",
                "for",
                "to",
                "body",
                "function",
                "deficit",
                "because",
                "motion",
                "activity",
                "percent",
                "posture",
                "word",
                "assist",
                "position",
            )
            or ctx.any(a, k, "activity", "exercise", "body", "word")
            or ctx.covered(a, k, "EXERCISE", "SERVICE")
            else ""
        )
    if "instruct" in concepts:
        obj = ctx.any(
            k + 1,
            b,
            "exercise",
            "service",
            "body",
            "function",
            "motion",
            "posture",
            "activity",
            "deficit",
            "aid",
            "word",
            "position",
            "condition",
        )
        if not obj or rest < 3 or (kind == "subjective"):
            return ""
        if re.search(
            r"^(?:hep (?:issued|reviewed)|reviewed hep|instructed in (?:hep|exercises?)|pt instructed in exercises?)$", text.strip()
        ):
            return ""
        return "instruct"
    if "adapt" in concepts:
        if kind not in ("treatment", "assessment", "", "objective", "response", "hep"):
            return ""
        word = ctx.units[k].word
        if word in (
            "added",
            "limited to",
            "back to",
            "checked",
            "assessed",
            "moved to",
            "decreased to",
            "reduced to",
            "reduced",
            "shortened",
            "increased to",
            "increased from",
            "decreased from",
            "progressed from",
            "progression to",
            "advanced",
            "loaded",
            "selected",
        ):
            return (
                "adapt"
                if (exercise or ctx.covered(a, b, "DOSE")) and (_ADAPT_WHY.search(text) or _ADAPT_WHY.match(nxt)) and kind != "assessment"
                else ""
            )
        if re.search(r"progress(?:ed|ing) (?:well|toward|as|nicely|slowly)", text):
            return ""
        if word in (
            "held due",
            "held because",
            "deferred due",
            "deferred because",
            "regressed",
            "stopped because",
            "stopped at",
            "stopped when",
            "stopped due",
            "dropped to",
            "cut to",
            "cut back",
            "backed off",
            "switched to",
            "held for",
            "held secondary",
            "deferred secondary",
            "on hold until",
            "not started",
            "held off",
            "hold off",
        ):
            return "adapt"
        return (
            "adapt"
            if _ADAPT_WHY.search(text)
            or ctx.any(a, b, "deficit", "because")
            or ctx.covered(a, b, "DOSE", "EXERCISE")
            or _ADAPT_WHY.match(nxt)
            else ""
        )
    if "monitor" in concepts:
        if ctx.has(a, "decreased", "limiter", "neg"):
            return ""
        if re.search(r"assess|evaluat|checked|screen", ctx.units[k].word) and kind not in ("treatment", "response"):
            return ""
        good = ctx.any(a, b, "measure", "q_score", "q_bp", "q_percent", "condition") or re.search(
            r"vital|skin|bp|hr|spo2|rpe|swelling|precaution|gap|load|watch|dizz", text
        )
        return "monitor" if good and kind in ("treatment", "", "objective", "response", "assessment") else ""
    if "guard" in concepts and exercise:
        return "guard"
    return ""


def _after_dose(ctx: Context, a: int, b: int) -> int:
    """Past the exercise and dose that open the chunk; `a` where there is no dose, or little is left after it."""
    if not ctx.covered(a, b, "DOSE", "DURATION"):
        return a
    head, dosed = a, False
    for d in ctx.begun(a, b, "EXERCISE", "DOSE", "DURATION"):
        if d.first > head + 2:
            break
        head, dosed = max(head, d.last), dosed or d.label != "EXERCISE"
    return head if dosed and b - head >= 3 else a


def _tells_why(ctx: Context, a: int, b: int) -> bool:
    """A finding right after a change of the set: `stopped at 6, quality fell`."""
    if b - a > 7 or ctx.covered(a, b, "EXERCISE", "SERVICE", "DOSE") or ctx.any(a, b, "skill_cue", "q_minutes"):
        return False
    return ctx.covered(a, b, "MEASURE") or ctx.any(a, b, "deficit") or _FAULT.search(ctx.text(a, b)) is not None


def _skill_start(ctx: Context, a: int, b: int) -> int:
    """Past an exercise and its dose at the head of the chunk, where a cue or assistance follows them."""
    k = ctx.first(a, b, "skill_cue", "assist")
    if k <= a:
        return a
    lo = a
    for d in ctx.begun(a, k, "EXERCISE", "DOSE", "SERVICE", "DURATION"):
        if d.last <= k:
            lo = max(lo, d.last)
    u = ctx.units[k].entry("skill_cue")
    if u and u.concept in ("adapt", "monitor", "instruct") and lo > a and not ctx.has(lo, "with", "dash"):
        first = next((d for d in ctx.drafts if d.label == "EXERCISE" and d.first == a), None)
        if first is not None and lo == first.last:
            return a
    return lo
