"""Everything that is said of an episode, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from therex.catalog.episode import checks
from therex.catalog.policy import Policy
from therex.episode import care, conflicts, copies, trends
from therex.episode.carried import baselines, resolve
from therex.episode.visits import Row, Visit, read_visits
from therex.types import Discipline, Episode, EpisodeFinding

_ORDER = ("critical", "major", "minor")


def read_episode(patient: str, discipline: Discipline, rows: Sequence[Row], policy: Policy, on: date | None = None) -> Episode:
    """One course of care: its visits in order, elements resolved, measures over time, and every finding, the gravest first.

    Parameters
    ----------
    on
        The day whose rules apply; by default, that of the first visit.
    """
    visits = read_visits(rows)
    day = on or next((v.day for v in visits if v.day), None) or date.today()
    maintenance = is_maintenance(visits)
    measured = trends.readings(visits)
    series = trends.series(measured)
    before, lines = baselines(series), trends.read_trends(series)
    sides = conflicts.side_differs(visits)
    found = [
        *_documents(visits, policy, day, maintenance),
        *trends.no_progress(visits, lines, maintenance), *trends.progress_without_measures(visits, measured), *trends.unit_differs(series),
        *care.goals_met(visits), *copies.copied(visits, measured), *copies.uniform_minutes(visits), *copies.unchanged(visits, maintenance, frozenset(f.note for f in sides)),
        *sides, *conflicts.diagnosis_differs(visits), *conflicts.date_conflicts(visits), *conflicts.signed_before(visits),
    ]  # fmt: skip
    told = [worded(f, policy, day) for f in found]
    return Episode(
        patient, discipline, tuple(v.note for v in visits), tuple(replace(v.assessment, findings=resolve(v, visits, before.get(v.place))) for v in visits),
        tuple(v.number for v in visits), maintenance, lines, in_order(told),
    )  # fmt: skip


def is_maintenance(visits: Sequence[Visit]) -> bool:
    """Whether the evaluation or a report declares a maintenance program."""
    return any(
        v.says("maintenance") and not v.says("not_maintenance")
        for v in visits
        if v.place == 0 or v.view.note_type in ("evaluation", "progress", "discharge")
    )


def _documents(visits: Sequence[Visit], policy: Policy, day: date, maintenance: bool) -> list[EpisodeFinding]:
    reports, flag = policy.episode_rule("progress_report_due", day), policy.episode_rule("visits_beyond_flag", day)
    return [
        *(care.progress_reports(visits, reports) if reports else ()),
        *care.certification(visits, policy, day),
        *care.recertification(visits, policy, day),
        *(care.visits_beyond_flag(visits, flag, maintenance) if flag else ()),
    ]


def in_order(found: Iterable[EpisodeFinding]) -> tuple[EpisodeFinding, ...]:
    """Findings with the gravest first, then by visit."""
    return tuple(sorted(found, key=lambda f: (_ORDER.index(f.severity), f.note, f.id)))


def worded(f: EpisodeFinding, policy: Policy, day: date) -> EpisodeFinding:
    """A finding in the words of its kind and under the payer's rule, with what was seen."""
    rule, check = policy.episode_rule(f.id, day), checks()[f.id]
    message = " ".join(x for x in (rule.message if rule else check.message, f.message) if x)
    return replace(
        f,
        severity=rule.severity if rule else check.severity,
        message=message,
        query=f"{rule.query if rule else check.query} {policy.closing}".strip(),
        citation=policy.citation(rule) if rule else "",
    )
