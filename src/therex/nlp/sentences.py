"""Sentences and list items, for prose, bullets, tables, capitals and dictation."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy

from therex.catalog.patterns import Patterns
from therex.nlp.extensions import surface_of
from therex.nlp.surface import Surface
from therex.types import Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc

_RE = Patterns("text")

LONGEST_SENTENCE = 1500


def read_sentences(surface: Surface) -> list[Range]:
    """Ranges of sentences and list items, without blanks at their edges; a hard newline always ends one."""
    norm, text = surface.norm, surface.text
    cuts = {0, len(norm)}
    at = norm.find("\n")
    while at >= 0:
        if at not in surface.soft:
            cuts.add(at)
            cuts.add(at + 1)
        at = norm.find("\n", at + 1)
    for m in _RE["end"].finditer(norm):
        after = m.end()
        while after < len(norm) and norm[after] == " ":
            after += 1
        nxt = text[after : after + 1]
        if m[0] == "." and (_RE["no_end"].search(norm[max(0, m.start() - 8) : m.start()]) or nxt.islower()):
            continue
        cuts.add(m.end())
    cuts.update(m.end() for m in _RE["side_by_side"].finditer(text))
    edges = sorted(cuts)
    out = []
    for start, end in _pieces(norm, edges):
        piece = norm[start:end]
        left = len(piece) - len(piece.lstrip())
        body = piece.strip()
        if body:
            out.append(Range(start + left, start + left + len(body)))
    return out


def _pieces(norm: str, edges: list[int]) -> Iterator[tuple[int, int]]:
    """The stretches between `edges`, those longer than any sentence cut at a comma or a blank."""
    for start, end in itertools.pairwise(edges):
        while end - start > LONGEST_SENTENCE:
            cut = max(norm.rfind(mark, start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE) for mark in (", ", "; ", " "))
            cut = cut + 1 if cut > 0 else start + LONGEST_SENTENCE
            yield start, cut
            start = cut
        yield start, end


class Sentences:
    """spaCy component: `doc._.therex_sentences`, and `token.is_sent_start` so that `doc.sents` works."""

    def __call__(self, doc: Doc) -> Doc:
        ranges = self.process(doc)
        doc._.therex_sentences = ranges
        if len(doc):
            # a token that holds the start of a sentence begins it
            idx = doc.to_array(["IDX"]).reshape(-1)
            marks = numpy.full(len(doc), -1, dtype="int32")
            found = numpy.searchsorted(idx, numpy.array([r.start for r in ranges], dtype=idx.dtype), side="right") - 1
            marks[numpy.clip(found, 0, len(doc) - 1)] = 1
            marks[0] = 1
            doc.from_array(["SENT_START"], marks.astype("uint64").reshape(-1, 1))
        return doc

    def process(self, doc: Doc) -> list[Range]:
        """The sentences of `doc`, which is left as it is."""
        return read_sentences(surface_of(doc))
