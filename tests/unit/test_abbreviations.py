"""Abbreviations and their senses."""

import pytest

from therex.catalog.abbreviations import expand, expansions
from therex.catalog.files import resource


def test_all_238_are_there():
    assert len(resource("lexicon/abbreviations.yaml")["abbreviations"]) == 238
    assert expansions()["SLR"] == "straight-leg raise"


@pytest.mark.parametrize(
    ("text", "abbr", "means"),
    [
        ("HR 88, SpO2 95%", "HR", "heart rate"), ("HR/TR x20 at counter", "HR", "heel raise"), ("MT x 10 min", "MT", "manual therapy"),
        ("5th MT fx", "MT", "metatarsal"), ("meds at HS 5 mg", "HS", "at bedtime"), ("denies CP, SOB", "CP", "chest pain"),
        ("CP x 10 min to knee", "CP", "cold pack"), ("AP and lateral views", "AP", "anteroposterior"), ("AP x20, QS x10", "AP", "ankle pump"),
        ("gait GS 0.8 m/s", "GS", "gait speed"), ("seen in ER Friday", "ER", "emergency room"), ("ER with RTB", "ER", "external rotation"),
    ],
)  # fmt: skip
def test_an_ambiguous_one_means_what_its_context_says(text, abbr, means):
    start = text.index(abbr)
    assert expand(text, start, start + len(abbr)) == means


def test_a_heart_rate_is_no_exercise(read):
    view = read("Vitals: HR 88, SpO2 95%")
    assert not view.of("EXERCISE") and len(view.of("MEASURE")) == 2
