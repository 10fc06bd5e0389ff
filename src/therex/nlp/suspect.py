"""Suspicions: a classifier of sentences for three contradictions that are told in too many ways for rules.

Shared or unattended exercise, exercise given by unqualified people, and exercise that needs no therapist. Its features are the
words and pairs of words of one or two sentences. What it suspects stands among the mentions as ``suspect_<contradiction>``; the
checks of `therex.elements.contradictions` decide.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from therex.catalog.patterns import Patterns
from therex.nlp.extensions import surface_of
from therex.nlp.weights import Linear, key
from therex.types import Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc

_RE = Patterns("text")

SUSPECTED: tuple[str, ...] = ("not_one_on_one", "aide_delivered", "not_skilled")
ELSEWHERE = frozenset({"subjective", "history", "goals", "hep", "plan", "medications", "precautions", "header", "signature", "diagnosis"})


def features(text: str) -> set[str]:
    """Words and pairs of words of a text in working form, figures as ``#``."""
    words = _RE["feature"].findall(_RE["figure"].sub("#", text))
    return {*words, *(f"{a} {b}" for a, b in pairwise(words))}


class Suspect(Linear):
    """spaCy component: adds what it suspects to `doc._.therex_mentions`."""

    format = "therex-sentences-1"

    def _begin(self) -> None:
        super()._begin()
        self._known: dict[str, np.ndarray | None] = {}

    def __call__(self, doc: Doc) -> Doc:
        if self.labels:
            doc._.therex_mentions = [*(doc._.therex_mentions or ()), *self.process(doc)]
        return doc

    def process(self, doc: Doc) -> list[Mention]:
        """The surest sentence, alone or with the next, of each contradiction that is sure enough."""
        low = surface_of(doc).norm
        sections = doc._.therex_sections or ()
        starts = [s.start for s in sections]
        kept = []
        for r in doc._.therex_sentences or ():
            k = bisect_right(starts, r.start) - 1
            kind = sections[k].kind if k >= 0 else ""
            if kind not in ELSEWHERE and r.end - r.start > 5:
                kept.append((r.start, r.end))
        if not kept:
            return []
        sure = self.score(low[a:b] for a, b in kept)
        out = []
        for k, label in enumerate(self.labels):
            at = int(sure[:, k].argmax())
            if sure[at, k] >= self.thresholds[label]:
                start, end = kept[at] if at < len(kept) else (kept[at - len(kept)][0], kept[at - len(kept) + 1][1])
                out.append(Mention(f"suspect_{label}", start, end, "model:contradiction", {"probability": round(float(sure[at, k]), 4)}))
        return out

    def score(self, texts: Iterable[str]) -> np.ndarray:
        """The probability of each of `labels` for every text, and then for every text with the one after it."""
        told = [features(t) for t in texts]
        bias = self._rows[key("bias")].astype(float)
        alone = [self._add(names) for names in told]
        # what two sentences share counts once
        both = [x + y - self._add(a & b) for (a, x), (b, y) in pairwise(zip(told, alone, strict=True))]
        logits = np.array([*alone, *both]) + bias
        sure: np.ndarray = 1 / (1 + np.exp(-logits))
        return sure

    def _add(self, names: set[str]) -> np.ndarray:
        """The sum of the rows of the features that have one."""
        total = np.zeros(len(self.labels))
        known = self._known
        for name in names:
            row = known.get(name, _NEW)
            if row is _NEW:
                if len(known) >= 100_000:
                    known.clear()
                row = known[name] = self._rows.get(key(name))
            if row is not None:
                total += row
        return total


_NEW: Any = object()
