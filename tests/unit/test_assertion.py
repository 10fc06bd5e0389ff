"""Assertion in therapists' idioms: the phrase in [brackets], and what must hold of it."""

import pytest

from therex.nlp.assertion import assert_phrase

CASES = [
    ("Denies [dizziness] with rolling.", {"negated"}),
    ("[Edema]: none.", {"negated"}),
    ("[Pain] 0/10 after treatment", {"negated"}),
    ("(-) [SLR] bilaterally", {"negated"}),
    ("Walked w/o [walker] today", {"negated"}),
    ("Ø [swelling] noted", {"negated"}),
    ("[Bike] not performed today", {"negated"}),
    ("No numbness, no weakness, but [tingling] at night", set()),
    ("Not only [grip weakness] but also atrophy", set()),
    ("Used to get [sciatica] in college", {"historical"}),
    ("PMH: HTN, [CVA]", {"historical"}),
    ("[Knee pain] is worse with stairs", set()),
    ("[Stiffness] persists; no HEP this week", set()),
    ("Swelling [ ] yes [x] no", None),
    ("Stop if [chest pain] occurs, call if [x]", None),
    ("Mother had [stroke] at 60", {"other_person"}),
    ("Educated on signs of [infection]", {"hypothetical"}),
    ("[Gait training] deferred, pt fatigued", {"negated"}),
    ("Held [treadmill] per MD", {"negated"}),
    ("Side plank held 20 sec, [side plank] clean", set()),
]


@pytest.mark.parametrize(("marked", "want"), [c for c in CASES if c[1] is not None], ids=lambda v: v if isinstance(v, str) else "")
def test_assertion(marked, want):
    start = marked.index("[")
    end = marked.index("]") - 1
    sentence = marked.replace("[", "", 1).replace("]", "", 1)
    assert set(assert_phrase(sentence, start, end)) == want


def test_a_ticked_no_box_negates():
    sentence = "Crepitus  [ ] yes  [x] no"
    assert assert_phrase(sentence, 0, 8) == ("negated",)
