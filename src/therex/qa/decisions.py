"""What reviewers decide about a note, the status of the charge line that follows, where two reviewers differ, and the final decision.

A judgment is a plain mapping, as the database and the pages carry it; `check` alone defines its form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from therex.catalog.policy import policy
from therex.errors import InputError
from therex.types import CONTRADICTIONS, ELEMENTS, LABELS

Judgement = dict[str, Any]
STATUS = ("present", "weak", "missing")
VERDICTS = ("supported", "not_supported", "not_applicable")
_CHOICES: dict[str, tuple[Any, ...]] = {
    "verdict": (None, *VERDICTS),
    "confidence": ("clear", "arguable"),
    "note_type": (None, "daily", "evaluation", "progress", "discharge", "other"),
    "discipline": (None, "PT", "OT", "SLP", "other"),
}
_FLAGS = ("flag", "unusable", "spans_checked", "units_not_judged")
# parts that judgments of earlier versions do not have
_LATER = {"units_not_judged": False}
LONGEST_COMMENT, MOST_UNITS, MOST_SPANS = 4000, 99, 2000


def blank(item: Mapping[str, Any], blind: bool) -> Judgement:
    """What a reviewer starts from: only the units billed; where the tool's opinion is shown, its elements and marks to correct."""
    record = item["record"]
    told: Judgement = {
        "elements": {}, "verdict": None, "confidence": "clear", "note_type": None, "discipline": None, "billed_units": item.get("units"),
        "supported_units": None, "units_not_judged": False, "contradictions": [], "spans": [], "spans_checked": False, "comment": "", "flag": False, "unusable": False,
    }  # fmt: skip
    if not blind:
        told["elements"] = {e["id"]: e["found"] for e in record["elements"]}
        told["note_type"], told["discipline"] = record["note_type"], record["discipline"]
        told["contradictions"] = list(dict.fromkeys(c["id"] for c in record["contradictions"]))
        told["spans"], told["supported_units"] = tool_spans(record), supported(record)
    return told


def tool_spans(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tool's marks as an annotator would set them: what is denied, past or another's is no deficit."""
    found = {
        (s["start"], s["end"], s["label"], s["attribute"])
        for s in record["spans"]
        if s["label"] not in ("IMPAIRMENT", "LIMITATION") or s["assertion"] == "affirmed"
    }
    return [
        {"start": a, "end": b, "label": label, "attribute": attribute}
        for a, b, label, attribute in sorted(found, key=lambda s: (s[0], -s[1], s[2], s[3] or ""))
    ]


def supported(record: Mapping[str, Any]) -> int | None:
    """The most units of 97110 that the minutes give under either rule, as the tool has them."""
    told = record["time"].get("supported_units")
    if not told or not told["cms"]["allocations"]:
        return None
    cms = [units.get("97110", 0) for units in told["cms"]["allocations"]]
    return max((*cms, told["ama"]["units"].get("97110", 0)), default=None)


def check(told: Mapping[str, Any], length: int) -> Judgement:
    """A judgment, checked.

    Parameters
    ----------
    length
        Of the note, in code points.

    Raises
    ------
    InputError
        A part of it is not valid; the message names the part, never its value.
    """
    told = {**_LATER, **told}
    want = set(_CHOICES) | set(_FLAGS) | {"elements", "billed_units", "supported_units", "contradictions", "spans", "comment"}
    if set(told) != want:
        raise InputError("the judgment has unknown or missing fields")
    for key, allowed in _CHOICES.items():
        if told[key] not in allowed:
            raise InputError(f"{key} must be one of {', '.join(str(a) for a in allowed if a)}")
    for key in _FLAGS:
        if not isinstance(told[key], bool):
            raise InputError(f"{key} must be true or false")
    elements = told["elements"]
    if not isinstance(elements, dict) or not _all_of(elements, ELEMENTS) or not _all_of(elements.values(), STATUS):
        raise InputError("elements: each must be present, weak, or missing")
    for key in ("billed_units", "supported_units"):
        n = told[key]
        if n is not None and (not isinstance(n, int) or isinstance(n, bool) or not 0 <= n <= MOST_UNITS):
            raise InputError(f"{key} must be a whole number from 0 to {MOST_UNITS}")
    if told["units_not_judged"] and told["supported_units"] is not None:
        raise InputError("supported_units must be empty where the units are not judged")
    if not isinstance(told["contradictions"], list) or not _all_of(told["contradictions"], CONTRADICTIONS):
        raise InputError(f"contradictions must be among {', '.join(CONTRADICTIONS)}")
    if not isinstance(told["comment"], str) or len(told["comment"]) > LONGEST_COMMENT:
        raise InputError(f"comment: at most {LONGEST_COMMENT:,} characters are allowed")
    if not _is_text(told["comment"]):
        raise InputError("comment: contains a character that cannot be stored (half of a surrogate pair, or a control character)")
    spans = told["spans"]
    if not isinstance(spans, list) or len(spans) > MOST_SPANS or not all(_good_span(s, length) for s in spans):
        raise InputError("spans: each needs a start, end, label, and attribute within the text of the note")
    return {**told, "contradictions": [c for c in CONTRADICTIONS if c in told["contradictions"]]}


def _all_of(told: Iterable[Any], allowed: Sequence[str]) -> bool:
    """Whether every value is one of those allowed; values of any kind may come, such as cannot be put into a set."""
    return all(isinstance(value, str) and value in allowed for value in told)


def _is_text(told: str) -> bool:
    """Whether a text can be stored, sent and written to a workbook: no half of a surrogate pair, no control character but tab and line end."""
    return all(c in "\t\n\r" or not (c < " " or "\ud800" <= c <= "\udfff" or c in "\x7f\ufffe\uffff") for c in told)


def _good_span(span: Any, length: int) -> bool:
    from therex.corpus.marked import attribute_fits

    if not isinstance(span, dict) or set(span) != {"start", "end", "label", "attribute"}:
        return False
    start, end, label, attribute = span["start"], span["end"], span["label"], span["attribute"]
    whole = type(start) is int and type(end) is int and 0 <= start < end <= length
    kinds = isinstance(label, str) and (attribute is None or isinstance(attribute, str))
    return whole and kinds and label in LABELS and attribute_fits(label, attribute)


def lacking(told: Mapping[str, Any]) -> list[str]:
    """What is still to be judged before a note can be decided.

    A note that cannot be judged needs a comment. Where no therapeutic exercise was given, the verdict is enough.
    """
    if told["unusable"]:
        return [] if told["comment"].strip() else ["comment"]
    if told["verdict"] == "not_applicable":
        return []
    units = [] if told.get("units_not_judged") else [k for k in ("billed_units", "supported_units") if told[k] is None]
    return [e for e in ELEMENTS if e not in told["elements"]] + ([] if told["verdict"] else ["verdict"]) + units


def units_judged(told: Mapping[str, Any]) -> bool:
    """Whether the units of a charge line were judged; where no therapeutic exercise was given, all units billed are too many."""
    if told["verdict"] == "not_applicable":
        return True
    return not told.get("units_not_judged") and told["billed_units"] is not None and told["supported_units"] is not None


def line_of(told: Mapping[str, Any], item: Mapping[str, Any], as_of: str) -> tuple[str, list[str]]:
    """The status of the charge line by a judgment, and why: first what holds it, then what asks for review."""
    line, hold, review = reasons(told, item, as_of)
    return line, [*hold, *review]


def reasons(told: Mapping[str, Any], item: Mapping[str, Any], as_of: str) -> tuple[str, list[str], list[str]]:
    """The status of the line, what holds it, and what asks for review, by the same rules as the tool's own (product.md, "line.status")."""
    rules, on = policy(item["record"]["payer"]), date.fromisoformat(as_of)
    billed = (told["billed_units"] or 0) > 0
    if told["verdict"] == "not_applicable" and not billed:
        return "no_97110", [], ["not_applicable"]
    hold = ["billed_not_given"] if told["verdict"] == "not_applicable" else []
    review = []
    # where no therapeutic exercise was given, elements need no judgment, and say nothing
    elements = {} if told["verdict"] == "not_applicable" else told["elements"]
    for element, found in elements.items():
        rule = rules.rule(element, told["note_type"] or item["record"]["note_type"], on)
        if rule is None or rule.requirement != "required" or found in (None, "present"):
            continue
        if found == "missing" and rule.severity == "critical":
            hold.append(element)
        elif rule.severity == "critical" or (found == "missing" and not rule.elsewhere):
            review.append(element)
    if over_units(told):
        hold.append("billed_units")
    hold += [c for c in told["contradictions"] if rules.contradictions.get(c, {}).get("severity") == "critical"]
    if told["verdict"] == "not_supported":
        hold.append("not_supported")
    return "hold" if hold else "review" if review else "ready", hold, review


def over_units(told: Mapping[str, Any]) -> int:
    """Units of 97110 billed above those that the reviewer found supported; all of them where no therapeutic exercise was given."""
    billed = told["billed_units"] or 0
    if told["verdict"] == "not_applicable":
        return int(billed)
    return max(0, billed - told["supported_units"]) if units_judged(told) else 0


def under_units(told: Mapping[str, Any]) -> int:
    """Units supported and not billed, where both are known."""
    if not units_judged(told) or told["verdict"] == "not_applicable":
        return 0
    return max(0, int(told["supported_units"]) - int(told["billed_units"]))


def differences(first: Mapping[str, Any], second: Mapping[str, Any], item: Mapping[str, Any], as_of: str, scope: str = "all") -> list[str]:
    """What two reviewers differ on: ``line``, ``verdict``, units, and with scope ``all`` contradictions and elements, by name."""
    if first["unusable"] or second["unusable"]:
        return [] if first["unusable"] == second["unusable"] else ["unusable"]
    found = [] if line_of(first, item, as_of)[0] == line_of(second, item, as_of)[0] else ["line"]
    found += [k for k in ("verdict", "billed_units", "supported_units") if first[k] != second[k]]
    spared = [told["verdict"] == "not_applicable" for told in (first, second)]
    if all(spared):
        found = [k for k in found if k != "supported_units"]
    if scope == "all":
        found += ["contradictions"] if first["contradictions"] != second["contradictions"] else []
        # a reviewer who found that no exercise was given need not judge elements
        found += [] if any(spared) else [e for e in ELEMENTS if first["elements"].get(e) != second["elements"].get(e)]
    return found


@dataclass(frozen=True, slots=True)
class Decision:
    """The state of a note: `open`, `disagreed`, `decided` or `unusable`; where it is decided, the final judgment and the status of the line.

    `holding` are the reasons of `because` that hold the line, without those that only ask for review.
    """

    state: str
    judgement: Judgement | None = field(default=None, repr=False)
    line: str = ""
    because: tuple[str, ...] = ()
    holding: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()


def settle(item: Mapping[str, Any], done: Sequence[Judgement], adjudicated: Judgement | None, design: Mapping[str, Any]) -> Decision:
    """The decision on a note.

    Parameters
    ----------
    done
        The judgments of the reviewers who have decided, in the order in which they took the note.
    adjudicated
        The adjudicator's judgment, which comes before all others.
    """
    as_of = design["as_of"]
    if adjudicated is not None:
        return _final(item, adjudicated, as_of)
    if len(done) < design["reviewers"]:
        return Decision("open")
    if len(done) == 1:
        return _final(item, done[0], as_of)
    first, second = done[0], done[1]
    differ = differences(first, second, item, as_of, design["adjudicate"])
    if differ:
        return Decision("disagreed", differ=tuple(differ))
    # elements that need no settling, and were not, are nobody's
    elements = {e: v if second["elements"].get(e) == v else None for e, v in first["elements"].items()}
    return _final(item, {**first, "elements": elements, "flag": first["flag"] or second["flag"]}, as_of)


def _final(item: Mapping[str, Any], told: Judgement, as_of: str) -> Decision:
    if told["unusable"]:
        return Decision("unusable", told)
    line, hold, review = reasons(told, item, as_of)
    return Decision("decided", told, line, (*hold, *review), tuple(hold))


def in_use(items: Sequence[Mapping[str, Any]], unusable: Iterable[int], strata: Sequence[Mapping[str, Any]]) -> set[int]:
    """The places of the notes that stand for their strata: the first of each draw that can be judged, a spare for each that cannot.

    Parameters
    ----------
    unusable
        Places of notes that were found impossible to judge.
    """
    out, bad = set(), set(unusable)
    for n, stratum in enumerate(strata):
        drawn = sorted((i["order"], place) for place, i in enumerate(items) if i["stratum"] == n and i["pick"] in ("random", "spare"))
        out |= {place for _, place in [d for d in drawn if d[1] not in bad][: stratum["sampled"]]}
    return out
