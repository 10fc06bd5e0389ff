"""Forms over tokens: what the grammar of closed forms is written in, and how it is matched.

A form is a row of tokens around one anchor, `SVC LINK @ (for | of)? EX`:

- a word in small letters, or a mark, is that token; `(a | b)`, `?`, `*`, `+` and `{0,3}` are as in a regular expression;
- a name in capitals is a class of tokens (`classes.yaml`) or a macro of the same file; `.` is any token;
- `!NAME` is one token outside the class, `!(A | b)` one that is neither, `~(A | b)` says that neither follows;
- `@` is the anchor: the amount, date or code that the form gives a meaning; `NAME:s` keeps the token that matched as `s`;
- `^` is the start of the note and `$` its end.

A class may ask for a `shape` of its words (lower, capital, upper), take in every word of a shape (`any`, of at most `longest` letters),
and leave out the classes of `but`. `joins` of a file turn rows of tokens into one token of a class before its forms are read; its
`anchors` name the groups of forms that a token of a class is asked.

Each class and each word that a form uses is one character, so that a note is a short string and a form a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from therex.catalog.files import resource
from therex.catalog.patterns import Patterns
from therex.catalog.seek import Later
from therex.errors import ResourceError
from therex.nlp.lexicon import Unit
from therex.nlp.quantities import Quantity
from therex.nlp.surface import Surface, stem

_RE = Patterns("grammar")

CLASSES = "grammar/classes.yaml"
WINDOW = 70  # tokens that a form may look back over
_RULES = frozenset("-_=~#")
_PLAIN, _FIRST = "\u0100", 0x0101
LOWER, CAPITAL, UPPER = range(3)
_SHAPES = {"lower": (LOWER,), "capital": (CAPITAL, UPPER), "upper": (UPPER,)}
_EVERY = (LOWER, CAPITAL, UPPER)
_OPS = {"(": "(?:", "~(": "(?!", "^": r"\A", "$": r"\Z"}


@dataclass(slots=True)
class Token:
    """One token of a row; `units` are the units it covers, `code` and `span` belong to a service that was read."""

    start: int
    end: int
    word: str
    unit: int
    quantity: Quantity | None = None
    code: str = ""


@dataclass(slots=True)
class Row:
    """A note as the forms see it: one character and one token a place."""

    chars: str
    tokens: list[Token]
    sections: list[str]


@dataclass(frozen=True, slots=True)
class Form:
    """One entry of the grammar; `gives` is its meaning."""

    id: str
    gives: str
    before: Later
    after: Later
    sections: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    least: float = 0
    most: float = 10_000
    of: frozenset[str] = frozenset()
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Join:
    """A row of tokens that becomes one token of a class; `tight` where no blank may stand between them."""

    name: str
    pattern: re.Pattern[str]
    tight: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A form that matched at an anchor, and the places of the tokens that it kept."""

    form: Form
    kept: Mapping[str, int]


class Alphabet:
    """The characters of the classes, and of the words that any form uses: a word has one in each shape of its letters."""

    def __init__(self) -> None:
        data = resource(CLASSES)
        self.macros: dict[str, str] = data["macros"]
        self._next = _FIRST
        self._members: dict[str, set[str]] = {}
        self._words: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        self._cats: dict[str, str] = {}
        self._rank: dict[str, int] = {}
        self._ends: dict[str, tuple[frozenset[str], str]] = {}
        self._by_word: dict[str, list[str]] = {}
        self._known: dict[str, str] = {}
        for name, row in data["classes"].items():
            own = self._new()
            self._members[name] = {own}
            for kind in row.get("kinds", ()):
                self._kinds[kind] = own
            for cat in row.get("categories", ()):
                if "ends" in row:
                    self._ends[cat] = frozenset(stem(word) for word in row["ends"]), own
                    continue
                self._cats.setdefault(cat, own)
                self._rank.setdefault(cat, len(self._rank))
            for word in row.get("words", ()):
                self._by_word.setdefault(stem(str(word)), []).append(name)
        for word, names in self._by_word.items():
            for name in names:
                self._members[name].update(self.word(word, *_SHAPES.get(data["classes"][name].get("shape"), _EVERY)))
        self._any = {name: row for name, row in data["classes"].items() if "any" in row}
        self._unions: dict[str, list[str]] = {name: row["union"] for name, row in data["classes"].items() if "union" in row}
        self.service = next(iter(data["classes"]))

    def _new(self) -> str:
        self._next += 1
        return chr(self._next)

    def word(self, word: str, *shapes: int) -> str:
        """The character of a word that forms use, or its characters in several shapes."""
        known = self._words.get(word)
        if known is None:
            known = self._words[word] = self._new()
            self._next += len(_EVERY) - 1
        return "".join(chr(ord(known) + shape) for shape in shapes) if shapes else known

    def knows(self, word: str) -> bool:
        """Whether any form uses `word`."""
        return word in self._words

    def shaped(self, word: str, shape: int) -> str:
        """The character of a word in a shape; one for all words that no form uses."""
        known = self._words.get(word)
        return _PLAIN if known is None else chr(ord(known) + shape)

    def members(self, name: str) -> str:
        """The characters of a class, which stay once all words of the forms are in."""
        if name in self._known:
            return self._known[name]
        if name not in self._members:
            raise ResourceError(f"{CLASSES}: no class or macro {name}")
        chars = set(self._members[name])
        for part in self._unions.get(name, ()):
            chars |= set(self.members(part))
        every = self._any.get(name)
        if every is not None:
            most = every.get("longest", WINDOW)
            words = [word for word in self._words if word[0].isalpha() and len(word) <= most]
            chars |= {char for word in words for char in self.word(word, *_SHAPES[every["any"]])}
            chars -= {char for part in every.get("but", ()) for char in self.members(part)}
        self._known[name] = "".join(sorted(chars))
        return self._known[name]

    def know(self, phrase: str, category: str) -> None:
        """Let a word that forms use stay in the class of its lexicon category."""
        char, own = self._words.get(phrase), self._cats.get(category)
        if char is not None and own is not None:
            for members in self._members.values():
                if own in members:
                    members.add(char)
        self._known.clear()

    def char(self, word: str, quantity: Quantity | None, cats: Iterable[str]) -> str:
        """The character of a token."""
        if quantity is not None:
            return self._kinds.get(quantity.kind, _PLAIN)
        known = self._words.get(word)
        if known is not None:
            return known
        ranked = [cat for cat in cats if cat in self._rank]
        for cat in cats if " " in word else ():
            ends = self._ends.get(cat)
            if ends is not None and word.rsplit(" ", 1)[1] in ends[0]:
                return ends[1]
        return self._cats[min(ranked, key=self._rank.__getitem__)] if ranked else _PLAIN

    def holds(self, cats: Iterable[str]) -> bool:
        """Whether one of `cats` is a class of its own, so that a phrase of several words stays one token."""
        return any(cat in self._cats for cat in cats)


@cache
def _ranges(chars: str) -> str:
    """The inside of a character class: runs of neighbors as ranges."""
    out: list[str] = []
    codes = sorted(set(map(ord, chars)))
    first = last = codes[0]
    for code in (*codes[1:], 0):
        if code != last + 1:
            out.append(chr(first) if first == last else f"{chr(first)}-{chr(last)}")
            first = code
        last = code
    return "".join(out)


def expand(alphabet: Alphabet, form: str, where: str) -> str:
    """A form as a regular expression over the characters of a row."""
    out: list[str] = []
    at = 0
    text = form.strip()
    while at < len(text):
        m = _RE["symbol"].match(text, at)
        if m is None or m.end() == at:
            raise ResourceError(f"{where}: cannot read {text[at : at + 20]!r}")
        at = m.end()
        if m["op"]:
            out.append(_OPS.get(m["op"], m["op"]))
        elif m["none"] is not None:
            parts = [part.strip() for part in m["none"].split("|")]
            chars = "".join(alphabet.members(p) if p.isupper() else alphabet.word(stem(p), *_EVERY) for p in parts)
            out.append(f"[^{_ranges(chars)}]")
        elif m["word"]:
            out.append("".join(f"[{alphabet.word(stem(part), *_EVERY)}]" for part in _parts(m["word"])))
        elif m["name"] in alphabet.macros:
            if m["not"] or m["keep"]:
                raise ResourceError(f"{where}: {m['name']} is a macro and cannot be excluded or kept")
            out.append(f"(?:{expand(alphabet, alphabet.macros[m['name']], where)})")
        else:
            chars = _ranges(alphabet.members(m["name"]))
            body = f"[{'^' if m['not'] else ''}{chars}]"
            out.append(f"(?P<{m['keep']}>{body})" if m["keep"] else body)
    return "".join(out)


def _parts(word: str) -> list[str]:
    """A word of a form as the tokens that it is read as: a hyphen inside a word is none."""
    parts = word.split("-")
    return parts if all(part.isascii() and part.isalpha() and part.islower() for part in parts) else [word]


def _words_of(form: str) -> Iterator[str]:
    for m in _RE["symbol"].finditer(form):
        if m["word"]:
            yield from map(stem, _parts(m["word"]))
        for part in (m["none"] or "").split("|"):
            if part.strip() and not part.strip().isupper():
                yield stem(part.strip())


class Forms:
    """The forms of the shipped files, each compiled once, when first tried."""

    def __init__(self, lexicon_categories: Mapping[str, Iterable[str]]) -> None:
        self.alphabet = Alphabet()
        self._files = {name: resource(f"grammar/{name}.yaml") for name in resource(CLASSES)["files"]}
        rows = [row for data in self._files.values() for group in data["forms"].values() for row in group]
        joins = [row for data in self._files.values() for row in data.get("joins", ())]
        for form in (*self.alphabet.macros.values(), *(row["form"] for row in (*rows, *joins))):
            for word in _words_of(form.replace("@", " ")):
                self.alphabet.word(word)
        for word in list(self.alphabet._words):
            for category in lexicon_categories.get(word, ()):
                self.alphabet.know(word, category)
        self.joins: dict[str, list[Join]] = {}
        self.anchors: dict[str, dict[str, list[str]]] = {}
        self.forms: dict[str, list[Form]] = {}
        for name, data in self._files.items():
            asked = data.get("anchors", {}).items()
            self.anchors[name] = {char: groups for cls, groups in reversed(asked) for char in self.alphabet.members(cls)}
            self.joins[name] = [self._join(f"grammar/{name}.yaml", row) for row in data.get("joins", ())]
            for group, entries in data["forms"].items():
                self.forms[f"{name}.{group}"] = [self._form(f"grammar/{name}.yaml: {group}", row) for row in entries]

    def _form(self, where: str, row: Mapping[str, Any]) -> Form:
        where = f"{where}: {row.get('id')}"
        before, at, after = str(row["form"]).partition("@")
        if not at:
            raise ResourceError(f"{where}: a form needs one @")

        def side(told: str, end: str = "") -> Later:
            def made() -> re.Pattern[str]:
                try:
                    return re.compile(f"(?:{expand(self.alphabet, told, where)}){end}")
                except re.error as error:
                    raise ResourceError(f"{where}: {error}") from None

            return Later(made)

        return Form(
            str(row["id"]),
            str(row["gives"]),
            side(before, r"\Z"),
            side(after),
            frozenset(row.get("in", ())),
            frozenset(row.get("outside", ())),
            row.get("least", 0),
            row.get("most", 10_000),
            frozenset(" ".join(stem(w) for w in str(word).split()) for word in row.get("of", ())),
            {k: v for k, v in row.items() if k not in ("id", "form", "gives", "in", "outside", "least", "most", "of", "case")},
        )

    def _join(self, where: str, row: Mapping[str, Any]) -> Join:
        pattern = expand(self.alphabet, str(row["form"]), f"{where}: {row.get('id')}")
        return Join(str(row["is"]), re.compile(pattern), bool(row.get("tight")))

    def join(self, name: str, row: Row) -> Row:
        """`row` with every match of the joins of a file as one token of the class that the join names."""
        for join in self.joins[name]:
            chars: list[str] = []
            tokens: list[Token] = []
            sections: list[str] = []
            last = 0
            for m in join.pattern.finditer(row.chars):
                i, j = m.span()
                if i == j or (join.tight and not _glued(row.tokens, i, j)):
                    continue
                chars += row.chars[last:i], self.alphabet.members(join.name)[0]
                first = row.tokens[i]
                tokens += *row.tokens[last:i], Token(first.start, row.tokens[j - 1].end, first.word, first.unit)
                sections += *row.sections[last:i], row.sections[i]
                last = j
            row = Row("".join((*chars, row.chars[last:])), tokens + row.tokens[last:], sections + row.sections[last:])
        return row

    def row(self, surface: Surface, units: list[Unit], sections: list[str], services: Mapping[int, tuple[int, str]] | None = None) -> Row:
        """The tokens of a note; phrases of several words stay together where a class asks for it.

        `services` maps the first unit of each service to the unit after its last one and its code: it becomes one token.
        """
        return Row(*_tokens(self.alphabet, surface, units, sections, services or {}))

    def judge(self, name: str, row: Row, k: int) -> Found | None:
        """The form of a file that decides at place `k`, by the groups that its `anchors` name for the class of the token there."""
        groups = self.anchors[name].get(row.chars[k], ())
        return next((found for group in groups if (found := self.first(f"{name}.{group}", row, k))), None)

    def first(self, group: str, row: Row, k: int, value: float = 0) -> Found | None:
        """The first form of `group` that matches with its anchor at place `k`."""
        section, chars, word = row.sections[k], row.chars, row.tokens[k].word
        low = max(0, k - WINDOW)
        for form in self.forms[group]:
            if (form.sections and section not in form.sections) or section in form.outside or not form.least <= value <= form.most:
                continue
            if form.of and word not in form.of:
                continue
            after = form.after.pattern.match(chars, k + 1)
            if after is None:
                continue
            before = form.before.pattern.search(chars, low, k)
            if before is None:
                continue
            kept = {name: m.start(name) for m in (before, after) for name, text in m.groupdict().items() if text is not None}
            codes = form.more.get("codes")
            if codes and row.tokens[kept["s"]].code not in codes:
                continue
            return Found(form, kept)
        return None


def _glued(tokens: list[Token], i: int, j: int) -> bool:
    """Whether no blank parts the tokens, and the mark between the first two does not stand before them too, as in a longer row."""
    before = tokens[i - 1] if i else None
    longer = before is not None and before.end == tokens[i].start and before.word == tokens[i + 1].word
    return not longer and all(a.end == b.start for a, b in pairwise(tokens[i:j]))


def _tokens(alphabet: Alphabet, surface: Surface, units: list[Unit], kinds: list[str],
            services: Mapping[int, tuple[int, str]]) -> tuple[str, list[Token], list[str]]:  # fmt: skip
    chars: list[str] = []
    tokens: list[Token] = []
    sections: list[str] = []
    gap = alphabet.word("‖")
    end = 0

    def put(token: Token, char: str, kind: str) -> None:
        if tokens and token.word in _RULES and tokens[-1].word == token.word and tokens[-1].end == token.start:
            # a rule of dashes is one token
            tokens[-1].end = token.end
            return
        chars.append(char)
        tokens.append(token)
        sections.append(kind)

    starts, words, ends = surface.starts, surface.words, surface.ends
    service = alphabet.members(alphabet.service)[0]
    at = until = 0
    for i, u in enumerate(units):
        if i < until:
            end = u.end
            continue
        between = "\t" if "\t" in surface.text[end : u.start] else surface.norm[end : u.start]
        if tokens and ("\t" in between or "  " in between) and u.word != "\n" and tokens[-1].word not in (".", ":", "\n", "‖"):
            put(Token(end, u.start, "‖", i), gap, kinds[i])
        end = u.end
        if i in services:
            until, code = services[i]
            put(Token(u.start, units[until - 1].end, "", i, None, code), service, kinds[i])
            continue
        while at < len(starts) and starts[at] < u.start:
            at += 1
        if u.quantity is not None or " " not in u.word or alphabet.holds(u.cats):
            word = u.word if u.quantity is None else ""
            put(Token(u.start, u.end, word, i, u.quantity), alphabet.char(word, u.quantity, u.cats), kinds[i])
            continue
        while at < len(starts) and starts[at] < u.end:
            put(Token(starts[at], ends[at], words[at], i), alphabet.char(words[at], None, ()), kinds[i])
            at += 1
    return "".join(chars), tokens, sections


_KEPT: dict[int, tuple[object, Forms]] = {}


def closed_forms(lexicon: Any) -> Forms:
    """The grammar beside a lexicon, made once for each lexicon object."""
    known = _KEPT.get(id(lexicon))
    if known is None or known[0] is not lexicon:
        categories = {phrase: [e.category for e in entries] for phrase, entries in lexicon.phrases.items() if " " not in phrase}
        known = _KEPT[id(lexicon)] = (lexicon, Forms(categories))
    return known[1]
