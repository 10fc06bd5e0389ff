"""Findings that are not among the eleven labels: diagnoses, dates, signatures, HEP, plan and progression statements."""

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
_CRED = r"(?:PTA|DPT|MSPT|MPT|PT|OTR/?L?|OTD|COTA/?L?|OT/L|MOT|MSOT|OT|CHT|OCS|NCS|GCS|SCS|WCS|PCS|ATC|LPT|LPTA|RPT|CCC-SLP|SLP|SPT|OTAS|PT, ?DPT|DC|MD|DO|RN|PA-C|NP|L\.?Ac)"
_NAME = r"(?:(?:Dr\.? )?[A-Z][A-Za-zÀ-ÿ'’.-]*(?:[ ][A-Z](?:\.|[A-Za-zÀ-ÿ'’-]+)?){0,3}|\[[A-Z][A-Z _/-]{0,60}\]|(?<!_)_{3,80}|(?<!\*)\*{3,80}|\[redacted\])"
SIGNED = re.compile(rf"(?P<name>{_NAME})[ ]*(?:,|-|/|\()?[ ]*(?P<cred>{_CRED})(?![A-Za-z])")
_PLACEHOLDER_SIGN = re.compile(r"(?i)(?:signed|signature|therapist|clinician|provider)[^\n]{0,20}(?:\[[^\]\n]{1,80}\]|\*{2,}|_{4,})")
_INITIALS = re.compile(r"(?:^|\n|[ ]{2,})[ ]*(?P<in>[A-Z]\.?[A-Z]\.?(?:[A-Z]\.?)?)[ ]*$")
_SIGN_WORD = re.compile(
    r"(?i)(?:electronically |e-?)?sign(?:ed|ature)(?: by)?:?[ ]*(?P<rest>[^\n]{0,60})|dictated by:? *(?P<d>[^\n.]{0,50})|documented by:? *(?P<doc>[^\n.]{0,50})"
)
_DATE_LABEL = re.compile(
    r"(?:\bdate(?: of (?:service|visit|treatment|encounter|tx|session|evaluation|eval))?|\bdos|\bd\.o\.s\.?|visit date|service date|session date|treatment date|tx date|encounter date|seen on|seen|dated|today is|today's date|date of (?:this|today's) (?:evaluation|visit|session|note),?|today,?|this is \w+(?: \w+)? on(?: the)?|\bvisit|note for|(?:pt|ot|daily|treatment|progress|clinic)? ?note|for date)[ ]*(?:[:#=\-,.]|is)?[ ]*$"
)
_OTHER_DATE = re.compile(
    r"(?:dob|birth|onset|doi|injury|surgery|sx|s/p|eval\w*|since|by|soc|start of care|referral|order|from|last|next|until|on|signed|cert\w*|poc|goal|prior|of|admit\w*|fell|mri|x-?ray|post-?op|through|thru|return|f/u|op|dc|d/c|seen)[ ]*(?:date)?[ ]*[:(#]?[ ]*$"
)
_PLACE_DATE = re.compile(
    r"(?i)\b(?:date(?: of service)?|dos)\b[ ]*[:#]?[ ]*(\[[^\]\n]{1,60}\]|\*{2,}[^\s]{0,40}|_{3,}|<[^>\n]{1,60}>|xx/xx/\w+)"
)
# as `therex redact` leaves it
_REDACTED_DATE = re.compile(r"\[date [a-z]{1,3}\]")
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
    out += _dates(ctx)
    out += _signatures(ctx)
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


_ORDINALS = "(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|twenty[ -]\\w+|thirty[ -]first)"


def _diagnosis_fields(ctx: Context) -> list[Mention]:
    """A field for the diagnosis that holds words: whatever stands there is the condition."""
    out = []
    for s in ctx.sections:
        if s.kind == "diagnosis":
            body = ctx.surface.norm[s.body : min(s.end, s.body + 80)].split("\n")[0].strip(" .:,;-")
            if re.search(r"[a-z]{4}", body) and not re.match(r"(?:none|n/a|unknown|see|pending|same)\b", body):
                out.append(Mention("condition", s.body, min(s.end, s.body + len(body) + 1), "rule:diagnosis_field"))
    return out


def _dates(ctx: Context) -> list[Mention]:
    out = []
    norm = ctx.surface.norm
    for m in _PLACE_DATE.finditer(ctx.surface.text):
        out.append(Mention("service_date", m.start(1), m.end(1), "rule:date.placeholder"))
    first = re.match(r"\W*(\d{1,2}[-/.]\d{1,2})(?=[ :,\n-]+[a-z])(?! *(?:wk|week|x|/|sets?|reps?))", norm)
    if first and 1 <= int(re.split(r"[-/.]", first[1])[0]) <= 12:
        out.append(Mention("service_date", first.start(1), first.end(1), "rule:date.first"))
    for m in re.finditer(
        r"\b(?:on )?(?:the )?(?:\d{1,2}(?:st|nd|rd|th)|" + _ORDINALS + r") of (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*",
        norm[:160],
    ):
        out.append(Mention("service_date", m.start(), m.end(), "rule:date.said"))
    for m in re.finditer(r"\bdos[ :]*([o0-3]?[o\d][/-][o0-3]?[o\d][/-]\d{2,4})", norm):
        out.append(Mention("service_date", m.start(1), m.end(1), "rule:date.scanned"))
    for k, u in enumerate(ctx.units):
        q = u.quantity
        if q is None or q.kind not in ("date", "month_date", "score"):
            continue
        before = norm[max(0, u.start - 45) : u.start].split("\n")[-1]
        if q.kind == "score":
            # a month and day without a year
            if len(q.numbers) != 2 or not (1 <= q.numbers[0] <= 12 and 1 <= q.numbers[1] <= 31) or "/" not in u.word:
                continue
            if not (_DATE_LABEL.search(before) or _line_edge(ctx, k)):
                continue
        out.append(Mention(_kind_of_date(before, u.start, len(norm)), u.start, u.end, "rule:date", {"raw": u.word}))
    for m in _REDACTED_DATE.finditer(norm):
        before = norm[max(0, m.start() - 45) : m.start()].split("\n")[-1]
        out.append(Mention(_kind_of_date(before, m.start(), len(norm)), m.start(), m.end(), "rule:date.redacted", {"raw": m[0]}))
    return out


def _kind_of_date(before: str, start: int, length: int) -> str:
    """Whose date it is, by what stands before it on its line, and by its place in a note of `length` characters."""
    if _DATE_LABEL.search(before):
        return "service_date"
    if (
        re.search(r"(?:signed|signature|by|pt|dpt|pta|ota|otr/l|cota/l|cht|ncs|ocs|\bl)[^\n]{0,40}$", before)
        and start > length * 0.6
        and not _OTHER_DATE.search(before.replace("on ", ""))
    ):
        return "signed_date"
    if start < 70 and re.search(r"\beval\w*[ ,:-]*$", before):
        return "service_date"
    if _OTHER_DATE.search(before):
        return "date"
    if start < 160 and before.count(" ") <= 10 and not re.search(r"\b(?:dx|s/p|onset|doi|dob|surgery|lives|fell|injur)\b", before):
        return "service_date"
    return "date"


def _line_edge(ctx: Context, k: int) -> bool:
    """A bare month and day at the head of the note or at the end of its last line, as in a signature."""
    u = ctx.units[k]
    return (u.start < 40 and ctx.surface.norm[: u.start].strip() == "") or (k >= len(ctx.units) - 2 and u.start > 60)


def _signatures(ctx: Context) -> list[Mention]:
    text = ctx.surface.text
    out = []
    n = len(text.rstrip())
    tail = max(0, n - max(260, n // 4))
    for m in _SIGN_WORD.finditer(text):
        rest = next((g for g in m.groups() if g), "") or ""
        full = text[m.start() : m.end()]
        if re.search(
            r"(?i)signed and|will be signed|services were documented and signed|unsigned|not signed|signature on file|pending", full
        ):
            continue
        if SIGNED.search(rest) or (rest.isupper() and re.search(rf"\b{_CRED}\b", rest)):
            out.append(Mention("signature", m.start(), m.end(), "rule:signature.line"))
        elif rest.strip() and re.search(r"[A-Z\[]", rest):
            out.append(Mention("signature_weak", m.start(), m.end(), "rule:signature.name"))
    for m in SIGNED.finditer(text):
        line_start = text.rfind("\n", 0, m.start()) + 1
        line_end = text.find("\n", m.end())
        line_end = n if line_end < 0 else line_end
        lead = text[max(line_start, m.start() - 300) : m.start()]
        name = m["name"]
        if re.search(
            r"(?i)dr\.?$|referr|physician|md:|ordering|cc:|lead:|scheduled|seen by md|with therapist|appointment|by dr|established by|poc by|surgeon|eval(?:uating|uation)? by|primary (?:pt|ot)|provided by|available",
            lead[-60:],
        ):
            continue
        if (
            m["cred"] in ("MD", "DO", "PA-C", "NP", "DC")
            and "sign" not in lead.lower()
            and text[m.end() : line_end].strip(" .") + text[line_start : m.start()].strip()
        ):
            # a physician named in passing; a line of its own at the foot is a signature
            continue
        if name.lower() in (
            "the",
            "skilled",
            "continue",
            "outpatient",
            "home",
            "cont",
            "pt",
            "ot",
            "daily",
            "therapist",
            "by",
            "to",
            "hh",
            "outpt",
            "snf",
            "inpatient",
            "acute",
            "time",
            "for",
            "per",
            "received",
            "discharge",
            "with",
        ):
            continue
        if re.search(
            r"(?:Outpatient|Daily|Continue|Cont|Skilled|Home Health|Inpatient|Pediatric|SNF|Acute|Initial|Hand|PHYSICAL|OUTPATIENT|HOME HEALTH|IRF|DAILY|SKILLED|RESPONSE|AND|THE|FROM|NOTE)$",
            name,
        ) or (m["cred"] in ("PT", "OT") and re.search(r"(?i)\b(?:eval|note|treatment|daily|visit)", text[m.end() : m.end() + 14])):
            continue
        if (
            m.start() >= tail
            or (len(lead.strip()) == 0 and line_end - m.end() < 45 and m.start() > n * 0.3)
            or re.search(r"(?i)therapist|clinician|provider|signed|by:?$|treating", lead)
        ):
            out.append(Mention("signature", m.start(), m.end(), "rule:signature.name_credential"))
    for m in _PLACEHOLDER_SIGN.finditer(text):
        cred = re.search(rf"\b{_CRED}\b", text[m.start() : m.end() + 25])
        out.append(Mention("signature" if cred else "signature_weak", m.start(), m.end(), "rule:signature.placeholder"))
    if not out:
        m2 = _INITIALS.search(text.rstrip()[-40:])
        if m2 and n > 40:
            start = n - len(text.rstrip()[-40:]) + m2.start("in")
            out.append(Mention("signature_weak", start, start + len(m2["in"]), "rule:signature.initials"))
        else:
            last = text.rstrip().rsplit("\n", 1)[-1].strip()
            offset = n - len(last)
            if re.fullmatch(rf"[-–—/ ]*{_CRED}", last) or re.fullmatch(r"[-–—~ ]*[A-Z][a-z]+ [A-Z][a-z]+", last):
                out.append(Mention("signature_weak", offset, n, "rule:signature.part"))
    return out
