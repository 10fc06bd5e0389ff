"""What a note says of itself as a record: its dates and signatures, read from the original text, capitals and all.

Source: annotation.md, elements `date_of_service` and `signature`.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from therex.catalog.patterns import Patterns
from therex.nlp.context import Context
from therex.nlp.grammar.dates import read_dates
from therex.nlp.grammar.parser import CAPITAL, LOWER, UPPER, Alphabet, Forms, Row, Token
from therex.nlp.grammar.signatures import read_signatures
from therex.nlp.surface import stem
from therex.types import Mention

_RE = Patterns("grammar")

_DIGITS = str.maketrans("OoIl", "0011")
_LETTERS = str.maketrans("015", "ols")
_SIGNS = str.maketrans("–—−‑’\u00a0", "----' ")
_SHOUTED = 0.6  # share of capitals from which they tell nothing
_YEARS = (1900, 2100)


def read_records(ctx: Context, forms: Forms) -> list[Mention]:
    """Dates and signatures of a note as mentions."""
    row = record_row(ctx, forms)
    for name in ("dates", "signatures"):
        row = forms.join(name, row)
    text = ctx.surface.text
    return [*read_dates(text, forms, row), *read_signatures(forms, row)]


def record_row(ctx: Context, forms: Forms) -> Row:
    """The tokens of the original text, the shape of their letters told, numbers and placeholders by their kind."""
    text, alphabet = ctx.surface.text.translate(_SIGNS), forms.alphabet
    letters = sum(map(str.isalpha, text))
    loud = letters > 0 and sum(map(str.isupper, text)) > _SHOUTED * letters
    holes = {m.start(): (m.end(), kind) for m in _RE["hole"].finditer(text) if (kind := _hole(alphabet, m[0]))}
    starts = [s.start for s in ctx.sections]
    row = Row("", [], [])
    chars: list[str] = []
    end = 0
    while m := _RE["record_token"].search(text, end):
        between = text[end : m.start()]
        if row.tokens and ("\t" in between or "   " in between) and m[0] != "\n":
            _put(row, chars, Token(end, m.start(), "‖", -1), alphabet.shaped("‖", LOWER), "")
        start, end = m.span()
        if start in holes:
            end, word = holes[start]
            shape = LOWER
        else:
            word, shape = _word(alphabet, text, start, end)
        if not word or (word == "\n" and start in ctx.surface.soft):
            continue
        if shape == UPPER and loud and end - start > 3:
            shape = LOWER
        k = bisect_right(starts, start) - 1
        kind = ctx.sections[k].kind if k >= 0 and start < ctx.sections[k].end else ""
        _put(row, chars, Token(start, end, word, -1), alphabet.shaped(word, shape), kind)
    row.chars = "".join(chars)
    return row


def _put(row: Row, chars: list[str], token: Token, char: str, section: str) -> None:
    row.tokens.append(token)
    row.sections.append(section)
    chars.append(char)


def _hole(alphabet: Alphabet, text: str) -> str:
    """The kind of placeholder that a bracket is, or ``""``."""
    words = _RE["hole_word"].findall(text.lower())
    if text.startswith("[*") and any(w.isdecimal() and len(w) < 5 for w in words[:1]):
        return "<holedate>"
    for name, kind in (("DATEHOLE", "<holedate>"), ("NAMEHOLE", "<holename>"), ("HIDDEN", "<hole>")):
        members = alphabet.members(name)
        if any(alphabet.knows(stem(w)) and alphabet.word(stem(w)) in members for w in words):
            return kind
    return ""


def _word(alphabet: Alphabet, text: str, start: int, end: int) -> tuple[str, int]:
    """The word or kind under which a token is known, and the shape of its letters."""
    raw = text[start:end]
    if raw[0] == "_":
        return ("<hole>" if len(raw) == 3 else "<blank>"), LOWER
    if raw[0] == "*":
        beside = "/" in text[max(0, start - 1) : start] + text[end : end + 1]
        return (raw if beside or len(raw) == 1 else "" if len(raw) == 2 else "<hole>"), LOWER
    if ":" in raw and len(raw) > 1:
        return "<clock>", LOWER
    if not raw[0].isalnum():
        return raw, LOWER
    digits = raw.translate(_DIGITS)
    if digits.isdecimal() and (not raw.isalpha() or _in_a_date(text[max(0, start - 2) : start], text[end : end + 2])):
        return _number(digits), LOWER
    return _letters(alphabet, raw)


def _in_a_date(before: str, after: str) -> bool:
    """Whether letters that may be misread figures stand beside a stroke with a figure."""
    return (before[-1:] == "/" and before[:1].isdecimal()) or (after[:1] == "/" and after[1:].isdecimal())


def _number(digits: str) -> str:
    length = len(digits)
    if length > 8:
        return "<num>"
    value = int(digits)
    if length == 4 and _YEARS[0] <= value < _YEARS[1]:
        return "<year>"
    if length == 8:
        for year, month, day in ((digits[:4], digits[4:6], digits[6:]), (digits[4:], digits[:2], digits[2:4])):
            if _YEARS[0] <= int(year) < _YEARS[1] and 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
                return "<ymd>"
    if length > 2:
        return "<num>"
    if value == 0:
        return "<00>"
    if value <= 12:
        return "<1-9>" if length == 1 else "<01-12>"
    return "<13-31>" if value <= 31 else "<32-99>"


@lru_cache(maxsize=10_000)
def _letters(alphabet: Alphabet, raw: str) -> tuple[str, int]:
    lower = raw.lower()
    figures = sum(map(str.isdigit, raw))
    if figures:
        if raw[:-2].isdecimal() and lower[-2:] in ("st", "nd", "rd", "th"):
            return "<ordinal>", LOWER
        guess = lower.translate(_LETTERS)
        if not guess.isalpha() or (figures * 2 >= len(raw) and not alphabet.knows(stem(guess))):
            return "<fig>", LOWER
        lower = guess
    cased = [c for c in raw if c.isalpha()]
    shape = LOWER if raw[0].islower() else UPPER if all(map(str.isupper, cased)) else CAPITAL
    if alphabet.knows(stem(lower)):
        return stem(lower), shape
    if len(raw) == 1:
        return "<letter>", shape
    return ("<abbr>" if shape == UPPER and len(raw) <= 3 else "<word>"), shape
