"""What the encoder is told of each token beside its words: the lexicon's categories, the grammar's spans, section, line and case."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
    texts = [t.text for t in doc]
    numbers, owners = read_pieces(texts, pieces)
    column, width = {name: k for k, name in enumerate(names)}, len(names)
    offsets = places(doc)
    starts = offsets[:, 0].tolist()
    columns_of: dict[tuple[str, ...], list[int]] = {}
    # all that is set, as places of the flat array: set one by one they would take longer than the network
    told: list[int] = []
    for start, end, found in _told(ctx):
        columns = columns_of.get(found)
        if columns is None:
            columns = columns_of[found] = [column[name] for name in found if name in column]
        if columns and end > start:
            i = max(0, bisect_right(starts, start) - 1)
            j = bisect_right(starts, end - 1)
            told += [t * width + k for t in range(i, j) for k in columns]
    told += [i * width + k for i, text in enumerate(texts) if (k := column.get(_case(text), -1)) >= 0]
    tokens = np.zeros((len(doc), width), dtype=np.uint8)
    tokens.ravel()[told] = 1
    own = np.array(owners, dtype=np.int32)
    firsts = np.full(len(doc), -1, dtype=np.int32)
    firsts[own[::-1]] = np.arange(len(own) - 1, -1, -1, dtype=np.int32)
    return Row(np.array(numbers, dtype=np.int32), own, tokens[own] if len(own) else tokens[:0], firsts, offsets)


def places(doc: Doc) -> NDArray[np.int32]:
    """Where each token begins and ends in the text: shape (t, 2), in characters, end exclusive."""
    told = doc.to_array(["LENGTH", "SPACY"]).astype(np.int32).reshape(-1, 2)
    ends = np.cumsum(told.sum(1), dtype=np.int32) - told[:, 1]
    return np.stack([ends - told[:, 0], ends], axis=1)


def _told(ctx: Context) -> Iterable[tuple[int, int, tuple[str, ...]]]:
    """Stretches of the text with the names of their features."""
    named: dict[tuple[frozenset[str], str], tuple[str, ...]] = {}
    for unit, kind in zip(ctx.units, ctx.kinds, strict=True):
        names = named.get((unit.cats, kind))
        if names is None:
            names = named[unit.cats, kind] = (*unit.cats, f"section:{kind}")
        yield unit.start, unit.end, names
    for d in ctx.drafts:
        yield d.start, d.end, (f"span:{d.label}", f"span:{d.label}:{(d.attribute or '').partition('=')[0]}")
        yield d.start, d.start + 1, (f"begin:{d.label}",)
    yield from cued(ctx)


@lru_cache(maxsize=10_000)
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
