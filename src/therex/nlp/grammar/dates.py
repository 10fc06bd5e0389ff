"""Dates: how they are written and whose they are, by the forms of `grammar/dates.yaml`.

Source: annotation.md, element `date_of_service`.
"""

from __future__ import annotations

from collections.abc import Iterator

from therex.nlp.grammar.parser import Forms, Found, Row
from therex.types import Mention

# the class of an anchor, and the groups of forms that it is asked in turn
GROUPS = {
    "DAY": ("any", "full"), "PART": ("any", "full"), "MD": ("score", "any", "short"), "HOLED": ("any", "hole"),
    "HOLE": ("labelled",), "EIGHT": ("labelled",), "WDAY": ("weekday",),
}  # fmt: skip
KINDS = {"visit": "service_date", "signed": "signed_date", "could_be": "date_weak", "none": "date"}


def judge(forms: Forms, row: Row, k: int) -> Found | None:
    """The form that tells whose the date at place `k` is."""
    for name, groups in GROUPS.items():
        if row.chars[k] in forms.alphabet.members(name):
            return next((found for group in groups if (found := forms.first(f"dates.{group}", row, k))), None)
    return None


def read_dates(text: str, forms: Forms, row: Row) -> Iterator[Mention]:
    """Every date that a form tells something of; `raw` is as it is written."""
    for k, token in enumerate(row.tokens):
        found = judge(forms, row, k)
        if found is not None:
            raw = text[token.start : token.end]
            yield Mention(KINDS[found.form.gives], token.start, token.end, f"grammar:date.{found.form.id}", {"raw": raw})
