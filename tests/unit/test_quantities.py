"""Doses, loads, minutes and the rest, in the forms of the policy facts, section 7."""

import pytest

from therex.nlp.quantities import read_quantities
from therex.nlp.surface import read_surface


def kinds(text):
    return [q.kind for q in read_quantities(read_surface(text))]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("3x10", "dose"), ("3 x 10", "dose"), ("3 sets of 10", "dose"), ("three sets of ten", "dose"), ('10x3"', "dose"), ("30 sec x3", "hold"),
        ("5#", "weight"), ("5 lb", "weight"), ("RTB", "band"), ("green band", "band"), ("level 8", "level"), ("L3", "level"), ("x20", "xreps"),
        ("RPE 5/10", "rpe"), ("50%", "percent"), ("0-95°", "angle"), ("95 degrees", "angle"), ("4-/5", "grade"), ("3+/5", "grade"),
        ("three plus out of five", "grade"), ("4/10", "score"), ("five out of ten", "score"), ("118/78", "bp"), ("10:05", "clock"),
        ("9:02-9:47", "clock"), ("25'", "minutes"), ("25 min", "minutes"), ("twenty minutes", "minutes"), ("0:25", "hm"), ("2x/wk", "frequency"),
        ("2x/wk x 6 wks", "frequency"), ("twice a week", "frequency"), ("1w1, 2w4", "frequency"), ("3x/day", "per_day"), ("18 s", "seconds"),
        ("150 ft", "distance"), ("03/11/2024", "date"), ("97110", "code"), ("2 units", "units"),
    ],
)  # fmt: skip
def test_form_is_read(text, kind):
    assert kind in kinds(f"Pt {text} today")


def test_feet_after_walking_are_not_minutes():
    assert "minutes" not in kinds("ambulated 50' with RW")
