"""Spoiled copies of notes: the text changes, the marks stay on their words."""

from pathlib import Path

import numpy as np
import pytest

from therex.corpus.marked import MarkedNote, load_folder
from therex.training.noise import _EDITS, _edited, spoiled

NOTES = load_folder(Path(__file__).resolve().parents[2] / "training_data" / "voices" / "notes" / "w001")


def test_a_span_goes_with_its_words() -> None:
    text, spans = _edited("Plan: clams daily", [(6, 11, "EXERCISE", "home")], [(0, 6, ""), (8, 9, "ii")])
    assert text == "cliims daily"
    assert [text[a:b] for a, b, _, _ in spans] == ["cliims"]


def test_a_span_of_which_nothing_is_left_goes() -> None:
    assert _edited("Goal: walk", [(0, 5, "GOAL", None)], [(0, 6, "")]) == ("walk", [])


@pytest.mark.parametrize("seed", range(20))
def test_marks_stay_within_the_text_and_begin_and_end_on_words(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for note in NOTES:
        made = spoiled(note, rng)
        assert all(0 <= a < b <= len(made.text) for a, b, _, _ in made.spans)
        assert not any(made.text[a].isspace() or made.text[b - 1].isspace() for a, b, _, _ in made.spans)
        assert len(made.spans) >= len(note.spans) - 2


def test_the_same_seed_spoils_alike() -> None:
    one, two = (spoiled(NOTES[0], np.random.default_rng(3)) for _ in range(2))
    assert one == two


def test_every_kind_can_change_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    note = MarkedNote(
        "n",
        "Patient: Maria Velasquez\nSubjective: the knee was stiff all morning\nPlan: " + "another visit of quadriceps strengthening " * 9,
        (),
        {},
    )
    rates = {"share": 1.0, "least": 20, "most": 30, "rates": [1.0], "rate": 1.0, "names": 50}
    for edits in _EDITS.values():
        assert _edited(note.text, [], list(edits(note.text, rates, np.random.default_rng(0))))[0] != note.text
