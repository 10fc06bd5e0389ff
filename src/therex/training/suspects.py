"""Training of the suspicions: sentences told by hand to be a contradiction or a near miss, and the sentences of marked notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from therex.corpus.marked import MarkedNote
from therex.errors import CorpusError
from therex.nlp.sentences import read_sentences
from therex.nlp.surface import read_surface
from therex.nlp.suspect import SUSPECTED, Suspect, features
from therex.nlp.weights import key

# the least probability of a suspicion, and how much more a contradiction weighs than a sentence without: chosen on the notes of
# the corpus left out by family
THRESHOLDS = {"not_one_on_one": 0.9, "aide_delivered": 0.8, "not_skilled": 0.7}
WEIGHT, C, FEWEST = 20.0, 3.0, 2
HELD_OUT = "fresh"


@dataclass(frozen=True, slots=True)
class Case:
    """A short note that is, or is not, a contradiction."""

    about: str
    note: str
    expect: bool
    half: str


def cases_beside(folders: Iterable[Path]) -> list[Case]:
    """The cases in `contradictions/` beside any of the folders of notes; the held-out ones are left out.

    Raises
    ------
    CorpusError
        A file of cases is not in the format.
    """
    found: dict[Path, None] = {}
    for folder in folders:
        for path in sorted((folder.resolve().parent / "contradictions").glob("*.yaml")):
            found[path] = None
    out = []
    for path in found:
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            out += [Case(data["about"], str(c["note"]), bool(c["expect"]), c["half"]) for c in data["cases"]]
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
            raise CorpusError(
                "a file of contradiction cases is not valid: it must have `about`, and `cases` with `half`, `expect`, and `note`"
            ) from None
    return [case for case in out if case.half != HELD_OUT and case.about in SUSPECTED]


def train_suspect(cases: Sequence[Case], notes: Iterable[MarkedNote]) -> Suspect:
    """A component trained on `cases`, and on every sentence of the notes that do not hold the contradiction."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    suspect = Suspect()
    if not cases:
        return suspect
    sentences = []
    for note in notes:
        surface = read_surface(note.text)
        sentences += [
            (features(surface.norm[r.start : r.end]), frozenset(note.meta.get("contradictions") or ())) for r in read_sentences(surface)
        ]
    columns: dict[int, list[float]] = {}
    for k, label in enumerate(SUSPECTED):
        told = [(features(read_surface(c.note).norm), c.expect) for c in cases if c.about == label]
        told += [(names, False) for names, held in sentences if label not in held]
        counter = CountVectorizer(analyzer=sorted, min_df=FEWEST, binary=True)
        seen = counter.fit_transform([names for names, _ in told])
        model = LogisticRegression(C=C, class_weight={True: WEIGHT, False: 1.0}, max_iter=500).fit(seen, [expect for _, expect in told])
        for name, weight in [*((n, model.coef_[0][i]) for n, i in counter.vocabulary_.items()), ("bias", model.intercept_[0])]:
            columns.setdefault(key(name), [0.0] * len(SUSPECTED))[k] = float(weight)
    suspect.use(SUSPECTED, columns, THRESHOLDS)
    return suspect
