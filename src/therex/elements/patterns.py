"""The patterns of contradictions, which are data."""

from __future__ import annotations

import re

from therex.catalog.files import resource


def pattern(name: str, edges: str = "both") -> re.Pattern[str]:
    """The alternation `name` of the resource, at the edges of words as `edges` says: both, front or none."""
    told = "|".join(resource("contradictions.yaml")[name])
    return re.compile({"both": rf"\b(?:{told})\b", "front": rf"\b(?:{told})", "none": told}[edges])
