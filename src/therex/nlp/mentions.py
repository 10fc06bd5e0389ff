"""What a patient is treated for: diagnoses and complaints, which are none of the eleven labels."""

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
