"""From what the network says to drafts: spans of the open labels, and the answer to each question with the words that carried it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from therex.nlp.context import Context
from therex.nlp.tagger.component import Tagger
from therex.nlp.tagger.encoder import Reading
from therex.nlp.tagger.tasks import QUESTIONS
from therex.types import Answer, Label, Range

if TYPE_CHECKING:
    from spacy.tokens import Doc

# labels that the network alone reads; of the closed forms it adds what the grammar has not
OPEN: tuple[Label, ...] = ("IMPAIRMENT", "LIMITATION", "GOAL", "EXERCISE", "RESPONSE", "MEASURE", "SKILL", "RATIONALE")
_EDGES = " \t\n.,;:"
_ENOUGH = 0.15
_MOST = 3


def draft_tagged(ctx: Context, doc: Doc, tagger: Tagger) -> Reading:
    """Draft the spans that the network finds; measures that the grammar has drafted give way to its extents."""
    row = tagger.row(doc, ctx)
    reading = tagger.read(row)
    found = tagger.spans(row, reading)
    if any(span.label == "MEASURE" for span, _ in found):
        ctx.withdraw("MEASURE")
    for span, attribute in found:
        start, end = _trimmed(ctx.surface.text, int(row.offsets[span.first][0]), int(row.offsets[span.last - 1][1]))
        i, j = _units(ctx, start, end)
        if start >= end or i >= j:
            continue
        if span.label == "DURATION":
            attribute = None if ctx.covered(i, j, "DURATION") else _with_minutes(ctx, i, j, attribute or "")
        known = span.label in OPEN or (span.label == "DOSE" and not ctx.covered(i, j, "DOSE", "DURATION"))
        if known or (span.label == "DURATION" and attribute):
            draft = ctx.add(span.label, i, j, "tagger", attribute)
            if draft is not None:
                draft.start, draft.end = start, end
    return reading


def _with_minutes(ctx: Context, i: int, j: int, attribute: str) -> str | None:
    """The attribute of a duration with its minutes, where it tells any; None where it should and does not."""
    if attribute in ("clock", "plan"):
        return attribute
    for unit in ctx.units[i:j]:
        if unit.quantity is not None and unit.quantity.kind in ("minutes", "hours", "number") and unit.quantity.numbers:
            minutes = unit.quantity.numbers[0] * (60 if unit.quantity.kind == "hours" else 1)
            return f"{attribute}={minutes:g}"
    return None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    while start < end and text[start] in _EDGES:
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
    starts = [s.start for s in sentences]
    owner = np.array([max(0, bisect_right(starts, t.idx) - 1) for t in doc], dtype=np.int64)
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
    """The sentences that carried most, in the order of the text."""
    total = float(carried.sum())
    if total <= 0:
        return
    most = [k for k in np.argsort(-carried)[:_MOST].tolist() if carried[k] >= _ENOUGH * total]
    for k in sorted(most):
        yield sentences[k]
