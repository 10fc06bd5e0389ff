"""A pipeline with a trained tagger: who reads what, and what becomes of the answers."""

from typing import Any

import pytest
from told import Told
from told import pipeline as told_pipeline

from therex.billing.minutes import read_minutes
from therex.elements.all import read_elements
from therex.nlp.export import to_view
from therex.scoring.given import exercise_given
from therex.scoring.model import load_model
from therex.settings import NECESSITY, models_dir
from therex.types import NoteView


@pytest.fixture(scope="module")
def pipeline() -> Any:
    told = Told()
    return told_pipeline(told), told


def view(pipeline: Any, text: str, phrases: dict[str, tuple[str, str | None]] | None = None, **said: str) -> NoteView:
    nlp, told = pipeline
    told.words, told.phrases, told.said = text, phrases or {}, said
    return to_view(nlp(text))


def found(v: NoteView, label: str) -> list[tuple[str, str | None]]:
    return [(v.text[s.start : s.end], s.attribute) for s in v.of(label)]


def test_open_labels_are_the_taggers_alone(pipeline: Any) -> None:
    v = view(pipeline, "Quad weakness. Scap juts out on the left.", {"Scap juts out on the left": ("IMPAIRMENT", None)})
    assert found(v, "IMPAIRMENT") == [("Scap juts out on the left", None)]


def test_a_span_of_the_tagger_says_where_it_comes_from(pipeline: Any) -> None:
    v = view(pipeline, "Scap juts out on the left.", {"Scap juts out on the left": ("IMPAIRMENT", None)})
    assert [s.source for s in v.of("IMPAIRMENT")] == ["tagger"]


def test_minutes_and_services_are_the_grammars(pipeline: Any) -> None:
    v = view(pipeline, "Ther ex 25 min: clams 3x10.", {"clams": ("EXERCISE", "performed")})
    assert found(v, "DURATION") == [("25 min", "code_minutes=25")]
    assert [code for _, code in found(v, "SERVICE")] == ["97110"]


def test_the_dose_of_an_exercise_that_the_tagger_found_is_tied_to_it(pipeline: Any) -> None:
    v = view(pipeline, "Ther ex 25 min: monster shuffles 3x10.", {"monster shuffles": ("EXERCISE", "performed")})
    (relation,) = [r for r in v.relations if r.type == "dose_of"]
    assert v.text[v.spans[relation.to].start : v.spans[relation.to].end] == "monster shuffles"


def test_a_measure_has_the_extent_that_the_tagger_gives(pipeline: Any) -> None:
    v = view(pipeline, "R knee flexion 95 deg, was 80.", {"R knee flexion 95 deg, was 80": ("MEASURE", None)})
    assert [text for text, _ in found(v, "MEASURE")] == ["R knee flexion 95 deg, was 80"]


def test_a_duration_that_the_grammar_has_not_is_added_with_its_minutes(pipeline: Any) -> None:
    v = view(pipeline, "gym work, we had 22 of it", {"22": ("DURATION", "code_minutes")})
    assert found(v, "DURATION") == [("22", "code_minutes=22")]


def test_minutes_that_only_the_tagger_reads_are_marked_and_not_counted(pipeline: Any) -> None:
    v = view(pipeline, "ther ex, we had 22 of it", {"22": ("DURATION", "code_minutes")})
    assert [s.value for s in v.of("DURATION")] == [{"minutes": 22, "code": "97110"}]
    assert read_minutes(v).codes == {}


@pytest.mark.parametrize(
    ("said", "minutes"), [("half an hour", 30), ("1 hr 15 min", 75), ("an hour", 60), ("1 hour and then 15 minutes", 75)]
)
def test_hours_are_minutes(pipeline: Any, said: str, minutes: int) -> None:
    v = view(pipeline, f"We spent {said} on the hill out back", {said: ("DURATION", "session_total")})
    assert [s.value for s in v.of("DURATION")] == [{"minutes": minutes}]


def test_a_total_that_the_grammar_has_read_stands(pipeline: Any) -> None:
    v = view(pipeline, "Total treatment time 45 min. All of it came to 50", {"50": ("DURATION", "session_total")})
    assert read_minutes(v).session_total == 45


def test_minutes_of_a_visit_that_was_not_held_are_none(pipeline: Any) -> None:
    text = "Visit cancelled by patient. 97110 planned 45 min."
    assert found(view(pipeline, text, {"45 min": ("DURATION", "code_minutes")}), "DURATION") == []


def test_measures_of_the_tagger_take_the_place_of_all_of_the_grammar(pipeline: Any) -> None:
    v = view(pipeline, "R knee flexion 95 deg. Quad strength 4-/5.", {"R knee flexion 95 deg": ("MEASURE", None)})
    assert [text for text, _ in found(v, "MEASURE")] == ["R knee flexion 95 deg"]


def test_a_measure_that_is_only_a_mark_takes_nothing_away(pipeline: Any) -> None:
    v = view(pipeline, "Quad strength 4-/5 .", {" .": ("MEASURE", None)})
    assert [text for text, _ in found(v, "MEASURE")] == ["Quad strength 4-/5"]


def test_an_element_that_many_sentences_carry_alike_has_evidence(pipeline: Any) -> None:
    v = view(pipeline, " ".join(f"Seen in gym number {k}." for k in range(20)), response="present")
    assert state(v, "response").evidence


def test_a_duration_without_an_amount_is_none(pipeline: Any) -> None:
    v = view(pipeline, "gym work for a while", {"a while": ("DURATION", "code_minutes")})
    assert found(v, "DURATION") == []


def test_marks_at_the_edge_of_a_span_are_left_out(pipeline: Any) -> None:
    v = view(pipeline, "Seen in the gym. Knee buckles.", {"Knee buckles.": ("IMPAIRMENT", None)})
    assert [text for text, _ in found(v, "IMPAIRMENT")] == ["Knee buckles"]


def test_note_type_and_discipline_are_read_from_titles_and_credentials(pipeline: Any) -> None:
    v = view(pipeline, "OT DISCHARGE SUMMARY\nAll goals met. Ann Bay, OTR/L", note_type="daily", discipline="PT")
    assert (v.note_type, v.discipline) == ("discharge", "OT")


def state(v: NoteView, name: str) -> Any:
    return next(e for e in read_elements(v, read_minutes(v)) if e.id == name)


def test_an_element_has_the_state_that_is_answered_and_the_sentences_that_carried_it(pipeline: Any) -> None:
    v = view(pipeline, "Seen in the gym today. She kept at it until the legs shook.", response="present")
    element = state(v, "response")
    assert element.found == "present"
    assert [v.text[r.start : r.end] for r in element.evidence] == ["She kept at it until the legs shook."]


def test_a_span_that_bears_the_element_out_is_its_evidence(pipeline: Any) -> None:
    v = view(
        pipeline, "Seen in the gym today. She kept at it until the legs shook.", {"legs shook": ("RESPONSE", None)}, response="present"
    )  # fmt: skip
    assert [v.text[r.start : r.end] for r in state(v, "response").evidence] == ["legs shook"]


def test_a_missing_element_has_no_evidence(pipeline: Any) -> None:
    assert state(view(pipeline, "Seen in the gym today. Fine."), "response").evidence == ()


def test_minutes_are_arithmetic_whatever_is_answered(pipeline: Any) -> None:
    v = view(pipeline, "Ther ex 25 min.", code_minutes="missing")
    assert state(v, "code_minutes").found == "present"


def test_a_signature_that_the_grammar_reads_none_of_is_what_the_tagger_is_sure_of(pipeline: Any) -> None:
    assert state(view(pipeline, "Seen in the gym. rt", signature="weak"), "signature").found == "weak"
    assert state(view(pipeline, "Seen in the gym.\nAnn Lee, PT", signature="missing"), "signature").found == "present"


def test_a_date_is_what_the_grammar_reads_whatever_is_answered(pipeline: Any) -> None:
    assert state(view(pipeline, "Surgery 2/3/26. Seen in the gym.", date_of_service="present"), "date_of_service").found == "missing"


def test_no_exercise_was_given_where_the_tagger_is_sure_and_no_97110_is_named(pipeline: Any) -> None:
    told = {"treadmill": ("EXERCISE", "performed")}
    model = load_model(models_dir() / NECESSITY).given
    tested = view(pipeline, "Stress test on the treadmill, stage 3.", told, necessity="not_applicable")
    assert not exercise_given(tested, read_minutes(tested), model)
    treated = view(pipeline, "Daily note. Ther ex on the treadmill 20 min.", told, necessity="not_applicable")
    assert exercise_given(treated, read_minutes(treated), model)


def test_exercise_was_given_where_the_tagger_finds_one_that_was_performed(pipeline: Any) -> None:
    text = "Daily note. Ther ex: monster shuffles 3x10, no cues."
    given = view(pipeline, text, {"monster shuffles": ("EXERCISE", "performed")})
    not_given = view(pipeline, "Daily note. For home: monster shuffles 3x10.", {"monster shuffles": ("EXERCISE", "home")})
    model = load_model(models_dir() / NECESSITY).given
    assert exercise_given(given, read_minutes(given), model)
    assert not exercise_given(not_given, read_minutes(not_given), model)


def test_billed_97110_is_exercise_given_whatever_is_answered(pipeline: Any) -> None:
    v = view(pipeline, "97110 x 2 units.", necessity="not_applicable")
    assert exercise_given(v, read_minutes(v), load_model(models_dir() / NECESSITY).given)


def test_a_clock_time_has_its_hours_and_one_without_any_is_dropped(pipeline: Any) -> None:
    told = {"quarter past nine to ten": ("DURATION", "clock"), "after lunch": ("DURATION", "clock")}
    found = [s for s in view(pipeline, "Seen quarter past nine to ten, and again after lunch.", told).spans if s.attribute == "clock"]
    assert [s.value for s in found] == [{"start": "09:15", "end": "10:00"}]


@pytest.mark.parametrize(
    ("line", "name", "kind"),
    [
        ("TE 12 min: heel slides L x8 with mod A", "heel slides L", "aarom"),
        ("TE 12 min: heel slides L x8", "heel slides L", "arom"),
        ("TE 12 min: mini squats at counter 3x8 with min A", "mini squats at counter", "strength"),
        ("TE 12 min: knee ext 4x8 @ 55", "knee ext", "strength"),
        ("TE 12 min: SL ER 1# 3x12", "SL ER", "strength"),
    ],
)
def test_help_and_load_beside_a_motion_tell_its_type(pipeline: Any, line: str, name: str, kind: str) -> None:
    (span,) = view(pipeline, line, {name: ("EXERCISE", "performed")}).of("EXERCISE")
    assert (span.value or {})["type"] == kind


def test_exercise_value_names_concept_type_side_and_part(pipeline: Any) -> None:
    (span,) = view(pipeline, "Treatment: R SLR 3x10", {"R SLR": ("EXERCISE", "performed")}).of("EXERCISE")
    assert span.value == {"concept": "straight leg raise", "type": "strength", "side": "right", "body_part": "knee"}
