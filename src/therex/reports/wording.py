"""What people read of an analysis, in one place for the terminal, the pages and the tables (`resources/wording.yaml`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from therex.catalog.files import resource
from therex.types import Assessment, ChargeLine, Finding, Minutes


def _file() -> Any:
    return resource("wording.yaml")


def said(kind: str, key: str) -> str:
    """The words for a key of one kind: `statuses`, `verdicts`, `note_types`, `findings`, `line_reasons`, `episode`."""
    words: str = _file()[kind].get(key) or key.replace("_", " ").capitalize()
    return words


def element_name(element: str) -> str:
    """The name of an element; that of a payer's own element is made from its id."""
    entry = _file()["elements"].get(element)
    return entry["name"] if entry else element.replace("_", " ").capitalize()


def about_exercise(element: str) -> bool:
    """Whether an element is asked about only where exercise was given."""
    return bool(_file()["elements"].get(element, {}).get("about_exercise"))


def state_of(f: Finding, time: Minutes | None = None) -> str:
    """What is said of an element that is missing or weak, such as ``Total timed minutes missing``.

    Parameters
    ----------
    time
        The minutes of the note: where a total can be worked out from them, its figure is told.
    """
    name, entry = element_name(f.id), _file()["elements"].get(f.id, {})
    if f.found == "missing":
        return f"{name} missing"
    if f.found == "present":
        return f"{name} {said('findings', f.finding).lower()}"
    computed = (time.computed if time else {}).get(entry.get("computed", ""))
    told = _file()["worked_out"].get(computed["from"]) if computed else None
    why = told.format(minutes=f"{computed['minutes']:g}") if computed and told else entry.get("weak", "")
    return f"{name} weak: {why}" if why else f"{name} weak"


def reasons_of(a: Assessment) -> list[str]:
    """The reasons for the status of the charge line, each a sentence about this note without its full stop.

    Those that tell figures of units come first.
    """
    if a.line is None:
        return []
    findings = {f.id: f for f in (*a.findings, *a.custom)}
    told = dict(a.line.messages) | {c.id: c.message for c in a.contradictions if c.id == "units_mismatch"}
    for x in a.claim.findings if a.claim else ():
        told[x.id] = f"{told[x.id]} {x.message}" if x.id in told and x.id not in a.line.messages else x.message
    every = [
        sentence.rstrip(".")
        for reason in sorted(a.line.because, key=lambda r: r not in told)
        for sentence in (
            told[reason].split(". ")
            if reason in told
            else [state_of(findings[reason], a.time) if reason in findings else said("line_reasons", reason)]
        )
    ]
    # the note's own check and the payer's may say the same of one code: it is told once
    first = {s.partition(";")[0]: s for s in reversed(every)}
    return list(dict.fromkeys(s for s in every if s in first.values()))


def listed(reasons: Iterable[str]) -> str:
    """Reasons by their ids alone, where no note is at hand to tell more."""
    file = _file()
    return "; ".join(element_name(r) if r in file["elements"] else said("line_reasons", r) for r in reasons)


def sentences(parts: Iterable[str]) -> str:
    """Sentences one after the other, each with its full stop."""
    return " ".join(f"{p}." for p in parts)


def minutes_and_units(time: Minutes, code: str = "97110") -> str:
    """The minutes of a code, its units billed and those supported, such as ``40 min; billed 3, supported 2 to 3``."""
    line = next((c for c in time.charges if c.code == code), None)
    minutes, billed = (time.codes.get(code), time.billed_units.get(code)) if line is None else (line.minutes, line.billed)
    units = [] if billed is None else [f"billed {billed}"]
    if line is not None and line.cms is not None and line.ama is not None:
        low, high = sorted((line.cms, line.ama))
        units.append(f"supported {low}" if low == high else f"supported {low} to {high}")
    parts = ([] if minutes is None else [f"{minutes:g} min"]) + ([", ".join(units)] if units else [])
    return "; ".join(parts)


def supported_units(c: ChargeLine) -> str:
    """The units supported for one code: one number where both rules agree."""
    if not c.timed:
        return "untimed"
    if c.cms is None:
        return "minutes not stated"
    return str(c.cms) if c.cms == c.ama else f"CMS {c.cms}, AMA {c.ama}"


def visit_lines(t: Minutes) -> list[str]:
    """The visit as a whole: its minutes, the timed units billed and supported, and what its length allows."""
    totals = (("timed_total", t.timed_total), ("session_total", t.session_total))
    lines = ["; ".join(f"{said('totals', name)}: {_stated(stated, t.computed.get(name))}" for name, stated in totals)]
    if t.clock:
        lines[0] += f"; clock times {' to '.join(t.clock)}"
    billed = [] if t.visit.billed_timed is None else [f"{t.visit.billed_timed} timed"]
    billed += [] if t.visit.billed_total is None else [f"{t.visit.billed_total} in total"]
    parts = [f"Units billed: {', '.join(billed)}"] if billed else []
    if t.supported_units:
        ama = t.supported_units["ama"]["total"]
        parts.append(f"timed units supported: CMS {t.supported_units['cms']['total']}" + ("" if ama is None else f", AMA {ama}"))
    if t.visit.most is not None and t.visit.minutes is not None and t.visit.source != "timed_total":
        by = " by its clock times" if t.visit.source == "clock" else ""
        parts.append(f"a visit of {t.visit.minutes:g} minutes{by} allows at most {t.visit.most}")
    text = "; ".join(parts)
    return [*lines, *([text[0].upper() + text[1:]] if parts else []), *_ways(t)]


def _ways(t: Minutes) -> list[str]:
    """Every allocation of the CMS rule, where there is more than one."""
    ways = (t.supported_units or {}).get("cms", {}).get("allocations", [])
    if len(ways) < 2:
        return []
    return ["CMS allocations: " + " or ".join(", ".join(f"{k} x{v}" for k, v in way.items()) for way in ways)]


def _stated(stated: object, computed: object) -> str:
    if stated is not None:
        return f"{stated}"
    return f"not stated ({computed['minutes']:g} {said('sources', computed['from'])})" if isinstance(computed, dict) else "not stated"
