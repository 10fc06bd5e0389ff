"""Normalization of the working text, once and before everything else: number words and scanned letters (`grammar/spelling.yaml`).

No step changes the length of the text, so that every offset stays an offset of the original.
"""

from __future__ import annotations

import re
from functools import cache

from therex.catalog.files import resource
from therex.catalog.patterns import expand

FILE = "grammar/spelling.yaml"
_TO_DIGIT = str.maketrans("loi|", "1011")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A pattern of the file, with its lists and the number words put in."""
    data = resource(FILE)
    longest = {part: sorted(data[words], key=len, reverse=True) for part, words in (("one", "ones"), ("broken", "words"))}
    below_ten = [word for word, n in data["ones"].items() if n < 10]
    return re.compile(expand(data["patterns"][name], {**data, **longest, "ten": [*data["tens"]], "unit": below_ten}))


@cache
def _rows(name: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The patterns of a list of the file, each with what it means."""
    return tuple((re.compile(row["pattern"]), row.get("means", "")) for row in resource(FILE)[name])


def scanned_letters(text: str) -> str:
    """`text` with the letters that a scanner took for others inside words."""
    for pattern, means in _rows("letters"):
        if pattern.search(text):
            text = pattern.sub(means, text)
    return text


def scanned_digits(norm: str) -> str:
    """`norm`, in lower case, with digits where a scanner read letters inside a number."""
    never = _pattern("never")
    for pattern, _ in _rows("digits"):
        norm = pattern.sub(lambda m: m[0] if m[0].isdigit() or never.match(m.string, m.start()) else m[0].translate(_TO_DIGIT), norm)
    return norm


def _value(words: str) -> str:
    ones, tens = resource(FILE)["ones"], resource(FILE)["tens"]
    whole, _, fraction = words.partition(" point ")
    if fraction:
        return f"{_value(whole)}.{''.join(str(ones[word]) for word in fraction.split())}"
    total = 0
    for word in whole.replace("-", " ").split():
        if word == "hundred":
            total = max(total, 1) * 100
        elif word in tens:
            # "one thirty" is how a clinician says 130
            total = total * 100 + tens[word] if 0 < total < 10 else total + tens[word]
        elif word in ones:
            total += ones[word]
        elif word == "a":
            total = 1
    return str(total)


def spelled_out(norm: str) -> tuple[str, dict[int, int]]:
    """`norm` with digits for number words and broken words mended, padded with blanks; the true end by the end of what was put in."""
    meant, after_one = resource(FILE)["words"], _pattern("after_one")
    ends: dict[int, int] = {}

    def put(m: re.Match[str], word: str) -> str:
        ends[m.start() + len(word)] = m.end()
        return word + " " * (len(m[0]) - len(word))

    def number(m: re.Match[str]) -> str:
        if m[0] in ("one", "a hundred") and not after_one.match(m.string, m.end()):
            return m[0]
        return put(m, _value(m[0]))

    if "..." in norm or ". ." in norm:
        norm = _pattern("leaders").sub(lambda m: " " * len(m[0]), norm)
    norm = _pattern("words").sub(lambda m: put(m, meant[m[0]]), norm)
    return _pattern("numbers").sub(number, norm), ends


def unfinished(line: str, following: str) -> bool:
    """Whether a line, in working form, breaks off in mid-phrase: by its last word, or by the first word of the line after it."""
    if _pattern("open").search(line):
        return True
    return line[-1:].isalnum() and _pattern("goes_on").match(following) is not None
