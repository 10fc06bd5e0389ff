"""A long note in windows that the encoder can hold, cut where a line or a sentence ends."""

from __future__ import annotations

from collections.abc import Sequence

from therex.nlp.tagger.pieces import EMPTY_LINE, LINE, STOP

LONGEST = 254
MOST = 40
_EARLIEST = 170


def windows(pieces: Sequence[int], longest: int = LONGEST, most: int = MOST) -> list[tuple[int, int]]:
    """Ranges of `pieces` that together hold them all, each at most `longest` long.

    Parameters
    ----------
    pieces
        Numbers of word pieces.
    most
        How many windows at most; what lies beyond is not read.

    Returns
    -------
    list of (int, int)
        Begin and end of each window, end exclusive, in order; none for an empty note.
    """
    out: list[tuple[int, int]] = []
    start = 0
    while start < len(pieces) and len(out) < most:
        end = min(len(pieces), start + longest)
        if end < len(pieces):
            early = start + longest * _EARLIEST // LONGEST
            for marks in ((EMPTY_LINE, LINE), (STOP,)):
                cuts = [k + 1 for k in range(early, end) if pieces[k] in marks]
                if cuts:
                    end = cuts[-1]
                    break
        out.append((start, end))
        start = end
    return out
