"""Lint of marked notes: what the format allows and a second reader would question.

The rules, their level and their sentence are data (`resources/lint.yaml`); the guidelines are `docs/annotation.md`. Errors are breaches
that the guidelines rule out; warnings are places to look at again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from therex.catalog.files import resource
from therex.catalog.patterns import Patterns
from therex.corpus.lint_edges import edge_findings
from therex.corpus.lint_elements import element_findings
from therex.corpus.lint_gaps import gap_findings
from therex.corpus.lint_rules import FILE, Found, an
from therex.corpus.marked import MarkedNote
from therex.corpus.reading import Reading

_RE = Patterns("corpus")

_LETTER = {"error": "E", "warning": "W"}
_WORDS, _TIMES, _MINORITY = 3, 3, 0.2
_LEFT_OUT = ("GOAL", "DURATION")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a note breaks: its name, its level, the line of the note (from 1) or None, and what is wrong."""

    rule: str
    level: str
    line: int | None
    what: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{_LETTER[self.level]}: {place}{self.what}"


def findings(note: MarkedNote) -> list[Finding]:
    """What the lint finds in one note: errors first, then by line."""
    reading = Reading(note)
    found = [*element_findings(reading), *edge_findings(reading), *gap_findings(reading)]
    told = {_told(f, reading.line(f.at) if f.at is not None else None) for f in found}
    return sorted(told, key=lambda f: (f.level, f.line or 0, f.rule, f.what))


def _told(found: Found, line: int | None) -> Finding:
    rule = resource(FILE)["rules"][found.rule]
    label = found.words.get("label", "")
    return Finding(found.rule, rule["level"], line, rule["says"].format(**found.words, a_label=an(label)))


def lint(note: MarkedNote) -> list[str]:
    """The findings of one note as messages, without note text.

    Parameters
    ----------
    note
        A marked note whose front matter is complete.

    Returns
    -------
    list of str
        `E: ` or `W: `, then `line N: ` where the finding has a place, then what is wrong.

    Examples
    --------
    >>> from therex.corpus.marked import parse_marks
    >>> from therex.types import ELEMENTS
    >>> text, spans = parse_marks("Goals: ⟦GOAL Goal: climb 12 steps⟧")
    >>> meta = {"necessity": "not_supported", "elements": {**dict.fromkeys(ELEMENTS, "missing"), "goal": "weak"}}
    >>> lint(MarkedNote("a", text, spans, meta))
    ['E: line 1: a GOAL includes its lead-in']
    """
    return [str(f) for f in findings(note)]


def batch_findings(notes: Sequence[MarkedNote]) -> list[tuple[int, Finding]]:
    """Words that most notes mark in one way and a few in another: the number of the note, from 1, and the finding.

    Only strings of three words or more that are marked three times or more count; figures and capitals do not matter. Aims and times
    are left out: the same words may be a finding here and an aim there.
    """
    where: dict[str, list[tuple[int, int, frozenset[str]]]] = defaultdict(list)
    for number, note in enumerate(notes, 1):
        labels: dict[tuple[int, int], set[str]] = defaultdict(set)
        for start, end, label, _ in note.spans:
            if label not in _LEFT_OUT:
                labels[start, end].add(label)
        for (start, end), marked in labels.items():
            words = _RE["word_or_number"].findall(note.text[start:end].lower())
            if sum(not w.isdigit() for w in words) >= _WORDS:
                line = note.text.count("\n", 0, start) + 1
                where[" ".join("0" if w.isdigit() else w for w in words)].append((number, line, frozenset(marked)))
    out = []
    for rows in where.values():
        usual, times = Counter(own for _, _, own in rows).most_common(1)[0]
        if len(rows) >= _TIMES and 1 - times / len(rows) > _MINORITY:
            for number, line, own in rows:
                if own != usual:
                    words_ = {"labels": _listed(own), "usual": _listed(usual)}
                    out.append((number, _told(Found("marked_two_ways", None, words_), line)))
    return sorted(out, key=lambda row: (row[0], row[1].line or 0, row[1].what))


def _listed(labels: frozenset[str]) -> str:
    return " and ".join(sorted(labels))


def lint_batch(notes: Sequence[MarkedNote]) -> list[str]:
    """The findings over several notes as messages: `W: note N, line M: ` and what is wrong, without note text."""
    return [f"{_LETTER[f.level]}: note {number}, line {f.line}: {f.what}" for number, f in batch_findings(notes)]
