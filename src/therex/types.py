"""The plain values that flow through therex: what a note is, what was found in it, what is made of it.

Every class is frozen and holds no behaviour beyond a few readings of its own fields. Note text is kept out
of every ``repr``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Label = Literal[
    "IMPAIRMENT", "LIMITATION", "GOAL", "SERVICE", "EXERCISE", "DOSE", "DURATION", "RESPONSE", "MEASURE", "SKILL", "RATIONALE"
]  # fmt: skip
LABELS: tuple[Label, ...] = (
    "IMPAIRMENT", "LIMITATION", "GOAL", "SERVICE", "EXERCISE", "DOSE", "DURATION", "RESPONSE", "MEASURE", "SKILL",
    "RATIONALE",
)  # fmt: skip
ELEMENTS: tuple[str, ...] = (
    "condition", "impairment", "functional_limitation", "goal", "interventions_named", "exercise_detail",
    "code_minutes", "timed_minutes", "total_time", "response", "skilled_intervention", "purpose_link",
    "objective_measures", "progression", "home_program", "plan", "date_of_service", "signature",
)  # fmt: skip
CONTRADICTIONS: tuple[str, ...] = (
    "units_mismatch", "not_one_on_one", "aide_delivered", "code_misfit", "not_skilled", "inconsistent",
)  # fmt: skip
EXERCISE_TYPES: tuple[str, ...] = (
    "strength", "endurance", "arom", "aarom", "prom", "flexibility", "balance", "motor_control", "functional", "other",
)  # fmt: skip
Found = Literal["present", "weak", "missing"]
FindingStatus = Literal["contradicted", "not_required", "ok", "needs_other_document", "weak", "missing"]
Assertion = Literal["other_person", "hypothetical", "negated", "historical", "affirmed"]
ASSERTION_ORDER: tuple[str, ...] = ("other_person", "hypothetical", "negated", "historical")
NoteType = Literal["daily", "evaluation", "progress", "discharge", "other"]
Discipline = Literal["PT", "OT", "SLP", "other"]
Verdict = Literal["supported", "not_supported", "needs_review", "not_applicable"]
LineStatus = Literal["ready", "review", "hold", "no_97110"]


@dataclass(frozen=True, slots=True)
class Note:
    """One note as it was supplied, with what its source says of it beside the text.

    `kind` is the type of document in the source's words; `more` holds the further columns that were asked for, by their names.
    """

    note_id: str = field(repr=False)
    text: str = field(repr=False)
    patient: str = field(default="", repr=False)
    day: date | None = field(default=None, repr=False)
    author: str = field(default="", repr=False)
    kind: str = field(default="", repr=False)
    more: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Range:
    """A half-open range of code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the note under one heading; `start` is where the heading begins, `body` where it ends."""

    kind: str
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled phrase.

    `start` and `end` count code points in the analysed text, end exclusive; `attribute` is the one of
    annotation.md; `modifiers` lists every assertion that holds; `value` is the normalised content, by label.
    """

    start: int
    end: int
    label: Label
    attribute: str | None = None
    assertion: Assertion = "affirmed"
    modifiers: tuple[str, ...] = ()
    value: Mapping[str, Any] | None = field(default=None, repr=False)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """`type` is dose_of, minutes_of, measures or purpose_of; the ends are indices into the spans of the note."""

    type: str
    from_: int
    to: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A finding that is not one of the eleven labels: a diagnosis, a date, a signature, a stock phrase, a cue."""

    kind: str
    start: int
    end: int
    source: str = ""
    value: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tagger answers a question about the whole note: the likeliest answer, the probability of each, and what carried it."""

    said: str
    odds: Mapping[str, float]
    evidence: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteView:
    """What the pipeline read in a note, free of spaCy; `low` is the text in lower case with plain signs, of the same length."""

    text: str = field(repr=False)
    low: str = field(repr=False)
    spans: tuple[Span, ...]
    relations: tuple[Relation, ...]
    sections: tuple[Section, ...]
    sentences: tuple[Range, ...]
    mentions: tuple[Mention, ...]
    note_type: NoteType
    discipline: Discipline
    answers: Mapping[str, Answer] = field(default_factory=dict)

    _known: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of(self, label: str, *attributes: str) -> tuple[Span, ...]:
        """The spans with `label` and, where any are named, one of `attributes`."""
        by_label = self._known.get("spans")
        if by_label is None:
            by_label = self._known["spans"] = {}
            for s in self.spans:
                by_label.setdefault(s.label, []).append(s)
            by_label = self._known["spans"] = {label: tuple(found) for label, found in by_label.items()}
        found: tuple[Span, ...] = by_label.get(label, ())
        return tuple(s for s in found if s.attribute in attributes) if attributes else found

    def mentioned(self, *kinds: str) -> tuple[Mention, ...]:
        """The mentions of one of `kinds`."""
        return tuple(m for m in self.mentions if m.kind in kinds)

    def section_at(self, position: int) -> str:
        """The kind of section that holds `position`; ``""`` where there is none."""
        k = self._begun(self.sections, "sections", position) - 1
        return self.sections[k].kind if k >= 0 and position < self.sections[k].end else ""

    def sentence_at(self, position: int) -> int:
        """The place of the last sentence that begins at or before `position`; -1 where there is none."""
        return self._begun(self.sentences, "sentences", position) - 1

    def _begun(self, parts: Sequence[Section] | Sequence[Range], name: str, position: int) -> int:
        """How many of `parts`, which are in order, begin at or before `position`."""
        starts = self._known.get(name)
        if starts is None:
            starts = self._known[name] = [p.start for p in parts]
        return bisect_right(starts, position)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Units of one rule: the total and every acceptable way to hand them to the codes."""

    total: int
    allocations: tuple[Mapping[str, int], ...]


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One code of a visit: what the note bills and what its minutes support.

    Attributes
    ----------
    minutes
        Minutes known for the code; None where there are none.
    minutes_from
        ``stated``, or ``timed_total`` where the stated timed total leaves them for the one code without minutes.
    billed
        Units that the note bills; None where it does not say.
    cms, ama
        The most units that each rule gives; None for an untimed code and where the minutes are not known.
    """

    code: str
    timed: bool
    minutes: int | float | None = None
    minutes_from: Literal["", "stated", "timed_total"] = ""
    billed: int | None = None
    cms: int | None = None
    ama: int | None = None


@dataclass(frozen=True, slots=True)
class VisitUnits:
    """The visit as a whole: units billed, and the most timed units that its length allows.

    Attributes
    ----------
    billed_timed
        Units billed for all timed codes together; None where no timed code has units.
    billed_total
        Units that the note states for the visit as a whole; None where it does not.
    minutes, source
        The length of the visit and where it is from: its stated total, the clock times or the timed total.
    most
        The most timed units for that length; None where no length is known.
    """

    billed_timed: int | None = None
    billed_total: int | None = None
    minutes: int | float | None = None
    source: Literal["", "session_total", "clock", "timed_total"] = ""
    most: int | None = None


@dataclass(frozen=True, slots=True)
class OverBilled:
    """Units billed above what is supported.

    Attributes
    ----------
    kind
        ``code``: one code above its minutes; ``timed``: all timed codes above the timed minutes; ``visit``: all timed
        codes above the length of the visit; ``total``: the units stated for the visit as a whole above what it can hold.
    codes
        The codes whose units are above; none for ``total``.
    billed, supported
        Units billed, and the most units supported.
    minutes, pooled
        The minutes that support them, and for a code those of all timed codes together.
    untimed
        For ``total``: the untimed services that add one unit each.
    source
        For ``visit`` and ``total``: where the length of the visit is from.
    rules
        The rules of units that were tried, ``cms`` and ``ama``.
    """

    kind: Literal["code", "timed", "visit", "total"]
    codes: tuple[str, ...]
    billed: int
    supported: int
    minutes: int | float
    pooled: int | float = 0
    untimed: int = 0
    source: str = ""
    rules: tuple[str, ...] = ("cms", "ama")


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes and units of a note: what it states and what can be worked out from that."""

    codes: Mapping[str, int | float] = field(default_factory=dict)
    timed_total: int | float | None = None
    session_total: int | float | None = None
    clock: tuple[str, ...] = ()
    billed_units: Mapping[str, int] = field(default_factory=dict)
    computed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    supported_units: Mapping[str, Any] | None = None
    charges: tuple[ChargeLine, ...] = ()
    visit: VisitUnits = VisitUnits()
    evidence: Mapping[str, tuple[Range, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Element:
    """The status of one documentation element, whatever a payer makes of it."""

    id: str
    found: Found
    evidence: tuple[Range, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """An element under a payer's rule."""

    id: str
    found: Found
    finding: FindingStatus
    requirement: str
    severity: str
    rule: str
    citation: str
    message: str
    query: str
    evidence: tuple[Range, ...] = ()
    # the note of the episode that holds the evidence, where it is not this one
    note_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Something in the note that cannot stand beside the billed line, or beside itself."""

    id: str
    message: str
    evidence: tuple[Range, ...] = ()
    touches: str = ""
    # what the payer's policy asks the therapist about it
    query: str = ""


@dataclass(frozen=True, slots=True)
class CodeFit:
    """What stands under 97110 and reads as another service; `exercise` is its index into the spans, None where it is no named exercise."""

    exercise: int | None
    reads_as: str
    message: str
    evidence: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that moved the score.

    Attributes
    ----------
    evidence
        The words of the note that it rests on; none for what the note lacks.
    """

    feature: str
    direction: Literal["for", "against"]
    weight: float
    message: str
    evidence: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Necessity:
    """The classifier's estimate."""

    verdict: Verdict
    score: float
    model: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """The 97110 line: the coder's answer; `messages` holds a sentence with figures for those reasons that have any."""

    status: LineStatus
    because: tuple[str, ...]
    code: str = "97110"
    messages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of a claim; `amount` is in dollars, None where it is not told."""

    code: str
    units: int
    modifiers: tuple[str, ...] = ()
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class ClaimFinding:
    """What a claim says that the note does not bear out; `code` is the charge that it speaks of."""

    id: str
    severity: Literal["critical", "major", "minor"]
    code: str
    message: str
    query: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The charges of one note, and what was found beside it."""

    charges: tuple[Charge, ...]
    findings: tuple[ClaimFinding, ...] = ()
    # tables that were asked and are a sample or out of date, one line each
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that a coder may have to see to, whatever the status of the line."""

    id: str
    message: str
    evidence: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything therex says of one note; `error` is set, and the rest is empty, where it could not be analysed."""

    note_id: str = field(repr=False)
    view: NoteView | None = None
    time: Minutes | None = None
    findings: tuple[Finding, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    necessity: Necessity | None = None
    line: Line | None = None
    payer: str = ""
    claim: Claim | None = None
    fits: tuple[CodeFit, ...] = ()
    custom: tuple[Finding, ...] = ()
    hints: tuple[Hint, ...] = ()
    # the sentence that closes the questions under the payer's policy
    closing: str = ""
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one of the notes of an episode; `note` is its place among them, from 0."""

    note: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class EpisodeFinding:
    """Something that shows only when the notes of an episode are read together; `note` is the place of the note that it is raised at."""

    id: str
    note: int
    severity: Literal["critical", "major", "minor"]
    message: str
    query: str
    citation: str = ""
    evidence: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a measure; `day` is the day of its note."""

    note: int
    day: date | None
    value: float
    told: str = field(repr=False)
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Trend:
    """A measure over the visits of an episode, in one unit."""

    name: str
    side: str
    unit: str
    points: tuple[Point, ...]
    direction: Literal["improving", "flat", "worse"]


@dataclass(frozen=True, slots=True)
class Episode:
    """The notes of one course of care, ordered by date, and what they say together.

    `assessments` are those of the single notes, elements that stand in another document of the episode resolved; `numbers` is the count
    of treatment days up to each note, as told or as counted, None for a document that is no visit.
    """

    patient: str = field(repr=False)
    discipline: Discipline
    notes: tuple[Note, ...] = field(repr=False)
    assessments: tuple[Assessment, ...]
    numbers: tuple[int | None, ...]
    maintenance: bool
    trends: tuple[Trend, ...]
    findings: tuple[EpisodeFinding, ...]
