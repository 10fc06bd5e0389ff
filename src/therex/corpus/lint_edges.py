"""Lint of a marked note: what a mark takes in or leaves out at its edges, and what its label does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from therex.corpus.lint_rules import Found, pattern
from therex.corpus.reading import Mark, Reading


def edge_findings(reading: Reading) -> Iterator[Found]:
    """Every finding of these rules."""
    for mark in reading.marks:
        yield from _edges(reading, mark)
        if mark.label == "GOAL" and pattern("goal_lead_in").match(reading.body(mark)):
            yield Found("goal_lead_in", mark.start)
        if mark.label in ("LIMITATION", "IMPAIRMENT") and pattern("subject").match(reading.body(mark)):
            yield Found("subject_inside", mark.start, {"label": mark.label})
        if mark.label == "MEASURE":
            yield from _bare_value(reading, mark)
        if mark.label == "LIMITATION" and pattern("assistance").fullmatch(reading.body(mark)):
            yield from _bare_assistance(reading, mark)
        if mark.label == "EXERCISE":
            yield from _exercise(reading, mark)
        yield from _two_in_one(reading, mark)
        if mark.label == "SKILL" and pattern("other_giver").match(reading.body(mark)):
            yield Found("other_giver", mark.start)


def _edges(reading: Reading, mark: Mark) -> Iterator[Found]:
    body, words = reading.body(mark), {"label": mark.label}
    if mark.label == "DURATION" and pattern("times_sign").match(body):
        yield Found("duration_times_sign", mark.start)
    elif pattern("opens_badly").match(body):
        yield Found("opens_with_sign", mark.start, words)
    closes = ("closes_badly", "duration_closes_badly") if mark.label == "DURATION" else ("closes_badly",)
    if any(pattern(name).search(body) for name in closes):
        yield Found("closes_with_sign", mark.start, words)
    elif body.count("(") != body.count(")"):
        yield Found("bracket_cut", mark.start, words)


def _bare_value(reading: Reading, mark: Mark) -> Iterator[Found]:
    """A value whose name is its neighbor and was left out."""
    if pattern("bare_value").fullmatch(reading.body(mark)) and pattern("name_before").search(reading.before(mark)):
        yield Found("value_without_name", mark.start)


def _bare_assistance(reading: Reading, mark: Mark) -> Iterator[Found]:
    """Help without its activity; a field, a table cell or an enclosing mark may name it."""
    named = pattern("field_before").search(reading.before(mark))
    around = any(m != mark and m.start <= mark.start and mark.end <= m.end for m in reading.marks)
    yield Found("assistance_in_field" if named or around else "assistance_alone", mark.start)


def _exercise(reading: Reading, mark: Mark) -> Iterator[Found]:
    body = reading.body(mark)
    unnamed = not pattern("word_left").search(pattern("figures_and_units").sub(" ", body)) or pattern("no_exercise").fullmatch(body)
    if unnamed and not _named_in_full(reading, body):
        yield Found("no_exercise_named", mark.start)
    for load in pattern("load_in_name").finditer(body):
        if not reading.touched(mark.start + load.start(), mark.start + load.end(), "DOSE"):
            yield Found("load_in_name", mark.start)
            break


def _named_in_full(reading: Reading, short: str) -> bool:
    """Whether another exercise of the note has `short` in its longer name, as `VOR x1` has `x1`."""
    return any(f" {short} " in f" {reading.body(m)} " and reading.body(m) != short for m in reading.of("EXERCISE"))


def _two_in_one(reading: Reading, mark: Mark) -> Iterator[Found]:
    body, words = reading.body(mark), {"label": mark.label}
    if mark.label in ("SKILL", "RESPONSE") and pattern("semicolon").search(body):
        yield Found("two_parts", mark.start, words)
    elif mark.label != "GOAL" and pattern("full_stop").search(body):
        yield Found("two_sentences", mark.start, words)
