"""Notes as visits of an episode: day, number, kind, who signed, and how the notes of a table fall into episodes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from therex.catalog.episode import words
from therex.catalog.patterns import Patterns
from therex.episode.dates import Dated, read_dates
from therex.types import Assessment, Discipline, Note, NoteView

_RE = Patterns("episode")

NEW_EPISODE = timedelta(days=60)
_CREDENTIALS = Patterns("claims")


@dataclass(frozen=True, slots=True)
class Visit:
    """A note in its episode.

    `day` is that of the note's source, or the one told in it; `told` the day of service in the text; `number` the count of treatment
    days up to it, as told or as counted; `treats` is false for a document that is no visit, `given` where no 97110 exercise was given.
    """

    place: int
    note: Note
    assessment: Assessment
    view: NoteView
    dates: tuple[Dated, ...]
    day: date | None
    told: date | None
    stated: int | None
    number: int | None
    treats: bool
    given: bool
    report: bool
    assistant: bool

    @property
    def low(self) -> str:
        """The text in lower case."""
        return self.view.low

    def says(self, name: str, group: str = "") -> re.Match[str] | None:
        """The first place where the note holds one of a family of phrases."""
        return words(name, group).search(self.view.low)

    def on(self, *roles: str) -> tuple[Dated, ...]:
        """The dates with one of `roles`."""
        return tuple(d for d in self.dates if d.role in roles)


@dataclass(frozen=True, slots=True)
class Row:
    """A note that could be read, with the dates in it."""

    note: Note
    assessment: Assessment
    view: NoteView
    dates: tuple[Dated, ...]


def rows_of(pairs: Iterable[tuple[Note, Assessment]]) -> list[Row]:
    """The notes that could be read, with their dates."""
    return [Row(note, a, a.view, read_dates(a.view)) for note, a in pairs if a.view is not None]


def read_visits(rows: Sequence[Row]) -> tuple[Visit, ...]:
    """The notes of one episode as visits, ordered by day; those without a day keep their place after the note before them."""
    days = [_day(r.note, r.dates) for r in rows]
    for i, day in enumerate(days):
        if day is None and i:
            days[i] = days[i - 1]
    order = sorted(range(len(rows)), key=lambda i: (days[i] or date.min, i))
    visits: list[Visit] = []
    count = 0
    seen: date | None = None
    started = False
    for place, i in enumerate(order):
        note, a, view, dates = rows[i].note, rows[i].assessment, rows[i].view, rows[i].dates
        told = next((d.day for d in dates if d.role == "service"), None)
        treats = _treats(view)
        stated = _stated(view.low) if treats else None
        if treats:
            first = view.note_type == "evaluation" and not started
            count = stated or (1 if first else count + (days[i] is None or days[i] != seen))
            seen, started = days[i], True
        signed = " ".join(view.text[m.start : m.end + 12].split("\n")[0] for m in view.mentioned("signature", "signature_weak"))
        assistant = bool(_CREDENTIALS["assistant"].search(signed)) and not _CREDENTIALS["clinician"].search(
            _CREDENTIALS["assistant"].sub("", signed)
        )
        again = view.note_type == "evaluation" and place > 0 and bool(visits)
        report = not assistant and (view.note_type in ("progress", "discharge") or again)
        given = a.necessity is not None and a.necessity.verdict != "not_applicable"
        visits.append(
            Visit(place, note, a, view, dates, days[i], told, stated, count if treats else None, treats, given, report, assistant)
        )
    return tuple(visits)


def _day(note: Note, dates: tuple[Dated, ...]) -> date | None:
    return note.day or next((d.day for d in dates if d.role == "service"), None) or next((d.day for d in dates if d.role == "signed"), None)


def _stated(low: str) -> int | None:
    m = _RE["stated_number"].search(low[:260])
    return next((int(g) for g in m.groups() if g), None) if m else None


def _treats(view: NoteView) -> bool:
    """Whether the note tells of a visit: a therapist's note that is no missed appointment, or any with exercise or minutes."""
    if words("no_show").search(view.low) and not view.of("EXERCISE", "performed"):
        return False
    return view.note_type != "other" or bool(view.of("EXERCISE", "performed")) or bool(view.of("DURATION"))


def by_episode(rows: Sequence[Row]) -> list[tuple[Discipline, list[Row]]]:
    """The notes of one patient as episodes: disciplines apart, and a new one where an evaluation follows a discharge or a long gap.

    A document that belongs to no discipline (a certification, a referral) goes with every discipline's notes, a visit that tells none
    with the discipline that has most.
    """
    kinds = Counter(r.view.discipline for r in rows)
    chief: list[Discipline] = [d for d in kinds if d != "other"] or ["other"]
    main = max(chief, key=lambda d: kinds[d])
    out: list[tuple[Discipline, list[Row]]] = []
    for discipline in sorted(chief):
        out += [(discipline, part) for part in _parts([r for r in rows if _belongs(r.view, discipline, main)])]
    return out


def _belongs(view: NoteView, discipline: Discipline, main: Discipline) -> bool:
    """Whether a note is of a discipline; a visit that tells none is of the one with most notes, another document of all."""
    if view.discipline != "other":
        return view.discipline == discipline
    return discipline == main or not _treats(view)


def _parts(rows: list[Row]) -> list[list[Row]]:
    known = {id(r.note): r for r in rows}
    parts: list[list[Row]] = []
    before: Visit | None = None
    for v in read_visits(rows):
        fresh = v.view.note_type == "evaluation" and not _RE["again"].search(v.low[:200])
        gap = bool(before and before.day and v.day and v.day - before.day > NEW_EPISODE)
        over = bool(before and before.view.note_type == "discharge")
        if not parts or (fresh and (gap or over)):
            parts.append([])
        parts[-1].append(known[id(v.note)])
        before = v
    return parts
