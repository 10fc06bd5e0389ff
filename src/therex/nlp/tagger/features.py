"""What the encoder is told of each token beside its words: the lexicon's categories, the grammar's spans, section, line and case."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from therex.nlp.context import Context
from therex.nlp.tagger.cues import cued
from therex.nlp.tagger.pieces import Pieces, read_pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.tokens import Doc


@dataclass(slots=True)
class Row:
    """A note as the encoder reads it.

    Attributes
    ----------
    pieces
        Shape (p,): the number of each word piece.
    owners
        Shape (p,): the token of each piece.
    marks
        Shape (p, f), zero or one: the features of each piece.
    firsts
        Shape (t,): the first piece of each token, -1 where it has none.
    offsets
        Shape (t, 2): where each token begins and ends in the text, in characters, end exclusive.
    """

    pieces: NDArray[np.int32]
    owners: NDArray[np.int32]
    marks: NDArray[np.uint8]
    firsts: NDArray[np.int32]
    offsets: NDArray[np.int32]


def read_row(doc: Doc, ctx: Context, pieces: Pieces, names: Sequence[str]) -> Row:
    """The pieces of `doc` and their features.

    Parameters
    ----------
    ctx
        The same note as the rules see it, with the closed forms drafted.
    names
        The features in the order of their columns; one that is not among them is left out.
    """
    numbers, owners = read_pieces(doc, pieces)
    column = {name: k for k, name in enumerate(names)}
    tokens = np.zeros((len(doc), len(names)), dtype=np.uint8)
    starts = [t.idx for t in doc]
    for start, end, found in _told(ctx):
        columns = [column[name] for name in found if name in column]
        if columns and end > start:
            i = max(0, bisect_right(starts, start) - 1)
            j = bisect_right(starts, end - 1)
            tokens[i:j, columns] = 1
    for t in doc:
        k = column.get(_case(t.text))
        if k is not None:
            tokens[t.i, k] = 1
    own = np.array(owners, dtype=np.int32)
    firsts = np.full(len(doc), -1, dtype=np.int32)
    firsts[own[::-1]] = np.arange(len(own) - 1, -1, -1, dtype=np.int32)
    offsets = np.array([(t.idx, t.idx + len(t)) for t in doc], dtype=np.int32).reshape(-1, 2)
    return Row(np.array(numbers, dtype=np.int32), own, tokens[own] if len(own) else tokens[:0], firsts, offsets)


def _told(ctx: Context) -> Iterable[tuple[int, int, list[str]]]:
    """Stretches of the text with the names of their features."""
    for unit, kind in zip(ctx.units, ctx.kinds, strict=True):
        yield unit.start, unit.end, [*unit.cats, f"section:{kind}"]
    for d in ctx.drafts:
        yield d.start, d.end, [f"span:{d.label}", f"span:{d.label}:{(d.attribute or '').partition('=')[0]}"]
        yield d.start, d.start + 1, [f"begin:{d.label}"]
    yield from cued(ctx)


def _case(token: str) -> str:
    if not token[:1].isalpha():
        return "case:digit" if token[:1].isdigit() else "case:none"
    return "case:lower" if token.islower() else "case:upper" if token.isupper() and len(token) > 1 else "case:title"


def feature_names(rows: Iterable[tuple[Doc, Context]], least: int = 5) -> list[str]:
    """The features that `least` notes or more have, sorted."""
    counts: dict[str, int] = {}
    for doc, ctx in rows:
        found = {name for _, _, names in _told(ctx) for name in names} | {_case(t.text) for t in doc}
        for name in found:
            counts[name] = counts.get(name, 0) + 1
    return sorted(name for name, n in counts.items() if n >= least)
