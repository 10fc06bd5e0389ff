"""The six contradictions. Definitions: annotation.md, section "Contradictions"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from therex.catalog.codes import is_timed
from therex.elements.evidence import text_of
from therex.elements.treatment import given_services, performed_exercises
from therex.timing.minutes import minutes_between
from therex.timing.units import most_units
from therex.types import Contradiction, Minutes, NoteView, Range, Span

Check = Callable[[NoteView, Minutes], Iterable[Range]]


def _sentences(view: NoteView) -> Iterable[tuple[Range, str]]:
    for r in view.sentences:
        yield r, view.low[r.start : r.end]


def _exercise_context(view: NoteView) -> bool:
    return bool(performed_exercises(view)) or "97110" in view.text or any(s.attribute == "97110" for s in view.of("SERVICE"))


def units_mismatch(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    """More units of a code than either rule gives for the stated minutes; fewer is none."""
    timed = {c: n for c, n in minutes.codes.items() if is_timed(c)}
    if minutes.timed_total is not None and not timed and sum(1 for c in minutes.billed_units if is_timed(c)) == 1:
        timed = {c: minutes.timed_total for c in minutes.billed_units if is_timed(c)}
    for code, units in minutes.billed_units.items():
        if code in timed and units > most_units(timed, code):
            yield from minutes.evidence.get("units", ())[:2]
            return


_GROUP = re.compile(
    r"\bgroup (?:of|x|therapy|treatment|exercise|class|session|setting)|\bin (?:a )?group\b|\bexercise group\b|(?:exercise|strength\w*|balance|strengthening)[a-z ]{0,20} (?:class|group)\b|\b(?:chair|circuit|joint|knee|back) (?:exercise |yoga |school )?(?:class|group)\b|class \(\d|\bas a group\b|\bconcurrent(?:ly)? with\b|seen concurrent|\bwith (?:\d+|two|three|four|five|several|2|3) other (?:pts?|patients|residents)|another (?:pt|patient|resident|client)\b|other (?:pts?|patients|residents)\b|shared (?:session|treatment|visit)|double[- ]booked|session overlapped|overlap\w* with|(?:two|three|four|five|\d) (?:patients|pts|people|residents|total knee patients)\b|\d+ (?:participants|residents|patients)|participants ?:? ?\d|rotated? (?:through|as group)|next evaluation|both on the mats|billed to each"
)
# one of these stands in every match of _GROUP: a cheap look before the pattern
_GROUP_WORDS = ("group", "class", "concurrent", "other p", "other r", "another", "shared", "double", "overlap", "patients", "pts", "people", "residents",
                "participants", "rotate", "next evaluation", "both on the mats", "billed to each")  # fmt: skip
_AIDE_WORDS = ("tech", "aide", "cna", "staff")
_ALONE = re.compile(
    r"\bunattended\b|\bunsupervised\b|without (?:staff|supervision|a therapist)|no staff present|(?:on (?:his|her|their) own|by (?:him|her|them)sel(?:f|ves)|independently in (?:the )?gym)|left to (?:finish|complete|do)|therapist (?:completed|documenting|charting|available if)|while (?:the )?(?:therapist|i|pt|ot) (?:completed?|started?|documented|charted|finished)|checked? (?:in|on) (?:between|periodically)|checked (?:twice|once|occasionally)|(?:therapist|pt|ot) available for questions|(?:pt|ot|therapist) (?:with|in with|seeing|evaluating) (?:an? |another |the )?(?:eval|new|other)|without the therapist"
)
_FUTURE = re.compile(
    r"\b(?:goal|plans? to|wants? to|would like|discharge|after d/c|attend her|return to (?:her|his)|used to|last week|could not finish|declined group|lives? with|walks? with a group|senior center|on sundays|at home|every morning|hep|home program|daily|no other|muscle group)\b"
)
_WHOLE_SESSION = re.compile(
    r"exercis|program|circuit|ther ?ex|routine|workout|machines?|\bgym\b|\bbike|nustep|treadmill|elliptical|rest of|session|minutes"
)
_NOT_EX = re.compile(
    r"(?:hot pack|heat|ice|e-?stim|ifc|tens|g0283|stim|cold pack|vaso\w*|cpm)[^.;]{0,30}unattended|unattended (?:e-?stim|electrical|modalit|heat)"
)


def not_one_on_one(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    """Group, shared, unattended or on the patient's own, beside exercise."""
    grouped = any(word in view.low for word in _GROUP_WORDS)
    if not ((grouped and _GROUP.search(view.low)) or _ALONE.search(view.low)) or not _exercise_context(view):
        return
    for r, body in _sentences(view):
        if view.section_at(r.start) in ("subjective", "history", "goals", "hep", "plan", "precautions"):
            continue
        group = _GROUP.search(body)
        if group:
            lead = body[max(0, group.start() - 40) : group.start()]
            if (
                re.search(r"\bno other|declined|join|muscle|not (?:in|with)|lives? |stretch", lead)
                or re.search(
                    r"no other|declined group|muscle group|another patient's|join a|attend her|group home|group of friends|separate block|separate(?:ly)? from|97150",
                    body,
                )
                or (_FUTURE.search(body) and not re.search(r"97110|ther ?ex|exercis", body))
            ):
                continue
            if re.search(r"walks? with|lives with|two other residents|plans to", body):
                continue
            yield r
            return
        alone = _ALONE.search(body)
        if (
            alone
            and re.match(r"on (?:his|her|their)|by (?:him|her|them)", alone[0])
            and not _WHOLE_SESSION.search(body[max(0, alone.start() - 90) : alone.end() + 40])
        ):
            # one movement done alone is progress, a program done alone is not one-on-one care
            continue
        if alone and not _NOT_EX.search(body):
            if _FUTURE.search(body[: alone.end() + 25]) or re.search(r"program she already|does (?:her|his|their)? ?hep|could not", body):
                continue
            yield r
            return


_AIDE = r"(?:rehab |pt |ot |therapy |exercise |restorative |student )*(?:tech(?:nician)?s?|aides?|cna|gym staff(?: member)?)(?![a-z])"
_AIDE_ACT = re.compile(
    rf"(?:{_AIDE}\b(?:[^.;]|\b[a-z]\.){{0,30}}\b(?:took|led|ran|assist(?:ed|s|ing)? (?:pt|patient|with|him|her)|carried out|completed|performed|finished|counted|walked (?:her|him|pt)|supervis\w+|instructed|guided|corrected|did)|(?:by|with|w/|supervised by|to)(?: the| a)? {_AIDE}\b|{_AIDE} (?:assisted|led|ran|finished))"
)
_AIDE_OK = re.compile(
    r"\bno (?:aide|tech)|set ?up|cleaned|applied|hearing aid|nurse aide|first aid|home health aide|\bhha\b|caregiver and aide|x-?ray tech|following with|follow\w* with (?:w/?c|wheelchair|chair)|works as|back to work|watched|technique|pharmacy|for safety|goal|bath|remind|lift team|present|\bhep\b|home program|at home"
)


def aide_delivered(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    """Exercise given by an aide, a technician or another unqualified person."""
    if not any(word in view.low for word in _AIDE_WORDS) or not _AIDE_ACT.search(view.low) or not _exercise_context(view):
        return
    for r, body in _sentences(view):
        if view.section_at(r.start) in ("subjective", "history", "goals", "plan"):
            continue
        if _AIDE_ACT.search(body) and not _AIDE_OK.search(body):
            yield r
            return


_KIND_WORDS = {
    "balance": re.compile(
        r"\b(?:tandem|foam|airex|bosu|single[- ](?:leg|limb) stance|sls|perturb\w*|eyes closed|ec\b|reactive stepping|balance|vor\w*|head turns|gaze|360|turns|obstacle|rhomberg|weight shift|hurdles?|pwr|habituation|saccad\w*|step over|eo/ec)\b"
    ),
    "gait": re.compile(r"\b(?:gait|rw \d+|walker|heel strike|stairs? \d+|ambulat\w*|\d+ ?(?:ft|feet)\b|stairs)\b"),
    "manual": re.compile(
        r"\b(?:stm|mobs?|mobilization\w*|glides?|release|massage|mld|lymph drainage|bandaging|traction|iastm|manipulation|myofascial)\b"
    ),
    "self_care": re.compile(
        r"\b(?:donning|doffing|sock aid|dressing|shirt|tub transfer|toilet|button\w*|shoe tying|handwriting|scissors|cutting|bathing|groom\w*|feeding)\b"
    ),
    "transfers": re.compile(
        r"\b(?:transfer training|bed mobility training|car transfer|transfers? practice|transfer practice|sit<>stand transfer)\b"
    ),
    "aquatic": re.compile(r"\b(?:pool|water walking|noodle|flutter|aquatic|chest depth|waist depth|submerged)\b"),
    "modality": re.compile(
        r"\b(?:moist heat|hot pack|interferential|ultrasound|e-?stim|tap(?:e|ing)|kinesio|ifc|tens|cold pack|w/cm2|iontophoresis|laser)\b"
    ),
    "cognitive": re.compile(r"\b(?:cognitive|medication sorting|sequencing cards|memory|problem solving|attention task)\b"),
}
_STRENGTH = re.compile(
    r"\b(?:slr|saq|laq|tke|quad sets?|heel slides?|bridg\w*|clam\w*|leg press|leg curls?|ham(?:string)? curls?|curls?|rows?|press(?:es)?|stretch\w*|raises?|bike|nustep|ube|treadmill|theraband|band|lunges?|squats?|step[- ]?ups?|planks?|deadlift|putty|dowel|pulley\w*|wand|march\w*|ankle pumps|glute sets|hip (?:abd|ext|flex)\w*|tendon glides?|blocked|aarom|arom|rom|prom|isometric\w*|strengthen\w*|chin tucks?|scap\w* retraction|press ups?|bird dog|elliptical|4 way|wall slides?|er with|machines?|pinch pins|\d ?x ?\d+|sit to stands? 3x|range of motion|exercis\w*)\b"
)


def _blocks(view: NoteView, minutes: Minutes) -> list[tuple[Span, str]]:
    """Each timed service given, with the text that describes it: up to the next service."""
    services = [
        s for s in given_services(view) if s.attribute and view.section_at(s.start) not in ("billing", "plan", "goals", "assessment")
    ]
    out = []
    starts: list[Span] = []
    for s in services:
        if s.attribute and is_timed(s.attribute) and (not starts or s.attribute != starts[-1].attribute):
            head = view.low[s.start : s.end]
            if (
                starts
                and s.attribute not in minutes.codes
                and s.attribute not in minutes.billed_units
                and "\n" not in view.text[starts[-1].end : s.start]
            ):
                continue
            if (
                s.attribute in ("97140", "97116", "97113", "97535")
                and starts
                and s.attribute not in minutes.codes
                and not re.search(r"\d{5}|therapy|training|\bmt\b|\bgt\b", head)
            ):
                continue
            starts.append(s)
    stop = next(
        (
            x.start
            for x in view.sections
            if x.kind in ("assessment", "plan", "goals", "billing", "hep", "response") and starts and x.start > starts[0].start
        ),
        len(view.text),
    )
    for i, s in enumerate(starts):
        end = starts[i + 1].start if i + 1 < len(starts) else max(stop, s.end)
        out.append((s, view.low[s.start : min(end, s.start + 900)]))
    return out


def code_misfit(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    """What is called therapeutic exercise is plainly another service, or the reverse."""
    for s, body in _blocks(view, minutes):
        head = s.end - s.start
        content = body[head:]
        content = re.split(r"(?:\. |\n)(?:pt also|also |charges|billing|total|timed|goal|hep|plan)\b", content)[0]
        words = _STRENGTH.sub(" ", content)
        strength = _STRENGTH.findall(re.sub(r"\b(?:donning|sock|shoe)\b[^,.;]*", " ", content))
        if s.attribute == "97110":
            kinds = {
                kind: len({m if isinstance(m, str) else m[0] for m in pattern.findall(content)}) for kind, pattern in _KIND_WORDS.items()
            }
            kind, n = max(kinds.items(), key=lambda kv: kv[1])
            real = [w for w in strength if not re.fullmatch(r"\d ?x ?\d+|exercis\w*|rom|curls?|press(?:es)?|march\w*|rows?", w)]
            others = [
                x
                for x in given_services(view)
                if x.attribute and x.attribute != "97110" and is_timed(x.attribute) and x.attribute in minutes.codes
            ]
            named = performed_exercises(view)
            inside = [e for e in named if s.end <= e.start < s.start + len(body)]
            plain = [e for e in inside if (e.value or {}).get("type") in ("strength", "endurance", "arom", "aarom", "prom", "flexibility")]
            if s.attribute not in minutes.codes and re.search(
                r"(?:includ\w+|interventions?|consist\w*)[^.\n]{0,30}$", view.low[max(0, s.start - 60) : s.start]
            ):
                # one name in a list of services describes nothing
                continue
            if not inside and any(e.start < s.start for e in named):
                # the exercises stand above their code, as in a log that closes with its charges
                continue
            if (
                kind == "aquatic"
                and n >= 1
                and re.search(r"\bpool\b|aquatic|water", content)
                and not re.search(r"on land|land-based|goal|attend", content)
            ):
                yield Range(s.start, s.end)
                return
            if kind in ("balance",) and n >= 2 and len(plain) == 0 and len(real) <= 1:
                yield Range(s.start, s.end)
                return
            if (
                kind not in ("balance", "aquatic")
                and n >= 1
                and not real
                and not any(_dosed(view, e) for e in inside)
                and not plain
                and len(content.split()) >= 4
                and (n >= 2 or not others)
                and not inside_only_types(inside)
            ):
                yield Range(s.start, s.end)
                return
            continue
        # the reverse: what stands in the service's own sentence, or in the list that it heads
        line = content.split("\n")[0]
        above = view.low[: s.start].rstrip("\n").rsplit("\n", 1)[-1]
        if "|" in line or re.match(r"\W*97\d{3}\b", above):
            # a row of a table of services; what stands under the table belongs to no row
            content = line
        other = min(
            (x.start for x in view.of("SERVICE") if x.start > s.end and x.attribute and x.attribute != s.attribute), default=len(view.low)
        )
        content = re.split(r"(?<=[a-z0-9])\. |,? then ", content[: max(other - s.end, 0)])[0]
        words = _STRENGTH.sub(" ", content)
        strength = _STRENGTH.findall(content)
        if (s.attribute in ("97140", "97116") and len(strength) >= 2) or (s.attribute == "97112" and len(strength) >= 3):
            own = {"97140": "manual", "97116": "gait", "97112": "balance"}[s.attribute or "97140"]
            if not _KIND_WORDS[own].search(words) and not re.search(
                r"pnf|facilitat|cue|control|posture|rhythm|stabiliz|coordination|kinesthetic|proprio|scapul|feedback|weight bear|mirror",
                content,
            ):
                yield Range(s.start, s.end)
                return


def _dosed(view: NoteView, exercise: Span) -> bool:
    """Whether an exercise has a dose."""
    return any(r.type == "dose_of" and view.spans[r.to] is exercise for r in view.relations)


def inside_only_types(spans: list[Span]) -> bool:
    """Whether exercises are named there at all, of any type but balance and functional tasks."""
    return any((s.value or {}).get("type") in ("motor_control", "other") for s in spans)


_INDEPENDENT = re.compile(
    r"\bindependent(?:ly)? (?:with|in) (?:all|hep and all)[a-z /,]{0,30}(?:exercises?|ther ?ex|activities)|no (?:vc|cues?|cueing|correction|corrections|verbal cues?)s? (?:were |was )?(?:needed|required|given|necessary)|without (?:any )?(?:assistance or instruction|cue?ing|cues|correction)|knows all|knows (?:these|them) well|does (?:all )?(?:ther ex|them|these)[a-z ]{0,25} on own|does them (?:daily|every day)|entire program independently|observed only|supervised exercise only|same (?:program|routine) (?:today|each visit|as)|no changes indicated|already does alone|no cues$"
)
_FITNESS = re.compile(
    r"\b(?:stay(?:ing)? in shape|general (?:fitness|conditioning|strength and endurance)|for wellness|weight loss is|gym program|pre-?season conditioning|for upkeep|for the exercise and company|enjoys coming|maintain general|keep coming|off[- ]season|healthy knee)\b"
)
_MAINTAIN = re.compile(
    r"\b(?:maintenance program|to maintain (?:current|flexibility|strength|mobility|general|level|function)|maximum potential|plateaued|maintain current level|^\W*maintain strength|goal:? maintain)\b"
)
_NEEDS_THERAPIST = re.compile(
    r"\b(?:pt adjusts|regraded|fluctuates|unable to do so|skilled maintenance|progress\w* to|added|min a\b|mod a\b|max a\b|cga|assist for|tc\b|tactile|cues? (?:to|for|\d)|cued|overpressure|monitored|titrated|moved to|vc \d|per skin|tissue is changing|lag\b|facilitat\w+|compensat\w+|not yet independent|correct\w+ (?:by|with)|hands?[- ]on|manual (?:assist|resist)\w*|because|verbal cue)\b"
)


def not_skilled(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    """Independent with everything, general fitness, or maintenance with no reason for a therapist."""
    low = view.low
    told = any(p.search(low) for p in (_INDEPENDENT, _FITNESS, _MAINTAIN)) or "no cues" in low or "maintain strength" in low
    if not told or not _exercise_context(view):
        return
    skilled = [s for s in view.of("SKILL") if not re.search(r"skin care|signs of|big amplitude", text_of(view, s))]
    reasoned = bool(_NEEDS_THERAPIST.search(re.sub(_INDEPENDENT, " ", low))) or len(skilled) >= 2
    for r, body in _sentences(view):
        section = view.section_at(r.start)
        if section in ("history", "goals") or any(g.start < r.end and r.start < g.end for g in view.of("GOAL")):
            continue
        ind = _INDEPENDENT.search(body)
        if (
            ind
            and not re.search(
                r"\bgoal(?!s met)|will be|by discharge|\bnot yet|before the fall|prior to|before admission|previously|plof|prior level|adls|needed (?:for|today) (?!.*no)",
                body,
            )
            and not reasoned
        ):
            yield r
            return
        fit = _FITNESS.search(body)
        if fit and not reasoned and not re.search(r"used to|get back to|return to|before (?:the )?injury|prior", body):
            yield r
            return
        keep = _MAINTAIN.search(body)
        if keep and not reasoned and not re.search(r"radiation|spastic|skilled maintenance|risk|prevent contracture", low):
            yield r
            return


_SIDE = {"left": re.compile(r"\b(?:left|l|lt|lle|lue)\b(?!/)"), "right": re.compile(r"\b(?:right|r|rt|rle|rue)\b(?!/)")}
_OTHER = {"left": "right", "right": "left"}


def inconsistent(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    """Sides, numbers, dates or statements that cannot both be true."""
    yield from _bad_totals(view, minutes)
    yield from _bad_sides(view)
    yield from _bad_dates(view)
    yield from _bad_statements(view)


def _bad_totals(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    timed = {c: n for c, n in minutes.codes.items() if is_timed(c)}
    total = sum(timed.values())
    given = {s.attribute for s in given_services(view) if s.attribute and is_timed(s.attribute)}
    stated_spans = [s for s in view.of("DURATION") if (s.attribute or "").startswith("timed_total")]
    if stated_spans and len(timed) >= 1:
        stated = minutes.timed_total or 0
        if (stated < total - 1 and len(timed) >= 1) or (stated > total + 1 and given <= set(timed) and len(timed) >= 2):
            yield Range(stated_spans[0].start, stated_spans[0].end)
            return
    if minutes.timed_total is not None and minutes.session_total is not None and minutes.timed_total > minutes.session_total:
        yield from minutes.evidence.get("session_total", ())[:1]
        return
    between = minutes_between(list(minutes.clock))
    if between is not None and len(minutes.clock) == 2:
        most = max(minutes.timed_total or 0, total)
        if most > between + 1:
            yield from minutes.evidence.get("clock", ())[:1]


def _sides_of(text: str) -> set[str]:
    return {side for side, pattern in _SIDE.items() if pattern.search(text)}


def _bad_sides(view: NoteView) -> Iterable[Range]:
    low = view.low
    if re.search(r"\b(?:cva|stroke|hemipar|hemipleg|tbi|crani)", low):
        return
    for m in view.mentioned("condition"):
        around = re.split(r"[\n;]|\. ", low[max(0, m.start - 24) : m.start])[-1] + re.split(r"[\n.;]", low[m.start : m.end + 10])[0]
        sides = _sides_of(around)
        if len(sides) != 1 or re.search(r"\bb\b|bilat|b/l", around):
            continue
        side = next(iter(sides))
        other = _OTHER[side]
        body = low[m.end :]
        right = len(_SIDE[side].findall(body))
        wrong = len(_SIDE[other].findall(body))
        treated = [
            s
            for s in view.spans
            if s.label in ("EXERCISE", "MEASURE", "SERVICE", "IMPAIRMENT") and s.start > m.end and s.attribute not in ("home", "planned")
        ]
        wrong_spans = [
            s
            for s in treated
            if _sides_of(text_of(view, s)) == {other}
            and not re.search(r"\((?:l|r)\b|compar|vs|uninvolved|other", low[max(0, s.start - 12) : s.end + 6])
        ]
        limp = re.search(r"polio|old |limps? on", low)
        if wrong >= 3 and wrong_spans and wrong > 2 * max(right, 0) and not limp and not re.search(r"\bb\b|bilat", low):
            yield Range(wrong_spans[0].start, wrong_spans[0].end)
            return
        return


def _date_key(raw: str) -> tuple[int, int, int] | None:
    m = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{2,4})", raw.strip())
    if not m:
        return None
    month, day, year = int(m[1]), int(m[2]), int(m[3])
    year += 2000 if year < 100 else 0
    return (year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _bad_dates(view: NoteView) -> Iterable[Range]:
    service = [(_date_key((m.value or {}).get("raw", "")), m) for m in view.mentioned("service_date")]
    signed = [(m, _date_key(m[1])) for m in re.finditer(r"signed?\b[^\n\d]{0,50}?(\d{1,2}/\d{1,2}/\d{2,4})", view.low)]
    for key, _ in service[:1]:
        for match, when in signed:
            if key and when and when < key:
                yield Range(match.start(1), match.end(1))
                return


_ZERO_PAIN = re.compile(
    r"\bpain (?:is )?0 ?/ ?10(?! (?:at rest|with|in|seated))|\bno pain (?:at all|today)|\bdenies (?:any )?pain(?=[.;,]|$)(?! (?:at|with))"
)
_PAIN_NOW = re.compile(r"\b(?:severe pain|pain (?:after|now|before|of|at|is)? ?[3-9] ?/ ?10|pain after [1-9]|for pain)\b")
_ABSENT = re.compile(
    r"\b(?:did not attend|no[- ]?show(?! (?:mon|tue|wed|thu|fri|last))(?!ed)|no exercise (?:was )?given|exercises? held today|cancelled today)\b"
)


def _bad_statements(view: NoteView) -> Iterable[Range]:
    low = view.low
    zero = _ZERO_PAIN.search(low)
    if zero and "at rest" not in low[zero.start() : zero.end() + 12]:
        after = low[zero.end() :]
        m = _PAIN_NOW.search(after)
        if m and not re.search(
            r"\b(?:last|since|was|goal|with|squats|stairs|hip|increase)\b", after[max(0, m.start() - 30) : m.end() + 14]
        ):
            yield Range(zero.start(), zero.end())
            return
    gone = _ABSENT.search(low)
    if (
        gone
        and re.search(r"tolerated|\d ?x ?\d+|97110 ?x ?\d|\d+ min", low[gone.end() :])
        and not re.search(r"e-?stim", low[max(0, gone.start() - 20) : gone.end()])
    ):
        yield Range(gone.start(), gone.end())
        return
    nwb = re.search(r"\bis (?:nwb|non[- ]weight ?bearing)\b|\b(?:nwb|non weight bearing) (?:r|l|right|left)", low)
    if (
        nwb
        and re.search(r"full weight bearing|single leg squat|step[- ]?ups?", low[nwb.end() :])
        and not re.search(r"was nwb|until|now wbat", low)
    ):
        yield Range(nwb.start(), nwb.end())


_CHECKS: dict[str, tuple[Check, str, str]] = {
    "units_mismatch": (units_mismatch, "timed_minutes", "More units are billed than either rule gives for the stated minutes."),
    "not_one_on_one": (not_one_on_one, "", "The note speaks of group, shared, unattended or unsupervised exercise."),
    "aide_delivered": (aide_delivered, "", "The exercise reads as given by an aide or technician."),
    "code_misfit": (code_misfit, "interventions_named", "What is described under the code reads as another service."),
    "not_skilled": (
        not_skilled,
        "skilled_intervention",
        "The exercise reads as independent, general fitness or maintenance, with no reason for a therapist.",
    ),
    "inconsistent": (inconsistent, "", "Sides, numbers, dates or statements cannot both be true."),
}


def read_contradictions(view: NoteView, minutes: Minutes) -> tuple[Contradiction, ...]:
    """Every contradiction in the order of annotation.md, with its evidence."""
    out = []
    for name, (check, touches, message) in _CHECKS.items():
        found = tuple(check(view, minutes))
        if found:
            out.append(Contradiction(name, message, found[:4], touches))
    return tuple(out)
