"""Normalization of the working text, once and before everything else: number words and scanned letters (`grammar/spelling.yaml`).

No step changes the length of the text, so that every offset stays an offset of the original.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from therex.catalog.files import resource

FILE = "grammar/spelling.yaml"
_TO_DIGIT = str.maketrans("loi|", "1011")


@dataclass(frozen=True, slots=True)
class Spelling:
    """The compiled rules of the file."""

    ones: dict[str, int]
    tens: dict[str, int]
    numbers: re.Pattern[str]
    after_one: re.Pattern[str]
    digits: tuple[re.Pattern[str], ...]
    never: re.Pattern[str]
    letters: tuple[tuple[re.Pattern[str], str], ...]
    words: re.Pattern[str]
    meant: dict[str, str]
    open: re.Pattern[str]
    goes_on: re.Pattern[str]
    leaders: re.Pattern[str]


@cache
def spelling() -> Spelling:
    """The rules, read once."""
    data = resource(FILE)
    ones, tens = data["ones"], data["tens"]
    one = "|".join(sorted(ones, key=len, reverse=True))
    unit = "|".join(word for word, n in ones.items() if n < 10)
    ten = "|".join(tens)
    below_hundred = rf"(?:(?:{ten})(?:(?:[ -]|-\n)(?:{unit}))?|(?:{one}))"
    numbers = (
        rf"\b(?:(?:{unit}|a) hundred(?:(?: and)? {below_hundred})?|one (?:{ten})(?:[ -](?:{unit}))?"
        rf"|{below_hundred}(?: point (?:{one})(?: (?:{one})(?= ))?)?)\b(?! hundred)"
    )
    return Spelling(
        ones,
        tens,
        re.compile(numbers),
        re.compile(rf" *(?:{'|'.join(data['after_one'])})\b"),
        tuple(re.compile(row["pattern"]) for row in data["digits"]),
        re.compile("|".join(data["never"])),
        tuple((re.compile(row["pattern"]), row["means"]) for row in data["letters"]),
        re.compile(rf"\b(?:{'|'.join(sorted(data['words'], key=len, reverse=True))})\b"),
        data["words"],
        re.compile(rf"(?:^|[\s(])(?:{'|'.join(map(re.escape, data['open']))})$"),
        re.compile(rf"[ ]*(?:{'|'.join(map(re.escape, data['goes_on']))})(?![\w:/]| ?[:=]| (?:billed|charged) ?:)"),
        re.compile(data["leaders"]),
    )


def scanned_letters(text: str) -> str:
    """`text` with the letters that a scanner took for others inside words."""
    rules = spelling().letters
    for pattern, means in rules:
        if pattern.search(text):
            text = pattern.sub(means, text)
    return text


def scanned_digits(norm: str) -> str:
    """`norm`, in lower case, with digits where a scanner read letters inside a number."""
    rules = spelling()
    for pattern in rules.digits:
        norm = pattern.sub(lambda m: m[0] if m[0].isdigit() or rules.never.match(m.string, m.start()) else m[0].translate(_TO_DIGIT), norm)
    return norm


def _value(rules: Spelling, words: str) -> str:
    whole, _, fraction = words.partition(" point ")
    if fraction:
        return f"{_value(rules, whole)}.{''.join(str(rules.ones[word]) for word in fraction.split())}"
    total = 0
    for word in whole.replace("-", " ").split():
        if word == "hundred":
            total = max(total, 1) * 100
        elif word in rules.tens:
            # "one thirty" is how a clinician says 130
            total = total * 100 + rules.tens[word] if 0 < total < 10 else total + rules.tens[word]
        elif word in rules.ones:
            total += rules.ones[word]
        elif word == "a":
            total = 1
    return str(total)


def spelled_out(norm: str) -> tuple[str, dict[int, int]]:
    """`norm` with digits for number words and broken words mended, padded with blanks; the true end by the end of what was put in."""
    rules = spelling()
    ends: dict[int, int] = {}

    def put(m: re.Match[str], word: str) -> str:
        ends[m.start() + len(word)] = m.end()
        return word + " " * (len(m[0]) - len(word))

    def number(m: re.Match[str]) -> str:
        if m[0] in ("one", "a hundred") and not rules.after_one.match(m.string, m.end()):
            return m[0]
        return put(m, _value(rules, m[0]))

    if "..." in norm or ". ." in norm:
        norm = rules.leaders.sub(lambda m: " " * len(m[0]), norm)
    norm = rules.words.sub(lambda m: put(m, rules.meant[m[0]]), norm)
    return rules.numbers.sub(number, norm), ends


def unfinished(line: str, following: str) -> bool:
    """Whether a line, in working form, breaks off in mid-phrase: by its last word, or by the first word of the line after it."""
    rules = spelling()
    if rules.open.search(line):
        return True
    return line[-1:].isalnum() and rules.goes_on.match(following) is not None
