"""RESPONSE: how the patient reacted during or right after the treatment of this visit."""

from __future__ import annotations

import re

from therex.catalog.seek import seek
from therex.nlp.context import Context

_TOLERANCE = seek(
    r"\btol(?:erat\w*)?\b|\b(?:good|fair|poor|excellent|great|improved) tolerance\b(?! (?:for|to) (?:standing|walking|sitting))|\brespon(?:d|se)|\badverse|\bparticipat\w+ (?:well|fully|actively|in all)|\bgood participation|\bill effect|\bgood effort|\bcomplication|\bdid (?:well|great)|handled|performed well|without incident"
)
_DURING = re.compile(
    r"\b(?:during|after(?! (?:surgery|injury|the (?:fall|injury|surgery)))|post(?![- ]?op)|following|by (?:the )?(?:end|set|rep|last)|set \d|\d(?:st|nd|rd|th) set|last set|at rep|rep \d|end of|throughout|afterward|leaving|second set|third set|this session|in session|today)\b"
)
_REACT = re.compile(
    r"pain|sore|fatigue|tired|sx|symptom|dizz|sob|lob|lag|form|control|stiff|tight|looser|better|relief|compens|leak|shak|breath|quality|comfort|rom\b|flex|spo2|hr\b|bp\b|rpe|sway|balance|steadi|smooth|burn|stretch|easier|worse|clean|hike|hik|return demo|teach|understand|guard|spasm|quad|contract|swelling|effusion|cramp|tremor|rest"
)
_ARROW_CHANGE = re.compile(r"\d *(?:/10)? *(?:->|→|=>|>|to) *\d")


_NO_REACTION = seek(
    r"for (?:symptom|pain|swelling|edema|inflammation) control|for (?:soreness|swelling|inflammation)\b|appointment|did not attend|no[- ]show|contacted|by phone|tolerat\w+ (?:at least |up to |about )?\d+ ?(?:sec\w*|min\w*) of (?:standing|sitting|walking)|palpat|special test|days? after|after (?:the )?injur|impingement|hawkins|neer|spurling|slump"
)
_AFTER = re.compile(
    r"\b(?:after|afterwards?|post|p̄?[ -](?:tx|rx|ex)|at (?:the )?end|at end of session|end of session|following|by end|leaving|peak|post[- ]?(?:tx|treatment|session))\b|->|→"
)
_IN_SET = seek(
    r"\b(?:in|by|on|at|after|from) (?:the )?(?:(?:set|rep) \d+|(?:final|second|third|last) (?:set|try|attempt)|(?:last|second|third|first|2nd|3rd) (?:set|reps?|few|\d)|\d+(?:nd|rd|th) (?:set|rep))|(?<!visit )(?<!fx )(?<!session )(?<!day )(?<!week )(?<!visits )(?<!visits: )(?<!visit: )(?<!pg )(?<!page )(?<!#)\b\d+ of (?:the )?(?:last |first )?\d+\b(?! (?:visits|days|weeks|sessions|planned|authorized))|\blast (?:few|\d+|three|two|four)(?: reps?)?\b|\bset \d\b|\bafter \d+ (?:sec|s|seconds|reps?)\b"
)
_SEEN_IN_SET = re.compile(
    r"^(?:(?:pt|he|she|amplitude|target|form|speed|quality|control|r|l|\d+) )?(?:needs?|needed|froze|falls?|fell|lost|loses|veers?|sways?|lags?|knocked|unable|able to|kept|came|dropped|rose|reached|felt|reported|states?|said|improved|clean|better|worse|equal|symmetr\w+|stayed|only|got|achieved|managed|still|with(?:out)? (?:good|no|less|more))\b"
)


def draft_responses(ctx: Context) -> None:
    """RESPONSE: how the patient reacted during or right after today's treatment."""
    treated = any(
        (d.label == "SERVICE" and (ctx.kinds[d.first] not in ("plan", "goals", "history") or ctx.has(d.first, "q_code")))
        or (d.label == "EXERCISE" and d.attribute == "performed")
        for d in ctx.drafts
    )
    for i, j in ctx.bounds:
        kind = ctx.kinds[i]
        if kind in ("goals", "billing", "medications", "header", "precautions", "signature", "history", "diagnosis", "plan", "hep"):
            continue
        if ctx.heads_a_list(i, j):
            continue
        chunks = ctx.chunks(i, j)
        if kind in ("treatment", "", "objective") and treated:
            _reason_for_change(ctx, i, j)
        if treated:
            _denied_throughout(ctx, i, j)
        n = 0
        while n < len(chunks):
            a, b = chunks[n]
            if _response(ctx, a, b, kind, chunks, n, treated):
                lo, hi = a, b
                for d in ctx.drafts:
                    if (
                        d.label in ("EXERCISE", "DOSE", "DURATION", "SERVICE")
                        and d.first == lo
                        and d.last < hi
                        and ctx.has(d.last, "with", "dash", "colon", "word", "neg")
                    ):
                        lo = d.last if kind == "treatment" and ctx.has(d.last, "with", "dash", "colon", "neg") else lo
                while n + 1 < len(chunks) and _response_goes_on(ctx, hi, *chunks[n + 1]):
                    n += 1
                    hi = chunks[n][1]
                colon = ctx.first(lo, hi, "colon")
                if (
                    0 < colon - lo <= 4
                    and colon < hi - 1
                    and re.match(
                        r"(?:comments?|notes?|response|assessment|remarks?|patient response|pt response|status)\b", ctx.text(lo, colon)
                    )
                ):
                    lo = colon + 1
                if colon > lo and ctx.covered(lo, colon, "EXERCISE"):
                    lo = colon + 1
                lo, hi = ctx.trim(lo, hi)
                split = re.search(r"\b(?:with|and|w/) no ", ctx.text(lo, hi))
                if split and _TOLERANCE.search(ctx.text(lo, hi)[: split.start()]):
                    cut = next((k for k in range(lo + 1, hi) if ctx.units[k].start >= ctx.units[lo].start + split.start()), hi)
                    if cut + 1 < hi:
                        ctx.add("RESPONSE", cut + 1, hi, "rule:response")
                        hi = cut
                while lo < hi and ctx.has(lo, "pron", "be") and not ctx.has(lo, "response_cue"):
                    lo += 1
                if re.search(r"\[ ?\] *$", ctx.surface.norm[max(0, ctx.units[lo].start - 5) : ctx.units[lo].start]):
                    # a box left empty
                    n += 1
                    continue
                if hi - lo == 1 and ctx.units[lo].word in ("good", "fair", "none", "poor", "excellent", "well", "no"):
                    lo = _with_label(ctx, lo)
                if hi > lo and not ctx.covered(lo, hi, "RESPONSE") and not ctx.inside(lo, hi, "GOAL", "RATIONALE"):
                    skill = ctx.inside(lo, hi, "SKILL")
                    if skill is None or skill.first < lo or skill.last > hi:
                        ctx.add("RESPONSE", lo, hi, "rule:response")
            n += 1


_THROUGHOUT = seek(
    r"\b(?:denie[sd]|denying|no|without) (?:any )?(?:\w+ ){0,2}(?:pain|symptoms?|discomfort|dizziness|sob|soreness) (?:before,? )?(?:(?:and |or )?during|after)(?:,? ?(?:and|or|/)? ?(?:during|after))?(?: (?:the |today's )?(?:tx|treatment|session|therapy|exercises?|visit))"
)


def _denied_throughout(ctx: Context, i: int, j: int) -> None:
    """`denies pain before, during and after tx`: a reaction denied over the whole session."""
    m = _THROUGHOUT.search(ctx.text(i, j))
    if m is None:
        return
    at = ctx.units[i].start
    a = next((k for k in range(i, j) if ctx.units[k].start >= at + m.start()), j)
    b = next((k for k in range(a, j) if ctx.units[k].start >= at + m.end()), j)
    if b > a and not ctx.covered(a, b, "RESPONSE", "GOAL"):
        ctx.add("RESPONSE", a, b, "rule:response.throughout")


def _with_label(ctx: Context, k: int) -> int:
    """`Tolerance: good`: one word says nothing without its label."""
    if not ctx.has(k - 1, "colon"):
        return k
    a = k - 1
    while a > 0 and k - a < 5 and not ctx.has(a - 1, "br", "dot", "semi", "bullet", "pipe", "comma"):
        a -= 1
    return a if re.search(r"toler|adverse|respon|reaction", ctx.text(a, k)) else k


def _denied_in_set(ctx: Context, a: int, b: int, kind: str, treated: bool) -> bool:
    """`no pain at end range`, `no worse`: a reaction denied in or after a given exercise."""
    if kind not in ("treatment", "") or not treated or b - a > 9 or not ctx.has(a, "neg"):
        return False
    if not (
        ctx.any(a + 1, b, "deficit") or _IN_SET.search(ctx.text(a, b)) or re.search(r"\b(?:worse|incr\w*|more|change)\b", ctx.text(a, b))
    ):
        return False
    first = ctx.sentence(a)[0]
    return ctx.covered(first, a, "EXERCISE", "DOSE", "RESPONSE") and not ctx.covered(a, b, "EXERCISE", "SERVICE", "GOAL")


_REACTED = seek(
    r"^(?:\d+ (?:lob|losses of balance|near falls?|stumbles?|errors?|missteps?)\b|lob x ?\d|(?:better|worse|cleaner|smoother|easier) (?:w/|with|when|after|once)\b|needed (?:extra|more|additional) (?:time|rest)|back to \S+|got it \d|(?:did|made|managed|held) it \d|(?:no|w/o|without) (?:\w+ )?flare|settled|gone\b|eased|recovered|resolved|tired|fatigued|felt (?:ok|fine|good|better|looser|loose|easier)|shook|fussed|comfortable|no complaints?$|no (?:new |further )?complaints?$|sore\b|winded|quads? sore|sat down)|"
    r"\b(?:came back|returned|settled|lingered|centrali[sz]\w+|peripherali[sz]\w+|(?:strong|good|mild|slight) (?:burn|stretch)|^(?:pt |patient |he |she |client )?(?:reports?|reported|c/o|states?|noted) (?:only |of )?(?:mild |some |slight |moderate )?(?:muscle )?(?:fatigue|soreness|burn(?:ing)?|stretch)\b|light-?headed\w*|felt (?:a |the )?(?:burn|stretch|pull)|went (?:numb|from \w+ to|to \d)|gave out|buckled|tingled|shaking|shook\b|trembl\w+|whitened|pinched|cramped|cramping|wobbl\w+|stayed (?:at|quiet|flat|down)|gone (?:in|after|when|by|with)|in \d+ (?:sec|s|min|minutes)$)\b"
)


def _reacted(ctx: Context, a: int, b: int, kind: str, treated: bool, text: str) -> bool:
    """What the patient's body did in or right after a given exercise, in the words of such things."""
    if kind not in ("treatment", "", "objective") or not treated or b - a > 14 or not _REACTED.search(text):
        return False
    if re.search(r"\b(?:goal|next|will|plan|if|until|when|last (?:visit|week|time)|yesterday|at home|since)\b", text) or ctx.any(
        a, b, "skill_cue", "assist"
    ):
        return False
    return not ctx.covered(a, b, "EXERCISE", "SERVICE", "GOAL", "LIMITATION", "DOSE") and any(
        d.label in ("EXERCISE", "SERVICE") and d.attribute in ("performed", "97110", "97112", "97116", "97530", "97140") and d.first < a
        for d in ctx.drafts
    )


_CUT_BACK = re.compile(
    r"\b(?:stopped|cut|dropped|lowered|regressed|reduced|slowed|backed off|decreased|paused|held)\b.{0,40}?\b(?:because(?: of)?|b/c(?: of)?|due to|when|for|as|since)\b"
)


def _reason_for_change(ctx: Context, i: int, j: int) -> None:
    """`dropped to 4" because of trunk lean`: the reaction that made the therapist change the set."""
    m = _CUT_BACK.search(ctx.text(i, j))
    if m is None:
        return
    at = ctx.units[i].start + m.end()
    a = next((k for k in range(i, j) if ctx.units[k].start >= at), j)
    if a >= j:
        return
    b = next((k for k in range(a, j) if ctx.has(k, "comma", "semi", "dot", "arrow", "rp")), j)
    if b - a > 9 or ctx.covered(a, b, "RESPONSE", "EXERCISE", "SERVICE", "GOAL"):
        return
    if ctx.any(a, b, "deficit", "response_cue", "q_score") or re.search(
        r"\b(?:rep|set) \d|came back|form|shak|leak|bulg|buckl|wobbl", ctx.text(a, b)
    ):
        ctx.add("RESPONSE", a, b, "rule:response.reason")


def _response_goes_on(ctx: Context, hi: int, a: int, b: int) -> bool:
    if a != hi + 1 or not ctx.has(hi, "comma", "arrow"):
        return False
    if ctx.has(hi, "arrow"):
        return True
    if (
        re.match(r"(?:min|mod|max|cga|sba|self)\b[^,]{0,14}\b(?:recover|correct)|(?:tired|fatigued) (?:by|at|after)\b", ctx.text(a, b))
        and b - a <= 6
    ):
        return True
    if re.match(r"no (?:increas\w+|change|worsening|new|adverse)\b", ctx.text(a, b)) and _TOLERANCE.search(ctx.text(max(0, hi - 5), hi)):
        # `tolerated well, no increase in effusion` are two reactions
        ctx.add("RESPONSE", *ctx.trim(a, b), "rule:response")
        return False
    if ctx.has(a, "q_score") and ctx.any(max(0, hi - 6), hi, "q_score") and b - a <= 8 and not ctx.any(a, b, "skill_cue"):
        return True
    if (
        re.match(r"(?:back (?:to|up|down)|(?:spo2|sat|hr|bp|rpe|pain) \d|recovered|cleared|settled|gone in|eased)", ctx.text(a, b))
        and b - a <= 9
        and not ctx.any(a, b, "skill_cue")
    ):
        return True
    return (
        ctx.covered(a, b, "MEASURE")
        and b - a <= 6
        and not ctx.any(a, b, "skill_cue")
        and ctx.has(hi - 1, "q") is False
        and ctx.any(hi - 4, hi, "time_ref", "response_cue")
    )


def _response(ctx: Context, a: int, b: int, kind: str, chunks: list[tuple[int, int]], n: int, treated: bool) -> bool:
    text = ctx.text(a, b)
    k = ctx.first(a, b, "response_cue")
    if k < 0 and kind not in ("response", "treatment", "", "objective"):
        return False
    if re.search(
        r"\bthis (?:week|month)\b|\blately\b|over the (?:week|month)|^(?:next (?:visit|session|time|tx)|will |plan |progress to )", text
    ):
        return False
    if (
        kind == ""
        and not ctx.covered(a, b, "MEASURE")
        and not _TOLERANCE.search(text)
        and not any(d.label in ("EXERCISE", "SERVICE", "DOSE", "DURATION") and d.first < b for d in ctx.drafts)
    ):
        # before anything is done there is nothing to react to
        return False
    if kind == "response":
        if ctx.any(a, b, "skill_cue") and not ctx.any(a, b, "response_cue"):
            return False
        if re.search(
            r"\b(?:continue|plan|pleasant|cooperative|benefit)\b|^(?:left|returned|back) (?:up )?(?:in|to) (?:the |his |her )?(?:bed|chair|room|recliner|wheelchair)|^(?:alarm|call (?:light|bell)|rn|nurse|nursing|all needs)\b",
            text,
        ):
            return False
        words = [u for u in ctx.units[a:b] if u.word[0].isalnum()]
        return len(words) >= 2 or k >= 0 or text.strip() in ("good", "fair", "well", "none", "poor", "excellent")
    if ctx.covered(a, b, "LIMITATION") and k < 0:
        return False
    if _NO_REACTION.search(text):
        return False
    if not treated and not _TOLERANCE.search(text) and not re.search(r"understand|return demo|teach|verbaliz", text):
        return False
    if re.search(
        r"(?:last (?:visit|session|tx|treatment|week)|since (?:last|eval|monday|tuesday)|this (?:week|month)|these days|lately|yesterday|at home|over the weekend|prior session|previous)",
        text,
    ) and kind in ("subjective", "assessment", ""):
        return False
    if kind == "subjective":
        return bool(re.search(r"(?:during|after|following) (?:today'?s? )?(?:session|treatment|tx|exercise)", text)) and "last" not in text
    measured = ctx.covered(a, b, "MEASURE") or bool(
        re.search(r"\d ?(?:/ ?10|°|deg|%|(?:s|sec|ft|lbs?|cm|mm|reps?)\b|#)|\bspo2 \d|\bhr \d|\bpain \d", text)
    )
    if (
        measured
        and kind in ("treatment", "", "objective")
        and _AFTER.search(text)
        and not ctx.any(a, b, "skill_cue")
        and not ctx.covered(a, b, "EXERCISE", "DOSE", "LIMITATION")
        and not re.search(r"weeks? after|after (?:surgery|injury|eval|walking|standing|sitting|\d|\w+ walk)|post[- ]?op", text)
    ):
        return True
    if (
        (
            kind in ("treatment", "")
            or (kind in ("objective", "assessment") and treated and re.search(r"\b(?:set|try|rep|attempts?)\b", text))
        )
        and _IN_SET.search(text)
        and not ctx.covered(a, b, "SERVICE", "DURATION")
        and not re.match(r"(?:next|plan|then|add)\b", text)
        and not (ctx.any(a, b, "skill_cue") and not re.search(r"without|no (?:my|cue)", text))
    ):
        if not ctx.covered(a, b, "EXERCISE") or not ctx.covered(a, b, "DOSE"):
            return True
    if _denied_in_set(ctx, a, b, kind, treated) or _reacted(ctx, a, b, kind, treated, text):
        return True
    if k < 0:
        # a fault seen in a set: a chunk that follows an exercise or dose in the same treatment line
        if (
            kind in ("treatment", "")
            and n > 0
            and ctx.any(a, b, "deficit")
            and not ctx.any(a, b, "skill_cue", "assist")
            and not ctx.covered(a, b, "EXERCISE", "SERVICE", "RATIONALE")
        ):
            prev = chunks[n - 1]
            return ctx.covered(prev[0], a, "DOSE", "EXERCISE") and ctx.has(a - 1, "comma", "semi", "arrow", "dash")
        if (
            kind in ("treatment", "")
            and n > 0
            and _SEEN_IN_SET.match(text)
            and not ctx.any(a, b, "skill_cue", "assist")
            and not ctx.covered(a, b, "EXERCISE", "SERVICE", "RATIONALE", "DOSE")
        ):
            return ctx.covered(chunks[n - 1][0], a, "DOSE", "EXERCISE") and ctx.has(a - 1, "comma", "semi", "arrow", "dash")
        if kind in ("objective", "") and not (treated and re.match(r"(?:hr|spo2|bp|rpe|pain|sx|symptoms?)\b", text)):
            return False
        if n + 1 < len(chunks) and chunks[n + 1][0] == b + 1 and ctx.has(b, "arrow"):
            text = ctx.text(a, chunks[n + 1][1])
        return bool(_ARROW_CHANGE.search(text)) and kind in ("treatment", "response", "objective", "") and ctx.covered(a, b, "MEASURE")
    concepts = {e.concept for u in ctx.units[a:b] for e in u.entries if e.category == "response_cue"}
    if "tolerance" in concepts and _TOLERANCE.search(text):
        if re.search(
            r"as tolerated|weight bearing as|activity tolerance|(?:walking|sitting|standing|exercise) tolerance|if tolerated|to tolerance|(?:decreased|limited|poor|improve\w*|increase\w*|low) (?:activity |exercise |functional )?tolerance|home|patient's tolerance",
            text,
        ) and not re.search(r"\btolerat(?:ed|ing)\b", text):
            return False
        return not re.search(r"\b(?:will|goal|plan)\b|\b(?:can|could|only|able to) (?:only )?tolerate\b", text)
    react = bool(_REACT.search(text))
    if "quality" in concepts:
        if (
            kind == "assessment"
            and not _DURING.search(text)
            and not re.search(
                r"no (?:increase|adverse|pain)|denie[sd]|carry ?over|demonstrat\w+ (?:good|proper|correct|safe|improved|better|understanding|ability|increased|appropriate)|return demo|able to (?:complete|perform)|form|verbaliz|teach",
                text,
            )
        ):
            return False
        if kind == "objective" and not ctx.covered(max(0, a - 12), a, "EXERCISE", "DOSE") and not _DURING.search(text):
            return False
        if "will" in text.split():
            return False
        return True
    if "fatigue" in concepts and re.search(r"fatigu|tired|tires|exhaust|rest|shak|trembl|sore|winded|breath|quiver|worn|burn", text):
        if kind == "assessment":
            return bool(_DURING.search(text))
        return kind in ("treatment", "") or bool(_DURING.search(text))
    if "change" in concepts and react and _DURING.search(text):
        if ctx.covered(a, min(a + 2, b), "SERVICE") or (ctx.any(a, b, "skill_cue") and not ctx.covered(a, b, "MEASURE")):
            return False
        return (
            kind in ("treatment", "", "objective", "assessment")
            and (ctx.covered(a, b, "MEASURE") or ctx.any(a, b, "deficit", "neg"))
            and (kind != "objective" or bool(re.search(r"post|after|following|end of", text)))
        )
    return False
