"""Sentences with phrases that are denied, affirmed or past, kind by kind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from therex.nlp.assertion import assert_phrase
from therex.nlp.factories import make_assertion
from therex.types import Span

FOLDER = Path(__file__).resolve().parent / "closed_forms"
KINDS = ("denied", "denial_ends", "comparisons")
UNREAD = yaml.safe_load((FOLDER / "known.yaml").read_text(encoding="utf-8"))
CASES = [
    pytest.param(case, id=name, marks=[pytest.mark.xfail(reason=UNREAD[name], strict=True)] if name in UNREAD else [])
    for kind in KINDS
    for half in ("open", "frozen", "second")
    for n, case in enumerate(yaml.safe_load((FOLDER / f"{kind}.{half}.yaml").read_text(encoding="utf-8")))
    for name in (f"{kind}-{half}-{n}",)
]


def phrases(case):
    """Each phrase of a case as (status, start, end)."""
    for status, wanted in case["expect"].items():
        for phrase in wanted:
            found = list(re.finditer(r"\s+".join(map(re.escape, phrase.split())), case["text"]))
            assert len(found) == 1, f"{phrase!r} must occur once"
            yield status, found[0].start(), found[0].end()


def status(modifiers):
    """The status that `modifiers` state."""
    return next((m for m in modifiers), "affirmed")


@pytest.fixture(scope="module")
def ranges():
    """The parts of the pipeline that the component reads."""
    import spacy

    import therex.nlp.build  # noqa: F401

    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "therex.ClinicalTokenizer.v1"}}})
    nlp.add_pipe("therex_sentences")
    nlp.add_pipe("therex_sections")
    return nlp


@pytest.mark.parametrize("case", CASES)
def test_phrase_alone(case):
    for want, start, end in phrases(case):
        assert status(assert_phrase(case["text"], start, end)) == want, case["text"][start:end]


@pytest.mark.parametrize("case", CASES)
def test_component(case, ranges):
    doc = ranges(case["text"])
    wanted = list(phrases(case))
    doc._.therex_spans = [Span(start, end, "IMPAIRMENT") for _, start, end in wanted]
    make_assertion(ranges, "therex_assertion")(doc)
    for (want, start, end), span in zip(wanted, doc._.therex_spans, strict=True):
        assert span.assertion == want == status(span.modifiers), case["text"][start:end]


OWN = yaml.safe_load((FOLDER.parent / "assertion.yaml").read_text(encoding="utf-8"))
KNOWN = OWN.pop("known")
SENTENCES = [(want, marked) for want, sentences in OWN.items() for marked in sentences]


def phrase(marked):
    """A sentence without its brackets, and where they stood."""
    start = marked.index("[")
    end = marked.index("]") - 1
    return marked.replace("[", "", 1).replace("]", "", 1), start, end


@pytest.mark.parametrize(
    ("want", "marked"),
    SENTENCES
    + [
        pytest.param(want, marked, marks=pytest.mark.xfail(reason="known limit", strict=True))
        for want, sentences in KNOWN.items()
        for marked in sentences
    ],
)
def test_own_sentence(want, marked):
    assert status(assert_phrase(*phrase(marked))) == want


@pytest.mark.parametrize("cue", ["no", "denies", "without", "does not report", "has no", "no signs of", "no c/o", "negative for"])
@pytest.mark.parametrize("before", ["Slept well, ", "Wound dry and closed, steri-strips off, staples out on Monday by the nurse, "])
@pytest.mark.parametrize("after", ["", " in the L hand.", " today, walks 200 ft with the cane."])
def test_a_line_may_end_anywhere_after_a_denial(cue, before, after):
    for k, _ in enumerate(cue.split()):
        words = f"{before}{cue}".split(" ")
        at = len(words) - k
        text = " ".join(words[:at]) + "\n" + " ".join([*words[at:], f"numbness{after}"])
        start = text.index("numbness")
        assert assert_phrase(text, start, start + 8) == ("negated",), text
