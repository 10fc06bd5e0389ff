"""What kind of note this is and which discipline wrote it."""

from __future__ import annotations

from therex.catalog.patterns import Patterns
from therex.nlp.context import Context
from therex.types import Discipline, NoteType

_RE = Patterns("summary")


def read_vocabulary(ctx: Context) -> tuple[int, int, int]:
    """How many different words of medicine, of therapy and of evaluations a note holds."""
    norm = ctx.surface.norm
    medical, therapy, evalish = (
        {m[0] for m in pattern.finditer(norm)} for pattern in (_RE.seek("of_medicine"), _RE["of_therapy"], _RE.seek("of_evaluations"))
    )
    return len(medical), len(therapy), len(evalish)


def read_note_type(ctx: Context, vocabulary: tuple[int, int, int]) -> NoteType:
    """daily, evaluation, progress, discharge or other, by title first and content second."""
    norm = ctx.surface.norm
    head = norm[:260]
    exercised = any(d.label == "EXERCISE" and d.attribute == "performed" for d in ctx.drafts)
    medical, therapy, evalish = vocabulary
    if medical >= 3 and therapy < 3 and not exercised and "97110" not in norm:
        return "other"
    if _RE.seek("title_discharge").search(head) or (_RE.seek("title_discharge").search(norm) and not exercised):
        return "discharge"
    if _RE["title_daily"].search(head):
        return "daily"
    if _RE["title_progress"].search(head):
        return "progress"
    if (_RE.seek("title_evaluation").search(head) or _RE["opening_evaluation"].match(head)) and not (
        "since eval" in head or "since initial eval" in head
    ):
        return "evaluation"
    if _RE["progress_note"].search(head) and any(w in norm for w in ("since eval", "init", "goals")):
        return "progress"
    if _RE["since_evaluation"].search(norm) and evalish >= 2 and _RE["earlier_value"].search(norm):
        return "progress"
    goals = sum(1 for d in ctx.drafts if d.label == "GOAL")
    if _RE["evaluation_code"].search(norm) and (evalish >= 2 or not exercised):
        return "evaluation"
    if not exercised and (evalish >= 3 or (evalish >= 2 and goals >= 2)) and not _RE["earlier_visit"].search(norm):
        return "evaluation"
    if (
        not exercised
        and _RE["first_visit"].search(norm)
        and _RE["plan_word"].search(norm)
        and therapy
        and not ("follow up" in head or "followup" in head)
    ):
        return "evaluation"
    if medical >= 2 and not exercised and therapy < 4:
        return "other"
    if therapy == 0 and not exercised and not any(d.label == "SERVICE" for d in ctx.drafts) and medical >= 1:
        return "other"
    return "daily"


def read_discipline(ctx: Context, note_type: NoteType) -> Discipline:
    """PT, OT, SLP or other: the writer's credential, then the title, then the content."""
    text, norm = ctx.surface.text, ctx.surface.norm
    if note_type == "other":
        return "other"
    tail = norm[-200:]
    slp, ot, pt = (
        len(_RE.seek("speech").findall(norm)),
        len(_RE["occupational"].findall(tail)) * 3,
        len(_RE["physical_credential"].findall(tail)) * 2,
    )
    head = norm[:200]
    if _RE["head_occupational"].search(head):
        ot += 4
    title = _RE["title"].match(norm)
    if title:
        pt, ot = (pt + 4, ot) if title["pt"] else (pt, ot + 4)
    if _RE["head_physical"].search(head):
        pt += 4
    if _RE["capital_ot"].search(text):
        ot += 1
    if _RE["goes_on_occupational"].search(norm):
        ot += 2
    if _RE["goes_on_physical"].search(norm):
        pt += 2
    if slp >= 2 and slp > max(ot, pt) / 2:
        return "SLP"
    if ot == pt:
        o, p = len(_RE.seek("occupational_content").findall(norm)), len(_RE["physical_content"].findall(norm))
        return "OT" if o > p * 1.2 and o >= 2 else "PT"
    return "OT" if ot > pt else "PT"
