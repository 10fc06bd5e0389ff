"""Contradictions across notes: side, diagnosis, dates, signature before the service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from therex.catalog.abbreviations import expansions
from therex.catalog.episode import FILE, generic, parts, words
from therex.catalog.files import resource
from therex.catalog.patterns import Patterns
from therex.episode.visits import Visit
from therex.types import EpisodeFinding, Passage, Range

_RE = Patterns("episode")

# how far the head of an evaluation goes, in which the diagnosis stands
HEAD = 200
_SPOKEN = ("EXERCISE", "IMPAIRMENT", "MEASURE", "LIMITATION", "RESPONSE")


def side_differs(visits: Sequence[Visit]) -> list[EpisodeFinding]:
    """Visits that exercise the other side than that of the evaluation, without a word of a new problem."""
    home = _home(visits)
    if home is None:
        return []
    other = "left" if home == "right" else "right"
    out = []
    allowed = False
    for v in visits:
        allowed = allowed or bool(v.place and v.says("new_problem"))
        if v.view.note_type == "evaluation" or not v.treats or allowed:
            continue
        marks = _marks(v, treated=True)
        count = Counter(side for side, kind, _ in marks)
        exercised = [side for side, kind, _ in marks if kind == "EXERCISE"]
        if count[other] >= 2 and home not in exercised and not count["both"] and count[other] > count[home]:
            first = next(r for side, _, r in marks if side == other)
            told = f"The {other} side is treated here; the evaluation is for the {home} side."
            evidence = (*_of_side(visits, home), Passage(v.place, first.start, first.end))
            out.append(EpisodeFinding("side_differs", v.place, "critical", told, "", "", evidence))
    return out


def _of_side(visits: Sequence[Visit], side: str) -> tuple[Passage, ...]:
    """Where the evaluation, or else the first visit, tells its side; empty where it stands beside nothing that is marked."""
    v = _first(visits)
    if v is None:
        return ()
    return tuple(Passage(v.place, r.start, r.end) for told, _, r in _marks(v, treated=False) if told == side)[:1]


def _first(visits: Sequence[Visit]) -> Visit | None:
    return next((v for v in visits if v.view.note_type == "evaluation"), next((v for v in visits if v.treats), None))


def _home(visits: Sequence[Visit]) -> str | None:
    """The side of the episode: that of the evaluation, or else of the first visit; None where it is both or not told."""
    v = _first(visits)
    if v is None:
        return None
    count = Counter(side for side, _, _ in _marks(v, treated=False))
    for m in v.view.mentioned("condition"):
        if _RE["of_brain"].search(v.low, m.start, m.end):
            continue  # the side of the brain is not that of the body
        start = m.start - len(_RE["clause"].split(v.low[max(0, m.start - 14) : m.start])[-1])
        sides = {next(k for k, g in x.groupdict().items() if g) for x in _RE["side"].finditer(v.low, start, m.end + 4)}
        if len(sides) == 1:
            count[sides.pop()] += 2
    if not any(n > 1 for n in count.values()):
        # a diagnosis in words that are not known: the side beside a part of the body in the head of the note
        told = [
            m for m in _RE["side"].finditer(v.low[:HEAD]) if parts().match(v.low, m.end() + 1) and not _RE["handed"].match(v.low, m.end())
        ]
        for side in {next(k for k, g in m.groupdict().items() if g) for m in told[:1]}:
            count[side] += 2
    if count["both"] > 1 or not count:
        return None
    side, n = count.most_common(1)[0]
    return side if side != "both" and n >= 2 and n >= 1.5 * count["left" if side == "right" else "right"] else None


def _marks(v: Visit, *, treated: bool) -> list[tuple[str, str, Range]]:
    """Sides told with an exercise, a deficit or a measure; asides (the other side for comparison, a rail) are left out where only what is treated counts."""
    out: list[tuple[str, str, Range]] = []
    spans = [s for s in v.view.spans if s.label in _SPOKEN and s.attribute != "planned" and s.assertion in ("affirmed", "negated")]
    taken: set[int] = set()
    measured: set[int] = set()
    for s in spans:
        lead = v.low[max(0, s.start - 28) : s.start]
        start = s.start - len(_RE["clause"].split(lead)[-1])
        for m in _RE["side"].finditer(v.low, start, min(len(v.low), s.end + 7)):
            if m.start() in taken:
                continue
            if m.start() >= s.end and any(c in v.low[s.end : m.start()] for c in ".,;"):
                continue
            if treated and words("side_aside").search(v.low[max(0, m.start() - 12) : m.end() + 34].split(". ")[0]):
                continue
            taken.add(m.start())
            if s.label == "MEASURE" and s.start in measured:
                continue  # the other side, for comparison
            measured.add(s.start)
            out.append((next(k for k, g in m.groupdict().items() if g), s.label, Range(m.start(), max(m.end(), s.end))))
    return out


def diagnosis_differs(visits: Sequence[Visit]) -> list[EpisodeFinding]:
    """Visits that name another diagnosis than the evaluation, none of its words told before, and no word of a new order."""
    first = next((v for v in visits if v.treats), None)
    if first is None:
        return []
    known = _words(first.low)
    out = []
    for v in visits:
        if v is first:
            continue
        if v.view.note_type == "evaluation" or v.says("new_problem"):
            known |= _words(v.low)
            continue
        for start, end in _diagnoses(v):
            all_ = _words(v.low[start:end]).difference(resource(FILE)["stop"])
            named = (all_ - generic()) or all_
            if named and not named & known:
                told = "The diagnosis named here is not in the evaluation."
                before = tuple(Passage(first.place, a, b) for a, b in _diagnoses(first)[:1])
                out.append(EpisodeFinding("diagnosis_differs", v.place, "major", told, "", "", (*before, Passage(v.place, start, end))))
                break
    return out


def _diagnoses(v: Visit) -> list[tuple[int, int]]:
    """Conditions named as what is treated: after a label, before one, or as a sentence of their own."""
    out = []
    for m in v.view.mentioned("condition"):
        start = max((r.start for r in v.view.sentences if r.start <= m.start), default=0)
        end = min((r.end for r in v.view.sentences if r.end > m.start), default=len(v.low))
        lead, rest = v.low[start : m.start], v.low[m.end : end]
        if words("condition_aside").search(lead[-60:]) or words("condition_aside").search(rest[:30]):
            continue
        told = words("condition_label").search(lead)
        begins = start + told.end() if told else m.start
        labelled = words("condition_label").search(lead[-40:]) or words("condition_label").search(rest[:24])
        alone = not _RE["letters"].search(_RE["of_side"].sub("", lead)) and not _RE["letters"].search(rest)
        if labelled or alone:
            out.append((max(begins, m.start - 40), min(end, m.end + 50)))
    return out


def _words(text: str) -> set[str]:
    """The words of a text, abbreviations spelled out, endings of the plural left off."""
    known = {k.lower(): v.lower() for k, v in expansions().items()}
    out = set()
    for w in _RE["spelled"].findall(text.lower()):
        for part in (w, *w.replace("-", "/").split("/")):
            for x in _RE["long_word"].findall(known.get(part, part)):
                out.add(x.removesuffix("s"))
    return out


def date_conflicts(visits: Sequence[Visit]) -> list[EpisodeFinding]:
    """A day in the text that is not that of the record; two visits on one day; the same visit number twice, or one that goes back."""
    out: list[EpisodeFinding] = []
    days: dict[date, Visit] = {}
    before: Visit | None = None
    for v in visits:
        if not v.treats:
            continue
        told, other = "", None
        late = v.says("late_entry")
        service = list(v.on("service"))
        if v.note.day and v.told and v.told != v.note.day and not late and all(d.day != v.note.day for d in service):
            told = f"The text is dated {v.told.isoformat()}; the record is dated {v.note.day.isoformat()}."
        elif v.day and v.day in days and not v.says("second_session"):
            told, other = f"Another visit has the same date, {v.day.isoformat()}.", days[v.day]
        elif before and v.stated and before.stated and v.day != before.day and v.stated <= before.stated and not late:
            told, other = f"The note is numbered visit {v.stated}; the note before it is numbered visit {before.stated}.", before
        if told:
            evidence = tuple(Passage(x.place, d.start, d.end) for x in (other, v) if x for d in list(x.on("service"))[:1])
            out.append(EpisodeFinding("date_conflict", v.place, "critical", told, "", "", evidence))
        if v.day:
            days.setdefault(v.day, v)
        before = v
    return out


def signed_before(visits: Sequence[Visit]) -> list[EpisodeFinding]:
    """Visits whose signature bears a day before the day of service."""
    out = []
    for v in visits:
        day = v.told or v.note.day
        if not v.treats or day is None:
            continue
        early = [d for d in v.on("signed") if d.day < day and (day - d.day).days < 300]
        if early and not any(d.day >= day for d in v.on("signed")):
            told = f"The note was signed on {early[-1].day.isoformat()}; the date of service is {day.isoformat()}."
            days = (*list(v.on("service"))[:1], early[-1])
            evidence = tuple(Passage(v.place, d.start, d.end) for d in days)
            out.append(EpisodeFinding("signed_before_service", v.place, "critical", told, "", "", evidence))
    return out
