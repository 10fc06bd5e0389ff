"""The rules of the lint as data: what a rule reports, and the patterns of `resources/lint.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from therex.catalog.files import resource
from therex.catalog.patterns import expand

FILE = "lint.yaml"


@dataclass(frozen=True, slots=True)
class Found:
    """A rule of `resources/lint.yaml` that a note breaks, at a character or nowhere in particular.

    `words` fills the placeholders of the rule's sentence; it never holds note text.
    """

    rule: str
    at: int | None = None
    words: dict[str, str] = field(default_factory=dict)


def an(label: str) -> str:
    """A label with its article."""
    return f"{'an' if label[:1] in 'AEIOU' else 'a'} {label}"


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A pattern of the lint, with `{list}` replaced by the words of that list; capitals do not matter."""
    return re.compile(expand(resource(FILE)["patterns"][name], resource(FILE)["lists"]), re.IGNORECASE)
