"""Sentences, list items and sections in the forms that notes have."""

import pytest

from therex.nlp.sections import read_sections
from therex.nlp.sentences import read_sentences
from therex.nlp.surface import read_surface


def sentences(text):
    return [text[r.start : r.end] for r in read_sentences(read_surface(text))]


def kinds(text):
    return [s.kind for s in read_sections(read_surface(text)) if text[s.start : s.end].strip()]


def test_a_full_stop_ends_a_sentence():
    assert sentences("Knee is stiff. Pain 3/10. Dr. Moss agrees.") == ["Knee is stiff.", "Pain 3/10.", "Dr. Moss agrees."]


def test_a_decimal_point_does_not():
    assert sentences("Gait speed 0.8 m/s today.") == ["Gait speed 0.8 m/s today."]


def test_bullets_are_items_of_their_own():
    assert len(sentences("- SLR 3x10\n- SAQ 2x10\n- bike 5 min")) == 3


def test_a_wrapped_line_is_one_sentence():
    assert len(sentences("Patient continues to demonstrate impaired balance that is affecting\nfunctional mobility and transfers.")) == 1


def test_capitals_are_split_at_full_stops():
    assert len(sentences("PAIN 3/10. TOLERATED WELL. CONT POC.")) == 3


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("S: stiff\nO: flex 95\nA: improving\nP: cont", ["subjective", "objective", "assessment", "plan"]),
        ("SUBJECTIVE\nstiff\n\nOBJECTIVE\nflex 95", ["subjective", "objective"]),
        ("S: stiff. O: flex 95. A: better. P: cont.", ["subjective", "objective", "assessment", "plan"]),
        ("Response to Treatment: no dizziness", ["response"]),
        ("HEP: heel slides", ["hep"]),
        ("Short-Term Goals:\n1. walk 100 ft", ["goals"]),
        ("PMH: HTN, DM", ["history"]),
        ("Billing:\n97110 x 2", ["billing"]),
        ("Precautions: WBAT", ["precautions"]),
        ("knee is stiff today and sore", []),
    ],
)
def test_headings_open_sections(text, want):
    assert kinds(text)[: len(want)] == want


def test_a_service_with_minutes_opens_the_treatment():
    assert kinds("S: knee stiff\nTher ex x 25 min:\n- SLR 3x10") == ["subjective", "treatment"]


def test_spacy_sentences_follow(nlp):
    assert [s.text.strip() for s in nlp("Knee is stiff. Pain 3/10.").sents] == ["Knee is stiff.", "Pain 3/10."]


def test_markdown_headings_are_headings():
    text = "**Subjective:** Patient reports pain.\n**Objective:** SLR 3x10\n## Plan\nContinue."
    assert kinds(text) == ["subjective", "objective", "plan"]


def test_dictated_headings_end_with_a_stop():
    text = "Chief complaint. Patient reports numbness.\n\nPlan of care. Twice a week."
    assert "plan" in kinds(text)
