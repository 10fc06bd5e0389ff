"""Clock times of a visit and the minutes between them."""

from __future__ import annotations

from collections.abc import Sequence

from therex.types import Span

_LONGEST = 360
_HALF_DAY = 720
_LEAST = 8


def clock_spans(spans: Sequence[Span]) -> tuple[tuple[str, ...], int | None]:
    """The clock times of a visit in text order, and the length of the visit by them; None where they make no length.

    Parameters
    ----------
    spans
        DURATION spans with the attribute ``clock`` and a value of `start` and `end`.
    """
    told = [_times(s) for s in spans]
    every = tuple(t for times in told for t in times)
    return every, visit_length(told)


def _times(span: Span) -> list[str]:
    """The times of one span."""
    value = span.value or {}
    return [str(v) for v in (value.get("start"), value.get("end")) if v]


def visit_length(told: Sequence[Sequence[str]]) -> int | None:
    """Minutes of a visit by its clock times, each range as it is told; None where they make no length.

    Ranges that are apart add up, a range inside another adds nothing. Single times pair up in their order, in and out.

    Parameters
    ----------
    told
        The times of each clock phrase: two for a range, one for a time in or out.
    """
    ranges = [(t[0], t[-1]) for t in told if len(t) >= 2]
    single = [t[0] for t in told if len(t) == 1]
    ranges += _paired(single) if len(single) % 2 == 0 or not ranges else []
    covered: list[tuple[int, int]] = []
    for first, last in ranges:
        length = minutes_between([first, last])
        if length is not None:
            covered.append((time_of_day(first), time_of_day(first) + length))
    total, end = 0, -1
    for a, b in sorted(covered):
        total += max(0, b - max(a, end))
        end = max(end, b)
    return total if 0 < total <= _LONGEST else None


def _paired(single: Sequence[str]) -> list[tuple[str, str]]:
    """Times in and out as ranges; the first with the last where a pair is too short for a unit (arrival and start)."""
    pairs = list(zip(single[::2], single[1::2], strict=False))
    if len(single) % 2 or any((minutes_between(pair) or 0) < _LEAST for pair in pairs):
        return [(single[0], single[-1])] if len(single) > 1 else []
    return pairs


def time_of_day(told: str) -> int:
    """Minutes since midnight of a time as ``HH:MM``."""
    hour, _, minute = told.partition(":")
    return int(hour) * 60 + int(minute)


def minutes_between(times: Sequence[str]) -> int | None:
    """Minutes from the first to the last of two or more times of one day; None where that makes no session."""
    if len(times) < 2:
        return None
    length = (time_of_day(times[-1]) - time_of_day(times[0])) % _HALF_DAY
    return length if 0 < length <= _LONGEST else None
