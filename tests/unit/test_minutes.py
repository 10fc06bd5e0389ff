"""Minutes, clock times and billed units as notes state them."""

import pytest

from therex.billing.minutes import minutes_between, read_minutes
from therex.nlp.grammar.clock import clock_times


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Ther ex x 25 min", {"97110": 25}), ("TE 25'", {"97110": 25}), ("twenty minutes of therapeutic exercise", {"97110": 20}),
        ("97110 | Therapeutic Exercise | 30 | 2\n97140 | Manual Therapy | 15 | 1", {"97110": 30, "97140": 15}),
        ("Therapeutic Exercise (min): 23", {"97110": 23}), ("Manual therapy (16 min): patellar mobs", {"97140": 16}),
        ("Manual therapy 10 min and ther ex 20 min", {"97140": 10, "97110": 20}),
    ],
)  # fmt: skip
def test_minutes_by_code(read, text, codes):
    assert read_minutes(read(text)).codes == codes


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("97110 x 2, 97140 x1", {"97110": 2, "97140": 1}), ("97110 x2 (25 min)", {"97110": 2}), ("Bill three units of 97110 and one unit 97140.", {"97110": 3, "97140": 1}),
        ("97110 Ther Ex - units 2, time 30", {"97110": 2}), ("97110 THERAPEUTIC EXERCISE 45 MIN 3 UNITS", {"97110": 3}), ("97110 SLR 3x10", {}),
    ],
)  # fmt: skip
def test_billed_units(read, text, units):
    assert read_minutes(read(text)).billed_units == units


def test_with_one_timed_service_its_minutes_are_the_timed_total(read):
    assert read_minutes(read("Ther ex x 25 min. SLR 3x10.")).timed_total == 25


def test_totals_that_are_not_stated_are_computed_and_never_invented(read):
    minutes = read_minutes(read("Ther ex x 25 min, manual therapy x 15 min"))
    assert minutes.timed_total is None and minutes.session_total is None
    assert minutes.computed["timed_total"] == {"minutes": 40, "from": "codes"}


def test_home_minutes_and_holds_are_no_care(read):
    minutes = read_minutes(read("HEP: walk 20 min daily\nTreatment: planks 30 sec x3"))
    assert minutes.codes == {} and minutes.session_total is None


def test_clock_times():
    assert clock_times("1:00-1:45 pm") == ["13:00", "13:45"]
    assert minutes_between(["13:00", "13:45"]) == 45
    assert minutes_between(["09:00"]) is None


def test_supported_units_are_null_where_a_timed_code_given_has_no_minutes(read):
    assert read_minutes(read("Treatment: ther ex 25 min, gait training with RW. 97110 x2, 97116 x1")).supported_units is None
