"""Exercises under 97110 and the service that they read as (`code_fit.yaml`)."""

from pathlib import Path

import pytest
import yaml

from therex.elements.code_fit import CODE, code_fits, reads_as, text_reads_as

CASES = yaml.safe_load((Path(__file__).resolve().parent / "code_fit.yaml").read_text(encoding="utf-8"))["cases"]


def reading(view, phrase):
    span = next((s for s in view.of("EXERCISE") if phrase.lower() in view.low[s.start : s.end]), None)
    if span is not None:
        return reads_as(view, span)[0]
    at = view.low.index(phrase.lower())
    r = next(r for r in view.sentences if r.start <= at < r.end)
    found = text_reads_as(view, r.start, r.end)
    return found[0] if found else CODE


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['reads']} {c['note'][:44]}")
def test_the_intent_decides_and_not_the_object(case, analyzer):
    assert reading(analyzer.read(case["note"]), case["exercise"]) == case["reads"]


def test_nothing_is_said_where_all_is_well(analyzer):
    assert code_fits(analyzer.read("PT 3/2/26. TE 25 min: SLR 3x10, step ups 3x10 with 5 lb for quad strength. K. Lo PT")) == ()


def test_an_exercise_under_its_own_service_is_left_alone(analyzer):
    assert code_fits(analyzer.read("PT 3/2/26. 97112 15 min: single leg stance on foam 3x30 s. K. Lo PT")) == ()


def test_the_words_never_speak_of_billing_more(analyzer):
    told = code_fits(analyzer.read("PT 3/2/26. TE 15 min: single leg stance on foam eyes closed 3x30 s. K. Lo PT"))
    assert told and not any(w in f.message for f in told for w in ("bill", "charge", "unit"))
