"""The necessity classifier: logistic regression on features of the extraction, with Platt scaling by cross-validation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from therex.billing.minutes import read_minutes
from therex.corpus.marked import MarkedNote
from therex.elements.all import read_elements
from therex.elements.contradictions import read_contradictions
from therex.scoring import given
from therex.scoring.features import AGAINST, NAMES, features
from therex.scoring.linear import Linear
from therex.scoring.model import NecessityModel, load_model
from therex.settings import NECESSITY, model_folder
from therex.types import NoteView

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 97110
FOLDS = 5
C = 0.1
GIVEN_C = 0.3
FEWEST_OPEN = 100
ALPHA = 0.10
DELTA = 0.10


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, what the manifest says of it, the features it learned from, and its out-of-fold scores."""

    model: NecessityModel
    about: dict[str, Any]
    x: NDArray[Any]
    scores: NDArray[Any]
    truth: NDArray[Any]
    families: list[str]


Read = list[tuple[MarkedNote, NoteView]]


def matrix(read: Read) -> tuple[NDArray[Any], NDArray[Any], list[str], NDArray[Any]]:
    """Features and truth of the applicable notes.

    Returns
    -------
    X
        Shape ``(notes, len(NAMES))``.
    y
        1 for supported, shape ``(notes,)``.
    families
        The family of each note; a split never parts one.
    clear
        Whether the markers called the verdict clear, and not arguable; shape ``(notes,)``.
    """
    x, truth, families, clear = [], [], [], []
    for note, view in read:
        if note.meta["necessity"] == "not_applicable":
            continue
        minutes = read_minutes(view)
        x.append(features(view, minutes, read_elements(view, minutes), read_contradictions(view, minutes)))
        truth.append(int(note.meta["necessity"] == "supported"))
        families.append(str(note.meta.get("family", note.id)))
        clear.append(note.meta.get("confidence", "clear") == "clear")
    return np.array(x, dtype=float), np.array(truth), families, np.array(clear)


def estimator() -> Any:
    """The scikit-learn estimator that is trained: standardised features and an L2 logistic regression."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=2000, random_state=SEED))


def signed_features(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """Which features to keep, as ones and zeros.

    A feature whose weight speaks against its meaning (a reaction recorded that lowers the score) has learnt an accident
    of the corpus: the worst such feature is dropped and the model fitted again, until none is left.
    """
    expected = np.array([-1.0 if name in AGAINST else 1.0 for name in NAMES])
    kept = np.ones(len(NAMES))
    while True:
        weights = estimator().fit(x * kept, y)[-1].coef_[0] * expected * kept
        worst = int(np.argmin(weights))
        if weights[worst] >= 0:
            return kept
        kept[worst] = 0.0


def numbers(values: NDArray[Any]) -> tuple[float, ...]:
    """Fitted numbers as they are written down."""
    return tuple(round(float(v), 8) for v in values)


def train_given(read: Read) -> Linear:
    """Fit the model of whether exercise was given, on the notes that do not settle it (`given.settled`).

    Where they are few, the one in use stays. Its features stand as they are: standardized, one that few notes have would weigh too much.
    """
    from sklearn.linear_model import LogisticRegression

    x, y = [], []
    for note, view in read:
        minutes = read_minutes(view)
        if given.settled(view, minutes) is None:
            x.append(given.features(view, minutes))
            y.append(int(note.meta["necessity"] != "not_applicable"))
    if len(y) < FEWEST_OPEN or len(set(y)) < 2:
        return load_model(model_folder() / NECESSITY).given
    fitted = LogisticRegression(C=GIVEN_C, max_iter=2000, random_state=SEED).fit(np.array(x), np.array(y))
    n = len(given.NAMES)
    return Linear(given.NAMES, numbers(fitted.coef_[0]), round(float(fitted.intercept_[0]), 8), (0.0,) * n, (1.0,) * n)


def upper_bound(errors: int, n: int, delta: float) -> float:
    """The exact (Clopper-Pearson) upper bound of an error rate, which it exceeds with probability `delta` at most."""
    from scipy.stats import beta

    return 1.0 if n == 0 or errors >= n else float(beta.ppf(1 - delta, errors + 1, n - errors))


def review_band(scores: NDArray[Any], y: NDArray[Any], alpha: float, delta: float) -> tuple[float, float]:
    """Half the width of the band around 0.5 that is left to a reader, and the bound on the error outside it.

    Fixed-sequence testing (Angelopoulos and others, "Learn then Test"): shares of decided notes are tried in an order set
    beforehand, from half of them upwards in steps of one in fifty, each by the exact bound at `delta`; the last that passes
    stands. Among decided notes the error is then at most `alpha` with confidence 1 - `delta`, for notes like those given:
    notes whose verdict the markers called clear, for an arguable verdict has no plain error to bound.

    Parameters
    ----------
    scores, y
        Out-of-fold probabilities and truth, shape ``(notes,)``.
    alpha, delta
        The error allowed among decided notes, and how often the promise may fail.

    Returns
    -------
    half, bound
        ``(0.5, 1.0)`` where not even the first share passes: every note is left to a reader.
    """
    distance = np.abs(scores - 0.5)
    order = np.argsort(-distance, kind="stable")
    wrong = ((scores > 0.5) != y)[order]
    half, bound = 0.5, 1.0
    for share in np.arange(0.5, 1.0001, 0.02):
        n = max(1, round(share * len(scores)))
        found = upper_bound(int(wrong[:n].sum()), n, delta)
        if found > alpha:
            break
        half, bound = float(distance[order[n - 1]]), found
    return half, bound


def train_necessity(read: Read, name: str, alpha: float = ALPHA, delta: float = DELTA) -> Trained:
    """Fit the model, calibrate it on out-of-fold scores by family, and set the band for review (`review_band`)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import brier_score_loss, roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    notes = [note for note, _ in read]
    raw_x, y, families, clear = matrix(read)
    x = raw_x * signed_features(raw_x, y)
    folds = list(GroupKFold(n_splits=FOLDS).split(x, y, families))
    raw = cross_val_predict(estimator(), x, y, cv=folds, method="decision_function")
    platt = LogisticRegression(C=1e6, random_state=SEED).fit(raw.reshape(-1, 1), y)
    a, c = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    if a <= 0:
        # out of fold these notes are ranked no better than by chance: the score says how frequent `supported` is, and nothing of a note
        a, c = 0.0, float(np.log(y.mean() / (1 - y.mean())))
    scores = 1 / (1 + np.exp(-(a * raw + c)))
    fitted = estimator().fit(x, y)
    scaler, regression = fitted[0], fitted[1]
    half, bound = review_band(scores[clear], y[clear], alpha, delta)
    model = NecessityModel(
        name=name,
        linear=Linear(
            NAMES, numbers(regression.coef_[0]), round(float(regression.intercept_[0]), 8), numbers(scaler.mean_), numbers(scaler.scale_)
        ),
        given=train_given(read),
        platt=(round(a, 8), round(c, 8)),
        low=round(0.5 - half + 1e-6, 6),
        high=round(0.5 + half - 1e-6, 6),
    )
    decided = np.abs(scores - 0.5) >= half
    about = {
        "trained_on": {"notes": len(y), "supported": int(y.sum()), "not_supported": int(len(y) - y.sum()), "families": len(set(families)),
                       "sha256": data_hash(notes)},
        "cross_validation": {
            "folds": FOLDS, "auroc": round(float(roc_auc_score(y, scores)), 4), "brier": round(float(brier_score_loss(y, scores)), 4),
            "accuracy_decided": round(float(((scores > 0.5) == y)[decided].mean()), 4) if decided.any() else None,
            "decided": round(float(decided.mean()), 4),
        },
        "review": {"alpha": alpha, "delta": delta, "error_bound": round(bound, 4), "decided": round(float(decided.mean()), 4),
                   "holds_for": "notes with a clear verdict, like those the model was calibrated on"},
        "settings": {"C": C, "seed": SEED},
        "libraries": libraries(),
    }  # fmt: skip
    return Trained(model, about, raw_x, scores, y, families)


def data_hash(notes: list[MarkedNote]) -> str:
    """A digest of the notes and their judgements, in order."""
    digest = hashlib.sha256()
    for note in notes:
        digest.update(f"{note.id}\0{note.text}\0{note.meta['necessity']}\0".encode())
    return digest.hexdigest()


def libraries() -> dict[str, str]:
    """Versions of what shapes a model."""
    from importlib.metadata import version

    return {name: version(name) for name in ("scikit-learn", "numpy", "spacy")}
