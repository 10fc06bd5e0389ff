"""What every rule reads: the units of a note, cut into sentences and chunks, and the section each stands in."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from therex.catalog.lexicon import Lexicon
from therex.nlp.lexicon import Unit
from therex.nlp.surface import Surface
from therex.nlp.unit_patterns import Grammar
from therex.types import Label, Range, Section

CUTS = frozenset({"semi", "comma", "dot", "br", "lp", "rp", "arrow", "pipe", "bullet"})
_TURNS = frozenset({"then", "next", "next visit", "next time", "today", "plan", "goal", "the goal", "also", "so we", "afterwards", "i'll"})


@dataclass(slots=True)
class Draft:
    """A span in the making; `first` and `last` are unit indices, the latter exclusive."""

    label: Label
    first: int
    last: int
    start: int
    end: int
    source: str
    attribute: str | None = None
    value: dict[str, Any] | None = None


@dataclass(slots=True)
class Context:
    """A note as the rules see it, with the spans drafted so far."""

    surface: Surface
    units: list[Unit]
    grammar: Grammar
    lexicon: Lexicon
    sections: Sequence[Section]
    sentences: Sequence[Range]
    row: str = ""
    starts: list[int] = field(default_factory=list)
    bounds: list[tuple[int, int]] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    _chunks: dict[tuple[int, int], list[tuple[int, int]]] = field(default_factory=dict)
    _cover: dict[str, bytearray] = field(default_factory=dict)
    _begun: dict[int, list[Draft]] = field(default_factory=dict)
    _firsts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.row = self.grammar.row(self.units)
        self.starts = [u.start for u in self.units]
        self.bounds = []
        headings = [(s.start, s.body) for s in self.sections if s.body > s.start]
        passed = 0
        for s in self.sentences:
            at = s.start
            while passed < len(headings) and headings[passed][1] <= s.start and headings[passed][0] < s.start:
                passed += 1
            for head, body in itertools.islice(headings, passed, None):
                if head >= s.end:
                    break
                if at <= head < s.end:
                    self._bound(at, head)
                    at = max(at, min(body, s.end))
                elif head < at < body:
                    at = min(body, s.end)
            self._bound(at, s.end)
        self.kinds = [""] * len(self.units)
        for section in self.sections:
            i, j = bisect_left(self.starts, section.start), bisect_left(self.starts, section.end)
            for k in range(i, j):
                self.kinds[k] = section.kind

    def _bound(self, start: int, end: int) -> None:
        i, j = bisect_left(self.starts, start), bisect_left(self.starts, end)
        while i < j and not self.units[i].cats.isdisjoint(("colon", "dash", "bullet")):
            i += 1
        if i < j:
            self.bounds.append((i, j))

    def has(self, i: int, *cats: str) -> bool:
        """Whether unit `i` exists and may be one of `cats`."""
        return 0 <= i < len(self.units) and not self.units[i].cats.isdisjoint(cats)

    def any(self, i: int, j: int, *cats: str) -> bool:
        """Whether a unit from `i` to `j` may be one of `cats`."""
        if i < 0:
            i = 0
        for u in self.units[i:j] if j > i else ():
            if not u.cats.isdisjoint(cats):
                return True
        return False

    def first(self, i: int, j: int, *cats: str) -> int:
        """The first unit from `i` to `j` that may be one of `cats`, or -1."""
        if i < 0:
            i = 0
        k = i
        for u in self.units[i:j] if j > i else ():
            if not u.cats.isdisjoint(cats):
                return k
            k += 1
        return -1

    def text(self, i: int, j: int) -> str:
        """The working text from unit `i` to `j`."""
        return self.surface.norm[self.units[i].start : self.units[j - 1].end] if j > i else ""

    def sentence(self, i: int) -> tuple[int, int]:
        """The unit range of the sentence that holds unit `i`."""
        k = bisect_right(self.bounds, (i, len(self.units) + 1)) - 1
        if k >= 0 and self.bounds[k][0] <= i < self.bounds[k][1]:
            return self.bounds[k]
        return i, i + 1

    def chunks(self, i: int, j: int) -> list[tuple[int, int]]:
        """The pieces of units `i` to `j` between commas, semicolons, brackets and arrows, none empty."""
        known = self._chunks.get((i, j))
        if known is not None:
            return known
        out: list[tuple[int, int]] = []
        start = i
        flowing = j - i > 45 and sum(not u.cats.isdisjoint(CUTS) for u in self.units[i:j]) * 18 < j - i
        for k in range(i, j + 1):
            if k == j or not self.units[k].cats.isdisjoint(CUTS) or self._spaced_dash(k):
                if start < k:
                    out.append((start, k))
                start = k + 1
            elif flowing and k > start and self._turns(k):
                out.append((start, k))
                start = k
        self._chunks[i, j] = out
        return out

    def _turns(self, k: int) -> bool:
        """Whether dictation without stops turns to something new at unit `k`."""
        if self.units[k].word in _TURNS:
            return not self.has(k - 1, "because", "to", "the")
        if self.has(k, "pron"):
            return not self.has(
                k - 1, "because", "but", "and", "to", "with", "for", "in", "the", "skill_cue", "purpose_of_cue", "of", "limiter", "be"
            ) and self.units[k - 1].word not in ("that", "what", "as", "when", "if", "say", "report", "state", "where")
        return self.has(k, "exercise", "service", "total", "timed") and self.has(
            k - 1, "q_dose", "q_minutes", "q_hold", "q_seconds", "q_xreps", "q_times", "each", "q_weight"
        )

    def _spaced_dash(self, k: int) -> bool:
        u = self.units[k]
        return "dash" in u.cats and self.surface.norm[u.start - 1 : u.start] == " "

    def add(self, label: Label, i: int, j: int, source: str, attribute: str | None = None,
            value: dict[str, Any] | None = None) -> Draft | None:  # fmt: skip
        """Draft a span over units `i` to `j`; None where nothing is left of it."""
        if i >= j:
            return None
        start, end = self.units[i].start, self.units[j - 1].end
        while end > start and self.surface.text[end - 1].isspace():
            end -= 1
        draft = Draft(label, i, j, start, end, source, attribute, value)
        self.drafts.append(draft)
        if i in self._begun:
            self._begun[i].append(draft)
        else:
            self._begun[i] = [draft]
            insort(self._firsts, i)
        self.cover(label, i, j)
        return draft

    def withdraw(self, label: Label) -> None:
        """Take back every draft with `label`."""
        self.drafts = [d for d in self.drafts if d.label != label]
        self._cover.pop(label, None)
        for k, begun in list(self._begun.items()):
            self._begun[k] = [d for d in begun if d.label != label]

    def cover(self, label: str, i: int, j: int) -> None:
        """Note that a draft with `label` takes units `i` to `j`."""
        marks = self._cover.get(label)
        if marks is None:
            marks = self._cover[label] = bytearray(len(self.units))
        marks[i:j] = b"\x01" * (j - i)

    def of(self, *labels: str) -> Iterator[Draft]:
        """The drafts with one of `labels`."""
        return (d for d in self.drafts if d.label in labels)

    def begun(self, i: int, j: int, *labels: str) -> Iterator[Draft]:
        """The drafts with one of `labels` that begin at a unit from `i` to `j`, in order."""
        firsts = self._firsts
        for k in firsts[bisect_left(firsts, i) : bisect_left(firsts, j)]:
            for d in self._begun[k]:
                if d.label in labels:
                    yield d

    def covered(self, i: int, j: int, *labels: str) -> bool:
        """Whether a draft with one of `labels` shares a unit with `i` to `j`."""
        if i < 0:
            i = 0
        if j <= i:
            return False
        cover = self._cover
        for label in labels:
            if label in cover and cover[label].find(1, i, j) >= 0:
                return True
        return False
