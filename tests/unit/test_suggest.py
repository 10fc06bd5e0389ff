"""Marks that a suggestion may hold."""

from therex.training.suggest import uncrossed


def test_marks_nest_and_never_cross():
    marks = {(0, 10, "SKILL", None), (2, 5, "DOSE", None), (8, 14, "RESPONSE", None), (14, 20, "GOAL", None), (0, 10, "RESPONSE", None)}
    assert uncrossed(marks) == [
        (0, 10, "RESPONSE", None), (0, 10, "SKILL", None), (2, 5, "DOSE", None), (14, 20, "GOAL", None),
    ]  # fmt: skip
