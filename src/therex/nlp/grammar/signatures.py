"""Signatures: name and credential of the author, or a part of them, by the forms of `grammar/signatures.yaml`.

Source: annotation.md, element `signature`.
"""

from __future__ import annotations

from collections.abc import Iterator

from therex.nlp.grammar.parser import Forms, Found, Row
from therex.types import Mention

# the class of an anchor, and the group of forms that it is asked
GROUPS = {
    "CRED": "therapist", "MEDCRED": "medical", "PERSON": "name", "SMALLCRED": "small", "INITS": "initials", "INITIAL": "letters", "HOLE": "hole",
    "SIGNED": "signed_word", "LOW": "small_word",
}  # fmt: skip
KINDS = {"full": "signature", "weak": "signature_weak"}
_NAMED = frozenset({"CRED", "MEDCRED", "SMALLCRED"})
_REACH = 4  # tokens from a credential back to its name


def judge(forms: Forms, row: Row, k: int) -> Found | None:
    """The form that tells whether what stands at place `k` signs the note."""
    for name, group in GROUPS.items():
        if row.chars[k] in forms.alphabet.members(name):
            return forms.first(f"signatures.{group}", row, k)
    return None


def read_signatures(forms: Forms, row: Row) -> Iterator[Mention]:
    """Every signature, whole or in part; one with a credential begins with the name beside it."""
    person = forms.alphabet.members("PERSON")
    for k, token in enumerate(row.tokens):
        found = judge(forms, row, k)
        if found is None or found.form.gives == "none":
            continue
        near = [row.tokens[x] for x in range(max(0, k - _REACH), min(k + _REACH, len(row.tokens))) if row.chars[x] in person]
        start, end = token.start, token.end
        if found.form.gives == "full" and near:
            start, end = min(start, near[0].start), max(end, near[0].end)
        yield Mention(KINDS[found.form.gives], start, end, f"grammar:signature.{found.form.id}")
