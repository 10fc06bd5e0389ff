"""Patterns that look before they leap: no match without one of a few words, so those are sought first.

An alternation of a hundred phrases is tried by `re` at every letter of a text; their words are found in one pass by an Aho-Corasick
automaton. `seek` derives from a pattern what a text must hold for each of its alternatives, and searches only a text that holds it.
The result is that of the pattern, always.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from ahocorasick_rs import AhoCorasick

_LEAST = 2  # a single letter stands in nearly every text
_MOST = 250  # beyond so many alternatives the look costs as much as the search

Words = tuple[str, ...]


class Later:
    """A pattern that is compiled when it is first used: most notes need few of them, and to compile all takes longer than to read one.

    Parameters
    ----------
    make
        Compiles it, or raises what its users should hear.
    """

    def __init__(self, make: Callable[[], re.Pattern[str]]) -> None:
        self._make = make

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return self._make()


class Seek(Later):
    """A pattern with what a text must hold for a match; both are made when first used.

    Parameters
    ----------
    make
        Compiles it.
    told
        Tells its `needs`.
    """

    def __init__(self, make: Callable[[], re.Pattern[str]], told: Callable[[], tuple[tuple[Words, ...], ...]]) -> None:
        super().__init__(make)
        self._told = told

    @cached_property
    def needs(self) -> tuple[tuple[Words, ...], ...]:
        """What a text must hold: one row for each alternative of the pattern; of every tuple of words in the row, one word must stand in it.

        No rows where nothing can be told.
        """
        return self._told()

    @cached_property
    def _look(self) -> tuple[AhoCorasick | None, list[list[tuple[Words, ...]]]]:
        """The automaton of the first words of the rows, and by its words what else the rows need."""
        rests: dict[str, list[tuple[Words, ...]]] = {}
        for head, *rest in self.needs:
            for word in head:
                rests.setdefault(word, []).append(tuple(rest))
        return AhoCorasick(list(rests)) if rests else None, list(rests.values())

    def may(self, text: str) -> bool:
        """Whether `text` can hold a match at all."""
        automaton, rests = self._look
        if automaton is None:
            return True
        for word in {found[0] for found in automaton.find_matches_as_indexes(text, overlapping=True)}:
            for rest in rests[word]:
                if all(any(w in text for w in words) for words in rest):
                    return True
        return False

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        return self.pattern.search(text, start) if self.may(text) else None

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """As `re.Pattern.match`."""
        return self.pattern.match(text, start)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return self.pattern.finditer(text) if self.may(text) else iter(())

    def findall(self, text: str) -> list[Any]:
        """As `re.Pattern.findall`."""
        return self.pattern.findall(text) if self.may(text) else []

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As `re.Pattern.sub`."""
        return self.pattern.sub(new, text) if self.may(text) else text


def seek(pattern: str, flags: int = 0) -> Seek:
    """`pattern`, that searches only where its words stand."""
    return Seek(lambda: re.compile(pattern, flags), lambda: needs(pattern, flags))


def needs(pattern: str, flags: int = 0) -> tuple[tuple[Words, ...], ...]:
    """What a text must hold for a match of `pattern` (`Seek.needs`); () if that cannot be told of every alternative."""
    try:
        # the parser of `re` has no public name
        from re import _parser  # type: ignore[attr-defined]

        tree = _parser.parse(pattern, flags)
    except (ImportError, AttributeError):  # pragma: no cover - another Python's parser
        return ()
    if tree.state.flags & re.IGNORECASE:
        return ()
    rows = {_row(row) for row in _alternatives(list(tree))}
    if () in rows or len(rows) > _MOST:
        return ()
    return tuple(sorted(rows))


def _row(words: list[frozenset[str]]) -> tuple[Words, ...]:
    told = {tuple(sorted(w, key=len)) for w in words if w and min(map(len, w)) >= _LEAST and len(w) <= 12}
    # the rarest come first: few words, and long ones
    return tuple(sorted(told, key=lambda w: (-min(min(map(len, w)), 6), len(w), w)))[:4]


def _alternatives(tree: list[Any]) -> list[list[frozenset[str]]]:
    """For each alternative of a sequence, the sets of words of which it needs one each; only its widest choice is told apart."""
    parts: list[Any] = []
    for operation, argument in tree:
        name = str(operation)
        if name == "SUBPATTERN":
            parts.append(list(argument[3]))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            parts.append(list(argument[2]) if argument[0] >= 1 else [])
        elif name == "ATOMIC_GROUP":
            parts.append(list(argument))
        elif name == "BRANCH":
            parts.append([(operation, argument)])
        else:
            parts.append(None)
    widest = max(range(len(tree)), key=lambda i: _width(tree[i]), default=-1)
    if widest < 0 or _width(tree[widest]) < 2:
        return [_all_of(tree)]
    around = [*_all_of(tree[:widest]), *_all_of(tree[widest + 1 :])]
    name, argument = str(tree[widest][0]), tree[widest][1]
    inner = [row for branch in argument[1] for row in _alternatives(list(branch))] if name == "BRANCH" else _alternatives(parts[widest])
    return [[*row, *around] for row in inner]


def _width(node: Any) -> int:
    """How many alternatives a node chooses from."""
    name, argument = str(node[0]), node[1]
    if name == "BRANCH":
        return sum(max(1, max((_width(n) for n in branch), default=1)) for branch in argument[1])
    if name == "SUBPATTERN":
        return max((_width(n) for n in argument[3]), default=1)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return max((_width(n) for n in argument[2]), default=1) if argument[0] >= 1 else 1
    if name == "ATOMIC_GROUP":
        return max((_width(n) for n in argument), default=1)
    return 1


def _all_of(tree: list[Any]) -> list[frozenset[str]]:
    """Sets of words in a sequence, of each of which a match holds one."""
    found: list[frozenset[str]] = []
    run = ""
    for operation, argument in tree:
        name = str(operation)
        if name == "LITERAL":
            run += chr(argument)
            continue
        if name == "AT":
            continue
        if run:
            found.append(frozenset({run}))
            run = ""
        if name == "SUBPATTERN":
            found += _all_of(list(argument[3]))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and argument[0] >= 1:
            found += _all_of(list(argument[2]))
        elif name == "ATOMIC_GROUP":
            found += _all_of(list(argument))
        elif name == "BRANCH":
            each = [max(_all_of(list(branch)), key=_telling, default=frozenset()) for branch in argument[1]]
            if all(each):
                found.append(frozenset().union(*each))
    if run:
        found.append(frozenset({run}))
    return found


def _telling(words: frozenset[str]) -> tuple[int, int]:
    return min(map(len, words)), -len(words)
