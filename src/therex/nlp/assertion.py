"""Assertion: whether a finding is affirmed, denied, past, hypothetical or another person's.

The cues and what ends their scope are data (``resources/assertion``); ``cues.py`` finds them and ``scopes.py`` decides
how far each one reaches. This module puts wrapped lines together, passes headings on to the lines under them, and has
the component.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from therex.catalog.patterns import Patterns
from therex.nlp.cues import Cue, find_cues, table
from therex.nlp.extensions import forget_working, surface_of
from therex.nlp.scopes import Scope
from therex.nlp.sentences import LONGEST_SENTENCE, read_sentences
from therex.nlp.surface import Surface, read_surface
from therex.types import Assertion, Range, Section, Span

if TYPE_CHECKING:
    from spacy.tokens import Doc

_RE = Patterns("text")

# a goal, a purpose, an amount or a measure is what it is: only these labels have an assertion
_ASKED = frozenset({"IMPAIRMENT", "LIMITATION", "SERVICE", "EXERCISE", "RESPONSE"})
_FINDINGS = frozenset({"IMPAIRMENT", "LIMITATION"})
_LEAST_WIDTH = 30
_ANSWER = 20


class Scopes:
    """The sentences of a text with the scopes of their cues, each made when it is first asked for.

    Parameters
    ----------
    surface
        The text.
    sentences
        Its sentences and list items.
    sections
        Its sections; a heading of past history covers its section.
    """

    def __init__(self, surface: Surface, sentences: Sequence[Range], sections: Sequence[Section] = ()) -> None:
        self.surface = surface
        self.ranges = joined(surface, sentences)
        self.sections = [s for s in sections if s.kind == "history"]
        self._starts = [r.start for r in self.ranges]
        self._made: dict[int, Scope] = {}
        self._heads: list[int] = []
        self._carriers = _carriers(surface)

    def modifiers(self, start: int, end: int, finding: bool = True) -> tuple[str, ...]:
        """Every qualifier of the phrase at `start`:`end`, a `finding` or else a treatment or a response to it."""
        k = max(bisect_right(self._starts, start) - 1, 0)
        if not self.ranges or end > self.ranges[k].end:
            # a phrase may run over what looks like the end of a sentence
            first = self.ranges[k].start if self.ranges else 0
            last = bisect_right(self._starts, end - 1) - 1
            close = max(end, self.ranges[last].end if last >= 0 else 0)
            return Scope(self.surface, first, close, self._inherited(k)).modifiers(start, end, finding)
        return self._scope(k).modifiers(start, end, finding)

    def _scope(self, k: int) -> Scope:
        made = self._made.get(k)
        if made is None:
            r = self.ranges[k]
            made = self._made[k] = Scope(self.surface, r.start, r.end, self._inherited(k))
        return made

    def _inherited(self, k: int) -> tuple[Cue, ...]:
        """The cues of the sentences before sentence `k` whose scope goes on in it."""
        if not self._carriers or k >= len(self.ranges):
            return ()
        if not self._heads:
            self._heads = self._paragraphs()
        first = self._heads[k]
        near = bisect_left(self._carriers, self.ranges[first].start)
        out: tuple[Cue, ...] = ()
        if first < k and near < len(self._carriers) and self._carriers[near] < self.ranges[k].start:
            made = k - 1
            while made > first and made not in self._made:
                made -= 1
            for j in range(made, k):
                # in order, so that none waits for the one before it
                self._scope(j)
            out = tuple(c for c in self._scope(k - 1).carried() if self._passes(c, k))
        return out or self._of_section(k)

    def _paragraphs(self) -> list[int]:
        """For each sentence, the first one of its paragraph."""
        out = [0]
        for k in range(1, len(self.ranges)):
            between = self.surface.norm[self.ranges[k - 1].end : self.ranges[k].start]
            out.append(out[-1] if between.count("\n") < 2 else k)
        return out

    def _passes(self, cue: Cue, k: int) -> bool:
        """Whether a cue of the sentence before sentence `k` goes on in it."""
        norm, r, before = self.surface.norm, self.ranges[k], self.ranges[k - 1]
        new_line = "\n" in norm[before.end : r.start]
        if new_line and cue.before_label and norm[before.end - 1] != ":":
            return False
        item = bool(_RE["bullet"].match(norm, norm.rfind("\n", 0, r.start) + 1))
        if cue.carries == "list":
            return item and new_line
        if cue.carries == "below" and new_line:
            return not _RE["field"].match(norm, r.start) and norm[r.end - 1] != "."
        heading = norm[before.end - 1] == ":" and norm[before.start : before.end].count(" ") < 5
        return not new_line or item or heading

    def _of_section(self, k: int) -> tuple[Cue, ...]:
        """The cue of the heading of the section of past history that sentence `k` stands in."""
        at = self.ranges[k].start
        nearest = bisect_right(self.sections, at, key=lambda s: s.body) - 1
        if nearest < 0 or at >= self.sections[nearest].end:
            return ()
        head = Scope(self.surface, self.sections[nearest].start, self.sections[nearest].body)
        return tuple(f.cue for f in head.found if f.cue.carries == "line" and not f.cue.before_label)


def _carriers(surface: Surface) -> list[int]:
    """Where phrases may stand whose scope goes on over later lines: they end with a colon or with their line."""
    firsts, words = table().carriers, surface.words
    found = [k for k, word in enumerate(words) if word in firsts]
    return [surface.starts[k] for k in found if ":" in words[k : k + 8] or "\n" in words[k : k + 8]]


def joined(surface: Surface, sentences: Sequence[Range]) -> list[Range]:
    """The sentences, those together that only the end of a line parts."""
    out: list[Range] = []
    for r in sentences:
        near = out and r.end - out[-1].start <= LONGEST_SENTENCE
        if near and (_wrapped(surface, out[-1], r) or _answered(surface, out[-1], r)):
            out[-1] = Range(out[-1].start, r.end)
        else:
            out.append(r)
    return out


def _answered(surface: Surface, a: Range, b: Range) -> bool:
    """Whether a sentence only answers the question before it."""
    norm = surface.norm
    return norm[a.end - 1] == "?" and "\n" not in norm[a.end : b.start] and b.end - b.start < _ANSWER


def _wrapped(surface: Surface, a: Range, b: Range) -> bool:
    """Whether the line break between two sentences only wraps a line."""
    norm, text = surface.norm, surface.text
    between = norm[a.end : b.start]
    if between.count("\n") != 1 or norm[a.end - 1] in ".:;!?|":
        return False
    if _RE["bullet"].match(norm, b.start) or _RE["field"].match(norm, b.start, min(b.end, b.start + 45)):
        return False
    i = bisect_left(surface.starts, a.end) - 1
    while i > 0 and surface.words[i] == "\n":
        i -= 1
    following = bisect_left(surface.starts, b.start)
    last, nxt = surface.words[i], surface.words[following] if following < len(surface.words) else ""
    wraps = table().wraps
    lower = text[b.start : b.start + 1].islower()
    if last in wraps["after"]:
        answer = i > 0 and (surface.words[i - 1] in wraps["answers"] or surface.starts[i] - surface.ends[i - 1] > 1)
        return not answer
    if not lower:
        return False
    return nxt in wraps["before"] or _full(norm, a, b) or _straddles(surface.words, i, following)


def _straddles(words: Sequence[str], i: int, following: int) -> bool:
    """Whether a cue goes on from one line, which ends with word `i`, to the next, or acts on it."""
    after = words[following : following + 3]
    around = [*words[max(0, i - 2) : i + 1], *after]
    middle = len(around) - len(after)
    if "\n" in around:
        return False
    found = find_cues(around)
    if any(f.first < middle < f.last for f in found):
        return True
    at_end = {f.cue.acts for f in found if f.last == middle}
    return "after" in at_end and not at_end & {"before", "ends"}


def _full(norm: str, a: Range, b: Range) -> bool:
    """Whether the first word of a line would not have gone into the line before it."""
    start, end = norm.rfind("\n", 0, a.end) + 1, norm.find("\n", b.start)
    above = norm[norm.rfind("\n", 0, max(start - 1, 0)) + 1 : max(start - 1, 0)]
    line, below = norm[start : a.end], norm[b.start : end if end >= 0 else len(norm)]
    width = max(len(text.rstrip()) for text in (above, line, below))
    if width < _LEAST_WIDTH or "  " in line.strip() or "  " in below.strip():
        return False
    return len(line) + 1 + len(norm[b.start : b.end].split(" ", 1)[0]) > width


def first_assertion(modifiers: tuple[str, ...]) -> Assertion:
    """The one assertion of a span: the first in the contract's order that holds."""
    return modifiers[0] if modifiers else "affirmed"  # type: ignore[return-value]


def assert_phrase(sentence: str, start: int, end: int) -> tuple[str, ...]:
    """The modifiers of the phrase ``sentence[start:end]`` of a text that stands alone."""
    surface = read_surface(sentence)
    return Scopes(surface, read_sentences(surface)).modifiers(start, end)


class AssertionMarker:
    """spaCy component: sets assertion and modifiers on the spans of ``doc._.therex_spans``.

    It is the last of the pipeline, and drops what only the components needed unless `keep_working` is set.
    """

    def __init__(self, keep_working: bool) -> None:
        self.keep_working = keep_working

    def __call__(self, doc: Doc) -> Doc:
        spans = doc._.therex_spans or []
        asked = [i for i, s in enumerate(spans) if s.label in _ASKED]
        scopes = self._scopes(doc)
        found = [scopes.modifiers(spans[i].start, spans[i].end, spans[i].label in _FINDINGS) for i in asked]
        marked = list(spans)
        for i, modifiers in zip(asked, found, strict=True):
            kept = _of_label(spans[i], modifiers)
            if kept:
                marked[i] = replace(spans[i], modifiers=kept, assertion=first_assertion(kept))
        doc._.therex_spans = marked
        if not self.keep_working:
            forget_working(doc)
        return doc

    def process(self, doc: Doc, ranges: list[tuple[int, int]]) -> list[tuple[str, ...]]:
        """The modifiers of each character range of `doc`, which is left as it is."""
        scopes = self._scopes(doc)
        return [scopes.modifiers(start, end) for start, end in ranges]

    def _scopes(self, doc: Doc) -> Scopes:
        surface = surface_of(doc)
        return Scopes(surface, doc._.therex_sentences or read_sentences(surface), doc._.therex_sections or ())


def _of_label(span: Span, modifiers: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `modifiers` that a span of its label can have."""
    if span.label == "RESPONSE":
        return tuple(m for m in modifiers if m in ("negated", "other_person"))
    if span.label == "LIMITATION" or (span.label == "IMPAIRMENT" and "negated" in modifiers):
        # what is denied is denied, whatever it was to prevent
        return tuple(m for m in modifiers if m != "hypothetical")
    return modifiers
