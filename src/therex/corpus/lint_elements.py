"""Lint of a marked note: elements, minutes and verdict that the marks do not bear out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from therex.catalog.codes import is_timed
from therex.catalog.files import resource
from therex.corpus.lint_rules import FILE, Found, pattern
from therex.corpus.reading import Mark, Reading

# the label whose marks an element rests on, and whether a weak one needs a mark too
_RESTS_ON = {
    "functional_limitation": ("LIMITATION", True),
    "goal": ("GOAL", True),
    "response": ("RESPONSE", False),
    "skilled_intervention": ("SKILL", False),
}
_TIMES = ("code_minutes", "timed_minutes", "total_time")


def element_findings(reading: Reading) -> Iterator[Found]:
    """Every finding of these rules."""
    yield from _totals(reading)
    yield from _no_minutes(reading)
    yield from _purpose(reading)
    yield from _measures(reading)
    yield from _deficits(reading)
    for element, (label, weak_too) in _RESTS_ON.items():
        yield from _rests(reading, element, label, weak_too)
    yield from _exercises(reading)
    yield from _verdict(reading)
    yield from _stated(reading)


def _durations(reading: Reading, kind: str) -> list[Mark]:
    return [m for m in reading.of("DURATION") if (m.attribute or "").partition("=")[0] == kind]


def _performed(reading: Reading) -> list[Mark]:
    return [m for m in reading.of("EXERCISE") if m.attribute in (None, "performed")]


def _totals(reading: Reading) -> Iterator[Found]:
    for kind, element in (("timed_total", "timed_minutes"), ("session_total", "total_time")):
        # a total of zero is stated, and leaves its element missing (annotation.md, "A visit in two blocks")
        marks = [m for m in _durations(reading, kind) if not (m.attribute or "").endswith("=0")]
        if marks and reading.elements[element] != "present":
            yield Found(f"{kind}_not_present", marks[0].start)
    if reading.elements["total_time"] != "missing" or _durations(reading, "session_total"):
        return
    given = {m.attribute for m in reading.of("SERVICE") if m.attribute}
    minutes = {str(code): n for code, n in (reading.minutes.get("codes") or {}).items()}
    # where every service has zero minutes, the elements of time stay missing (annotation.md, "Vague amounts")
    stated = set(minutes) if any(minutes.values()) else set()
    if given and given <= stated and ("97110" in stated or not _performed(reading)):
        yield Found("total_from_services")
    clocks = _durations(reading, "clock")
    ranged = any(pattern("clock_range").search(reading.body(m)) for m in clocks)
    edges = [any(pattern(name).search(reading.before(m)) for m in clocks) for name in ("clock_in", "clock_out")]
    if ranged or all(edges):
        yield Found("total_from_clock", clocks[0].start)


def _no_minutes(reading: Reading) -> Iterator[Found]:
    if any("=" in (m.attribute or "") for m in reading.of("DURATION")):
        return
    clocked = bool(_durations(reading, "clock"))
    for element in _TIMES:
        state = reading.elements[element]
        if state == "present" or (state == "weak" and not clocked):
            yield Found("time_without_minutes", None, {"element": element, "state": state})


def _purpose(reading: Reading) -> Iterator[Found]:
    rationales = reading.of("RATIONALE")
    state = reading.elements["purpose_link"]
    if state == "missing":
        tied = [m for m in rationales if _ties_exercise(reading, m)]
        if tied:
            yield Found("purpose_missing", tied[0].start)
    elif state == "present" and not rationales:
        yield Found("purpose_without_rationale")


def _ties_exercise(reading: Reading, rationale: Mark) -> bool:
    """Whether the last name before a rationale, in its sentence, is an exercise that was given."""
    start = reading.sentence(rationale.start).start
    named = [m for m in reading.of("EXERCISE", "SERVICE") if start <= m.start and m.end <= rationale.start]
    return bool(named) and named[-1] in _performed(reading)


def _measures(reading: Reading) -> Iterator[Found]:
    measures = [m for m in reading.of("MEASURE") if not reading.covered(m.start, m.end, "GOAL")]
    state = reading.elements["objective_measures"]
    if measures and state == "missing":
        yield Found("measure_missing", measures[0].start)
    if not reading.of("MEASURE") and state != "missing":
        counted = any(pattern("digit").search(reading.body(m)) for m in reading.of("RESPONSE", "LIMITATION", "GOAL"))
        yield Found("measure_counted" if counted else "measure_unmarked", None, {"state": state})


def _deficits(reading: Reading) -> Iterator[Found]:
    state = reading.elements["impairment"]
    deficits = reading.of("IMPAIRMENT")
    if deficits and state == "missing":
        yield Found("impairment_missing", deficits[0].start)
    if state != "missing" and not deficits and not reading.of("MEASURE"):
        elsewhere = reading.of("LIMITATION", "RESPONSE", "SKILL")
        yield Found("impairment_elsewhere" if elsewhere else "impairment_unmarked", None, {"state": state})


def _rests(reading: Reading, element: str, label: str, weak_too: bool) -> Iterator[Found]:
    marks, state = reading.of(label), reading.elements[element]
    words = {"element": element, "label": label}
    if marks and state == "missing":
        yield Found("element_missing", marks[0].start, words)
    elif not marks and state == "present":
        yield Found("element_unmarked", None, words)
    elif not marks and state == "weak" and weak_too:
        yield Found("weak_unmarked", None, words)


def _exercises(reading: Reading) -> Iterator[Found]:
    exercises, detail = reading.of("EXERCISE"), reading.elements["exercise_detail"]
    if detail != "present":
        dosed = next((m for m in exercises if _dosed(reading, m)), None)
        if dosed is not None:
            yield Found("dose_without_detail", dosed.start, {"state": detail})
    if not exercises and detail != "missing":
        yield Found("detail_without_exercise", None, {"state": detail})
    if reading.elements["home_program"] == "missing":
        for mark in exercises:
            if mark.attribute == "home" and not pattern("to_come").search(reading.sentence_text(mark.start)):
                yield Found("home_missing", mark.start)
                break


def _dosed(reading: Reading, exercise: Mark) -> bool:
    """Whether a dose other than a frequency follows a named exercise directly."""
    if pattern("type_only").fullmatch(reading.body(exercise)):
        return False
    for dose in reading.of("DOSE"):
        gap = reading.text[exercise.end : dose.start] if dose.start >= exercise.end else None
        if gap is not None and pattern("gap").fullmatch(gap):
            return pattern("amount").search(reading.body(dose)) is not None
    return False


def _verdict(reading: Reading) -> Iterator[Found]:
    elements, verdict = reading.elements, reading.meta["necessity"]
    present = {e for e, state in elements.items() if state == "present"}
    named = {e for e, state in elements.items() if state != "missing"}
    grounds = ({"skilled_intervention"}, {"response", "objective_measures"}, {"purpose_link", "goal"})
    met = sum(bool(present & g) for g in grounds)
    clear = reading.meta.get("confidence") == "clear"
    if verdict == "supported" and met < 2:
        nearly = sum(bool(named & g) for g in grounds) >= 2
        yield Found("supported_thin" if nearly or not clear else "supported_without_grounds")
    complete = present & {"impairment", "functional_limitation"} and "exercise_detail" in present and met >= 2
    if verdict == "not_supported" and complete and not reading.contradictions and clear:
        yield Found("not_supported_with_grounds")
    stated = (reading.minutes.get("codes") or {}).get(97110, 0) or reading.units.get(97110, 0)
    if verdict == "not_applicable" and stated:
        # a physician's note, or one that copies another, may report the minutes of therapy that it did not give
        other = "other" in (reading.meta.get("discipline"), reading.meta.get("note_type"))
        yield Found("not_applicable_reported" if other or reading.meta.get("confidence") == "arguable" else "not_applicable_billed")


def _stated(reading: Reading) -> Iterator[Found]:
    total = reading.minutes.get("timed_total")
    marks = _durations(reading, "timed_total")
    if marks and total is not None and all(float((m.attribute or "=0").split("=")[1]) != float(total) for m in marks):
        yield Found("timed_total_differs", marks[0].start)
    timed = sum(float(n) for code, n in (reading.minutes.get("codes") or {}).items() if is_timed(str(code)))
    if total is not None and timed > float(total) and not reading.contradictions:
        yield Found("parts_above_total")
    if any(reading.units.values()) and not any(_figure(reading, n) for n in reading.units.values() if n):
        yield Found("units_unstated")


def _figure(reading: Reading, number: int | float) -> bool:
    """Whether a number of units occurs in the text by itself, in digits or as a word."""
    words = resource(FILE)["numbers"]
    word = f"|{words[int(number)]}" if int(number) in words else ""
    return re.search(rf"(?<![\d./])(?:{number:g}{word})(?:u\b|\b)(?![./]\d)", reading.text, re.IGNORECASE) is not None
