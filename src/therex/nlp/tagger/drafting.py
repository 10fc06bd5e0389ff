"""From what the network says to drafts: spans of the open labels, and the answer to each question with the words that carried it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from therex.nlp.context import Context, Draft
from therex.nlp.grammar.clock import clock_times
from therex.nlp.grammar.durations import LONGEST, minutes_of
from therex.nlp.tagger.component import Tagger
from therex.nlp.tagger.encoder import Reading
from therex.nlp.tagger.features import places
from therex.nlp.tagger.tasks import QUESTIONS
from therex.types import Answer, Label, Range

if TYPE_CHECKING:
    from spacy.tokens import Doc

_AMOUNTS = ("minutes", "hours", "hm", "number")
# what the network drafts; services are the grammar's, and of durations it adds what the grammar has not
OPEN: tuple[Label, ...] = ("IMPAIRMENT", "LIMITATION", "GOAL", "EXERCISE", "DOSE", "RESPONSE", "MEASURE", "SKILL", "RATIONALE")
_BETTER: frozenset[Label] = frozenset({"MEASURE", "DOSE"})
_EDGES = ".,;:"
_LEAST = 0.5
_MOST = 3
_TOTALS = ("timed_total", "session_total")


def draft_tagged(ctx: Context, doc: Doc, tagger: Tagger, held: bool = True) -> Reading:
    """Draft the spans that the network finds.

    Where it finds measures or doses, they take the place of all that the grammar has drafted: on writers left out the network alone read
    them better (docs/reader.md). Of durations it adds what the grammar has not.

    Parameters
    ----------
    held
        Whether the visit took place; minutes of one that did not are left out.
    """
    row = tagger.row(doc, ctx)
    reading = tagger.read(row)
    found = [
        (span, attribute, *_trimmed(ctx.surface.text, int(row.offsets[span.first][0]), int(row.offsets[span.last - 1][1])))
        for span, attribute in tagger.spans(row, reading)
    ]
    found = [f for f in found if f[2] < f[3]]
    # doses that stand beside an exercise are drafted once more, now that the exercises are known
    for label in _BETTER & {"DOSE", *(span.label for span, *_ in found)}:
        ctx.withdraw(label)
    beside = _Beside(ctx)
    for span, attribute, start, end in found:
        i, j = _units(ctx, start, end)
        if i >= j:
            continue
        draft = None
        if span.label == "DURATION":
            if (held or attribute == "plan") and not ctx.covered(i, j, "DURATION"):
                draft = _draft_duration(ctx, beside, i, j, attribute or "")
        elif span.label in OPEN:
            draft = ctx.add(span.label, i, j, "tagger", attribute)
        if draft is not None:
            draft.start, draft.end = start, end
    return reading


class _Beside:
    """What stands beside the minutes that the network finds: the services in their order, and the totals told so far."""

    def __init__(self, ctx: Context) -> None:
        self.services = sorted((d for d in ctx.of("SERVICE") if d.attribute), key=lambda d: d.first)
        self.told = {(d.attribute or "").partition("=")[0] for d in ctx.of("DURATION") if "=" in (d.attribute or "")}


def _draft_duration(ctx: Context, beside: _Beside, i: int, j: int, kind: str) -> Draft | None:
    """A duration over units `i` to `j`; None where it should tell minutes or a time of day and does not, or
    tells a total that is told already."""
    if kind == "plan":
        return ctx.add("DURATION", i, j, "tagger", kind)
    if kind == "clock":
        times = clock_times(ctx.surface.norm[ctx.units[i].start : ctx.units[j - 1].end])
        ends = {"start": times[0], "end": times[1] if times[1:] else None} if times else None
        return ctx.add("DURATION", i, j, "tagger", kind, ends) if ends else None
    amounts = [u.quantity for u in ctx.units[i:j] if u.quantity is not None and u.quantity.kind in _AMOUNTS and u.quantity.numbers]
    if not amounts or (kind in _TOTALS and kind in beside.told):
        return None
    # `1 hour and then 15 minutes` is one amount
    minutes = sum(map(minutes_of, amounts)) if amounts[0].kind != "number" else minutes_of(amounts[0])
    if not 0 <= minutes <= LONGEST:
        return None
    value: dict[str, object] = {"minutes": int(minutes)}
    beside.told.add(kind)
    code = _code_beside(ctx, beside.services, i, j) if kind == "code_minutes" else None
    if code:
        value["code"] = code
    return ctx.add("DURATION", i, j, "tagger", f"{kind}={int(minutes)}", value)


def _code_beside(ctx: Context, every: list[Draft], i: int, j: int) -> str | None:
    """The code of the nearest service in the sentence: before the minutes, or else after them."""
    first, last = ctx.sentence(i)
    low, high = (bisect_left(every, at, key=lambda d: d.first) for at in (first, last))
    services = every[low:high]
    before = [d for d in services if d.last <= i]
    nearest = (
        max(before, key=lambda d: d.last) if before else min((d for d in services if d.first >= j), key=lambda d: d.first, default=None)
    )
    return nearest.attribute if nearest is not None else None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without blanks and closing marks at its edges."""
    while end > start and (text[end - 1].isspace() or text[end - 1] in _EDGES):
        end -= 1
    while start < end and (text[start].isspace() or text[start] in _EDGES):
        start += 1
    return start, end


def _units(ctx: Context, start: int, end: int) -> tuple[int, int]:
    """The units that a stretch of text touches."""
    i = max(0, bisect_right(ctx.starts, start) - 1)
    if i < len(ctx.units) and ctx.units[i].end <= start:
        i += 1
    return i, bisect_left(ctx.starts, end)


def answers(ctx: Context, reading: Reading, doc: Doc) -> dict[str, Answer]:
    """The answer to each question, with the probability of each answer, and the sentences that carried it."""
    sentences = [Range(s.start, s.end) for s in ctx.sentences]
    starts = np.array([s.start for s in sentences], dtype=np.int64)
    owner = np.maximum(0, np.searchsorted(starts, places(doc)[:, 0], side="right") - 1)
    out = {}
    for k, (name, options) in enumerate(QUESTIONS.items()):
        odds = reading.answers[name]
        best = int(odds.argmax())
        carried = np.zeros(len(sentences), dtype=np.float32)
        if best and len(owner) and len(sentences):
            np.add.at(carried, owner, np.maximum(reading.votes[:, k, best] - reading.votes[:, k, 0], 0))
        out[name] = Answer(options[best], dict(zip(options, map(float, odds), strict=True)), tuple(_carriers(sentences, carried)))
    return out


def _carriers(sentences: list[Range], carried: np.ndarray) -> Iterator[Range]:
    """The sentences that carried most, the strongest first."""
    greatest = float(carried.max(initial=0))
    if greatest <= 0:
        return
    for k in np.argsort(-carried, kind="stable")[:_MOST].tolist():
        if carried[k] >= _LEAST * greatest:
            yield sentences[k]
