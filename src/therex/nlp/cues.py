"""Cues of assertion: the phrases of ``resources/assertion`` as a tree of words, and where a row of words has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

from therex.catalog.files import resource
from therex.catalog.patterns import Patterns
from therex.nlp.surface import read_surface, stem

_RE = Patterns("grammar")

FILES = ("negated", "resolved", "current", "historical", "hypothetical", "other_person", "pseudo")
WORDS = (
    "findings", "joints", "relatives", "links", "boxes", "waiting", "going_on", "clause_starts", "sides", "pickups", "negators",
    "owning", "subjects", "sites", "participles", "told", "auxiliaries", "titles", "plurals", "dets",
)  # fmt: skip
MAX_GAP = 4
_AT_END, _AT_NUMBER = ("edge", ".."), ("n", "year", "date", "range", "..")
_CENTURIES = ("19", "20")


@dataclass(frozen=True, slots=True)
class Cue:
    """One row of the cue files; the fields are described in ``scope.yaml``."""

    gives: str
    acts: str = "after"
    reach: int = 0
    ends: frozenset[str] = frozenset()
    commas: str = "list"
    beside: bool = False
    inside: str = ""
    findings: bool = False
    leads: bool = False
    carries: str = ""
    before_label: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A cue at the words `first` to `last` (exclusive)."""

    first: int
    last: int
    cue: Cue


@dataclass(slots=True)
class _Node:
    """A place in the tree of phrases: where the next word leads, and the cues whose phrase ends here."""

    words: dict[str, _Node] = field(default_factory=dict)
    classes: dict[str, _Node] = field(default_factory=dict)
    cues: list[Cue] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """Everything in ``resources/assertion``, ready for look-up.

    Attributes
    ----------
    root, classes
        Trees of the phrases of all cues, and of each class.
    heads
        Classes by the words that they begin with.
    words
        The lists of words of ``scope.yaml`` by their names.
    wraps
        Words that a wrapped line ends or begins with.
    counted
        Words that follow a number or a date at the start of a phrase.
    carriers
        First words of the phrases that carry their scope to later lines.
    """

    root: _Node = field(default_factory=_Node)
    classes: dict[str, _Node] = field(default_factory=dict)
    heads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    words: dict[str, frozenset[str]] = field(default_factory=dict)
    wraps: dict[str, frozenset[str]] = field(default_factory=dict)
    carriers: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()


@cache
def table() -> Table:
    """The shipped cues."""
    scope = resource("assertion/scope.yaml")
    out = Table()
    for name, phrases in scope["classes"].items():
        node = out.classes[name] = _Node()
        for phrase in _phrases(phrases):
            _put(node, phrase, Cue(name))
    for kind, phrases in scope["terminators"].items():
        for phrase in _phrases(phrases):
            _put(out.root, phrase, Cue(kind, acts="ends"))
    carriers: set[str] = set()
    for name in FILES:
        for row in resource(f"assertion/{name}.yaml")["rows"]:
            cue = read_cue(row, scope["defaults"])
            for phrase in _phrases(row["phrases"]):
                firsts = _put(out.root, phrase, cue)
                if cue.carries:
                    carriers |= firsts
    for name, node in out.classes.items():
        for word in node.words:
            out.heads[word] = (*out.heads.get(word, ()), name)
    out.words = {key: _forms(scope[key]) for key in WORDS}
    out.wraps = {side: _forms(words) for side, words in scope["wraps"].items()}
    out.carriers = frozenset(carriers)
    numbers = [out.root.classes[name] for name in _AT_NUMBER if name in out.root.classes]
    out.counted = frozenset(word for node in numbers for word in _next_words(out, node))
    return out


def _next_words(out: Table, node: _Node) -> Iterator[str]:
    """The words that can follow at a place of the tree, numbers left out."""
    yield from node.words
    for name in node.classes:
        if name in out.classes:
            yield from out.classes[name].words


def read_cue(row: dict[str, Any], defaults: dict[str, dict[str, Any]]) -> Cue:
    """The cue of one row of a cue file, with the defaults of what it gives."""
    known = {**defaults.get(row["gives"], {}), **{k: v for k, v in row.items() if k not in ("phrases", "example")}}
    return Cue(**{**known, "ends": frozenset(known.get("ends", ()))})


def _phrases(listed: str) -> list[str]:
    return " ".join(listed.split()).split(", ")


def _forms(listed: str) -> frozenset[str]:
    return frozenset(w for phrase in _phrases(listed) for w in _tokens(phrase))


def _is_class(word: str) -> bool:
    return word == ".." or (word[0] == "<" and word[-1] == ">" and len(word) > 2)


@cache
def _tokens(word: str) -> tuple[str, ...]:
    """The look-up forms of one word of a phrase."""
    if word == "<comma>":
        return (",",)
    if _is_class(word):
        return (word,)
    return (stem(word),) if word.isascii() and word.isalpha() else tuple(read_surface(word).words)


def _ways(phrase: str) -> Iterator[tuple[str, ...]]:
    """Every row of words that a phrase in the notation of ``scope.yaml`` stands for."""
    places: list[list[tuple[str, ...]]] = []
    for part in phrase.split():
        optional = len(part) > 1 and part.endswith("?")
        choices = (part[:-1] if optional else part).split("|") if len(part) > 1 else [part]
        places.append([_tokens(c) for c in choices] + ([()] if optional else []))
    for way in product(*places):
        yield tuple(w for words in way for w in words)


def _put(node: _Node, phrase: str, cue: Cue) -> set[str]:
    """Add a phrase to a tree; the words that it begins with."""
    firsts = set()
    for way in _ways(phrase):
        if not way:
            continue
        firsts.add(way[0])
        at = node
        for word in way:
            edges = at.classes if _is_class(word) else at.words
            at = edges.setdefault(word.strip("<>") if edges is at.classes else word, _Node())
        if cue not in at.cues:
            at.cues.append(cue)
    return firsts


class _Reader:
    """Walks the trees over one row of words."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.table = table()

    def longest(self, node: _Node, k: int) -> tuple[int, list[Cue]]:
        """Where the longest phrase under `node` that begins at word `k` ends, and its cues; -1 where there is none."""
        best, cues = (k, node.cues) if node.cues else (-1, node.cues)
        following = node.words.get(self.words[k]) if k < len(self.words) else None
        if following is not None:
            best, cues = self._longer(best, cues, following, k + 1)
        if node.classes:
            for name in self.begun(k):
                following = node.classes.get(name)
                if following is not None:
                    for at in self._class(name, k):
                        best, cues = self._longer(best, cues, following, at)
        return best, cues

    def _longer(self, best: int, cues: list[Cue], node: _Node, k: int) -> tuple[int, list[Cue]]:
        """The longer of two phrases, one ending at `best` and one going on under `node`; both where they are equal."""
        end, found = self.longest(node, k) if node.words or node.classes else (k, node.cues)
        if end > best:
            return end, found
        if end == best and end >= 0 and found is not cues:
            return best, [*cues, *(c for c in found if c not in cues)]
        return best, cues

    def begun(self, k: int) -> tuple[str, ...]:
        """The classes that may begin at word `k`."""
        if k >= len(self.words):
            return _AT_END
        word = self.words[k]
        if word[0].isdigit():
            return (*self.table.heads.get(word, ()), *_AT_NUMBER)
        return (*self.table.heads.get(word, ()), *(("..",) if word[0].isalnum() else _AT_END))

    def _class(self, name: str, k: int) -> Iterator[int]:
        """Where the phrases of a class that begin at word `k` end."""
        if name == "..":
            for at in range(k, min(k + MAX_GAP, len(self.words)) + 1):
                yield at
                if at < len(self.words) and self.words[at] in (".", ";", ","):
                    return
        elif name == "edge":
            if k >= len(self.words) or not self.words[k][0].isalnum():
                yield k
        elif k >= len(self.words):
            return
        elif name == "n":
            if self.words[k][0].isdigit():
                yield k + 1
        elif name in ("year", "range", "date"):
            if _RE[name].match(self.words[k]):
                yield k + 1
        else:
            yield from class_ends(self.table, self.words, name, k)


def class_ends(known: Table, words: Sequence[str], name: str, k: int) -> Iterator[int]:
    """Where the phrases of a class that begin at word `k` end."""
    node = known.classes[name]
    while True:
        if node.cues:
            yield k
        following = node.words.get(words[k]) if k < len(words) else None
        if following is None:
            return
        node, k = following, k + 1


def find_cues(words: Sequence[str]) -> list[Found]:
    """The cues and terminators in `words`, left to right; the longest phrase at each place hides those inside it."""
    out: list[Found] = []
    reader = _Reader(words)
    root, heads, n = reader.table.root, reader.table.heads, len(words)
    known, classes, counted = root.words, root.classes.keys(), reader.table.counted
    k = 0
    while k < n:
        word = words[k]
        if word[0].isdigit():
            following = words[k + 1] if k + 1 < n else " "
            may = following in counted or following[0].isdigit() or word in known or word[:2] in _CENTURIES
        else:
            may = word in known or (word in heads and not classes.isdisjoint(heads[word]))
        if may:
            end, cues = reader.longest(root, k)
            if end > k:
                # where a phrase is both, it is no cue
                hidden = [cue for cue in cues if cue.gives == "pseudo"] if len(cues) > 1 else cues
                out.extend(Found(k, end, cue) for cue in hidden or cues)
                k = end
                continue
        k += 1
    return out
