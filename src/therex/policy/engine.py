"""Findings: each element under the payer's rule for this kind of note."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from therex.catalog.policy import Policy
from therex.types import Contradiction, Element, Finding, FindingStatus, NoteView

_WORDS = {
    "ok": "Documented.",
    "weak": "Documented, but weak.",
    "missing": "Not found in the text supplied.",
    "needs_other_document": "Not found here. Check the evaluation, plan of care, or progress report, which was not supplied.",
    "weak_elsewhere": "Weak here. Check the evaluation, plan of care, or progress report, which was not supplied.",
    "contradicted": "Another statement in the note contradicts it.",
    "not_required": "This payer has no rule on this element for this type of note.",
}


def findings(policy: Policy, view: NoteView, elements: Iterable[Element], contradictions: Iterable[Contradiction],
             on: date) -> tuple[Finding, ...]:  # fmt: skip
    """One finding an element, by the first that fits (product.md, contract).

    ``contradicted``; no rule, ``not_required``; found present, ``ok``; the rule allows another document and none was
    supplied, ``needs_other_document``; otherwise ``weak`` or ``missing``.
    """
    touched = {c.touches for c in contradictions if c.touches}
    out = []
    for e in elements:
        rule = policy.rule(e.id, view.note_type, on)
        status: FindingStatus
        if e.id in touched:
            status = "contradicted"
        elif rule is None:
            status = "not_required"
        elif rule.needs:
            status = "missing" if _lacks(rule.needs, view) else "ok"
        elif e.found == "present":
            status = "ok"
        elif rule.elsewhere:
            status = "needs_other_document"
        else:
            status = "weak" if e.found == "weak" else "missing"
        message = _WORDS["weak_elsewhere" if status == "needs_other_document" and e.found == "weak" else status]
        out.append(
            Finding(
                id=e.id,
                found=e.found,
                finding=status,
                requirement=rule.requirement if rule else "none",
                severity=rule.severity if rule else "minor",
                rule=rule.id if rule else "",
                citation=policy.citation(rule) if rule else "",
                message=f"{message} {rule.message}" if rule and status not in ("ok", "not_required") else message,
                query=f"{rule.query} {policy.closing}"
                if rule and status in ("weak", "missing", "contradicted", "needs_other_document") and e.id != "signature"
                else (rule.query if rule and status in ("weak", "missing") else ""),
                evidence=e.evidence,
            )
        )
    return tuple(out)


def _lacks(needs: str, view: NoteView) -> bool:
    """Whether a note lacks what a rule asks for beside the element: `clock`, times in and out."""
    return needs == "clock" and sum(bool(v) for s in view.of("DURATION", "clock") for v in (s.value or {}).values()) < 2
