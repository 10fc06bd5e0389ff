"""What makes the figures of an appraisal less certain, each told once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from therex.qa.agreement import FEW as FEW_PAIRS
from therex.qa.agreement import FEW_NOTES

# rates from fewer charge lines come with a caution
FEW, FEW_LINES = 10, "few charge lines"


def cautions(
    told: Mapping[str, Any], design: Mapping[str, Any], frame: Mapping[str, Any], changed: int, settled: Mapping[int, int]
) -> list[str]:
    """The cautions of a report, each a sentence.

    Parameters
    ----------
    changed
        How many judgments were changed after the tool's opinion was shown.
    settled
        How many notes of each stratum are settled.
    """
    return [*_of_reviews(told, design, changed), *_of_figures(told, frame, settled)]


def _of_reviews(told: Mapping[str, Any], design: Mapping[str, Any], changed: int) -> list[str]:
    out, progress, units = [], told["review"], told["units"]["not_judged"]
    if left := progress["open"] + progress["disagreed"]:
        out.append(
            f"{left} of the {progress['wanted']} notes drawn {_are(left)} not settled. The figures describe the settled notes, and the period only if "
            "the other notes are like them."
        )
    if units:
        rest = "Unit rates and totals come from the others." if units < told["line_errors"]["lines"] else "There are no unit rates."
        out.append(
            f"Units were not judged in {units} of {told['line_errors']['lines']} charge lines. {rest} The error rate counts no unit error in these, "
            "so it may be too low."
        )
    if not design["blind"]:
        out.append("Reviewers saw the tool's opinion before they decided, which overstates their agreement with it.")
    elif k := changed:
        out.append(
            f"{k} {'judgment was' if k == 1 else 'judgments were'} changed after the tool's opinion was shown. Agreement with the tool uses the final "
            "judgments; agreement between reviewers uses their first judgments."
        )
    if k := progress["unusable"]:
        out.append(
            f"{k} {'note' if k == 1 else 'notes'} could not be judged and {'was' if k == 1 else 'were'} replaced by spares of the same stratum."
        )
    return out


def _of_figures(told: Mapping[str, Any], frame: Mapping[str, Any], settled: Mapping[int, int]) -> list[str]:
    out, strata = [], frame["strata"]
    rates = [*told["strata"], *(g for of in told["groups"].values() for g in of), *told["months"], told["line_errors"]]
    if any(r["caution"] == FEW_LINES for r in rates):
        out.append(f"Rates from fewer than {FEW} charge lines are uncertain. Rely on their intervals.")
    if any(told["agreement"][who][part]["caution"] == FEW_NOTES for who in ("reviewers", "tool") for part in ("hold", "line", "verdict")):
        out.append(f"A kappa from fewer than {FEW_PAIRS} notes is uncertain.")
    if k := sum(s["sampled"] > 0 and not told["strata"][i]["lines"] and bool(told["strata"][i]["caution"]) for i, s in enumerate(strata)):
        out.append(
            f"{k} {'stratum has' if k == 1 else 'strata have'} no charge line among the settled notes and {_are(k)} not in any rate."
        )
    if k := sum(s["sampled"] > 1 and settled.get(i) == 1 for i, s in enumerate(strata)):
        out.append(
            f"In {k} {'stratum' if k == 1 else 'strata'}, only one note is settled. Its variance is unknown, so the intervals are too narrow."
        )
    if told["financial"] and (k := told["financial"]["unknown"]):
        out.append(
            f"The amount paid is unknown for {k} charge {'line' if k == 1 else 'lines'}. They count as $0, so the amounts are too low."
        )
    if k := sum(frame["excluded"].values()):
        out.append(f"{k} of {frame['read']} notes {'was' if k == 1 else 'were'} excluded from the frame. The figures describe the rest.")
    return out


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
