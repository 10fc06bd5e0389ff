"""What is looked for across the notes of an episode, as typed data (resources/episode.yaml)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from therex.catalog.abbreviations import expansions
from therex.catalog.files import resource
from therex.errors import ResourceError

FILE = "episode.yaml"
_BLANKS = "[ \\t\\n]+"


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of finding: how grave it is, and what is said and asked."""

    id: str
    severity: Literal["critical", "major", "minor"]
    message: str
    query: str


@cache
def checks() -> dict[str, Check]:
    """The kinds of finding by id, in the order of the resource."""
    return {name: Check(name, row["severity"], row["message"], row["query"]) for name, row in resource(FILE)["checks"].items()}


@cache
def words(name: str, group: str = "") -> re.Pattern[str]:
    """The pattern of a family of phrases, for text in lower case.

    Raises
    ------
    ResourceError
        There is no such family.
    """
    rows: Any = resource(FILE).get(group, {}).get(name) if group else resource(FILE).get(name)
    if rows is None:
        raise ResourceError(f"{FILE}: the phrases {name!r} are not defined")
    return re.compile("|".join("(?:" + row.replace("~", _BLANKS) + ")" for row in rows))


@cache
def generic() -> frozenset[str]:
    """Words of a diagnosis that tell no condition from another."""
    return frozenset(str(word) for word in resource(FILE)["generic"])


@cache
def carried() -> dict[str, tuple[str, ...]]:
    """The kinds of document that may hold an element of another note, the likelier first."""
    return {element: tuple(kinds) for element, kinds in resource(FILE)["carried"].items()}


@cache
def dimension(unit: str) -> tuple[str, float] | None:
    """The dimension of a unit and what it is worth there; None where it is none of the table."""
    for name, row in resource(FILE)["units"].items():
        if unit in row:
            return name, float(row[unit])
    return None


@cache
def parts() -> re.Pattern[str]:
    """The words for parts of the body in the lexicon, for text in lower case."""
    known = resource("lexicon/terms.yaml")["body"]
    words_ = sorted({str(w).lower() for name, variants in known.items() for w in (name, *variants)}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words_))})\b")


@cache
def canonical(name: str) -> str:
    """The name of a measure in lower case with its abbreviations spelled out, sides and filler left out."""
    known = {k.lower(): v.lower() for k, v in expansions().items()}
    spelled = " ".join(known.get(w, w) for w in re.findall(r"[a-z0-9']+", name.lower())).replace("-", " ")
    filler = resource(FILE)["trends"]["filler"]
    return " ".join(w for w in spelled.split() if w not in filler)


@cache
def less_is_better(measure: str) -> bool:
    """Whether a smaller value of a measure, by its canonical name, is the better one."""
    known = {name for word in resource(FILE)["trends"]["less"] for name in (str(word), canonical(str(word)))}
    return any(f" {word}" in f" {measure}" for word in known)


@cache
def no_outcome(measure: str) -> bool:
    """Whether a measure tells of no outcome: vital signs, loads and the like."""
    return any(f" {word} " in f" {measure} " for word in resource(FILE)["trends"]["ignore"])


@cache
def least_change(kind: str) -> float:
    """The smallest change that counts: ``deg``, ``pain``, ``grade`` in their own unit, ``share`` of the first value."""
    return float(resource(FILE)["trends"]["least"][kind])
