"""Marked sentences: what the pipeline must find in a line, behaviour by behaviour."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from therex.corpus.marked import parse_marks

DATA = yaml.safe_load((Path(__file__).resolve().parent / "spans.yaml").read_text(encoding="utf-8"))
CASES = [
    pytest.param(case, marks=[pytest.mark.xfail(reason=case["known"], strict=True)] if "known" in case else [], id=f"{group}-{n}")
    for group, cases in DATA.items()
    if group != "version"
    for n, case in enumerate(cases)
]


def test_every_case_marks_or_names_a_label():
    assert len(CASES) >= 50
    for case in (c.values[0] for c in CASES):
        assert parse_marks(case["text"])[1] or case["labels"]


@pytest.mark.parametrize("case", CASES)
def test_line_has_these_spans_and_no_others(case, read):
    text, marks = parse_marks(case["text"])
    labels = {m[2] for m in marks} | set(case.get("labels", []))
    wanted = {(text[s:e], label, attribute) for s, e, label, attribute in marks}
    view = read(text)
    found = {(text[s.start : s.end], s.label, s.attribute) for label in labels for s in view.of(label) if s.assertion != "negated"}
    assert {(t, x, a if x in ("EXERCISE", "DURATION") else None) for t, x, a in found} == {
        (t, x, a if x in ("EXERCISE", "DURATION") else None) for t, x, a in wanted
    }
