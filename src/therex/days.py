"""Days as American notes, tables and file names write them."""

from __future__ import annotations

import re
from datetime import date

from dateutil import parser

# by far the commonest form, read without the parser's guesses; two figures of a year are of this century
_COMMON = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](?:20)?(\d{2})")


def parse_day(raw: str) -> date | None:
    """A day, month before day where both could be; None where it is none, or not between 1990 and 2100."""
    text = raw.strip().rstrip(".")
    common = _COMMON.fullmatch(text)
    try:
        if common and int(common[1]) <= 12 and int(common[3]) < 70:
            return date(2000 + int(common[3]), int(common[1]), int(common[2]))
        day = parser.parse(text, dayfirst=False).date()
    except (ValueError, OverflowError):
        return None
    return day if 1990 <= day.year <= 2100 else None
