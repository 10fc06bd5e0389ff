"""The eleven labels on small notes written for the purpose."""

import pytest


def found(read, text, label):
    view = read(text)
    return [(text[s.start : s.end], s.attribute) for s in view.spans if s.label == label]


@pytest.mark.parametrize(
    ("text", "label", "want"),
    [
        ("Treatment: SLR 3x10 2#", "DOSE", [("3x10 2#", None)]),
        ("Ther ex x 25 min, manual therapy 15 min", "DURATION", [("25 min", "code_minutes=25"), ("15 min", "code_minutes=15")]),
        ("Total timed minutes: 40  Total treatment time: 45", "DURATION", [("40", "timed_total=40"), ("45", "session_total=45")]),
        ("Fifteen minutes of manual therapy.", "DURATION", [("Fifteen minutes", "code_minutes=15")]),
        ("Plan: 2x/wk x 6 wks", "DURATION", [("2x/wk x 6 wks", "plan")]),
        ("97110 Therapeutic Exercise and 97140", "SERVICE", [("97110 Therapeutic Exercise", "97110"), ("97140", "97140")]),
        ("R knee flexion 95° (last week 88°)", "MEASURE", [("R knee flexion 95° (last week 88°)", None)]),
    ],
)
def test_label(read, text, label, want):
    assert found(read, text, label) == want


def test_a_denied_deficit_is_negated(read):
    text = "Assessment: no knee swelling today"
    assert [s.assertion for s in read(text).spans if s.label == "IMPAIRMENT"] in ([], ["negated"])


@pytest.mark.parametrize(
    ("dose", "value"),
    [
        ("3x10 2#", {"sets": 3, "reps": 10, "load": 2, "unit": "lb"}), ("three sets of ten", {"sets": 3, "reps": 10}),
        ("30 sec hold x 3", {"hold_s": 30, "reps": 3}), ("3x10 RTB", {"sets": 3, "reps": 10, "band": "red"}),
    ],
)  # fmt: skip
def test_dose_value(read, dose, value):
    span = next(s for s in read(f"Treatment: SLR {dose}").spans if s.label == "DOSE")
    assert span.value == value


def test_every_span_has_a_source_and_stands_in_the_text(read):
    text = "S: knee pain 4/10 on stairs. O: TE x 25 min: SLR 3x10, VC to avoid lag. P: 2x/wk."
    spans = read(text).spans
    assert spans and all(s.source and 0 <= s.start < s.end <= len(text) for s in spans)
