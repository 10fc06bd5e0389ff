"""Elements of the treatment: services, exercises, skill, response, purpose, progression, home program, plan."""

from __future__ import annotations

import re

from therex.elements.evidence import HasRange, element, text_of
from therex.elements.patterns import beyond_stock, words_beyond_stock
from therex.types import Element, Minutes, NoteView, Range, Span

_PERFORMED = ("performed", None)


def given_services(view: NoteView) -> list[Span]:
    """Services that the note says were given at this encounter."""
    return [s for s in view.of("SERVICE") if (s.value or {}).get("given") and s.assertion in ("affirmed",)]


def performed_exercises(view: NoteView) -> list[Span]:
    """Exercises done at this encounter."""
    return [s for s in view.of("EXERCISE") if s.attribute in _PERFORMED and "historical" not in s.modifiers]


def interventions_named(view: NoteView, minutes: Minutes) -> Element:
    """Each service given is named, or its exercises are."""
    services, exercises = given_services(view), named_as_treatment(view)
    if services or exercises:
        return element("interventions_named", "present", services or exercises)
    planned = [s for s in view.of("SERVICE") if s.assertion in ("affirmed",)]
    vague = view.mentioned("unnamed_treatment")
    planned_ex = [s for s in view.of("EXERCISE") if s.attribute in ("planned", "home")]
    if vague or planned:
        return element("interventions_named", "weak", [*vague, *planned])
    return element("interventions_named", "weak" if planned_ex else "missing", planned_ex)


def named_as_treatment(view: NoteView) -> list[Span]:
    """Exercises performed that have a dose or time, or are named for themselves and not inside a cue, a reaction or a finding."""
    told = {r.to for r in view.relations if r.type in ("dose_of", "minutes_of")}
    around = [s for s in view.spans if s.label in ("RESPONSE", "SKILL", "LIMITATION", "GOAL", "MEASURE", "RATIONALE", "IMPAIRMENT")]
    return [
        s
        for i, s in enumerate(view.spans)
        if s.label == "EXERCISE"
        and s.attribute in _PERFORMED
        and "historical" not in s.modifiers
        and (i in told or not any(o.start <= s.start and s.end <= o.end for o in around))
    ]


def exercise_detail(view: NoteView, minutes: Minutes) -> Element:
    """At least one named exercise with its dose; names or types without one are weak."""
    dosed = {r.to for r in view.relations if r.type in ("dose_of",)}
    with_dose = [
        view.spans[i]
        for i in sorted(dosed)
        if view.spans[i].label == "EXERCISE"
        and view.spans[i].attribute in ("performed", "home", None)
        and "negated" not in view.spans[i].modifiers
    ]
    if with_dose:
        return element("exercise_detail", "present", with_dose)
    names = list(view.of("EXERCISE"))
    return element("exercise_detail", "weak" if names else "missing", names)


_SPECIFIC_RESPONSE = re.compile(
    r"\d|pain|fatigu|sore|lag|tired|dizz|sob|breath|stiff|loos|better|relief|effusion|swell|guard|form|compens|shak|trembl|return demo|teach|understand|carry|clean|hik|sway|lob|balance|symptom|sx|burn|cramp|rest break|rests|flex|quality|control|smooth|steadi|eas|leak|centraliz|tingl|numb|cue|stretch|spasm|fell|lost|slid|extra time|symmetr|unable|needs|desat|light|equal|fine|nausea|headache|color"
)


# gains over visits, with nothing of this session
_GAIN = re.compile(
    r"\b(?:(?:has |have |is |are |was |with |demonstrates? |shows? |showing |shown |noted |reports? |ha[sd] )(?:\w+ ){0,2}improv(?:ed|ing|ements?)\b(?! (?:to|by \d))|improv(?:ed|ing) (?:since|from|by \d|compared|\d)|"
    r"(?:decreased|reduced|less|diminished) (?:\w+ ){0,3}(?:pain|discomfort|stiffness|soreness|swelling|symptoms|spasms?)\b|"
    r"(?:pain|symptoms|swelling|stiffness|headaches?) (?:is |are |has |have )?(?:finally |been |much |a bit |a little |somewhat )*(?:better|down|improv\w+|less|easing|decreas\w+|reduc\w+|resolv\w+)|"
    r"feel(?:s|ing)? (?:a bit |a little |much )?(?:better|stronger|looser|good|great)|better (?:than|since)|gains? of|gaining|centraliz\w+|softer|progressing (?:well|toward|as expected|nicely|steadily))\b"
)


def response(view: NoteView, minutes: Minutes) -> Element:
    """A specific reaction in this session; `tolerated well` alone is weak."""
    spans = view.of("RESPONSE")
    strong = [s for s in spans if specific_reaction(text_of(view, s))]
    if strong:
        return element("response", "present", strong)
    if spans:
        return element("response", "weak", spans)
    gains = [
        r
        for r in view.sentences
        if view.section_at(r.start) not in ("goals", "plan", "hep", "history", "diagnosis", "billing")
        and _GAIN.search(view.low[r.start : r.end])
    ]
    return element("response", "weak" if gains else "missing", gains[:1])


# a symptom denied, with no word on when
_DENIED = re.compile(
    r"\b(?:no|denie[sd]|denying|without|or) (?:any )?(?:\w+ ){0,3}?(?:pain|sob|shortness of breath|dizziness|symptoms?|discomfort|distress|cues(?: needed)?)\b(?! (?:at|after|with|during|in|on|by|until|beyond|when|before)\b)"
)


def specific_reaction(text: str) -> bool:
    """Whether a response says more than that treatment was tolerated."""
    rest = beyond_stock("response", _DENIED.sub(" ", text))
    return bool(_SPECIFIC_RESPONSE.search(rest)) or len(re.findall(r"[a-z]{3,}", rest)) >= 3


def skilled_intervention(view: NoteView, minutes: Minutes) -> Element:
    """Something particular to this patient: a cue with its fault, assistance, a change because of a finding."""
    spans = list(view.of("SKILL"))
    strong = [s for s in spans if not _general(text_of(view, s)) and not _unreasoned(view, s)]
    if strong:
        return element("skilled_intervention", "present", strong)
    if spans:
        return element("skilled_intervention", "weak", spans)
    claims = view.mentioned("skill_claim")
    return element("skilled_intervention", "weak" if claims else "missing", claims)


def _general(text: str) -> bool:
    """Whether a cue or an instruction would fit any patient."""
    return not re.search(r"\d", text) and words_beyond_stock("skill", text) == 0


_REASON = re.compile(
    r"\b(?:because|b/c|due|since|as (?:pt|he|she|form)|when|after|secondary|2/2|d/t|for (?!home|strength)|so\b|per|given|to (?:avoid|prevent|reduce|keep|not|stop|protect|accommodate|correct|decrease|get|take)|how|not to|until|from \d|without|\d/10|precaution\w*|pain|lag|fatigue|compens\w*|form|hr|bp|spo2|weeks?|protocol|safe\w*)\b"
)


def _unreasoned(view: NoteView, s: Span) -> bool:
    """Instruction or a change of program with no reason and no fault in it."""
    if not re.search(r"instruct|adapt", s.source):
        return False
    around = view.low[s.start : s.end + 50].split("\n")[0]
    return not _REASON.search(around)


_TASK = re.compile(
    r"\b(?:stairs?|steps?|walk\w*|transfers?|sit|stand\w*|chair|bed|dress\w*|sleeve|reach\w*|lift\w*|carry\w*|driv\w*|cook\w*|overhead|shel[fv]\w*|jar|key|fork|writ\w*|desk|run\w*|return to|work|job|sport|golf|throw\w*|swing|backswing|curb|car|toilet\w*|bath\w*|shower\w*|tub|floor|groom\w*|hair|feed\w*|squat\w*|truck|tools|play\w*|school|sleep\w*|descen\w*|ascen\w*|bra|kneel\w*|garden\w*|swim\w*|climb\w*|bathing|donning|push\w*|pull\w*|scissors|utensils?|standing|sitting|turn\w*|pick\w*|mail\w*|catch\w*|fall|uneven|lawn|groceries|laundry|cane|walker|w/o the cane|lurch\w*|child|grand\w+|tolerat\w+ (?:standing|sitting))\b"
)
_LINK = re.compile(
    r"\b(?:limit\w*|prevent\w*|is what|are what|keep\w* (?:him|her|them|pt)|needed (?:for|to)|needs?|necessary|require[sd]? (?:for|to)|so (?:that |he |she |pt |they )|in order to|for (?:stair|transfer|gait|safe|reach|lift|return)|contribut\w*|affect\w*|interfer\w*|stops?|impact\w*|because|to allow|to enable|impair\w*|due to|secondary|resulting|causing|which|tied to|working (?:on|toward)|carry ?over)\b"
)


def purpose_link(view: NoteView, minutes: Minutes) -> Element:
    """An exercise tied to a deficit and to a task or goal; tied to a deficit only is weak."""
    exercised = bool(performed_exercises(view)) or any(s.attribute in ("97110", "97112", "97530") for s in given_services(view))
    reasons = view.of("RATIONALE")
    tasked: list[HasRange] = [s for s in reasons if words_beyond_stock("purpose", text_of(view, s))]
    linked: list[HasRange] = [*_linked_sentences(view), *_said_links(view)]
    if exercised and performed_exercises(view) and (tasked or linked):
        return element("purpose_link", "present", tasked or linked)
    if reasons or (linked and exercised and len(linked) > 1):
        return element("purpose_link", "weak", reasons or linked)
    return element("purpose_link", "missing")


def _is_said_for(s: Span) -> bool:
    return s.source.endswith("rationale.capacity")


def _linked_sentences(view: NoteView) -> list[Span]:
    """Limitations said to come from a deficit in the same sentence, outside the patient's own report."""
    out = []
    deficits = [s for s in view.of("IMPAIRMENT") if s.assertion == "affirmed"]
    for s in view.of("LIMITATION"):
        if s.assertion != "affirmed" or view.section_at(s.start) in ("subjective", "objective", "goals"):
            continue
        for r in view.sentences:
            if r.start <= s.start < r.end:
                body = view.low[r.start : r.end]
                outside = [
                    d
                    for d in deficits
                    if r.start <= d.start < r.end and not (s.start <= d.start and d.end <= s.end and _in_words(view, s, d))
                ]
                if outside and _LINK.search(body):
                    out.append(s)
    return out


_BODY_OR_FUNCTION = re.compile(
    r"\b(?:weak\w*|strength|endurance|rom|motion|range|flexion|extension|er|ir|rotation|lag|stiff\w*|tight\w*|loss|contracture|control|power|abductors?|extensors?|flexors?|rotators?|quads?|hamstrings?|calf|glut\w*|cuff|serratus|scap\w*|grip|pinch|hip|knee|ankle|shoulder|trunk|core|leg|legs|deltoid|balance|spastic\w*|tone|dnf|elbow|wrist|thumb|neck|pain|push off|mobility|deficit|sway|breathing|fatigue|tolerance|timing)\b"
)
_STRONG_LINK = re.compile(
    r"\b(?:is what|are what|is why|are why|that is why|limit(?:s|ing|ed by)|keeps? (?:him|her|them|pt|the)|keeping (?:him|her)|prevent(?:s|ing)|needed (?:for|to)|is needed|(?:he|she|pt|they) needs?|needs? (?:to|near|the|active|leg|more|quad|hip|legs|adequate)|so (?:that )?(?:he|she|pt|they|patient) can|in order to|to allow|to enable|contribut\w+ to|interfer\w+ with|impair(?:s|ing)|stops? (?:him|her)|is short (?:of|for)|piece missing|missing|toward|going towards|leaves?|lets?|makes?|drives?|blocks?|affect(?:s|ing)|for (?:safe |return |his |her |the )?(?:stairs?|transfers?|gait|walking|reach\w*|lifting|carrying|getting|dressing|standing|rising|car|household|community|overhead|driving|handwriting|work|adls?|functional|sleeve|push off|toilet\w*|curbs?|kneeling|squatting|long trails))\b"
)


def _said_links(view: NoteView) -> list[Range]:
    """Sentences outside the patient's report that tie a part or capacity to a task."""
    out = []
    for r in view.sentences:
        if view.section_at(r.start) in (
            "subjective",
            "goals",
            "plan",
            "hep",
            "history",
            "billing",
            "header",
            "diagnosis",
            "precautions",
            "signature",
        ):
            continue
        body = view.low[r.start : r.end]
        for part in re.split(r"[;:]|\. ", body):
            link = _STRONG_LINK.search(part)
            if (
                link
                and _BODY_OR_FUNCTION.search(part)
                and _TASK.search(part)
                and not re.search(
                    r"skilled|benefit from|medically necessary|homebound|progress(?:ing|ed)? (?:well |is being made |steadily )?toward|will be able|\bgoal\b|\bwill\b|\bby \d+/\d+",
                    part,
                )
            ):
                out.append(r)
                break
    return out


def _in_words(view: NoteView, s: Span, d: Span) -> bool:
    return not _LINK.search(view.low[s.start : s.end])


def progression(view: NoteView, minutes: Minutes) -> Element:
    """What changed in the programme or goals now, or why it was held."""
    measures = view.of("MEASURE") + view.of("LIMITATION")
    changed = [m for m in view.mentioned("progressed") if not any(s.start < m.end and m.start < s.end for s in measures)]
    held = [s for s in view.of("EXERCISE") if s.attribute == "held"]
    skills = [s for s in view.of("SKILL") if re.search(r"adapt|held", s.source)]
    if changed or skills or (held and any(s.source for s in held)):
        return element("progression", "present", [*changed, *skills, *held])
    stock = view.mentioned("progress_stock")
    planned = [s for s in view.of("EXERCISE") if s.attribute == "planned"]
    if stock or planned:
        return element("progression", "weak", [*stock, *planned])
    return element("progression", "missing")


def home_program(view: NoteView, minutes: Minutes) -> Element:
    """A home program taught, changed or checked, with content."""
    home = [s for s in view.of("EXERCISE") if s.attribute == "home"]
    content = view.mentioned("hep_content")
    if home or content:
        return element("home_program", "present", home or content)
    said = view.mentioned("hep")
    return element("home_program", "weak" if said else "missing", said)


# a frequency with its length: `2x/wk x 6 wks`, `2w4`, `through 9/30`
_HOW_LONG = re.compile(
    r"(?:week|wk|w|month|mo|visit)s?\b.*\d|\d ?w ?\d|for (?:\w+ )?(?:more )?(?:weeks?|visits?|months?)|through|until|(?:weekly|daily),? (?:x|for) ?\d|x ?\d+ ?(?:weeks?|wks?|visits?|more)|(?:one|two|three|four|five|six|eight|ten|twelve) (?:more )?(?:weeks|visits)"
)


def plan(view: NoteView, minutes: Minutes) -> Element:
    """A specific next step, criterion, or frequency with length; `continue POC` is weak."""
    frequency = list(view.of("DURATION", "plan"))
    specific = view.mentioned("plan_specific")
    planned = [s for s in view.of("EXERCISE") if s.attribute == "planned" and view.section_at(s.start) != "goals"]
    lasting = [s for s in frequency if _HOW_LONG.search(text_of(view, s))]
    if lasting or specific or planned:
        return element("plan", "present", [*specific, *lasting, *planned])
    stock: list[HasRange] = [*view.mentioned("plan_stock"), *frequency]
    return element("plan", "weak" if stock else "missing", stock)
