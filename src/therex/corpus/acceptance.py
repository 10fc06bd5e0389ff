"""What newly marked notes are held to before they join the corpus: figures with their bounds (`resources/acceptance.yaml`)."""

from __future__ import annotations

import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from therex.catalog.files import resource
from therex.catalog.patterns import Patterns
from therex.corpus.agree import Counts, agree
from therex.corpus.marked import MarkedNote
from therex.corpus.reading import Reading
from therex.corpus.stats import writer

_RE = Patterns("corpus")

FILE = "acceptance.yaml"
FOLDS = 5
_KEPT: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "most": ("≤", operator.le), "below": ("<", operator.lt), "least": ("≥", operator.ge),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its bound, as in `≤ 0.15`; no value where the notes give none, and then nothing is out."""

    name: str
    value: float | None
    bound: str
    out: bool


def accept(wave: Sequence[MarkedNote], others: Sequence[MarkedNote] = (), second: Sequence[MarkedNote] | None = None) -> list[Figure]:
    """The figures of a wave of marked notes.

    Parameters
    ----------
    wave
        The notes to judge.
    others
        Notes that the texts of the wave are compared with; those that are in the wave themselves are left out.
    second
        The same notes marked by someone else; notes that only one side has are left out.

    Raises
    ------
    CorpusError
        `second` shares no note with the wave, or the texts of a shared note differ.
    """
    readings = [Reading(n) for n in wave]
    own = {n.id for n in wave}
    beside = [n for n in others if n.id not in own]
    values: list[tuple[str, str, float | None]] = [
        ("rationale_alone", "", _alone(readings, "RATIONALE")),
        ("impairment_alone", "", _alone(readings, "IMPAIRMENT")),
        ("response_alone", "", _alone(readings, "RESPONSE")),
        ("complete_notes", "", _share([set(resource(FILE)["complete"]) <= {m.label for m in r.marks} for r in readings])),
        ("nested", "", _share([r.nested(m) for r in readings for m in r.marks])),
        ("repeated_sentences", "", repeated_sentences(readings, [Reading(n) for n in beside])),
        ("containment", "", containment(wave, beside)),
        ("words_alone", "", words_alone(wave)),
    ]
    return [_figure(*v) for v in (*values, *_agreement(wave, second))]


def _figure(key: str, label: str, value: float | None) -> Figure:
    row = resource(FILE)["figures"][key]
    kind = next(k for k in _KEPT if k in row)
    sign, kept = _KEPT[kind]
    limit = float(row[kind])
    return Figure(row["name"].format(label=label), value, f"{sign} {limit:.2f}", value is not None and not kept(value, limit))


def _share(told: Sequence[bool]) -> float | None:
    return sum(told) / len(told) if told else None


def _alone(readings: Sequence[Reading], label: str) -> float | None:
    return _share([r.alone(m) for r in readings for m in r.of(label)])


def _agreement(wave: Sequence[MarkedNote], second: Sequence[MarkedNote] | None) -> list[tuple[str, str, float | None]]:
    if second is None:
        return []
    found = agree(list(wave), list(second))
    every = sum(found.labels.values(), Counts(0, 0, 0))
    by_label = [("label_f1", label, c.f1 if c.both + c.only_first + c.only_second else None) for label, c in found.labels.items()]
    return [("span_f1", "", every.f1), *by_label, ("element_kappa", "", found.all_elements)]


def repeated_sentences(readings: Sequence[Reading], others: Sequence[Reading] = ()) -> float | None:
    """The share of sentences that another note has too, without regard to figures and capitals; short sentences are left out."""
    notes: dict[str, set[int]] = defaultdict(set)
    own: list[list[str]] = []
    for number, reading in enumerate((*readings, *others)):
        sentences = [s for r in reading.sentences if (s := _template(reading.text[r.start : r.end]))]
        own.append(sentences)
        for s in sentences:
            notes[s].add(number)
    return _share([len(notes[s]) > 1 for sentences in own[: len(readings)] for s in sentences])


def _template(sentence: str) -> str:
    words = _RE["word_or_number"].findall(sentence.lower())
    return " ".join("0" if w.isdigit() else w for w in words) if len(words) >= resource(FILE)["sentence_words"] else ""


def containment(notes: Sequence[MarkedNote], others: Sequence[MarkedNote] = ()) -> float | None:
    """The greatest share of a note's runs of four words that one other note holds; short notes are left out."""
    size, least = resource(FILE)["gram"], resource(FILE)["containment_words"]
    grams: list[set[tuple[str, ...]]] = []
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, note in enumerate((*notes, *others)):
        words = _RE["word"].findall(note.text.lower())
        grams.append({tuple(words[i : i + size]) for i in range(len(words) - size + 1)} if len(words) >= least else set())
        for gram in grams[-1]:
            where[gram].append(number)
    shares = []
    for number, own in enumerate(grams[: len(notes)]):
        if own:
            shared = Counter(other for gram in own for other in where[gram] if other != number)
            shares.append(max(shared.values(), default=0) / len(own))
    return max(shares) if shares else None


def words_alone(notes: Sequence[MarkedNote]) -> float | None:
    """How well a bag of words tells supported from not_supported notes of writers that it has not seen: AUROC.

    A logistic regression over counts of words, cross-validated with each writer's notes kept together.

    Returns
    -------
    float or None
        None where a training part would have notes of one verdict only.
    """
    judged = [n for n in notes if n.meta["necessity"] in ("supported", "not_supported")]
    verdicts = [int(n.meta["necessity"] == "supported") for n in judged]
    groups = [writer(n) for n in judged]
    if len(set(groups)) < 2 or min(Counter(verdicts).values(), default=0) < 2 or len(set(verdicts)) < 2:
        return None
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    folds = list(GroupKFold(min(FOLDS, len(set(groups)))).split(judged, verdicts, groups))
    if any(len({verdicts[i] for i in train}) < 2 for train, _ in folds):
        return None
    model = make_pipeline(CountVectorizer(token_pattern=r"\w+"), LogisticRegression(max_iter=2000))
    scores = cross_val_predict(model, [n.text for n in judged], verdicts, cv=folds, method="decision_function")
    return float(roc_auc_score(verdicts, scores))
