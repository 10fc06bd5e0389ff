"""Suspicions: told ways of a contradiction are found in other words, and near misses are left."""

from therex.corpus.marked import MarkedNote
from therex.nlp.build import build
from therex.nlp.suspect import SUSPECTED, Suspect, features
from therex.training.suspects import Case, cases_beside, train_suspect

CASES = [
    *(Case("aide_delivered", f"Ther ex {n} min, the zorbler ran the session.", True, "open") for n in range(20, 28)),
    *(Case("aide_delivered", f"Ther ex {n} min, the therapist ran the session.", False, "open") for n in range(20, 28)),
    *(Case(about, text, told, "open") for about in ("not_one_on_one", "not_skilled") for text, told in (("In a flock.", True), ("Alone with me.", False)) * 3),
]  # fmt: skip
NOTES = [MarkedNote("n", "Ther ex 30 min. Bridges 3x10. Tolerated well.", (), {})]


def test_features_are_words_and_pairs_with_figures_made_one():
    assert features("te 20 min, w/ aide") == {"te", "#", "min", "w/", "aide", "te #", "# min", "min w/", "w/ aide"}


def test_what_was_told_is_suspected_and_its_near_miss_is_not():
    nlp = build()
    nlp.get_pipe("therex_suspect").like(train_suspect(CASES, NOTES))
    kinds = {m.kind for m in nlp("Bridges 3x10. Ther ex 31 min, the zorbler ran the session.")._.therex_mentions}
    assert "suspect_aide_delivered" in kinds
    kinds = {m.kind for m in nlp("Bridges 3x10. Ther ex 31 min, the therapist ran the session.")._.therex_mentions}
    assert "suspect_aide_delivered" not in kinds


def test_saved_and_loaded_it_scores_the_same(tmp_path):
    suspect = train_suspect(CASES, NOTES)
    suspect.to_disk(tmp_path / "m")
    texts = ["the zorbler ran the session", "bridges"]
    assert (Suspect().from_disk(tmp_path / "m").score(texts) == suspect.score(texts)).all() and suspect.labels == SUSPECTED


def test_with_no_cases_nothing_is_suspected(tmp_path):
    assert not train_suspect([], NOTES).labels and not cases_beside([tmp_path / "notes"])
