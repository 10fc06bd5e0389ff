"""Words that say how an exercise stands to the visit, as features of the clause, the sentence and the note they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from therex.catalog.files import resource
from therex.nlp.context import Context

_FILE = "grammar/exercise_states.yaml"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """One pattern a state, from the words of the resource; a word that ends in ``*`` stands for its forms."""
    out = {}
    for state, words in resource(_FILE).items():
        told = "|".join(re.escape(str(w)).replace(r"\*", r"\w*") for w in sorted(words, key=len, reverse=True))
        out[state] = re.compile(rf"(?<![\w/])(?:{told})(?![\w])")
    return out


def cued(ctx: Context) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Stretches of the text with the states that words in them tell of: ``clause:held``, ``sentence:home``, ``note:held``."""
    text, note = ctx.surface.norm, set[str]()
    for first, last in ctx.bounds:
        if first >= last:
            continue
        start, end = ctx.units[first].start, ctx.units[last - 1].end
        places = [(state, m.start()) for state, p in _patterns().items() for m in p.finditer(text, start, end)]
        if not places:
            continue
        states = {state for state, _ in places}
        note |= states
        yield start, end, tuple(f"sentence:{state}" for state in states)
        for a, b in ctx.chunks(first, last):
            i, j = ctx.units[a].start, ctx.units[b - 1].end
            here = {state for state, at in places if i <= at < j}
            if here:
                yield i, j, tuple(f"clause:{state}" for state in here)
    if note and ctx.units:
        yield ctx.units[0].start, ctx.units[-1].end, tuple(f"note:{state}" for state in note)
