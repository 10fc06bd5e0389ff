"""Marked sentences, one behavior a line. Closed forms are read to the letter; of open language, which is learned, most is found."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from therex.corpus.agree import Counts, count
from therex.corpus.marked import parse_marks

DATA = yaml.safe_load((Path(__file__).resolve().parent / "spans.yaml").read_text(encoding="utf-8"))
CLOSED = ("duration", "service")
CASES = [pytest.param(case, id=f"{group}-{n}") for group in CLOSED for n, case in enumerate(DATA[group])]
OPEN = [case for group, cases in DATA.items() if group not in ("version", *CLOSED) for case in cases]


def test_every_case_marks_or_names_a_label():
    assert len(CASES) + len(OPEN) >= 50
    for case in (*(c.values[0] for c in CASES), *OPEN):
        assert parse_marks(case["text"])[1] or case["labels"]


@pytest.mark.parametrize("case", CASES)
def test_line_has_these_closed_forms_and_no_others(case, read):
    text, marks = parse_marks(case["text"])
    labels = {m[2] for m in marks} | set(case.get("labels", []))
    wanted = {(text[s:e], label, attribute) for s, e, label, attribute in marks}
    view = read(text)
    assert {(text[s.start : s.end], s.label, s.attribute) for label in labels for s in view.of(label) if s.assertion != "negated"} == wanted


def test_most_of_the_open_language_of_single_lines_is_found(analyzer):
    total = Counts(0, 0, 0)
    for case in OPEN:
        text, marks = parse_marks(case["text"])
        view = analyzer.read(text)
        for label in {m[2] for m in marks} | set(case.get("labels", [])):
            found = [(s.start, s.end) for s in view.of(label) if s.assertion != "negated"]
            total += count([m[:2] for m in marks if m[2] == label], found)
    assert total.f1 >= 0.6
