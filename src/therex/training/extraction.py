"""Training of the learned proposals: one linear-chain model a label, from marked notes."""

from __future__ import annotations

import os
import tempfile
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from therex.corpus.agree import Counts, count
from therex.corpus.marked import MarkedNote
from therex.pipeline.learned import BEGIN, INSIDE, OUTSIDE, Learned, features, lines, section_kinds
from therex.pipeline.lexicon import Unit
from therex.types import Label, Span

if TYPE_CHECKING:
    from spacy.language import Language

# which labels are learned, and the least probability of a proposal: `benchmarks/extraction.py` gives the reasons
THRESHOLDS: dict[Label, float] = {
    "LIMITATION": 0.75, "GOAL": 0.8, "EXERCISE": 0.6, "DOSE": 0.8, "RESPONSE": 0.6, "MEASURE": 0.6, "SKILL": 0.7, "RATIONALE": 0.7,
}  # fmt: skip
SETTINGS: dict[str, Any] = {"c1": 0.1, "c2": 0.5, "max_iterations": 80, "feature.minfreq": 1}
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A marked note as the models see it, with what the rules alone found in it; `lines` are (start, end, features)."""

    note: MarkedNote
    units: list[Unit]
    kinds: list[str]
    ruled: tuple[Span, ...]
    lines: list[tuple[int, int, Any]]


def rows(nlp: Language, notes: Iterable[MarkedNote]) -> list[Row]:
    """Units, sections, features and rule spans of every note."""
    import pycrfsuite

    out = []
    for note in notes:
        doc = nlp.make_doc(note.text)
        units: list[Unit] = []
        for name, component in nlp.pipeline:
            if name != "therex_learned":
                doc = component(doc)
            if name == "therex_lexicon":
                units = list(doc._.therex_terms)
        kinds = section_kinds(units, doc._.therex_sections)
        parts = [(i, j, pycrfsuite.ItemSequence(features(units, kinds, i, j))) for i, j in lines(units)]
        out.append(Row(note, units, kinds, tuple(doc._.therex_spans), parts))
    return out


def tags(row: Row, label: str) -> list[str]:
    """B, I or O for every unit; of nested marks of one label the outer stands."""
    starts = [u.start for u in row.units]
    out = [OUTSIDE] * len(row.units)
    marks = [(s, e) for s, e, kind, _ in row.note.spans if kind == label]
    for start, end in sorted(marks, key=lambda m: m[0] - m[1]):
        i, j = bisect_left(starts, start), bisect_left(starts, end)
        if i > 0 and row.units[i - 1].end > start:
            i -= 1
        if i < j and all(t == OUTSIDE for t in out[i:j]):
            out[i:j] = [BEGIN] + [INSIDE] * (j - i - 1)
    return out


def train_label(data: Sequence[Row], label: Label) -> bytes:
    """The model of one label, as CRFsuite writes it. The same notes give the same model."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(SETTINGS)
    for row in data:
        wanted = tags(row, label)
        for start, end, items in row.lines:
            trainer.append(items, wanted[start:end])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model")
        trainer.train(path)
        return Path(path).read_bytes()


def train_extraction(data: Sequence[Row], thresholds: dict[Label, float] | None = None) -> Learned:
    """A component with one model a label of `thresholds`."""
    thresholds = THRESHOLDS if thresholds is None else thresholds
    learned = Learned()
    learned.use({label: train_label(data, label) for label in thresholds}, thresholds)
    return learned


def affirmed(spans: Iterable[Span], label: str) -> list[tuple[int, int]]:
    """The spans of `label` that count: a deficit or limit that is denied does not."""
    return [
        (s.start, s.end) for s in spans if s.label == label and (label not in ("IMPAIRMENT", "LIMITATION") or s.assertion == "affirmed")
    ]


def joined(row: Row, learned: Learned, label: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(what the model alone says, what rules and model say together) for one label."""
    told = [(row.units[p.first].start, row.units[p.last - 1].end) for p in learned.propose(row.units, row.kinds) if p.label == label]
    ruled = affirmed(row.ruled, label)
    return told, ruled + [(a, b) for a, b in told if not any(min(b, e) > max(a, s) for s, e in ruled)]


def ablation(train: Sequence[Row], test: Sequence[Row], label: Label, threshold: float) -> dict[str, Counts]:
    """Counts of rules alone, model alone, and both, on `test`."""
    learned = train_extraction(train, {label: threshold})
    out = dict.fromkeys(("rules", "model", "both"), Counts(0, 0, 0))
    for row in test:
        marked = [(s, e) for s, e, kind, _ in row.note.spans if kind == label]
        alone, both = joined(row, learned, label)
        for name, spans in (("rules", affirmed(row.ruled, label)), ("model", alone), ("both", both)):
            out[name] += count(marked, spans, 0.5)
    return out


def folds(data: Sequence[Row], n: int = FOLDS) -> list[tuple[list[Row], list[Row]]]:
    """(train, test) parts that keep families whole."""
    from sklearn.model_selection import GroupKFold

    groups = [str(row.note.meta.get("family", row.note.id)) for row in data]
    return [([data[i] for i in a], [data[i] for i in b]) for a, b in GroupKFold(n_splits=n).split(data, groups=groups)]
