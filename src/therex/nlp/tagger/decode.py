"""From scores of words to spans: for each label, the likeliest run of begin and inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from therex.nlp.tagger.tasks import BEGIN, INSIDE, OUTSIDE
from therex.types import LABELS, Label

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Tagged:
    """Tokens `first` to `last` (exclusive) are a span of `label`; `score` is the mean probability of its words' tags."""

    label: Label
    first: int
    last: int
    score: float


def decode(scores: NDArray[np.float32], bias: NDArray[np.float32] | None = None, seen: NDArray[np.bool_] | None = None) -> list[Tagged]:
    """Spans of every label; those of one label never overlap, those of two may.

    Parameters
    ----------
    scores
        Shape (t, l, 3): of each token and label, the logarithm of the probability of outside, begin and inside.
    bias
        Shape (l,): added to `outside`; more means fewer spans.
    seen
        Shape (t,): the tokens that were read; blanks within a line are not, and break no span. All of them where it is left out.
    """
    places = np.arange(len(scores)) if seen is None else np.nonzero(seen)[0]
    scores = scores[places]
    if bias is not None:
        scores[:, :, OUTSIDE] += bias
    out: list[Tagged] = []
    for k, label in enumerate(LABELS):
        column = scores[:, k]
        # where outside is the likeliest everywhere, so is a note without a span of this label
        if (column[:, OUTSIDE] < column[:, BEGIN:].max(axis=1)).any():
            out += [Tagged(label, int(places[i]), int(places[j - 1]) + 1, score) for i, j, score in _best(column)]
    return sorted(out, key=lambda s: (s.first, -s.last, s.label))


def _best(column: NDArray[np.float32]) -> Iterator[tuple[int, int, float]]:
    """The spans of the likeliest tags of a column, by Viterbi's algorithm; inside follows begin or inside only."""
    rows = column.tolist()
    outside, begin, inside = rows[0][OUTSIDE], rows[0][BEGIN], -np.inf
    back: list[tuple[int, int]] = []
    for out, first, more in rows[1:]:
        held, source = (inside, INSIDE) if inside >= begin else (begin, BEGIN)
        best, tag = (held, source) if held >= outside else (outside, OUTSIDE)
        back.append((tag, source))
        outside, begin, inside = best + out, best + first, held + more
    tag = max((outside, OUTSIDE), (begin, BEGIN), (inside, INSIDE))[1]
    tags = [tag]
    for before, source in reversed(back):
        tag = source if tag == INSIDE else before
        tags.append(tag)
    tags.reverse()
    start = None
    for k in range(len(tags) + 1):
        tag = tags[k] if k < len(tags) else OUTSIDE
        if start is not None and tag != INSIDE:
            score = float(np.exp(np.mean([rows[i][tags[i]] for i in range(start, k)])))
            yield start, k, score
            start = None
        if tag == BEGIN:
            start = k
