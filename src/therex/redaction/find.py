"""Finding what the Safe Harbor list names: names, dates, places, numbers. Source: 45 CFR 164.514(b)(2)(i).

What has a form (dates, telephones, identifiers, addresses) is found by the patterns of ``redaction.yaml``. A name has none: it is
told by what stands before it (*Patient:*, *Dr.*, *daughter*) or after it (*, PT*), by the first names and surnames of the US census
of 1990, and by being no word of therapy; once found, each of its parts is a name wherever it stands in the note.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from therex.catalog.files import RESOURCES, resource
from therex.catalog.patterns import Patterns, expand

_GROWING = frozenset({"NAME", "ORG"})
KINDS = ("NAME", "DATE", "AGE", "PHONE", "EMAIL", "URL", "ID", "ADDRESS", "ORG")
_RE = Patterns("redaction")


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """Characters `start` to `end` (exclusive) may identify a person; `kind` is one of `KINDS`."""

    start: int
    end: int
    kind: str


@dataclass(slots=True)
class _Names:
    first: frozenset[str]
    last: frozenset[str]
    either: frozenset[str]
    eponyms: frozenset[str]
    words: frozenset[str]
    vocabulary: frozenset[str]

    def known(self, word: str) -> bool:
        """Whether it is a word of therapy, or an eponym."""
        low = word.lower().removesuffix("'s").removesuffix("’s")
        return low in self.vocabulary or ("-" in low and all(piece in self.vocabulary for piece in low.split("-")))

    def common(self, word: str) -> bool:
        """Whether it is a word that is a name too."""
        return word.lower() in self.words

    def given(self, word: str) -> bool:
        """Whether it is a first name and no word."""
        low = word.lower()
        return low in self.first and not (low in self.words or low in self.vocabulary or low in _fields())

    def eponym(self, word: str) -> bool:
        """Whether it is a name, in capitals, that therapy uses as a word: Thomas, Taylor."""
        return word[:1].isupper() and word.lower() in self.eponyms and word.lower() in self.either

    def surname(self, word: str) -> bool:
        """Whether it can follow a first name: a surname of the census or an eponym, with a capital, and no field of a form."""
        low = word.lower()
        return word[:1].isupper() and (low in self.last or low in self.eponyms) and low not in _fields()

    def may(self, word: str) -> bool:
        """Whether it can be a name at all: a name of the census that is a word, or no word."""
        return word.lower() not in _fields() and (not self.known(word) or self.common(word))


_BEFORE = ("at", "for", "to", "from", "the", "and", "of", "in", "by", "with")


@cache
def _fields() -> frozenset[str]:
    """What stands in the place of a name in a form, and is none."""
    return frozenset(resource("redaction.yaml")["names"]["fields"])


@cache
def _names() -> _Names:
    folder = files("names")

    def census(*lists: str) -> frozenset[str]:
        return frozenset(line.split()[0].lower() for name in lists for line in folder.joinpath(name).read_text().splitlines() if line)

    told = resource("redaction.yaml")["names"]
    vocabulary = (RESOURCES / "vocabulary.txt").read_text(encoding="utf-8").split()
    first, last, eponyms = census("dist.female.first", "dist.male.first"), census("dist.all.last"), frozenset(told["eponyms"])
    return _Names(first, last, first | last, eponyms, frozenset(map(str, told["words"])), eponyms.union(vocabulary))


@cache
def surnames() -> tuple[str, ...]:
    """The surnames of the US census of 1990, in lower case, the commonest first."""
    return tuple(line.split()[0].lower() for line in files("names").joinpath("dist.all.last").read_text().splitlines() if line)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    told = resource("redaction.yaml")
    return tuple((kind, re.compile(expand(pattern, told))) for kind, patterns in told["patterns"].items() for pattern in patterns)


@dataclass(slots=True)
class _Found:
    text: str
    spans: list[Identifier] = field(default_factory=list)

    def add(self, start: int, end: int, kind: str) -> None:
        """Put a span in its place; what overlaps one that is there is parted by it, or grows with it."""
        left = [(start, end, kind)]
        while left:
            left += reversed(self._put(*left.pop()))

    def _put(self, start: int, end: int, kind: str) -> tuple[tuple[int, int, str], ...]:
        """Put a span where none is in the way, or else tell what to put in its stead."""
        while end > start and self.text[end - 1] in " ,;:":
            end -= 1
        if start >= end:
            return ()
        # the spans stand in order and apart: only the one before and the one after can be the first to overlap
        at = bisect_left(self.spans, Identifier(start, 0, ""))
        for i in (at - 1, at):
            s = self.spans[i] if 0 <= i < len(self.spans) else None
            if s is not None and s.start < end and start < s.end:
                if s.kind in _GROWING and kind in _GROWING:
                    # names and organisations grow over each other
                    del self.spans[i]
                    wider = s.kind if s.end - s.start >= end - start else kind
                    return ((min(s.start, start), max(s.end, end), wider),)
                # what has a form stays as it is, and what it leaves on either side is found too
                return (start, s.start, kind), (s.end, end, kind)
        if any(c.isalnum() for c in self.text[start:end]):
            self.spans.insert(at, Identifier(start, end, kind))
        return ()


def find(text: str, also: tuple[str, ...] = ()) -> list[Identifier]:
    """What may identify a person in `text`, in order, without overlap; the names of `also` are sought by each of their parts."""
    found = _Found(text)
    for kind, pattern in _patterns():
        for m in pattern.finditer(text):
            found.add(*m.span("x" if "x" in pattern.groupindex and m["x"] else 0), kind)
    letters = sum(c.isalpha() for c in text) or 1
    share = sum(c.isupper() for c in text) / letters
    short, tails = _shortened(text)
    for start, end, kind in _by_context(short, caps=share > 0.5, small=share < 0.06):
        found.add(start, tails.get(end, end), kind)
    for s in [s for s in found.spans if s.kind in ("ORG", "ADDRESS")]:
        # a town stands after its clinic or street
        town = _RE["town"].match(text, s.end)
        words = [p[0] for p in _parts(text, *town.span(1))] if town else []
        if town and share <= 0.5 and all(_names().may(w) and not _names().common(w) and not w.isupper() for w in words):
            found.add(town.start(1), town.end(1), "ADDRESS")
    _repeat(found, also)
    return found.spans


def _shortened(text: str) -> tuple[str, dict[int, int]]:
    """`text` with what goes beyond the length of any word put out, so that no pattern walks it; and where each such word ends."""
    tails: dict[int, int] = {}

    def put_out(m: re.Match[str]) -> str:
        tails[m.start("tail")] = m.end()
        return m[0][: m.start("tail") - m.start()] + "\x00" * (m.end() - m.start("tail"))

    return _RE["unbroken"].sub(put_out, text), tails


def _parts(text: str, start: int, end: int) -> list[re.Match[str]]:
    return list(_RE["any"].finditer(text, start, end))


def _leading(text: str, m: re.Match[str], most: int = 4, caps: bool = True, sure: bool = False) -> tuple[int, int]:
    """The part of a match's `x` that can be a name: up to the first word that cannot; nothing of initials alone.

    `sure` tells that a name must stand there, so that Thomas is one and no test.
    """
    begin, end = m.span("x")
    last = begin
    long = False
    for i, part in enumerate(_parts(text, begin, end)):
        initial = len(part[0]) == 1
        if len(part[0]) > 1 and sum(c.isupper() for c in part[0]) > 1 and not caps and not _RE["mixed"].fullmatch(part[0]):
            break
        surname = bool(i) and part[0].lower() in _names().last and part[0][:1].isupper() and part[0].lower() not in _fields()
        if i >= most or not (initial or surname or _names().may(part[0]) or (sure and _names().surname(part[0]))):
            break
        last = part.end() + (1 if initial and text[part.end() : part.end() + 1] == "." else 0)
        long = long or len(part[0]) > 2
        if long and not initial and text[part.end() : part.end() + 2] == ". ":
            break
    return begin, last if long else begin


def _by_context(text: str, *, caps: bool, small: bool) -> Iterator[tuple[int, int, str]]:
    names = _names()
    for m in _RE["label"].finditer(text):
        begin, end = _leading(text, m, sure=True)
        yield begin, end, "NAME"
    for m in _RE["title"].finditer(text):
        begin, end = _leading(text, m, 3, caps, sure=True)
        disease = text[m.start() : begin].strip(" .").isupper() and not caps
        if not disease and (
            text[begin : begin + 1].isupper()
            or (small and not names.known(m["x"]) and not (names.common(m["x"]) and m[0].lower().startswith(("nurse", "coach"))))
        ):
            yield m.start(), end, "NAME"
    for m in _RE["credential"].finditer(text):
        parts = _parts(text, *m.span("x"))
        # what stands before the name on the line is none of it
        while parts and not (names.may(parts[0][0]) or len(parts[0][0]) == 1 or names.eponym(parts[0][0])):
            parts.pop(0)
        named = all(names.may(p[0]) or len(p[0]) == 1 or (len(parts) > 1 and names.surname(p[0])) for p in parts)
        if parts and named and any(len(p[0]) > 2 for p in parts):
            if len(parts) > 1 or text[m.end("x") : m.end("x") + 1] == "," or not names.common(parts[0][0]):
                yield parts[0].start(), m.end("x"), "NAME"
    for m in _RE["role"].finditer(text):
        begin, end = _leading(text, m, caps=caps)
        told = [p[0] for p in _parts(text, begin, end)]
        initialled = len(told) > 1 and len(told[0]) == 1 and told[1].lower() in names.last
        passing = text[m.start() : begin].strip().lower() in ("to", "and her", "signed")
        plain = (passing or len(told) < 2) and all(names.common(w) or len(w) == 1 for w in told) and not initialled
        if told and not plain and (not caps or initialled or any(w.lower() in names.first for w in told)):
            yield begin, end, "NAME"
    for m in _RE["kin"].finditer(text):
        # beside a relation a word that is a name too is a name, and so is an eponym
        word = m["x"].lower()
        if (
            word in names.either
            and (word not in _fields() or word in _MONTHS)
            and (names.common(word) or not caps)
            and not m["x"].isupper()
        ):
            yield m.start("x"), m.end("x"), "NAME"
    for m in _RE["comma"].finditer(text):
        surname, first = (p[0].lower() for p in _parts(text, *m.span("x"))[:2])
        lead = text[max(0, m.start("x") - 40) : m.start("x")].rpartition("\n")[2]
        heads = lead.strip() == "" and _RE["heads_note"].match(text[m.end("x") : m.end("x") + 8])
        known = surname in names.last or (surname in names.eponyms and first in names.first)
        if known and (heads or (first in names.first and (names.may(surname) or surname in names.eponyms))) and names.may(first):
            yield m.start("x"), m.end("x"), "NAME"
    for m in _RE["described"].finditer(text):
        parts = _parts(text, *m.span("x"))
        while parts and not (names.given(parts[0][0]) or names.may(parts[0][0])):
            parts.pop(0)
        called = len(parts) > 1 and parts[0][0].lower() in names.first and names.surname(parts[-1][0])
        if parts and (called or not all(names.common(p[0]) for p in parts)) and all(names.may(p[0]) or names.surname(p[0]) for p in parts):
            if not caps or any(p[0].lower() in names.first for p in parts):
                yield parts[0].start(), m.end("x"), "NAME"
    for m in _RE["cell"].finditer(text):
        surname, first = (p[0] for p in _parts(text, *m.span("x"))[:2])
        if names.surname(surname) and first.lower() in names.first:
            yield m.start("x"), m.end("x"), "NAME"
    for m in _RE["table"].finditer(text):
        yield from _cells(text, m)
    for m in _RE["of_whom"].finditer(text):
        begin, end = _leading(text, m, caps=caps)
        yield begin, end, "NAME"
    for m in _RE["initial"].finditer(text):
        words = [p for p in _parts(text, *m.span("x")) if len(p[0]) > 2]
        if words and all(names.may(p[0]) and not names.common(p[0]) and p[0].lower() in names.either for p in words):
            yield m.start("x"), m.end("x"), "NAME"
    if small:
        yield from _in_small_letters(text)
    for pattern in ("organisation", *(("organisation_caps",) if caps else ())):
        for m in _RE[pattern].finditer(text):
            parts = _parts(text, *m.span("x"))
            inside = not caps and _RE["in_sentence"].fullmatch(text[max(0, m.start("x") - 2) : m.start("x")])
            if inside or any(len(p[0]) > 2 and names.may(p[0]) and not names.common(p[0]) for p in parts[:-1]):
                while len(parts) > 2 and not names.may(parts[0][0]) and (caps or parts[0][0].lower() in (*_BEFORE, *_fields())):
                    parts.pop(0)
                yield parts[0].start(), m.end("x"), "ORG"
    yield from _runs(text, caps)
    if not caps:
        for m in _RE["inside"].finditer(text):
            word = m["x"]
            if names.may(word) and not names.common(word) and (_RE["mixed"].fullmatch(word) or word[1:].islower()):
                yield m.start("x"), m.end("x"), "NAME"
        for m in _RE["place"].finditer(text):
            begin, end = _leading(text, m, caps=caps)
            told = [p[0] for p in _parts(text, begin, end)]
            if told and text[end : end + 1] == " ":
                # Fleet Feet: the name of a place goes on over words
                end = m.end("x") if not any(p[0].isupper() for p in _parts(text, end, m.end("x"))) else end
            if told and not all(names.common(w) or w.isupper() for w in told) and not (len(told) == 1 and len(told[0]) < 4):
                yield begin, end, "NAME" if told[0].lower() in names.first else "ORG" if " " in text[begin:end] else "ADDRESS"


# months that are first names
_MONTHS = frozenset({"april", "june", "august"})


def _cells(text: str, m: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """Days, names and initials in the columns of a table that say so."""
    names = _names()
    wanted = {i: kind for i, head in enumerate(m["head"].split("|")) if (kind := _columns().get(head.strip().lower().rstrip(".:")))}
    at = m.start("rows")
    for row in m["rows"].splitlines(keepends=True) if wanted else ():
        lead = len(row) - len(row.lstrip(" "))
        lead += row[lead : lead + 1] == "|"
        place = at + lead
        for i, cell in enumerate(row[lead:].rstrip("\n").split("|")):
            begin, word = place + len(cell) - len(cell.lstrip()), cell.strip()
            place += len(cell) + 1
            parts = _RE["any"].findall(word)
            kind = wanted.get(i)
            day = kind == "DATE" and _RE["day"].fullmatch(word)
            person = (
                kind == "NAME"
                and parts
                and (_RE["initials"].fullmatch(word) or all(names.may(p) or names.surname(p) or len(p) == 1 for p in parts))
            )
            if day or person:
                yield begin, begin + len(word), kind or ""
        at += len(row)


@cache
def _columns() -> dict[str, str]:
    """The heads of columns that hold days and names, in small letters."""
    told = resource("redaction.yaml")["columns"]
    return {head: kind for kind, heads in told.items() for head in heads}


def _in_small_letters(text: str) -> Iterator[tuple[int, int, str]]:
    """Names in a note without capitals."""
    names = _names()
    for m in _RE["low_credential"].finditer(text):
        first, *last = m["x"].split()
        if not names.known(m["x"].split()[-1]):
            whole = not last or len(first.strip(".")) == 1 or (first in names.first and not names.known(first)) or not names.known(first)
            yield m.start("x") if whole else m.end("x") - len(last[-1]), m.end("x"), "NAME"
    for m in _RE["low_role"].finditer(text):
        parts = _parts(text, *m.span("x"))
        kept: list[re.Match[str]] = []
        for part in parts:
            low = part[0]
            if names.known(low) or names.common(low) or low not in (names.either if kept else names.first):
                break
            kept.append(part)
        if kept:
            yield kept[0].start(), kept[-1].end(), "NAME"
    for part in _RE["any"].finditer(text):
        if len(part[0]) >= 4 and part[0].islower() and names.given(part[0]):
            yield part.start(), part.end(), "NAME"


def _runs(text: str, caps: bool) -> Iterator[tuple[int, int, str]]:
    """Runs of words in capitals: a first name and what follows it, or words that are none of therapy."""
    names = _names()
    for m in _RE["run"].finditer(text):
        parts = _parts(text, *m.span("x"))
        i = 0
        while i < len(parts):
            word = parts[i][0]
            if word.isupper() and len(word) > 1 and not caps:
                i += 1
                continue
            if names.given(word) and (not caps or len(word) > 3):
                j = i + 1
                while j < len(parts) and (
                    len(parts[j][0]) == 1
                    or (not caps and names.surname(parts[j][0]) and not _RE["tested"].match(text, parts[j].end()))
                    or (names.may(parts[j][0]) and not (names.common(parts[j][0]) if caps else parts[j][0].isupper()))
                ):
                    j += 1
                yield parts[i].start(), parts[j - 1].end(), "NAME"
                i = j
                continue
            j = i
            while j < len(parts) and names.may(parts[j][0]) and not parts[j][0].isupper():
                j += 1
            inside = [p[0] for p in parts[i:j]]
            if len(inside) >= 2 and not caps and not all(map(names.common, inside)):
                surname = inside[-1].lower() in names.last and (inside[0].lower() in names.first or len(inside) == 2)
                yield parts[i].start(), parts[j - 1].end(), "NAME" if surname else "ORG"
            i = max(j, i + 1)


def _repeat(found: _Found, also: tuple[str, ...]) -> None:
    """Every part of a name that was found is one wherever it stands."""
    names = _names()
    told = {part[0] for s in found.spans if s.kind == "NAME" for part in _parts(found.text, s.start, s.end) if len(part[0]) > 2}
    for name in also:
        if any(c.isdigit() for c in name) and len(name) > 2:
            # a patient told by number
            for m in re.finditer(re.escape(name), found.text):
                found.add(*m.span(), "ID")
    words = {part[0] for name in also for part in _RE["any"].finditer(name) if len(part[0]) > 2}
    # a word that is a name too is one with a capital only, or whole notes would lose their `will`
    given = {form for word in words for form in (word.title(), word.upper())}
    told |= words
    parts = {piece for word in told for piece in (word, *word.split("-")) if len(piece) > 2}
    free = {p.lower() for p in parts if not names.known(p) and not names.common(p)}
    exact = {form for p in parts for form in (p, p.title(), p.upper()) if form[:1].isupper()}
    for m in _RE["any"].finditer(found.text):
        word = m[0].removesuffix("'s").removesuffix("’s")
        month = (
            word.lower() in _MONTHS and m.start() > 0 and found.text[m.start() - 1] == " " and not _RE["dated"].match(found.text, m.end())
        )
        called = word in exact and (
            not names.known(word) or month or (names.eponym(word) and not _RE["tested"].match(found.text, m.start() + len(word)))
        )
        if word.lower() in free or word in given or called:
            found.add(m.start(), m.start() + len(word), "NAME")


def kinds(spans: Iterable[Identifier]) -> dict[str, int]:
    """How many of each kind."""
    out: dict[str, int] = {}
    for s in spans:
        out[s.kind] = out.get(s.kind, 0) + 1
    return dict(sorted(out.items()))
