"""What a patient is treated for: diagnoses and complaints, which are none of the eleven labels."""

from __future__ import annotations

from therex.catalog.patterns import Patterns
from therex.nlp.context import Context
from therex.types import Mention

_RE = Patterns("mentions")


def read_mentions(ctx: Context) -> list[Mention]:
    """Conditions and complaints."""
    return [*_conditions(ctx), *_diagnosis_fields(ctx)]


def _conditions(ctx: Context) -> list[Mention]:
    out = []
    norm = ctx.surface.norm
    for k, u in enumerate(ctx.units):
        if "condition" not in u.cats or ctx.kinds[k] in ("goals", "medications"):
            continue
        before = norm[max(0, u.start - 70) : u.start]
        reason = (
            bool(_RE["reason"].search(before))
            or ctx.kinds[k] == "diagnosis"
            or bool(_RE["listed"].search(before) and _RE["reason"].search(norm[max(0, u.start - 140) : u.start]))
        )
        complaint = bool(_RE["complaint"].search(u.word))
        if ctx.kinds[k] == "history" and not reason:
            continue
        if _RE["set_aside"].search(before) and not _RE["diagnosis"].search(before):
            continue
        short = u.word in ("ms", "mi", "ra", "cp", "pd", "fall", "falls", "burn")
        if short and not reason and ctx.surface.text[u.start : u.end].islower():
            continue
        out.append(Mention("complaint" if complaint and not reason else "condition", u.start, u.end, "lexicon:condition"))
    for m in _RE["icd"].finditer(norm):
        if m[0][0] in "mszrgnijtfdqpcehk" and (
            len(m[0]) >= 5 or any(w in norm[max(0, m.start() - 60) : m.start()] for w in ("dx", "diag", "icd"))
        ):
            out.append(Mention("condition", m.start(), m.end(), "rule:icd"))
    return out


def _diagnosis_fields(ctx: Context) -> list[Mention]:
    """A field for the diagnosis that holds words: whatever stands there is the condition."""
    out = []
    for s in ctx.sections:
        if s.kind == "diagnosis":
            body = ctx.surface.norm[s.body : min(s.end, s.body + 80)].split("\n")[0].strip(" .:,;-")
            if _RE["words"].search(body) and not _RE["nothing"].match(body):
                out.append(Mention("condition", s.body, min(s.end, s.body + len(body) + 1), "rule:diagnosis_field"))
    return out
