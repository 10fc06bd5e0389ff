"""Elements of an organisation's own profile: by phrase, label or section."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from therex.catalog.policy import CustomElement, Policy
from therex.types import Finding, NoteView, Range


def custom_findings(policy: Policy, view: NoteView, on: date) -> tuple[Finding, ...]:
    """One finding for each element of the profile's own that is asked for in this kind of note on that day."""
    out = []
    for c in policy.custom:
        if view.note_type not in c.note_types or not c.in_force(on):
            continue
        evidence = _evidence(c, view)
        out.append(
            Finding(
                id=c.id,
                found="present" if evidence else "missing",
                finding="ok" if evidence else "missing",
                requirement=c.requirement,
                severity=c.severity,
                rule=c.id,
                citation=policy.name,
                message="Found in the note." if evidence else f"Not found in the text supplied. {c.message}",
                query="" if evidence else f"{c.query} {policy.closing}",
                evidence=evidence,
            )
        )
    return tuple(out)


def _evidence(c: CustomElement, view: NoteView) -> tuple[Range, ...]:
    if c.label:
        return tuple(Range(s.start, s.end) for s in view.of(c.label, *([c.attribute] if c.attribute else [])) if s.assertion == "affirmed")
    if c.section:
        return tuple(Range(s.start, s.end) for s in view.sections if s.kind == c.section and re.search(r"\w", view.text[s.body : s.end]))
    return tuple(Range(m.start(), m.end()) for m in _pattern(c.phrases).finditer(view.low))


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Whole words, any run of blanks between them."""
    told = (r"\s+".join(re.escape(word) for word in p.lower().split()) for p in phrases)
    return re.compile("|".join(rf"(?<!\w){t}(?!\w)" for t in sorted(told, key=len, reverse=True)))
