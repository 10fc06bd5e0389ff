"""Patterns of the contradictions, which are data."""

from __future__ import annotations

from therex.catalog.files import resource
from therex.catalog.seek import Seek, seek


def pattern(name: str, edges: str = "both") -> Seek:
    """The alternation `name` of the resource, at the edges of words as `edges` says: both, front or none."""
    told = "|".join(resource("contradictions.yaml")[name])
    return seek({"both": rf"\b(?:{told})\b", "front": rf"\b(?:{told})", "none": told}[edges])
