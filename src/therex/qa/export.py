"""Reviewed notes as marked notes, ready for `therex train`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from therex.corpus.marked import MarkedNote, checked
from therex.qa.decisions import Decision, tool_spans
from therex.types import ELEMENTS


def complete(decision: Decision) -> bool:
    """Whether a note is decided, and all of its elements are: what was not applicable, or not settled, has none to train on."""
    told = decision.judgement
    return decision.state == "decided" and told is not None and all(told["elements"].get(e) is not None for e in ELEMENTS)


def left_out(decisions: Iterable[Decision]) -> int:
    """How many decided notes are not written, because not all of their elements were judged."""
    return sum(d.state == "decided" and not complete(d) for d in decisions)


def to_corpus(sample: str, items: Iterable[tuple[int, Mapping[str, Any], Decision]], *, marks: bool = False) -> list[MarkedNote]:
    """The decided notes whose elements were all judged, with elements, verdict, minutes and marks.

    Marks are the reviewer's where they were checked, else the tool's; what is set of them crosses nothing. Ids are new ones, that tell
    nothing: the sample's and a number. Notes of one patient are one family, so that they stand on one side of a split.

    Parameters
    ----------
    items
        Place in the sample, the item, and where it stands.
    marks
        Only the notes whose marks were checked.
    """
    out = []
    for place, item, decision in items:
        told = decision.judgement
        if told is None or not complete(decision) or (marks and not told["spans_checked"]):
            continue
        record, name = item["record"], f"{sample[:8]}-{place + 1:03d}"
        spans = told["spans"] if told["spans_checked"] else told["spans"] or tool_spans(record)
        patient = item["source"].get("patient") or name
        time = record["time"]
        minutes = {"codes": {_code(c): n for c, n in time["codes"].items()}}
        minutes |= {k: time[k] for k in ("timed_total", "session_total") if time[k] is not None}
        meta = {
            "note_type": told["note_type"] or record["note_type"], "discipline": told["discipline"] or record["discipline"],
            "necessity": told["verdict"], "confidence": told["confidence"], "elements": told["elements"],
            "contradictions": told["contradictions"], "minutes": minutes, "units": {_code(c): n for c, n in time["billed_units"].items()},
            "why": "decided in review", "family": f"{sample[:8]}-{hashlib.sha256(str(patient).encode()).hexdigest()[:10]}",
            "marks": "checked" if told["spans_checked"] else "not checked",
        }  # fmt: skip
        out.append(checked(name, item["text"], _nested(spans), meta, f"note {place + 1}"))
    return out


def _code(code: str) -> int | str:
    return int(code) if code.isdigit() else code


def _nested(spans: Iterable[Mapping[str, Any]]) -> list[tuple[int, int, str, str | None]]:
    """Marks that nest or stand apart: of two that cross, the later one goes."""
    kept: list[tuple[int, int, str, str | None]] = []
    for s in sorted(spans, key=lambda s: (s["start"], -s["end"], s["label"])):
        one = (s["start"], s["end"], s["label"], s["attribute"])
        if one not in kept and not any(a < one[0] < b < one[1] for a, b, *_ in kept):
            kept.append(one)
    return kept
