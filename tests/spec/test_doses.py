"""DOSE and MEASURE: marked lines (`doses.yaml`), and the `case` of each entry of the grammar of doses and measures."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from therex.catalog.files import resource
from therex.corpus.marked import parse_marks

DATA = yaml.safe_load((Path(__file__).resolve().parent / "doses.yaml").read_text(encoding="utf-8"))
LINES = [
    pytest.param(case, marks=[pytest.mark.xfail(reason=case["known"], strict=True)] if "known" in case else [], id=f"{group}-{n}")
    for group, cases in DATA.items()
    if group != "version"
    for n, case in enumerate(cases)
]
FILES = {"DOSE": resource("grammar/doses.yaml"), "MEASURE": resource("grammar/measures.yaml")}
ENTRIES = [
    pytest.param(label, row, group == "vetoes" or row.get("gives") == "none", id=f"{label}-{row['id']}")
    for label, data in FILES.items()
    for group in ("decisions", "forms", "tails", "vetoes")
    for row in data.get(group, ())
]


def test_there_are_enough_lines():
    assert len(LINES) >= 120
    assert all(parse_marks(c.values[0]["text"])[1] or c.values[0]["labels"] for c in LINES)


@pytest.mark.parametrize("case", LINES)
def test_line_has_these_spans_and_no_others(case, read):
    text, marks = parse_marks(case["text"])
    wanted = {(text[s:e], label) for s, e, label, _ in marks}
    labels = {label for _, label in wanted} | set(case.get("labels", []))
    view = read(text)
    assert {(text[s.start : s.end], label) for label in labels for s in view.of(label)} == wanted


@pytest.mark.parametrize(("label", "row", "none"), ENTRIES)
def test_each_entry_decides_its_own_line(label, row, none, read):
    text = row["case"].replace("«", "").replace("»", "")
    start = row["case"].index("«")
    end = row["case"].index("»") - 1
    found = {(s.start, s.end) for s in read(text).of(label)}
    if none:
        assert not any(s < end and start < e for s, e in found)
    else:
        assert (start, end) in found


@pytest.mark.parametrize("label", FILES)
def test_no_pattern_is_longer_than_a_line(label):
    data = FILES[label]
    patterns = [*data["macros"].values(), *(form["pattern"] for form in data["forms"])]
    assert max(map(len, patterns)) <= 120


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        ("TE: SLR 3x10 2#", "DOSE", {"sets": 3, "reps": 10, "load": 2, "unit": "lb"}),
        ("TE: quad sets 2x10x5 sec", "DOSE", {"sets": 2, "reps": 10, "hold_s": 5}),
        ("TE: calf stretch 30 sec hold x 3", "DOSE", {"hold_s": 30, "reps": 3}),
        ("TE: swings 12 kg 3x10", "DOSE", {"load": 12, "unit": "kg"}),
        ("TE: rows GTB x15", "DOSE", {"band": "green", "reps": 15}),
        ("TE: lateral band walks 4 x 20 ft", "DOSE", {"reps": 4}),
        ("TE: squats 5 by 5", "DOSE", {"sets": 5, "reps": 5}),
        ("TE: bridges 2xlO", "DOSE", {"sets": 2, "reps": 10}),
        ("O: TUG 18 s", "MEASURE", {"name": "tug", "value": 18, "unit": "s"}),
        ("O: LEFS 38/80", "MEASURE", {"name": "lefs", "value": 38, "maximum": 80}),
        ("O: L quad 4-/5", "MEASURE", {"side": "left", "value": "4-", "maximum": 5}),
    ],
)
def test_values(text, label, value, read):
    (span,) = read(text).of(label)
    assert value.items() <= span.value.items()
