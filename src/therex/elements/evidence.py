"""Making an element with its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from therex.types import Element, Found, NoteView, Range

MOST = 6


class HasRange(Protocol):
    """Anything with a start and an end in the text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def ranges(found: Iterable[HasRange]) -> tuple[Range, ...]:
    """The first few ranges of `found`, in text order, each once."""
    return tuple(Range(a, b) for a, b in sorted({(f.start, f.end) for f in found})[:MOST])


def element(name: str, found: Found, evidence: Iterable[HasRange] = (), note: str = "") -> Element:
    """An element with the ranges that show it."""
    return Element(name, found, ranges(evidence), note)


def text_of(view: NoteView, span: HasRange) -> str:
    """The text of a range, in lower case and with single blanks."""
    return " ".join(view.low[span.start : span.end].split())
