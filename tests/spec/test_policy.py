"""Every rule of every payer: met, unmet, and the days at its edges (`policy/*.yaml`). A rule without a case fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from told import Named, pipeline

from therex.catalog.policy import payers, policy
from therex.chart import read_chart
from therex.types import ELEMENTS, Note

FOLDER = Path(__file__).resolve().parent / "policy"
CASES = {rule: case for path in sorted(FOLDER.glob("*.yaml")) for rule, case in yaml.safe_load(path.read_text(encoding="utf-8")).items()}
# the rules on a whole course of care, with episodes for notes
EPISODES = {rule: CASES.pop(rule) for rule in list(CASES) if isinstance(CASES[rule]["met"], dict)}


def payer_of(rule_id):
    return next(name for name in payers() if rule_id in policy(name).own)


def told(analyzer, rule_id, text, on, status):
    """The finding of a rule on a note, where a tagger gives the element of the rule this status."""
    profile, tagger = policy(payer_of(rule_id)), Named()
    tagger.said = {next(r.element for r in profile.rules if r.id == rule_id): status}
    found = replace(analyzer, nlp=pipeline(tagger), policy=profile, on=on).assess(Note("n", "PT daily note. " + text))
    return next(f for f in found.findings if f.rule == rule_id)


def test_every_rule_has_a_case_and_every_case_a_rule():
    assert {rule for name in payers() for rule in policy(name).own} == {*CASES, *EPISODES}
    assert all({"met", "boundary", "unmet", "from"} <= set(case) for case in EPISODES.values())


@pytest.mark.parametrize("rule", CASES)
def test_a_note_that_meets_the_rule(rule, grammar):
    assert told(grammar, rule, CASES[rule]["met"], CASES[rule]["from"], "present").finding == "ok"


@pytest.mark.parametrize("rule", CASES)
def test_a_note_that_does_not(rule, grammar):
    got = told(grammar, rule, CASES[rule]["unmet"], CASES[rule].get("to") or CASES[rule]["from"], "missing")
    assert (got.finding, bool(got.query)) == (CASES[rule]["finding"], True)


@pytest.mark.parametrize("rule", CASES)
def test_the_days_at_its_edges(rule):
    case, day = CASES[rule], timedelta(days=1)
    profile = policy(payer_of(rule))
    own = next(r for r in profile.rules if r.id == rule)
    assert (own.effective_from, own.effective_to) == (case["from"], case.get("to"))

    def holds(on):
        return profile.rule(own.element, "daily", on) is own

    assert holds(case["from"]) and not holds(case["from"] - day)
    if case.get("to"):
        assert holds(case["to"]) and not holds(case["to"] + day)
        # what it replaced holds again
        assert profile.rule(own.element, "daily", case["to"] + day) is not None


def raised(analyzer, rule_id, notes):
    """Whether an episode raises the finding of a rule; the order is raised as the certification that it stands in place of."""
    profile = policy(payer_of(rule_id))
    rule = next(r for r in profile.episode if r.id == rule_id)
    check = "certification_missing" if rule.check == "certification_order" else rule.check
    given = [Note(str(i), text, "p", day) for i, (day, text) in enumerate(notes.items())]
    there = replace(analyzer, policy=profile)
    (episode,) = read_chart(there, [(note, there.assess(note)) for note in given]).episodes
    found = [f for f in episode.findings if f.id == check]
    assert all(f.query and f.citation for f in found)
    return bool(found)


@pytest.mark.parametrize(("rule", "case"), [(r, c) for r in EPISODES for c in EPISODES[r] if c not in ("from", "limit")])
def test_an_episode_that_meets_its_rule_one_at_the_limit_and_one_beyond(rule, case, analyzer):
    assert raised(analyzer, rule, EPISODES[rule][case]) is (case in ("unmet", "before"))


@pytest.mark.parametrize("rule", EPISODES)
def test_the_first_day_of_an_episode_rule(rule):
    profile, first = policy(payer_of(rule)), EPISODES[rule]["from"]
    own = next(r for r in profile.episode if r.id == rule)
    assert profile.episode_rule(own.check, first) is own and own.effective_to is None
    assert profile.episode_rule(own.check, first - timedelta(days=1)) is not own


GOOD = (
    "PT daily note. DOS 5/1/2026 Dx: L TKA 4/2/26. Goes down stairs one at a time with the rail. Quad lag 6 degrees (9 last week).\n"
    '97110 Ther ex 25 min: SAQ 2# 3x10, tapping VMO to finish extension as it fires late; step downs 4" 2x8 for stair descent.{}\n'
    "Goal: 12 steps reciprocal with rail by 6/1. Plan: 2x/wk x 4 wks. Timed 25 min, total 30 min. 97110 x2\nAnn Lee, PT"
)


@pytest.mark.parametrize(
    ("payer", "added", "status", "reason"),
    [
        ("tx-medicaid", " Lag gone on 6 of 8 in set 3.", "hold", "total_time"),
        ("tx-medicaid", " Lag gone on 6 of 8 in set 3. Time in 9:00 am, time out 9:30 am.", "ready", None),
        ("uhc", " Lag gone on 6 of 8 in set 3.", "review", "home_program"),
        ("uhc", " Lag gone on 6 of 8 in set 3. HEP: SAQ 3x10 daily, corrected the towel.", "ready", None),
        ("cms", " Lag gone on 6 of 8 in set 3.", "ready", None),
    ],
)
def test_the_payer_decides_the_line(payer, added, status, reason, grammar):
    tagger = Named()
    tagger.said = dict.fromkeys(ELEMENTS, "present") | ({} if "HEP" in added else {"home_program": "missing"})
    read = replace(grammar, nlp=pipeline(tagger), policy=policy(payer))
    line = (
        replace(read, model=replace(read.model, linear=replace(read.model.linear, bias=read.model.linear.bias + 20)))
        .assess(Note("n", GOOD.format(added)))
        .line
    )
    assert line.status == status and (reason is None or reason in line.because)
