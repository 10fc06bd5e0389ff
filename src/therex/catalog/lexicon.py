"""The lexicon as one look-up table: phrase in look-up form to what it may mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from therex.catalog.files import resource
from therex.errors import ResourceError
from therex.types import EXERCISE_TYPES

EXERCISE_FILES = ("lexicon/exercises.yaml", "lexicon/exercises_specific.yaml", "lexicon/exercises_further.yaml")
TERM_FILES = ("lexicon/terms.yaml", "lexicon/cues.yaml")
CODE_NONE = "none"


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of a phrase: `category` decides which rules see it, `concept` is its normalised name."""

    category: str
    concept: str
    caps: bool = False
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Lexicon:
    """Phrases by look-up form, and the greatest number of tokens of a phrase by its first token.

    `ready` is for the matcher to keep what it worked out about a phrase.
    """

    phrases: dict[str, list[Entry]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    ready: dict[str, Any] = field(default_factory=dict, repr=False)

    def add(self, words: list[str], entry: Entry) -> None:
        """File `entry` under a phrase given as look-up forms."""
        key = " ".join(words)
        entries = self.phrases.setdefault(key, [])
        if not any(e.category == entry.category and e.concept == entry.concept for e in entries):
            entries.append(entry)
        self.longest[words[0]] = max(self.longest.get(words[0], 0), len(words))

    def to_data(self) -> dict[str, Any]:
        """Plain lists and strings, for the saved model: each meaning once, and the phrases by their meanings' numbers."""
        numbers: dict[str, int] = {}
        meanings: list[list[Any]] = []
        phrases: dict[str, list[int]] = {}
        for key, entries in sorted(self.phrases.items()):
            for e in entries:
                row = [e.category, e.concept, int(e.caps), *([dict(sorted(e.extra.items()))] if e.extra else [])]
                if repr(row) not in numbers:
                    numbers[repr(row)] = len(meanings)
                    meanings.append(row)
                phrases.setdefault(key, []).append(numbers[repr(row)])
        return {"meanings": meanings, "phrases": phrases}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Lexicon:
        """The reverse of `to_data`."""
        meanings = [Entry(row[0], row[1], bool(row[2]), row[3] if len(row) > 3 else {}) for row in data["meanings"]]
        lexicon = cls({key: [meanings[i] for i in numbers] for key, numbers in data["phrases"].items()})
        longest = lexicon.longest
        for key in lexicon.phrases:
            first, n = key.split(" ", 1)[0], key.count(" ") + 1
            if n > longest.get(first, 0):
                longest[first] = n
        return lexicon


def _rows() -> Iterator[tuple[str, Entry]]:
    """Every phrase of every lexicon file with its meaning."""
    for name in EXERCISE_FILES:
        for kind, regions in resource(name).items():
            if kind == "version":
                continue
            if kind not in EXERCISE_TYPES:
                raise ResourceError(f"{name}: {kind} must be one of {', '.join(EXERCISE_TYPES)}")
            for region, concepts in regions.items():
                for concept, variants in concepts.items():
                    for phrase in (concept, *variants):
                        yield phrase, Entry("exercise", concept, extra={"type": kind, "body": region})
    for name in TERM_FILES:
        for category, groups in resource(name).items():
            if category == "version":
                continue
            items = groups.items() if isinstance(groups, dict) else [(category, groups)]
            for concept, variants in items:
                for phrase in (concept, *variants) if isinstance(groups, dict) and name.endswith("terms.yaml") else variants:
                    yield phrase, Entry(category, concept)
    for code, phrases in resource("lexicon/services.yaml").items():
        if code == "version":
            continue
        for phrase in phrases:
            yield phrase, Entry("service", "" if code == CODE_NONE else code)
    for kind, names in resource("lexicon/measures.yaml").items():
        if kind == "version":
            continue
        for concept, variants in names.items():
            for phrase in (concept, *variants):
                yield phrase, Entry("measure", concept, extra={"kind": kind})
    for phrase in resource("lexicon/conditions.yaml")["condition"]:
        yield phrase, Entry("condition", phrase)
    for kind, groups in resource("unit_patterns.yaml")["words"].items():
        for phrase in groups:
            yield phrase, Entry(kind, phrase)


def read_lexicon(split: Callable[[str], list[str]]) -> Lexicon:
    """The shipped lexicon; `split` turns a phrase into look-up forms."""
    lexicon = Lexicon()
    for phrase, entry in _rows():
        caps = str(phrase).startswith("=")
        words = split(str(phrase).removeprefix("="))
        if not words:
            raise ResourceError(f"lexicon: the phrase {phrase!r} has no word")
        lexicon.add(words, Entry(entry.category, entry.concept, caps, entry.extra))
    _motions(lexicon)
    return lexicon


def _motions(lexicon: Lexicon) -> None:
    """A part with its motion (`knee flexion`) is not only an exercise: it can be limited, and it can be measured."""

    def meaning(word: str, category: str) -> Entry | None:
        return next((e for e in lexicon.phrases.get(word, ()) if e.category == category), None)

    for phrase, entries in lexicon.phrases.items():
        words = phrase.split(" ")
        if len(words) < 2 or not any(e.category == "exercise" for e in entries):
            continue
        parts = [meaning(w, "body") for w in words]
        motions = [meaning(w, "motion") for w in words]
        if any(motions) and any(parts) and all(p or m for p, m in zip(parts, motions, strict=True)):
            entries.append(Entry("motion", phrase))
            entries.append(next(p for p in parts if p))
