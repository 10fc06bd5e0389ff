"""Clause labels: GOAL, LIMITATION, SKILL, RESPONSE, RATIONALE. They take a whole statement, not a noun phrase."""

from __future__ import annotations

import re

from therex.pipeline.context import Context

_LEAD_IN = re.compile(
    r"^(?:[ ]*(?:[-*•▪(#]|\d{1,2}[.):]|\(?[a-e][.)]|(?:stg|ltg|goals?|short[- ]term goals?|long[- ]term goals?|(?:pt|patient|client|functional|personal)(?:'s)? goals?|target)"
    r"(?: ?#?\d+)?(?: ?\([^)]*\))?(?: ?(?:in|by|x|within)? ?\d+ ?(?:weeks?|wks?|visits?|months?))?(?: (?:is|are|was|of)(?: to(?= [a-z]+))?)? ?[:.\-]?|still aiming for|aiming for|working toward|goal of|to be (?:met|completed|achieved) in [^:]*:|in \d+ (?:weeks?|wks?|visits?|sessions?),?(?= (?:pt|patient))|in \d+ ?(?:weeks?|wks?) pt will)[ ]*)+"
)  # fmt: skip
_STATUS = re.compile(
    r"(?:[ ]*[-–—:(,.;=|]+[ ]*|[ ]{2,}|\. )(?:goal )?(?:not (?:yet )?met|met|partially met|partly met|progressing|ongoing|in progress|improving|achieved|emerging|continue|cont|on target|new|unmet|nearly met|almost met|revised|discontinued|not progressing)\b[^\n]*$"
)
_STATUS_ONLY = re.compile(r"^(?:goal )?(?:not (?:yet )?met|met|partially met|progressing|ongoing|in progress|improving|achieved|emerging|continue|currently|now|baseline|status|making|pt is|prognosis)\b")
_GOAL_SAID = re.compile(
    r"\b(?:(?:goal|ltg|stg|aim|target)(?: ?#?\d)?(?: \([^)]{0,25}\))?(?: (?:is|remains|was|for this \w+ is|at this time is)(?: still)?(?: to)?| of|:| -| to| for)|(?:pt|patient|client|resident|child|he|she)(?:'s)? (?:personal |functional |main |primary )?goal(?: is| remains)?(?: to| of)?:?|aiming for|aiming to|working toward(?:s)? (?:goal of|the goal of)?|"
    r"(?:wants|hopes|wishes|would like|desires) to (?!keep coming|continue|wait|avoid|try|hold)(?:be able to |get back to |return to )?) *"
)
_WILL = re.compile(r"\b(?:pt|patient|client|resident|child|the patient|she|he)\.? (?:will|is to) (?!continue|be seen|return (?:to clinic|next)|follow|benefit|come|call|bring|need|require|see|be re|be progress|be discharg|attend|receive|work on|start|begin|call)")
_NOT_GOAL = re.compile(r"goals? (?:met|reviewed|updated|remain|addressed|were|are|on track|of care|not (?:met|achieved))|toward(?:s)? (?:\w+ )?goals?|all goals|functional goals|established goals|goals? above|above-stated goals|per goals|long term goals$")


def draft_goals(ctx: Context) -> None:
    """GOAL: a stated aim of care, whole, without its lead-in and its status.

    Source: annotation.md, settled points on GOAL.
    """
    norm = ctx.surface.norm
    for i, j in ctx.bounds:
        kind = ctx.kinds[i]
        start, end = ctx.units[i].start, ctx.units[j - 1].end
        body = norm[start:end]
        if kind == "goals":
            section = next((s for s in ctx.sections if s.start <= start < s.end), None)
            if section and section.body > start:
                start = min(section.body, end)
                body = norm[start:end]
            lead = _LEAD_IN.match(body)
            a = start + (lead.end() if lead else 0)
            _add_goal(ctx, a, end)
            continue
        if kind in ("history", "billing", "diagnosis", "precautions", "medications") or _NOT_GOAL.search(body):
            if not re.search(r"\b(?:stg|ltg|goal) ?#?\d?:|goal is", body) or re.search(r"goals? (?:met|reviewed)", body):
                continue
        m = _GOAL_SAID.search(body)
        if m:
            for part in re.finditer(r"[^;]+(?:;|$)", body[m.end():] if False else body):
                if part.end() <= m.end():
                    continue
                a = max(part.start(), m.end()) if part.start() <= m.end() else -1
                if a >= 0:
                    _add_goal(ctx, start + a, start + part.end() - (1 if body[part.end() - 1 : part.end()] == ";" else 0))
            continue
        m = _WILL.search(body)
        if m and kind not in ("hep", "subjective", "education"):
            _add_goal(ctx, start + m.start(), end)
            continue
        m = re.search(r"\b(?:return(?:ing)? to (?:plof|prior level(?: of function)?|previous level)|to (?:reduce risk of re-?injury and )?maximi[sz]e return to [a-z ]+)", body)
        if m and kind in ("assessment", "plan", "", "treatment") and re.search(r"skilled|benefit|goal|in order|need", body[: m.start()]):
            a = m.start() + (3 if body[m.start() : m.start() + 3] == "to " else 0)
            _add_goal(ctx, start + a, start + m.end())


def _add_goal(ctx: Context, start: int, end: int) -> None:
    norm = ctx.surface.norm
    body = norm[start:end]
    status = _STATUS.search(body)
    if status and status.start() > 8:
        body = body[: status.start()]
    stop = re.search(r"(?<=[a-z0-9%°)])\. (?=improv|progress|baseline|curr|met\b|now |not met|status)|,? (?:which|he was|she was|currently|is not met|not met|was at|baseline)\b|, (?:he|she|pt) (?:is|was|can)\b|\. (?=[a-z])", body)
    if stop and stop.start() > 12:
        body = body[: stop.start()]
    body = body.rstrip(" .,;:-(")
    if len(body.split()) < 2 and not re.search(r"\d", body) or _STATUS_ONLY.match(body.strip()):
        return
    a, b = _unit_range(ctx, start + len(body) - len(body.lstrip()), start + len(body))
    if b > a and not ctx.covered(a, b, "GOAL"):
        ctx.add("GOAL", a, b, "rule:goal")


def _unit_range(ctx: Context, start: int, end: int) -> tuple[int, int]:
    from bisect import bisect_left

    i = bisect_left(ctx.starts, start)
    j = bisect_left(ctx.starts, end)
    return i, j


_LIMIT_END = frozenset({"semi", "dot", "br", "pipe"})
_ABLE_ONLY = re.compile(r"\b(?:able to|can|still|only|one at a time|modified)\b")
_NOT_LIMIT = re.compile(r"\b(?:independent(?:ly)?|without (?:difficulty|assist|pain|any)|no (?:difficulty|trouble|problem)|no longer (?:needs|requires|difficult))\b")


def draft_limitations(ctx: Context) -> None:
    """LIMITATION: an activity that the patient cannot do, or does with help, pain or difficulty."""
    for i, j in ctx.bounds:
        kind = ctx.kinds[i]
        if kind in ("goals", "billing", "medications", "hep", "header", "precautions", "signature", "history", "diagnosis", "education"):
            continue
        for a, b in _clauses(ctx, i, j):
            _limitation(ctx, a, b, kind)


def _clauses(ctx: Context, i: int, j: int) -> list[tuple[int, int]]:
    """Clauses: chunks, with a chunk that only lists on joined to the one before."""
    out: list[tuple[int, int]] = []
    for a, b in ctx.chunks(i, j):
        joined = out and ctx.has(a - 1, "comma") and b - a <= 4 and ctx.any(a, b, "activity") and not ctx.any(a, b, "assist", "limiter", "limited", "difficulty", "deficit")
        if joined and ctx.any(out[-1][0], out[-1][1], "activity"):
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out


def _limitation(ctx: Context, a: int, b: int, kind: str) -> None:
    act = ctx.first(a, b, "activity")
    text = ctx.text(a, b)
    if ctx.inside(a, b, "GOAL"):
        return
    assist = ctx.first(a, b, "assist")
    if assist >= 0 and act >= 0 and kind != "plan":
        lo, hi = min(act, assist), max(act, assist) + 1
        while lo > a and ctx.has(lo - 1, "body", "position", "activity", "word", "service", "sev", "limiter", "be") and not ctx.has(lo - 1, "q_code", "and") and not ctx.covered(lo - 1, lo, "DOSE", "EXERCISE"):
            lo -= 1
        hi = b
        cut = ctx.first(assist + 1, b, "because")
        if cut > hi - 1 or cut > 0:
            hi = cut if cut > 0 else hi
        if ctx.covered(lo, hi, "EXERCISE") and kind == "treatment" and ctx.covered(lo, hi, "DOSE"):
            return
        lo, hi = ctx.trim(lo, hi)
        ctx.add("LIMITATION", lo, hi, "rule:limitation.assist")
        return
    if assist >= 0 and act < 0 and kind in ("objective", "") and ctx.first(a, b, "exercise") < 0:
        # "Stairs: CGA" where the activity is the heading of its own line
        if ctx.has(a - 1, "colon") and ctx.any(max(a - 5, 0), a, "activity", "function"):
            lo = a - 1
            while lo > 0 and not ctx.has(lo - 1, "br", "dot", "comma", "semi"):
                lo -= 1
            lo, hi = ctx.trim(lo, b)
            ctx.add("LIMITATION", lo, hi, "rule:limitation.assist_field")
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
        if concept == "limited" and word in ("required", "need", "needed", "only", "slow", "slowly", "still", "using", "uses", "use", "must", "ha to", "had to", "requires", "require", "modified", "dependent", "needs") and act < lim and not re.search(r"limit|assist|help|rail|one at", text):
            if word != "still" or "still" not in text:
                return
        if word in ("still", "only", "using", "use", "must", "modified", "slow", "slowly", "needing", "need", "require", "required", "requiring") and concept == "limited" and not _limited_context(ctx, lim, act, b, text):
            return
        if _NOT_LIMIT.search(text) and concept != "unable":
            return
        if ctx.has(lim - 1, "neg"):
            return
        lo = min(lim, act) if concept != "difficulty" or lim > act else lim
        if act < lim:
            lo = act
            while lo > a and (ctx.has(lo - 1, "body", "decreased", "position", "activity", "word", "the", "in", "of", "function") and not ctx.has(lo - 1, "pron", "be", "because")) and lim - lo < 9:
                lo -= 1
        hi = b
        cut = ctx.first(max(lim, act) + 1, b, "but", "because")
        if cut > 0:
            hi = cut
        lo, hi = ctx.trim(lo, hi)
        ctx.add("LIMITATION", lo, hi, "rule:limitation.limiter")
        return
    if dec >= 0 and dec < act and act - dec <= 4 and kind not in ("treatment",):
        if not ctx.any(dec, act, "deficit") and ctx.units[act].word not in ("function",):
            hi = min(b, act + 1)
            while hi < b and ctx.has(hi, "activity", "and", "slash", "with", "to", "in", "the", "word", "function") and not ctx.has(hi, "because"):
                hi += 1
            lo, hi = ctx.trim(dec, hi)
            ctx.add("LIMITATION", lo, hi, "rule:limitation.decreased")
            return
    if pain >= 0 and pain < act and kind in ("subjective", "assessment", "", "objective") and re.search(r"\b(?:with|w/|on|during|when|after|while|going|in|climbing|for)\b", ctx.text(pain, act)):
        if ctx.has(a, "neg") or ctx.any(max(a - 1, 0), pain, "neg", "without"):
            return
        lo = pain
        while lo > a and ctx.has(lo - 1, "body", "side", "sev", "decreased", "motion", "measure", "q_score"):
            lo -= 1
        hi = act + 1
        while hi < b and ctx.has(hi, "q_score", "time_ref", "activity", "and", "colon", "q_number", "in", "the", "q_minutes", "gt", "lp"):
            hi += 1
        lo, hi = ctx.trim(lo, hi)
        ctx.add("LIMITATION", lo, hi, "rule:limitation.painful")


def _limited_context(ctx: Context, lim: int, act: int, b: int, text: str) -> bool:
    return bool(re.search(r"assist|help|cane|walker|rail|spc|rw|fww|limit|one at a time|hard|diffic|pain|cautious|reacher|wheelchair|crutch|rollator|ad\b|unable|problem|bad|grab|worst|slow|stop|minutes?|min\b|furniture|sling|w/|only|modified|non-?recip|step to", text))


_ADAPT_WHY = re.compile(r"\b(?:because|b/c|due|since|as (?:pt|he|she|form|pain)|when|after|secondary|2/2|d/t|for|so|until|per|given|to (?:avoid|prevent|reduce|keep|protect|maintain|allow|accommodate)|from|with good form|once|now that|without (?:pain|lag|compensation)|unable|poor|pain|fatigue|lag|compensat\w+|spo2|hr)\b")
_BARE_CUE = re.compile(r"^(?:verbal |tactile |visual )?(?:v/?c'?s?|t/?c'?s?|cue[sd]?|cueing|cuing)(?: (?:as needed|prn|provided|given|required|needed|used|throughout))*$")
_PRN = re.compile(r"\b(?:as needed|prn)\b")


def draft_skills(ctx: Context) -> None:
    """SKILL: what the therapist did or decided that needs a therapist."""
    for i, j in ctx.bounds:
        kind = ctx.kinds[i]
        if kind in ("goals", "billing", "medications", "header", "precautions", "signature", "history", "diagnosis", "subjective"):
            continue
        chunks = ctx.chunks(i, j)
        n = 0
        while n < len(chunks):
            a, b = chunks[n]
            why = _skill(ctx, a, b, kind, chunks, n)
            if why:
                lo, hi = _skill_start(ctx, a, b), b
                # a reason or purpose that follows the comma belongs to the decision
                while n + 1 < len(chunks) and chunks[n + 1][0] == hi + 1 and ctx.has(hi, "comma") and _continues(ctx, *chunks[n + 1]):
                    n += 1
                    hi = chunks[n][1]
                lo, hi = ctx.trim(lo, hi)
                if hi > lo and not ctx.covered(lo, hi, "SKILL") and not ctx.inside(lo, hi, "GOAL"):
                    ctx.add("SKILL", lo, hi, f"rule:skill.{why}")
            n += 1


_BY_THERAPIST = re.compile(
    r"\b(?:by|from) (?:the )?(?:PT|OT|therapist|OTR|PTA|COTA)\b|\b(?:PT|OT|PTA|COTA|[Tt]herapist|I) (?:\w+ing\b|(?:held|put|kept|cut|had|took|pushed|lifts?|holds?|blocked|supported|assisted|guided|stabili[sz]ed|tapped|moved|strapped|lifted|stopped|helped|added|at (?:the )?(?:hips?|pelvis|foot|knee|shoulder|trunk|glute))\b)"
    r"|\b[Mm][Yy] (?:hand|forearm|finger|fingers|thumb|hands)\b|\b[Hh]ands? (?:on|under|behind|at) (?:the |his |her )?(?!thighs|hips\b.*cue)\w+|\b[Ff]ingers? (?:on|under|inside) |\b[Hh]ad (?:him|her) |\bhad to (?:put|bring|hold|hold|move|support|block|lower)\b|\b(?:unweighted|unweighting|held (?:down|flat|straight|flexed|supinated|neutral|at neutral))\b",
)
_CHANGED = re.compile(
    r"^(?:\W*(?:so |then |and |load |angle |level |height |reps |hold |we |i |set \d |third set |both sets |stretch )*(?:was |were )?)(?:cut|dropped|moved|shortened|lowered|slowed|backed|eased|stopped|reduced|repositioned|regressed|quit|switched|kept|held|paced|spaced|raised|loaded|progressed|went from|choked up|deferred|withheld|not started|tried|limited|no (?:stretching|running|external rotation|lifting|overhead|resistance)|ceiling|modified|changed|substituted|removed|jumped)\b"
)
_FAULT = re.compile(r"\b(?:was|were|he|she|pt|they|lag|pain|ache|lean\w*|hik\w*|valgus|doming|compens\w*|substitut\w*|shak\w*|fatigue|lightheaded|hr|bp|spo2|pinch\w*|grab|wing\w*|irritab\w*|swelling|joint|tendon|repair|weeks?|protocol|guard\w*|buckl\w*|spasm|tone|blanch\w*|drift\w*|trunk|pelvis|form|quality|precaution\w*|tingl\w*|symptoms?|sx|over|past|limit|parameter|because|since)\b")


def _continues(ctx: Context, a: int, b: int) -> bool:
    text = ctx.text(a, b)
    if re.match(r"(?:he|she|pt|they|pelvis|trunk|hips?|knee|knees|r|l|form|tends|was|were|arches|rolls|drops|joint|repair|wrist|elbow)\b", text) and len(text.split()) <= 9 and not ctx.covered(a, b, "DOSE", "EXERCISE", "SERVICE", "MEASURE") and not ctx.any(a, b, "response_cue", "skill_cue"):
        return True
    if ctx.has(a, "pron", "word") and re.search(r"\b(?:so|because|kept|keeps|tends?|since)\b", ctx.text(a, b)) and not ctx.covered(a, b, "DOSE", "EXERCISE"):
        return True
    return ctx.has(a, "because", "purpose_of_cue") or ctx.units[a].word in ("to", "so", "a", "as", "for", "because", "due to", "since") and b - a > 2


def _skill(ctx: Context, a: int, b: int, kind: str, chunks: list[tuple[int, int]], n: int) -> str:
    k = ctx.first(a, b, "skill_cue")
    exercise = ctx.covered(a, b, "EXERCISE")
    if kind in ("treatment", "", "objective", "assessment", "response"):
        raw = ctx.surface.text[ctx.units[a].start : ctx.units[b - 1].end]
        low = ctx.text(a, b)
        nxt = ctx.text(*chunks[n + 1]) if n + 1 < len(chunks) and chunks[n + 1][0] == b + 1 else ""
        if _BY_THERAPIST.search(raw) and not re.search(r"\b(?:next|will|plan|poc|established|supervis\w*|signed|evaluat\w*|benefit\w*|skilled|referred|seen by)\b", low):
            return "by_therapist"
        if _CHANGED.search(low) and (_ADAPT_WHY.search(low) or _FAULT.search(nxt) or _FAULT.search(low[8:])) and not re.search(r"\b(?:next|will|plan|goal|pain (?:dropped|decreased|reduced))\b|^(?:pain|spo2|hr|bp)\b", low) and kind != "assessment":
            return "changed"
    if k < 0:
        s = ctx.first(a, b, "assist")
        if s >= 0 and kind in ("treatment", "", "objective"):
            near = exercise or (n > 0 and ctx.covered(chunks[n - 1][0], a, "EXERCISE", "DOSE") and not ctx.any(chunks[n - 1][0], a, "br"))
            e = ctx.units[s].entry("assist")
            if near and e and e.concept not in ("device", "modified independent", "total assist") and not ctx.covered(a, b, "LIMITATION"):
                return "assist"
        if ctx.covered(a, b, "EXERCISE") and re.search(r"\b(?:held|on hold|deferred|not started|stopped|regressed|out for now)\b", ctx.text(a, b)) and kind in ("treatment", "", "assessment", "objective", "response"):
            if _ADAPT_WHY.search(ctx.text(a, b)) or (n + 1 < len(chunks) and ctx.any(*chunks[n + 1], "deficit", "because", "condition")):
                return "held"
        return ""
    text = ctx.text(a, b)
    concepts = {e.concept for u in ctx.units[a:b] for e in u.entries if e.category == "skill_cue"}
    if re.search(r"\b(?:no|without|w/o|did not need|independent with|free of|minus|needed no|not need) (?:any )?(?:v/?c|verbal|cue|tactile|further|correction|instruction)", text) or (ctx.any(a, k, "neg", "without") and not ctx.any(k + 1, b, "neg")) and concepts <= {"cue"}:
        return ""
    if re.search(r"(?:next (?:visit|session|tx|time|week)|^(?:will|plan|to) )", text) or (kind == "plan" and not re.search(r"instructed|taught|educated|given|shown|issued|provided", text)):
        return ""
    rest = b - a
    nxt = ctx.text(*chunks[n + 1]) if n + 1 < len(chunks) else ""
    if "hands_on" in concepts:
        if ctx.units[k].word in ("manually", "tactile", "guided", "blocked", "hand on", "inhibition") and rest < 3 and not ctx.any(a, b, "body"):
            return ""
        return "hands_on"
    if "cue" in concepts:
        if _PRN.search(text) and not ctx.any(k + 1, b, "purpose_of_cue", "for", "to", "body", "deficit", "posture"):
            return ""
        if _BARE_CUE.match(text.strip()) or (len(text.split()) <= 2 and not ctx.any(a, b, "body", "function", "deficit")):
            return ""
        if re.search(r"(?:skilled|requires?d?|continued) (?:skilled )?(?:cueing|cues)(?: as needed| prn|$)", text):
            return ""
        return "cue" if ctx.any(k, b, "purpose_of_cue", "for", "to", "body", "function", "deficit", "because", "motion", "activity", "percent", "posture", "word", "assist", "position") or ctx.any(a, k, "activity", "exercise", "body", "word") or ctx.covered(a, k, "EXERCISE", "SERVICE") else ""
    if "instruct" in concepts:
        obj = ctx.any(k + 1, b, "exercise", "service", "body", "function", "motion", "posture", "activity", "deficit", "aid", "word", "position", "condition")
        if not obj or rest < 3 or (kind == "subjective"):
            return ""
        if re.search(r"^(?:hep (?:issued|reviewed)|reviewed hep|instructed in (?:hep|exercises?)|pt instructed in exercises?)$", text.strip()):
            return ""
        return "instruct"
    if "adapt" in concepts:
        if kind not in ("treatment", "assessment", "", "objective", "response", "hep"):
            return ""
        word = ctx.units[k].word
        if word in ("added", "limited to", "back to", "checked", "assessed", "moved to", "decreased to", "reduced to", "reduced", "shortened", "increased to", "increased from", "decreased from", "progressed from", "progression to", "advanced", "loaded", "selected"):
            return "adapt" if (exercise or ctx.covered(a, b, "DOSE")) and (_ADAPT_WHY.search(text) or _ADAPT_WHY.match(nxt)) and kind != "assessment" else ""
        if re.search(r"progress(?:ed|ing) (?:well|toward|as|nicely|slowly)", text):
            return ""
        if word in ("held due", "held because", "deferred due", "deferred because", "regressed", "stopped because", "stopped at", "stopped when", "stopped due", "dropped to", "cut to", "cut back", "backed off", "switched to", "held for", "held secondary", "deferred secondary", "on hold until", "not started", "held off", "hold off"):
            return "adapt"
        return "adapt" if _ADAPT_WHY.search(text) or ctx.any(a, b, "deficit", "because") or ctx.covered(a, b, "DOSE", "EXERCISE") or _ADAPT_WHY.match(nxt) else ""
    if "monitor" in concepts:
        if re.search(r"assess|evaluat|checked|screen", ctx.units[k].word) and kind not in ("treatment", "response"):
            return ""
        good = ctx.any(a, b, "measure", "q_score", "q_bp", "q_percent", "condition") or re.search(r"vital|skin|bp|hr|spo2|rpe|swelling|precaution|gap|load|watch|dizz", text)
        return "monitor" if good and kind in ("treatment", "", "objective", "response", "assessment") else ""
    if "guard" in concepts and exercise:
        return "guard"
    return ""


def _skill_start(ctx: Context, a: int, b: int) -> int:
    """Past an exercise and its dose at the head of the chunk, where a cue or assistance follows them."""
    k = ctx.first(a, b, "skill_cue", "assist")
    if k <= a:
        return a
    lo = a
    for d in ctx.drafts:
        if d.label in ("EXERCISE", "DOSE", "SERVICE", "DURATION") and a <= d.first and d.last <= k:
            lo = max(lo, d.last)
    u = ctx.units[k].entry("skill_cue")
    if u and u.concept in ("adapt", "monitor", "instruct") and lo > a and not ctx.has(lo, "with", "dash"):
        first = next((d for d in ctx.drafts if d.label == "EXERCISE" and d.first == a), None)
        if first is not None and lo == first.last:
            return a
    return lo


_TOLERANCE = re.compile(r"\btol(?:erat\w*)?\b|\brespon(?:d|se)|\badverse|\bparticipat\w+ (?:well|fully|actively|in all)|\bgood participation|\bill effect|\bgood effort|\bcomplication|\bdid (?:well|great)|handled|performed well|without incident")
_DURING = re.compile(r"\b(?:during|after|post|following|by (?:the )?(?:end|set|rep|last)|set \d|\d(?:st|nd|rd|th) set|last set|at rep|rep \d|end of|throughout|afterward|leaving|second set|third set|this session|in session|today)\b")
_REACT = re.compile(r"pain|sore|fatigue|tired|sx|symptom|dizz|sob|lob|lag|form|control|stiff|tight|looser|better|relief|compens|leak|shak|breath|quality|comfort|rom\b|flex|spo2|hr\b|bp\b|rpe|sway|balance|steadi|smooth|burn|stretch|easier|worse|clean|hike|hik|return demo|teach|understand|guard|spasm|quad|contract|swelling|effusion|cramp|tremor|rest")
_ARROW_CHANGE = re.compile(r"\d *(?:/10)? *(?:->|→|=>|>|to) *\d")


_NO_REACTION = re.compile(r"palpat|special test|days? after|after (?:the )?injur|impingement|hawkins|neer|spurling|slump")
_AFTER = re.compile(r"\b(?:after|afterwards?|post|at (?:the )?end|at end of session|end of session|following|by end|leaving|peak|post[- ]?(?:tx|treatment|session))\b|->|→")
_IN_SET = re.compile(r"\b(?:in|by|on|at|after|from) (?:the )?(?:(?:set|rep) \d+|(?:last|second|third|first|2nd|3rd) (?:set|reps?|few|\d)|\d+(?:nd|rd|th) (?:set|rep))|\b\d+ of (?:the )?(?:last |first )?\d+\b(?! (?:visits|days|weeks))|\blast (?:few|\d+|three|two|four)(?: reps?)?\b|\bset \d\b")
_SEEN_IN_SET = re.compile(r"^(?:(?:pt|he|she|amplitude|target|form|speed|quality|control|r|l|\d+) )?(?:needs?|needed|froze|falls?|fell|lost|loses|veers?|sways?|lags?|knocked|unable|able to|kept|came|dropped|rose|reached|felt|reported|states?|said|improved|clean|better|worse|equal|symmetr\w+|stayed|only|got|achieved|managed|still|with(?:out)? (?:good|no|less|more))\b")


def draft_responses(ctx: Context) -> None:
    """RESPONSE: how the patient reacted during or right after today's treatment."""
    treated = any(d.label == "SERVICE" and ctx.kinds[d.first] not in ("plan", "goals", "history") or d.label == "EXERCISE" and d.attribute == "performed" for d in ctx.drafts)
    for i, j in ctx.bounds:
        kind = ctx.kinds[i]
        if kind in ("goals", "billing", "medications", "header", "precautions", "signature", "history", "diagnosis", "plan", "hep"):
            continue
        chunks = ctx.chunks(i, j)
        n = 0
        while n < len(chunks):
            a, b = chunks[n]
            if _response(ctx, a, b, kind, chunks, n, treated):
                lo, hi = a, b
                for d in ctx.drafts:
                    if d.label in ("EXERCISE", "DOSE", "DURATION", "SERVICE") and d.first == lo and d.last < hi and ctx.has(d.last, "with", "dash", "colon", "word", "neg"):
                        lo = d.last if kind == "treatment" and ctx.has(d.last, "with", "dash", "colon", "neg") else lo
                while n + 1 < len(chunks) and _response_goes_on(ctx, hi, *chunks[n + 1]):
                    n += 1
                    hi = chunks[n][1]
                lo, hi = ctx.trim(lo, hi)
                split = re.search(r"\b(?:with|and|w/) no ", ctx.text(lo, hi))
                if split and _TOLERANCE.search(ctx.text(lo, hi)[: split.start()]):
                    cut = next((k for k in range(lo + 1, hi) if ctx.units[k].start >= ctx.units[lo].start + split.start()), hi)
                    if cut + 1 < hi:
                        ctx.add("RESPONSE", cut + 1, hi, "rule:response")
                        hi = cut
                while lo < hi and ctx.has(lo, "pron", "be") and not ctx.has(lo, "response_cue"):
                    lo += 1
                if hi > lo and not ctx.covered(lo, hi, "RESPONSE") and not ctx.inside(lo, hi, "GOAL"):
                    skill = ctx.inside(lo, hi, "SKILL")
                    if skill is None or skill.first < lo or skill.last > hi:
                        ctx.add("RESPONSE", lo, hi, "rule:response")
            n += 1


def _response_goes_on(ctx: Context, hi: int, a: int, b: int) -> bool:
    if a != hi + 1 or not ctx.has(hi, "comma", "arrow"):
        return False
    if ctx.has(hi, "arrow"):
        return True
    return ctx.covered(a, b, "MEASURE") and b - a <= 6 and not ctx.any(a, b, "skill_cue") and ctx.has(hi - 1, "q") is False and ctx.any(hi - 4, hi, "time_ref", "response_cue")


def _response(ctx: Context, a: int, b: int, kind: str, chunks: list[tuple[int, int]], n: int, treated: bool) -> bool:
    text = ctx.text(a, b)
    k = ctx.first(a, b, "response_cue")
    if k < 0 and kind not in ("response", "treatment", "", "objective"):
        return False
    if kind == "response":
        if ctx.any(a, b, "skill_cue") and not ctx.any(a, b, "response_cue"):
            return False
        if re.search(r"\b(?:continue|plan|pleasant|cooperative|benefit)\b", text):
            return False
        words = [u for u in ctx.units[a:b] if u.word[0].isalnum()]
        return len(words) >= 2 or k >= 0 or text.strip() in ("good", "fair", "well", "none", "poor", "excellent")
    if ctx.covered(a, b, "LIMITATION") and k < 0:
        return False
    if _NO_REACTION.search(text):
        return False
    if not treated and not _TOLERANCE.search(text) and not re.search(r"understand|return demo|teach|verbaliz", text):
        return False
    if re.search(r"(?:last (?:visit|session|tx|treatment|week)|since (?:last|eval|monday|tuesday)|yesterday|at home|over the weekend|prior session|previous)", text) and kind in ("subjective", "assessment", ""):
        return False
    if kind == "subjective":
        return bool(re.search(r"(?:during|after|following) (?:today'?s? )?(?:session|treatment|tx|exercise)", text)) and "last" not in text
    measured = ctx.covered(a, b, "MEASURE") or bool(re.search(r"\d ?(?:/ ?10|°|deg|%)|\bspo2 \d|\bhr \d|\bpain \d", text))
    if measured and kind in ("treatment", "", "objective") and _AFTER.search(text) and not ctx.any(a, b, "skill_cue") and not ctx.covered(a, b, "EXERCISE", "DOSE", "LIMITATION") and not re.search(r"weeks? after|after (?:surgery|injury|eval|walking|standing|sitting|\d|\w+ walk)|post[- ]?op", text):
        return True
    if kind in ("treatment", "") and _IN_SET.search(text) and not ctx.covered(a, b, "SERVICE", "DURATION") and not re.match(r"(?:next|plan|then|add)\b", text) and not (ctx.any(a, b, "skill_cue") and not re.search(r"without|no (?:my|cue)", text)):
        if not ctx.covered(a, b, "EXERCISE") or not ctx.covered(a, b, "DOSE"):
            return True
    if k < 0:
        # a fault seen in a set: a chunk that follows an exercise or dose in the same treatment line
        if kind in ("treatment", "") and n > 0 and ctx.any(a, b, "deficit") and not ctx.any(a, b, "skill_cue", "assist") and not ctx.covered(a, b, "EXERCISE", "SERVICE", "RATIONALE"):
            prev = chunks[n - 1]
            return ctx.covered(prev[0], a, "DOSE", "EXERCISE") and ctx.has(a - 1, "comma", "semi", "arrow", "dash")
        if kind in ("treatment", "") and n > 0 and _SEEN_IN_SET.match(text) and not ctx.any(a, b, "skill_cue", "assist") and not ctx.covered(a, b, "EXERCISE", "SERVICE", "RATIONALE", "DOSE"):
            return ctx.covered(chunks[n - 1][0], a, "DOSE", "EXERCISE") and ctx.has(a - 1, "comma", "semi", "arrow", "dash")
        return bool(_ARROW_CHANGE.search(text)) and kind in ("treatment", "response") and ctx.covered(a, b, "MEASURE")
    concepts = {e.concept for u in ctx.units[a:b] for e in u.entries if e.category == "response_cue"}
    if "tolerance" in concepts and _TOLERANCE.search(text):
        if re.search(r"as tolerated|weight bearing as|activity tolerance|(?:walking|sitting|standing|exercise) tolerance|if tolerated|to tolerance|(?:decreased|limited|poor|improve\w*|increase\w*|low) (?:activity |exercise |functional )?tolerance|home|patient's tolerance", text) and not re.search(r"\btolerat(?:ed|ing)\b", text):
            return False
        return not re.search(r"\b(?:will|goal|plan)\b", text)
    react = bool(_REACT.search(text))
    if "quality" in concepts:
        if kind == "assessment" and not _DURING.search(text) and not re.search(r"no (?:increase|adverse|pain)|denie[sd]|carry ?over|demonstrat|return demo|able to (?:complete|perform)|form|verbaliz|teach", text):
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
        if ctx.any(a, b, "skill_cue") and not ctx.covered(a, b, "MEASURE"):
            return False
        return kind in ("treatment", "", "objective", "assessment") and (ctx.covered(a, b, "MEASURE") or ctx.any(a, b, "deficit", "neg")) and (kind != "objective" or bool(re.search(r"post|after|following|end of", text)))
    return False


def draft_rationales(ctx: Context) -> None:
    """RATIONALE: why an exercise is done, in the note's own words."""
    for i, j in ctx.bounds:
        kind = ctx.kinds[i]
        if kind in ("goals", "billing", "medications", "header", "precautions", "signature", "history", "diagnosis", "subjective", "hep", "education", "objective") and kind != "objective":
            continue
        chunks = ctx.chunks(i, j)
        for n, (a, b) in enumerate(chunks):
            k = ctx.first(a, b, "rationale_cue")
            if k < 0 or ctx.inside(a, b, "GOAL"):
                continue
            if b - k < 2 and not ctx.has(k, "purpose") and ctx.units[k].word not in ("for strength", "for strengthening", "for endurance", "for rom", "for flexibility", "for balance", "for range of motion", "for mobility", "for pain modulation", "for activity tolerance", "for stability", "for quad strength", "for quad control"):
                continue
            before = ctx.any(a, k, "skill_cue", "assist")
            hi = b
            while n + 1 < len(chunks) and chunks[n + 1][0] == hi + 1 and ctx.has(hi, "comma") and _list_item(ctx, *chunks[n + 1]):
                n += 1
                hi = chunks[n][1]
            if kind == "plan" and not any(d.label == "EXERCISE" or d.attribute in ("97110", "97112", "97530") for d in ctx.drafts if i <= d.first < k and d.label in ("EXERCISE", "SERVICE")):
                continue
            context = ctx.covered(i, k, "EXERCISE", "SERVICE") or kind in ("treatment", "assessment") or ctx.covered(k, j, "EXERCISE")
            if not context or before:
                continue
            if ctx.has(a, "limiter", "pron") and ctx.any(a, k, "limiter", "limited"):
                continue
            if kind in ("assessment", "plan", "") and re.search(r"(?:skilled|benefit|need|would|continue[sd]?) [^.;]*$", ctx.text(i, k)) and not ctx.covered(i, k, "EXERCISE", "SERVICE"):
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
    return b - a <= 5 and ctx.any(a, b, "function", "activity", "motion") and not ctx.covered(a, b, "DOSE", "EXERCISE") and not ctx.any(a, b, "skill_cue", "response_cue", "pron", "q_minutes")
