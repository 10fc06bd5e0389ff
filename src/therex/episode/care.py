"""The documents of an episode: progress reports, certification, recertification, visits that want a reason, goals that are met.

Sources: CMS Pub. 100-02 ch. 15 sec. 220.1.3 (certification), 220.3 D (progress reports); 42 CFR 424 subpart B and 89 FR 97912 (the signed
order in place of the first certification, from 2025-01-01). The limits are those of the payer's profile.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from therex.catalog.episode import words
from therex.catalog.files import resource
from therex.catalog.patterns import Patterns
from therex.catalog.policy import EpisodeRule, Policy
from therex.episode.visits import Visit
from therex.types import EpisodeFinding, Passage

_RE = Patterns("episode")

_PLAN_WEEKS = ("weeks_at_rate", "weeks_at_times", "weekly", "times_weeks", "duration")


def progress_reports(visits: Sequence[Visit], rule: EpisodeRule) -> list[EpisodeFinding]:
    """The first visit of every stretch in which more treatment days than the limit passed without a clinician's report.

    `rule.limit` counts treatment days, the day of the evaluation as the first; `rule.days` counts days of the calendar, and then a
    progress note will do.
    """
    out: list[EpisodeFinding] = []
    since, day, raised = 0, None, False
    for v in visits:
        if not v.treats or v.number is None:
            continue
        if day is None:
            day = v.day
            if v.view.note_type != "evaluation" and v.stated:
                since = v.number - 1
        late = v.number - since > rule.limit if rule.limit else bool(v.day and day and (v.day - day).days > (rule.days or 0))
        if late and not raised:
            told = f"{v.number - since} treatment days" if rule.limit else f"{(v.day - day).days if v.day and day else 0} days"
            out.append(
                EpisodeFinding(
                    "progress_report_due", v.place, "critical", f"{told} since the last progress report or the start of care.", ""
                )
            )
            raised = True
        written = v.report or (rule.days is not None and not v.assistant and bool(words("progress_note").search(v.low[:200])))
        if written and v.place:
            since, day, raised = v.number, v.day, False
    return out


def certification(visits: Sequence[Visit], policy: Policy, on: date) -> list[EpisodeFinding]:
    """The first visit after the days for certification with none in time, and no signed order with a plan sent."""
    rule = policy.episode_rule("certification_missing", on)
    first = _start(visits)
    if rule is None or first is None:
        return []
    end = first + timedelta(days=rule.days or 30)
    signed = [d.day for v in visits for d in v.on("certified", "recertified")]
    if any(first - timedelta(days=1) <= day <= end for day in signed):
        return []
    order = policy.episode_rule("certification_order", first)
    if order is not None:
        ordered = any(d.on_file and d.day <= end for v in visits for d in v.on("order"))
        sent = any(d.day <= first + timedelta(days=order.days or 30) for v in visits for d in v.on("sent"))
        if ordered and sent:
            return []
    v = next((v for v in visits if v.treats and v.day and v.day > end), None)
    return (
        [EpisodeFinding("certification_missing", v.place, "critical", f"The first treatment was on {first.isoformat()}.", "")] if v else []
    )


def recertification(visits: Sequence[Visit], policy: Policy, on: date) -> list[EpisodeFinding]:
    """The first visit after the end of the plan, by its stated weeks or the limit, whichever is less, and after that of every renewal."""
    rule = policy.episode_rule("recertification_due", on)
    first = _start(visits)
    if rule is None or first is None:
        return []
    most = timedelta(days=rule.days or 90)
    weeks = next((w for v in visits if v.view.note_type == "evaluation" and (w := plan_weeks(v.low))), None)
    end = first + min(most, timedelta(weeks=weeks) if weeks else most)
    renewals = sorted(_renewals(visits, most, timedelta(days=rule.grace)))
    out: list[EpisodeFinding] = []
    raised = False
    for v in visits:
        if not v.treats or v.day is None:
            continue
        for begins, until, signed in renewals:
            if begins <= v.day and signed <= v.day + timedelta(days=rule.grace) and until > end:
                end, raised = until, False
        if v.day > end and not raised:
            out.append(EpisodeFinding("recertification_due", v.place, "critical", f"The certified plan ended on {end.isoformat()}.", ""))
            raised = True
    return out


def _renewals(visits: Sequence[Visit], most: timedelta, grace: timedelta) -> list[tuple[date, date, date]]:
    """First day, last day and day of signature of every recertification; one with no first day told reaches back by the days of grace."""
    out = []
    for v in visits:
        for d in v.on("recertified"):
            until = next((u for u in v.on("until") if abs(u.start - d.start) < 160), None)
            begins = until.begins if until and until.begins else d.day - grace
            out.append((begins, min(until.day, d.day + most) if until else d.day + most, d.day))
    return out


def plan_weeks(low: str) -> int | None:
    """The weeks that a plan of care is written for; None where none are told."""
    low = _RE["number_word"].sub(lambda m: str(resource("grammar/spelling.yaml")["ones"][m[0]]), low)
    home = [int(n) for n in _RE["visits_weeks"].findall(low)]
    if home and sum(home) <= 52:
        return sum(home)
    found = [int(m[1]) for name in _PLAN_WEEKS for m in _RE[name].finditer(low) if 1 <= int(m[1]) <= 52]
    return found[-1] if found else None


def _start(visits: Sequence[Visit]) -> date | None:
    """The day of the first treatment, where the notes begin with it."""
    v = next((v for v in visits if v.treats), None)
    return v.day if v and (v.view.note_type == "evaluation" or v.number == 1) else None


def visits_beyond_flag(visits: Sequence[Visit], rule: EpisodeRule, maintenance: bool) -> list[EpisodeFinding]:
    """The first visit with 97110 beyond the limit, where no note of the last third before it tells why therapy goes on."""
    limit = rule.limit or 18
    reasons = [v.number for v in visits if v.number and v.number > limit * 2 // 3 and v.says("need")]
    for v in visits:
        if v.number and v.number > limit and v.given and not maintenance and not any(n <= v.number for n in reasons):
            return [EpisodeFinding("visits_beyond_flag", v.place, "minor", f"This is visit {v.number}.", "")]
    return []


def goals_met(visits: Sequence[Visit]) -> list[EpisodeFinding]:
    """The first visit with exercise after one that tells all goals as met, no goal left open and none added."""
    reached: tuple[Visit, re.Match[str]] | None = None
    for v in visits:
        fresh = v.says("goals_new")
        if reached and v.given and not fresh and v.view.note_type != "evaluation":
            return [
                EpisodeFinding(
                    "goal_met_continuing", v.place, "major", "", "", "", (Passage(reached[0].place, *reached[1].span()),),
                )
            ]  # fmt: skip
        m = v.says("goals_met")
        if m and not v.says("goals_open") and not fresh:
            reached = (v, m)
        elif fresh or v.says("goals_open"):
            reached = None
    return []
