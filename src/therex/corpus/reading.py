"""A marked note with its marks in order, its lines and its sentences: what the lint and the counts ask of it."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, NamedTuple

from therex.corpus.marked import MarkedNote
from therex.nlp.sentences import read_sentences
from therex.nlp.surface import read_surface
from therex.types import Range


class Mark(NamedTuple):
    """One mark: a half-open range of characters, its label and its attribute."""

    start: int
    end: int
    label: str
    attribute: str | None


class Reading:
    """A marked note, read once.

    Parameters
    ----------
    note
        The marked note; it is left as it is.
    """

    def __init__(self, note: MarkedNote) -> None:
        self.text = note.text
        self.marks = [Mark(*s) for s in sorted(note.spans, key=lambda s: (s[0], -s[1], s[2]))]
        self.meta = note.meta
        self.elements: dict[str, str] = note.meta["elements"]
        self.minutes: dict[str, Any] = note.meta.get("minutes") or {}
        self.units: dict[Any, Any] = note.meta.get("units") or {}
        self.contradictions: list[str] = note.meta.get("contradictions") or []
        self.sentences: list[Range] = read_sentences(read_surface(note.text)) if note.text else []
        self._starts = [s.start for s in self.sentences]

    def of(self, *labels: str) -> list[Mark]:
        """The marks of some labels, in text order."""
        return [m for m in self.marks if m.label in labels]

    def body(self, mark: Mark) -> str:
        """The text of a mark."""
        return self.text[mark.start : mark.end]

    def before(self, mark: Mark) -> str:
        """The line up to a mark."""
        return self.text[self.text.rfind("\n", 0, mark.start) + 1 : mark.start]

    def after(self, mark: Mark) -> str:
        """The line behind a mark."""
        end = self.text.find("\n", mark.end)
        return self.text[mark.end : end if end >= 0 else len(self.text)]

    def sentence(self, at: int) -> Range:
        """The sentence or list item that holds a character."""
        if not self.sentences:
            return Range(0, len(self.text))
        return self.sentences[max(0, bisect_right(self._starts, at) - 1)]

    def sentence_text(self, at: int) -> str:
        """The text of that sentence."""
        found = self.sentence(at)
        return self.text[found.start : found.end]

    def covered(self, start: int, end: int, *labels: str) -> bool:
        """Whether one mark of some labels holds all of a range."""
        return any(m.start <= start and end <= m.end for m in self.marks if m.label in labels)

    def touched(self, start: int, end: int, *labels: str) -> bool:
        """Whether a mark of some labels shares a character with a range."""
        return any(m.start < end and start < m.end for m in self.marks if m.label in labels)

    def alone(self, mark: Mark) -> bool:
        """Whether no other mark lies outside this one in its sentence; marks inside it and twins do not count."""
        start, end = self.sentence(mark.start).start, max(self.sentence(mark.end - 1).end, mark.end)
        return not any(m.start < end and start < m.end and (m.start < mark.start or mark.end < m.end) for m in self.marks)

    def nested(self, mark: Mark) -> bool:
        """Whether another mark holds this one; of twins the later one counts."""
        before = self.marks[: self.marks.index(mark)]
        return any(m.start <= mark.start and mark.end <= m.end for m in before)

    def line(self, at: int) -> int:
        """The number of the line that holds a character, from 1."""
        return self.text.count("\n", 0, at) + 1
