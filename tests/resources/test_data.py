"""Lint of the data: what ships must be complete, dated, and free of doubles."""

from datetime import date
from pathlib import Path

import pytest

from therex.catalog.files import RESOURCES, read_yaml, resource
from therex.catalog.lexicon import EXERCISE_FILES, EXERCISE_TYPES
from therex.catalog.policy import payers, policy, read_policy
from therex.errors import ResourceError
from therex.types import CONTRADICTIONS, ELEMENTS

YAML = sorted(RESOURCES.rglob("*.yaml"))


@pytest.mark.parametrize("path", YAML, ids=lambda p: p.name)
def test_file_reads_with_no_key_twice(path):
    assert read_yaml(path)


def test_a_key_given_twice_is_refused_with_its_place(tmp_path):
    (tmp_path / "x.yaml").write_text("a: 1\na: 2\n")
    with pytest.raises(ResourceError, match=r"x\.yaml: line 2"):
        read_yaml(tmp_path / "x.yaml")


@pytest.mark.parametrize("key", ["? [a, b]\n: 1\n", "? {a: b}\n: 1\n"])
def test_a_key_that_is_no_text_is_refused_with_its_place(tmp_path, key):
    (tmp_path / "x.yaml").write_text(f"a: 1\n{key}")
    with pytest.raises(ResourceError, match=r"x\.yaml: line 2: a key must be text"):
        read_yaml(tmp_path / "x.yaml")


def test_at_least_500_distinct_exercise_concepts_of_known_types():
    concepts = [
        c for name in EXERCISE_FILES for kind, regions in resource(name).items() if kind != "version" for r in regions.values() for c in r
    ]
    kinds = {kind for name in EXERCISE_FILES for kind in resource(name) if kind != "version"}
    assert len(concepts) == len(set(concepts)) >= 500 and kinds <= set(EXERCISE_TYPES)


def test_no_stray_blanks_in_phrases():
    bad = []
    for name in EXERCISE_FILES:
        for regions in (v for k, v in resource(name).items() if k != "version"):
            for concepts in regions.values():
                bad += [p for c, variants in concepts.items() for p in (c, *variants) if p != " ".join(str(p).split())]
    assert not bad


@pytest.mark.parametrize("name", payers())
def test_policy_has_a_rule_for_every_element_with_its_source(name):
    p = policy(name)
    assert {r.element for r in p.rules} == set(ELEMENTS) and set(p.contradictions) == set(CONTRADICTIONS)
    assert len({r.id for r in p.rules}) == len(p.rules) and len(p.elements_28) == 28
    for r in p.rules:
        assert r.section and r.message and r.query.endswith(("?", ".")) and r.effective_from < date(2026, 1, 1)


def test_queries_lead_nowhere():
    import re

    for r in {r.id: r for name in payers() for r in policy(name).rules}.values():
        assert not re.search(r"\b(?:pay|paid|payment|denied|reimburs\w*|please state that|such as tolerated)\b", r.query, re.I)


def test_a_rule_before_its_day_does_not_hold():
    rule = policy("cms").rules[0]
    assert not rule.in_force(date(2000, 1, 1)) and rule.in_force(date(2026, 1, 1))


def test_a_wrong_value_in_a_policy_names_rule_key_and_what_is_allowed(tmp_path):
    text = (RESOURCES / "policy" / "cms.yaml").read_text(encoding="utf-8").replace("severity: critical", "severity: grave", 1)
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ResourceError, match=r"own\.yaml line \d+: rule 1 .*severity.*critical, major, minor"):
        read_policy(tmp_path / "own.yaml")


OWN = """id: own
name: Our clinic
version: "1"
extends: cms
strictness: strict
drop: [cms.code_minutes]
authorities:
  HOUSE: {title: Our documentation standard, sections: "2"}
rules:
  - {id: own.home_program, element: home_program, authority: HOUSE, section: "2.1", scope: note, requirement: required, severity: major, elsewhere: false,
     note_types: [daily], effective_from: 2026-01-01, effective_to: null, evidence: K, verified: false, checked: 2026-01-01,
     message: "The home program is checked at each visit.", query: "What does the patient do at home?"}
"""


def own(tmp_path, text=OWN):
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return read_policy(path)


def test_an_own_profile_extends_a_shipped_one(tmp_path):
    p, on = own(tmp_path), date(2026, 11, 25)
    assert (p.extends, p.units_rule, p.own) == ("cms", "cms", ("own.home_program",))
    assert p.rule("home_program", "daily", on).severity == "major"
    assert p.rule("home_program", "evaluation", on).id == "cms.home_program", "the parent's rule holds where the own one does not"
    assert p.rule("code_minutes", "daily", on) is None, "dropped"
    assert p.rule("skilled_intervention", "daily", on).requirement == "required", "strict"
    assert p.citation(p.rule("home_program", "daily", on)) == "Our documentation standard, sec. 2.1"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("extends: cms", "extends: nobody", r"line 4: extends: 'nobody' is not one of aetna, .*wps"),
        ("drop: [cms.code_minutes]", "drop: [cms.none]", r"line 6: drop: 'cms.none' is not a rule of cms"),
        ("strictness: strict", "strictness: severe", r"strictness: 'severe' is not one of usual, strict"),
        ("version:", "colour: red\nversion:", r"line 3: unknown key 'colour'; allowed keys: "),
        (
            "effective_from: 2026-01-01",
            "effective_from: soon",
            r"line 10: rule 1 \(own.home_program\): effective_from: 'soon' is not a date",
        ),
        ("effective_from: 2026-01-01", "effective_from: 2026-02-30", r"line 11: effective_from: 2026-02-30 is not a valid date"),
        (
            "effective_to: null",
            "effective_to: 2025-12-31",
            r"line 10: rule 1 \(own.home_program\): effective_to: 2025-12-31 is before effective_from, 2026-01-01",
        ),
        ("authority: HOUSE", "authority: NONE", r"authority: 'NONE' is not one of MBPM, CPM, FR2025, SOFT, PIM, HOUSE"),
        ("note_types: [daily]", "note_types: [weekly]", r"note_types: 'weekly' is not one of daily, "),
        ("element: home_program", "element: homework", r"element: 'homework' is not one of condition, "),
        ("extends: cms\n", "extends: own\n", r"own extends own: profiles cannot extend each other in a circle"),
        ("id: own.home_program,", "", r"rule 1 \(no id\): missing key 'id'"),
    ],
)
def test_a_fault_in_an_own_profile_names_its_place_and_what_is_allowed(before, after, told, tmp_path):
    assert before in OWN
    with pytest.raises(ResourceError, match=r"own\.yaml.*" + told):
        own(tmp_path, OWN.replace(before, after, 1))


def test_the_corpus_is_in_order():
    from therex.corpus.marked import load_folder

    notes = load_folder(Path(__file__).resolve().parents[2] / "training_data" / "notes")
    assert len(notes) >= 150 and len({n.meta["family"] for n in notes}) >= 150
    assert {n.meta["necessity"] for n in notes} == {"supported", "not_supported", "not_applicable"}
