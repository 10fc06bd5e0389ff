"""Training of the learned proposals: one classifier of clauses, from marked notes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from therex.corpus.agree import Counts, count
from therex.corpus.marked import MarkedNote
from therex.nlp.assembly import Assembly, draft
from therex.nlp.context import Context
from therex.nlp.learned import NONE, Learned, Run, features, suggest
from therex.nlp.weights import key
from therex.types import Label, Span

if TYPE_CHECKING:
    from spacy.language import Language

# which labels are learned, and the least probability of a proposal: `benchmarks/extraction.py` gives the reasons
THRESHOLDS: dict[Label, float] = {
    "IMPAIRMENT": 0.6, "LIMITATION": 0.5, "GOAL": 0.6, "EXERCISE": 0.6, "RESPONSE": 0.5, "MEASURE": 0.5, "SKILL": 0.5, "RATIONALE": 0.5,
}  # fmt: skip
# a run has the label of a mark that it shares this much with, of all that the two cover
SHARED = 0.7
# a feature that stands in fewer runs is left out; inverse strength of the L2 penalty of the logistic model
FEWEST, C = 2, 1.0
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A marked note as the rules drafted it, what they make of it in the end, and its runs of clauses with their features and labels."""

    note: MarkedNote
    ctx: Context
    ruled: tuple[Span, ...]
    runs: list[Run]
    names: list[list[str]]
    labels: list[str]


def rows(nlp: Language, notes: Iterable[MarkedNote]) -> list[Row]:
    """Every note as the model sees it."""
    out = []
    for note in notes:
        doc = nlp.make_doc(note.text)
        for name, component in nlp.pipeline:
            if name not in ("therex_learned", "therex_suspect"):
                if isinstance(component, Assembly):
                    ctx = component.context(doc)
                    draft(ctx)
                    component = component.alone
                doc = component(doc)
        runs = list(suggest(ctx))
        out.append(Row(note, ctx, tuple(doc._.therex_spans), runs, [features(ctx, r) for r in runs], tags(ctx, note, runs)))
    return out


def tags(ctx: Context, note: MarkedNote, runs: Sequence[Run]) -> list[str]:
    """The label of every run: that of the mark which it fits best, `NONE` where it fits none well enough."""
    marks = []
    for start, end, label, _ in note.spans:
        first, last = bisect_left(ctx.starts, start), bisect_left(ctx.starts, end)
        if first > 0 and ctx.units[first - 1].end > start:
            first -= 1
        if label in THRESHOLDS and first < last:
            marks.append((first, last, label))
    out = []
    for run in runs:
        best, most = NONE, SHARED
        for first, last, label in marks:
            shared = min(run.last, last) - max(run.first, first)
            if shared > 0 and shared / (max(run.last, last) - min(run.first, first)) >= most:
                best, most = label, shared / (max(run.last, last) - min(run.first, first))
        out.append(best)
    return out


def train_extraction(data: Sequence[Row], thresholds: dict[Label, float] | None = None) -> Learned:
    """A component with the model of `data`, for the labels of `thresholds`. The same notes give the same model."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    thresholds = THRESHOLDS if thresholds is None else thresholds
    learned = Learned()
    wanted = [label for row in data for label in row.labels]
    if len(set(wanted)) < 2:
        return learned
    counter = CountVectorizer(analyzer=list, min_df=FEWEST)
    seen = counter.fit_transform([names for row in data for names in row.names])
    model = LogisticRegression(C=C, max_iter=300, tol=1e-3).fit(seen, wanted)
    weights = model.coef_ if len(model.classes_) > 2 else [-model.coef_[0], model.coef_[0]]
    bias = model.intercept_ if len(model.classes_) > 2 else [-model.intercept_[0], model.intercept_[0]]
    columns: dict[int, list[float]] = {key(name): [float(w[k]) for w in weights] for name, k in counter.vocabulary_.items()}
    columns[key("bias")] = [float(b) for b in bias]
    learned.use(model.classes_.tolist(), columns, thresholds)
    return learned


def affirmed(spans: Iterable[Span], label: str) -> list[tuple[int, int]]:
    """The spans of `label` that count: a deficit or limit that is denied does not."""
    return [
        (s.start, s.end) for s in spans if s.label == label and (label not in ("IMPAIRMENT", "LIMITATION") or s.assertion == "affirmed")
    ]


def joined(row: Row, learned: Learned, label: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(what the model alone says, what rules and model say together) for one label."""
    units, told = row.ctx.units, list[tuple[int, int]]()
    for p in learned.propose(row.ctx):
        start, end = units[p.first].start, units[p.last - 1].end
        if p.label == label and not any(start < e and end > s for s, e in told):
            told.append((start, end))
    ruled = affirmed(row.ruled, label)
    return told, ruled + [(a, b) for a, b in told if not any(min(b, e) > max(a, s) for s, e in ruled)]


def ablation(learned: Learned, test: Sequence[Row], label: Label) -> dict[str, Counts]:
    """Counts of rules alone, model alone, and both, on `test`. The model alone still sees what the rules drafted."""
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
