"""The appraisal as a document: what counts, what is shown apart, and every form that it takes."""

import openpyxl
import pytest

pytest.importorskip("statsmodels")

from therex.qa.appraise import Reviewed, appraise
from therex.qa.decisions import Decision, blank
from therex.reports.appraisal import terminal, write_xlsx
from therex.reports.appraisal_page import page
from therex.types import ELEMENTS

DESIGN = {
    "reviewers": 1,
    "blind": True,
    "payer": "cms",
    "as_of": "2026-11-25",
    "by": ["clinic"],
    "group": ["payer"],
    "adjudicate": "all",
    "calibration": 0,
}


def item(n, clinic, therapist, pick="random", amount=50.0):
    record = {
        "payer": "cms", "note_type": "daily", "discipline": "PT", "line": {"status": "ready", "because": []}, "necessity": {"verdict": "supported"},
        "elements": [{"id": e, "found": "present"} for e in ELEMENTS], "contradictions": [], "spans": [], "time": {},
    }  # fmt: skip
    source = {"therapist": therapist, "clinic": clinic, "payer": "=Acme()", "date": f"2026-0{7 + n % 2}-03"}
    return {
        "note_id": f"=n{n}", "stratum": 0 if clinic == "North" else 1, "pick": pick, "order": n, "source": source, "strata": {"clinic": clinic},
        "amount": amount, "units": 2, "text": "x", "record": record,
    }  # fmt: skip


def judged(i, line, because=(), **more):
    holding = tuple(because) if line == "hold" else ()
    told = {**blank(i, blind=True), "elements": dict.fromkeys(ELEMENTS, "present"), "verdict": "supported", "supported_units": 2, **more}
    return Decision("decided", told, line, tuple(because), holding)


@pytest.fixture
def reviewed():
    items = [item(n, "North" if n < 20 else "South", "<b>Ito</b>" if n % 2 else "Roe") for n in range(40)]
    items += [item(90, "North", "Roe", "risk"), item(91, "South", "Roe", "spare")]
    decisions = []
    for n, i in enumerate(items):
        if n in (0, 1, 2):
            decisions.append(judged(i, "hold", ["signature"], elements={**dict.fromkeys(ELEMENTS, "present"), "signature": "missing"}))
        elif n == 20:
            decisions.append(judged(i, "hold", ["billed_units"], supported_units=1))
        elif n in (21, 22):
            decisions.append(judged(i, "no_97110", ["not_applicable"], verdict="not_applicable", billed_units=None))
        elif n == 23:
            decisions.append(judged(i, "ready", supported_units=3))
        elif n == 40:
            decisions.append(judged(i, "hold", ["not_supported"], verdict="not_supported"))
        elif n == 41:
            decisions.append(Decision("open"))
        else:
            decisions.append(judged(i, "ready"))
    strata = [
        {"key": {"clinic": "North"}, "population": 900, "sampled": 20},
        {"key": {"clinic": "South"}, "population": 100, "sampled": 20},
    ]
    frame = {"notes": 1000, "read": 1010, "excluded": {"empty": 10}, "sha256": "0" * 64, "strata": strata}
    firsts = [{"Ana": d.judgement} if d.judgement else {} for d in decisions]
    return Reviewed("ab" * 8, DESIGN, frame, items, decisions, firsts)


def test_a_rate_is_of_lines_weighted_by_strata(reviewed):
    told = appraise(reviewed)
    rate = told["line_errors"]
    assert (rate["errors"], rate["lines"]) == (4, 38)
    # 900 notes at 3 of 20; of the 100, 18 of 20 have a line, and 1 is held
    assert rate["estimate"] == pytest.approx((900 * 3 / 20 + 100 / 20) / (900 + 100 / 20 * 18))
    assert told["apart"] == {"risk": {"lines": 1, "held": 1}} and "10 of 1010 notes were excluded" in told["cautions"][-1]


def test_units_over_and_under_and_elements_are_counted_apart(reviewed):
    told = appraise(reviewed)
    assert told["units"]["over_billed"]["errors"] == 1 and told["units"]["under_billed"]["errors"] == 1
    assert told["units"]["over_billed"]["units"]["point"] == pytest.approx(100 / 20 * 1)
    signature = next(e for e in told["elements"] if e["id"] == "signature")
    assert signature["missing"]["errors"] == 3 and signature["weak"]["errors"] == 0


def test_money_is_that_of_held_lines_and_of_too_many_units_their_part(reviewed):
    told = appraise(reviewed)["financial"]
    assert told["point"] == pytest.approx(900 / 20 * 150 + 100 / 20 * 25) and told["low"] <= told["low_90"] <= told["point"] <= told["high"]
    assert told["low"] >= 175


def test_groups_stand_in_order_of_name_and_a_small_one_has_a_caution(reviewed):
    told = appraise(reviewed)
    assert [g["name"] for g in told["groups"]["therapist"]] == ["<b>Ito</b>", "Roe"] and "clinic" not in told["groups"]
    few = Reviewed("c" * 16, DESIGN, reviewed.frame, reviewed.items[:25], reviewed.decisions[:25], reviewed.firsts[:25])
    strata = appraise(few)["strata"]
    assert strata[1]["caution"] == "few charge lines" and strata[0]["caution"] == ""


def test_a_scorecard_begins_with_what_alone_holds_a_line(reviewed):
    cards = {c["name"]: c["changes"] for c in appraise(reviewed)["scorecards"]}
    assert cards["Roe"][0] == {
        "reason": "signature",
        "words": "Signature missing or weak",
        "lines": 2,
        "alone": 2,
        "examples": ["=n0", "=n2"],
    }


def test_units_that_were_not_judged_are_in_no_unit_rate_and_counted(reviewed):
    decisions = list(reviewed.decisions)
    for n in (5, 6):
        decisions[n] = judged(reviewed.items[n], "ready", supported_units=None, units_not_judged=True)
    decisions[7] = judged(reviewed.items[7], "ready", supported_units=None)  # of an earlier version
    told = appraise(Reviewed("c" * 16, DESIGN, reviewed.frame, reviewed.items, decisions, reviewed.firsts))
    assert told["units"]["not_judged"] == 3 and told["units"]["over_billed"]["lines"] == 35
    assert told["cautions"][0].startswith("Units were not judged in 3 of 38 charge lines. Unit rates and totals come from the others.")
    assert [n["units_judged"] for n in told["notes"][4:9]] == [True, False, False, False, True]


def test_elements_of_a_note_without_exercise_are_in_no_rate(reviewed):
    decisions = list(reviewed.decisions)
    decisions[5] = judged(reviewed.items[5], "hold", ["billed_not_given", "billed_units"], verdict="not_applicable", elements={})
    told = appraise(Reviewed("c" * 16, DESIGN, reviewed.frame, reviewed.items, decisions, reviewed.firsts))
    plan = next(e for e in told["elements"] if e["id"] == "plan")
    assert plan["missing"]["lines"] == 37 and plan["unsettled"] == 0 and told["units"]["over_billed"]["errors"] == 2


def test_one_reviewer_has_no_columns_for_agreement_between_reviewers(reviewed, tmp_path):
    told = appraise(reviewed)
    assert "reviewers: observed" not in page(told) and "between reviewers" not in page(told)
    write_xlsx(told, tmp_path / "a.xlsx")
    assert {row[1].value for row in openpyxl.load_workbook(tmp_path / "a.xlsx")["agreement"].iter_rows(min_row=2)} == {"tool"}
    two = [{**f, "Bo": f["Ana"]} if f else f for f in reviewed.firsts]
    assert "reviewers: observed" in page(appraise(Reviewed("c" * 16, DESIGN, reviewed.frame, reviewed.items, reviewed.decisions, two)))


def test_that_charge_lines_are_few_is_told_once(reviewed):
    few = Reviewed("c" * 16, DESIGN, reviewed.frame, reviewed.items[:9], reviewed.decisions[:9], reviewed.firsts[:9])
    made = page(appraise(few))
    assert made.count("fewer than 10 charge lines") == 1 and made.count("fewer than 20 notes") == 1 and "few charge lines" not in made


def test_notes_that_are_not_settled_are_told(reviewed):
    half = [d if n % 2 else Decision("open") for n, d in enumerate(reviewed.decisions)]
    told = appraise(Reviewed("c" * 16, DESIGN, reviewed.frame, reviewed.items, half, reviewed.firsts))
    assert told["review"]["open"] == 20 and "20 of the 40 notes drawn are not settled" in told["cautions"][0]


def test_what_makes_a_figure_less_sure_is_told(reviewed):
    items = [{**i, "amount": None} if n == 0 else i for n, i in enumerate(reviewed.items)]
    decisions = [Decision("open") if 20 < n < 40 else d for n, d in enumerate(reviewed.decisions)]
    told = " ".join(appraise(Reviewed("d" * 16, DESIGN, reviewed.frame, items, decisions, reviewed.firsts, changed=2))["cautions"])
    assert "The amount paid is unknown for 1 charge line." in told and "In 1 stratum, only one note is settled." in told
    assert "2 judgments were changed after the tool's opinion was shown" in told


def test_reasons_count_what_holds_a_line_and_not_what_asks_for_review(reviewed):
    d = reviewed.decisions[0]
    both = Decision("decided", d.judgement, "hold", ("signature", "total_time"), ("signature",))
    told = appraise(Reviewed("d" * 16, DESIGN, reviewed.frame, reviewed.items, [both, *reviewed.decisions[1:]], reviewed.firsts))
    assert {r["reason"]: r["lines"] for r in told["reasons"]} == {"signature": 3, "billed_units": 1}
    roe = next(c for c in told["scorecards"] if c["name"] == "Roe")
    assert roe["changes"][0]["alone"] == 2


def test_periods_show_the_interval_of_their_difference(reviewed):
    now = appraise(reviewed)
    told = appraise(reviewed, before=[{**now, "line_errors": {**now["line_errors"], "estimate": 0.4, "low": 0.3, "high": 0.5}}])["periods"]
    difference = told[1]["difference"]
    assert difference["estimate"] == pytest.approx(now["line_errors"]["estimate"] - 0.4)
    assert difference["low"] < difference["estimate"] < difference["high"] < 0


def test_what_comes_from_notes_is_text_in_the_page_and_no_formula_in_the_workbook(reviewed, tmp_path):
    told = appraise(reviewed)
    made = page(told)
    assert "<b>Ito" not in made and "&lt;b&gt;Ito" in made and "default-src 'none'" in made
    write_xlsx(told, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert all(c.data_type != "f" for c in cells) and book["strata"]["E2"].value == pytest.approx(0.15)
    assert book.sheetnames == ["summary", "strata", "groups", "elements", "reasons", "agreement", "trend", "scorecards", "notes"]
    assert len(terminal(told)) > 10
