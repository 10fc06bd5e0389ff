"""The working form of a note's text: same length as the original, lower case, numbers in digits, cut into tokens.

Every rule reads this form, and every offset it yields is an offset of the original text, because no step
changes the length: letters are lowered only where that keeps one character one, look-alike signs are mapped
one to one, and a number in words becomes digits padded with blanks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

_SIGNS = str.maketrans(
    {
        **{chr(c): chr(c + 32) for c in range(65, 91)},
        "×": "x", "✕": "x", "’": "'", "‘": "'", "′": "'", "“": '"', "”": '"', "″": '"', "–": "-", "—": "-", "−": "-",
        "‑": "-", "º": "°", "˚": "°", "\u00a0": " ", "\u202f": " ", "\t": " ", "≥": ">", "≤": "<", "•": "•", "Ø": "ø",
        "⟶": "→", "➔": "→", "➝": "→",
    }
)  # fmt: skip
_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ONE = "|".join(sorted(_ONES, key=len, reverse=True))
_UPTO99 = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|(?:{_ONE}))"
NUMBER_WORDS = re.compile(
    rf"\b(?:(?:one|two|three|four|five|six|seven|eight|nine|a) hundred(?:(?: and)? {_UPTO99})?"
    rf"|one (?:{'|'.join(_TENS)})(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?"
    rf"|{_UPTO99}(?: point (?:{_ONE})(?: (?:{_ONE})(?= ))?)?)\b(?! hundred)"
)
_ONE_ALONE = re.compile(
    r" *(?:sets?|reps?|repetitions?|times?|minutes?|mins?|units?|pounds?|lbs?|out of|visits?|x\b|flights?|laps?|weeks?"
    r"|rails?|hours?|steps?|hundred|unit)"
)
_SLASHED = "s/p|w/o|w/c|w/|c/o|h/o|b/l|n/t|d/c|f/u|r/o|c/s|t/s|l/s|a/p|s/l|c/c|h/a|n/v|b/b|s/u|t/a|t/e|b/c|d/t|p/u|c/b|i/e|y/o"
TOKEN = re.compile(
    rf"""\n
    |(?<![a-z0-9])(?:{_SLASHED})(?![a-z])|(?<![a-z0-9])w/(?=[a-z0-9])
    |\d+xsts|\d+tsts|\d+s?cst|\d+mwt|9hpt|1rm|\d+ww
    |\d+(?:\.\d+)?x\d+(?:\.\d+)?(?:x\d+)?(?:["'s](?![a-z]))?
    |[0-5](?:[+-]|\ ?(?:plus|minus))?/5(?!\d)
    |\d+(?:\.\d+)?/\d+(?:\.\d+)?(?:/\d{{2,4}})?
    |\d{{1,2}}:\d{{2}}
    |\(-\)|\(\+\)|<->|<>|->|=>|>=|<=
    |[a-z]\d+(?:\.\d+)?(?:-[a-z]?\d+)*(?![a-z])
    |\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)?[°'"\#%]?
    |[^\W\d_]+(?:'[^\W\d_]+)*(?:\d+(?![a-z]))?
    |[^\S\n]+
    |\S""",
    re.X,
)
# a scanner reads 0 as O and 1 as l: `1O min`, `3x1O`, `2xlO`, `x2O`, `3/1O`; `2o` is short for secondary
_MISREAD = re.compile(
    r"(?<![a-z\d])(?:\d{1,2} ?[x/] ?|x ?)?(?!2o(?! ?(?:min|sec|deg|°|lb|%)))\d{1,2}o(?![a-z\d])|(?<![a-z\d])\d{1,2}o(?=(?:min|sec|deg|lb))"
    r"|(?<![a-z\d])\d{1,2} ?x ?[li][o\d](?![a-z\d])|(?<![a-z\d])l(?:o(?= ?(?:reps?|secs?|rnins?|mins?|x ?\d)(?![a-z]))|\d(?= ?rnin))"
)
_DIGITS = str.maketrans("oli", "011")
# and l as I inside a word (`sIides`), i as 1 (`sl1des`)
_SCANNED = re.compile(
    r"(?<=[a-z])I(?=[a-z])|(?<=[a-z][a-z])(?<!mod)(?<!type)(?<!phase)(?<!grade)I(?![A-Za-z])|(?<=[a-z][a-z])1(?=[a-z][a-z])"
)
_WIDE = " " * 160
_GAP = re.compile(r"[^\S\n]{160,}")
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


def _value(words: str) -> str:
    whole, _, fraction = words.partition(" point ")
    if fraction:
        return f"{_value(whole)}.{''.join(str(_ONES[word]) for word in fraction.split())}"
    total = 0
    for word in re.split(r"[ -]", words):
        if word == "hundred":
            total = max(total, 1) * 100
        elif word in _TENS:
            # "one thirty" is how a clinician says 130
            total = total * 100 + _TENS[word] if 0 < total < 10 else total + _TENS[word]
        elif word in _ONES:
            total += _ONES[word]
        elif word == "a":
            total = 1
    return str(total)


def _break(m: re.Match[str]) -> str:
    return ("\n" + " " * 79) * (len(m[0]) // 80) + " " * (len(m[0]) % 80)


def breathe(text: str) -> str:
    """`text` with line breaks in runs of blanks too long for any sentence to span, so that no pattern walks them; same length."""
    return _GAP.sub(_break, text) if _WIDE in text or "\t" in text or "\xa0" in text else text


def lowered(text: str) -> str:
    """`text` in lower case with plain signs, and long gaps broken; same length."""
    if _SCANNED.search(text):
        text = _SCANNED.sub(lambda m: "i" if m[0] == "1" else "l", text)
    return breathe(text).translate(_SIGNS)


def normalize(text: str) -> tuple[str, dict[int, int]]:
    """The working form of `text` and, for numbers written in words, the true end by the end of their digits."""
    norm = lowered(text)
    if _MISREAD.search(norm):
        norm = _MISREAD.sub(lambda m: m[0].translate(_DIGITS), norm)
    if "\r" in norm:
        norm = norm.replace("\r\n", " \n").replace("\r", "\n")
    if "zero to " in norm:
        # `zero to one twenty five`: the low end of a range
        norm = norm.replace("zero to ", "0    to ")
    ends: dict[int, int] = {}
    if NUMBER_WORDS.search(norm):
        out, last = [], 0
        for m in NUMBER_WORDS.finditer(norm):
            if m[0] in ("one", "a hundred") and not _ONE_ALONE.match(norm, m.end()):
                continue
            digits = _value(m[0])
            out += [norm[last : m.start()], digits, " " * (len(m[0]) - len(digits))]
            ends[m.start() + len(digits)] = m.end()
            last = m.end()
        norm = "".join([*out, norm[last:]])
    return norm, ends


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


_BULLET = re.compile(r"[ ]*(?:[-*•▪◦·o>] |\d{1,2}[.)] |\(\d\)|[a-z][.)] |\[[ x]\])")
_HEADLIKE = re.compile(r"[ ]*[a-z][a-z /&'-]{0,40}:")


def soft_newlines(norm: str) -> frozenset[int]:
    """Positions of newlines that only wrap a paragraph: a long line, no closing mark, and a lower-case start after it."""
    found: list[int] = []
    start = 0
    while True:
        at = norm.find("\n", start)
        if at < 0:
            return frozenset(found)
        if at - start >= 50:
            line = norm[start:at].rstrip()
            nxt = norm[at + 1 : at + 60]
            if line[-1:] not in ".:;!?|" and nxt[:1].isalpha() and not _BULLET.match(nxt) and not _HEADLIKE.match(nxt):
                found.append(at)
        start = at + 1


def read_surface(text: str) -> Surface:
    """Normalise and tokenize `text`."""
    text = breathe(text)
    norm, true_ends = normalize(text)
    soft = soft_newlines(norm)
    # a wrapped line goes on in lower case in the original
    soft = frozenset(p for p in soft if text[p + 1 : p + 2].islower() or (text[p - 40 : p].isupper() and text[p + 1 :][:1].isupper()))
    starts: list[int] = []
    ends: list[int] = []
    words: list[str] = []
    cuts: list[int] = []
    end = 0
    # the tokens tile the text, so that each begins where the one before it ends
    for word in TOKEN.findall(norm):
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
