"""What the tagger is asked: a label for each word, and some questions of the note as a whole."""

from __future__ import annotations

from typing import get_args

from therex.types import CONTRADICTIONS, ELEMENTS, LABELS, Discipline, NoteType

OUTSIDE, BEGIN, INSIDE = 0, 1, 2
# which attributes a span of a label may have; the minutes of a duration are read by the grammar
ATTRIBUTES_OF: dict[str, tuple[str, ...]] = {
    "EXERCISE": ("performed", "home", "planned", "held"),
    "DURATION": ("code_minutes", "exercise_time", "timed_total", "session_total", "clock", "plan"),
}
ATTRIBUTES: tuple[str, ...] = tuple(name for names in ATTRIBUTES_OF.values() for name in names)
STATES: tuple[str, ...] = ("missing", "weak", "present")
JUDGEMENTS: tuple[str, ...] = ("not_supported", "supported", "not_applicable")
TOLD: tuple[str, ...] = ("absent", "there")
# each question with its answers, in the order of the columns of the network
QUESTIONS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(ELEMENTS, STATES),
    "note_type": get_args(NoteType),
    "discipline": get_args(Discipline),
    "necessity": JUDGEMENTS,
    **dict.fromkeys(CONTRADICTIONS, TOLD),
}
MOST_ANSWERS = max(len(answers) for answers in QUESTIONS.values())
TAGS = 3 * len(LABELS)
