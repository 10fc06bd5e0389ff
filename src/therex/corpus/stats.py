"""Counts of marked notes: the grid of writers, settings and verdicts, lengths, and how marks of each label stand together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from therex.corpus.marked import MarkedNote
from therex.corpus.reading import Reading
from therex.types import ELEMENTS, LABELS

LONG, SHORT = 350, 45
_GRID = ("necessity", "confidence", "note_type", "discipline", "setting", "format")


@dataclass(frozen=True, slots=True)
class Lengths:
    """Words of a note: the median, and the shares of notes over `LONG` and under `SHORT` words."""

    median: float
    over: float
    under: float


@dataclass(frozen=True, slots=True)
class LabelCount:
    """Marks of one label: how many, and the shares with company in their sentence and inside another mark."""

    marks: int
    accompanied: float
    nested: float


def writer(note: MarkedNote) -> str:
    """Who wrote a note: its author, or the family that stands for one."""
    return str(note.meta.get("author") or note.meta.get("family") or note.id)


def grid(notes: Sequence[MarkedNote]) -> dict[str, Counter[str]]:
    """Notes by each key of the front matter that at least one of them has, and by author."""
    told = {key: Counter(str(n.meta[key]) for n in notes if n.meta.get(key)) for key in ("author", *_GRID)}
    return {key: counts for key, counts in told.items() if counts}


def elements(notes: Sequence[MarkedNote]) -> dict[str, Counter[str]]:
    """States of each element."""
    return {e: Counter(n.meta["elements"][e] for n in notes) for e in ELEMENTS}


def lengths(notes: Sequence[MarkedNote]) -> Lengths:
    """Words a note, blanks being what separates them."""
    words = [len(n.text.split()) for n in notes]
    return Lengths(median(words), sum(w > LONG for w in words) / len(words), sum(w < SHORT for w in words) / len(words))


def label_counts(readings: Sequence[Reading]) -> dict[str, LabelCount]:
    """The marks of each label over several notes; a label without marks has shares of 0."""
    out: dict[str, LabelCount] = {}
    for label in LABELS:
        marks = [(r, m) for r in readings for m in r.of(label)]
        n = max(1, len(marks))
        alone, nested = sum(r.alone(m) for r, m in marks), sum(r.nested(m) for r, m in marks)
        out[label] = LabelCount(len(marks), 1 - alone / n if marks else 0.0, nested / n)
    return out
