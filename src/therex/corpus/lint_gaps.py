"""Lint of a marked note: what looks as if it should be marked and is not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from therex.corpus.lint_rules import Found, pattern
from therex.corpus.reading import Mark, Reading

_NAMED_ELSEWHERE = ("EXERCISE", "GOAL", "RATIONALE", "LIMITATION", "MEASURE", "IMPAIRMENT", "SERVICE", "DURATION")


def gap_findings(reading: Reading) -> Iterator[Found]:
    """Every finding of these rules."""
    yield from _clock(reading)
    yield from _values(reading)
    yield from _purposes(reading)
    yield from _pain_at_task(reading)
    yield from _doses(reading)
    yield from _repeated(reading)
    yield from _odd_rationales(reading)


def _clock(reading: Reading) -> Iterator[Found]:
    for m in pattern("clock_range").finditer(reading.text):
        if reading.touched(m.start(), m.end(), "DURATION", "GOAL"):
            continue
        other = pattern("not_this_visit").search(reading.sentence_text(m.start()))
        yield Found("clock_other" if other else "clock_unmarked", m.start())


def _values(reading: Reading) -> Iterator[Found]:
    outside = ("MEASURE", "GOAL", "DOSE", "RATIONALE")
    for m in pattern("vital_sign").finditer(reading.text):
        if not reading.touched(m.start(), m.end(), *outside) and not pattern("threshold").search(_around(reading, m)):
            yield Found("value_unmarked", m.start())
    for m in pattern("score_of_ten").finditer(reading.text):
        if reading.touched(m.start(), m.end(), *outside) or not pattern("pain").search(_around(reading, m)):
            continue
        if not pattern("threshold").search(_around(reading, m)):
            yield Found("value_unmarked", m.start())


def _around(reading: Reading, m: re.Match[str], reach: int = 40) -> str:
    """The sentence around a match, cut to some characters on each side."""
    sentence = reading.sentence(m.start())
    return reading.text[max(sentence.start, m.start() - reach) : min(sentence.end, m.end() + reach)]


def _purposes(reading: Reading) -> Iterator[Found]:
    for m in pattern("purpose").finditer(reading.text):
        if reading.touched(m.start(), m.end(), "RATIONALE", "SKILL", "GOAL", "DURATION", "EXERCISE", "SERVICE"):
            continue
        sentence = reading.sentence(m.start())
        named = any(sentence.start <= x.start and x.end <= m.start() for x in reading.of("EXERCISE", "SERVICE"))
        if named and not pattern("claim").search(reading.text[sentence.start : sentence.end]):
            yield Found("purpose_unmarked", m.start())


def _pain_at_task(reading: Reading) -> Iterator[Found]:
    for sentence in reading.sentences:
        for clause in pattern("clause").finditer(reading.text, sentence.start, sentence.end):
            pain, task = pattern("pain_word").search(clause[0]), pattern("daily_task").search(clause[0])
            if not pain or not task or pattern("denial").search(clause[0]):
                continue
            a, b = (clause.start() + pain.start(), clause.start() + pain.end())
            c, d = (clause.start() + task.start(), clause.start() + task.end())
            if reading.touched(min(a, c), max(b, d), "RESPONSE", "SKILL", "GOAL", "RATIONALE", "EXERCISE", "SERVICE"):
                continue
            apart = reading.covered(a, b, "IMPAIRMENT") and reading.covered(c, d, "LIMITATION") and not reading.touched(a, b, "LIMITATION")
            score = reading.covered(a, b, "MEASURE") and not reading.covered(a, b, "IMPAIRMENT")
            both = reading.covered(a, b, "IMPAIRMENT") and reading.touched(a, b, "LIMITATION")
            if not (score or both or apart):
                yield Found("pain_at_task", a)


def _doses(reading: Reading) -> Iterator[Found]:
    for skill in reading.of("SKILL"):
        for m in pattern("dose").finditer(reading.text, skill.start, skill.end):
            if not reading.touched(m.start(), m.end(), "DOSE", "MEASURE", "LIMITATION", "EXERCISE"):
                yield Found("dose_unmarked", m.start())
                break


def _repeated(reading: Reading) -> Iterator[Found]:
    names = {name for m in reading.of("EXERCISE") if (name := _name(reading, m))}
    for name in sorted(names):
        for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", reading.text, re.IGNORECASE):
            if not reading.touched(m.start(), m.end(), *_NAMED_ELSEWHERE):
                yield Found("exercise_repeated", m.start())
                break


def _name(reading: Reading, mark: Mark) -> str:
    """The text of an exercise that is specific enough to look for again; empty where it is not."""
    body = reading.body(mark)
    held = any(m.label == "DOSE" and mark.start <= m.start and m.end <= mark.end for m in reading.marks)
    return "" if held or not pattern("specific_name").fullmatch(body) or pattern("type_only").fullmatch(body) else body


def _odd_rationales(reading: Reading) -> Iterator[Found]:
    for mark in reading.of("RATIONALE"):
        if reading.alone(mark) and not pattern("purpose_word").match(reading.body(mark)):
            yield Found("rationale_alone", mark.start)
