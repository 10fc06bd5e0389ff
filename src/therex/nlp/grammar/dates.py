"""Dates: how they are written and whose they are, by the forms of `grammar/dates.yaml`.

Source: annotation.md, element `date_of_service`.
"""

from __future__ import annotations

from collections.abc import Iterator

from therex.nlp.grammar.parser import Forms, Row
from therex.types import Mention

KINDS = {"visit": "service_date", "signed": "signed_date", "could_be": "date_weak", "none": "date"}


def read_dates(text: str, forms: Forms, row: Row) -> Iterator[Mention]:
    """Every date that a form tells something of; `raw` is as it is written.

    Examples
    --------
    `DOB 3/14/58 | Seen 3/4/26` gives a `date` and a `service_date`.
    """
    for k, token in enumerate(row.tokens):
        found = forms.judge("dates", row, k)
        if found is not None:
            raw = text[token.start : token.end]
            source = f"grammar:date.{found.form.id}"
            yield Mention(KINDS[found.form.gives], token.start, token.end, source, {"raw": raw})
