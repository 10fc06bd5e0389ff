"""The story of an episode: its notes one by one, then together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from therex.analysis import Analyzer
from therex.episode.read import in_order, read_episode, worded
from therex.episode.visits import by_episode, rows_of
from therex.policy.claim import with_claim
from therex.policy.line import read_line
from therex.policy.threshold import kx_findings
from therex.types import Assessment, Element, Episode, Note, Passage


@dataclass(frozen=True, slots=True)
class Chart:
    """The episodes of all patients given, and the notes that could not be analysed."""

    episodes: tuple[Episode, ...]
    failed: tuple[Assessment, ...]


def read_chart(analyzer: Analyzer, notes: Iterable[tuple[Note, Assessment]], on: date | None = None) -> Chart:
    """Episodes from notes with their assessments, patients in the order in which they come.

    Each note's cost is its own assessment's; reading them together adds pure arithmetic and comparison of sentences.
    """
    patients: dict[str, list[tuple[Note, Assessment]]] = {}
    failed = []
    for note, a in notes:
        if a.view is None:
            failed.append(a)
        else:
            patients.setdefault(note.patient, []).append((note, a))
    episodes: list[Episode] = []
    for patient, pairs in patients.items():
        mine = [
            _settled(analyzer, read_episode(patient, discipline, rows, analyzer.policy, on))
            for discipline, rows in by_episode(rows_of(pairs))
        ]
        episodes += _with_thresholds(analyzer, mine) if analyzer.policy.modifiers == "medicare" else mine
    return Chart(tuple(episodes), tuple(failed))


def _with_thresholds(analyzer: Analyzer, episodes: list[Episode]) -> list[Episode]:
    """The episodes of one patient with what their charges say together: a year's threshold knows no episodes, and PT and SLP share one."""
    out = list(episodes)
    for pool in (("PT", "SLP"), ("OT",)):
        visits = sorted(
            ((note.day or date.max, i, k, a) for i, e in enumerate(episodes) if e.discipline in pool for k, (note, a) in enumerate(zip(e.notes, e.assessments, strict=True)) if a.claim),
            key=lambda v: v[:3],
        )  # fmt: skip
        for f in kx_findings([(None if day == date.max else day, a) for day, _, _, a in visits]):
            _, i, k, _ = visits[f.note]
            told = worded(replace(f, note=k, evidence=(Passage(k, 0, 0),)), analyzer.policy, analyzer.on)
            out[i] = replace(out[i], findings=in_order((*out[i].findings, told)))
    return out


def _settled(analyzer: Analyzer, episode: Episode) -> Episode:
    """The episode with verdict and 97110 line of every note by what its documents settled."""
    out = []
    for a in episode.assessments:
        if a.view is None or a.time is None or a.necessity is None:
            continue
        necessity = a.necessity
        if any(f.note_id for f in a.findings):
            held = [Element(f.id, "present" if f.finding == "ok" else f.found, f.evidence) for f in a.findings]
            necessity = analyzer.weigh(a.view, a.time, held, a.contradictions)
        line = read_line(analyzer.policy, (*a.findings, *a.custom), a.contradictions, a.time, necessity)
        out.append(replace(a, necessity=necessity, line=with_claim(line, a.claim) if a.claim else line))
    return replace(episode, assessments=tuple(out))
