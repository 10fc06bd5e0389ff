"""Notes and the charges beside them (`claims.yaml`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from therex.catalog.policy import policy
from therex.types import Charge, Note

DATA = yaml.safe_load((Path(__file__).resolve().parent / "claims.yaml").read_text(encoding="utf-8"))


def charges(text):
    out = []
    for part in text.split(","):
        code, units, *modifiers = part.split()
        out.append(Charge(code, int(units[1:]), tuple(modifiers)))
    return out


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda c: f"{c['charges']} {c['note'][:24]}")
def test_what_is_found_beside_the_charges(case, decided):
    under = replace(decided, policy=policy(case.get("payer", "cms")), on=case.get("day", decided.on))
    a = under.assess(Note("n", DATA["GOOD"] if case["note"] == "GOOD" else case["note"]), charges(case["charges"]))
    assert sorted(f.id for f in a.claim.findings) == sorted(case["findings"])
    if "line" in case:
        assert a.line.status == case["line"]
    if "billed_not_given" in case["findings"]:
        assert a.line.because[0] == "billed_not_given" and a.line.status == "hold"


def test_no_finding_asks_for_more_units(analyzer):
    told = analyzer.assess(Note("n", DATA["GOOD"]), charges("97110 x1 GP")).claim.findings[0]
    assert told.severity == "minor" and told.query == "" and "not an error" in told.message


GIVEN = yaml.safe_load((Path(__file__).resolve().parent / "claims_given.yaml").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", GIVEN, ids=lambda c: c["note"][:40])
def test_97110_charged_where_none_was_given_is_critical_and_first(case, analyzer):
    a = analyzer.assess(Note("n", case["note"]), [Charge("97110", 1, ("GP",))])
    told = [f.id for f in a.claim.findings if f.severity == "critical" and f.id == "billed_not_given"]
    assert bool(told) is not case["given"]
    if told:
        assert a.line.status == "hold" and a.line.because[0] == "billed_not_given"


def test_there_are_at_least_forty_pairs_half_of_them_near_misses():
    assert len(GIVEN) >= 40 and sum(c["given"] for c in GIVEN) * 2 == len(GIVEN)
