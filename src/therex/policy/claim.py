"""The claim beside the note: charges against what is documented, under the payer's rule of units.

Sources: CMS Pub. 100-04 ch. 5 sec. 10.6 and 20 (GP, GO, GN; one line a code), 20.2 (units); CMS page on CQ and CO (from 2022-01-01);
NCCI policy manual ch. 11 (two timed services do not share their minutes). Nothing here asks for more units to be billed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

from therex.billing.charges import known_minutes, over_billed, sentence
from therex.billing.units import ama_units, cms_units
from therex.catalog.codes import codes, is_timed
from therex.catalog.files import resource
from therex.catalog.patterns import Patterns, expand
from therex.catalog.policy import Policy
from therex.catalog.tables import edit_between, modifier_holds, modifiers, quarterly, stale_tables, unlikely_beyond
from therex.types import Charge, Claim, ClaimFinding, Hint, Line, Minutes, Necessity, NoteView, Range

_RE = Patterns("claims")

CODE = "97110"
PLAN = {"PT": "GP", "OT": "GO", "SLP": "GN"}


def read_claim(policy: Policy, charges: Sequence[Charge], view: NoteView, minutes: Minutes, necessity: Necessity, on: date) -> Claim:
    """Every finding on the charges of one note, the gravest first."""
    found = [
        *_not_given(charges, necessity),
        *_units(policy, charges, minutes),
        *_not_in_note([c for c in charges if c.code != CODE or necessity.verdict != "not_applicable"], view, minutes),
        *(_plan(charges, view) if policy.modifiers == "medicare" else ()),
        *(_assistant(charges, view) if policy.modifiers == "medicare" and modifier_holds("CQ", on, "required_from") else ()),
        *_pairs(charges, on),
        *_unlikely(charges),
        *_not_counted(charges, view, minutes),
    ]
    grave = ("critical", "major", "minor")
    return Claim(tuple(charges), tuple(sorted(found, key=lambda f: grave.index(f.severity))), tuple(stale_tables(on)))


def with_claim(line: Line, claim: Claim) -> Line:
    """The line with what the claim adds: a critical finding holds it, a major one asks for review."""
    critical = tuple(f.id for f in claim.findings if f.severity == "critical" and f.id not in line.because)
    major = tuple(f.id for f in claim.findings if f.severity == "major" and f.id not in line.because)
    if not critical and not major:
        return line
    kept = tuple(r for r in line.because if r != "not_applicable")
    if critical or line.status == "hold":
        return Line("hold", (*critical, *kept, *major), line.code, line.messages)
    return Line("review", (*kept, *major), line.code, line.messages)


def _not_given(charges: Sequence[Charge], necessity: Necessity) -> list[ClaimFinding]:
    if necessity.verdict != "not_applicable" or not any(c.code == CODE and c.units for c in charges):
        return []
    return [
        ClaimFinding(
            "billed_not_given", "critical", CODE, "97110 is charged, but the note documents no therapeutic exercise at this visit.",
            "Was therapeutic exercise provided at this visit, and where is it recorded?",
        )
    ]  # fmt: skip


def _units(policy: Policy, charges: Sequence[Charge], minutes: Minutes) -> list[ClaimFinding]:
    """Units charged against the minutes and the length of the visit, by the computation that also serves the note."""
    billed: dict[str, int] = {}
    for c in charges:
        if is_timed(c.code):
            billed[c.code] = billed.get(c.code, 0) + c.units
    above = over_billed(minutes, (policy.units_rule,), billed)
    query = "What were the minutes of each timed service at this visit?"
    if above:
        told = [(over.codes[0], f"{sentence(over, 'charged')}.") for over in above]
        return [ClaimFinding("over_billed", "critical", code, message, query) for code, message in told]
    known = known_minutes(minutes.codes, billed, minutes.timed_total)
    most = sum(ama_units(known).values()) if policy.units_rule == "ama" else cms_units(known).total
    if billed and set(billed) <= set(known) and sum(billed.values()) < most:
        units = sum(billed.values())
        fewer = f"The claim has {units} unit{'s' * (units != 1)} of timed codes; the documented minutes support {most}."
        return [ClaimFinding("under_billed", "minor", next(iter(billed)), f"{fewer} Charging fewer units is not an error.", "")]
    return []


def _not_in_note(charges: Sequence[Charge], view: NoteView, minutes: Minutes) -> list[ClaimFinding]:
    named = {s.attribute for s in view.of("SERVICE") if s.assertion == "affirmed"} | set(minutes.codes)
    if any(s.attribute == "performed" for s in view.of("EXERCISE")):
        named.add(CODE)
    return [
        ClaimFinding(
            "charge_not_in_note", "major", c.code, f"{c.code} is charged, but that service is not documented in the note.",
            "Which service at this visit does this charge represent, and where is it recorded?",
        )
        for c in charges
        if c.code in codes() and c.code not in named and c.units
    ]  # fmt: skip


def _plan(charges: Sequence[Charge], view: NoteView) -> list[ClaimFinding]:
    want = PLAN.get(view.discipline)
    if want is None:
        return []
    out = []
    for c in charges:
        has = [m for m in c.modifiers if m in PLAN.values()]
        if c.code in codes() and has != [want]:
            told = f"{c.code} has {', '.join(has) or 'no plan of care modifier (GP, GO, or GN)'}; the note appears to document {view.discipline}, which requires {want}."
            out.append(
                ClaimFinding(
                    "plan_modifier",
                    "major",
                    c.code,
                    told,
                    "Under which discipline's plan of care (PT, OT, or SLP) was this service furnished?",
                )
            )
    return out


def _assistants(view: NoteView) -> list[Range]:
    """The signatures of assistants."""
    return [Range(m.start, m.end) for m in view.mentioned("signature") if _RE["assistant"].search(_signed(view, m.start, m.end))]


def _signed(view: NoteView, start: int, end: int) -> str:
    return view.text[start : end + 12].split("\n")[0]


def read_hints(policy: Policy, charges: Sequence[Charge], view: NoteView, necessity: Necessity, on: date) -> tuple[Hint, ...]:
    """What a coder may have to see to where no charge lines are at hand: the modifier of an assistant's services."""
    if charges or policy.modifiers != "medicare" or necessity.verdict == "not_applicable" or not modifier_holds("CQ", on, "required_from"):
        return ()
    signed = _assistants(view)
    which = {"PT": "CQ", "OT": "CO"}.get(view.discipline, "CQ or CO")
    told = f"The note is signed by an assistant. Services furnished in whole or in part by an assistant require {which}. Check the charge lines."
    return (Hint("assistant_modifier", told, tuple(signed)),) if signed else ()


def _assistant(charges: Sequence[Charge], view: NoteView) -> list[ClaimFinding]:
    assistant = bool(_assistants(view))
    timed = [c for c in charges if is_timed(c.code) and c.units]
    marked = [c for c in timed if {"CQ", "CO"} & set(c.modifiers)]
    query = "Who furnished the minutes of each timed service, the therapist or the assistant?"
    if assistant and not marked and timed:
        told = "The note is signed by an assistant, but no timed charge line has CQ or CO."
        return [ClaimFinding("assistant_modifier", "major", timed[0].code, told, query)]
    if marked and not _RE["assistant"].search(view.text):
        told = f"{marked[0].code} has CQ or CO, but the note names no assistant."
        return [ClaimFinding("assistant_modifier", "minor", marked[0].code, told, query)]
    return []


def _pairs(charges: Sequence[Charge], on: date) -> list[ClaimFinding]:
    """Pairs of codes with an edit on that day and no modifier that may lift it."""
    apart = {name for name, row in modifiers().items() if row.get("apart")}
    by_code = {c.code: set(c.modifiers) for c in charges if c.units}
    names = sorted(by_code)
    out = []
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            edit = edit_between(a, b, on)
            if edit is None or (edit.modifier == 1 and apart & (by_code[a] | by_code[b])):
                continue
            lifts = (
                "Neither charge line has modifier 59, XE, XP, XS, or XU."
                if edit.modifier == 1
                else "No modifier is allowed for this edit (indicator 0)."
            )
            told = f"{a} and {b} on the same day are an NCCI edit pair ({_table('ptp')}). {lifts}"
            query = "When during the visit was each of these services provided, and where is this documented?"
            out.append(ClaimFinding("code_pair", "minor" if edit.modifier == 1 else "major", edit.second, told, query))
    return out


def _table(kind: str) -> str:
    """The quarter of a table, and that it is a sample."""
    table = quarterly(kind)
    return f"table for {table.quarter}{', a sample; check the current table' if table.sample else ''}"


def _unlikely(charges: Sequence[Charge]) -> list[ClaimFinding]:
    billed: dict[str, int] = {}
    for c in charges:
        billed[c.code] = billed.get(c.code, 0) + c.units
    return [
        ClaimFinding(
            "unlikely_units", "major", code, f"{n} units of {code} on one day exceed the medically unlikely edit (MUE) limit of {most} ({_table('mue')}).",
            "What were the minutes of this service on that day, and who furnished them?",
        )
        for code, n in billed.items()
        if (most := unlikely_beyond(code)) is not None and n > most
    ]  # fmt: skip


@cache
def _uncounted() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = resource("claims.yaml")["not_counted"]
    number = {"n": r"(?P<n>\d{1,3})"}
    return tuple((kind, re.compile(expand(p, number))) for kind, patterns in rows.items() for p in patterns)


def _not_counted(charges: Sequence[Charge], view: NoteView, minutes: Minutes) -> list[ClaimFinding]:
    """Minutes of rest, documentation and the like inside those of the timed codes: by the note's words, or by its sum."""
    timed = [c for c in charges if is_timed(c.code) and c.units]
    if not timed:
        return []
    total = minutes.timed_total or sum(n for code, n in minutes.codes.items() if is_timed(code))
    untimed = sum(n for code, n in minutes.codes.items() if not is_timed(code))
    known = sum(n for code, n in minutes.codes.items() if is_timed(code))
    query = "Which of these minutes were one-on-one treatment under a timed code?"
    if minutes.timed_total is not None and known and untimed and minutes.timed_total == known + untimed:
        told = f"The timed total of {minutes.timed_total} minutes includes {untimed} minutes of untimed services, which do not count as timed minutes."
        return [ClaimFinding("minutes_not_counted", "major", timed[0].code, told, query)]
    for kind, pattern in _uncounted():
        for m in pattern.finditer(view.low):
            around = _RE["left_out"].sub("", view.low[max(0, m.start() - 60) : m.end() + 40].split("\n")[0])
            if int(m["n"]) < total and (kind in ("evaluation", "group") or _RE["included"].search(around)):
                told = f"The minutes of timed services include {m['n']} minutes of {resource('claims.yaml')['names'][kind]}, which do not count."
                return [ClaimFinding("minutes_not_counted", "major", timed[0].code, told, query)]
    return []
