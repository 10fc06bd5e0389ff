"""Inputs that an early version read wrong, in the words in which they were reported, each with what is right."""

import pytest

from therex.types import Note

MINUTES = (
    ("Pt did 25 minutes of range of motion and strengthening exercises", {"97110": 25}),
    ("25 minutes of exercises and 15 minutes of manual therapy", {"97110": 25, "97140": 15}),
    ("97110 (1 unit, 15 min), 97140 (2 units, 30 min). Total treatment time 45 min", {"97110": 15, "97140": 30}),
    ("Taught home program: quad sets and heel slides 3x10. 20 min, 97110 x 1", {"97110": 20}),
    ("Ther ex: bridges x10, tendon glides x10. 20 mins", {"97110": 20}),
    (
        "Therapeutic exercise 13 minutes, manual therapy 22 minutes, then 15 more minutes of therapeutic exercise. 97110 x 2, 97140 x 1",
        {"97110": 28, "97140": 22},
    ),
    (
        "                4/11       4/14       4/17\nTreadmill       15 min     15 min     15 min\n\n97110 THERAPEUTIC EXERCISE      45 MIN    3 UNITS",
        {"97110": 45},
    ),
)
NONE_AGAINST_IT = (
    "Therapeutic exercise 23 min one on one. Group balance class with three others 25 min. 97110 x 2, 97150 x 1",
    "Therapeutic exercise 23 min one on one. Group balance class with three others 25 min, 97110 x 2, 97150 x 1",
    "Ther ex 25 min, manual therapy 15 min. Hot pack 10 min after. Total billed: 3 units",
)
ABOVE_THE_VISIT = (
    ("Total treatment time 30 min. 97110 x 4 units", 2),
    ("Time in 1:00 out 1:41. 97110 x 4", 3),
    ("1:00 pm to 2:00 pm, 97110 x 8", 4),
)
UNSIGNED = ("CPT 97110 15 min", "CPT 97110 15 min. No signature on file")
UNDATED = (
    "Plan of care certified 1/5/2026 to 4/5/2026. 97110 15 min",
    "Referral date: 2/2/2026. 97110 15 min",
    "DOB 4/5/1950. 97110 15 min",
)


@pytest.mark.parametrize(("text", "minutes"), MINUTES)
def test_minutes(analyzer, text, minutes):
    assert dict(analyzer.assess(Note("x", text)).time.codes) == minutes


@pytest.mark.parametrize("text", NONE_AGAINST_IT)
def test_no_contradiction(analyzer, text):
    assert not analyzer.assess(Note("x", text)).contradictions


@pytest.mark.parametrize(("text", "most"), ABOVE_THE_VISIT)
def test_units_above_what_the_visit_allows(analyzer, text, most):
    a = analyzer.assess(Note("x", text))
    assert [c.id for c in a.contradictions] == ["units_mismatch"]
    assert a.time.visit.most == most


@pytest.mark.parametrize(("element", "text"), [*(("signature", t) for t in UNSIGNED), *(("date_of_service", t) for t in UNDATED)])
def test_missing(analyzer, element, text):
    a = analyzer.assess(Note("x", text))
    assert next(f.found for f in a.findings if f.id == element) == "missing"
    assert a.line.status == "hold"


@pytest.mark.parametrize("superscript", ["²", "F½²", "10²"])
def test_figures_that_are_no_digits(analyzer, superscript):
    assert analyzer.assess(Note("x", superscript)).error is None
