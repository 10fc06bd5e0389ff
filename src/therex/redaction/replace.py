"""Replacing what was found: the same person, day or number has the same letter throughout a note."""

from __future__ import annotations

from dataclasses import dataclass, field

from therex.catalog.patterns import Patterns
from therex.errors import sized
from therex.redaction.find import Identifier, find, kinds

_RE = Patterns("redaction")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with placeholders such as ``[NAME A]``, and how many of each kind were put."""

    text: str = field(repr=False)
    replaced: dict[str, int]


def redact(text: str, also: tuple[str, ...] = ()) -> Redacted:
    """`text` with what may identify a person replaced, and the names of `also`. No guarantee: what no rule foresaw is left.

    Raises
    ------
    NoteError
        The text is longer than a note may be.
    """
    spans = find(sized(text), also)
    letters = _letters(text, spans)
    out, last = [], 0
    for span, letter in zip(spans, letters, strict=True):
        out += [text[last : span.start], f"[{span.kind} {letter}]"]
        last = span.end
    return Redacted("".join([*out, text[last:]]), kinds(spans))


def _letters(text: str, spans: list[Identifier]) -> list[str]:
    """A letter for each span; two of a kind that share a word of a name, or are the same, have one."""
    # the first letter that was given to a word, and how many letters each kind has
    known: dict[tuple[str, str], int] = {}
    given: dict[str, int] = {}
    numbers = []
    for span in spans:
        said = text[span.start : span.end].lower()
        words = set(_RE["replaced"].findall(said)) if span.kind == "NAME" else {" ".join(_RE["replaced"].findall(said)) or said}
        at = min((known[span.kind, word] for word in words if (span.kind, word) in known), default=-1)
        if at < 0:
            at = given.get(span.kind, 0)
            given[span.kind] = at + 1
        for word in words:
            known[span.kind, word] = min(at, known.get((span.kind, word), at))
        numbers.append(at)
    return [_letter(n) for n in numbers]


def _letter(n: int) -> str:
    """A to Z, then AA, AB and so on."""
    out = ""
    n += 1
    while n:
        n, rest = divmod(n - 1, 26)
        out = chr(65 + rest) + out
    return out
