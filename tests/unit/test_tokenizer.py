"""The tokenizer keeps clinical shorthand whole and loses no character."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KEPT = ["3x10", "3+/5", "0-95°", "25'", "2#", "s/p", "w/", "c/o", "B/L", "(-)", "4-/5", "w/o", "30%"]


@pytest.mark.parametrize("word", KEPT)
def test_shorthand_is_one_token(nlp, word):
    assert word in [t.text for t in nlp.tokenizer(f"Pt {word} today")]


def test_a_load_that_changed_stays_in_reading_order(nlp):
    assert [t.text for t in nlp.tokenizer("5→7 lb")] == ["5", "→", "7", "lb"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_the_text_of_a_doc_is_the_text_given(text):
    import spacy

    from therex.nlp.tokenizer import ClinicalTokenizer

    tokenizer = ClinicalTokenizer(spacy.blank("en").vocab)
    assert tokenizer(text).text == text


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abcABC 0123456789xX'\"°#/-+().,:;\n\t→×²ŻİßĲ", max_size=120))
def test_the_working_form_keeps_every_offset(text):
    from therex.nlp.surface import read_surface

    surface = read_surface(text)
    assert len(surface.norm) == len(text)
    assert all(0 <= a < b <= len(text) for a, b in zip(surface.starts, surface.ends, strict=True))


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("twenty five minutes", "25"),
        ("three sets of ten", "3"),
        ("one hundred five degrees", "105"),
        ("one thirty", "130"),
        ("fifty", "50"),
    ],
)
def test_numbers_in_words_become_digits_of_the_same_length(words, digits):
    from therex.nlp.surface import normalize

    norm, _ = normalize(words)
    assert norm.startswith(digits) and len(norm) == len(words)
