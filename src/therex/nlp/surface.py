"""The working form of a note's text: same length as the original, lower case, numbers in digits, cut into tokens.

Every rule reads this form, and every offset it yields is an offset of the original text, because no step
changes the length: letters are lowered only where that keeps one character one, look-alike signs are mapped
one to one, and a number in words becomes digits padded with blanks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from therex.catalog.patterns import Patterns
from therex.nlp.spelling import scanned_digits, scanned_letters, spelled_out, unfinished

_RE = Patterns("text")

_SIGNS = str.maketrans(
    {
        **{chr(c): chr(c + 32) for c in range(65, 91)},
        "×": "x", "✕": "x", "’": "'", "‘": "'", "′": "'", "“": '"', "”": '"', "″": '"', "–": "-", "—": "-", "−": "-",
        "‑": "-", "º": "°", "˚": "°", "\u00a0": " ", "\u202f": " ", "\t": " ", "≥": ">", "≤": "<", "•": "•", "Ø": "ø",
        "⟶": "→", "➔": "→", "➝": "→",
    }
)  # fmt: skip
_WIDE = " " * 160
_SIBILANT = ("ches", "shes", "sses", "xes", "zes")


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The form under which a token is looked up: plural endings and possessives off, nothing else changed."""
    if word == "ups":
        # `press ups`
        return "up"
    if len(word) > 3 and word.isascii():
        if word.endswith("'s"):
            return stem(word[:-2])
        if word.endswith("s"):
            if word.endswith(("ss", "us", "is")):
                return word
            if word.endswith("ies") and len(word) > 4:
                return word[:-3] + "y"
            if word.endswith(_SIBILANT):
                return word[:-2]
            return word[:-1]
    return word


def _break(m: re.Match[str]) -> str:
    return ("\n" + " " * 79) * (len(m[0]) // 80) + " " * (len(m[0]) % 80)


def breathe(text: str) -> str:
    """`text` with line breaks in runs of blanks too long for any sentence to span, so that no pattern walks them; same length."""
    return _RE["gap"].sub(_break, text) if _WIDE in text or "\t" in text or "\xa0" in text else text


def lowered(text: str) -> str:
    """`text` in lower case with plain signs, and long gaps broken; same length."""
    return breathe(scanned_letters(text)).translate(_SIGNS)


def normalize(text: str) -> tuple[str, dict[int, int]]:
    """The working form of `text` and, for numbers written in words, the true end by the end of their digits."""
    norm = lowered(text)
    norm = scanned_digits(norm)
    if "\r" in norm:
        norm = norm.replace("\r\n", " \n").replace("\r", "\n")
    if "zero to " in norm:
        # `zero to one twenty five`: the low end of a range
        norm = norm.replace("zero to ", "0    to ")
    return spelled_out(norm)


@dataclass(slots=True)
class Surface:
    """Working text and tokens; `words[i]` is the look-up form of the token at `starts[i]:ends[i]`.

    Newlines are tokens; blanks, and hyphens inside a word, are not. A newline inside a wrapped paragraph is left out
    of the tokens and listed in `soft`. `cuts` holds where any token begins, blanks and newlines too.
    """

    text: str = field(repr=False)
    norm: str = field(repr=False)
    true_ends: dict[int, int] = field(repr=False)
    starts: list[int] = field(repr=False)
    ends: list[int] = field(repr=False)
    words: list[str] = field(repr=False)
    soft: frozenset[int] = field(repr=False)
    cuts: list[int] = field(repr=False)

    def end(self, position: int) -> int:
        """The end in the original text of a match that ends at `position` of the working text."""
        return self.true_ends.get(position, position)


def soft_newlines(norm: str, text: str) -> frozenset[int]:
    """Positions of newlines that only wrap a paragraph.

    A long line without a closing mark before one that goes on in lower case, and any line that breaks off in mid-phrase.
    """
    found: list[int] = []
    start = 0
    while True:
        at = norm.find("\n", start)
        if at < 0:
            return frozenset(found)
        line, nxt = norm[start:at].strip(), norm[at + 1 : at + 60]
        if line and line[-1:] not in ".:;!?|" and nxt.strip() and not _RE["item"].match(nxt):
            first = text[at + 1 : at + 2]
            shouted = text[max(0, at - 40) : at].isupper() and first.isupper()
            long = at - start >= 50 and nxt[:1].isalpha() and (first.islower() or shouted) and not _RE["field"].match(nxt)
            if long or unfinished(line, nxt):
                found.append(at)
        start = at + 1


def read_surface(text: str) -> Surface:
    """Normalise and tokenize `text`."""
    text = breathe(text)
    norm, true_ends = normalize(text)
    soft = soft_newlines(norm, text)
    if soft:
        chars = list(norm)
        for at in soft:
            chars[at] = " "
        norm = "".join(chars)
    starts: list[int] = []
    ends: list[int] = []
    words: list[str] = []
    cuts: list[int] = []
    end = 0
    # the tokens tile the text, so that each begins where the one before it ends
    for word in _RE["token"].findall(norm):
        at = end
        end += len(word)
        cuts.append(at)
        if word[0] == " " or (word != "\n" and word.isspace()):
            continue
        if word == "\n":
            if at in soft:
                continue
        elif word == "-" and norm[at - 1 : at].isalnum() and norm[end : end + 1].isalpha():
            continue
        starts.append(at)
        ends.append(true_ends.get(end, end) if true_ends else end)
        words.append(stem(word))
    return Surface(text, norm, true_ends, starts, ends, words, soft, cuts)
