"""Exercise types, values and relations: what a corpus may state, how it is checked and scored, and how they are read."""

import pytest
from told import Named, pipeline

from therex.analysis import Analyzer
from therex.corpus.check import check
from therex.corpus.details import EXERCISE_TYPES, numbered, relations
from therex.corpus.marked import MarkedNote, parse_marks
from therex.nlp.export import to_view
from therex.training.details import details
from therex.types import ELEMENTS, Note

NAMED = Named()
READS = pipeline(NAMED)
# open language, which a tagger is told
OPEN = {
    "O: BLE weakness 4-/5 hips": {"BLE weakness 4-/5 hips": ("IMPAIRMENT", None)},
    "TE: leg press 3x10 to improve stair climbing": {"to improve stair climbing": ("RATIONALE", None)},
}
META = {"necessity": "not_supported", "elements": dict.fromkeys(ELEMENTS, "missing")}
MARKED = "⟦EXERCISE R ⟦EXERCISE SLR⟧⟧ ⟦DOSE 3x10⟧, ⟦MEASURE knee flex 95°⟧"


def note(marked=MARKED, **meta):
    text, spans = parse_marks(marked)
    return MarkedNote("n1", text, spans, {**META, **meta})


def read(text):
    NAMED.words, NAMED.phrases = text, OPEN.get(text, {})
    view = to_view(READS(text), text)
    return view, {s.label: s.value for s in view.spans}


def test_spans_are_numbered_in_text_order_and_the_outer_first():
    assert [(s[2], s[1] - s[0]) for s in numbered(note())] == [("EXERCISE", 5), ("EXERCISE", 3), ("DOSE", 4), ("MEASURE", 13)]


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        ({"types": {3: "strength"}}, f"types.3 must be the number of an EXERCISE, with one of {', '.join(EXERCISE_TYPES)}"),
        ({"types": {1: "stretchy"}}, f"types.1 must be the number of an EXERCISE, with one of {', '.join(EXERCISE_TYPES)}"),
        ({"values": {3: {"side": "left"}}}, "values.3: the values must be among sets, reps, hold_s, load, unit, band"),
        ({"values": {9: {"sets": 3}}}, "values.9: that mark cannot have values"),
        (
            {"relations": {1: {"dose_of": 3}}},
            "relations.1 must be one of dose_of, minutes_of, measures, purpose_of, between labels that it can join",
        ),
    ],
)
def test_check_names_a_detail_that_its_span_cannot_have(meta, said):
    assert [f.what for f in check([note(**meta)])] == [said]


def test_details_are_scored_over_the_spans_that_were_found():
    marked = note(types={1: "strength"}, values={3: {"sets": 3, "reps": 12}}, relations={3: {"dose_of": 1}})
    assert relations(marked) == [("dose_of", 2, 0)]
    figures = details([(marked, Analyzer.create("cms").assess(Note("n", marked.text)))])
    assert figures["types"] == {"right": 1.0, "of": 1}
    assert figures["values"]["DOSE.sets"]["f1"] == 1.0
    assert figures["values"]["DOSE.reps"] == {"p": 0.0, "r": 0.0, "f1": 0.0, "marked": 1}
    assert figures["values"]["MEASURE.value"]["marked"] == 0


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        ("TE: SLR 3 sets of 20 seconds", "DOSE", {"sets": 3, "hold_s": 20}),
        ("TE: bird dog 10 x 10 sec", "DOSE", {"reps": 10, "hold_s": 10}),
        ("TE: shoulder ER yellow 3x10", "EXERCISE", {"type": "strength"}),
        ("TE: hamstring stretch R 3 x 30 sec", "EXERCISE", {"type": "flexibility", "body_part": "knee"}),
        ("O: R knee AROM 0-95", "MEASURE", {"side": "right", "value": 95, "unit": "deg"}),
        ("O: BP 132/74 sitting", "MEASURE", {"value": "132/74"}),
        ("O: SpO2 93% on 2L", "MEASURE", {"side": None, "value": 93, "unit": "%"}),
        ("O: gait speed 0.58 m/s", "MEASURE", {"value": 0.58, "unit": "m/s"}),
        ("P: continue 2x/wk for 5 weeks", "DURATION", {"times_per_week": 2, "weeks": 5}),
    ],
)
def test_values(text, label, value):
    _, values = read(text)
    assert value.items() <= values[label].items()


@pytest.mark.parametrize(
    ("text", "kind", "ends"),
    [
        ("TE: SLR 3x10, clams 2x15", "dose_of", [("3x10", "SLR"), ("2x15", "clams")]),
        ("TE: 3x10 SLR, 2x15 clams", "dose_of", [("3x10", "SLR"), ("2x15", "clams")]),
        ("THER EX (15 min): bridges 2x10", "minutes_of", [("15 min", "THER EX")]),
        (
            "97110 ther ex 20 min, 97140 manual therapy 10 min",
            "minutes_of",
            [("20 min", "97110 ther ex"), ("10 min", "97140 manual therapy")],
        ),
        ("O: BLE weakness 4-/5 hips", "measures", [("4-/5 hips", "BLE weakness 4-/5 hips")]),
        ("TE: leg press 3x10 to improve stair climbing", "purpose_of", [("to improve stair climbing", "leg press")]),
    ],
)
def test_relations(text, kind, ends):
    view, _ = read(text)
    said = [text[s.start : s.end] for s in view.spans]
    assert [(said[r.from_], said[r.to]) for r in view.relations if r.type == kind] == ends
