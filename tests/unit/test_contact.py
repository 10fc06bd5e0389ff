"""Who was with the patient: every pattern against the phrase that it stands with, and what a note makes of it."""

import re
from pathlib import Path

import pytest
import yaml

from therex.billing.minutes import read_minutes
from therex.elements import contact
from therex.elements.contradictions import read_contradictions
from therex.elements.patterns import read_patterns

RESOURCE = Path(contact.__file__).resolve().parents[1] / "resources" / "contradictions.yaml"
DATA = yaml.safe_load(RESOURCE.read_text(encoding="utf-8"))
LISTS = [name for name, rows in DATA.items() if isinstance(rows, dict) and name != "other_services"]
ROWS = [(name, i) for name in LISTS for i in range(len(DATA[name]))]


@pytest.mark.parametrize(("name", "i"), ROWS, ids=lambda x: str(x))
def test_pattern_finds_its_phrase(name, i):
    told, phrase = list(DATA[name].items())[i]
    assert re.search(read_patterns(name)[i], phrase), told


def test_patterns_are_of_a_readable_length():
    long = [p for name in LISTS for p in DATA[name] if len(p) > 125]
    assert not long
    source = Path(contact.__file__).read_text(encoding="utf-8")
    assert not [x for x in re.findall(r'r"([^"]*)"', source) if len(x) > 120]


def shown(read, text):
    view = read(text)
    return {c.id for c in read_contradictions(view, read_minutes(view))} & {"not_one_on_one", "aide_delivered"}


@pytest.mark.parametrize(
    "text",
    [
        "Ther ex 25 min one on one, 97110 x2. Then balance group, 4 pts, 20 min, 97150 x1.",
        "Group circuit with 3 other residents 20 min. Ther ex 1:1 25 min. Charges: 97110 x2, 97150 x1.",
        "Rode the bike on her own 10 min before the session, not billed. 97110 25 min with PT: squats 3x10.",
        "Refused the exercise class; seen alone in her room, 97110 23 min, LAQ 2x10.",
        "Other patients were in the gym with their own therapists. 97110 30 min: lunges 3x8.",
    ],
)
def test_group_time_beside_one_on_one_time_is_no_contradiction(read, text):
    assert shown(read, text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "97110 30 min: squats 3x10 together with two fellow residents, therapist circulating among the three.",
        "Exercise class with six members, 30 min, charged as 97110 x2. Marching, LAQ 2x10.",
        "Two clients on the mat at the same time for bridges and clams 3x10, each charged 97110 x2.",
    ],
)
def test_shared_time_billed_as_one_on_one_is_named(read, text):
    assert shown(read, text) == {"not_one_on_one"}


@pytest.mark.parametrize(
    "text",
    [
        "Aide set up the pulleys and wiped the mat. PT gave 97110 25 min: rows 3x10, cue for scapula.",
        "Tech stood by for guarding. PT did squats 3x8 with patient, 97110 23 min.",
        "97110 CQ 23 min by PTA: bridges 3x10. Jo Lee, PTA",
        "COTA gave therapeutic exercise 30 min, putty 3x10, 97110 x2.",
        "At his last clinic the tech did all exercises. Today 97110 25 min: SLR 3x10 with PT.",
        "Warm-up on the bike with the aide 10 min, not counted. 97110 23 min with PT: step ups 3x8.",
    ],
)
def test_help_of_an_aide_and_care_by_an_assistant_are_no_contradiction(read, text):
    assert shown(read, text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "97110 25 min. Exercises 3x10 were led by our gym attendant.",
        "Treated by: rehab aide Jo. 97110 30 min, 2 units, SLR 3x10.",
        "| 97110 rows 3x10, ER 2x15 | 23 | 2 | Sam (tech) |",
        "SPT treated unsupervised while I was away. 97110 x2, bridges 3x10.",
        "Husband did the entire exercise program with her, 97110 x2 charged. SLR 3x10.",
    ],
)
def test_exercise_given_by_someone_who_may_not_is_named(read, text):
    assert shown(read, text) == {"aide_delivered"}


@pytest.mark.parametrize(
    "text",
    [
        "97110 25 min: SLR 3x10. Flexion was 86 when I left and pain 3/10.",
        "97110 25 min per PT left knee: SLR 3x10, quad sets x20.",
        "Therapeutic exercise with PT 30 min, lunges 3x8, 97110 x2.",
    ],
)
def test_words_that_look_like_absence_are_none(read, text):
    assert shown(read, text) == set()
