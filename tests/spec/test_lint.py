"""The cases of lint.yaml: what the lint of marked notes finds and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from therex.catalog.files import read_yaml, resource
from therex.corpus.lint import findings
from therex.corpus.marked import MarkedNote, parse_marks
from therex.types import ELEMENTS

CASES = read_yaml(Path(__file__).with_name("lint.yaml"))
BATCH = {"marked_two_ways"}


def note(case):
    text, spans = parse_marks(case["note"])
    elements = {**dict.fromkeys(ELEMENTS, "missing"), **case.get("elements", {})}
    return MarkedNote("made-up", text, spans, {"necessity": "not_supported", **case.get("meta", {}), "elements": elements})


@pytest.mark.parametrize("case", CASES, ids=[f"{c['rule']}: {c['name']}" for c in CASES])
def test_case(case):
    assert (case["rule"] in {f.rule for f in findings(note(case))}) is case["fires"]


def test_every_rule_has_a_case_that_fires_and_one_that_does_not():
    told = {(c["rule"], c["fires"]) for c in CASES}
    rules = set(resource("lint.yaml")["rules"]) - BATCH
    assert {r for r, _ in told} == rules
    assert not [r for r in rules for fires in (True, False) if (r, fires) not in told]


def test_every_case_has_a_name_of_its_own():
    assert len({(c["rule"], c["name"]) for c in CASES}) == len(CASES)
