"""Clock phrases as times of the day: `2:10-3:00p`, `1615-1655`, `quarter past 8 in the morning`."""

from __future__ import annotations

import re

from therex.catalog.patterns import Patterns

_RE = Patterns("grammar")


def clock_times(phrase: str) -> list[str]:
    """The times in a clock phrase, as ``HH:MM``.

    Parameters
    ----------
    phrase
        The phrase in working form: lower case, numbers in digits.

    Notes
    -----
    A half of the day told once, after the last time, holds for both ends, unless the first would then lie after the last
    (`11:30-12:15 pm` begins in the morning). Where no half is told the hour stays as written.
    """
    found: list[tuple[int, int, str]] = []
    at = 0
    while m := _RE["time"].search(phrase, at):
        hour, minute = _parts(m)
        half = _RE["half"].match(phrase, m.end())
        at = half.end() if half else m.end()
        told = "" if half is None else half[1] or ("a" if half[2] == "morning" else "p")
        if hour <= 24 and minute < 60:
            found.append((hour, minute, "noon" if m["noon"] else told))
    last = next((told for _, _, told in reversed(found) if told in ("a", "p")), "")
    out = []
    for i, (hour, minute, told) in enumerate(found):
        here = told or last
        if not told and last == "p" and i + 1 < len(found) and hour % 12 > found[-1][0] % 12:
            here = "a"
        if here == "p" and hour < 12:
            hour += 12
        elif here == "a" and hour == 12:
            hour = 0
        out.append(f"{hour:02d}:{minute:02d}")
    return out


def _parts(m: re.Match[str]) -> tuple[int, int]:
    """Hour and minute of one time."""
    if m["noon"]:
        return 12, 0
    if m["mil"]:
        return int(m["mil"][:2]), int(m["mil"][2:])
    if m["of"]:
        minutes = {"quarter": 15, "half": 30}.get(m["part"]) or int(m["part"])
        hour = int(m["of"])
        return (hour, minutes) if m["way"] in ("past", "after") else (hour - 1 or 12, 60 - minutes)
    return (int(m["h"]), int(m["m"])) if m["h"] else (int(m["hour"]), 0)
