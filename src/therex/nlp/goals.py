"""GOAL: a stated aim of care, whole, without its lead-in and its status."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise

from therex.nlp.context import Context

# `in 6 weeks`, `, 8 wk`, `over twelve weeks`: the term between the word and the aims
_TERM = r"(?:,? ?\(?(?:(?:with)?in|over|by|for|x)? ?(?:\d+(?: ?- ?\d+)?|one|two|three|four|five|six|eight|ten|twelve)[ -]*(?:weeks?|wks?|w|months?|mos?|visits?|sessions?)\b\)?)"
_LEAD_IN = re.compile(
    r"^(?:[ ]*(?:[-*•▪(#]|\d{1,2}[.):]|\(?[a-e][.)]|(?:stg|ltg|goals?|short[- ]term goals?|long[- ]term goals?|(?:pt|patient|client|functional|personal)(?:'s)? goals?|target)"
    r"(?: ?#?\d+)?(?: ?\([^)]*\))?(?: ?(?:in|by|x|within)? ?\d+ ?(?:weeks?|wks?|visits?|months?))?(?: (?:is|are|was|of)(?: to(?= [a-z]+))?)? ?[:.\-]?|by (?:d/c|dc|discharge)?[ \d/]*:|still aiming for|aiming for|working toward|goal of|to be (?:met|completed|achieved) in [^:]*:|(?:with)?in \d+ (?:weeks?|wks?|visits?|sessions?|months?),?(?= [a-z])|in \d+ ?(?:weeks?|wks?) pt will)[ ]*)+"
)  # fmt: skip
_STATUS = re.compile(
    r"(?:[ ]*[-–—:(,.;=|]+[ ]*|[ ]{2,}|\. )(?:goal )?(?:not (?:yet )?met|met|partially met|partly met|progressing|ongoing|in progress|improving|achieved|emerging|continuing|continue|cont|this is (?:not )?met|on target|new|unmet|nearly met|almost met|revised|discontinued|not progressing)\b[^\n]*$| (?:not |partially |partly )?met[ .;]*$"
)
_STATUS_ONLY = re.compile(
    r"^(?:(?:in )?(?:\w+|\d+) (?:weeks?|wks?|months?|visits?)$|\(?within (?:a total of )?\d+ \w+\)?$|neurology|cardiology|imaging|pcp|primary care)|^(?:goal )?(?:~?\d+ ?% (?:progress|met|complete|toward)|\(?(?:with)?in (?:a total of )?\d+ ?[a-z]*\)?$|page \d|reason for|condition at|not (?:yet )?met|met|partially met|progressing|ongoing|in progress|improving|achieved|emerging|continue|currently|now|baseline|status|making|pt is|prognosis|they are in|(?:she|he|pt|patient|family) (?:is|was|are) in agreement|the above|(?:pt|patient|family|wife|husband|he|she|they) agree|(?:all |these )?(?:goals? )?(?:were |have been |was |has been )?(?:discussed|reviewed) with)\b"
)
_GOAL_SAID = re.compile(
    r"\b(?:(?:goals?|ltg|stg|aim|target)(?: ?#?\d)?(?: \([^)]{0,25}\))?"
    + _TERM
    + r"?(?: (?:is|are(?= an? )|remains|was|for this \w+ is|at this time is)(?: still)?(?: to)?| of|:| -| to| for)|(?:pt|patient|client|resident|child|he|she)(?:'s)? (?:personal |functional |main |primary )?goal(?: is| remains)?(?: to| of)?:?|goals are to|(?<=[:;,-] )goal(?= \d)|(?:short|long)[- ]term goals?(?:,| in \d+ \w+,?)|aiming for|aiming to|working toward(?:s)? (?:goal of|the goal of)?|"
    r"(?:wants|hopes|wishes|would like|desires) to (?!keep coming|continue|wait|avoid|try|hold)(?:be able to )?) *"
)
# `STG lift the pitcher`, `- goal 12 steps with rail`: the lead-in with no colon
_GOAL_FIRST = re.compile(
    r"[-•* ]*(?:stg|ltg|goals?)(?: ?#?\d)?(?: \([^)]{0,25}\))?(?:" + _TERM + r" ?[:\-–=,]? *| +)(?=[a-z0-9])"
    r"(?!met\b|not\b|status|of care|is\b|are\b|was\b|were\b|for\b|to\b|on\b|ongoing|progress|remain|review|updat|address|set\b|in\b|above|below|time|date|partially|achieved|and\b|that\b|as\b|per\b)"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
# a task with a criterion and a day by which it is to be reached is an aim, whatever stands before it
_BY_WHEN = re.compile(
    rf"\bby (?:\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?|\[date [a-z]{{1,3}}\]|{_MONTH}(?: \w+)?|(?:wk|week|visit) \d+|discharge|dc|d/c|surgery|end of (?:poc|\w+))(?: (?:to|for|so)\b[^.]{{0,50}})?[ .]*$|\bin \d+ (?:wks?|weeks?|visits?)[ .]*$"
)
_AIMED = re.compile(
    r"[-•* ]*(?:\d+[.)] )?(?:pt |patient )?(?:to )?(?:walk|climb|descend|ascend|rise|stand|sit|lift|carry|reach|don|doff|dress|transfer|bathe|shower|toilet|cook|drive|run|jog|hike|return|sleep|hold|"
    r"open|write|copy|feed|eat|drink|wash|comb|fasten|release|get|put|pick|push|pull|play|throw|kick|jump|squat|kneel|crawl|step|go|enter|use|perform|complete|tolerate|demonstrate|achieve|increase|improve|"
    r"decrease|reduce|maintain|ambulate|amb|shop|turn|roll|move|grip|grasp|pinch|make|take|place|tie|button|zip|brush|shave|care|work|swim|bike|catch|stairs?|lsi|\d+ (?:steps?|stairs?|lb|ft|flights?)|full|independent|mod i|able)\b"
)
_NOT_AIMED = re.compile(
    r"\b(?:next visit|follow[- ]?up|md|recert|re-?eval|recheck|reassess|was|were|had|has|did|hep|continue|discharged|seen|surgery (?:is|on)|x/w|visits? (?:left|remain))\b"
)
_DONE = re.compile(r"^(?:plan|next|recert|order|p:|hep|seen|poc|visit|return)\b|\b[a-z]{3,}(?<!need)(?<!speed)ed\b")


def _aimed(body: str, end: int) -> bool:
    """Whether a statement with no lead-in is an aim: it begins with a task, or it is short and tells nothing done."""
    if _NOT_AIMED.search(body):
        return False
    return bool(_AIMED.match(body)) or (
        end < len(body)
        and len(body.split()) <= 16
        and not _DONE.search(body)
        and re.search(r"\d|\b(?:with|without|independent\w*|full|no)\b", body[:end]) is not None
    )


_WILL = re.compile(
    r"\b(?:pt|patient|client|resident|child|the patient|she|he)\.? (?:will|is to) (?!continue|no longer|not\b|keep \w+ing|measure|log\b|record|wear|ice\b|practice|be seen|return (?:to clinic|next)|follow|benefit|come|call|bring|need|require|see|be re|be progress|be discharg|attend|receive|work on|start|begin|call)"
)
# every word with a capital and no figure: the heading of what comes next, not an aim
_TITLE = re.compile(r"[A-Z][a-z]+(?: (?:[A-Z][a-z]+|[Aa]t|[Ff]or|[Oo]f|and|/))+")
_NOT_GOAL = re.compile(
    r"goals? (?:met|reviewed|updated|remains?(?! to\b)|addressed|were|are(?! to\b)|and\b|on track|of care|not (?:met|achieved))|toward(?:s)? (?:\w+ )?goals?(?! of \w+ing)|all goals|functional goals|established goals|goals? above|above-stated goals|per goals|long term goals$"
)


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
            elif (
                section
                and norm[section.body : start].strip(" -•*.(#123")
                and "\n" not in norm[section.start : start]
                and not re.match(r"[ ]*(?:\(?\d[.):]|[-•*])", body)
                and not re.search(r"\d", norm[max(section.body, start - 3) : start])
                and not _BY_WHEN.search(body)
                and not re.search(r"\d+ (?:wks?|weeks?|visits?|months?)[ .]*$", body)
                and not _aimed(body, len(body))
                and not _WILL.search(body)
            ):
                # a heading in mid-line opens one statement, and what follows on the line may be anything
                continue
            for at, aim in _statements(body):
                lead = _LEAD_IN.match(aim)
                _add_goal(ctx, start + at + (lead.end() if lead else 0), start + at + len(aim))
            continue
        if kind in ("history", "billing", "diagnosis", "precautions", "medications") or _NOT_GOAL.search(body):
            if not re.search(r"\b(?:stg|ltg|goal) ?#?\d?:|goal is", body) or re.search(r"goals? (?:met|reviewed)", body):
                continue
        m = _GOAL_FIRST.match(body)
        if m:
            for at, aim in _statements(body[m.end() :]):
                _add_goal(ctx, start + m.end() + at, start + m.end() + at + len(aim))
            continue
        m = _GOAL_SAID.search(body)
        if m:
            for part in re.finditer(r"[^;]+(?:;|$)", body):
                if part.end() <= m.end():
                    continue
                a = max(part.start(), m.end()) if part.start() <= m.end() else -1
                if a >= 0:
                    _add_goal(ctx, start + a, start + part.end() - (1 if body[part.end() - 1 : part.end()] == ";" else 0))
            continue
        m = _BY_WHEN.search(body)
        if m and kind not in ("hep", "subjective", "education") and _aimed(body, m.start()):
            lead = _LEAD_IN.match(body)
            _add_goal(ctx, start + (lead.end() if lead else 0), end)
            continue
        m = _WILL.search(body)
        if m and kind not in ("hep", "subjective", "education"):
            _add_goal(ctx, start + m.start(), end)
            continue
        m = re.search(
            r"\b(?:return(?:ing)? to (?:plof|prior level(?: of function)?|previous level)|to (?:reduce risk of re-?injury and )?maximi[sz]e return to [a-z ]+)",
            body,
        )
        if m and kind in ("assessment", "plan", "", "treatment") and re.search(r"skilled|benefit|goal|in order|need", body[: m.start()]):
            a = m.start() + (3 if body[m.start() : m.start() + 3] == "to " else 0)
            _add_goal(ctx, start + a, start + m.end())


def _statements(body: str) -> list[tuple[int, str]]:
    """The aims of one line: numbered ones, and ones parted by semicolons."""
    cuts = [m.start() + 1 for m in re.finditer(r"[ .;,]\(?[2-9][.)] (?=[a-z0-9])", body)]
    cuts += [m.end() for m in re.finditer(r"; (?=[a-z0-9])|\bby \d{1,2}/\d{1,2}(?:/\d{2,4})?,? (?:and )?(?=\d+ ?[a-z%])", body)]
    edges = [0, *sorted(cuts), len(body)]
    return [(a, body[a:b]) for a, b in pairwise(edges) if body[a:b].strip(" ;,.")]


def _add_goal(ctx: Context, start: int, end: int) -> None:
    norm = ctx.surface.norm
    start += len(norm[start:end]) - len(norm[start:end].lstrip(" :,-"))
    body = norm[start:end]
    told = re.search(r"\((?:st|lt|stg|ltg|short|long)[^)]*\)(?::| -)", body)
    if told and told.start() > 8:
        # what follows the term in brackets is how it stands
        body = body[: told.start()]
    status = _STATUS.search(body)
    if status and status.start() > (8 if not status[0].startswith(" ") else 4):
        body = body[: status.start()]
    stop = re.search(
        r"(?<=[a-z0-9%°)])\. (?=improv|progress|baseline|curr|met\b|now |not met|status)|,? (?:which|he was|she was|currently|is not met|not met|was at|baseline)\b|, (?:he|she|pt) (?:is|was|can)\b| and (?:he|she|they|i) (?:is|was|are|were|has|had|have|said|feels?|will)\b|\. (?=[a-z])",
        body,
    )
    if stop and stop.start() > 12:
        body = body[: stop.start()]
    if len(body) > 160 and not re.search(r"[.;,]", body[:160]):
        # dictation without stops: the aim ends where something new begins
        turn = re.search(
            r" (?:and the |next (?:visit|time|session)|then |we |i |he |she |total |timed |plan |at home |twice a week|(?:one|two|three|\d) times a week)",
            body[20:],
        )
        body = body[: 20 + turn.start()] if turn else body[:160]
    body = body.rstrip(" .,;:-(")
    if (len(body.split()) < 2 and not re.search(r"\d", body)) or _STATUS_ONLY.match(body.strip()):
        return
    if _TITLE.fullmatch(ctx.surface.text[start : start + len(body)].strip()) and not _AIMED.match(body):
        return
    start += len(body) - len(body.lstrip())
    a, b = _unit_range(ctx, start, start + len(body.lstrip()))
    if ctx.has(a - 1, "rationale_cue", "purpose_of_cue") and ctx.units[a - 1].end > start:
        # a known phrase such as `to improve` begins before the aim
        a -= 1
    if b > a and not ctx.covered(a, b, "GOAL"):
        draft = ctx.add("GOAL", a, b, "rule:goal")
        if draft is not None:
            draft.start, draft.end = max(draft.start, start), min(draft.end, start + len(body.lstrip()))


def _unit_range(ctx: Context, start: int, end: int) -> tuple[int, int]:
    i = bisect_left(ctx.starts, start)
    j = bisect_left(ctx.starts, end)
    return i, j
