"""Elements of an organisation's own profile: by phrase, label or section, in force on their days, with faults told by line."""

from dataclasses import replace
from datetime import date

import pytest

from therex.catalog.policy import read_policy
from therex.errors import ResourceError
from therex.types import Note

HEAD = 'id: ours\nname: Ours\nversion: "1"\nextends: cms\nelements:\n'
FALLS = '- {id: falls_asked, requirement: required, severity: critical, phrases: [fall since last visit, "denies falls"], message: Falls are asked., query: "What did the patient say of falls?"}\n'
GOOD = (
    "PT daily note. DOS 5/1/2026 Dx: L TKA 4/2/26. Goes down stairs one at a time with the rail. Quad lag 6 degrees (9 last week).\n"
    '97110 Ther ex 25 min: SAQ 2# 3x10, tapping VMO to finish extension as it fires late; step downs 4" 2x8 for stair descent. Lag gone on 6 of 8 in set 3.\n'
    "Goal: 12 steps reciprocal with rail by 6/1. Plan: 2x/wk x 4 wks. Timed 25 min, total 30 min.\nAnn Lee, PT"
)


def profile(tmp_path, rows):
    path = tmp_path / "ours.yaml"
    path.write_text(HEAD + rows, encoding="utf-8")
    return read_policy(path)


def assess(analyzer, tmp_path, rows, text, on=date(2026, 5, 1)):
    return replace(analyzer, policy=profile(tmp_path, rows), on=on).assess(Note("n", text))


def test_a_phrase_that_stands_is_found_with_its_place(decided, tmp_path):
    a = assess(decided, tmp_path, FALLS, GOOD + "\nDenies  falls.")
    assert [(f.id, f.finding) for f in a.custom] == [("falls_asked", "ok")] and a.line.status == "ready"
    assert a.view.text[a.custom[0].evidence[0].start : a.custom[0].evidence[0].end] == "Denies  falls"


def test_one_that_does_not_holds_the_line_and_asks(analyzer, tmp_path):
    a = assess(analyzer, tmp_path, FALLS, GOOD)
    assert (a.custom[0].finding, a.line.status) == ("missing", "hold") and "falls_asked" in a.line.because
    assert a.custom[0].query.startswith("What did the patient say of falls?") and "addendum" in a.custom[0].query


@pytest.mark.parametrize(
    ("row", "there", "lacking"),
    [
        ("label: RESPONSE", "Ther ex: SLR 3x10, pain 4/10 to 2/10 after.", "Ther ex: SLR 3x10."),
        ("label: DURATION, attribute: clock", "Time in 9:00, time out 9:30. SLR 3x10.", "SLR 3x10."),
        ("section: hep", "Tx: SLR 3x10.\nHEP: SLR 2x10 daily.", "Tx: SLR 3x10."),
    ],
)
def test_by_label_attribute_or_section(row, there, lacking, analyzer, tmp_path):
    rows = f"- {{id: our.own, requirement: supportive, severity: minor, {row}, message: m, query: what}}\n"
    assert [assess(analyzer, tmp_path, rows, t).custom[0].finding for t in (there, lacking)] == ["ok", "missing"]


def test_the_days_at_its_edges(analyzer, tmp_path):
    rows = FALLS.replace("message:", "effective_from: 2026-05-01, effective_to: 2026-05-31, message:")
    days = (date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1))
    assert [len(assess(analyzer, tmp_path, rows, GOOD, on=d).custom) for d in days] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("phrases: [fall since last visit", "phrases2: [fall since last visit"),
            "line 6: element 1 .falls_asked.: unknown key 'phrases2'",
        ),
        (("severity: critical", "severity: grave"), "severity: 'grave' is not one of critical, major, minor"),
        (("id: falls_asked", "id: goal"), "id: must have only lowercase letters"),
        (('phrases: [fall since last visit, "denies falls"]', "section: cellar"), "section: 'cellar' is not one of"),
        (('phrases: [fall since last visit, "denies falls"]', "label: THING"), "label: 'THING' is not one of IMPAIRMENT"),
        (('phrases: [fall since last visit, "denies falls"], ', ""), "must have phrases, label, or section"),
        (("query:", "ask:"), "unknown key 'ask'"),
    ],
)
def test_a_fault_names_line_key_and_what_is_allowed(change, told, tmp_path):
    assert change[0] in FALLS
    with pytest.raises(ResourceError, match=told):
        profile(tmp_path, FALLS.replace(*change))
