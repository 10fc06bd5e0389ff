"""A cue that is withdrawn within the session is skill and its effect; exercise that never needed one is not skilled."""

from datetime import date

import pytest

from therex.analysis import Analyzer
from therex.types import Note


@pytest.fixture(scope="module")
def analyzer():
    return Analyzer.create(on=date(2025, 5, 2))


@pytest.mark.parametrize(
    ("treatment", "found"),
    [
        ("step ups 3x10. VC for knee valgus, last set without cues.", False),
        ("bird dog 2x10. needed TCs at lumbar to stop extension, by set 2 held neutral without cue", False),
        ("wall slides 3x8, cued to keep the rib cage down, by the third set no cues needed.", False),
        ("full machine circuit, no cues needed.", True),
        ("step ups 3x10. Pt needed no cues with any exercise.", True),
        ("leg press, bike. Independent with all exercises, required no cueing or correction.", True),
    ],
)
def test_a_cue_that_fades_is_not_independence(analyzer, treatment, found):
    read = analyzer.assess(Note("n1", f"5/1/25 TE 25 min: {treatment} Ann Lee, PT"))
    assert ("not_skilled" in {c.id for c in read.contradictions}) is found
