"""Features of a note for the necessity model: what is documented and how specifically, never how long the note is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from therex.types import Contradiction, Element, Minutes, NoteView

CLINICAL = (
    "condition", "impairment", "functional_limitation", "goal", "exercise_detail", "response", "skilled_intervention",
    "purpose_link", "objective_measures", "progression", "home_program", "plan",
)  # fmt: skip
FLAGS = ("not_one_on_one", "aide_delivered", "code_misfit", "not_skilled", "inconsistent")
NAMES: tuple[str, ...] = (
    *(f"present:{e}" for e in CLINICAL),
    *(f"weak:{e}" for e in CLINICAL),
    *(f"contradiction:{c}" for c in FLAGS),
    "rule:deficit", "rule:exercises", "rule:count", "rule:all",
    "skill:specific", "response:specific", "exercise:dosed", "stock:claims", "skill:near_exercise",
)  # fmt: skip
MESSAGES = {
    "present:condition": "a diagnosis or surgery is named", "present:impairment": "a specific deficit is named",
    "present:functional_limitation": "a limited activity is named", "present:goal": "a measurable goal is stated",
    "present:exercise_detail": "exercises have their dose", "present:response": "a specific reaction is recorded",
    "present:skilled_intervention": "skilled input particular to this patient is described",
    "present:purpose_link": "exercise is tied to a deficit and a task", "present:objective_measures": "measures have a comparison",
    "present:progression": "a change of program, or why it was held, is recorded", "present:home_program": "the home program has content",
    "present:plan": "the plan is specific", "rule:deficit": "a specific deficit or limited activity is being treated",
    "rule:exercises": "specific exercises are named", "rule:count": "skill, response or progress, and purpose or goal are counted",
    "rule:all": "deficit, exercises and two of skill, response and purpose stand together",
    "skill:specific": "several instances of skilled input", "response:specific": "several specific reactions",
    "exercise:dosed": "several exercises with their dose", "stock:claims": "claims of skill or progress without content",
    "skill:near_exercise": "skilled input stands beside the exercise",
}  # fmt: skip


def message(feature: str) -> str:
    """A feature in words."""
    if feature in MESSAGES:
        return MESSAGES[feature]
    kind, _, name = feature.partition(":")
    words = name.replace("_", " ")
    return f"{words} is weak" if kind == "weak" else f"the note contradicts itself or the code: {words}"


def necessity_rule(elements: dict[str, str]) -> tuple[bool, bool, int]:
    """(a), (b) and the count for (c) of annotation.md, from element statuses."""
    a = "present" in (elements["impairment"], elements["functional_limitation"])
    b = elements["exercise_detail"] in ("present", "weak")
    c = sum(
        (
            elements["skilled_intervention"] == "present",
            elements["response"] == "present" or elements["objective_measures"] == "present",
            elements["purpose_link"] == "present" or elements["goal"] == "present",
        )
    )
    return a, b, c


_CLAIM = re.compile(r"progress|tolerat|benefit|skilled|continue", re.I)


def features(view: NoteView, minutes: Minutes, elements: Iterable[Element], contradictions: Iterable[Contradiction]) -> list[float]:
    """The features of a note in the order of `NAMES`.

    Returns
    -------
    list of float
        ``len(NAMES)`` numbers from 0 to about 2.
    """
    found = {e.id: e.found for e in elements}
    flags = {c.id for c in contradictions}
    a, b, c = necessity_rule(dict(found))
    clear = not flags & {"not_one_on_one", "aide_delivered", "code_misfit", "not_skilled"}
    skills = view.of("SKILL")
    performed = [s for s in view.of("EXERCISE") if s.attribute == "performed"]
    dosed = {r.to for r in view.relations if r.type == "dose_of"}
    n_dosed = sum(1 for i in dosed if view.spans[i].attribute == "performed")
    near = sum(1 for s in skills if any(abs(s.start - e.end) < 90 or abs(e.start - s.end) < 90 or (s.start <= e.start < s.end) for e in performed))
    values = {
        **{f"present:{e}": float(found[e] == "present") for e in CLINICAL},
        **{f"weak:{e}": float(found[e] == "weak") for e in CLINICAL},
        **{f"contradiction:{f}": float(f in flags) for f in FLAGS},
        "rule:deficit": float(a),
        "rule:exercises": float(b and bool(performed or "97110" in minutes.codes or "97110" in minutes.billed_units)),
        "rule:count": c / 3,
        "rule:all": float(a and b and c >= 2 and clear),
        "skill:specific": math.log1p(min(len(skills), 6)),
        "response:specific": math.log1p(min(len(view.of("RESPONSE")), 6)),
        "exercise:dosed": math.log1p(min(n_dosed, 6)),
        "stock:claims": math.log1p(min(len(view.mentioned("skill_claim", "progress_stock", "plan_stock")), 5)),
        "skill:near_exercise": math.log1p(min(near, 5)),
    }
    return [values[name] for name in NAMES]
