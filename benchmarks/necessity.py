"""The necessity model against simple rivals, out of fold by family on the marked notes.

    python benchmarks/necessity.py [CORPUS] [--other DIR]

Rivals: the length of the note alone, the number of elements present, words alone (TF-IDF and the same classifier), and the rule of
the definition applied to the elements found. Intervals are 95 % bootstrap intervals over families, of the difference to the model.
With `--other` the rivals learn from the whole corpus, and they and the shipped model judge the notes of DIR.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from spacy.language import Language

from therex.analysis import Analyzer
from therex.billing.minutes import read_minutes
from therex.corpus.marked import MarkedNote, load_folder
from therex.elements.all import read_elements
from therex.elements.contradictions import read_contradictions
from therex.nlp.export import to_view
from therex.scoring.features import necessity_rule
from therex.settings import SHIPPED
from therex.training.necessity import FOLDS, SEED, C, estimator, left_out, matrix, signed_features
from therex.training.run import trained_pipeline
from therex.training.suspects import cases_beside
from therex.types import Note


def main(argv: list[str]) -> int:
    """Print AUROC and Brier of the model and of each rival, and the intervals of the differences."""
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path, nargs="?", default=Path(__file__).resolve().parent.parent / "training_data" / "notes")
    parser.add_argument("--other", type=Path)
    args = parser.parse_args(argv)
    notes = load_folder(args.corpus)
    cases = cases_beside([args.corpus])
    nlp = trained_pipeline(notes, cases)
    applicable = [n for n in notes if n.meta["necessity"] != "not_applicable"]
    present, rule = counted(nlp, applicable)
    if args.other:
        return elsewhere(nlp, applicable, present, [n for n in load_folder(args.other) if n.meta["necessity"] != "not_applicable"])
    x, y, families = matrix(left_out(nlp, notes, cases))
    folds = list(GroupKFold(n_splits=FOLDS).split(x, y, families))

    def probability(model: object, data: object) -> np.ndarray:
        return cross_val_predict(model, data, y, cv=folds, method="predict_proba")[:, 1]

    one, words = one_figure(), words_alone()
    scores = {
        "therex": probability(estimator(), x * signed_features(x, y)),
        "length alone": probability(one, np.array([[len(n.text.split())] for n in applicable], dtype=float)),
        "elements counted": probability(one, np.array(present, dtype=float).reshape(-1, 1)),
        "words alone": probability(words, [n.text for n in applicable]),
        "the rule": np.array(rule),
    }
    print(f"{len(y)} notes, {len(set(families))} families, {FOLDS} folds")
    compare(y, scores, families)
    return 0


def one_figure() -> Any:
    """A logistic regression on one figure."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=1.0, random_state=SEED))


def words_alone() -> Any:
    """TF-IDF of words and pairs of words, and a logistic regression."""
    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), LogisticRegression(C=10 * C, max_iter=2000, random_state=SEED)
    )


def counted(nlp: Language, notes: list[MarkedNote]) -> tuple[list[int], list[float]]:
    """Elements present, and how much of the rule of the definition holds on the elements found, for each note."""
    present, rule = [], []
    for note in notes:
        view = to_view(nlp(note.text))
        minutes = read_minutes(view)
        elements = read_elements(view, minutes)
        deficit, exercises, count = necessity_rule({e.id: e.found for e in elements})
        defeated = bool({c.id for c in read_contradictions(view, minutes)})
        present.append(sum(e.found == "present" for e in elements))
        rule.append(0.0 if defeated else (deficit + exercises + min(count, 2)) / 4)
    return present, rule


def elsewhere(nlp: Language, notes: list[MarkedNote], present: list[int], others: list[MarkedNote]) -> int:
    """Rivals that learned from `notes`, and the shipped model, on `others`."""
    y = np.array([n.meta["necessity"] == "supported" for n in notes], dtype=int)
    truth = np.array([n.meta["necessity"] == "supported" for n in others], dtype=int)
    shipped = Analyzer.create(model=SHIPPED)
    there, rule = counted(nlp, others)

    def fitted(model: Any, data: Any, other: Any) -> np.ndarray:
        return model.fit(data, y).predict_proba(other)[:, 1]

    def column(values: list[int]) -> np.ndarray:
        return np.array(values, dtype=float).reshape(-1, 1)

    judged = [shipped.assess(Note(n.id, n.text)).necessity for n in others]
    scores = {
        "therex": np.array([j.score if j is not None and j.score is not None else 0.0 for j in judged]),
        "length alone": fitted(one_figure(), column([len(n.text.split()) for n in notes]), column([len(n.text.split()) for n in others])),
        "elements counted": fitted(one_figure(), column(present), column(there)),
        "words alone": fitted(words_alone(), [n.text for n in notes], [n.text for n in others]),
        "the rule": np.array(rule),
    }
    print(f"{len(truth)} notes of the other folder, learned from {len(y)}")
    compare(truth, scores, [str(n.meta.get("family", n.id)) for n in others])
    return 0


def compare(y: np.ndarray, scores: dict[str, np.ndarray], families: Sequence[str]) -> None:
    """Print AUROC and Brier of each, and the intervals of what the first gains on the others."""
    rng = np.random.default_rng(SEED)
    names = sorted(set(families))
    members = {f: [i for i, g in enumerate(families) if g == f] for f in names}
    draws = [[i for f in rng.choice(names, len(names)) for i in members[f]] for _ in range(1000)]
    draws = [d for d in draws if 0 < y[d].sum() < len(d)]
    for name, s in scores.items():
        line = f"{name:18} AUROC {roc_auc_score(y, s):.3f}  Brier {brier_score_loss(y, s):.3f}"
        if name != "therex":
            gain = [roc_auc_score(y[d], scores["therex"][d]) - roc_auc_score(y[d], s[d]) for d in draws]
            brier = [brier_score_loss(y[d], s[d]) - brier_score_loss(y[d], scores["therex"][d]) for d in draws]
            line += f"   therex gains {np.mean(gain):+.3f} ({np.percentile(gain, 2.5):+.3f} to {np.percentile(gain, 97.5):+.3f})"
            line += f", Brier {np.mean(brier):+.3f} ({np.percentile(brier, 2.5):+.3f} to {np.percentile(brier, 97.5):+.3f})"
        print(line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
