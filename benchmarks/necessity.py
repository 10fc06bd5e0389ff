"""The necessity model against simple rivals, on marked notes that neither has learned from.

    python benchmarks/necessity.py training_data/heldout [--learn training_data/voices/notes]

Rivals: the length of the note alone, the number of elements present, words alone (TF-IDF and the same classifier), which learn from the
folder of `--learn`; and the rule of the definition applied to the elements found. Intervals are 95 % bootstrap intervals over families, of
the difference to the model.
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
from therex.training.necessity import SEED, C
from therex.types import Note


def main(argv: list[str]) -> int:
    """Print AUROC and Brier of the model and of each rival, and the intervals of the differences."""
    parser = argparse.ArgumentParser()
    parser.add_argument("notes", type=Path, help="marked notes that the shipped model has not learned from, such as training_data/heldout")
    parser.add_argument("--learn", type=Path, default=Path(__file__).resolve().parent.parent / "training_data" / "voices" / "notes")
    args = parser.parse_args(argv)
    analyzer = Analyzer.create(model=SHIPPED)
    taught, others = ([n for n in load_folder(folder) if n.meta["necessity"] != "not_applicable"] for folder in (args.learn, args.notes))
    return elsewhere(analyzer, taught, others)


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


def elsewhere(shipped: Analyzer, notes: list[MarkedNote], others: list[MarkedNote]) -> int:
    """Rivals that learned from `notes`, and the shipped model, on `others`."""
    y = np.array([n.meta["necessity"] == "supported" for n in notes], dtype=int)
    truth = np.array([n.meta["necessity"] == "supported" for n in others], dtype=int)
    present, there, rule = counted(shipped.nlp, notes)[0], *counted(shipped.nlp, others)

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
