"""The six contradictions. Definitions: annotation.md, section "Contradictions"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import cache
from itertools import accumulate

from therex.billing.charges import over_billed, sentence
from therex.catalog.codes import is_timed
from therex.catalog.files import resource
from therex.catalog.patterns import Patterns
from therex.elements.contact import aide_delivered, bears_out, exercise_context, not_one_on_one
from therex.elements.evidence import text_of
from therex.elements.inconsistent import inconsistent
from therex.elements.patterns import pattern
from therex.elements.treatment import given_services, performed_exercises
from therex.types import Contradiction, Minutes, NoteView, Range, Span

_RE = Patterns("contradictions")

Check = Callable[[NoteView, Minutes], Iterable[Range]]


def _sentences(view: NoteView) -> Iterable[tuple[Range, str]]:
    for r in view.sentences:
        yield r, view.low[r.start : r.end]


def units_mismatch(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    """More units than either rule gives for the stated minutes, or than the length of the visit allows; fewer is none.

    The evidence is the units that are above, and no others (annotation.md, "Contradictions").
    """
    for over in over_billed(minutes):
        for key in [f"units:{code}" for code in over.codes] or ["units_total"]:
            for r in minutes.evidence.get(key, ()):
                yield _with_code(view, r, key.partition(":")[2])


_EDGE = " \t\n:;,.|"


def _with_code(view: NoteView, r: Range, code: str) -> Range:
    """The units with the code beside them, where only a sign or `of` is between; without signs at the edges."""
    start, end = r.start, r.end
    services = view.of("SERVICE", code)
    before = [s.start for s in services if s.start < start and _RE["between"].fullmatch(view.low, min(s.end, start), start)]
    after = [s.end for s in services if s.end > end and _RE["between"].fullmatch(view.low, end, max(s.start, end))]
    if before:
        start = min(before)
    elif after and not any(start <= s.start and s.end <= end for s in services):
        end = max(after)
    text = view.text
    while start < end and text[start] in _EDGE:
        start += 1
    while start < end and text[end - 1] in _EDGE:
        end -= 1
    if "(" in text[start:end] and ")" not in text[start:end] and text[end : end + 1] == ")":
        end += 1
    return Range(start, end)


_KIND_WORDS = {kind: pattern(kind, "both", "other_services") for kind in resource("contradictions.yaml")["other_services"]}
_STRENGTH = pattern("strengthening", "both")


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
                and not _RE["service_name"].search(head)
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
        content = _RE["described"].split(content)[0]
        words = _STRENGTH.sub(" ", content)
        strength = _STRENGTH.findall(_RE["no_stretch"].sub(" ", content))
        if s.attribute == "97110":
            kinds = {
                kind: len({m if isinstance(m, str) else m[0] for m in pattern.findall(content)})
                for kind, pattern in _KIND_WORDS.items()
                if kind != "task"
            }
            kind, n = max(kinds.items(), key=lambda kv: kv[1])
            real = [w for w in strength if not _RE["plain_exercise"].fullmatch(w)]
            others = [
                x
                for x in given_services(view)
                if x.attribute and x.attribute != "97110" and is_timed(x.attribute) and x.attribute in minutes.codes
            ]
            named = performed_exercises(view)
            inside = [e for e in named if s.end <= e.start < s.start + len(body)]
            plain = [e for e in inside if (e.value or {}).get("type") in ("strength", "endurance", "arom", "aarom", "prom", "flexibility")]
            if s.attribute not in minutes.codes and _RE["list_lead"].search(view.low[max(0, s.start - 60) : s.start]):
                # one name in a list of services describes nothing
                continue
            if _mostly_other(content, s.attribute in minutes.codes or s.attribute in minutes.billed_units):
                yield Range(s.start, s.end)
                return
            if view.note_type == "daily" and not named and not real and _only_other_services(view, minutes, s):
                yield Range(s.start, s.end)
                return
            if not inside and any(e.start < s.start for e in named):
                # the exercises stand above their code, as in a log that closes with its charges
                continue
            if kind == "aquatic" and n >= 1 and _RE["in_water"].search(content) and not _RE["on_land"].search(content):
                yield Range(s.start, s.end)
                return
            if kind in ("balance",) and n >= 2 and len(plain) == 0 and len(real) <= 1:
                yield Range(s.start, s.end)
                return
            if (
                kind not in ("balance", "aquatic")
                and n >= 1
                and not real
                and not any(_dosed(view, e) for e in inside if not _KIND_WORDS[kind].search(text_of(view, e).lower()))
                and not plain
                and len(content.split()) >= 4
                and (n >= 2 or not others)
                and not inside_only_types([e for e in inside if not _KIND_WORDS[kind].search(text_of(view, e).lower())])
            ):
                yield Range(s.start, s.end)
                return
            continue
        # the reverse: what stands in the service's own sentence, or in the list that it heads
        line = content.split("\n")[0]
        above = view.low[: s.start].rstrip("\n").rsplit("\n", 1)[-1]
        if "|" in line or _RE["code_row"].match(above):
            # a row of a table of services; what stands under the table belongs to no row
            content = line
        elif len(line.split()) >= 3:
            # a service described in its own line
            content = line
        if s.attribute not in minutes.codes and s.attribute not in minutes.billed_units:
            continue
        other = min(
            (x.start for x in view.of("SERVICE") if x.start > s.end and x.attribute and x.attribute != s.attribute), default=len(view.low)
        )
        content = _RE["next_service"].split(content[: max(other - s.end, 0)])[0]
        words = _STRENGTH.sub(" ", content)
        strength = _STRENGTH.findall(content)
        if (s.attribute in ("97140", "97116") and len(strength) >= 2) or (s.attribute in ("97112", "97530") and len(strength) >= 3):
            own = {"97140": "manual", "97116": "gait", "97112": "balance", "97530": "task"}[s.attribute or "97140"]
            if not _KIND_WORDS[own].search(_RE["no_walking"].sub(" ", words)) and not _RE["control"].search(content):
                yield Range(s.start, s.end)
                return


def _mostly_other(content: str, claimed: bool) -> bool:
    """Whether at least three items under a claimed exercise code name one other service, and at most one is an exercise."""
    if not claimed:
        return False
    items = [x for x in _RE["items"].split(content) if x.strip()]
    for kind in ("manual", "gait", "self_care"):
        other = [x for x in items if _KIND_WORDS[kind].search(x)]
        if len(other) >= 3 and len([x for x in items if x not in other and (_STRENGTH.search(x) or _RE["dose"].search(x))]) <= 1:
            return True
    return False


def _only_other_services(view: NoteView, minutes: Minutes, s: Span) -> bool:
    """Whether the sentence of a code goes on with services that are not billed, and the note names no exercise."""
    k = view.sentence_at(s.start)
    end = view.sentences[k].end if k >= 0 and s.start < view.sentences[k].end else s.end
    others = [x for x in view.of("SERVICE") if s.end <= x.start < end and x.attribute != "97110"]
    own = set(minutes.billed_units) | set(minutes.codes)
    return bool(others) and not any(x.attribute in own or "hep" in text_of(view, x).lower() for x in others)


def _dosed(view: NoteView, exercise: Span) -> bool:
    """Whether an exercise has a dose."""
    return any(r.type == "dose_of" and view.spans[r.to] is exercise for r in view.relations)


def inside_only_types(spans: list[Span]) -> bool:
    """Whether exercises are named there at all, of any type but balance and functional tasks."""
    return any((s.value or {}).get("type") in ("motor_control", "other") for s in spans)


_INDEPENDENT = pattern("independent")
_FITNESS = pattern("fitness", "both")
_MAINTAIN = pattern("maintenance", "both")
_NEEDS_THERAPIST = pattern("needs_therapist", "both")


def _reasoned(view: NoteView) -> bool:
    """Whether the note tells of something that needs a therapist."""
    skilled = [s for s in view.of("SKILL") if not _RE["no_skill"].search(text_of(view, s))]
    return bool(_NEEDS_THERAPIST.search(_RE["stock_cue"].sub(" ", _INDEPENDENT.sub(" ", view.low)))) or len(skilled) >= 2


def not_skilled(view: NoteView, minutes: Minutes) -> Iterable[Range]:
    """Independent with everything, general fitness, or maintenance with no reason for a therapist."""
    low = view.low
    told = any(p.may(low) for p in (_INDEPENDENT, _FITNESS, _MAINTAIN))
    if not told or not exercise_context(view):
        return
    reasoned = cache(lambda: _reasoned(view))
    goals = view.of("GOAL")
    starts = [g.start for g in goals]
    reach = list(accumulate((g.end for g in goals), max))
    for r, body in _sentences(view):
        if not (_INDEPENDENT.may(body) or _FITNESS.may(body) or _MAINTAIN.may(body)):
            continue
        section = view.section_at(r.start)
        begun = bisect_left(starts, r.end)
        if section in ("history", "goals") or (begun and r.start < reach[begun - 1]):
            continue
        ind = _INDEPENDENT.search(body)
        if ind and not _RE["independent_aside"].search(body) and not reasoned():
            yield r
            return
        fit = _FITNESS.search(body)
        if fit and not _RE["fitness_aside"].search(body) and not reasoned():
            yield r
            return
        keep = _MAINTAIN.search(body)
        if keep and _RE["was"].search(body[: keep.start()]):
            continue
        if keep and not _RE["skilled_upkeep"].search(low) and not reasoned():
            yield r
            return


_CHECKS: dict[str, tuple[Check, str, str]] = {
    "units_mismatch": (
        units_mismatch,
        "timed_minutes",
        "The billed units exceed the units that the stated minutes support under either the CMS or the AMA rule.",
    ),
    "not_one_on_one": (not_one_on_one, "", "The note describes group, shared, unattended, or unsupervised exercise."),
    "aide_delivered": (aide_delivered, "", "The exercise appears to have been provided by an aide or technician."),
    "code_misfit": (code_misfit, "interventions_named", "The treatment described under the code reads as another service."),
    "not_skilled": (
        not_skilled,
        "skilled_intervention",
        "The exercise reads as independent exercise, general fitness, or maintenance, and the note does not show the need for a therapist's skills.",
    ),
    "inconsistent": (inconsistent, "", "Two statements in the note cannot both be true."),
}


def _suspected(view: NoteView, name: str) -> Iterable[Range]:
    """What the model of sentences suspects and nothing in the note speaks against."""
    for m in view.mentioned(f"suspect_{name}"):
        if not exercise_context(view) or (name == "not_skilled" and _reasoned(view)):
            return
        if not bears_out(name, view.low[m.start : m.end], view.low):
            return
        yield Range(m.start, m.end)
        return


def read_contradictions(view: NoteView, minutes: Minutes) -> tuple[Contradiction, ...]:
    """Every contradiction in the order of annotation.md, with its evidence."""
    out: list[Contradiction] = []
    by_rule = {name: tuple(check(view, minutes)) for name, (check, _, _) in _CHECKS.items()}
    shown = [*by_rule["not_one_on_one"], *by_rule["aide_delivered"]]
    for name, (_, touches, message) in _CHECKS.items():
        # a sentence that shows who was with the patient is not suspected of anything else
        suspected = (s for s in _suspected(view, name) if not any(s.start < r.end and r.start < s.end for r in shown))
        found = by_rule[name] or tuple(suspected)
        if name == "units_mismatch" and (above := over_billed(minutes)):
            message = f"{'. '.join(map(sentence, above))}."
        if found:
            out.append(Contradiction(name, message, found[:4], touches))
    return tuple(out)
