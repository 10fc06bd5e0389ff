"""Direct contact: exercise that was shared or unattended, and exercise given by someone who may not give it.

Sources: CMS Pub. 100-02 ch. 15 sec. 230 (assistants may furnish therapy, aides may not; students only with the
therapist directing and not otherwise engaged); CMS billing scenarios of Part B (one-on-one minutes are those with one
patient alone, 97150 is for two or more at once). Words and patterns are data: ``resources/contradictions.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from therex.catalog.patterns import Patterns
from therex.elements.patterns import pattern
from therex.elements.treatment import performed_exercises
from therex.types import Minutes, NoteView, Range

_RE = Patterns("contact")

_NEAR = 40
_NOT_TREATMENT = ("subjective", "history", "goals", "hep", "plan", "precautions")


_GROUP, _ALONE = pattern("group"), pattern("alone")
_GROUP_EXCEPT, _GROUP_LEAD = pattern("group_except"), pattern("group_lead_except")
_ALONE_EXCEPT, _ALONE_LEAD = pattern("alone_except"), pattern("alone_lead_except")
_NOT_NOW, _NOT_COUNTED = pattern("not_now", "both"), pattern("not_counted")
_WHOLE_SESSION, _MODALITY = pattern("whole_session"), pattern("unattended_modality")
_SHARED_OR_ALONE = pattern("shared_or_alone")
_AIDE, _AIDE_GAVE, _AIDE_ROW = pattern("aide", "both"), pattern("aide_gave"), pattern("aide_row")
_STUDENT_ALONE, _FAMILY_GAVE = pattern("student_alone"), pattern("family_gave")
_FAMILY = pattern("family", "both")
_AIDE_HELPS, _AIDE_ELSEWHERE, _AIDE_DENIED = pattern("aide_helps"), pattern("aide_elsewhere"), pattern("aide_denied")


def exercise_context(view: NoteView) -> bool:
    """Whether the note speaks of exercise given, by name or by code."""
    named = "97110" in view.text or any(s.attribute == "97110" for s in view.of("SERVICE"))
    return named or bool(performed_exercises(view))


def not_one_on_one(view: NoteView, minutes: Minutes) -> Iterator[Range]:
    """Group, shared, unattended or on the patient's own, unless it is billed as group (97150) or not billed at all."""
    low = _plain(view.low)
    if not (_GROUP.may(low) or _ALONE.may(low)) or not exercise_context(view):
        return
    group_code = _RE["group_code"].search(low) is not None
    for r, body, after in _treatment(view, _NOT_TREATMENT):
        shared = _GROUP.search(body)
        found = _is_group(body, shared, group_code) if shared else _is_alone(body)
        if found and not _not_counted(body, after):
            yield r
            return


def aide_delivered(view: NoteView, minutes: Minutes) -> Iterator[Range]:
    """Exercise given by an aide, a technician, family or a student alone; assistants (PTA, COTA) may give it."""
    low = _plain(view.low)
    if not (_AIDE.may(low) or _STUDENT_ALONE.may(low) or _FAMILY_GAVE.may(low)) or not exercise_context(view):
        return
    for r, body, after in _treatment(view, ("subjective", "history", "goals", "plan")):
        if _gave(body) and not _not_counted(body, after):
            yield r
            return
    for m in _AIDE_ROW.finditer(view.low):
        yield Range(m.start(), m.end())
        return


def bears_out(name: str, said: str, note: str) -> bool:
    """Whether a sentence of `note` that the model suspects speaks of what it is suspected of at all, and not of time billed as group."""
    body = _plain(said)
    if name not in ("not_one_on_one", "aide_delivered"):
        return True
    if _not_counted(body, ""):
        return False
    if name == "not_one_on_one":
        aside = _gave(body) or _GROUP_EXCEPT.search(body) or _MODALITY.search(body) or _billed_as_group(body, note)
        return _SHARED_OR_ALONE.search(body) is not None and not aside
    someone = _AIDE.search(body) or _STUDENT_ALONE.search(body) or _FAMILY.search(body)
    return someone is not None and not any(x.search(body) for x in (_AIDE_ELSEWHERE, _AIDE_HELPS, _AIDE_DENIED))


def _treatment(view: NoteView, leave: Iterable[str]) -> Iterator[tuple[Range, str, str]]:
    """Each sentence outside the sections in `leave`, with single blanks, and the sentence after it."""
    bodies = [_plain(view.low[r.start : r.end]) for r in view.sentences]
    for i, r in enumerate(view.sentences):
        if view.section_at(r.start) not in leave:
            yield r, bodies[i], bodies[i + 1] if i + 1 < len(bodies) else ""


def _plain(text: str) -> str:
    """With single blanks, and without the fields of shared time that hold nothing."""
    return _RE["no_time"].sub(" ", " ".join(text.split()))


def _not_counted(body: str, after: str) -> bool:
    """Whether the sentence, or the next one on the same time, leaves that time out of what is billed."""
    left_out = _NOT_COUNTED.search(body) is not None
    m = _NOT_COUNTED.search(after)
    return left_out or (m is not None and m.start() <= _NEAR // 2 and "97110" not in after[: m.start()])


def _is_group(body: str, m: re.Match[str], group_code: bool) -> bool:
    """Whether a sentence tells of shared treatment, at `m`, that is not billed as such."""
    if _gave(body) or _GROUP_LEAD.search(body[max(0, m.start() - _NEAR) : m.start()]) or _GROUP_EXCEPT.search(body):
        return False
    exercise = _RE["exercise_code"].search(body) is not None
    if _RE["group_code"].search(body) or (group_code and "97110" not in body):
        return False
    return exercise or _NOT_NOW.search(body) is None


def _billed_as_group(body: str, note: str) -> bool:
    """Whether the shared time of a sentence is what the note bills as 97150."""
    if _GROUP.search(body) is None:
        return False
    return _RE["group_code"].search(body) is not None or ("97110" not in body and _RE["group_code"].search(note) is not None)


def _is_alone(body: str) -> bool:
    """Whether a sentence tells of exercise without the therapist; one movement done alone is progress."""
    m = _ALONE.search(body)
    if m is None or _MODALITY.search(body) or _gave(body):
        return False
    around = body[max(0, m.start() - 90) : m.end() + _NEAR]
    if _RE["on_own"].match(m[0]) and not _WHOLE_SESSION.search(around):
        return False
    if _ALONE_LEAD.search(body[max(0, m.start() - _NEAR) : m.start()]):
        return False
    return not (_NOT_NOW.search(body[: m.end() + 25]) or _ALONE_EXCEPT.search(body))


def _gave(body: str) -> bool:
    """Whether a sentence says that someone gave the exercise who may not; setting up or guarding is no such act."""
    told = _STUDENT_ALONE.search(body) or _FAMILY_GAVE.search(body)
    if not told:
        told = next((m for m in _AIDE_GAVE.finditer(body) if not _AIDE_HELPS.search(_around(body, m))), None)
    return told is not None and not (_AIDE_ELSEWHERE.search(body) or _AIDE_DENIED.search(body))


def _around(body: str, m: re.Match[str]) -> str:
    """The words around a match, as far as its clause goes."""
    after = _RE["clause"].split(body[m.end() : m.end() + _NEAR])[0]
    return _RE["clause"].split(body[max(0, m.start() - _NEAR // 2) : m.start()])[-1] + m[0] + after
