"""Words of a deficit that no mark holds, by why: what a reader must not take for a deficit of this patient today."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from therex.catalog.files import resource
from therex.corpus.reading import Reading
from therex.nlp.assertion import Scopes
from therex.nlp.sections import read_sections
from therex.nlp.surface import read_surface

DIAGNOSIS = "diagnosis"


@cache
def _words() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(resource('acceptance.yaml')['deficits'])})\b")


@cache
def _diagnoses() -> re.Pattern[str]:
    named = sorted(map(str.lower, resource("lexicon/conditions.yaml")["condition"]), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, named))})\b")


def hard_negatives(readings: Sequence[Reading]) -> Counter[str]:
    """How many words of a deficit (``acceptance.yaml``) and names of a diagnosis stand outside every mark, by what makes them none.

    That is their first qualifier (`other_person`, `hypothetical`, `negated`, `historical`), or `diagnosis` for what is the name of one or stands
    under such a heading; other words are not counted, for a marker may have left them out for another reason.
    """
    out: Counter[str] = Counter()
    for r in readings:
        surface = read_surface(r.text)
        sections = read_sections(surface)
        scopes = Scopes(surface, r.sentences, sections)
        named = [m.span() for m in _diagnoses().finditer(surface.norm)]
        words = [m.span() for m in _words().finditer(surface.norm)]
        for start, end in [*named, *(w for w in words if not any(a < w[1] and w[0] < b for a, b in named))]:
            if any(mark.start < end and start < mark.end for mark in r.marks):
                continue
            told = scopes.modifiers(start, end)
            under = next((s.kind for s in sections if s.start <= start < s.end), "")
            if told or under == DIAGNOSIS or (start, end) in named:
                out[told[0] if told else DIAGNOSIS] += 1
    return out
