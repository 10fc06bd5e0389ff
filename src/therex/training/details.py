"""How well values, exercise types and relations are read, where a corpus states them."""

from __future__ import annotations

from typing import Any

from therex.corpus.agree import Counts, pair
from therex.corpus.details import ENDS, SCORED, numbered, relations
from therex.corpus.marked import MarkedNote
from therex.types import Assessment, NoteView, Span


def details(read: list[tuple[MarkedNote, Assessment]]) -> dict[str, Any]:
    """Figures of what lies inside and between the spans.

    Returns
    -------
    figures
        ``types``: share of the exercises that were found whose type is right. ``values``: for each label and value, F1 over
        the spans that were found. ``relations``: F1 by type, ``all``, and ``linking``, which leaves out relations
        with an end that was not found.
    """
    types = [0, 0]
    values = {(label, key): Counts(0, 0, 0) for label, keys in SCORED.items() for key in keys}
    links = dict.fromkeys(ENDS, Counts(0, 0, 0))
    linking = Counts(0, 0, 0)
    for note, a in read:
        if a.view is None:
            continue
        ends = _ends(note, a.view)
        found = {i: a.view.spans[j] for i, j in ends.items()}
        for number, kind in (note.meta.get("types") or {}).items():
            if number - 1 in found:
                types[0] += _value(found[number - 1], "type") == kind
                types[1] += 1
        if "values" in note.meta:
            for i, span in found.items():
                want = (note.meta["values"] or {}).get(i + 1, {})
                for key in SCORED.get(span.label, ()):
                    values[span.label, key] += _compared(want.get(key), _value(span, key))
        if "relations" in note.meta:
            stated, told = set(relations(note)), _told(a.view, ends)
            for kind in ENDS:
                mine, theirs = {r for r in stated if r[0] == kind}, {r for r in told if r[0] == kind}
                links[kind] += Counts(len(mine & theirs), len(mine - theirs), len(theirs - mine))
            near = {r for r in stated if r[1] in ends and r[2] in ends}
            linking += Counts(len(near & told), len(near - told), len({r for r in told - near if min(r[1], r[2]) >= 0}))
    every = sum(links.values(), Counts(0, 0, 0))
    return {
        "types": {"right": types[0] / types[1] if types[1] else 0.0, "of": types[1]},
        "values": {f"{label}.{key}": _row(c) for (label, key), c in values.items()},
        "relations": {**{kind: _row(c) for kind, c in links.items()}, "all": _row(every), "linking": _row(linking)},
    }


def _row(c: Counts) -> dict[str, float]:
    return {"p": c.precision, "r": c.recall, "f1": c.f1, "marked": c.both + c.only_first}


def _ends(note: MarkedNote, view: NoteView) -> dict[int, int]:
    """Which span of the view each marked span is, by place."""
    marked, out = numbered(note), {}
    for label in {s[2] for s in marked}:
        mine = [i for i, s in enumerate(marked) if s[2] == label]
        theirs = [j for j, s in enumerate(view.spans) if s.label == label]
        for i, j in pair([marked[i][:2] for i in mine], [(view.spans[j].start, view.spans[j].end) for j in theirs]):
            out[mine[i]] = theirs[j]
    return out


def _told(view: NoteView, ends: dict[int, int]) -> set[tuple[str, int, int]]:
    """The relations of the view in places of marked spans; an end that none is has a negative place of its own."""
    back = {j: i for i, j in ends.items()}
    return {(r.type, back.get(r.from_, -1 - r.from_), back.get(r.to, -1 - r.to)) for r in view.relations}


def _value(span: Span, key: str) -> Any:
    return (span.value or {}).get(key)


def _compared(want: Any, got: Any) -> Counts:
    if want is None and got is None:
        return Counts(0, 0, 0)
    if want is not None and got is not None and (want == got or str(want) == str(got)):
        return Counts(1, 0, 0)
    return Counts(0, int(want is not None), int(got is not None))
