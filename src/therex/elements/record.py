"""Elements of the record: minutes, date and signature."""

from __future__ import annotations

from bisect import bisect_left

from therex.elements.evidence import element
from therex.types import Element, Minutes, NoteView, Range


def code_minutes(view: NoteView, minutes: Minutes) -> Element:
    """Minutes for therapeutic exercise itself; the times of single exercises are weak."""
    if "97110" in minutes.codes:
        return element("code_minutes", "present", minutes.evidence.get("code:97110", ()))
    if (minutes.computed.get("code_minutes") or {}).get("minutes"):
        return element("code_minutes", "weak", [s for s in view.of("DURATION") if (s.attribute or "").startswith("exercise_time")])
    return element("code_minutes", "missing")


def timed_minutes(view: NoteView, minutes: Minutes) -> Element:
    """The total of timed minutes; weak where it can be worked out from the minutes of every timed service given."""
    if minutes.timed_total is not None:
        return element("timed_minutes", "present", minutes.evidence.get("timed_total") or _code_evidence(minutes))
    if "timed_total" in minutes.computed:
        return element("timed_minutes", "weak", _code_evidence(minutes))
    return element("timed_minutes", "missing")


def total_time(view: NoteView, minutes: Minutes) -> Element:
    """The total treatment time; clock times, or minutes of every service, are weak."""
    if minutes.session_total is not None:
        return element("total_time", "present", minutes.evidence.get("session_total", ()))
    if (minutes.computed.get("session_total") or {}).get("from") == "clock" or len(minutes.clock) >= 2:
        return element("total_time", "weak", minutes.evidence.get("clock", ()))
    if minutes.codes and not _unstated(view, minutes):
        return element("total_time", "weak", _code_evidence(minutes))
    return element("total_time", "missing")


def _unstated(view: NoteView, minutes: Minutes) -> bool:
    """Whether a service that was given has no minutes, so that the parts make no total."""
    if any(c.timed and c.minutes is None for c in minutes.charges):
        return True
    for span in view.of("SERVICE"):
        value = span.value or {}
        if not value.get("given") or span.assertion != "affirmed":
            continue
        code = span.attribute
        if code not in minutes.codes and (code or "stim" in view.low[span.start : span.end]) and not _has_minutes(view, span.end):
            return True
    return False


def _has_minutes(view: NoteView, position: int) -> bool:
    told = view.of("DURATION")
    low, high = (bisect_left(told, at, key=lambda s: s.start) for at in (position, position + 31))
    return any((s.attribute or "").startswith("code_minutes") for s in told[low:high])


def _code_evidence(minutes: Minutes) -> list[Range]:
    return [r for key, found in minutes.evidence.items() if key.startswith("code:") for r in found]


def date_of_service(view: NoteView, minutes: Minutes) -> Element:
    """The date of this visit; a date that could be another visit's is weak."""
    for kind in ("service_date", "signed_date"):
        found = view.mentioned(kind)
        if found:
            return element("date_of_service", "present", found[:1])
    other = view.mentioned("date_weak")
    return element("date_of_service", "weak" if other else "missing", other)


def signature(view: NoteView, minutes: Minutes) -> Element:
    """Name with credential, or an electronic signature line with both."""
    found = view.mentioned("signature")
    if found:
        return element("signature", "present", found[-2:])
    weak = view.mentioned("signature_weak")
    return element("signature", "weak" if weak else "missing", weak)
