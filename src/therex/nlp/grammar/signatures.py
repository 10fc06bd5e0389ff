"""Signatures: name and credential of the author, or a part of them, by the forms of `grammar/signatures.yaml`.

Source: annotation.md, element `signature`.
"""

from __future__ import annotations

from collections.abc import Iterator

from therex.nlp.grammar.parser import Forms, Row
from therex.types import Mention

KINDS = {"full": "signature", "weak": "signature_weak"}
_REACH = 4  # tokens from a credential back to its name


def read_signatures(forms: Forms, row: Row) -> Iterator[Mention]:
    """Every signature, whole or in part; one with a credential begins with the name beside it.

    Examples
    --------
    `Lee Hale, PT` on a line of its own gives a `signature`, `Tx by: LH` a `signature_weak`, `Discussed with Lee Hale, PT` nothing.
    """
    person = forms.alphabet.members("PERSON")
    for k, token in enumerate(row.tokens):
        found = forms.judge("signatures", row, k)
        if found is None or found.form.gives == "none":
            continue
        around = range(max(0, k - _REACH), min(k + _REACH, len(row.tokens)))
        near = [row.tokens[x] for x in around if row.chars[x] in person]
        start, end = token.start, token.end
        if found.form.gives == "full" and near:
            start, end = min(start, near[0].start), max(end, near[0].end)
        yield Mention(KINDS[found.form.gives], start, end, f"grammar:signature.{found.form.id}")
