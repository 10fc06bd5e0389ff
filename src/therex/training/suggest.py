"""Which unlabelled notes to annotate next: those the models are least sure of, and least like each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from therex.analysis import Analyzer
from therex.corpus.marked import MarkedNote
from therex.training.progress import Watch, unwatched, watched
from therex.types import ELEMENTS, Assessment, Note

Mark = tuple[int, int, str, str | None]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A note as it would be marked by the model, and how unsure the model is of it.

    Attributes
    ----------
    unsure
        From 0 to 1: how near the score is to a half, and how unsure the states of the elements are.
    score
        The score of medical necessity.
    elements
        How unsure the states of the elements are, from 0 to 1.
    """

    note: MarkedNote
    unsure: float
    score: float
    elements: float


def suggest(notes: Iterable[Note], analyzer: Analyzer, most: int, watch: Watch = unwatched) -> list[Suggestion]:
    """At most `most` notes, chosen one by one: the least sure, less what it shares with those chosen before (TF-IDF, cosine).

    Notes that cannot be read are left out.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    read = [(n, a) for n in watched(notes, "analyzing notes", watch) for a in (analyzer.assess(n),) if a.error is None]
    if not read:
        return []
    unsure = np.array([_unsure(a) for _, a in read])
    vectors = TfidfVectorizer(sublinear_tf=True).fit_transform([n.text for n, _ in read])
    like = np.zeros(len(read))
    left = np.ones(len(read), dtype=bool)
    out = []
    for _ in range(min(most, len(read))):
        worth = np.where(left, (0.05 + unsure) * (1 - like), -1.0)
        k = int(np.argmax(worth))
        left[k] = False
        like = np.maximum(like, (vectors @ vectors[k].T).toarray().ravel())
        note, a = read[k]
        assert a.necessity is not None
        out.append(Suggestion(premarked(note, a), round(float(unsure[k]), 3), a.necessity.score, _open(a)))
    return out


def _unsure(a: Assessment) -> float:
    """How near the score is to a half, and how unsure the tagger is of the elements."""
    score = a.necessity.score if a.necessity and a.necessity.verdict != "not_applicable" else 0.0
    return 0.5 * (1 - abs(2 * score - 1)) + 0.5 * _open(a)


def _open(a: Assessment) -> float:
    """How much of the probability of the elements' states is not on the likeliest one, 0 to 1."""
    answers = a.view.answers if a.view else {}
    return float(np.mean([1 - max(answers[e].odds.values()) for e in ELEMENTS if e in answers] or [0.0]))


def uncrossed(spans: Iterable[Mark]) -> list[Mark]:
    """The marks that lie apart or inside one another, the earlier and longer first: a marked note holds no others."""
    kept: list[Mark] = []
    for s in sorted(spans, key=lambda s: (s[0], -s[1], s[2])):
        if not any(k[0] < s[0] < k[1] < s[1] for k in kept):
            kept.append(s)
    return kept


def premarked(note: Note, a: Assessment) -> MarkedNote:
    """The note with the marks and front matter that the model gives it, for an annotator to mend."""
    assert a.view is not None and a.necessity is not None and a.time is not None
    spans = {
        (s.start, s.end, s.label, s.attribute)
        for s in a.view.spans
        if s.label not in ("IMPAIRMENT", "LIMITATION") or s.assertion == "affirmed"
    }
    necessity = "not_supported" if a.necessity.verdict == "needs_review" else a.necessity.verdict
    minutes: dict[str, Any] = {"codes": {int(c) if c.isdigit() else c: n for c, n in a.time.codes.items()}}
    minutes |= {k: v for k, v in (("timed_total", a.time.timed_total), ("session_total", a.time.session_total)) if v is not None}
    meta = {
        "id": note.note_id, "note_type": a.view.note_type, "discipline": a.view.discipline, "necessity": necessity, "confidence": "arguable",
        "elements": {f.id: f.found for f in a.findings}, "contradictions": [c.id for c in a.contradictions], "minutes": minutes,
        "units": {int(c) if c.isdigit() else c: n for c, n in a.time.billed_units.items()}, "why": "suggested by the model, not yet judged",
    }  # fmt: skip
    return MarkedNote(note.note_id, note.text, tuple(uncrossed(spans)), meta)
