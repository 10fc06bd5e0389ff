"""What comes from outside, made harmless to whoever looks at it: no sign of it moves a cursor, turns the line round or is a formula."""

from __future__ import annotations

import unicodedata
from typing import Any

_TURNS = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NO_SIGN = "\ufffd"


def harmless(text: str) -> str:
    """`text` with a visible sign for each control character, and for each that turns the direction of a line.

    Line breaks and tabs stay. As many characters go out as came in, so that offsets hold.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else _sign(c) for c in text)


def _sign(c: str) -> str:
    kind = unicodedata.category(c)
    if c in "\n\t":
        return c
    if kind == "Cc":
        return chr(0x2400 + ord(c)) if c < " " else "\u2421" if c == "\x7f" else _NO_SIGN
    # no character at all: a workbook that holds one does not open
    none = ord(c) & 0xFFFE == 0xFFFE
    return _NO_SIGN if kind in ("Cs", "Zl", "Zp") or none or unicodedata.bidirectional(c) in _TURNS else c


def harmless_all(value: Any) -> Any:
    """Every text of a record, harmless."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, dict):
        return {harmless_all(k): harmless_all(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [harmless_all(v) for v in value]
    return value


def escaped(line: str) -> str:
    """A line of JSON whose texts say the same without such signs: each is written as JSON writes a control character."""
    return line if line.isprintable() else "".join(c if _sign(c) == c or c > "\uffff" else f"\\u{ord(c):04x}" for c in line)


def safe(value: Any) -> Any:
    """A cell of a table: a text is harmless, and what a spreadsheet would read as a formula is kept as text."""
    if not isinstance(value, str):
        return value
    told = harmless(value)
    return f"'{told}" if told.lstrip().startswith(_FORMULA) and told != "-" else told
