"""The abbreviations of therapy notes, and what an ambiguous one means where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from therex.catalog.files import resource

REACH = 28


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning: `near` must be found among the words around; `category` is the lexicon's meaning that it keeps."""

    means: str
    category: str
    near: re.Pattern[str] | None


@cache
def expansions() -> dict[str, str]:
    """Every abbreviation, as it is usually written, with its expansion."""
    return {abbr: row["means"] for row in resource("lexicon/abbreviations.yaml")["abbreviations"] for abbr in row["abbr"]}


@cache
def ambiguous() -> dict[str, tuple[Sense, ...]]:
    """Senses of the abbreviations that need context, by their lower-case form; the last is the default."""
    return {
        str(abbr).lower(): tuple(
            Sense(row["means"], row.get("category", ""), re.compile(row["near"]) if "near" in row else None) for row in rows
        )
        for abbr, rows in resource("lexicon/abbreviations.yaml")["ambiguous"].items()
    }


def sense(norm: str, start: int, end: int) -> Sense | None:
    """The sense of the abbreviation at `start`:`end` of a text in working form; None where it is not ambiguous."""
    senses = ambiguous().get(norm[start:end])
    if senses is None:
        return None
    around = norm[max(0, start - REACH) : end + REACH]
    for candidate in senses:
        if candidate.near is None or candidate.near.search(around):
            return candidate
    return senses[-1]


def expand(text: str, start: int, end: int) -> str | None:
    """What the abbreviation at `start`:`end` of `text` stands for there; None where it is none."""
    found = sense(text.lower(), start, end) if len(text.lower()) == len(text) else None
    if found is not None:
        return found.means
    known = expansions()
    abbr = text[start:end]
    return known.get(abbr) or known.get(abbr.upper()) or known.get(abbr.lower())
