"""A payer's rules as typed, checked objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from therex.catalog.files import RESOURCES, read_yaml
from therex.errors import PolicyError, ResourceError
from therex.types import CONTRADICTIONS, ELEMENTS

REQUIREMENTS = ("required", "required_if", "supportive")
SEVERITIES = ("critical", "major", "minor")
SCOPES = ("note", "plan_of_care", "progress_report", "claim", "series")
_KEYS = {"id", "element", "authority", "section", "scope", "requirement", "severity", "elsewhere", "note_types", "effective_from",
         "effective_to", "evidence", "verified", "checked", "message", "query"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
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

    def in_force(self, on: date) -> bool:
        """Whether the rule holds on a day; the last day of validity is included."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


# the rules in force by policy, kind of note and day: asked for every element of every note
_IN_FORCE: dict[tuple[str, str, tuple[str, date]], dict[str, Rule]] = {}


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
    elements_28: dict[str, str] = field(default_factory=dict)

    def rule(self, element: str, note_type: str, on: date) -> Rule | None:
        """The rule for an element in a kind of note on a day; None where the payer has none."""
        key = (note_type, on)
        known = _IN_FORCE.get((self.id, self.version, key))
        if known is None:
            known = {}
            for rule in self.rules:
                if note_type in rule.note_types and rule.in_force(on):
                    known.setdefault(rule.element, rule)
            _IN_FORCE[self.id, self.version, key] = known
        return known.get(element)

    def citation(self, rule: Rule) -> str:
        """Authority and section in words."""
        return f"{self.authorities[rule.authority]['title']}, sec. {rule.section}"


def _one_of(where: str, key: str, value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ResourceError(f"{where}: {key}: {value!r} is none of {', '.join(allowed)}")
    return str(value)


def _rule(where: str, row: dict[str, Any], authorities: dict[str, Any]) -> Rule:
    unknown, absent = set(row) - _KEYS, _KEYS - set(row)
    if unknown or absent:
        raise ResourceError(
            f"{where}: {'unknown' if unknown else 'missing'} key {sorted(unknown or absent)[0]!r}; want {', '.join(sorted(_KEYS))}"
        )
    return Rule(
        id=str(row["id"]),
        element=_one_of(where, "element", row["element"], ELEMENTS),
        authority=_one_of(where, "authority", row["authority"], tuple(authorities)),
        section=str(row["section"]),
        scope=_one_of(where, "scope", row["scope"], SCOPES),
        requirement=_one_of(where, "requirement", row["requirement"], REQUIREMENTS),
        severity=_one_of(where, "severity", row["severity"], SEVERITIES),
        elsewhere=bool(row["elsewhere"]),
        note_types=tuple(row["note_types"]),
        effective_from=row["effective_from"],
        effective_to=row["effective_to"],
        evidence=str(row["evidence"]),
        verified=bool(row["verified"]),
        checked=row["checked"],
        message=row["message"],
        query=row["query"],
    )


def read_policy(path: Path) -> Policy:
    """A policy file.

    Raises
    ------
    ResourceError
        The file breaks the schema; the message names file, rule, key and what is allowed.
    """
    data = read_yaml(path)
    if not isinstance(data, dict) or "rules" not in data:
        raise ResourceError(f"{path.name}: want a mapping with id, name, authorities and rules")
    rules = tuple(
        _rule(f"{path.name}: rule {i + 1} ({row.get('id', 'no id')})", row, data["authorities"]) for i, row in enumerate(data["rules"])
    )
    for name in data.get("contradictions", {}):
        _one_of(path.name, "contradictions", name, CONTRADICTIONS)
    return Policy(
        data["id"], data["name"], str(data["version"]), _one_of(path.name, "units_rule", data["units_rule"], ("cms", "ama")),
        data.get("notes", ""), data["closing"], data["authorities"], rules, data.get("contradictions", {}), data.get("elements_28", {}),
    )  # fmt: skip


def payers() -> list[str]:
    """The ids of the shipped policies."""
    return sorted(p.stem for p in (RESOURCES / "policy").glob("*.yaml"))


@cache
def policy(payer: str) -> Policy:
    """A shipped policy by id.

    Raises
    ------
    PolicyError
        There is no such payer.
    """
    if payer not in payers():
        raise PolicyError(f"unknown payer {payer!r}: want one of {', '.join(payers())}")
    return read_policy(RESOURCES / "policy" / f"{payer}.yaml")
