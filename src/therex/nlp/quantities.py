"""Quantities: doses, loads, bands, grades, angles, scores, clock times, minutes, frequency and duration of care."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from therex.catalog.files import resource
from therex.errors import ResourceError
from therex.nlp.extensions import surface_of
from therex.nlp.surface import Surface

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; `numbers` are the digits in it, in order; ends are those of the original text."""

    start: int
    end: int
    kind: str
    numbers: tuple[float, ...]


_DIGITS = re.compile(r"\d+(?:\.\d+)?")


def _expand(pattern: str, macros: dict[str, str]) -> str:
    for _ in range(5):
        pattern = re.sub(r"\{([a-z][a-z0-9]*)\}", lambda m: f"(?:{macros[m[1]]})", pattern)
    return pattern


@cache
def _compiled() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, tuple[str, float | None]]]:
    data = resource("grammar/quantities.yaml")
    kinds: dict[str, tuple[str, float | None]] = {}

    def alternation(rows: list[dict[str, Any]], prefix: str) -> str:
        parts = []
        for i, row in enumerate(rows):
            group = f"{prefix}{i}"
            kinds[group] = row["kind"], row.get("minutes")
            try:
                parts.append(f"(?P<{group}>{_expand(row['pattern'], data['macros'])})")
            except KeyError as error:
                raise ResourceError(f"grammar/quantities.yaml: {row['kind']}: no macro {error}") from None
        return "|".join(parts)

    digit = re.compile(rf"(?<![a-wyz\d.])(?<![a-z0-9][x_])(?=[-\d])(?:(?<!\d-)|(?<=9[5789]\d\d\d-))(?:{alternation(data['digit'], 'd')})")
    other = re.compile(rf"(?:(?<![a-z0-9])|(?<=9[5789]\d\d\d))(?=[a-z])(?:{alternation(data['other'], 'o')})")
    return digit, other, kinds


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
        numbers = tuple(float(x) for x in _DIGITS.findall(body))
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
def _walking() -> tuple[re.Pattern[str], re.Pattern[str], str]:
    data = resource("grammar/quantities.yaml")
    words = "|".join(map(re.escape, data["walking"]))
    return re.compile(rf"(?:{words})[^\n.;]{{0,40}}$"), re.compile("|".join(data["not_walking"])), data["minutes_after"]


def _is_feet(norm: str, start: int, end: int) -> bool:
    """Whether an apostrophe after a number means feet: the words before it speak of walking, not of the service that is gait training."""
    walking, service, after = _walking()
    before = norm[max(0, start - 45) : start]
    return bool(walking.search(before)) and not service.search(before) and not norm.startswith(after, end - 1)


class Quantities:
    """spaCy component: `doc._.therex_quantities`."""

    def __call__(self, doc: Doc) -> Doc:
        doc._.therex_quantities = self.process(doc)
        return doc

    def process(self, doc: Doc) -> list[Quantity]:
        """The quantities of `doc`, which is left as it is."""
        return read_quantities(surface_of(doc))
