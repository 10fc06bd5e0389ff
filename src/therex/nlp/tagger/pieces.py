"""Word pieces of tokens: what the encoder reads, with the token that each piece belongs to."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from therex.catalog.patterns import Patterns

_RE = Patterns("text")

PAD, UNKNOWN, START, END = 0, 100, 101, 102
# pieces that the vocabulary keeps free for its users: a line's end, an empty line, a tab
LINE, EMPTY_LINE, TAB = 1, 2, 3
BREAKS = (LINE, EMPTY_LINE, TAB)
STOP = 1012
_SAME = str.maketrans({"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "×": "x", "→": ">", "•": "*", "₂": "2", "⁄": "/"})


class Pieces:
    """Word pieces of tokens, each token's looked up once.

    Parameters
    ----------
    vocabulary
        The pieces in the order of their numbers, continuations beginning with ``##``.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        # loaded with the first model, not with therex
        from curated_tokenizers import WordPieceProcessor

        self._words: Any = WordPieceProcessor(list(vocabulary))
        self._known: dict[str, tuple[int, ...]] = {}

    def of(self, token: str) -> tuple[int, ...]:
        """The numbers of the pieces of a token; none for blanks within a line."""
        known = self._known.get(token)
        if known is None:
            known = tuple(self._read(token))
            if len(self._known) < 50_000:
                self._known[token] = known
        return known

    def _read(self, token: str) -> Iterable[int]:
        if token.isspace():
            breaks = token.count("\n")
            return (EMPTY_LINE,) if breaks > 1 else (LINE,) if breaks else (TAB,) if "\t" in token else ()
        plain = "".join(c for c in unicodedata.normalize("NFD", token.lower().translate(_SAME)) if unicodedata.category(c) != "Mn")
        out: list[int] = []
        for part in _RE["piece"].findall(plain):
            numbers, _ = self._words.encode(part[:60])
            out += [UNKNOWN] if -1 in numbers else numbers
        return out or (UNKNOWN,)


def read_pieces(texts: Sequence[str], pieces: Pieces) -> tuple[list[int], list[int]]:
    """The pieces of tokens, and for each the index of its token.

    Returns
    -------
    numbers, owners
        Two lists of one length.
    """
    numbers: list[int] = []
    owners: list[int] = []
    for i, text in enumerate(texts):
        own = pieces.of(text)
        numbers += own
        owners += [i] * len(own)
    return numbers, owners
