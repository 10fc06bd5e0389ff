"""A pattern that looks for its words first finds what the pattern finds, no more and no less."""

from pathlib import Path

import pytest

import therex.elements.contradictions as contradictions
import therex.elements.inconsistent as inconsistent
import therex.nlp.summary as summary
from therex.catalog.seek import Seek, needs, seek
from therex.corpus.marked import load_folder
from therex.nlp.surface import lowered

NOTES = Path(__file__).resolve().parents[2] / "training_data" / "notes"
SOUGHT = [
    pytest.param(value, id=f"{module.__name__.rsplit('.', 1)[-1]}.{name}")
    for module in (contradictions, inconsistent, summary)
    for name, value in vars(module).items()
    if isinstance(value, Seek)
]


@pytest.fixture(scope="module")
def texts():
    whole = [lowered(note.text) for note in load_folder(NOTES)[::3]]
    return [*whole, *(line for text in whole for line in text.split("\n"))]


@pytest.mark.parametrize("sought", SOUGHT)
def test_it_finds_what_the_pattern_finds(sought, texts):
    for text in texts:
        assert sought.may(text) or sought.pattern.search(text) is None


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("cat", ((("cat",),),)),
        ("(?:cat|dog)s?", ((("cat",),), (("dog",),))),
        (r"\bno (?:other )?cues?\b", ((("cue",), ("no ",)),)),
        ("a+|b", ()),
        (r"\d{3}", ()),
        ("(?i)cat", ()),
        ("(?:cat)*", ()),
        ("(?:cat)?dog", ((("dog",),),)),
        ("(?=cat)...", ()),
    ],
)
def test_what_a_text_must_hold(pattern, told):
    assert needs(pattern) == told


def test_it_reads_as_a_pattern():
    cats = seek(r"\bcat(s)?\b")
    assert cats.search("two cats")[0] == "cats" and cats.search("two dogs") is None
    assert cats.findall("cat cats") == ["", "s"] and cats.findall("dog") == []
    assert [m.start() for m in cats.finditer("cat cats")] == [0, 4] and not list(cats.finditer("dog"))
    assert cats.sub("dog", "a cat") == "a dog" and cats.sub("cat", "a dog") == "a dog"
    assert cats.match("cats") and cats.search("cat cat", 1).start() == 4
