"""Faults of marked notes: what a mark takes in, minutes that the front matter and the marks tell differently, details, twins.

What the guidelines ask beyond that is `therex.corpus.lint`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from therex.catalog.patterns import Patterns
from therex.corpus.details import faults_of_details
from therex.corpus.lint_rules import an
from therex.corpus.marked import MarkedNote

_RE = Patterns("corpus")

TWINS = 0.8
_SHINGLE = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """Note `number` of the folder, in order, has a fault; `what` says which, without note text, and `line` in which line of the text."""

    number: int
    what: str
    line: int | None = None


def check(notes: list[MarkedNote]) -> list[Fault]:
    """Every fault of `notes`, by note."""
    out = [Fault(n, what, line) for n, note in enumerate(notes, 1) for what, line in _marks(note)]
    out += [Fault(n, what) for n, note in enumerate(notes, 1) for what in (*_minutes(note), *_verdict(note), *faults_of_details(note))]
    return sorted([*out, *_twins(notes)], key=lambda f: f.number)


def _marks(note: MarkedNote) -> Iterator[tuple[str, int | None]]:
    for start, end, label, _ in note.spans:
        body = note.text[start:end]
        line = note.text.count("\n", 0, start) + 1
        if body != body.strip():
            yield f"{an(label)} begins or ends with a space", line
        elif _RE["list_number"].match(body):
            yield f"{an(label)} includes its bullet or list number", line
        elif _RE["closing_mark"].search(body):
            yield f"{an(label)} includes its closing punctuation", line
    if len({(s[0], s[1], s[2]) for s in note.spans}) < len(note.spans):
        yield "the same text has the same label twice", None


def _minutes(note: MarkedNote) -> Iterator[str]:
    stated = note.meta.get("minutes") or {}
    elements = note.meta["elements"]
    marked: dict[str, list[float]] = defaultdict(list)
    for _, _, label, attribute in note.spans:
        if label == "DURATION" and attribute and "=" in attribute:
            kind, _, value = attribute.partition("=")
            marked[kind].append(float(value))
    for kind in ("timed_total", "session_total"):
        # a visit, or the one timed service, may be told in several blocks
        blocks = marked[kind] or marked["code_minutes"]
        parts = {*marked["code_minutes"], *marked["timed_total"], *marked["session_total"], sum(blocks)}
        if kind in stated and float(stated[kind]) not in parts:
            yield f"minutes.{kind} is in the front matter, but not marked"
        if marked[kind] and kind not in stated:
            yield f"{kind} is marked, but not in the front matter"
    if elements["code_minutes"] == "present" and not stated.get("codes") and not (stated.get("timed_total") and marked["timed_total"]):
        yield "code_minutes is present, but minutes.codes is empty"
    if elements["total_time"] == "present" and "session_total" not in stated:
        yield "total_time is present, but minutes.session_total is empty"
    if elements["timed_minutes"] == "present" and "timed_total" not in stated:
        yield "timed_minutes is present, but minutes.timed_total is empty"


def _verdict(note: MarkedNote) -> Iterator[str]:
    if note.meta["necessity"] == "supported" and not any(s[2] in ("EXERCISE", "SERVICE") for s in note.spans):
        yield "supported, but neither EXERCISE nor SERVICE is marked"


def _twins(notes: list[MarkedNote]) -> Iterator[Fault]:
    """Notes of different families that share most of their runs of five words."""
    shingles = []
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for n, note in enumerate(notes):
        words = _RE["word"].findall(note.text.lower())
        own = {tuple(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1))}
        shingles.append(own)
        for s in own:
            where[s].append(n)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for found in where.values():
        for k, a in enumerate(found):
            for b in found[k + 1 :]:
                shared[a, b] += 1
    for (a, b), n in sorted(shared.items()):
        family = [str(notes[i].meta.get("family", notes[i].id)) for i in (a, b)]
        if family[0] != family[1] and n >= TWINS * min(len(shingles[a]), len(shingles[b])):
            yield Fault(b + 1, f"nearly the same text as note {a + 1}, of another family")
