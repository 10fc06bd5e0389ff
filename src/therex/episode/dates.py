"""The dates in a note and what each stands for: service, signature, certification, order, sending of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from therex.catalog.episode import words
from therex.catalog.patterns import Patterns
from therex.days import parse_day
from therex.types import NoteView

_RE = Patterns("episode")

Role = Literal["service", "signed", "certified", "recertified", "until", "order", "sent", "other"]


@dataclass(frozen=True, slots=True)
class Dated:
    """A date of a note; `begins` is the first day of a stated period that ends with it."""

    role: Role
    day: date
    start: int
    end: int
    begins: date | None = None
    on_file: bool = False


def read_dates(view: NoteView) -> tuple[Dated, ...]:
    """Every date with its role, in text order."""
    found = [(m, day) for m in _RE["day"].finditer(view.low) if (day := parse_day(m[0]))]
    said = {m.start: m.kind for m in view.mentioned("service_date", "signed_date")}
    out: list[Dated] = []
    for i, (m, day) in enumerate(found):
        start, end = _sentence(view, m.start())
        lead = max(start, found[i - 1][0].end() if i else 0)
        before = view.low[lead : m.start()]
        after = view.low[m.end() : min(end, found[i + 1][0].start() if i + 1 < len(found) else end, m.end() + 40)]
        served = any(d.role == "service" for d in out) or any(0 <= m.start() - c.end <= 22 for c in view.mentioned("condition"))
        if i and _RE["dash"].fullmatch(before):
            before = "to "  # the end of a period
        role = _role(before, after, said.get(m.start(), ""), m.start(), len(view.low), served)
        span = _RE["since"].search(view.low[max(start, m.start() - 24) : m.start()])
        begins = _in_year(int(span[1]), int(span[2]), day) if span else None
        if begins and any(d.role in ("recertified", "certified") and d.start >= start for d in out):
            role = "until"
        out.append(Dated(role, day, m.start(), m.end(), begins, bool(words("on_file", "dates").search(view.low[start:end]))))
    return tuple(out)


def _in_year(month: int, day: int, before: date) -> date | None:
    for year in (before.year, before.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            return None
        if found <= before:
            return found
    return None


def _sentence(view: NoteView, position: int) -> tuple[int, int]:
    """The sentence around a position; one that follows a title with a full stop belongs to it."""
    rows = view.sentences
    k = next((i for i, s in enumerate(rows) if s.start <= position < s.end), None)
    if k is None:
        return max(0, position - 80), min(len(view.low), position + 40)
    start = rows[k].start
    while k and _RE["title"].search(view.low[rows[k - 1].start : start]):
        k -= 1
        start = rows[k].start
    return start, rows[next(i for i, s in enumerate(rows) if s.start <= position < s.end)].end


def _role(before: str, after: str, said: str, position: int, length: int, served: bool) -> Role:
    """What a date stands for, by the words around it."""
    plan = bool(_RE["plan"].search(before))
    if words("sent", "dates").search(before) and not words("not_sent", "dates").search(before):
        return "sent"
    if words("recertified", "dates").search(before):
        return "until" if _RE["until"].search(before) else "recertified"
    if words("order", "dates").search(before) and not plan:
        return "order"
    near = before + " " + after
    if words("certified", "dates").search(before) and words("physician", "dates").search(near) and not _RE["before_date"].search(before):
        return "until" if _RE["until"].search(before) else "certified"
    if said == "signed_date" or (
        position > 30 and (_RE["before_date"].search(before) or (_RE["sign"].search(before) and position > length * 0.4))
    ):
        return "signed"
    if words("other", "dates").search(before[-26:]) or _RE["until"].search(before):
        return "other"
    if not served and (said == "service_date" or position < 40):
        return "service"
    return "other"
