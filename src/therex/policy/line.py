"""The 97110 line: the coder's answer."""

from __future__ import annotations

from collections.abc import Iterable

from therex.billing.charges import over_billed, sentence
from therex.catalog.policy import Policy
from therex.types import Contradiction, Finding, Line, Minutes, Necessity, OverBilled

CODE = "97110"


def read_line(policy: Policy, findings: Iterable[Finding], contradictions: Iterable[Contradiction], minutes: Minutes,
              necessity: Necessity) -> Line:  # fmt: skip
    """hold, review, no_97110 or ready, with every reason.

    A required, critical element that is missing holds the line, a weak one asks for review; so does a required, major element that is
    missing and may not stand in another document.

    Reasons to hold come first, then reasons to review. What can be computed counts as weak, not as missing.
    """
    billed = minutes.billed_units.get(CODE, 0) > 0
    if necessity.verdict == "not_applicable" and not billed:
        return Line("no_97110", ("not_applicable",))
    hold: list[str] = []
    review: list[str] = []
    if necessity.verdict == "not_applicable":
        hold.append("billed_not_given")
    for f in findings:
        if f.requirement != "required":
            continue
        lacking = "missing" in (f.finding, f.found if f.severity == "critical" else "")
        if f.severity == "critical" and lacking:
            hold.append(f.id)
        elif (f.severity == "critical" and f.found == "weak") or lacking:
            review.append(f.id)
    above = above_rule(policy, minutes)
    if above:
        hold.append("billed_units")
    hold += [c.id for c in contradictions if policy.contradictions.get(c.id, {}).get("severity") == "critical"]
    if necessity.verdict == "not_supported":
        hold.append("not_supported")
    elif necessity.verdict == "needs_review":
        review.append("needs_review")
    if hold:
        messages = {"billed_units": ". ".join(map(sentence, above))} if above else {}
        return Line("hold", (*hold, *review), messages=messages)
    return Line("review", tuple(review)) if review else Line("ready", ())


def above_rule(policy: Policy, minutes: Minutes) -> tuple[OverBilled, ...]:
    """The units that the note bills above what the payer's rule and the length of the visit support."""
    return over_billed(minutes, (policy.units_rule,))
