"""Charge lines, the ceiling of a visit and units billed above it, on values made by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from therex.billing.charges import charge_lines, known_minutes, over_billed, sentence, visit_units
from therex.billing.clock import visit_length
from therex.billing.minutes import read_minutes
from therex.billing.units import units_of
from therex.catalog.policy import policy
from therex.elements.contradictions import read_contradictions
from therex.elements.record import timed_minutes
from therex.nlp.grammar.clock import clock_times
from therex.policy.line import above_rule
from therex.types import Mention, Minutes, NoteView, Range, Span

TIMED = ("97110", "97112", "97116", "97140", "97530", "97535")
UNTIMED = ("97010", "97014", "97150", "97161", "G0283")


def visit(codes=None, billed=None, *, given=(), total=None, session=None, clock=None, in_all=None):
    """What a note states, as `read_minutes` has it."""
    codes, billed = codes or {}, billed or {}
    lengths = {"session_total": session, "clock": clock, "timed_total": total}
    return Minutes(
        codes=codes,
        timed_total=total,
        session_total=session,
        billed_units=billed,
        charges=charge_lines(codes, billed, given, total),
        visit=visit_units(billed, in_all, lengths),
    )


def told(time, rules=("cms", "ama"), billed=None):
    return [sentence(over) for over in over_billed(time, rules, billed)]


@pytest.mark.parametrize(
    ("time", "want"),
    [
        (visit(billed={"97110": 4}, session=30), ["97110: billed 4 units; a visit of 30 minutes allows at most 2"]),
        (visit(billed={"97110": 2}, clock=22), ["97110: billed 2 units; a visit of 22 minutes by its clock times allows at most 1"]),
        (
            visit(billed={"97110": 2, "97140": 2}, clock=38),
            ["97110, 97140: billed 4 timed units; a visit of 38 minutes by its clock times allows at most 3"],
        ),
        (
            visit({"97110": 30, "97112": 8}, {"97110": 2, "97112": 2}),
            ["97112: billed 2 units; 8 of 38 timed minutes support at most 1 under either rule"],
        ),
        (
            visit({"97110": 40, "97140": 5}, {"97110": 2, "97140": 1}),
            ["97140: billed 1 unit; 5 of 45 timed minutes support at most 0 under either rule"],
        ),
        (
            visit({"97110": 20, "97112": 20}, {"97110": 2, "97112": 2}),
            ["97110, 97112: billed 4 timed units; 40 timed minutes support at most 3 under either rule"],
        ),
        (visit(billed={"97110": 3}, total=25), ["97110: billed 3 units; 25 timed minutes support at most 2 under either rule"]),
        (
            visit({"97110": 25}, {"97110": 2}, given=["G0283"], total=25, in_all=4),
            ["billed 4 units in total; a visit of 25 timed minutes allows at most 2 timed and 1 untimed"],
        ),
        (visit(given=["97110", "97140"], session=30, in_all=3), ["billed 3 units in total; a visit of 30 minutes allows at most 2"]),
    ],
)
def test_units_above_what_is_supported_are_told_with_their_figures(time, want):
    assert told(time) == want


@pytest.mark.parametrize(
    "time",
    [
        visit({"97110": 33, "97140": 7}, {"97110": 2, "97140": 1}),
        visit({"97112": 24, "97110": 23}, {"97112": 2, "97110": 2}),
        visit({"97110": 20, "97112": 20}, {"97110": 1, "97112": 2}),
        visit({"97110": 30, "97530": 8, "97140": 8}, {"97110": 2, "97530": 1, "97140": 1}),
        visit({"97110": 40, "97530": 30}, {"97110": 1, "97530": 2}),
        visit(billed={"97110": 3}, session=38),
        visit(billed={"97161": 1, "97110": 1, "97140": 1, "97010": 1, "97014": 1}, session=50),
        visit(billed={"97110": 2, "97012": 1, "97010": 1}, total=25),
        visit({"97110": 25}, {"97110": 2}, given=["G0283"], total=25, in_all=3),
        visit({"97110": 45, "97140": 7, "97112": 7}, {"97110": 3, "97140": 1, "97112": 0}),
    ],
)
def test_supported_units_and_fewer_are_no_mismatch(time):
    assert told(time) == []


def test_the_payers_rule_alone_may_hold_what_the_other_rule_supports():
    time = visit({"97112": 24, "97110": 23}, {"97112": 2, "97110": 2})
    assert told(time, ("ama",)) == []
    assert told(time, ("cms",)) == ["97110: billed 2 units; 23 of 47 timed minutes support at most 1 under the CMS rule"]


def test_a_payer_by_midpoint_alone_counts_the_length_of_the_visit_by_midpoint():
    time = visit({"97110": 24, "97530": 23}, {"97110": 2, "97530": 2}, session=50)
    assert told(time, ("ama",)) == []
    assert told(time) == ["97110, 97530: billed 4 timed units; a visit of 50 minutes allows at most 3"]


def test_codes_at_a_tie_cannot_all_have_the_extra_unit():
    time = visit({"97110": 45, "97140": 7, "97112": 7}, {"97110": 2, "97140": 1, "97112": 1})
    assert told(time, ("cms",)) == ["97110, 97112, 97140: billed 4 timed units; 59 timed minutes support at most 3 under the CMS rule"]


def test_the_line_and_the_claim_use_the_same_computation():
    time = visit({"97110": 8}, {"97110": 2}, total=8)
    assert above_rule(policy("cms"), time) == over_billed(time, ("cms",))
    assert told(visit({"97110": 30}, total=30), ("cms",), {"97110": 3}) == [
        "97110: billed 3 units; 30 timed minutes support at most 2 under the CMS rule"
    ]


def test_one_code_without_minutes_has_what_the_timed_total_leaves():
    assert known_minutes({"97110": 22}, {"97110", "97140"}, 38) == {"97110": 22, "97140": 16}
    lines = charge_lines({"97110": 22}, {"97110": 2, "97140": 1}, (), 38)
    assert [(c.code, c.minutes, c.minutes_from, c.billed, c.cms, c.ama) for c in lines] == [
        ("97110", 22, "stated", 2, 2, 1), ("97140", 16, "timed_total", 1, 1, 1),
    ]  # fmt: skip
    assert known_minutes({"97110": 22}, {"97110", "97140", "97116"}, 38) == {"97110": 22}


def test_the_stated_total_comes_before_the_clock_and_the_timed_total():
    assert visit(session=38, clock=53, total=30).visit.most == 3
    assert visit(clock=53, total=30).visit.source == "clock"
    assert visit(total=30).visit.source == "timed_total"
    assert visit().visit.most is None


minutes_by_code = st.dictionaries(st.sampled_from(TIMED), st.integers(1, 90), min_size=1)
units_by_code = st.dictionaries(st.sampled_from(TIMED), st.integers(0, 6), min_size=1)


@given(minutes_by_code, units_by_code, st.randoms())
def test_the_order_of_codes_changes_nothing(codes, billed, chance):
    shuffled = list(codes.items()), list(billed.items())
    for rows in shuffled:
        chance.shuffle(rows)
    assert over_billed(visit(codes, billed)) == over_billed(visit(dict(shuffled[0]), dict(shuffled[1])))


@given(minutes_by_code, units_by_code, st.dictionaries(st.sampled_from(UNTIMED), st.integers(1, 60)), st.integers(1, 120))
def test_untimed_codes_beside_change_no_timed_units(codes, billed, untimed, session):
    alone = visit(codes, billed, session=session)
    beside = visit(codes | untimed, billed | dict.fromkeys(untimed, 1), session=session)
    assert over_billed(alone) == over_billed(beside)
    assert alone.visit.most == beside.visit.most and alone.visit.billed_timed == beside.visit.billed_timed
    assert [c for c in beside.charges if c.timed] == list(alone.charges)


@given(st.integers(0, 600), st.integers(0, 120))
def test_the_ceiling_rises_with_the_length_of_the_visit(session, more):
    low, high = visit(session=session).visit.most, visit(session=session + more).visit.most
    assert low <= high <= low + units_of(more) + 1


@given(units_by_code, st.integers(1, 120), st.integers(0, 60))
def test_a_longer_visit_holds_no_more_against_the_units(billed, session, more):
    if not over_billed(visit(billed=billed, session=session)):
        assert not over_billed(visit(billed=billed, session=session + more))


@given(minutes_by_code)
def test_every_allocation_of_the_rules_is_supported(codes):
    time = visit(codes)
    for c in time.charges:
        assert not over_billed(visit(codes, {c.code: max(c.cms, c.ama)}))
        assert over_billed(visit(codes, {c.code: max(c.cms, c.ama) + 1}))


def view_of(durations=(), mentions=(), services=(), text=" " * 400):
    spans = [Span(i * 10, i * 10 + 5, "DURATION", attribute, value=value) for i, (attribute, value) in enumerate(durations)]
    spans += [Span(200 + i * 8, 205 + i * 8, "SERVICE", code, value={"given": True}) for i, code in enumerate(services)]
    return NoteView(text, text, tuple(spans), (), (), (), tuple(mentions), "daily", "PT")


def block(code, minutes, **more):
    return f"code_minutes={minutes}", {"minutes": minutes, "code": code, **more}


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5))
def test_blocks_of_one_code_add_up(parts):
    whole = read_minutes(view_of([block("97110", sum(parts))]))
    split = read_minutes(view_of([block("97110", n) for n in parts]))
    assert (split.codes, split.timed_total, split.charges, split.visit) == (whole.codes, whole.timed_total, whole.charges, whole.visit)


def test_minutes_that_are_only_restated_are_not_added():
    got = read_minutes(view_of([block("97110", 10), block("97110", 15), block("97110", 25, restates=True)]))
    assert got.codes == {"97110": 25}
    assert read_minutes(view_of([block("97110", 25, restates=True)])).codes == {"97110": 25}


def test_blocks_longer_than_the_stated_total_repeat_each_other():
    durations = [block("97110", 45), ("session_total=60", {"minutes": 60}), block("97110", 45)]
    assert read_minutes(view_of(durations)).codes == {"97110": 45}


def units(code, n, start):
    return Mention("units", start, start + 4, "rule:units", {"code": code, "units": n})


def test_the_evidence_is_the_units_that_are_above():
    view = view_of([block("97110", 30), block("97112", 8)], [units("97110", 2, 100), units("97112", 2, 120)], text="x" * 400)
    found = next(c for c in read_contradictions(view, read_minutes(view)) if c.id == "units_mismatch")
    assert found.evidence == (Range(120, 124),)
    assert found.message == "97112: billed 2 units; 8 of 38 timed minutes support at most 1 under either rule."


def test_the_total_of_units_is_held_against_the_whole_visit():
    total = Mention("units_total", 100, 107, "rule:units", {"units": 4})
    view = view_of([block("97110", 25), block("G0283", 15)], [total], text="x" * 400)
    minutes = read_minutes(view)
    assert minutes.visit.billed_total == 4
    found = next(c for c in read_contradictions(view, minutes) if c.id == "units_mismatch")
    assert found.evidence == (Range(100, 107),)


@pytest.mark.parametrize(
    ("durations", "services", "state"),
    [
        ([block("97110", 20), block("97140", 10)], ["97110", "97140"], "weak"),
        ([block("97110", 20), block("97140", 10)], ["97110", "97140", "97112"], "missing"),
        ([block("97110", 20)], ["97110", "97014"], "present"),
        ([("timed_total=38", {"minutes": 38})], ["97110", "97140"], "present"),
        ([], ["97110"], "missing"),
    ],
)
def test_timed_minutes_are_weak_where_every_timed_service_has_its_own(durations, services, state):
    view = view_of(durations, services=services)
    assert timed_minutes(view, read_minutes(view)).found == state


def test_a_stated_timed_total_gives_units_although_codes_have_no_minutes():
    got = read_minutes(view_of([("timed_total=38", {"minutes": 38})], services=["97110", "97140"]))
    assert got.supported_units["cms"] == {"total": 3, "allocations": []}
    assert read_minutes(view_of([block("97110", 20)], services=["97110", "97140"])).supported_units is None


@pytest.mark.parametrize(
    ("told", "length"),
    [
        ([["09:00", "09:30"], ["14:00", "14:30"]], 60),
        ([["09:00", "09:45"], ["09:10", "09:20"]], 45),
        ([["09:00", "09:20"], ["09:20", "09:45"]], 45),
        ([["11:50", "12:35"]], 45),
        ([["12:45", "1:15"]], 30),
        ([["9:05"], ["9:27"]], 22),
        ([["09:00"], ["09:30"], ["14:00"], ["14:30"]], 60),
        ([["09:00"], ["09:05"], ["09:45"], ["09:50"]], 50),
        ([["09:00"]], None),
        ([], None),
    ],
)
def test_the_length_of_a_visit_by_the_clock(told, length):
    assert visit_length(told) == length


def test_a_range_that_ends_after_noon_may_start_before_it():
    assert clock_times("11:30-12:15 pm") == ["11:30", "12:15"]
    assert clock_times("1:00-1:45 pm") == ["13:00", "13:45"]
