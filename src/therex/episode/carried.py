"""Elements that a visit lacks and another document of the episode holds: evaluation, plan of care, progress report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from therex.catalog.episode import carried
from therex.catalog.files import resource
from therex.episode.trends import Reading, Series
from therex.episode.visits import Visit
from therex.types import Finding, Range

_GRADE = {"missing": 0, "weak": 1, "present": 2}


def resolve(visit: Visit, visits: Sequence[Visit], baseline: Reading | None = None) -> tuple[Finding, ...]:
    """The findings of a visit with what its episode's documents hold.

    `baseline` is an earlier value of a measure that the visit tells again: it makes a bare measure a comparison.

    ``needs_other_document`` becomes ``ok`` with the evidence of the latest document up to that day that holds the element, else
    ``weak`` or ``missing``; it stays where the episode has no such document.
    """
    out = []
    for f in visit.assessment.findings:
        kinds = carried().get(f.id)
        if f.id == "objective_measures" and f.finding == "needs_other_document" and f.found == "weak" and baseline is not None:
            before = baseline.visit
            told = f"An earlier value was recorded on {before.day.isoformat() if before.day else 'an earlier day'}."
            first = (Range(baseline.span.start, baseline.span.end),)
            out.append(replace(f, finding="ok", message=told, query="", evidence=first, note_id=before.note.note_id))
            continue
        if f.finding != "needs_other_document" or kinds is None:
            out.append(f)
            continue
        best: tuple[int, int, int, Visit, Finding] | None = None
        for v in visits:
            if v is visit or v.view.note_type not in kinds or (v.day and visit.day and v.day > visit.day) or v.place > visit.place:
                continue
            held = next(x for x in v.assessment.findings if x.id == f.id)
            key = (_GRADE[held.found], -kinds.index(v.view.note_type), v.place)
            if best is None or key > best[:3]:
                best = (*key, v, held)
        if best is None:
            out.append(f)
            continue
        grade, _, _, source, held = best
        if grade == 2:
            told = f"Found in the {_called(source)} of {source.day.isoformat() if source.day else 'an earlier day'}."
            out.append(replace(f, finding="ok", message=told, query="", evidence=held.evidence, note_id=source.note.note_id))
        elif _GRADE[f.found] or grade:
            told = f"Weak here and in the {_called(source)} supplied." if f.found == "weak" else f"Weak in the {_called(source)} supplied."
            evidence, note_id = (held.evidence, source.note.note_id) if grade else (f.evidence, "")
            out.append(replace(f, finding="weak", message=f"{told} {_rule(f)}", evidence=evidence, note_id=note_id))
        else:
            out.append(replace(f, finding="missing", message=f"Not found here or in the documents supplied. {_rule(f)}"))
    return tuple(out)


def baselines(lines: Sequence[Series]) -> dict[int, Reading]:
    """By the place of a visit, the first earlier value of a measure that it tells again."""
    out: dict[int, Reading] = {}
    for _, rows in lines:
        for r in rows:
            if r.visit.place > rows[0].visit.place:
                out.setdefault(r.visit.place, rows[0])
    return out


def _called(v: Visit) -> str:
    """What the document of a visit is called."""
    return str(resource("wording.yaml")["note_types"][v.view.note_type]).lower()


def _rule(f: Finding) -> str:
    """What the rule asks, as the message ends with it."""
    return f.message.partition("not supplied. ")[2]
