"""Elements about the patient: condition, impairment, limitation, goal, measures."""

from __future__ import annotations

import re

from therex.elements.evidence import HasRange, element, text_of
from therex.types import Element, Minutes, NoteView, Range, Span

BODY = re.compile(
    r"\b(?:knee|hip|ankle|foot|heel|toe|shoulder|shld|elbow|wrist|hand|finger|thumb|dip|pip|mcp|neck|cervical|back|lumbar|thoracic|trunk|core|quad\w*|ham\w*|glut\w*|calf|gastroc\w*|rotator cuff|scap\w*|jaw|tmj|pelvic|le|ue|ble|bue|rle|lle|rue|lue|leg|arm|l/s|c/s|t/s|er|ir|grip|pinch|abductors?|hemi\w+|upper trap\w*|extremit\w+|plantar|patell\w*|quads|thigh|forearm|bicep\w*|tricep\w*|delt\w*|rib|spine|spinal|balance|gait|stance|step|rotators|buttock|groin|flex\w*|ext\w*|abd\w*|vestibular|vor|grasp|extensor\w*|dorsiflex\w*|scar|limb|chest|bladder|urinary|pelvis)\b"
)
_SELF_PLACED = re.compile(
    r"\b(?:lag|antalgic|trendelenburg|foot ?drop|hemipar\w+|hemipleg\w+|headaches?|dizz\w+|vertigo|winging|kypho\w+|forward head|effusion|leak\w*|incontinen\w+|retropuls\w+|freez\w+|froze|shuffl\w*|shortness of breath|sob|short of breath|dyspnea|desat\w*|tremor|lymphedema|edema|posture|unsteady|balance|sciatic\w*|bears? down|breath hold\w*|step-to|short step|stance|neglect|inattention|ataxi\w+|spastic\w+|aphasia|fine motor|coordination|slouch\w*)\b"
)
_VAGUE_ONLY = re.compile(
    r"^(?:(?:general(?:ized)?|overall|increased|mild|moderate|severe|some|chronic|the|decreased|decr|impaired|poor|limited|reduced) )*(?:weak(?:ness)?|pain|stiff(?:ness)?|decondition\w*|debility|fatigue\w*|endurance|strength|rom|range of motion|mobility|activity tolerance|deficits?|symptoms?|sx|discomfort|soreness|tightness|swelling|flexibility|balance)$"
)
_REASON_BODY = re.compile(
    r"\b(?:knee|hip|ankle|foot|shoulder|shld|elbow|wrist|hand|thumb|neck|low back|back|lumbar|cervical|leg|arm|uppers?|r le|l le|pelvic|jaw)\b"
)
_PT_VAGUE = re.compile(r"\b(?:here for (?:pt|ot|therapy)|pt here for|post-?op|surgery|s/p)\b")


_OPENING = re.compile(
    r"(?:\b(?:cc|c/c|c/o|complains? of|complaining of|chief complaint|here for|seen for|referred for|reason for (?:visit|referral|therapy)|presents? (?:with|for))\b:?[^.\n]{0,40})$"
)


def _opens(view: NoteView, found: HasRange) -> bool:
    """Whether a complaint is named as the reason for the visit."""
    return _OPENING.search(view.low[max(0, found.start - 70) : found.start]) is not None


def condition(view: NoteView, minutes: Minutes) -> Element:
    """A diagnosis, a surgery, or a body part with its symptom as the reason for therapy."""
    found = view.mentioned("condition")
    if found:
        return element("condition", "present", found)
    complaints = view.mentioned("complaint")
    opening: list[HasRange] = [m for m in complaints if _opens(view, m)]
    opening = opening or [
        s for s in view.of("IMPAIRMENT") if s.assertion == "affirmed" and _REASON_BODY.search(text_of(view, s)) and _opens(view, s)
    ]
    if opening:
        return element("condition", "present", opening[:3])
    if complaints:
        return element("condition", "weak", complaints)
    post = view.mentioned("postop")
    placed = [s for s in view.of("IMPAIRMENT") if s.assertion == "affirmed" and _REASON_BODY.search(text_of(view, s))]
    if post or placed:
        shown: list[HasRange] = [*post, *placed]
        return element("condition", "weak", shown[:3])
    body = _REASON_BODY.search(view.low)
    if body and (view.of("IMPAIRMENT") or view.of("MEASURE") or view.of("SERVICE")):
        return element("condition", "weak", [Range(body.start(), body.end())])
    return element("condition", "missing")


def impairment(view: NoteView, minutes: Minutes) -> Element:
    """At least one specific deficit; a bare test with place and degree counts."""
    spans = [s for s in view.of("IMPAIRMENT") if s.assertion == "affirmed"]
    specific = [s for s in spans if _specific(text_of(view, s))]
    tests = [m for m in view.of("MEASURE") if _deficit_test(text_of(view, m))]
    if specific or tests:
        return element("impairment", "present", specific or tests)
    if spans:
        return element("impairment", "weak", spans)
    rom = [m for m in view.of("MEASURE") if re.search(r"\b(?:a?rom|strength|pain|single[- ]leg|balance)\b", text_of(view, m))]
    return element("impairment", "weak" if rom else "missing", rom)


def _specific(text: str) -> bool:
    if _VAGUE_ONLY.match(text.strip()):
        return False
    return bool(BODY.search(text) or _SELF_PLACED.search(text) or re.search(r"\d", text)) or len(text.split()) >= 4


def _deficit_test(text: str) -> bool:
    if not BODY.search(text) or (re.search(r"pain|vas|nprs|tug|bp\b|hr\b|spo2", text) and not re.search(r"rom|flex|ext", text)):
        return False
    grades = re.findall(r"([0-5])\s*([+-]|plus|minus)?\s*(?:/|out of)\s*(?:5|five)\b", text)
    if grades:
        return any(not (g == "5" and sign not in ("-", "minus")) for g, sign in grades)
    return (
        bool(re.search(r"\d+ ?(?:°|deg)|°|\bdegrees\b", text))
        or bool(re.search(r"\b(?:flex\w*|ext\w*|abd\w*|er|ir|rotation)\b.{0,8}\d", text))
        or bool(
            re.search(
                r"(?:three|four|two|one)\b.{0,12}\bout of five|(?:ty|dred|teen)\b.{0,12}degrees|\b(?:forty|fifty|sixty|seventy|eighty|ninety|hundred)\b",
                text,
            )
        )
    )


_VAGUE_ACT = re.compile(
    r"\b(?:adls?|iadls?|daily (?:activities|tasks|living)|functional (?:activities|mobility|tasks|activity)|function|activities|activity|household|mobility|participation|any work|work|hobbies)\b"
)
NAMED_ACT = re.compile(
    r"\b(?:stairs?|steps?|walk(?!ers?\b)\w*|amb\w*|gait|sit|stand\w*|transfer\w*|bed|chair|dress\w*|shirt|sock\w*|shoe\w*|bath\w*|shower\w*|toilet\w*|reach\w*|lift\w*|carry\w*|sleep\w*|driv\w*|cook\w*|clean\w*|vacuum\w*|jar\w*|key\w*|door\w*|fork|cup|writ\w*|typ\w*|run\w*|jog\w*|jump\w*|squat\w*|kneel\w*|bend\w*|shelf|shelves|overhead|golf|car|tub|couch|mailbox|curb|floor|groom\w*|feed\w*|eat\w*|hair|bra|button\w*|laundry|groceries|grocery|desk|computer|turn\w*|throw\w*|pitch\w*|swim\w*|play\w*|child|grand\w+|school|sit\w*|roll\w*|rise|rising|getting|supine|push\w*|pull\w*|cough\w*|sneez\w*|intercourse|chew\w*|crawl\w*|climb\w*|grip\w*|hold\w*|pour\w*|open\w*|cut\w*|pen|garden\w*|mow\w*|aisles?|blocks?|ladder\w*|job|duties|lane|dog|church|yard|kitchen|dish\w*|sup|w/c|pants|coat|back pocket|seat ?belt|scissors|cough|recliner|laugh\w*|put\w*|leave\w*|home|commode|meal\w*|sew\w*|knit\w*|tennis|pickleball|dance|dancing|wash\w*|brush\w*|cop(?:y|ies|ying)|gloves?|hik(?:e|es|ing)|sprint\w*|soccer|sports?|screens?|drink\w*|shav\w*|wheel|releas\w*|toothbrush|spoon|toys?|crib|sink|holes|fasten\w*|comb\w*|pick\w*|read\w*|rid(?:e|es|ing)|bike|shop\w*|store|bus|truck|tools?|stove|knobs?|zipper\w*|bottles?|phone|keyboard|guitar|piano|travel\w*|look\w*|blind spot|trails?|table|homework|handwriting|combs|landing|land|kick\w*|catch\w*|fall\w*|nap\w*|recreation\w*|hook\w*|work\w*|pants|buckl\w*|plate|mug|pan|pot|pitcher|jug|luggage|suitcase|stroller|baby|toddler|infant|pet|leash|kneel\w*|crouch\w*|ladders?|sofa|doorways?|curbs?|cycl\w*|meetings?|strid\w*|pivot\w*|class(?:room)?|bathroom|bleachers|pews?|pharmacy|counter|fly|flying|commut\w*|shift|gym|deli|market|pantry|hop\w*|trunk|steering|scroll\w*|choir)\b"
)
_HOW = re.compile(
    r"\b(?:unable|cannot|can'?t|couldn'?t|not able|min|mod|max|cga|sba|assist\w*|supervision|contact guard|total a|dependent|s/u|help\w*|one at a time|only|stops?|rail|limited to|\d+|two|three|ten|twenty|thirty|after|before|before|without|w/o|furniture|wakes?|minutes?|feet|blocks?|modified|difficulty|pain\w*|avoid\w*|limit\w*|impair\w*|decreas\w*|hard\w*|trouble|struggl\w*|must|prevents?|still|needs?|requires?|requir\w*|slow\w*|leak\w*|weak\w*|return\w*|inability|relies|aggravat\w*|problem\w*|restricted|used?|using|bad|able|challeng\w*|interfer\w*|hurts?|freez\w*|takes?|gave up|given up|no longer|percent|half|yet|grabs?|tires?|sideways|out)\b"
)
_AID_ONLY = re.compile(
    r"^(?:still |now |currently )?(?:using|uses|ambulat\w+ with|walking with|w/|with|walks with)? ?(?:a |the )?(?:single[- ]point cane|spc|rw|fww|walker|cane|rollator|crutches|wheelchair|ad|assistive device|boot|brace|sling)(?: in the house| at home| outside)?$"
)
_HARD_ONLY = re.compile(
    r"^(?:difficulty|trouble|hard time|problems?) (?:with |w/ )?(?:sleeping|stairs|walking|standing|sitting|lifting|reaching|dressing|bathing|driving|running|squatting|bending)$|are still the hardest|^pain with adls?$"
)


def functional_limitation(view: NoteView, minutes: Minutes) -> Element:
    """A named activity with how it is limited; an aid alone, or activities in general, is weak."""
    spans = [s for s in view.of("LIMITATION") if s.assertion == "affirmed"]
    strong = [s for s in spans if _limits(text_of(view, s))]
    if strong:
        return element("functional_limitation", "present", strong)
    return element("functional_limitation", "weak" if spans else "missing", spans)


def _limits(text: str) -> bool:
    text = text.strip()
    if _AID_ONLY.match(text) or _HARD_ONLY.search(text):
        return False
    rest = _VAGUE_ACT.sub(" ", text)
    if _CANNOT.search(rest):
        return True
    if not NAMED_ACT.search(rest):
        return False
    return bool(_HOW.search(text))


_CANNOT = re.compile(
    r"\b(?:can'?t|cannot|can not|won'?t|unable to|not able to|couldn'?t) (?!perform\b|do\b|complete\b|participate)[a-z]{3,}"
)
_DEADLINE = re.compile(
    r"\bby (?:\d{1,2}/\d|\[date |(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|discharge|d/c|surgery)|\bin \d+ (?:wks?|weeks|visits)"
)
_CAPACITY_ONLY = re.compile(
    r"\b(?:strength\w*|stronger|rom|range|motion|flexion|extension|pain|endurance|balance|flexib\w*|swelling|edema|tone|mmt|grade|degrees|function|mobility|tolerance)\b|\d/5|°"
)
_CRITERION = re.compile(
    r"\d|\[date |\b(?:independent\w*|mod(?:ified)? i\w*|sba|cga|supervision|without (?:pain|assist\w*|difficulty|rail|ad|loss|lob|device|cues?|increase|symptoms?|limitation|restrictions?|compensation|stopping|help|leak\w*)|no (?:pain|lob|leak\w*|symptoms|dizz\w+|assist\w*|cues?|rail|sx)|w/o|pain[- ]free|min a|one|two|three|five|ten|all|full|safely|trials?|unlimited|step[- ]over[- ]step|reciprocal\w*|entire)\b"
)
_TASK = NAMED_ACT


def goal(view: NoteView, minutes: Minutes) -> Element:
    """Patient, task and a measurable criterion."""
    spans = view.of("GOAL")
    strong = [s for s in spans if _measurable(text_of(view, s))]
    if strong:
        return element("goal", "present", strong)
    return element("goal", "weak" if spans else "missing", spans)


def _measurable(text: str) -> bool:
    due = bool(_DEADLINE.search(text)) and not _CAPACITY_ONLY.search(text)
    return bool(due or _TASK.search(text) or re.search(r"single-leg stance|balance|berg|tug\b|hep", text)) and bool(
        _CRITERION.search(re.sub(r"\bgoal \d|stg \d|ltg \d", "", text))
    )


_COMPARED = re.compile(
    r"\b(?:was|were|from|prev\w*|prior|init\w*|eval\w*|baseline|up from|down from|vs\.?|versus|against|last (?:wk|week|visit|session|month)|compared|previous|expected|norm\w*|improved|gain\w*|increased|now|behind|goal|of (?:un)?involved|lsi|symmetr\w*|in (?:february|january|march|april|may|june|july|august|september|october|november|december)|better|% of|before\b.*\bafter|after\b.*\bbefore)\b|->|→|=>|\d ?> ?\d|\(\d"
)
_SIDES = re.compile(
    r"\b(?:r|right|rt|(?:un)?involved|affected)\b.*\b(?:l|left|lt|uninvolved|unaffected|other|contralateral)\b|\b(?:l|left|lt)\b.*\b(?:r|right|rt)\b"
)


def objective_measures(view: NoteView, minutes: Minutes) -> Element:
    """A value with a comparison: baseline, earlier visit, other side or norm."""
    spans = view.of("MEASURE")
    if not spans:
        return element("objective_measures", "missing")
    strong = [s for s in spans if _compared(view, s)]
    if strong:
        return element("objective_measures", "present", strong)
    changed = [m for m in _CHANGED_FROM.finditer(view.low) if view.section_at(m.start()) not in ("goals", "plan", "hep")]
    if changed:
        return element("objective_measures", "present", [Range(m.start(), m.end()) for m in changed])
    low = view.low
    against = [m for m in _AGAINST_EARLIER.finditer(low) if view.section_at(m.start()) not in ("goals", "plan", "hep", "billing")]
    if against:
        return element("objective_measures", "present", [Range(m.start(), m.end()) for m in against])
    paired = list(
        re.finditer(
            r"\d+(?:/10|°| ?deg| ?%)? before\b[^.;\n]{0,20}\d+(?:/10|°| ?deg| ?%)? after|\d+(?:/10|°)? after\b[^.;\n]{0,20}\d+(?:/10|°)? before",
            low,
        )
    )
    if paired:
        return element("objective_measures", "present", [Range(m.start(), m.end()) for m in paired])
    before = [
        s
        for s in view.of("RESPONSE")
        if len(re.findall(r"\d+", text_of(view, s))) >= 2 and re.search(r"->|→|\bto\b|before.*after|pre.*post|from", text_of(view, s))
    ]
    if before:
        return element("objective_measures", "present", before)
    sides = _both_sides(view)
    return element("objective_measures", "present" if sides else "weak", spans)


_CHANGED_FROM = re.compile(
    r"\b(?:up|down|improved|increased|decreased|gained?|dropped) from (?:\w+ )?(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|daily)\w*"
)


_AGAINST_EARLIER = re.compile(
    r"\d[+-]?/5[^.;\n]{0,12}?,? ?(?:was |from )?\d[+-]?/5 (?:last|at|on|initial\w*|before|previous\w*)\b|\d\S* ?\w{0,4} \((?:was )?\d[^)\n]{0,16}\b(?:on|eval|initial\w*|last|ie|soc|wk|in|norm|at)\b[^)\n]*\)|"
    r"\b(?:r|l) \d+[^,.;\n]{0,8}[,/ ]+(?:l|r) \d+|\d+ ?\w{0,4} after,? \d+ ?\w{0,4} before|\bunchanged (?:from|since) (?:the )?(?:eval\w*|last|initial|\d)|\bsame as (?:last|eval)"
)


# what follows the earlier of two values: `82 at evaluation`, `38/80 four weeks ago`
_THEN = re.compile(
    r"[ ]*(?:at (?:the )?(?:initial |last |first )?(?:eval\w*|ie|soc|start|baseline|visit|session|admission)|(?:\w+ )?(?:days?|weeks?|wks?|months?|visits?) ago|last (?:week|visit|month|session)|initially|on \d)"
)


def _compared(view: NoteView, s: Span) -> bool:
    text = text_of(view, s)
    numbers = len(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?:/|out of) ?(?:5|10)\b|\d+ ?mwt|5xsts|30 ?(?:s|sec|cst)|\bl\d\b", "", text)))
    spoken = len(
        re.findall(
            r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)\b", text
        )
    )
    tail = view.low[s.end : s.end + 40].split("\n")[0]
    if (numbers >= 2 or spoken >= 2) and (_COMPARED.search(text) or _SIDES.search(text)):
        return True
    if numbers + spoken >= 2 and _THEN.match(tail):
        return True
    if re.match(
        r"[ ]*[,(]*[ ]*(?:was|were|up from|down from|improved from|from|previously|prior|baseline|vs|against|today against|initial|compared|last|eval)\b[^.;]{0,15}\d",
        tail,
    ) or re.match(r"[ ]*\((?:[^)]*\b(?:eval|last|was|init|baseline|l|r|on \d)\b)?[^)]*\d[^)]*\)", tail):
        return True
    if numbers >= 3 and "   " in view.text[s.start : s.end]:
        return True
    return bool(re.search(r"per|a day|/day|week", text) and _COMPARED.search(text) and numbers + spoken >= 1)


def _both_sides(view: NoteView) -> bool:
    """Whether the same name is measured on the left and on the right."""
    seen: dict[str, set[str]] = {}
    for s in view.of("MEASURE"):
        value = s.value or {}
        side = value.get("side")
        name = re.sub(r"\b(?:left|right|r|l)\b", "", str(value.get("name") or "")).strip()
        if side in ("left", "right") and name:
            seen.setdefault(name, set()).add(side)
    return any(len(sides) == 2 for sides in seen.values())
