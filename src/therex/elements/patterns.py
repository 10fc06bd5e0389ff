"""Patterns and stock words of the elements, which are data."""

from __future__ import annotations

import re
from functools import cache

from therex.catalog.files import resource
from therex.catalog.seek import Seek, seek


def pattern(name: str, edges: str = "both") -> Seek:
    """The alternation `name` of the resource, at the edges of words as `edges` says: both, front or none."""
    told = "|".join(resource("contradictions.yaml")[name])
    return seek({"both": rf"\b(?:{told})\b", "front": rf"\b(?:{told})", "none": told}[edges])


@cache
def _stock(name: str) -> re.Pattern[str]:
    words = sorted((str(w) for w in resource("stock.yaml")[name]), key=len, reverse=True)
    told = "|".join(re.escape(w[:-1]) + r"[a-z'-]*" if w.endswith("*") else re.escape(w) for w in words)
    return re.compile(rf"(?<![a-z])(?:{told})(?![a-z])")


def beyond_stock(name: str, text: str) -> str:
    """`text`, in lower case, without the stock words of `name` in ``stock.yaml``: what it says of this patient."""
    return " ".join(_stock(name).sub(" ", text).split())


def words_beyond_stock(name: str, text: str) -> int:
    """How many words of three letters and more are left of `text`."""
    return len(re.findall(r"[a-z]{3,}", beyond_stock(name, text)))
