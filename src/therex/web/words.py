"""What the pages call things."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from therex.catalog.files import resource
from therex.reports.wording import element_name, listed, said
from therex.types import CONTRADICTIONS, ELEMENTS

ELEMENT_WORDS = {e: element_name(e) for e in ELEMENTS}
VERDICT_WORDS = {v: said("verdicts", v) for v in ("supported", "not_supported", "not_applicable")}
LINE_WORDS = {x: said("statuses", x) for x in ("hold", "review", "ready", "no_97110")}
CONTRADICTION_WORDS = {c: said("line_reasons", c) for c in CONTRADICTIONS}
NOTE_TYPES = {t: said("note_types", t) for t in ("daily", "evaluation", "progress", "discharge", "other")}
PART_WORDS = {"line": "Status of the charge line", "verdict": "Medical necessity", "billed_units": "Units billed", "supported_units": "Units supported",
              "contradictions": "Contradictions", "unusable": "Cannot be judged"}  # fmt: skip
# more elements than these are counted, not named
FEW = 4


def because(reasons: Iterable[str], found: Mapping[str, str | None]) -> str:
    """The reasons for the status of a charge line, in a coder's words.

    Parameters
    ----------
    found
        The state of each element.
    """
    return "; ".join(f"{ELEMENT_WORDS[r]} {found.get(r) or 'missing'}" if r in ELEMENT_WORDS else listed([r]) for r in reasons)


def part(name: str) -> str:
    """The name of an element or of another part of a judgment."""
    return PART_WORDS.get(name) or ELEMENT_WORDS.get(name) or name.replace("_", " ").capitalize()


def still(wanting: Sequence[str]) -> str:
    """What is still to be judged, such as ``Still to judge: Goal, Plan, medical necessity``; nothing where a judgment is complete."""
    if not wanting:
        return ""
    if list(wanting) == ["comment"]:
        return "A comment must say why this note cannot be judged"
    elements = [ELEMENT_WORDS[w] for w in wanting if w in ELEMENT_WORDS]
    rest = [PART_WORDS[w].lower() for w in wanting if w not in ELEMENT_WORDS]
    return "Still to judge: " + ", ".join([*([f"{len(elements)} elements"] if len(elements) > FEW else elements), *rest])


@cache
def definitions() -> dict[str, list[tuple[str, Markup]]]:
    """What makes each element present, weak, or missing, and each verdict right, by its id."""
    rows = resource("elements.yaml")["elements"]
    told = {e: [(state.capitalize(), _marked(rows[e][state])) for state in ("present", "weak", "missing")] for e in ELEMENTS}
    for e in ELEMENTS:
        told[e] += [("Note", _marked(point)) for point in rows[e]["settled"]]
    verdicts: dict[str, Any] = resource("wording.yaml")["verdict_definitions"]
    told["verdict"] = [(word, _marked(verdicts[v])) for v, word in VERDICT_WORDS.items()]
    return told


def _marked(text: str) -> Markup:
    """A sentence of the resources, its words in backticks shown as such."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(" ".join(text.split())))))
