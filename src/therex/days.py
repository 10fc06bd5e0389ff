"""Days as American notes, tables and file names write them."""

from __future__ import annotations

from datetime import date

from dateutil import parser


def parse_day(raw: str) -> date | None:
    """A day, month before day where both could be; None where it is none, or not between 1990 and 2100."""
    try:
        day = parser.parse(raw.strip().rstrip("."), dayfirst=False).date()
    except (ValueError, OverflowError):
        return None
    return day if 1990 <= day.year <= 2100 else None
