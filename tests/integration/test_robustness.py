"""What may not move a reading, and what must: on notes of writers whose notes nobody has read, and that no model has learned.

The full form is `python benchmarks/robustness.py`; here, every third note. Bounds are those of the full form (docs/reader.md).
"""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from therex.corpus.marked import load_folder

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("robustness", ROOT / "benchmarks" / "robustness.py")
robustness = importlib.util.module_from_spec(spec)
spec.loader.exec_module(robustness)

NOTES = load_folder(ROOT / "training_data" / "heldout")[::3]
FILLER = "\nThe clinic was busy today and the weather was warm. " * 12


@pytest.fixture(scope="module")
def clean(analyzer):
    return [robustness.assess(analyzer, n.text) for n in NOTES]


def turned(analyzer, clean, edit):
    """The share of notes whose verdict turns, among those that `edit` changes."""
    changed = [(a, edit(n.text)) for n, a in zip(NOTES, clean, strict=True) if edit(n.text) != n.text]
    assert len(changed) >= 10
    return np.mean([robustness.turns(a, robustness.assess(analyzer, text)) for a, text in changed])


@pytest.fixture(scope="module")
def spoiled(analyzer, clean):
    return robustness.spoiling(analyzer, NOTES, clean)


@pytest.mark.parametrize("name", robustness.SPOILED)
def test_spoiled_text_is_read_nearly_as_well(name, spoiled):
    assert spoiled[name][0] <= 0.03


@pytest.mark.xfail(strict=True, reason="forced, 4 to 14 % of the verdicts turn (wanted 2 %): many scores lie near the middle")
@pytest.mark.parametrize("name", robustness.SPOILED)
def test_spoiled_text_turns_few_verdicts(name, spoiled):
    assert spoiled[name][1] <= 0.02


@pytest.fixture(scope="module")
def added(analyzer, clean):
    return robustness.adding(analyzer, NOTES, clean)


@pytest.mark.xfail(
    strict=True, reason="an element rises in 10 to 19 % of the notes (wanted 2 %): heads read the whole note, added words too"
)
@pytest.mark.parametrize("kind", ["stock", "no_skill", "plans", "others", "denied"])
def test_empty_words_and_words_about_others_raise_no_element(kind, added):
    assert added[kind][0] <= 0.02


@pytest.mark.xfail(strict=True, reason="forced, 4 to 12 % of the verdicts turn (wanted 2 %): many scores lie near the middle")
@pytest.mark.parametrize("kind", ["stock", "no_skill", "plans", "others", "denied"])
def test_empty_words_and_words_about_others_turn_no_verdict(kind, added):
    assert added[kind][1] <= 0.02


@pytest.mark.xfail(
    strict=True, reason="0.86 fall (wanted all): condition, services named and plan are told in most notes in more ways than are quoted"
)
def test_evidence_taken_out_lowers_the_element(analyzer, clean):
    asked, _, fell, left = robustness.falling(analyzer, NOTES[::4], clean[::4])
    assert asked > 80
    assert fell == 1, left


def like(word, other):
    """`other` with the capitals of `word`."""
    return other.upper() if word.isupper() else other.capitalize() if word[0].isupper() else other


def swapped(text):
    pairs = {"left": "right", "right": "left"}
    return re.sub(r"(?i)\b(?:left|right)\b", lambda m: like(m[0], pairs[m[0].lower()]), text)


def later(text):
    return re.sub(r"\b(1[0-2]|0?[1-9])/(\d{1,2})/(20)?2(\d)\b", lambda m: f"{m[1]}/{m[2]}/{m[3] or ''}2{(int(m[4]) + 1) % 10}", text)


NEAR = pytest.mark.xfail(strict=True, reason="forced, 5 % of the verdicts turn with the sides, 10 % with more length (wanted 2 %)")


@pytest.mark.parametrize(
    "edit",
    [pytest.param(swapped, marks=NEAR), later, pytest.param(lambda text: text + FILLER, marks=NEAR)],
    ids=["sides", "years", "length"],
)
def test_sides_years_and_length_turn_few_verdicts(edit, analyzer, clean):
    assert turned(analyzer, clean, edit) <= 0.02
