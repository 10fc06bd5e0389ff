"""Patterns of the contradictions, which are data."""

from __future__ import annotations

import re

from therex.catalog.files import resource
from therex.catalog.patterns import expand
from therex.catalog.seek import Seek, Words, needs

_EDGES = {"both": r"\b(?:%s)\b", "front": r"\b(?:%s)", "none": "%s"}


def read_patterns(name: str, group: str = "") -> list[str]:
    """The patterns of one list of the resource, or of a group in it, the lists that they name in braces put in."""
    words = resource("contradictions.yaml")
    return [expand(told, words) for told in (words[group] if group else words)[name]]


def pattern(name: str, edges: str = "none", group: str = "") -> Seek:
    """The list as one alternation at the edges of words as `edges` says: both, front or none; sought where words of it stand."""

    def told() -> list[str]:
        return read_patterns(name, group)

    def every() -> tuple[tuple[Words, ...], ...]:
        rows = [needs(one) for one in told()]
        return tuple(sorted({row for found in rows for row in found})) if all(rows) else ()

    return Seek(lambda: re.compile(_EDGES[edges] % "|".join(told())), every)
