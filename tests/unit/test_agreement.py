"""Kappa, what stands beside it, and alpha; and what reviewers' judgements come to."""

import pytest

pytest.importorskip("statsmodels")

from therex.errors import InputError
from therex.qa.agreement import agreement, alpha
from therex.qa.decisions import blank, check, differences, in_use, lacking, line_of, over_units, settle, under_units, units_judged
from therex.types import ELEMENTS

YES, NO = "yes", "no"


def pairs(both, first, second, neither):
    return [(YES, YES)] * both + [(YES, NO)] * first + [(NO, YES)] * second + [(NO, NO)] * neither


def test_kappa_of_the_textbook():
    # Fleiss, Levin and Paik 2003: kappa 0.4 for 20, 5, 10, 15
    found = agreement(pairs(20, 5, 10, 15), (YES, NO))
    assert found["kappa"] == pytest.approx(0.4) and found["observed"] == pytest.approx(0.7) and found["pabak"] == pytest.approx(0.4)
    assert found["low"] == pytest.approx(0.151, abs=1e-3) and found["high"] == pytest.approx(0.649, abs=1e-3)


def test_agreement_on_each_class_is_that_of_cicchetti_and_feinstein():
    found = agreement(pairs(40, 9, 6, 45), (YES, NO))
    assert [c["agreement"] for c in found["classes"]] == [pytest.approx(80 / 95), pytest.approx(90 / 105)]
    # prevalence: the mean share of the class
    assert found["classes"][0]["share"] == pytest.approx((49 + 46) / 200)


def test_kappa_is_low_where_nearly_all_is_one_class_and_pabak_is_not():
    found = agreement(pairs(94, 3, 3, 0), (YES, NO))
    assert found["kappa"] < 0 and found["pabak"] == pytest.approx(0.88)


def test_what_is_not_defined_is_told():
    assert agreement([], (YES, NO))["caution"] == "no note was judged by both"
    one = agreement(pairs(30, 0, 0, 0), (YES, NO))
    assert one["kappa"] is None and "not defined" in one["caution"] and one["observed"] == 1
    assert "few" in agreement(pairs(5, 1, 1, 5), (YES, NO))["caution"]
    assert alpha([{0: YES}, {1: NO}], (YES, NO)) is None and alpha([{0: YES}, {0: YES}], (YES, NO)) is None


def test_alpha_is_that_of_krippendorffs_example():
    # Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", two observers, 10 units: 1 - 19 * 4 / (14 * 6)
    first, second = "0100000000", "1110010010"
    readers = [dict(enumerate(line)) for line in (first, second)]
    assert alpha(readers, ("0", "1")) == pytest.approx(0.095, abs=1e-3)


ITEM = {
    "units": 2, "stratum": 0, "pick": "random", "order": 1, "text": "x" * 40,
    "record": {"payer": "cms", "note_type": "daily", "discipline": "PT", "elements": [], "contradictions": [], "spans": [], "time": {}},
}  # fmt: skip
ON = "2026-11-25"


def told(**more):
    elements = {**dict.fromkeys(ELEMENTS, "present"), **more.pop("elements", {})}
    return {**blank(ITEM, blind=True), "elements": elements, "verdict": "supported", "supported_units": 2, **more}


@pytest.mark.parametrize(
    ("more", "line", "why"),
    [
        ({}, "ready", []),
        ({"elements": {"signature": "missing"}}, "hold", ["signature"]),
        ({"elements": {"total_time": "weak"}}, "review", ["total_time"]),
        ({"verdict": "not_supported"}, "hold", ["not_supported"]),
        ({"verdict": "not_applicable"}, "hold", ["billed_not_given", "billed_units"]),
        ({"verdict": "not_applicable", "billed_units": None}, "no_97110", ["not_applicable"]),
        ({"supported_units": 1}, "hold", ["billed_units"]),
        ({"supported_units": 3}, "ready", []),
        ({"contradictions": ["aide_delivered"]}, "hold", ["aide_delivered"]),
        ({"elements": {"home_program": "missing"}}, "ready", []),
    ],
)
def test_the_line_follows_from_what_the_reviewer_judged(more, line, why):
    assert line_of(told(**more), ITEM, ON) == (line, why)


def test_what_only_asks_for_review_does_not_hold_a_line():
    weak = told(elements={"signature": "missing", "total_time": "weak"})
    found = settle(ITEM, [weak], None, {"as_of": ON, "reviewers": 1, "adjudicate": "all"})
    assert (found.line, found.because, found.holding) == ("hold", ("signature", "total_time"), ("signature",))


def test_units_over_and_under_are_counted_apart():
    assert (over_units(told(supported_units=1)), under_units(told(supported_units=1))) == (1, 0)
    assert (over_units(told(supported_units=4)), under_units(told(supported_units=4))) == (0, 2)
    assert (over_units(told(supported_units=None)), under_units(told(supported_units=None))) == (0, 0)


def test_two_reviewers_who_agree_on_the_line_may_differ_in_elements():
    one, two = told(), told(elements={"home_program": "weak"})
    assert differences(one, two, ITEM, ON) == ["home_program"] and differences(one, two, ITEM, ON, "line") == []
    design = {"as_of": ON, "reviewers": 2, "adjudicate": "line"}
    found = settle(ITEM, [one, two], None, design)
    assert found.state == "decided" and found.judgement["elements"]["home_program"] is None
    assert settle(ITEM, [one, two], None, {**design, "adjudicate": "all"}).differ == ("home_program",)
    assert settle(ITEM, [one, two], told(verdict="not_supported"), design).line == "hold"
    assert settle(ITEM, [one], None, design).state == "open"


def test_a_note_that_cannot_be_judged_wants_a_word_why():
    assert lacking(told(unusable=True)) == ["comment"] and lacking(told(unusable=True, comment="half of it is cut off")) == []
    assert lacking(blank(ITEM, blind=True))[-2:] == ["verdict", "supported_units"]


def test_units_are_judged_or_marked_as_not_judged():
    assert lacking(told(supported_units=None)) == ["supported_units"] and lacking(told(billed_units=None)) == ["billed_units"]
    assert lacking(told(supported_units=None, units_not_judged=True)) == []
    assert over_units(told(billed_units=None, units_not_judged=True)) == 0
    with pytest.raises(InputError, match="must be empty"):
        check(told(units_not_judged=True), 40)


def test_where_no_exercise_was_given_the_verdict_is_enough():
    bare = {**blank(ITEM, blind=True), "verdict": "not_applicable"}
    assert lacking(bare) == [] and units_judged(bare)


def test_elements_that_need_no_judgment_are_neither_a_reason_nor_a_difference():
    bare = {**blank(ITEM, blind=True), "verdict": "not_applicable"}
    full = told(verdict="not_applicable", elements={"signature": "missing"})
    assert line_of(bare, ITEM, ON) == line_of(full, ITEM, ON) == ("hold", ["billed_not_given", "billed_units"])
    assert differences(bare, full, ITEM, ON) == [] and "goal" not in differences(bare, told(), ITEM, ON)


def test_a_judgment_of_an_earlier_version_has_units_that_may_be_judged():
    old = told()
    del old["units_not_judged"]
    assert check(old, 40)["units_not_judged"] is False and lacking(old) == [] and units_judged(old)


def test_a_judgement_is_held_to_its_form():
    assert check(told(contradictions=["not_skilled", "units_mismatch"]), 40)["contradictions"] == ["units_mismatch", "not_skilled"]


def test_spares_stand_in_for_what_cannot_be_judged():
    items = [{"stratum": 0, "order": n + 1, "pick": "random" if n < 3 else "spare"} for n in range(5)]
    strata = [{"sampled": 3, "population": 90}]
    assert in_use(items, [], strata) == {0, 1, 2} and in_use(items, [1], strata) == {0, 2, 3} and in_use(items, [0, 1, 3], strata) == {2, 4}
