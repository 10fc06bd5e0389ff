"""Which service each exercise reads as, by its intent; told only where that is another than the one it stands under.

Nothing here proposes a charge: the finding asks what the aim was. Source: resources/code_fit.yaml.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from therex.catalog.files import resource
from therex.elements.treatment import given_services, named_as_treatment
from therex.types import CodeFit, NoteView, Range, Span

CODE = "97110"
_FAR = 2_000  # characters of the longest dose
_ASIDE = ("assessment", "subjective", "plan", "goals", "history", "hep")


@dataclass(frozen=True, slots=True)
class _Intent:
    code: str
    why: str
    words: re.Pattern[str]
    unless: re.Pattern[str]
    yields: str


@cache
def _intents() -> tuple[_Intent, ...]:
    return tuple(
        _Intent(
            row["code"], row["why"], re.compile(row["words"]), re.compile(row.get("unless", "(?!)")), row.get("yields", "")
        )
        for row in resource("code_fit.yaml")["intents"]
    )  # fmt: skip


@cache
def _develops() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(resource("code_fit.yaml")[name]) for name in ("develops", "loaded"))


def reads_as(view: NoteView, exercise: Span) -> tuple[str, str, Range]:
    """The code that carries an exercise by its intent, why, and the words that tell it; 97110 where nothing tells another."""
    start, end = _told_with(view, exercise)
    found = text_reads_as(view, start, end)
    aimed = any(p.search(view.low, start, end) for p in _develops())
    row = resource("code_fit.yaml")["types"].get((exercise.value or {}).get("type"))
    if found is None and row and not aimed:
        return row["code"], row["why"], Range(exercise.start, exercise.end)
    return found or (CODE, "", Range(exercise.start, exercise.end))


def text_reads_as(view: NoteView, start: int, end: int) -> tuple[str, str, Range] | None:
    """The code that a stretch reads as, why, and the words that tell it; None where nothing tells another than 97110."""
    text = view.low[start:end]
    develops, loaded = (p.search(text) for p in _develops())
    for intent in _intents():
        m = intent.words.search(text)
        gives_way = (intent.yields and develops) or (intent.yields == "any" and loaded)
        if m and not gives_way and not intent.unless.search(text):
            return intent.code, intent.why, Range(start + m.start(), start + m.end())
    return None


def _told_with(view: NoteView, exercise: Span) -> tuple[int, int]:
    """The stretch that speaks of an exercise: its sentence, cut at other exercises with a dose of their own and at semicolons."""
    k = view.sentence_at(exercise.start)
    start = view.sentences[k].start if k >= 0 else 0
    last = bisect_left(view.sentences, exercise.end, key=lambda r: r.end)
    end = view.sentences[last].end if last < len(view.sentences) else len(view.text)
    firsts = _between(view.of("EXERCISE"), start, exercise.start)
    # of the exercises from each on, where the first ends
    ends = [*accumulate((o.end for o in reversed(firsts)), min)][::-1]
    before = ends[0] if ends else len(view.text)
    for s in _between(view.of("DOSE"), start - _FAR, exercise.start + 1):
        if start <= s.end <= exercise.start and before <= s.start:
            start = s.end
            k = bisect_left(firsts, start, key=lambda o: o.start)
            before = ends[k] if k < len(ends) else len(view.text)
    for s in _between(view.of("SERVICE"), start, end + 1):
        if s.attribute != CODE and s.start >= start and s.end <= end:
            start, end = (
                (max(start, s.end), end)
                if s.end <= exercise.start
                else (start, min(end, s.start))
                if s.start >= exercise.end
                else (start, end)
            )
    left = view.low.rfind(";", start, exercise.start)
    right = view.low.find(";", exercise.end, end)
    return (left + 1 if left >= 0 else start), (right if right >= 0 else end)


def _between(spans: tuple[Span, ...], start: int, end: int) -> tuple[Span, ...]:
    """Those of `spans`, which are in order, that begin from `start` up to `end`."""
    return spans[bisect_left(spans, start, key=lambda s: s.start) : bisect_left(spans, end, key=lambda s: s.start)]


def code_fits(view: NoteView) -> tuple[CodeFit, ...]:
    """What stands under 97110 and reads as another service: exercises, and sentences that tell of gait or self-care without one."""
    services = sorted((s for s in given_services(view) if s.attribute), key=lambda s: s.start)
    out = []
    places = {id(s): i for i, s in enumerate(view.spans)}
    exercises = [e for e in named_as_treatment(view) if view.section_at(e.start) not in _ASIDE]
    for exercise in exercises:
        if _under(services, exercise.start) in (CODE, ""):
            code, why, evidence = reads_as(view, exercise)
            if code != CODE:
                out.append(CodeFit(places[id(exercise)], code, f"This exercise {why}.", (Range(exercise.start, exercise.end), evidence)))
    named, given = tuple(exercises), tuple(services)
    for r in view.sentences:
        if _between(named, r.start, r.end) or _under(services, r.end) != CODE or not _between(given, r.start, r.end):
            continue
        found = text_reads_as(view, r.start, r.end)
        if found and found[0] in ("97116", "97535", "97530", "97112"):
            out.append(CodeFit(None, found[0], f"The treatment described under 97110 {found[1]}.", (found[2],)))
    return tuple(out)


def _under(services: list[Span], position: int) -> str:
    """The code of the service named last before a position; empty where there is none."""
    k = bisect_right(services, position, key=lambda s: s.start) - 1
    return str(services[k].attribute) if k >= 0 else ""
