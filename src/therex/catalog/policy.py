"""A payer's rules as typed, checked objects.

A profile may extend another: its own rules come first, and one in force takes the place of the parent's rule on the same element;
`drop` leaves rules of the parent out. Titles, contradictions, the counting of units and the closing sentence are inherited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml

from therex.catalog.files import BASE, RESOURCES, read_yaml, resource
from therex.errors import PolicyError, ResourceError
from therex.types import CONTRADICTIONS, ELEMENTS, LABELS, NoteType

REQUIREMENTS = ("required", "required_if", "supportive")
SEVERITIES = ("critical", "major", "minor")
SCOPES = ("note", "plan_of_care", "progress_report", "claim", "series")
NEEDS = ("clock",)
STRICTNESS = ("usual", "strict")
MODIFIERS = ("medicare", "none")
_OPTIONAL = {"needs"}
_PROFILE = {"id", "name", "version", "extends", "drop", "strictness", "modifiers", "units_rule", "notes", "closing", "authorities", "rules", "contradictions",
            "elements_28", "episode", "elements"}  # fmt: skip
_KEYS = {"id", "element", "authority", "section", "scope", "requirement", "severity", "elsewhere", "note_types", "effective_from",
         "effective_to", "evidence", "verified", "checked", "message", "query"}  # fmt: skip


class Dated:
    """What holds from one day to another."""

    __slots__ = ()
    effective_from: date
    effective_to: date | None

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day; the last day of validity is included."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


@dataclass(frozen=True, slots=True)
class Rule(Dated):
    """One rule: what it asks of which element, where it is written, and since when."""

    id: str
    element: str
    authority: str
    section: str
    scope: str
    requirement: str
    severity: str
    elsewhere: bool
    note_types: tuple[str, ...]
    effective_from: date
    effective_to: date | None
    evidence: str
    verified: bool
    checked: date
    message: str
    query: str
    needs: str = ""


EPISODE_CHECKS = ("progress_report_due", "certification_missing", "certification_order", "recertification_due", "visits_beyond_flag")
_EPISODE_KEYS = {"id", "check", "authority", "section", "severity", "effective_from", "effective_to", "evidence", "verified", "checked", "message",
                 "query"}  # fmt: skip
_EPISODE_OPTIONAL = {"limit", "days", "grace"}


_CUSTOM_KEYS = {"id", "requirement", "severity", "message", "query"}
_CUSTOM_OPTIONAL = {"phrases", "label", "attribute", "section", "note_types", "effective_from", "effective_to"}


@dataclass(frozen=True, slots=True)
class CustomElement(Dated):
    """An element of an organisation's own: it is there where one of `phrases` stands, or a span of `label`, or a `section` with words."""

    id: str
    requirement: str
    severity: str
    message: str
    query: str
    phrases: tuple[str, ...] = ()
    label: str = ""
    attribute: str = ""
    section: str = ""
    note_types: tuple[str, ...] = get_args(NoteType)
    effective_from: date = date.min
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class EpisodeRule(Dated):
    """A rule on a whole episode: `limit` counts treatment days or visits, `days` days of the calendar, `grace` days allowed beyond."""

    id: str
    check: str
    authority: str
    section: str
    severity: Literal["critical", "major", "minor"]
    effective_from: date
    effective_to: date | None
    evidence: str
    verified: bool
    checked: date
    message: str
    query: str
    limit: int | None = None
    days: int | None = None
    grace: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """A payer's profile."""

    id: str
    name: str
    version: str
    units_rule: str
    notes: str
    closing: str
    authorities: dict[str, dict[str, str]]
    rules: tuple[Rule, ...]
    contradictions: dict[str, dict[str, str]] = field(default_factory=dict)
    extends: str = ""
    modifiers: str = "none"
    own: tuple[str, ...] = ()
    # the rules in force by kind of note and day: asked for every element of every note
    in_force: dict[tuple[str, date], dict[str, Rule]] = field(default_factory=dict, compare=False, repr=False)
    elements_28: dict[str, str] = field(default_factory=dict)
    episode: tuple[EpisodeRule, ...] = ()
    custom: tuple[CustomElement, ...] = ()

    def episode_rule(self, check: str, on: date) -> EpisodeRule | None:
        """The rule of a check on whole episodes on a day; None where the payer has none."""
        return next((r for r in self.episode if r.check == check and r.in_force(on)), None)

    def rule(self, element: str, note_type: str, on: date) -> Rule | None:
        """The rule for an element in a kind of note on a day; None where the payer has none."""
        key = (note_type, on)
        known = self.in_force.get(key)
        if known is None:
            known = {}
            for rule in self.rules:
                if note_type in rule.note_types and rule.in_force(on):
                    known.setdefault(rule.element, rule)
            self.in_force[key] = known
        return known.get(element)

    def citation(self, rule: Rule | EpisodeRule) -> str:
        """Authority and section in words."""
        return f"{self.authorities[rule.authority]['title']}, sec. {rule.section}"


def _one_of(where: str, key: str, value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ResourceError(f"{where}: {key}: {value!r} is not one of {', '.join(allowed)}")
    return str(value)


def _keys(where: str, row: dict[str, Any], wanted: set[str], optional: set[str]) -> None:
    for kind, keys in (("unknown", set(row) - wanted - optional), ("missing", wanted - set(row))):
        if keys:
            raise ResourceError(f"{where}: {kind} key {sorted(keys)[0]!r}; allowed keys: {', '.join(sorted(wanted | optional))}")


def _day(where: str, key: str, value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ResourceError(f"{where}: {key}: {value!r} is not a date (YYYY-MM-DD)")
    return value


def _in_force(where: str, row: dict[str, Any]) -> tuple[date, date | None]:
    """The first and the last day of validity; none where it is open."""
    first = _day(where, "effective_from", row["effective_from"]) if row.get("effective_from") is not None else date.min
    last = _day(where, "effective_to", row["effective_to"]) if row.get("effective_to") is not None else None
    if last is not None and last < first:
        raise ResourceError(f"{where}: effective_to: {last.isoformat()} is before effective_from, {first.isoformat()}")
    return first, last


def _started(where: str, row: dict[str, Any]) -> tuple[date, date | None]:
    """The days of validity of a rule, which names its first day."""
    _day(where, "effective_from", row["effective_from"])
    return _in_force(where, row)


def _rule(where: str, row: dict[str, Any], authorities: dict[str, Any]) -> Rule:
    _keys(where, row, _KEYS, _OPTIONAL)
    types = tuple(_one_of(where, "note_types", x, get_args(NoteType)) for x in row["note_types"])
    first, last = _started(where, row)
    return Rule(
        id=str(row["id"]),
        element=_one_of(where, "element", row["element"], ELEMENTS),
        authority=_one_of(where, "authority", row["authority"], tuple(authorities)),
        section=str(row["section"]),
        scope=_one_of(where, "scope", row["scope"], SCOPES),
        requirement=_one_of(where, "requirement", row["requirement"], REQUIREMENTS),
        severity=_one_of(where, "severity", row["severity"], SEVERITIES),
        elsewhere=bool(row["elsewhere"]),
        note_types=types,
        effective_from=first,
        effective_to=last,
        evidence=str(row["evidence"]),
        verified=bool(row["verified"]),
        checked=_day(where, "checked", row["checked"]),
        message=row["message"],
        query=row["query"],
        needs=_one_of(where, "needs", row["needs"], NEEDS) if "needs" in row else "",
    )


def _episode_rule(where: str, row: dict[str, Any], authorities: dict[str, Any]) -> EpisodeRule:
    _keys(where, row, _EPISODE_KEYS, _EPISODE_OPTIONAL)
    for key in sorted(_EPISODE_OPTIONAL & set(row)):
        if not isinstance(row[key], int) or isinstance(row[key], bool) or not 0 <= row[key] <= 1000:
            raise ResourceError(f"{where}: {key}: must be a whole number from 0 to 1000")
    first, last = _started(where, row)
    return EpisodeRule(
        id=str(row["id"]),
        check=_one_of(where, "check", row["check"], EPISODE_CHECKS),
        authority=_one_of(where, "authority", row["authority"], tuple(authorities)),
        section=str(row["section"]),
        severity=cast(Literal["critical", "major", "minor"], _one_of(where, "severity", row["severity"], SEVERITIES)),
        effective_from=first,
        effective_to=last,
        evidence=str(row["evidence"]),
        verified=bool(row["verified"]),
        checked=_day(where, "checked", row["checked"]),
        message=str(row["message"]),
        query=str(row["query"]),
        limit=row.get("limit"),
        days=row.get("days"),
        grace=row.get("grace", 0),
    )


def _custom(where: str, row: dict[str, Any]) -> CustomElement:
    _keys(where, row, _CUSTOM_KEYS, _CUSTOM_OPTIONAL)
    told = [key for key in ("phrases", "label", "section") if row.get(key)]
    if len(told) != 1:
        raise ResourceError(f"{where}: must have phrases, label, or section")
    phrases = row.get("phrases") or []
    if not isinstance(phrases, list) or any(not isinstance(p, str) or not p.strip() for p in phrases):
        raise ResourceError(f"{where}: phrases: must be a list of words or phrases")
    if row["id"] in ELEMENTS or not re.fullmatch(r"[a-z][a-z0-9_.]*", str(row["id"])):
        raise ResourceError(
            f"{where}: id: must have only lowercase letters, digits, dots, and underscores, and must not be one of the 18 elements"
        )
    first, last = _in_force(where, row)
    return CustomElement(
        id=str(row["id"]),
        requirement=_one_of(where, "requirement", row["requirement"], REQUIREMENTS),
        severity=_one_of(where, "severity", row["severity"], SEVERITIES),
        message=str(row["message"]),
        query=str(row["query"]),
        phrases=tuple(phrases),
        label=_one_of(where, "label", row["label"], LABELS) if row.get("label") else "",
        attribute=str(row.get("attribute") or ""),
        section=_one_of(where, "section", row["section"], section_kinds()) if row.get("section") else "",
        note_types=tuple(_one_of(where, "note_types", x, get_args(NoteType)) for x in row.get("note_types") or get_args(NoteType)),
        effective_from=first,
        effective_to=last,
    )


def section_kinds() -> tuple[str, ...]:
    """The kinds of section that headings are known for."""
    return tuple(kind for kind in resource("sections.yaml") if kind != "version")


def _rows(path: Path, data: dict[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
    """The rows of a list of rules, each with its place for an error.

    Raises
    ------
    ResourceError
        A row is no mapping.
    """
    out = []
    for i, row in enumerate(data.get(key) or []):
        where = f"{path.name} line {line_of(path, key, i)}: {key.removesuffix('s')} {i + 1} ({row.get('id', 'no id') if isinstance(row, dict) else row})"
        if not isinstance(row, dict):
            raise ResourceError(f"{where}: must be a mapping of keys")
        out.append((where, row))
    return out


def read_policy(path: Path, _below: tuple[str, ...] = ()) -> Policy:
    """A policy file, with what it extends.

    Raises
    ------
    ResourceError
        The file breaks the schema; the message names file, line, rule, key and what is allowed. Or profiles extend each other in a ring.
    """
    data = read_yaml(path)
    if not isinstance(data, dict) or not {"id", "name", "version"} <= set(data):
        raise ResourceError(f"{path.name}: must be a mapping with id, name, version, and rules or extends")
    for key in set(data) - _PROFILE:
        raise ResourceError(f"{path.name} line {line_of(path, key)}: unknown key {key!r}; allowed keys: {', '.join(sorted(_PROFILE))}")
    parent = _parent(path, data, _below)
    if parent is None and not {"rules", "authorities", "closing", "units_rule"} <= set(data):
        raise ResourceError(f"{path.name}: a profile without extends must have authorities, closing, units_rule, and rules")
    authorities = {**(parent.authorities if parent else {}), **(data.get("authorities") or {})}
    own = [_rule(where, row, authorities) for where, row in _rows(path, data, "rules")]
    custom = [_custom(where, row) for where, row in _rows(path, data, "elements")]
    own_episode = [_episode_rule(where, row, authorities) for where, row in _rows(path, data, "episode")]
    twice = [r.id for i, r in enumerate(own) if r.id in {x.id for x in own[:i]}]
    if twice:
        raise ResourceError(f"{path.name}: the rule {twice[0]!r} is defined twice")
    inherited = parent.rules if parent else ()
    inherited_episode = parent.episode if parent else ()
    dropped = set(data.get("drop") or ())
    for name in sorted(
        dropped - {r.id for r in inherited} - {r.id for r in inherited_episode} - {c.id for c in (parent.custom if parent else ())}
    ):
        raise ResourceError(
            f"{path.name} line {line_of(path, 'drop')}: drop: {name!r} is not a rule of {data.get('extends') or 'a parent'}"
        )
    for name in data.get("contradictions") or {}:
        _one_of(path.name, "contradictions", name, CONTRADICTIONS)
    rules = (*own, *(r for r in inherited if r.id not in dropped))
    if _one_of(path.name, "strictness", data.get("strictness", "usual"), STRICTNESS) == "strict":
        rules = tuple(replace(r, requirement="required") if r.requirement == "supportive" and r.severity != "minor" else r for r in rules)
    return Policy(
        id=str(data["id"]),
        name=str(data["name"]),
        version=str(data["version"]),
        units_rule=_one_of(path.name, "units_rule", data.get("units_rule", parent.units_rule if parent else None), ("cms", "ama")),
        notes=data.get("notes", ""),
        closing=data.get("closing", parent.closing if parent else ""),
        authorities=authorities,
        rules=rules,
        contradictions={**(parent.contradictions if parent else {}), **(data.get("contradictions") or {})},
        elements_28={**(parent.elements_28 if parent else {}), **(data.get("elements_28") or {})},
        extends=parent.id if parent else "",
        modifiers=_one_of(path.name, "modifiers", data.get("modifiers", parent.modifiers if parent else "none"), MODIFIERS),
        own=(*(r.id for r in own), *(r.id for r in own_episode)),
        custom=(*custom, *(c for c in (parent.custom if parent else ()) if c.id not in dropped and c.id not in {x.id for x in custom})),
        episode=(*own_episode, *(r for r in inherited_episode if r.id not in dropped)),
    )


def _parent(path: Path, data: dict[str, Any], below: tuple[str, ...]) -> Policy | None:
    """The profile that a file extends: a shipped one by its id, or a file beside it."""
    name = data.get("extends")
    if not name:
        return None
    chain = (*below, str(data["id"]))
    if str(name) in chain:
        raise ResourceError(f"{path.name}: extends: {' extends '.join((*chain, str(name)))}: profiles cannot extend each other in a circle")
    for place in (path.parent / f"{name}.yaml", path.parent / str(name), RESOURCES / "policy" / f"{name}.yaml"):
        if place.is_file() and place.resolve() != path.resolve():
            return read_policy(place, chain)
    raise ResourceError(
        f"{path.name} line {line_of(path, 'extends')}: extends: {name!r} is not one of {', '.join(payers())}, and not a file in the same folder"
    )


def line_of(path: Path, key: str, item: int | None = None) -> int:
    """The line of a top-level key of a YAML file, or of one item of its list; 1 where it has none."""
    known = _lines(path.read_text(encoding="utf-8"))
    return known.get((key, item), known.get((key, None), 1))


@lru_cache(maxsize=4)
def _lines(text: str) -> dict[tuple[str, int | None], int]:
    """The lines of the top-level keys of a YAML text, and of the items of their lists."""
    found: dict[tuple[str, int | None], int] = {}
    for name, value in getattr(yaml.compose(text, Loader=BASE), "value", ()):
        found[name.value, None] = name.start_mark.line + 1
        if isinstance(value, yaml.SequenceNode):
            found |= {(name.value, i): node.start_mark.line + 1 for i, node in enumerate(value.value)}
    return found


def payers() -> list[str]:
    """The ids of the shipped policies."""
    return sorted(p.stem for p in (RESOURCES / "policy").glob("*.yaml"))


@cache
def policy(payer: str) -> Policy:
    """A shipped policy by id, or an organisation's own by the path of its YAML file.

    Raises
    ------
    PolicyError
        There is no such payer.
    ResourceError
        The file breaks the schema.
    """
    if payer.endswith((".yaml", ".yml")):
        if not Path(payer).is_file():
            raise PolicyError("policy file not found")
        return read_policy(Path(payer))
    if payer not in payers():
        raise PolicyError(f"unknown payer {payer!r}: use one of {', '.join(payers())}, or the path of a policy file ending in .yaml")
    return read_policy(RESOURCES / "policy" / f"{payer}.yaml")
