"""What kind of note this is and which discipline wrote it."""

from __future__ import annotations

import re

from therex.catalog.seek import seek
from therex.nlp.context import Context
from therex.types import Discipline, NoteType

_TITLE_EVAL = seek(
    r"\b(?:(?:physical|occupational|vestibular|hand|pelvic) (?:physical |occupational )?therapy evaluation|initial (?:pt |ot |physical therapy |occupational therapy )?eval\w*|(?:pt|ot|physical therapy|occupational therapy|pelvic health|hand therapy|vestibular|home health|snf|outpatient) (?:initial )?eval\w*|evaluation (?:&|and) (?:plan|poc)|\A\W*(?:initial )?eval(?:uation)?\b(?! (?:only|of progress))|initial (?:pt|ot|physical therapy|occupational therapy) visit|evaluation note|initial examination|initial (?:pt |ot |physical therapy |occupational therapy |therapy )?assessment|pt/ot eval|eval(?:uation)?:?$|plan of treatment|evaluation - |re-?evaluation (?:note|report)|start of care|(?:was|is) (?:evaluated|first seen) (?:for|by|in) (?:home |outpatient |skilled )?(?:physical|occupational|hand) therapy)\b",
    re.M,
)
_OPENING_EVAL = re.compile(
    r"\W*(?!(?:[^.\n]* )?(?:since|per|after|from|last|post|at|prior) )[^.\n]{0,48}\beval(?:uation)?\b(?! (?:only|of progress|findings|date)|-)"
)
_TITLE_PROGRESS = re.compile(
    r"\b(?:progress (?:report|summary|update)|pr(?=: )|re-?cert\w*|10th visit|tenth visit|reporting period|monthly (?:summary|progress)|progress evaluation|re-?assessment note|30[- ]day (?:re-?assessment|summary))\b"
)
_PROGRESS_NOTE = re.compile(r"\bprogress (?:note|with billing)\b")
_TITLE_DC = seek(
    r"\bdischarge (?:summary|note|report|visit|evaluation)|\b(?:pt|ot) discharge\b|discharged? from (?:pt|ot|therapy|physical therapy|occupational therapy|skilled)|final visit|d/c summary|reason for discharge"
)
_EVALISH = seek(
    r"\b(?:prior level of function|plof|past medical history|pmh|mechanism of injury|prognosis|rehab potential|short[- ]term goals?|long[- ]term goals?|stg|ltg|referred to|patient goals?|living situation|would benefit from|frequency|chief complaint|medical history|treatment plan|will be seen|to be seen|history of present|diagnostic tests|special tests)\b"
)
_MEDICAL = seek(
    r"\b(?:preoperative diagnosis|postoperative diagnosis|anesthesia|estimated blood loss|procedure in detail|procedure performed|operative|incision was|general appearance|heent|review of systems|physical examination|allergies|impression:|ct scan|echocardiogram|ejection fraction|stress test|ecg|ekg|mg (?:po|daily|tid|bid)|prescri(?:bed|ption)|abdomen|lungs clear|heart regular|laboratory|hospital course|discharge medications|acupuncture|needle|tongue|qi |admitted|the patient was (?:brought|taken|placed|prepped)|sutures?|specimen|chest x-?ray|contrast|radiolog\w+|injection|cortisone|follow up with me|cc:|plan: *1\. *(?:mri|continue med))\b"
)
_THERAPY = re.compile(
    r"\b(?:ther(?:apeutic)? ?ex\w*|97\d{3}|physical therap\w*|occupational therap\w*|\bpt\b|\bot\b|hep|skilled|plan of care|poc|manual therapy|gait training|visit \d|timed|stg|ltg|tolerated (?:tx|treatment|session)|vc|cga|sba|min a|mod a)\b"
)
_OT = re.compile(r"\b(?:ot\b|otr(?:/l)?|cota(?:/l)?|occupational therap\w*|cht\b)")
_PT = re.compile(
    r"\b(?:pta?\b(?! (?:reports|states|denies|is|was|will|has|c/o|able|performed|tolerated|required|seen|agreed|educated|instructed|to\b))|dpt|physical therap\w*|mpt|lpta?)"
)
_SLP = seek(r"\b(?:slp\b|ccc-?slp|speech[- ]language|speech therapy note|dysphagia therapy|swallow(?:ing)? (?:eval|therapy|exercise))")
_OT_CONTENT = seek(
    r"\b(?:dressing|adls?|iadls?|toileting|grooming|feeding|handwriting|scissors|fine motor|don(?:ning)?|doff(?:ing)?|splint|tendon glides?|putty|grip|dexterity|sensory|bathing|self[- ]care|button)\b"
)
_PT_CONTENT = re.compile(r"\b(?:gait|stairs?|ambulat\w*|lumbar|knee|hip|squat|slr|laq|balance|bridge|heel slides?|treadmill|ankle|quad)\b")


def read_vocabulary(ctx: Context) -> tuple[int, int, int]:
    """How many different words of medicine, of therapy and of evaluations a note holds."""
    norm = ctx.surface.norm
    medical, therapy, evalish = ({m[0] for m in pattern.finditer(norm)} for pattern in (_MEDICAL, _THERAPY, _EVALISH))
    return len(medical), len(therapy), len(evalish)


def read_note_type(ctx: Context, vocabulary: tuple[int, int, int]) -> NoteType:
    """daily, evaluation, progress, discharge or other, by title first and content second."""
    norm = ctx.surface.norm
    head = norm[:260]
    exercised = any(d.label == "EXERCISE" and d.attribute == "performed" for d in ctx.drafts)
    medical, therapy, evalish = vocabulary
    if medical >= 3 and therapy < 3 and not exercised and "97110" not in norm:
        return "other"
    if _TITLE_DC.search(head) or (_TITLE_DC.search(norm) and not exercised):
        return "discharge"
    if re.search(
        r"\bdaily (?:treatment )?(?:note|visit)|treatment (?:encounter )?note|daily encounter|visit note|soap note|session note\b", head
    ):
        return "daily"
    if _TITLE_PROGRESS.search(head):
        return "progress"
    if (_TITLE_EVAL.search(head) or _OPENING_EVAL.match(head)) and not re.search(r"since (?:initial )?eval", head):
        return "evaluation"
    if _PROGRESS_NOTE.search(head) and re.search(r"since (?:initial )?eval|init|goals", norm):
        return "progress"
    if (
        re.search(r"since (?:initial )?eval\w*[^.]{0,40}weeks? ago|overall \d+ ?% improvement since", norm)
        and evalish >= 2
        and re.search(r"\(init|was \d", norm)
    ):
        return "progress"
    goals = sum(1 for d in ctx.drafts if d.label == "GOAL")
    if re.search(r"\b9716[1-8]\b", norm) and (evalish >= 2 or not exercised):
        return "evaluation"
    if (
        not exercised
        and (evalish >= 3 or (evalish >= 2 and goals >= 2))
        and not re.search(r"since last|tolerated (?:tx|treatment)|last visit|visit #?\d", norm)
    ):
        return "evaluation"
    if (
        not exercised
        and re.search(r"\bre-?eval in\b|findings consistent with|good rehab potential|new (?:pt|patient)|positive (?:hawkins|neer)", norm)
        and re.search(r"\bplan\b", norm)
        and therapy
        and not re.search(r"follow ?up", head)
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
        len(_SLP.findall(norm)),
        len(_OT.findall(tail)) * 3,
        len(re.findall(r"(?:, ?|\b)(?:dpt|pta|mpt)\b|, ?pt\b|\bpt$|\bpt\n|\w+ pt[\s,#]", tail)) * 2,
    )
    head = norm[:200]
    if re.search(r"\bot\b|occupational", head):
        ot += 4
    if re.match(
        r"\W*(?:outpatient |home health |snf |inpatient )?(?:physical therapy|pt) (?:initial|daily|eval|progress|discharge|treatment|visit|re-?eval)",
        norm,
    ):
        pt += 4
    if re.match(
        r"\W*(?:outpatient |home health |snf |inpatient )?(?:occupational therapy|ot) (?:initial|daily|eval|progress|discharge|treatment|visit|re-?eval)",
        norm,
    ):
        ot += 4
    if re.search(r"physical therapy|\bpt (?:daily|eval|treatment|progress|note|visit|discharge)|outpt|dpt", head):
        pt += 4
    if re.search(r"\bOT\b", text):
        ot += 1
    if re.search(r"\bcontinue (?:skilled )?ot\b|discharged from ot|occupational therapy", norm):
        ot += 2
    if re.search(r"physical therapy|\bcontinue (?:skilled )?pt\b|\bskilled pt\b", norm):
        pt += 2
    if slp >= 2 and slp > max(ot, pt) / 2:
        return "SLP"
    if ot == pt:
        o, p = len(_OT_CONTENT.findall(norm)), len(_PT_CONTENT.findall(norm))
        return "OT" if o > p * 1.2 and o >= 2 else "PT"
    return "OT" if ot > pt else "PT"
