"""Quantities: doses, loads, bands, grades, angles, scores, clock times, minutes, frequency and duration of care."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from therex.catalog.files import resource
from therex.catalog.patterns import Patterns, expand
from therex.nlp.extensions import surface_of
from therex.nlp.surface import Surface

if TYPE_CHECKING:
    from spacy.tokens import Doc

_RE = Patterns("text")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; `numbers` are the digits in it, in order; ends are those of the original text."""

    start: int
    end: int
    kind: str
    numbers: tuple[float, ...]


@cache
def _compiled() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, tuple[str, float | None]]]:
    data = resource("grammar/quantities.yaml")
    kinds: dict[str, tuple[str, float | None]] = {}

    def rows(name: str) -> re.Pattern[str]:
        told = []
        for i, row in enumerate(data[name]):
            kinds[f"{name}{i}"] = row["kind"], row.get("minutes")
            told.append(f"(?P<{name}{i}>{expand(row['pattern'], data['macros'])})")
        return re.compile(expand(data["around"][name], {"rows": told}))

    return rows("digit"), rows("other"), kinds


def read_quantities(surface: Surface) -> list[Quantity]:
    """Every quantity in the text, left to right, none overlapping another."""
    digit, other, kinds = _compiled()
    norm, found = surface.norm, []
    for m in other.finditer(norm):
        found.append((m.start(), m.end(), kinds[m.lastgroup or ""]))
    for m in digit.finditer(norm):
        found.append((m.start(), m.end(), kinds[m.lastgroup or ""]))
    found.sort(key=lambda f: (f[0], -f[1]))
    out: list[Quantity] = []
    last = -1
    for start, end, kind_and_value in found:
        if start < last:
            continue
        body = norm[start:end].rstrip()
        end = start + len(body)
        # figures without end are a number too, and have a whole one
        numbers = tuple(min(float(x), sys.float_info.max) for x in _RE["number"].findall(body))
        kind, spoken = kind_and_value
        if spoken is not None:
            # `an hour and ten`: what the words say, and the minutes after them
            numbers = (spoken + (sum(numbers) if spoken == 60 else 0),)
        if kind == "minutes" and body.endswith("'") and _is_feet(norm, start, end):
            kind = "distance"
        out.append(Quantity(start, surface.end(end), kind, numbers))
        last = end
    return out


@cache
def _walking() -> tuple[re.Pattern[str], ...]:
    data = resource("grammar/quantities.yaml")
    return tuple(re.compile(expand(data[name], data)) for name in ("walking_before", "not_walking"))


def _is_feet(norm: str, start: int, end: int) -> bool:
    """Whether an apostrophe after a number means feet: the words before it speak of walking, not of the service that is gait training."""
    walking, service = _walking()
    before = norm[max(0, start - 45) : start]
    return (
        bool(walking.search(before))
        and not service.search(before)
        and not norm.startswith(resource("grammar/quantities.yaml")["minutes_after"], end - 1)
    )


class Quantities:
    """spaCy component: `doc._.therex_quantities`."""

    def __call__(self, doc: Doc) -> Doc:
        doc._.therex_quantities = self.process(doc)
        return doc

    def process(self, doc: Doc) -> list[Quantity]:
        """The quantities of `doc`, which is left as it is."""
        return read_quantities(surface_of(doc))
