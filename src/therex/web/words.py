"""What the pages call things."""

from __future__ import annotations

from collections.abc import Iterable

from therex.reports.wording import element_name, listed, said
from therex.types import CONTRADICTIONS, ELEMENTS

ELEMENT_WORDS = {e: element_name(e) for e in ELEMENTS}
VERDICT_WORDS = {v: said("verdicts", v) for v in ("supported", "not_supported", "not_applicable")}
LINE_WORDS = {x: said("statuses", x) for x in ("hold", "review", "ready", "no_97110")}
CONTRADICTION_WORDS = {c: said("line_reasons", c) for c in CONTRADICTIONS}
PART_WORDS = {"line": "97110 line", "verdict": "Verdict", "billed_units": "Units billed", "supported_units": "Units supported",
              "contradictions": "Contradictions", "unusable": "Cannot be judged"}  # fmt: skip


def because(reasons: Iterable[str]) -> str:
    """Reasons of a line, in a coder's words."""
    return listed(reasons)
