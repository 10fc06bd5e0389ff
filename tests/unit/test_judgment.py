"""Figures in one sentence."""

from typing import Any

import pytest

from therex.training.judgment import of_comparison, of_reading, of_training, of_verdicts
from therex.training.registry import Comparison, Difference
from therex.types import LABELS


def figures(accuracy: float = 0.834, notes: int = 96, **found: float) -> dict[str, Any]:
    labels = {name: {"r": found.get(name, 0.8), "marked": 40} for name in LABELS}
    return {"notes": notes, "not_analysed": 0, "labels": labels, "elements": {"accuracy": accuracy}}


def test_elements_come_first_and_then_what_is_found_least() -> None:
    said = "Elements are right in 83 of 100; skilled interventions and impairments are found about half the time."
    assert of_reading(figures(SKILL=0.48, IMPAIRMENT=0.57)) == said


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "hardly ever"), (0.25, "about a quarter of the time"), (0.33, "about a third of the time"), (0.5, "about half the time"), (0.66, "about two thirds of the time")],
)  # fmt: skip
def test_a_share_is_said_in_words(share: float, words: str) -> None:
    assert of_reading(figures(GOAL=share)).endswith(f"; goals are found {words}.")


def test_phrases_that_are_found_about_as_often_are_named_together_worst_first() -> None:
    said = of_reading(figures(SKILL=0.3, GOAL=0.5, LIMITATION=0.52, RESPONSE=0.65, MEASURE=0.69))
    assert said.endswith(
        "skilled interventions are found about a third of the time, goals and functional limitations about half the time, "
        "responses about two thirds of the time."
    ), "four at most"


def test_where_nothing_is_weak_that_is_said() -> None:
    assert of_reading(figures(0.9)) == "Elements are right in 90 of 100; every kind of phrase is found at least 7 times in 10."


def test_labels_with_few_marks_are_not_judged() -> None:
    told = figures()
    told["labels"] = {name: {"r": 0.0, "marked": 3} for name in LABELS}
    assert of_reading(told) == "Elements are right in 83 of 100."


def test_few_notes_are_said_to_be_few() -> None:
    assert of_reading(figures(notes=6)).startswith("These are only 6 notes, so the figures are rough: elements are right in 83 of 100")
    assert of_reading(figures(notes=0)) == "No note could be analyzed."


def test_verdicts_are_counted_by_those_given_and_those_right() -> None:
    assert of_verdicts(0.56, 0.82) == "A verdict is given for 56 of 100 notes, and 82 of 100 of these verdicts are right."
    assert of_verdicts(0.0, None) == of_verdicts(0.0, 0.0) == "Every verdict is left to a reviewer."


def test_a_training_is_judged_on_other_writers() -> None:
    said = of_training(figures(), 0.5, 0.75)
    assert said.startswith("On writers it was not trained on: elements are right in 83 of 100; ") and said.endswith(
        "; a verdict is given for 50 of 100 notes, and 75 of 100 of these verdicts are right."
    )


def difference(figure: str, better: float, low: float, high: float) -> Difference:
    return Difference(figure, 0.5, 0.5 + better, better, low, high)


def test_a_better_model_is_said_to_be_better_where_it_is() -> None:
    found = Comparison(48, 12, (difference("phrases", 0.0, -0.01, 0.01), difference("elements", 0.02, 0.01, 0.03)))
    assert of_comparison(found) == "The second model is better on elements (+0.02, 0.01 to 0.03); on phrases no difference is shown."


def test_better_and_worse_are_both_said() -> None:
    found = Comparison(48, 12, (difference("phrases", 0.1, 0.05, 0.15), difference("verdicts", -0.05, -0.08, -0.02)))
    assert (
        of_comparison(found) == "The second model is better on phrases (+0.10, 0.05 to 0.15) and worse on verdicts (−0.05, −0.08 to −0.02)."
    )


def test_a_small_gain_is_told_with_the_places_that_show_it() -> None:
    found = Comparison(48, 12, (difference("elements", 0.004, 0.001, 0.007),))
    assert of_comparison(found) == "The second model is better on elements (+0.004, 0.001 to 0.007)."


def test_no_difference_is_one_plain_sentence() -> None:
    found = Comparison(48, 12, (difference("elements", 0.004, -0.001, 0.007),))
    assert of_comparison(found) == "No difference between the two models is shown on these 48 notes."


def test_every_label_has_its_words() -> None:
    from therex.catalog.files import resource

    assert set(resource("analyst.yaml")["phrases"]) == set(LABELS)
