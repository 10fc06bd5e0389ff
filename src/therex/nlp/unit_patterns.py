"""Regular expressions over units: `<body>` stands for any unit that may be a body part.

Each distinct set of categories is one character; a row of units is then a string, and `re` does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from therex.catalog.files import resource
from therex.catalog.lexicon import Lexicon
from therex.catalog.patterns import Patterns, expand
from therex.nlp.lexicon import MARKS, Unit

_RE = Patterns("grammar")

_FIRST = 0x4E00
LONGEST_ROW = 1500  # a longer note is matched in stretches, so that time grows with its length
_KEPT: dict[int, tuple[Lexicon, Grammar]] = {}


class Grammar:
    """Compiles patterns for one lexicon.

    Parameters
    ----------
    lexicon
        Its category sets, with those of marks, quantities and plain words, are all the sets there can be.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._chars: dict[frozenset[str], str] = {}
        self._by_category: dict[str, list[str]] = {}
        for entries in lexicon.phrases.values():
            self._char(frozenset(e.category for e in entries))
            plain = frozenset(e.category for e in entries if not e.caps)
            if plain:
                self._char(plain)
            for category in {e.category for e in entries}:
                self._char(frozenset({category}))
        for mark in {*MARKS.values(), "word", "punct"}:
            self._char(frozenset({mark}))
        quantities = resource("grammar/quantities.yaml")
        for row in (*quantities["digit"], *quantities["other"]):
            self._char(frozenset({"q", f"q_{row['kind']}"}))
        for extra in ("q_seconds", "q_distance"):
            self._char(frozenset({"q", extra, "q_inch"}))
        self._patterns: dict[str, str] = resource("unit_patterns.yaml")["patterns"]
        self._compiled: dict[str, re.Pattern[str]] = {}

    def _char(self, cats: frozenset[str]) -> str:
        char = self._chars.get(cats)
        if char is None:
            char = self._chars[cats] = chr(_FIRST + len(self._chars))
            for cat in cats:
                self._by_category.setdefault(cat, []).append(char)
        return char

    def row(self, units: list[Unit]) -> str:
        """The units as a string, one character each."""
        chars = self._chars
        return "".join([chars.get(u.cats, "\u0001") for u in units])

    def _class(self, m: re.Match[str]) -> str:
        chars = sorted({c for name in m[2].split("|") for c in self._by_category.get(name, ())})
        ranges, i = [], 0
        while i < len(chars):
            j = i
            while j + 1 < len(chars) and ord(chars[j + 1]) == ord(chars[j]) + 1:
                j += 1
            ranges.append(chars[i] if i == j else f"{chars[i]}-{chars[j]}")
            i = j + 1
        if not ranges:
            return "." if m[1] else "(?!)"
        return f"[{'^' if m[1] else ''}{''.join(ranges)}]"

    def expand(self, pattern: str) -> str:
        """`pattern` with its names and categories written out."""
        return _RE["category"].sub(self._class, expand(pattern, self._patterns))

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """The compiled form of a pattern, kept."""
        known = self._compiled.get(pattern)
        if known is None:
            known = self._compiled[pattern] = re.compile(self.expand(pattern))
        return known

    def find(self, pattern: str, row: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """Non-overlapping matches of `pattern` in `row`, as ranges of unit indices."""
        compiled, end = self.compiled(pattern), len(row) if end is None else end
        while start < end:
            stop = end if end - start <= LONGEST_ROW else self._cut(row, start)
            for m in compiled.finditer(row, start, stop):
                if m.end() > m.start():
                    yield m.start(), m.end()
            start = stop

    def _cut(self, row: str, start: int) -> int:
        """Where a long row is parted: after the last line or sentence end within reach."""
        reach = start + LONGEST_ROW
        at = max(row.rfind(self._char(frozenset({mark})), start + LONGEST_ROW // 2, reach) for mark in ("br", "dot"))
        return at + 1 if at > 0 else reach


def grammar_for(lexicon: Lexicon) -> Grammar:
    """The grammar of a lexicon, made once for each lexicon object."""
    known = _KEPT.get(id(lexicon))
    if known is None or known[0] is not lexicon:
        known = _KEPT[id(lexicon)] = (lexicon, Grammar(lexicon))
    return known[1]
