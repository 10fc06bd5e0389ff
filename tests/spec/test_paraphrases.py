"""The pairs of wordings that `benchmarks/paraphrases.py` measures with: every one is whole, and no two are alike."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

CASES = [
    pytest.param(case, id=f"{path.stem}-{n}")
    for path in sorted((Path(__file__).resolve().parent / "paraphrases").glob("*.yaml"))
    for n, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("case", CASES)
def test_a_pair_is_two_wordings_for_the_one_gap_of_a_note(case: dict[str, Any]) -> None:
    assert set(case) == {"kind", "note", "first", "second"}
    assert case["note"].count("{}") == 1
    assert case["first"].strip() and case["second"].strip() and case["first"] != case["second"]


def test_each_open_label_has_as_many_pairs() -> None:
    counts = Counter(c.values[0]["kind"] for c in CASES)
    assert set(counts) == {"IMPAIRMENT", "LIMITATION", "GOAL", "EXERCISE", "RESPONSE", "MEASURE", "SKILL", "RATIONALE"}
    assert set(counts.values()) == {40}


def test_no_two_notes_are_alike() -> None:
    notes = [c.values[0]["note"] for c in CASES]
    assert len(set(notes)) == len(notes)
