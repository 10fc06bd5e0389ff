"""Features of a note for the necessity model: what is documented and how specifically, never how long the note is."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice

from therex.catalog.codes import is_timed
from therex.catalog.files import resource
from therex.elements.treatment import given_services
from therex.types import Contradiction, Element, Minutes, NoteView, Span

LEVEL = {"present": 1.0, "weak": 0.4, "missing": 0.0}
DEFEATING = frozenset({"not_one_on_one", "aide_delivered", "code_misfit", "not_skilled"})
AGAINST = frozenset({"contradicted", "deficit:none"})
NAMES: tuple[str, ...] = (
    "level:impairment", "level:functional_limitation", "level:exercise_detail", "level:skilled_intervention", "level:response",
    "level:objective_measures", "level:purpose_link", "level:goal", "contradicted", "deficit:none", "rule:deficit", "rule:count", "rule:all", "rule:most",
    "skill:count", "skill:near_exercise", "response:count", "exercise:dosed",
)  # fmt: skip


def kind_of(feature: str, value: float) -> str:
    """Whether a note with this value of `feature` has it in full (``there``), in part (``partly``), or not at all (``lacking``)."""
    if value <= 0:
        return "lacking"
    return "partly" if value < 1 and "partly" in resource("reasons.yaml")[feature] else "there"


def message(feature: str, kind: str = "there") -> str:
    """What is said of a note that has `feature` so (`kind_of`)."""
    told: str = resource("reasons.yaml")[feature][kind]
    return told


def agrees(feature: str, kind: str, states: Mapping[str, str]) -> bool:
    """Whether that sentence agrees with the states of the elements: a reader sees both."""
    state = states.get(element_of(feature) or "")
    if state is None:
        return True
    if feature.startswith("level:"):
        return kind == {"present": "there", "weak": "partly", "missing": "lacking"}[state]
    return (kind == "lacking") == (state == "missing")


def element_of(feature: str) -> str | None:
    """The element whose evidence bears `feature` out; None where no single one does."""
    told: str | None = resource("reasons.yaml")[feature].get("of")
    return told


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


def features(view: NoteView, minutes: Minutes, elements: Iterable[Element], contradictions: Iterable[Contradiction]) -> list[float]:
    """The features of a note in the order of `NAMES`.

    Returns
    -------
    list of float
        ``len(NAMES)`` numbers from 0 to about 2; larger speaks for necessity, except for those in `AGAINST`.
    """
    found: dict[str, str] = {e.id: e.found for e in elements}
    flags = {c.id for c in contradictions}
    clear = not flags & DEFEATING
    skills, responses = list(view.of("SKILL")), list(view.of("RESPONSE"))
    if found["skilled_intervention"] == "weak" and not skills:
        # a bare claim of skill is no evidence of it
        found["skilled_intervention"] = "missing"
    performed = [s for s in view.of("EXERCISE") if s.attribute == "performed"]
    dosed = {r.to for r in view.relations if r.type == "dose_of"}
    n_dosed = sum(1 for i in dosed if view.spans[i].attribute == "performed")
    # more than four count as four
    near = sum(1 for _ in islice(_near(skills, performed), 4))
    blocks = exercise_blocks(view) if _small_share(minutes) else None
    if blocks is not None:
        # skill and reaction under another timed code do not speak for 97110
        skills, inside = _inside(skills, blocks), _inside(responses, blocks)
        if found["skilled_intervention"] == "present" and not skills:
            found["skilled_intervention"] = "weak"
        if (
            found["response"] == "present"
            and not inside
            and not any(view.section_at(s.start) in ("response", "assessment", "") for s in responses)
        ):
            found["response"] = "weak"
        responses = inside or responses[:1]
    a, b, c = necessity_rule(found)
    values = {
        **{f"level:{e.partition(':')[2]}": LEVEL[found[e.partition(":")[2]]] for e in NAMES if e.startswith("level:")},
        "contradicted": float(not clear),
        "deficit:none": float(found["impairment"] == found["functional_limitation"] == "missing"),
        "rule:deficit": float(a),
        "rule:count": c / 3,
        "rule:all": float(a and b and c >= 2 and clear),
        "skill:count": math.log1p(min(len(skills), 4)),
        "skill:near_exercise": math.log1p(min(near, 4)),
        "rule:most": float(a and b and c == 3 and clear),
        "response:count": math.log1p(min(len(responses), 4)),
        "exercise:dosed": math.log1p(min(n_dosed, 4)),
    }
    return [values[name] for name in NAMES]


def _near(skills: Sequence[Span], exercises: Sequence[Span]) -> Iterator[Span]:
    """The skills beside an exercise: it begins or ends within 90 characters, or stands inside."""
    starts, ends = sorted(e.start for e in exercises), sorted(e.end for e in exercises)

    def within(places: list[int], low: int, high: int) -> bool:
        return bisect_left(places, low) < bisect_left(places, high)

    for s in skills:
        if within(ends, s.start - 89, s.start + 90) or within(starts, s.end - 89, s.end + 90) or within(starts, s.start, s.end):
            yield s


def _inside(spans: Sequence[Span], blocks: Iterable[tuple[int, int]]) -> list[Span]:
    """Those of `spans` that begin inside one of `blocks`."""
    ordered = sorted(blocks)
    starts, reach = [i for i, _ in ordered], list(accumulate((j for _, j in ordered), max))
    return [s for s in spans if (k := bisect_right(starts, s.start)) and s.start < reach[k - 1]]


def _small_share(minutes: Minutes) -> bool:
    """Whether 97110 has less than a third of the timed minutes, so that the rest of the note speaks of other services."""
    timed = {c: n for c, n in minutes.codes.items() if is_timed(c)}
    return "97110" in timed and timed["97110"] * 3 < sum(timed.values())


def exercise_blocks(view: NoteView) -> list[tuple[int, int]] | None:
    """Where the 97110 time is described, when other timed services are described beside it; None where it stands alone."""
    heads = [
        s
        for s in given_services(view)
        if s.attribute and is_timed(s.attribute) and view.section_at(s.start) not in ("billing", "plan", "goals", "assessment")
    ]
    codes = {s.attribute for s in heads}
    if "97110" not in codes or not codes & {"97112", "97116", "97530", "97535"}:
        return None
    out = []
    closing = [x.start for x in view.sections if x.kind in ("assessment", "plan", "goals", "billing", "hep")]
    nxt: int | None = None
    for s in reversed(heads):
        if s.attribute != "97110":
            nxt = s.start
        else:
            k = bisect_right(closing, s.start)
            stop = closing[k] if k < len(closing) else len(view.text)
            out.append((s.start, min(nxt or stop, stop)))
    # a code that only closes the note, as a charge does, describes nothing
    return out if sum(j - i for i, j in out) >= 60 else None
