"""Noun-phrase labels: MEASURE, SERVICE, EXERCISE, DOSE, IMPAIRMENT. Each function drafts spans into the context."""

from __future__ import annotations

import re

from therex.pipeline.context import Context, Draft

_VALUES = ("q_angle", "q_grade", "q_score", "q_number", "q_range", "q_seconds", "q_percent", "q_distance", "q_weight",
           "q_bp", "q_rate", "q_minutes")  # fmt: skip
_BETWEEN = "<be|colon|of|eq|dash|at|comp|from|side|position|gt|lt|approx|time_ref|lp|to|sev|for|decreased>"
ROM = (
    "(?:<side|position|exhead|function|comp>)*(?:<function|exhead><of><the>?<side>?)?(?:<body|motion|function>)(?:<side|position|exhead|function|motion|slash|body|and|decreased>)*"
    f"(?:{_BETWEEN}){{0,3}}<q_angle|q_grade>{{value_tail}}{{compare}}*{{value_tail}}"
)
ROM_EXERCISE = f"(?:<side>)*<exercise|measure>(?:<side|body|motion|exhead|position|in|the>)*(?:{_BETWEEN}){{0,3}}<q_angle|q_grade>{{value_tail}}{{compare}}*{{value_tail}}"
REVERSED = "<q_grade|q_angle>(?:<in|for|of>)?(?:<the>)?(?:<side|body|position>)*(?:<body|motion|function>)(?:<side|motion|body|slash>)*{value_tail}"
ROM_NUMBER = (
    "(?:<side|position>)*(?:<body>)*(?:<side|position|exhead>)*<motion>(?:<side|motion|slash|position|exhead>)*"
    f"(?:{_BETWEEN}){{0,2}}<q_number|q_range|q_percent|q_score>{{value_tail}}{{compare}}*{{value_tail}}"
)
INSTRUMENT = (
    f"(?:<side>)*<measure>(?:<measure|side|word|motion|function|lp|rp|exercise|exhead|dash|slash|body|q_ordinal|the|pron|decreased|activity>){{0,5}}?(?:{_BETWEEN}){{0,3}}"
    "{value}{value_tail}{compare}*{value_tail}"
)
PAIN = (
    "(?:<side|body|sev|motion|function>)*<deficit|body>(?:<side|body|word|the|in|pron>){0,3}?"
    f"(?:{_BETWEEN}){{0,4}}<q_score>{{value_tail}}(?:<with|in|on|for><activity|motion|position|the>+)?{{compare}}*{{value_tail}}"
)
COUNTED = f"(?:<function|activity>)(?:<word|with|function|decreased>){{0,2}}?(?:{_BETWEEN}){{1,3}}<q_distance|q_seconds|q_percent>{{value_tail}}{{compare}}*"
SCORED = "<q_score><side|body|sev>*<deficit>"
LAG = "(?:<q_angle>(?:<side|body>)*<deficit>|<body>*<deficit><be|colon|of>?<q_angle>{value_tail})"
BARE_SCORE = "<q_score>(?:<time_ref>|<with|in|on|for>(?:<the>)?<activity|motion|position|exercise>+)?{value_tail}"
_PAINY = re.compile(r"pain|vas|nprs|nrs|discomfort|sore|ache|headache|dizz|symptom|sx|fatigue|numb|tingl|stiff")
_PER10 = re.compile(r"(?:/|out of) *10(?!\d)")


def draft_measures(ctx: Context) -> None:
    """MEASURE: a name and its value, with the values it is compared with.

    Source: annotation.md, label table and settled points on pain and bare tests.
    """
    taken: list[tuple[int, int]] = []

    def add(i: int, j: int, source: str) -> None:
        while i < j and ctx.has(i, "slash", "and", "comma", "comp", "exhead", "function") and not ctx.has(i, "measure", "motion", "body") and (
            ctx.has(i, "slash", "and", "comma") or ctx.units[i].word in ("from", "was", "eval")
        ):
            i += 1
        while j > i and ctx.has(j - 1, "comma", "time_ref") and ctx.units[j - 1].word in (",", "post", "pre", "before", "after", "rest", "activity"):
            j -= 1
        if any(a < j and i < b for a, b in taken) or i >= j:
            return
        taken.append((i, j))
        ctx.add("MEASURE", i, j, source)

    rows = _table_rows(ctx)
    for i, j in rows:
        add(i, j, "rule:measure.table_row")
    for name, pattern in (
        ("scored", SCORED), ("lag", LAG), ("rom", ROM), ("instrument", INSTRUMENT), ("pain", PAIN), ("rom_test", ROM_EXERCISE), ("reversed", REVERSED),
        ("rom_number", ROM_NUMBER), ("counted", COUNTED),
    ):  # fmt: skip
        for i, j in ctx.grammar.find(pattern, ctx.row):
            if ctx.kinds[i] in ("billing", "medications", "signature") and name != "instrument":
                continue
            if name == "lag" and not re.search(r"lag|deficit|contracture|lacking", ctx.text(i, j)):
                continue
            if name == "scored" and not (_PER10.search(ctx.text(i, j)) and _PAINY.search(ctx.text(i, j))):
                continue
            if name == "pain":
                body = ctx.text(i, j)
                if not _PER10.search(body) or not _PAINY.search(ctx.text(*ctx.sentence(j - 1)) + body):
                    continue
                i = _pain_head(ctx, i, j)
            if name == "rom_number" and (ctx.kinds[i] in ("treatment", "plan", "hep", "goals", "billing") or not _degrees(ctx, i, j)):
                continue
            if name == "instrument" and not _instrument_ok(ctx, i, j):
                continue
            if name == "counted" and (ctx.kinds[i] in ("plan", "goals", "treatment", "hep", "history") or ctx.any(i, j, "assist")):
                continue
            add(i, j, f"rule:measure.{name}")
    for i, j in ctx.grammar.find(BARE_SCORE, ctx.row):
        if _PER10.search(ctx.text(i, i + 1)) and _PAINY.search(ctx.text(*ctx.sentence(i))) and ctx.kinds[i] != "goals":
            add(i, j, "rule:measure.score")


def _pain_head(ctx: Context, i: int, j: int) -> int:
    """Where the measure itself begins in a pain phrase: at `pain`, unless a place stands right before it."""
    k = ctx.first(i, j, "deficit")
    return k if k > i and not ctx.any(i, k, "body", "side") else i


def _degrees(ctx: Context, i: int, j: int) -> bool:
    for k in range(i, j):
        q = ctx.units[k].quantity
        if q is not None and q.kind in ("number", "range", "percent", "score"):
            return bool(q.numbers) and 0 <= q.numbers[-1] <= 200 and (q.kind != "number" or q.numbers[-1] >= 3)
    return False


def _instrument_ok(ctx: Context, i: int, j: int) -> bool:
    k = ctx.first(i, j, "measure")
    entry = ctx.units[k].entry("measure")
    kind = entry.extra.get("kind", "") if entry else ""
    v = ctx.first(k + 1, j, *_VALUES)
    if v < 0 or v - k > 6:
        return False
    q = ctx.units[v].quantity
    assert q is not None
    word = ctx.units[k].word
    if kind == "vital":
        n = q.numbers[0] if q.numbers else 0
        if word in ("hr", "pulse") or "heart" in word:
            return 35 <= n <= 220 and q.kind in ("number", "rate", "range")
        if word == "bp" or "blood" in word or "resting" in word:
            return q.kind in ("bp", "score")
        if "o2" in word or word == "sat" or "pulse ox" in word or "oxygen" in word:
            return 60 <= n <= 100
        return q.kind in ("number", "weight", "angle", "percent", "rate", "range")
    if kind == "pain":
        return q.kind in ("score", "number", "range", "percent")
    if word in ("grip", "pinch", "grip strength", "weight", "wt", "distance", "circ"):
        return q.kind in ("weight", "distance", "percent", "number", "range") and (q.kind != "weight" or ctx.kinds[i] != "treatment")
    return not (q.kind == "number" and ctx.has(v + 1, "dot") and ctx.has(v - 1, "br"))


def _table_rows(ctx: Context) -> list[tuple[int, int]]:
    """Lines of a name and two or more bare values, as in a table of girths or vital signs."""
    out = []
    for i, j in ctx.bounds:
        values = [k for k in range(i, j) if not ctx.units[k].cats.isdisjoint(_VALUES)]
        if ctx.any(i, j, "timed", "total", "service", "q_date", "q_code", "untimed") or (ctx.units[i].word == "pt"):
            continue
        if len(values) < 2 or ctx.kinds[i] in ("billing", "plan", "goals", "treatment", "header"):
            continue
        head = values[0] - i
        rest = j - values[0]
        if (head == 0 and not (out and i - out[-1][1] <= 2)) or head > 6 or any(ctx.has(k, "dot", "semi", "comma") for k in range(i, j)):
            continue
        if rest - len(values) > 2 or not ctx.any(i, values[0], "body", "motion", "measure", "function") and head > 2:
            continue
        if ctx.any(i, j, "exercise") and not ctx.any(i, values[0], "measure", "motion"):
            continue
        gaps = ctx.surface.text[ctx.units[i].start : ctx.units[j - 1].end]
        if gaps.count("   ") + gaps.count("\t") >= 1:
            out.append((i, j))
    return out


SITE = "(?:<to|at|in|for>(?:<the>)?(?:<side|body|position|sev|and|slash|motion|comma(?=<body|side>)|q_ordinal>)*<body>)?"
SERVICE = "(?:<side|body|position|sev>)*<service>"
_WORDY = frozenset({"heat", "ice", "massage", "traction", "manual", "distraction", "mobilizations", "laser", "vestibular training",
                    "evaluation", "modality", "aquatic", "taping", "positioning", "session", "cupping", "lymph drainage", "bandaging",
                    "mob", "manual therapy", "stm"})  # fmt: skip


def draft_services(ctx: Context) -> None:
    """SERVICE: every mention by name or code; a named manual technique takes its site with it."""
    units, n = ctx.units, len(ctx.units)
    i = 0
    while i < n:
        u = units[i]
        if "q_code" in u.cats:
            j = i + 1
            gap = ctx.surface.norm[u.end : units[j].start] if j < n else "\n"
            if j < n and "service" in units[j].cats and gap == " " and _code(ctx, j) in ("", u.word.upper(), u.word):
                j += 1
            ctx.add("SERVICE", i, j, "lexicon:service.code", u.word.upper())
            i = j
            continue
        entry = u.entry("service")
        if entry is None or not _service_ok(ctx, i):
            i += 1
            continue
        code = entry.concept or None
        a, j = i, i + 1
        if code == "97140":
            while a > 0 and ctx.has(a - 1, "body", "side", "motion", "ordinal") and not ctx.has(a - 1, "service") and not ctx.covered(a - 1, a, "SERVICE"):
                a -= 1
            if re.match(r"grade|gr|central|unilateral|posterior|inferior|cervical|lumbar|thoracic", units[a - 1].word) and a > 0:
                a -= 1
            if j + 1 < n and units[j].word in ("grade", "gr") and (ctx.has(j + 1, "q") or units[j + 1].word.strip("iv-") == ""):
                j += 2
            m = ctx.grammar.compiled(SITE).match(ctx.row, j)
            if m and m.end() > j:
                j = m.end()
        elif ctx.has(j, "q_code") and ctx.surface.norm[units[j - 1].end : units[j].start] == " " and _code(ctx, i) == units[j].word.upper():
            j += 1
        ctx.add("SERVICE", a, j, "lexicon:service", code)
        i = max(j, i + 1)


def _code(ctx: Context, i: int) -> str:
    entry = ctx.units[i].entry("service")
    return entry.concept if entry else ""


def _service_ok(ctx: Context, i: int) -> bool:
    u = ctx.units[i]
    kind = ctx.kinds[i]
    if ctx.covered(i, i + 1, "MEASURE"):
        return False
    if u.word in ("ice", "heat", "massage", "ice/heat") and kind in ("subjective", "history"):
        return False
    if "evaluation" in u.word and kind in ("header", "") and ctx.has(i - 1, "br"):
        return False
    if u.word in ("evaluation", "pt evaluation", "ot evaluation", "initial evaluation", "pt eval", "ot eval"):
        # "since initial evaluation" is a point in time
        return ctx.has(i + 1, "q_code") or ctx.has(i - 1, "q_code") or bool(re.search(r"seen for|complet|perform|bill|min", ctx.text(*ctx.sentence(i))))
    if u.word == "met" and (ctx.has(i - 1, "dash", "colon") or kind in ("goals", "assessment")):
        return False
    if u.word == "iced":
        return ctx.has(i + 1, "q_minutes", "body", "side")
    if u.word in ("manual",):
        return kind in ("treatment", "billing", "objective", "") and not ctx.has(i + 1, "word", "skill_cue", "light", "level_word")
    if u.word == "aquatic":
        return kind in ("treatment", "billing")
    if u.word == "traction" and kind == "subjective":
        return False
    return True


AMBIGUOUS = frozenset({
    "sit to stand", "squat", "step up", "jogging", "rolling", "crawling", "functional reaching", "floor to waist lift", "stationary bike",
    "hip extension", "hip flexion", "hip abduction", "hip adduction", "shoulder flexion", "shoulder extension", "shoulder abduction",
    "external rotation", "internal rotation", "horizontal abduction", "knee flexion", "knee extension", "elbow flexion", "elbow extension",
    "wrist flexion", "wrist extension", "ankle dorsiflexion", "ankle plantarflexion", "ankle inversion", "ankle eversion", "radial deviation",
    "cervical extension", "cervical AROM", "thoracic rotation", "thoracic extension", "trunk flexion stretch", "trunk AROM",
    "active range of motion", "passive range of motion", "active assisted range of motion", "forearm AROM", "knee AROM", "shoulder AROM",
    "ankle AROM", "hip AROM", "wrist AROM", "elbow AROM", "digit AROM", "extremity AROM", "treadmill", "interval walking", "weight shift",
    "single leg stance", "tandem stance", "tandem walk", "seated balance", "scooting", "opposition", "foam standing", "heel walk",
    "turning practice", "kneel to stand", "plyometrics", "tall kneeling", "thumb opposition", "coordination exercise", "reach and grasp",
    "push up", "swimming", "dual task walking", "therapeutic exercise program", "stretching", "aerobic exercise", "work simulation",
    "hip rotation AROM", "shoulder PROM", "single leg squat", "backward walking", "side stepping", "grip strengthening", "lunge", "elliptical",
    "straight leg raise", "MP flexion", "prone on elbows", "ulnar deviation strengthening", "forearm pronation supination", "yoga", "tai chi",
    "quadruped rocking", "narrow base standing", "functional endurance activity", "gait drill", "step negotiation drill", "hip internal rotation strengthening",
    "standing reach", "balance training", "swiss ball exercise", "shoulder shrug", "boxing drill", "rower", "jump rope", "head control", "supported standing",
    "reactive stepping", "resisted rotation", "scapular elevation depression", "core stabilization", "trunk endurance", "the knack", "box jump", "pull up",
})  # fmt: skip
# abbreviations and words that mean something else in another context: they want a dose or a neighbour
AMBIGUOUS_WORDS = frozenset({
    "ap", "gs", "hs", "hr", "tr", "abc", "qs", "sts", "tm", "imt", "pre", "er", "ir", "run", "running", "climbing", "climb", "march", "pulley",
    "intrinsic", "tandem", "quadruped", "lunge", "bridge", "row", "shuttle", "plank", "chop", "ranger", "opposition", "perturbation", "yoga",
    "knack", "slider", "wand", "dowel", "shrug", "crawl", "hop", "hurdle", "flick", "sprint", "cardio", "foam", "swimming", "cycling", "bicycle",
    "saccade", "cobra", "tai chi", "stepper", "boxing", "gaze shift", "blocking", "convergence exercise", "deep breathing", "ckc", "okc", "r",
})  # fmt: skip
_DOSEY = ("q_dose", "q_hold", "q_dose_rev", "q_xreps", "q_times")
RISKY_HEADS = frozenset({"step", "walk", "reach", "hold", "push", "carry", "set", "activation", "training exercise", "hop", "jump", "AROM",
                         "lunge", "press", "progression", "kick", "rocking", "stance", "twist", "raise", "glide", "tap", "circle", "slide", "row"})  # fmt: skip
EXERCISE_PATTERNS = (
    ("concept", "{exercise}"),
    ("function", "{exercise_function}"),
    ("head", "{exercise_head}"),
    ("motion", "{exercise_motion}"),
)
_HELD = re.compile(r"\b(?:held|hold(?:ing)? off|on hold|deferred?|not (?:performed|done|started|started today|tolerated)|omitted|declined|refused|withheld|skipped"
                   r"|unable to perform|discontinued|d/c'?d|contraindicated|avoid(?:ed)?|out for now|did not (?:perform|do)|leave out|not ready for"
                   r"|not yet|no further|stopped doing)\b")  # fmt: skip
_HOME = re.compile(r"\b(?:hep|home program|home exercise|at home|for home|home ex|homework|handout|daily at home|home prog)\b")
_PLAN = re.compile(r"\b(?:next (?:visit|session|tx|time|treatment|week)|will (?:add|begin|start|progress|continue|trial|introduce|initiate|be added|advance)"
                   r"|plan(?:ned)? (?:to|is)|^plan\b|to (?:begin|start|be added)|once (?:cleared|he|she|pt)|when cleared|tomorrow|upcoming)\b")  # fmt: skip


def draft_exercises(ctx: Context) -> None:
    """EXERCISE: a named exercise or type of exercise, with side, position and equipment in the phrase.

    Named by the lexicon, built from a body part or position with a head word, or standing before a dose in a list.
    """
    for name, pattern in EXERCISE_PATTERNS:
        for i, j in ctx.grammar.find(pattern, ctx.row):
            i, j = _trim_exercise(ctx, i, j)
            j = _reach_dose(ctx, j)
            if i >= j or ctx.covered(i, j, "EXERCISE"):
                continue
            if not _exercise_ok(ctx, i, j, name):
                continue
            ctx.add("EXERCISE", i, j, f"rule:exercise.{name}", exercise_attribute(ctx, i, j))


def _trim_exercise(ctx: Context, i: int, j: int) -> tuple[int, int]:
    while i < j and (ctx.has(i, "slash", "and", "sev") and not ctx.has(i, "exercise", "position", "body")):
        i += 1
    while j > i and ctx.has(j - 1, "slash", "and", "in", "with", "from", "to", "the") and not ctx.has(j - 1, "exercise"):
        j -= 1
    return i, j


_PLAIN = ("word", "in", "with", "position", "body", "side", "equipment", "motion", "exercise", "slash", "the", "to", "from", "q_inch", "exhead",
          "activity", "and", "aid", "quote", "of", "by", "function", "q_number", "q_distance", "each")  # fmt: skip


def _reach_dose(ctx: Context, j: int) -> int:
    """Past the words that stand between an exercise and its dose; an enumeration in brackets belongs to the name."""
    if ctx.has(j, "lp"):
        k = j + 1
        while k < len(ctx.units) and k - j < 9 and ctx.has(k, "word", "comma", "exercise", "position", "side", "and", "motion", "exhead", "body", "sev"):
            k += 1
        if ctx.has(k, "rp") and k > j + 1:
            return k + 1
    for k in range(j, min(j + 7, len(ctx.units))):
        if ctx.has(k, *_DOSEY):
            e = k
            while e > j and ctx.has(e - 1, "with", "in", "the", "and", "quote", "to", "by", "each", "slash"):
                e -= 1
            return e
        if not ctx.has(k, *_PLAIN) or ctx.has(k, "skill_cue", "purpose_of_cue", "response_cue", "deficit", "assist", "rationale_cue", "q_weight", "pron"):
            return j
        if ctx.has(k, "and", "exercise") and k > j and ctx.has(k, "exercise"):
            return j
    return j


def _next_dose(ctx: Context, j: int, reach: int = 5) -> bool:
    for k in range(j, min(j + reach, len(ctx.units))):
        if ctx.has(k, *_DOSEY, "q_minutes", "q_per_day", "q_band", "q_weight", "q_level", "q_distdose", "q_rpe"):
            return True
        if ctx.has(k, "br", "semi", "dot", "exercise") or (ctx.has(k, "comma") and k > j):
            return False
        if ctx.has(k, "deficit", "measure", "be"):
            return False
    return False


def _exercise_ok(ctx: Context, i: int, j: int, how: str) -> bool:
    kind = ctx.kinds[i]
    if ctx.covered(i, j, "MEASURE", "SERVICE") or (j < len(ctx.units) and ctx.units[j].word in ("test", "testing", "stress", "stres")):
        return False
    if kind in ("history", "diagnosis", "medications", "billing", "precautions", "header", "signature"):
        return False
    dosed = _next_dose(ctx, j)
    value_next = any(ctx.has(x, "q_angle") and not ctx.any(j, x, "comma", "dot", "br", "semi", "q_dose", "to") for x in range(j, min(j + 4, len(ctx.units)))) or ctx.has(j, "q_angle", "q_grade", "q_score") or (ctx.has(j, "colon", "be") and ctx.has(j + 1, "q_angle", "q_grade", "assist", "decreased", "normal"))
    if value_next:
        return False
    k = ctx.first(i, j, "exercise")
    concept = ctx.units[k].entry("exercise") if k >= 0 else None
    ambiguous = concept is None or concept.concept in AMBIGUOUS or ctx.units[k].word in AMBIGUOUS_WORDS
    if how in ("head", "function") and concept is None:
        h = ctx.first(i, j, "exhead")
        head = ctx.units[h].entry("exhead") if h >= 0 else None
        solid = ctx.any(i, j, "body", "motion", "function") or (ctx.any(i, j, "position", "equipment") and ctx.any(i, j, "exhead"))
        if head is None or not solid:
            return False
        ambiguous = head.concept in RISKY_HEADS
    if how == "motion":
        ambiguous = True
    first, last = ctx.sentence(i)
    if not ambiguous:
        if kind == "goals":
            return dosed
        if kind == "subjective":
            return bool(_HOME.search(ctx.text(first, last))) or dosed
        return not ctx.has(i - 1, "decreased", "limiter") or dosed
    if kind in ("goals", "subjective"):
        return False
    if ctx.any(i - 2, j + 4, "assist") and not dosed:
        return False
    if ctx.any(max(i - 2, first), i, "decreased", "deficit", "limiter", "limited", "difficulty"):
        return False
    if dosed:
        return not (kind in ("objective", "assessment") and how == "motion" and ctx.has(j, "q_weight", "q_seconds"))
    if k >= 0 and ctx.units[k].word in AMBIGUOUS_WORDS and kind == "treatment" and not ctx.any(first, last, *_DOSEY, "q_minutes"):
        return sum(1 for x in range(first, last) if ctx.has(x, "exercise") and ctx.units[x].word not in AMBIGUOUS_WORDS) >= 1
    if kind == "treatment":
        return how != "motion" or ctx.any(first, last, *_DOSEY, "exercise")
    if kind in ("hep", "plan"):
        return how != "motion"
    # outside any treatment section: only in a sentence that also names a service or other exercises with a dose
    if any(d.label == "SERVICE" and d.attribute in ("97110", "97112", "97530") and first <= d.first < i for d in ctx.drafts):
        return not ctx.any(i, last, "assist")
    return kind in ("", "objective") and ctx.any(first, last, *_DOSEY) and how != "motion"


def exercise_attribute(ctx: Context, i: int, j: int) -> str:
    """performed, home, planned or held, by section and the words around."""
    kind = ctx.kinds[i]
    a, b = ctx.chunk(i)
    first, last = ctx.sentence(i)
    near = ctx.text(a, b)
    sentence = ctx.text(first, last)
    before = ctx.text(first, i)
    if _HELD.search(near) and not re.search(r"held (?:for |x ?)?\d", near):
        return "held"
    if kind == "hep" or _HOME.search(before) or _HOME.search(near):
        return "home"
    if kind in ("plan", "goals"):
        return "home" if _HOME.search(sentence) else "planned"
    if _PLAN.search(before) or _PLAN.search(near):
        return "planned"
    if re.search(r"(?:shown|taught|given|issued|instructed)[^.;]*$", before) and re.search(r"\bhome\b|handout|\bhep\b", sentence):
        return "home"
    return "performed"


def draft_doses(ctx: Context) -> None:
    """DOSE: one span for each run of sets, repetitions, hold, load, band, level, speed or effort."""
    for i, j in ctx.grammar.find("{dose}", ctx.row):
        while j > i and ctx.has(j - 1, "to", "and", "lp", "in", "for", "with", "comma", "the", "dash", "plus", "of", "slash"):
            j -= 1
        while i < j and ctx.has(i, "comma", "and", "rp", "dash"):
            i += 1
        if i >= j or ctx.covered(i, j, "MEASURE", "DURATION", "DOSE"):
            continue
        if not _dose_ok(ctx, i, j):
            continue
        if ctx.any(i, j, "lp") and not ctx.any(i, j, "rp"):
            j = ctx.first(i, j, "lp")
        # cells of a table are doses of their own
        a = i
        for k in range(i + 1, j + 1):
            if k == j or ctx.surface.norm[ctx.units[k - 1].end : ctx.units[k].start].startswith("   "):
                if ctx.any(a, k, "q"):
                    ctx.add("DOSE", a, k, "rule:dose")
                a = k


def _dose_ok(ctx: Context, i: int, j: int) -> bool:
    kind = ctx.kinds[i]
    first, last = ctx.sentence(i)
    if kind in ("billing", "history", "diagnosis", "precautions", "medications", "header", "signature", "subjective"):
        return kind in ("history", "subjective", "header") and ctx.any(i, j, "q_dose", "q_hold") and ctx.covered(max(first, i - 6), i, "EXERCISE")
    if ctx.has(i - 1, "q_code") or (ctx.covered(i - 1, i, "SERVICE") and not ctx.any(i, j, *_DOSEY, "q_band", "q_distdose")):
        return False
    near = ctx.covered(max(first, i - 8), min(last, j + 5), "EXERCISE") or ctx.covered(max(first, i - 5), i, "SERVICE")
    if ctx.any(i, j, "q_dose", "q_hold"):
        return kind not in ("goals",) or near
    if ctx.any(i, j, "q_per_day") and not ctx.any(i, j, *_DOSEY, "q_band"):
        return ctx.covered(max(first, i - 6), i, "EXERCISE")
    if ctx.any(i, j, "q_dose_rev", "q_xreps", "q_times", "q_band", "q_distdose", "q_noload"):
        if kind in ("goals",):
            return ctx.covered(first, last, "EXERCISE")
        return near or kind in ("treatment", "hep", "plan")
    if kind == "goals":
        return False
    if ctx.any(i, j, "q_times_post"):
        return ctx.covered(max(first, i - 4), i, "EXERCISE")
    return ctx.covered(max(first, i - 5), i, "EXERCISE", "DOSE") or (ctx.any(i, j, "q_weight", "q_level", "light") and ctx.covered(i, min(last, j + 4), "EXERCISE"))


_STOP = re.compile(r"^(?:pt|patient|he|she|and|then|with|for|the|to|in|of|was|were|is|did|performed|completed|x|total|units?|visit|time|session|pain|min|"
                   r"minutes|at|from|also|pounds?|able|only|each|held|rest|attempts?|trials?|distance|assist|reps?|sets?|seen|needed|required|falls?|steps|used|use|needs)$")  # fmt: skip
_LEAD = re.compile(r"^(?:pt|patient|he|she|and|then|performed|perform|completed|complete|did|w/|with|the|also|followed|by|including|included|includes|consisting|of|"
                   r"started|continued|cont|added|today|we|i|worked|on|progressed|to|new|finished|trial|began|using|doing|use|into|had|client|resident|child|in|x|for|plus|a|some|her|his|incl|add|adding|begin|start|next|initiate|trial|progress|advance|resume)$")  # fmt: skip


def draft_unnamed_exercises(ctx: Context) -> None:
    """EXERCISE not in the lexicon: in a treatment list, what stands before a dose of sets and repetitions."""
    for dose in [d for d in ctx.of("DOSE") if ctx.any(d.first, d.last, "q_dose", "q_hold", "q_xreps", "q_dose_rev", "q_times")]:
        i = dose.first
        if ctx.kinds[i] not in ("treatment", "hep", "objective", "", "plan"):
            continue
        first, _ = ctx.sentence(i)
        a = i
        while a > first and i - a < 8 and not ctx.has(a - 1, "comma", "semi", "dot", "br", "bullet", "pipe", "rp", "q", "arrow", "but"):
            if ctx.has(a - 1, "colon") and i - a > 0:
                break
            if ctx.covered(a - 1, a, "DOSE", "SERVICE", "DURATION", "MEASURE", "EXERCISE"):
                break
            a -= 1
        b = i
        while b > a and ctx.has(b - 1, "colon", "dash", "for", "with", "at", "lp", "eq"):
            b -= 1
        while a < b and (_LEAD.match(ctx.units[a].word) or ctx.has(a, "dash", "colon", "bullet", "punct")):
            a += 1
        if b <= a or b - a > 6 or ctx.covered(max(a - 1, first), b, "EXERCISE", "MEASURE", "SERVICE"):
            continue
        words = [ctx.units[k].word for k in range(a, b)]
        if _STOP.match(words[-1]) or (len(words) == 1 and (len(words[0]) < 4 or words[0] in ("pattern", "warm", "each", "post"))) or _STOP.match(words[0]) or not any(len(w) > 2 and w[0].isalpha() for w in words):
            continue
        if ctx.any(a, b, "deficit", "skill_cue", "assist", "measure", "pron", "be", "neg", "response_cue", "limiter", "condition", "time_ref"):
            continue
        ctx.add("EXERCISE", a, b, "rule:exercise.before_dose", exercise_attribute(ctx, a, b))
    for d in list(ctx.of("EXERCISE")):
        _reach_back(ctx, d)


def _reach_back(ctx: Context, d: Draft) -> None:
    """To the head of its list item, where only a few plain words stand before an exercise that has a dose."""
    if ctx.kinds[d.first] not in ("treatment", "hep") or not ctx.has(d.last, *_DOSEY, "q_minutes", "comma"):
        return
    a = d.first
    while a > 0 and d.first - a < 4 and ctx.has(a - 1, "word", "position", "side", "body", "motion", "slash", "activity", "exhead", "exercise") and not ctx.has(a - 1, "pron", "service", "be", "skill_cue", "rationale_cue"):
        if ctx.covered(a - 1, a, "EXERCISE", "DOSE", "SERVICE", "DURATION"):
            return
        a -= 1
    if a == d.first or not (a == 0 or ctx.has(a - 1, "comma", "semi", "br", "bullet", "dash", "colon", "dot") or ctx.sentence(d.first)[0] == a):
        return
    while a < d.first and (_LEAD.match(ctx.units[a].word) or ctx.units[a].word.endswith(("ed", "ing"))):
        a += 1
    d.first, d.start = a, ctx.units[a].start
    ctx.cover("EXERCISE", a, d.last)


I1 = (
    "(?:<sev|side|body>)*<decreased>(?:<of|in>)?(?:<the|side|body|motion|position|exhead|sev|decreased>)*<function|motion|deficit>"
    "(?:(?:<slash|and|comma>)+(?:<side|body|position|decreased>)*<function|motion>)*(?:<motion|body>)*(?:<in|of|at|to|with>(?:<the|side|body|motion|position>){1,5}(?:<and|slash|body|motion>)*)?"
)
I2 = (
    "(?:<side|body|sev|motion|decreased|function>|<position>(?=<body|motion|sev|deficit>)|<slash>(?=<body|motion|function>)|<and>(?=<body>))*<deficit>(?:<deficit>)*(?:<slash|and><sev>*<deficit>)?"
    "(?:<in|of|at|to|with|for>(?:<the|side|body|motion|position|sev|slash|exhead|activity|exercise>){1,6})?(?:<side>)?"
)
I3 = "(?:<side|body|position>)*<function|motion>(?:<be|colon|sev|dash>){0,2}<decreased|deficit><sev>?"
I4 = "(?:<side|body>)+<be>(?:<sev>)*<deficit>"
_HEADINGISH = re.compile(r" *:")


def draft_impairments(ctx: Context) -> None:
    """IMPAIRMENT: a deficit said in words, with side, part and any value in the same phrase."""
    for m in [x for x in ctx.of("MEASURE") if ctx.any(x.first, x.last, "q_score") and ctx.kinds[x.first] in ("subjective", "assessment", "", "objective")]:
        text = ctx.text(m.first, m.last)
        # pain with a place or a behaviour is a deficit around its score
        if _PAINY.search(text) and (ctx.any(m.first, m.last, "body", "activity") or re.search(r"end range|with (?!activity)\\w+", text)) and not ctx.covered(m.first, m.last, "GOAL", "RESPONSE"):
            ctx.add("IMPAIRMENT", m.first, m.last, "rule:impairment.scored")
    for name, pattern in (("decreased", I1), ("function_is", I3), ("part_is", I4), ("deficit", I2)):
        for i, j in ctx.grammar.find(pattern, ctx.row):
            while i < j and ctx.has(i, "and", "slash", "comma") and not ctx.has(i, "deficit", "decreased", "body"):
                i += 1
            if i >= j or ctx.covered(i, j, "IMPAIRMENT") or not _impairment_ok(ctx, i, j, name):
                continue
            i, j = _adjectival(ctx, *_gain_off(ctx, i, j))
            i, j = _with_score(ctx, i, j)
            ctx.add("IMPAIRMENT", i, j, f"rule:impairment.{name}")


def _gain_off(ctx: Context, i: int, j: int) -> tuple[int, int]:
    """`less hip pain` names the deficit `hip pain`."""
    while i + 1 < j and ctx.has(i, "decreased") and re.match(r"decr|dec\\b|reduc|less|↓|diminish", ctx.units[i].word) and ctx.any(i, j, "deficit") and not ctx.any(i, j, "function", "motion"):
        i += 1
    return i, j


_ADJECTIVES = frozenset({"weak", "tight", "stiff", "painful", "swollen", "sore", "tender", "adherent", "shortened", "hypomobile", "unstable", "achy", "weaker", "numb"})


def _adjectival(ctx: Context, i: int, j: int) -> tuple[int, int]:
    """`weak external rotators`: an adjective takes the part that follows it."""
    d = ctx.first(i, j, "deficit")
    if d == j - 1 and ctx.units[d].word in _ADJECTIVES and not ctx.any(i, d, "body"):
        k = j
        while ctx.has(k, "side", "body", "motion"):
            k += 1
        return i, k
    return i, j


def _with_score(ctx: Context, i: int, j: int) -> tuple[int, int]:
    """A pain with a place takes the score beside it."""
    for m in ctx.of("MEASURE"):
        if m.first < j and i < m.last:
            return min(i, m.first), max(j, m.last)
        if m.first == j or (m.first == j + 1 and ctx.has(j, "colon", "be", "lp", "comma")):
            if ctx.has(m.first, "q_score", "q_angle"):
                return i, m.last
        if m.first == j + 1 and ctx.has(j, "comma") and ctx.any(m.first, m.last, "q_distance", "q_angle") and ctx.any(i, j, "body"):
            return i, m.last
    return i, j


_VAGUE = frozenset({"symptom", "sx", "falls risk", "fatigue", "tone", "deficit", "dysfunction", "impairment", "asymmetry", "compensation", "restriction",
                    "tender", "guarding", "freezing", "burning", "synergy", "substitution", "spinning", "sway", "fatigued", "instability", "catching"})  # fmt: skip


def _impairment_ok(ctx: Context, i: int, j: int, how: str) -> bool:
    kind = ctx.kinds[i]
    if kind in ("history", "medications", "precautions", "goals", "billing", "signature", "hep", "header"):
        return False
    if ctx.text(i, j).strip() in ("step to", "steps to", "does", "sway", "burning"):
        return False
    if kind in ("treatment", "plan", "response") and how != "decreased" and not ctx.any(i, j, "body", "side"):
        return False
    if kind == "diagnosis" and how != "deficit":
        return False
    d = ctx.first(i, j, "deficit")
    if how == "deficit" and d >= 0:
        word = ctx.units[d].word
        specific = ctx.any(i, j, "body", "side", "motion", "sev", "decreased")
        painy = _PAINY.search(word) is not None
        measured = ctx.inside(d, d + 1, "MEASURE")
        if painy and (measured or (ctx.has(j, "colon") and ctx.any(j, j + 4, "q_score", "normal", "neg"))) and not ctx.any(i, j, "body", "side"):
            return False
        if painy and ctx.has(d + 1, "q_score") and not ctx.any(i, j, "body"):
            return False
        if word in _VAGUE and not specific:
            return False
        if kind == "diagnosis" and ctx.any(i, j, "condition") and not re.search(r"paresis|plegia|aphasia|weak|lag|spastic", word):
            return False
        if ctx.has(d, "response_cue") and kind in ("treatment", "response"):
            return False
    if how == "decreased" and not ctx.any(i, j, "function", "motion", "deficit"):
        return False
    if ctx.has(i, "decreased") and ctx.any(i, j, "deficit") and not ctx.any(i, j, "function", "motion"):
        d = ctx.first(i, j, "deficit")
        # "decreased pain" is a gain, "limited by pain" a limit
        if kind not in ("subjective", "assessment", "") and re.match(r"decr|dec|reduc|less|↓|diminish|limited|restricted", ctx.units[i].word) and _PAINY.search(ctx.units[d].word):
            return False
    return not ctx.inside(i, j, "SERVICE", "EXERCISE")
