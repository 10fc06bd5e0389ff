"""Findings that are not among the eleven labels: diagnoses, HEP, plan and progression statements."""

from __future__ import annotations

import re

from therex.nlp.context import Context
from therex.types import Mention

_REASON = re.compile(
    r"(?:\bdx\b|diagnos\w*|referred (?:for|to|secondary|due)|referral|here for|presents? with|s/p|status post|post[- ]?op|reason for|following|after|chief complaint|c/o|impression|treated for|management of|treatment of|seen for|therapy for|eval(?:uation)? for|with history of|weeks? (?:out|from|s/p)|sustained|suffered)[^.;\n]{0,60}$"
)
_COMPLAINTS = re.compile(
    r"(?:pain|lbp|weakness|deconditioning|dizziness|fall|headache|hypotonia|unsteadiness on foot|difficulty walking|gait abnormality|vertigo|prolapse|lumbago|ache)s?$"
)
_POSTOP = re.compile(r"\bpost[- ]?op\b|\bpostoperative\b|\bs/p\b|status post|\bweeks? (?:post|out|after)|days? post")
_HEP = re.compile(
    r"\b(?:hep|home exercise program|home program|home exercises?|home ex(?:s|\.)?|home exercise|exercises at home|homework|home programme|(?:does|doing|did|do) (?:them|these|all of them|(?:her|his|their|the) (?:exercises?|stretches|program))(?: all)? (?:every day|daily|nightly|every (?:morning|night)|on (?:her|his|their) own|at home))\b"
)
_HEP_CONTENT = re.compile(
    r"\b(?:added|add|updated? (?:with|to include)|issued|given|taught|showed|shown|handout|printed|written|log|days|daily|x ?/ ?day|times? (?:a|per) day|x/day|/wk|x a day|compliant|complian\w+|adheren\w+|return demo|teach|photo|video|includes?|consists?|progressed|reduced|increased|independent with|every|nightly|morning|most days|twice|once|sheet|app|skipp\w+|missed|forgot|not done|hasn't|performing|trouble|correct)\b"
)
_PLAN_NEXT = re.compile(
    r"\b(?:next (?:visit|session|tx|time|treatment|week|appt)|progress (?:to|with|from|resistance|strengthening|[a-z]+ing|[a-z]+ (?:to|when|as|if))|add(?:ing)?\b|advance (?:to|with)|begin|start|initiate|trial|re-?(?:assess|check|test|measure|eval\w*)|recheck|decrease (?:frequency|to)|increase (?:to|resistance|reps|load|hold|weight)|d/c |discharge|transition|wean|lower|raise|move to|introduce|focus on|hold|when|until|if |once |follow[- ]?up (?:in|with|on)|see (?:again|him|her|pt)|return (?:in|to (?:clinic|md|office|surgeon|dr))|refer|contact|call|trial of|address|work on|work toward|continue (?:with (?!(?:the )?(?:poc|plan|per|current|pt|ot|skilled|established|therapy)\b)|(?!with\b)(?!(?:poc|plan|per|current|pt|ot|skilled|as|therapy|to benefit)\b))[a-z]+)"
)
_PLAN_STOCK = re.compile(
    r"\b(?:cont(?:inue)?\.? (?:with |w/ |per |current |as per |the |established )*(?:poc|plan of care|plan|program|treatment approach|treatment plan|care|skilled (?:pt|ot|therapy)|pt|ot|therapy|tx|treatment)(?:\b)|same plan|same (?:again )?next (?:week|visit|time|session)|progress(?:ed|ing)? (?:as|per) (?:tol\w*|able|indicated|appropriate|poc)|as planned|per poc|next app(?:oin)?t(?:ment)?|see (?:again|next)|will continue)\b"
)
_PROGRESSED = re.compile(
    r"\b(?:progressed (?:to|from|with|resistance|reps|weight|load|exercise|program|her|his|by|standing|hip|step)|regressed|advanced (?:to|from|with|her|his|program)|upgraded|downgraded|increased (?:to|from|resistance|weight|reps|load|height|hold|time|speed|band|by|the|her|his|level|distance)|decreased (?:to|from|resistance|weight|reps|load|height|the load|assist(?:ance)? to)|reduced (?:to|from|load|weight|resistance|reps)|dropped (?:to|from|back)|cut (?:back|to|down)|backed off|moved (?:up )?(?:to|from)|switched (?:to|from)|changed (?:to|from)|up (?:\d+ ?\w* )?from (?:\d|mon|tues|wednes|thurs|fri|last)|loads? (?:is |are |was )?up\b|cut from|dropped from|down from \d+ ?(?:lb|#|reps|sets|in|\")|back to \d+ ?(?:lb|#)|quit after|replaced with|added (?!to)|new(?:ly)? (?:exercise|added|today)|introduced|started (?:on |today|with)|initiated|lowered|raised|added today|first time (?:with|on|for)|went (?:up|from)|stepped (?:up|down)|load(?:ed)? (?:up|increased)|stg \d? ?met|goal met|goals? (?:updated|revised|upgraded)|met today|discontinued|resumed|reintroduced|modified|held (?:due|because|secondary|for|today)|on hold|not (?:yet )?(?:ready|progressed|advanced)|did not (?:progress|advance)|no progression|kept (?:at|the|load|same)|(?:→|->) ?\d+ ?(?:lb|#)|\d ?(?:→|->|to) ?\d+ ?(?:lb|#|sets)|weaned|progression (?:to|from|of)|progressing (?:to|from)|final progression|graduated to|cleared for|(?:is|are) new\b|new (?:today|this visit|since)|up (?:a|one|two|\d+) ?(?:pounds?|lbs?|#|kg|level|notch)|up from \d|(?:\d+ ?(?:#|lb|lbs|pounds?)|\w+ pounds?) more than (?:last|previous)|load \+ ?\d|dropped (?:the|her|his) \w+ (?:support|hand|cane)|less than last (?:visit|time|week)|(?:used|needed) \w+ (?:\w+ ){0,2}last (?:week|visit|time)|last week (?:she|he) needed|taken away (?:after|because|as)|rest cut|\((?:was|up from|down from) \d|\(\d+ ?(?:#|lbs?|mph|kg) (?:last|on \d|\d{1,2}/\d)|(?:height|load|band|weight|box|step|pillows?|incline|speed|seat|cuff|reps|sets)\b[^.;,\n]{0,24}\b(?:down|up) (?:a |one )?(?:from|to)\b|\b(?:was|were) \d ?x ?\d+|(?:were|was) new\b)"
)
_PROGRESS_STOCK = re.compile(
    r"\b(?:progress(?:ed|ing|es)? (?:as tolerated|well|toward|towards|nicely|slowly|as expected|with|steadily)|making (?:good |steady )?(?:progress|gains)|improv(?:ing|ement) (?:noted|overall)|progress (?:as|per)|to progress|will (?:progress|advance|add|increase)|good progress|advance (?:as|hep|next)|progress (?:to|next)|next (?:visit|session|plan)|upgrade next|increase next|add )\b"
)
_GROUP = re.compile(
    r"\b(?:group|class|participants?|other (?:patients?|pts?|residents?|clients?)|another (?:patient|pt|resident|client)|concurrent(?:ly)?|shared session|double booked)\b"
)


def read_mentions(ctx: Context) -> list[Mention]:
    """Every mention, in text order within its kind."""
    out: list[Mention] = []
    out += _conditions(ctx)
    out += _diagnosis_fields(ctx)
    norm = ctx.surface.norm
    for kind, pattern in (("hep", _HEP), ("progressed", _PROGRESSED), ("progress_stock", _PROGRESS_STOCK), ("postop", _POSTOP)):
        for m in pattern.finditer(norm):
            if kind == "progressed" and _in(ctx, m.start(), "plan", "goals", "subjective", "history", "hep"):
                if not (_in(ctx, m.start(), "goals", "hep", "plan") and re.search(r"met|added|upgraded|updated|progressed", m[0])):
                    continue
            out.append(Mention(kind, m.start(), m.end(), f"rule:{kind}"))
    for s in ctx.sentences:
        body = norm[s.start : s.end]
        if _HEP.search(body) or _in(ctx, s.start, "hep"):
            rest = _HEP.sub("", body)
            if _HEP_CONTENT.search(body if "every" in body else rest) and len(rest.split()) >= 2:
                out.append(Mention("hep_content", s.start, s.end, "rule:hep_content"))
            elif _in(ctx, s.start, "hep"):
                out.append(Mention("hep", s.start, s.end, "rule:hep"))
        planned = _in(ctx, s.start, "plan") or re.search(
            r"\bplan\b[,:]|\bplan is\b|\bnext (?:visit|session|tx|time|week)\b|\bwill (?:add|progress|begin|start|trial|increase|continue|reassess)\b|\b(?:tomorrow|see (?:again|him|her))\b|\bnext appt\b|\b(?:return|back|see you) (?:on )?(?:mon|tues?|wed|thur?s?|fri|sat)\w*|^(?:- )?cont(?:inue)?\b|\btill next\b|^continue|^(?:cont|rtc|see|follow|f/u)\b|\b(?:cont|continue)\.?\s*$|\bonce (?:she|he|pt)\b",
            body,
        )
        if planned:
            stock = _PLAN_STOCK.search(body)
            rest = _PLAN_STOCK.sub("", body) if stock else body
            rest = re.sub(r"^\W*(?:plan|p|next plan|plan of care|follow up|recommendations?)\W+", "", rest)
            if _PLAN_NEXT.search(rest) and not re.fullmatch(r"\W*see (?:again )?\w*\W*", rest.strip()):
                out.append(Mention("plan_specific", s.start, s.end, "rule:plan"))
            elif stock or rest.strip(" .:,"):
                out.append(Mention("plan_stock", s.start, s.end, "rule:plan"))
    for m in re.finditer(
        r"\b(?:see(?:n)? (?:attached )?flow ?sheet|per flow ?sheet|pt tx|ot tx|treatment per poc|see (?:exercise )?log|per protocol)\b",
        norm,
    ):
        out.append(Mention("unnamed_treatment", m.start(), m.end(), "rule:unnamed_treatment"))
    for m in re.finditer(
        r"\b(?:skilled (?:pt|ot|therapy|services?|intervention|care|treatment|cueing|physical therapy|occupational therapy)|(?:vc|cues?|v/c|tc)'?s? (?:as needed|prn|provided|given)|instructed in (?:exercises?|hep|ther ex)|medically necessary)\b",
        norm,
    ):
        out.append(Mention("skill_claim", m.start(), m.end(), "rule:skill_claim"))
    return out


def _in(ctx: Context, position: int, *kinds: str) -> bool:
    for section in ctx.sections:
        if section.start <= position < section.end:
            return section.kind in kinds
    return "" in kinds


def _conditions(ctx: Context) -> list[Mention]:
    out = []
    norm = ctx.surface.norm
    for k, u in enumerate(ctx.units):
        if "condition" not in u.cats or ctx.kinds[k] in ("goals", "medications"):
            continue
        before = norm[max(0, u.start - 70) : u.start]
        reason = (
            bool(_REASON.search(before))
            or ctx.kinds[k] == "diagnosis"
            or bool(re.search(r"[,;][^.;\n]{0,40}$", before) and _REASON.search(norm[max(0, u.start - 140) : u.start]))
        )
        complaint = bool(_COMPLAINTS.search(u.word))
        if ctx.kinds[k] == "history" and not reason:
            continue
        if re.search(
            r"\b(?:no|denies|negative for|without|risk of|prevent|r/o|h/o|history of|hx of|fear of|since|0|zero)[ a-z]{0,12}$", before
        ) and not re.search(r"\bdx\b|diagnos", before):
            continue
        if u.word in (
            "acl",
            "pcl",
            "mcl",
            "lcl",
            "ucl",
            "fusion",
            "strain",
            "sprain",
            "fall",
            "falls",
            "burn",
            "cp",
            "pd",
            "ms",
            "ra",
            "mi",
            "oa",
            "decompression",
            "dislocation",
            "fracture",
            "contusion",
            "migraine",
            "ucl",
            "dementia",
            "hemiparesis",
            "hemiplegia",
        ):
            if (
                u.word in ("ms", "mi", "ra", "cp", "pd", "fall", "falls", "burn")
                and not reason
                and ctx.surface.text[u.start : u.end].islower()
            ):
                continue
        out.append(Mention("complaint" if complaint and not reason else "condition", u.start, u.end, "lexicon:condition"))
    for m in re.finditer(r"\b[a-tv-z]\d{2}(?:\.\d[a-z0-9]{0,3})?\b(?![/°'\"])", norm):
        if m[0][0] in "mszrgnijtfdqpcehk" and (len(m[0]) >= 5 or re.search(r"dx|diag|icd", norm[max(0, m.start() - 60) : m.start()])):
            out.append(Mention("condition", m.start(), m.end(), "rule:icd"))
    return out


def _diagnosis_fields(ctx: Context) -> list[Mention]:
    """A field for the diagnosis that holds words: whatever stands there is the condition."""
    out = []
    for s in ctx.sections:
        if s.kind == "diagnosis":
            body = ctx.surface.norm[s.body : min(s.end, s.body + 80)].split("\n")[0].strip(" .:,;-")
            if re.search(r"[a-z]{4}", body) and not re.match(r"(?:none|n/a|unknown|see|pending|same)\b", body):
                out.append(Mention("condition", s.body, min(s.end, s.body + len(body) + 1), "rule:diagnosis_field"))
    return out
