"""Dated tables: thresholds, modifiers, quarterly pairs and limits, and taking in a public file."""

from datetime import date

import pytest

from therex.catalog.tables import (
    edit_between,
    modifier_holds,
    parse,
    quarter_end,
    quarterly,
    stale_tables,
    store,
    threshold,
    unlikely_beyond,
)
from therex.errors import PolicyError

PTP = (
    "National Correct Coding Initiative,,,,,\nColumn 1,Column 2,*=In existence prior to 1996,Effective Date,Deletion Date *=no data,"
    '"Modifier 0=not allowed 1=allowed 9=not applicable"\n97110,97150,,20240101,*,1\n97530,97116,,20200101,20240630,1\n97140,97530,,20240101,*,0\n00100,99999,,20240101,*,0\n'
)
MUE = "HCPCS/CPT Code\tPractitioner Services MUE Values\tMUE Adjudication Indicator\n97110\t6\t3\n12345\t1\t2\n"
THERAPY = frozenset(("97110", "97116", "97140", "97150", "97530"))


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("THEREX_HOME", str(tmp_path / "home"))
    quarterly.cache_clear()
    yield tmp_path
    quarterly.cache_clear()


def test_the_shipped_tables_are_samples_and_say_so(home):
    assert edit_between("97110", "97150", date(2025, 1, 6)).modifier == 1 and unlikely_beyond("97110") == 8
    assert len(stale_tables(date(2025, 1, 6))) == 2 and "a sample for 2020Q4" in stale_tables(date(2025, 1, 6))[0]


def test_a_public_file_is_taken_in_and_goes_before_the_sample(home):
    (home / "ptp.csv").write_text(PTP)
    assert len(store("ptp", home / "ptp.csv", "2025Q4", THERAPY).edits) == 3
    assert edit_between("97150", "97110", date(2025, 1, 6)).begins == date(2024, 1, 1)
    assert edit_between("97530", "97116", date(2024, 6, 30)) and not edit_between("97530", "97116", date(2024, 7, 1))
    assert edit_between("97110", "97150", date(2023, 12, 31)) is None
    (home / "mue.txt").write_text(MUE)
    store("mue", home / "mue.txt", "2025Q4", THERAPY)
    assert unlikely_beyond("97110") == 6 and unlikely_beyond("12345") is None
    assert stale_tables(date(2026, 2, 1)) == [] and len(stale_tables(date(2026, 3, 1))) == 2


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("ptp", "a,b\n1,2\n", "not a table of NCCI edit pairs"),
        ("mue", MUE.replace("6", "six"), "line 2 must have a whole number"),
        ("ptp", PTP.replace("20240101,*,1", "soon,*,1"), "line 3 must have two codes and an effective date"),
        ("mue", "HCPCS/CPT Code,MUE Values\n", "not a table of medically unlikely edits"),
    ],
)
def test_a_file_of_another_kind_is_refused(kind, text, told):
    with pytest.raises(PolicyError, match=told):
        parse(kind, text, "2025Q4", sample=False)


@pytest.mark.parametrize("quarter", ["2025", "2025Q5", "Q1", "2025q1"])
def test_a_quarter_is_a_year_and_a_number(quarter):
    with pytest.raises(PolicyError, match="2026Q1"):
        quarter_end(quarter)


def test_the_ends_of_quarters():
    assert [quarter_end(f"2025Q{n}") for n in (1, 2, 3, 4)] == [date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31)]


def test_thresholds_and_modifiers_have_their_days():
    assert threshold(2025) == (2410, 3000) and threshold(1999) is None
    assert modifier_holds("CQ", date(2022, 1, 1), "required_from") and not modifier_holds("CQ", date(2021, 12, 31), "required_from")
    assert modifier_holds("XE", date(2015, 1, 1)) and not modifier_holds("ZZ", date(2025, 1, 1))
