"""CQ and CO: which units carry the assistant's modifier (CMS billing examples, restated)."""

import pytest

from therex.billing.assistants import modifiers, with_modifier


@pytest.mark.parametrize(
    ("therapist", "assistant", "units", "carried"),
    [
        (13, 23, 2, 1),  # one whole unit by the assistant; the therapist's 13 earn the last
        (15, 0, 1, 0),
        (0, 15, 1, 1),
        (7, 7, 1, 1),  # neither earns it alone
        (8, 7, 1, 0),  # the therapist's 8 do
        (20, 15, 2, 1),
        (12, 14, 2, 1),  # more than half a unit each: one each
        (22, 1, 2, 1),  # 7 and 1 left over: one of eight is more than a tenth
        (37, 1, 3, 1),
        (38, 0, 3, 0),
        (30, 5, 2, 0),  # the five minutes earn no unit
        (45, 20, 4, 1),
    ],
)
def test_units_with_the_modifier(therapist, assistant, units, carried):
    assert with_modifier(therapist, assistant, units) == carried


def test_codes_without_an_assistant_are_left_out():
    by = {"97110": {"PTA": 23, "PT": 13}, "97140": {"PT": 30}, "97530": {"OTA": 15}}
    assert modifiers(by, {"97110": 2, "97140": 2, "97530": 1}) == {"97110": {"CQ": 1, "": 1}, "97530": {"CO": 1, "": 0}}


def test_no_more_units_carry_it_than_there_are():
    for therapist in range(46):
        for assistant in range(46):
            units = (therapist + assistant + 7) // 15
            assert 0 <= with_modifier(therapist, assistant, units) <= units
