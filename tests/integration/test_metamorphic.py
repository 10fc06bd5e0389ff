"""What may not move the verdict: stock phrases, length, names, dates, sides. On notes of writers left out: test_robustness.py."""

import re
from pathlib import Path

import pytest

from therex.corpus.marked import load_folder
from therex.types import Note

NOTES = load_folder(Path(__file__).resolve().parents[2] / "training_data" / "notes")
STOCK = (
    "\nSkilled physical therapy is medically necessary. Patient requires skilled intervention and continued skilled services to "
    "maximize functional potential. Patient is highly motivated with excellent rehab potential. Evidence-based skilled care was provided."
)
FILLER = "\nThe clinic was busy today and the weather was warm. " * 12


@pytest.fixture(scope="module")
def told(analyzer):
    return {n.id: analyzer.assess(Note(n.id, n.text)) for n in NOTES}


def verdict(assessment):
    return assessment.necessity.verdict


@pytest.mark.parametrize("added", [STOCK, FILLER, STOCK + FILLER], ids=["stock phrases", "length", "both"])
def test_no_poor_note_is_talked_into_support(added, analyzer, told):
    turned = [
        n.id
        for n in NOTES
        if verdict(told[n.id]) == "not_supported" and verdict(analyzer.assess(Note(n.id, n.text + added))) == "supported"
    ]
    assert turned == []


@pytest.mark.xfail(strict=True, reason="the score moves in 139 of 660 notes with the learned reader, wanted 6")
def test_filler_does_not_move_the_score(analyzer, told):
    moved = [n.id for n in NOTES if abs(analyzer.assess(Note(n.id, n.text + FILLER)).necessity.score - told[n.id].necessity.score) > 0.02]
    assert len(moved) <= len(NOTES) // 100


def swapped(text):
    pairs = {"left": "right", "right": "left", "Left": "Right", "Right": "Left", "LEFT": "RIGHT", "RIGHT": "LEFT"}
    return re.sub(r"\b(?:left|right|Left|Right|LEFT|RIGHT)\b", lambda m: pairs[m[0]], text)


@pytest.mark.xfail(strict=True, reason="one verdict changes with the learned reader")
def test_a_consistent_change_of_side_changes_no_verdict(analyzer, told):
    changed = [
        n.id for n in NOTES if swapped(n.text) != n.text and verdict(analyzer.assess(Note(n.id, swapped(n.text)))) != verdict(told[n.id])
    ]
    assert changed == []


def later(text):
    return re.sub(r"\b(1[0-2]|0?[1-9])/(\d{1,2})/(20)?2(\d)\b", lambda m: f"{m[1]}/{m[2]}/{m[3] or ''}2{(int(m[4]) + 1) % 10}", text)


@pytest.mark.xfail(strict=True, reason="two verdicts change with the learned reader")
def test_a_year_later_the_verdict_is_the_same(analyzer, told):
    changed = [
        n.id for n in NOTES if later(n.text) != n.text and verdict(analyzer.assess(Note(n.id, later(n.text)))) != verdict(told[n.id])
    ]
    assert changed == []


def test_another_patient_name_changes_nothing(analyzer):
    text = "DOS 5/1/25. Pt: {}. R quad weakness 4-/5. Ther ex x 25 min: SLR 3x10, VC to avoid extensor lag. Pain 3/10 after. Ann Lee, PT"
    first, second = (analyzer.assess(Note("n", text.format(name))) for name in ("Maria Velasquez", "Tom O'Neil"))
    assert first.necessity.score == second.necessity.score
    assert [f.found for f in first.findings] == [f.found for f in second.findings]


MARKED_AS = {
    "impairment": ("IMPAIRMENT", "MEASURE"), "functional_limitation": ("LIMITATION",), "goal": ("GOAL",), "exercise_detail": ("DOSE",),
    "response": ("RESPONSE",), "skilled_intervention": ("SKILL",), "purpose_link": ("RATIONALE", "LIMITATION"),
    "objective_measures": ("MEASURE",), "interventions_named": ("SERVICE", "EXERCISE"), "code_minutes": ("DURATION",),
    "timed_minutes": ("DURATION",), "total_time": ("DURATION",),
}  # fmt: skip
GOOD = [n for n in NOTES if n.meta["necessity"] == "supported" and n.meta["confidence"] == "clear"][::8]


def without(text, ranges):
    gone = {k for start, end in ranges for k in range(start, end)}
    return "".join(c for k, c in enumerate(text) if k not in gone)


def mentions(element, assessment, marks=()):
    """Where an element stands: by hand where a label marks it, and by the evidence; else the sentences of the evidence."""
    evidence = [(r.start, r.end) for f in assessment.findings if f.id == element for r in f.evidence]
    if element in MARKED_AS:
        return evidence + [(s[0], s[1]) for s in marks if s[2] in MARKED_AS[element]]
    return [(r.start, r.end) for r in assessment.view.sentences if any(r.start < b and a < r.end for a, b in evidence)]


@pytest.mark.xfail(
    strict=True,
    reason="with the learned reader many elements stay, condition and services named most: they are told in more ways than are quoted",
)
def test_an_element_taken_out_of_a_good_note_is_no_longer_present(analyzer):
    taken, first, left = 0, 0, []
    for note in GOOD:
        whole = analyzer.assess(Note(note.id, note.text))
        for element in [f.id for f in whole.findings if f.found == "present"]:
            taken += 1
            text = without(note.text, mentions(element, whole, note.spans))
            for tries in range(4):
                told = analyzer.assess(Note(note.id, text))
                if told.error is not None or next(f.found for f in told.findings if f.id == element) != "present":
                    first += tries == 0
                    break
                # a mention that the marks left out
                text = without(text, mentions(element, told))
            else:
                left.append((note.id, element))
    assert taken > 300
    assert left == []
    assert first / taken > 0.95


def assessment_first(text):
    heads = list(re.finditer(r"(?m)^([SOAP])[:/]", text))
    if [m[1] for m in heads] != list("SOAP"):
        return None
    s, o, a, p = (m.start() for m in heads)
    return text[:s] + text[a:p] + text[s:o] + text[o:a] + text[p:]


@pytest.mark.xfail(strict=True, reason="none turns to its opposite, and 123 of 156 are the same, wanted 148")
def test_the_order_of_the_sections_turns_no_verdict(analyzer, told):
    moved = {n.id: assessment_first(n.text) for n in NOTES}
    pairs = [(verdict(told[k]), verdict(analyzer.assess(Note(k, text)))) for k, text in moved.items() if text is not None]
    assert len(pairs) > 100
    assert not [p for p in pairs if set(p) == {"supported", "not_supported"}]
    assert sum(a == b for a, b in pairs) / len(pairs) > 0.95
