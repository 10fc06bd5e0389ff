"""Assertion: negation, history, plan and hypothesis, other persons, and treatment held or declined.

A cue acts inside its sentence, forward or backward, until a word that ends its scope; therapy's own idioms
(`(-) SLR`, `pain 0/10`, `edema: none`, check boxes, `w/o`, `not performed today`) are part of the same table.
Compared before writing: medspaCy's ConText (note text on standard error, hangs with two processes), negspacy
(no history), FastContext (scopes by sentence, no idioms); none was taken on.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from therex.catalog.files import resource
from therex.nlp.extensions import forget_working, surface_of
from therex.nlp.surface import Surface, read_surface
from therex.types import ASSERTION_ORDER, Assertion, Range, Span

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue at tokens `first` to `last`; `way` is forward, wide, held, backward, pseudo or stop."""

    first: int
    last: int
    kind: str
    way: str


_SAID_BEFORE = [["noted"], ["note"], ["described"], ["mentioned"], ["documented"], ["discussed"]]
# the reason of the referral stands in the history, and is the complaint of today
_REFERRED = re.compile(r"\breferred to (?:\w+,? ){1,4}?(?:for|secondary to|due to|because of|with)\b[^.]*$")


@dataclass(slots=True)
class _Table:
    phrases: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)


@cache
def _table() -> _Table:
    table = _Table()

    def put(phrase: str, kind: str, way: str) -> None:
        words = read_surface(phrase).words
        key = " ".join(words)
        table.phrases.setdefault(key, []).append((kind, way))
        table.longest[words[0]] = max(table.longest.get(words[0], 0), len(words))

    data = resource("context.yaml")
    for kind in ("negated", "historical", "hypothetical", "other_person"):
        for way, phrases in data[kind].items():
            for phrase in phrases:
                put(str(phrase), kind, way)
    for phrase in data["stop"]:
        put(str(phrase), "all", "stop")
    return table


_TIMED_HOLD = frozenset({"sec", "second", "s", "isometric", "static", "breath", "min", "minute", "end", "prolonged", "x"})


def find_cues(words: list[str], i: int, j: int) -> list[Cue]:
    """The cues among tokens `i` to `j`: the longest phrase at each place wins, and a pseudo phrase hides what is in it."""
    table = _table()
    out: list[Cue] = []
    while i < j:
        if (
            words[i] == "hold"
            and i > 0
            and (words[i - 1] in _TIMED_HOLD or words[i - 1][-1:].isdigit() or words[i - 1].endswith(('"', "'")))
        ):
            # "30 sec hold" is a dose, not an exercise left out
            i += 1
            continue
        limit = table.longest.get(words[i], 0)
        for size in range(min(limit, j - i), 0, -1):
            found = table.phrases.get(" ".join(words[i : i + size]))
            if found:
                out.extend(Cue(i, i + size, kind, way) for kind, way in found)
                i += size - 1
                break
        i += 1
    return out


_ZERO = re.compile(
    r"^[ ]*(?:[:=\-]|is|at|was|rated|level|score|today|now|noted){0,3}[ ]*(?:0 *(?:/|out of) *10(?!\d)|\(0\)|0(?= *(?:beats|deg|°|/10|$|[,;)])))"
)
_NONE = re.compile(
    r"^[ ]*(?:[:=]|-|\.{2,}|_{2,})[ ]*(?:none|no\b(?! (?:change|better|worse|improve))|neg(?:ative)?\b|nil|absent|denie[sd]|0\b(?!/)|n/a|nt\b|not (?:tested|noted|present|assessed)|wnl|\(-\)|resolved|-(?=\s|$))"
)
_BOXED = re.compile(r"^[ ]*:?[ ]*(?:[\[(☐☑☒][ x✓]?[\])]?[ ]*[a-z/+-]+[ ]*){1,6}")
_TICK = re.compile(r"(?:[\[(](?P<m>[x✓])[\])]|(?P<b>[☒☑]))[ ]*(?P<w>[a-z/+-]+)")
# what a stroke or an injury of the cord leaves behind
_LASTING = re.compile(r"(?:[a-z]+ ){0,3}(?:\w*paresis|\w*plegi\w*|neglect|aphasia|ataxia|apraxia|spastic\w*|hemianopia|foot drop)\b")
_YEAR = re.compile(r"(?:\bin|\bsince|\bcirca|\bfrom|\bdated)? ?(?:\b(?:19|20)\d\d\b|'\d\d\b)")
_PAST_VISIT = re.compile(
    r"\bat (?:the )?(?:\d{1,2}/\d{1,2}|initial|first|last) (?:visit|session|eval)|\b(?:surgeon|md|er|ed|pcp)'s \d{1,2}/\d{1,2} note|\b\d+ visits? ago|\bvisits \d+ ?- ?\d+\b|\bwhen (?:s?he|they) first came\b"
)
_NOW = re.compile(r"\b(?:today|now|currently|this (?:visit|session|date|am|morning|afternoon)|presently|at present|since then)\b")
_VERBISH = frozenset({"is", "are", "persists", "persist", "remain", "report", "state", "present", "demonstrate", "perform", "done", "noted", "show",
                      "walk", "complain", "c/o", "continue", "ambulate", "require", "need", "has", "have", "limit", "seen", "finished", "completed",
                      "will", "tolerated", "used", "worked", "deployed", "recovered", "trial", "given", "increased"})  # fmt: skip


class Scope:
    """The cues of one sentence, asked about a target in it."""

    def __init__(self, surface: Surface, start: int, end: int) -> None:
        self.surface = surface
        self.start, self.end = start, end
        self.i = bisect_left(surface.starts, start)
        self.j = bisect_left(surface.starts, end)
        self.cues = find_cues(surface.words, self.i, self.j)
        norm = surface.norm[start:end]
        self.past = _PAST_VISIT.search(norm)
        self.year = _YEAR.search(norm)
        self.boxes = bool(re.search(r"[☐☒☑]", norm))

    def modifiers(self, start: int, end: int, section: str = "") -> tuple[str, ...]:
        """Every assertion that holds of the phrase at `start`:`end`, in the order of the contract."""
        s = max(bisect_right(self.surface.starts, start) - 1, self.i)
        if s < len(self.surface.starts) and self.surface.ends[s] <= start:
            s += 1
        e = max(bisect_left(self.surface.starts, end), s + 1)
        held = set()
        if self._negated(s, e, start, end):
            held.add("negated")
        if self._historical(s, e, start, section):
            held.add("historical")
        for kind in ("hypothetical", "other_person"):
            if self._acts(s, e, kind, 9 if kind == "hypothetical" else 12):
                held.add(kind)
        return tuple(kind for kind in ASSERTION_ORDER if kind in held)

    def _acts(self, s: int, e: int, kind: str, reach: int) -> bool:
        for cue in self.cues:
            if cue.kind != kind or cue.way not in ("forward", "wide", "backward"):
                continue
            if cue.way != "backward" and cue.last <= s and s - cue.last <= reach and not self._stopped(cue.last, s):
                return True
            if cue.way == "backward" and cue.first >= e and cue.first - e <= 6 and not self._stopped(e, cue.first):
                return True
        return False

    def _stopped(self, a: int, b: int) -> bool:
        return any(c.way == "stop" and c.kind == "all" and a <= c.first < b for c in self.cues)

    def _negated(self, s: int, e: int, start: int, end: int) -> bool:
        norm = self.surface.norm
        rest = norm[end : self.end]
        box = _BOXED.match(rest)
        if box:
            tick = _TICK.search(rest[: box.end() + 2])
            if tick:
                return tick["w"] in ("no", "none", "neg", "negative", "absent", "denies", "n")
        if self.boxes:
            head = norm[start - 60 if start > 60 else 0 : start]
            row = re.search(r"(?:[☐☒☑] ?[a-z0-9/ ]+ *)+$", head)
            if row and re.search(r"[☒☑] ?none", row[0]):
                return True
            if re.search(r"☐ ?$", head):
                return True
        if _ZERO.match(rest) or _NONE.match(rest):
            return True
        inside = norm[start:end]
        if "10" in inside and re.search(r"(?:^|[^\d])0 */ *10\b", inside) and not re.search(r"[1-9]\d? */ *10", inside):
            return True
        if norm[max(0, start - 4) : start].rstrip("-").endswith("non"):
            return True
        for cue in self.cues:
            if cue.kind != "negated":
                continue
            if cue.way in ("forward", "wide", "held") and cue.last <= s:
                if self._forward(cue, s, e):
                    return True
            elif cue.way in ("forward", "wide", "pseudo") and cue.first < s < cue.last:
                # "no change in vision" with the phrase "change in vision": the cue is what stands before the phrase
                if self.surface.words[cue.first] in ("no", "denies", "without", "w/o", "neg", "ø", "not"):
                    return True
            elif cue.way in ("backward", "held") and cue.first >= e:
                if self._backward(cue, e):
                    return True
        return False

    def _forward(self, cue: Cue, s: int, e: int) -> bool:
        words = self.surface.words
        gap = words[cue.last : s]
        if self._stopped(cue.last, s):
            return False
        if cue.way == "held" and (len(gap) > 3 or (e < self.j and words[e][:1].isdigit())):
            return False
        if words[cue.first] in ("resolved", "absent") and gap[:1] not in ([":"], []) and "," not in gap and cue.first > self.i:
            return False
        if cue.way != "wide" and len(gap) > 12:
            return False
        commas = gap.count(",")
        if cue.way == "held" and commas:
            return False
        if (
            words[cue.first] in ("absent", "neg", "negative", "(-)", "resolved", "(", "zero")
            and commas
            and ":" not in gap
            and gap[:1] != [":"]
            and words[cue.first : cue.last][-1:] != ["for"]
        ):
            return False
        if commas and cue.way != "wide":
            last_comma = len(gap) - 1 - gap[::-1].index(",")
            tail = gap[last_comma + 1 :]
            if words[cue.first] == "absent" and ":" in gap:
                return True
            listy = "or" in gap or "or" in words[e : e + 3] or "nor" in gap
            if any(w in _VERBISH for w in gap) or (len(tail) > 3 and not listy):
                return False
            after = words[e : min(self.j, e + 2)]
            if not listy and any(w in _VERBISH or w in ("x",) or w[:1].isdigit() for w in after):
                return False
            if (
                not listy
                and commas >= 1
                and "and" not in gap
                and not (set(after) & {",", "and", "or", "."})
                and after
                and self.surface.words[cue.first] not in ("no", "without", "w/o", "not", "negative", "neg", "ø", "nil")
            ):
                return False
            if not listy and commas == 1 and "and" not in gap and not (set(after) & {",", "or", "and"}):
                return False
        if commas and cue.way == "wide" and "or" not in gap and "and" not in gap and words[e : e + 1] in (["is"], ["are"]):
            return False
        if (
            commas
            and cue.way == "wide"
            and any(
                w
                in (
                    "report",
                    "state",
                    "has",
                    "demonstrate",
                    "present",
                    "still",
                    "continue",
                    "performed",
                    "walk",
                    "needs",
                    "require",
                    "guarding",
                    "is",
                    "are",
                )
                for w in gap
            )
        ):
            return False
        if "and" in gap and any(w in _VERBISH for w in gap[gap.index("and") :]):
            return False
        if ":" in gap and words[cue.first] in ("no", "not"):
            return False
        return True

    def _backward(self, cue: Cue, e: int) -> bool:
        words = self.surface.words
        gap = words[e : cue.first]
        if len(gap) > 8 or self._stopped(e, cue.first):
            return False
        word = words[cue.first]
        if any(w in (",", "and", "or", "with", "to") for w in gap):
            # "denied numbness, tingling absent": another finding stands between
            return (
                (bool(gap) and gap[0] in ("(", "-") and "," not in gap)
                or (gap[-1:] == [","] and cue.last >= self.j - 1 and word == "none")
                or (
                    ("and" in gap or "or" in gap)
                    and "," not in gap
                    and word in ("declined", "absent", "deferred", "held")
                    and len(gap) <= 4
                )
            )
        if (
            word
            in ("0", "free", "held", "gone", "neg", "nil", "none", "declined", "refused", "deferred", "absent", "resolved", "denied", "nt")
            and len(gap) > 4
        ):
            return False
        nxt = words[cue.last] if cue.last < self.j else ""
        if word == "0" and nxt not in ("beat", "", ",", ";", ")", "."):
            return False
        if (
            word in ("declined", "refused", "denied", "held")
            and nxt
            and (
                nxt.isalpha()
                and nxt
                not in (
                    "by",
                    "per",
                    "today",
                    "this",
                    "due",
                    "secondary",
                    "for",
                    "until",
                    "because",
                    "over",
                    "at",
                    "on",
                    "x",
                    "2/2",
                    "as",
                    "and",
                )
            )
        ):
            return False
        if word == "free" and nxt == "of":
            return False
        if word in ("negative", "neg") and nxt == "for":
            return False
        return not (word == "none" and nxt in ("in", "of") and "week" in words[cue.last : cue.last + 3])

    def _historical(self, s: int, e: int, start: int, section: str) -> bool:
        surface = self.surface
        norm = surface.norm[self.start : self.end]
        words = surface.words
        if section == "history":
            return not _REFERRED.search(norm, 0, start - self.start)
        at = start - self.start
        for cue in self.cues:
            if cue.kind != "historical" or cue.way not in ("forward", "backward"):
                continue
            if cue.way == "forward" and cue.last <= s:
                if s - cue.last > 30:
                    continue
                stops = [c for c in self.cues if c.kind == "historical" and c.way == "stop" and cue.last <= c.first < s]
                if stops or any(words[k] in (";", "but", "however") for k in range(cue.last, s)):
                    continue
                word = " ".join(words[cue.first : cue.last])
                if (
                    "history" in word
                    and cue.first > self.i
                    and words[cue.first - 1] in ("day", "week", "hour", "month", "wk", "two day", "-")
                ):
                    continue
                if ":" in words[cue.last + 1 : s]:
                    continue
                if word in (
                    "previous",
                    "prior",
                    "past",
                    "old",
                    "remote",
                    "previously",
                    "childhood",
                    "former",
                    "status post",
                    "initially",
                    "history",
                    "at eval",
                    "before the",
                    "before her",
                    "before hi",
                    "formerly",
                    "year ago",
                ):
                    comma = "," in words[cue.last : s]
                    if (comma and word not in ("remote",)) or s - cue.last > 9:
                        continue
                if word == "prior to" and s - cue.last > 12:
                    continue
                return True
            if cue.way == "backward" and cue.first >= e and cue.first - e <= 9:
                if words[cue.first : cue.last] == ["previously"] and words[cue.last : cue.last + 1] in _SAID_BEFORE:
                    # `edema as previously noted` is there now
                    continue
                if any(words[k] in (";", "but", "now") for k in range(e, cue.first)) or ("," in words[e : cue.first] and cue.first - e > 5):
                    continue
                return True
        past = self.past
        tail_now = _NOW.search(norm, 0, at) if past else None
        if past and not (tail_now and tail_now.start() > past.start()):
            return True
        year = self.year
        if (
            year
            and abs(year.start() - at) < 60
            and not re.search(
                r"\d{1,2}[/-]\d{1,2}[/-](?:\d\d)?$|\*\*date\[[a-z ]*\d* ?$|date of|\d{1,2} $",
                norm[: year.start() + (1 if year[0].startswith(" ") else 0)][-16:],
            )
        ):
            if year.end() <= at and re.match(r" ?(?:,|with\b|w/)", norm[year.end() : at]) and _LASTING.match(norm[at : at + 60]):
                # `CVA 2023, R hemiparesis`: what is left of it is there today
                return False
            return not re.search(r"now|today|current|since", norm[max(0, at - 30) : at])
        return False


def first_assertion(modifiers: tuple[str, ...]) -> Assertion:
    """The one assertion of a span: the first in the contract's order that holds."""
    return modifiers[0] if modifiers else "affirmed"  # type: ignore[return-value]


def assert_phrase(sentence: str, start: int, end: int) -> tuple[str, ...]:
    """The modifiers of the phrase `sentence[start:end]`, the sentence standing alone."""
    surface = read_surface(sentence)
    from therex.nlp.sentences import read_sentences

    for r in read_sentences(surface):
        if r.start <= start < r.end:
            # a phrase may run over what looks like a sentence end
            return Scope(surface, r.start, max(r.end, end)).modifiers(start, end, _spoken_section(surface.norm, start))
    return Scope(surface, 0, len(sentence)).modifiers(start, end)


_HEADING = re.compile(
    r"\b(?:past medical history|past surgical history|pmhx?|psh|past history|plof|prior level of function|pmh/psh|medical history)\b[^:\n]{0,20}:"
)
_NEXT = re.compile(r"\b[a-z][a-z ]{3,30}:")


def _spoken_section(norm: str, start: int) -> str:
    last = None
    for m in _HEADING.finditer(norm, 0, start):
        last = m
    if last is None:
        return ""
    return "" if _NEXT.search(norm, last.end(), start) else "history"


class AssertionMarker:
    """spaCy component: sets assertion and modifiers on the spans of `doc._.therex_spans`.

    It is the last of the pipeline, and drops what only the components needed unless `keep_working` is set.
    """

    def __init__(self, keep_working: bool) -> None:
        self.keep_working = keep_working

    def __call__(self, doc: Doc) -> Doc:
        from dataclasses import replace

        spans = doc._.therex_spans or []
        asked = [i for i, s in enumerate(spans) if s.label in _ASKED]
        found = self.process(doc, [(spans[i].start, spans[i].end) for i in asked])
        marked = list(spans)
        for i, modifiers in zip(asked, found, strict=True):
            kept = _speaks(spans[i], modifiers)
            if kept:
                marked[i] = replace(spans[i], modifiers=kept, assertion=first_assertion(kept))
        doc._.therex_spans = marked
        if not self.keep_working:
            forget_working(doc)
        return doc

    def process(self, doc: Doc, ranges: list[tuple[int, int]]) -> list[tuple[str, ...]]:
        """The modifiers of each character range of `doc`, which is left as it is."""
        from therex.nlp.sentences import read_sentences

        surface = surface_of(doc)
        sentences: list[Range] = doc._.therex_sentences or read_sentences(surface)
        starts = [r.start for r in sentences]
        scopes: dict[int, Scope] = {}
        out = []
        for start, end in ranges:
            k = max(bisect_right(starts, start) - 1, 0)
            scope = scopes.get(k)
            if scope is None:
                r = sentences[k] if sentences else Range(0, len(surface.norm))
                scope = scopes[k] = Scope(surface, r.start, r.end)
            section = next((s.kind for s in doc._.therex_sections or () if s.start <= start < s.end), "")
            out.append(scope.modifiers(start, end, "history" if section == "history" else ""))
        return out


# the fact inside a goal, a purpose, an amount or a measure is what it is: only these labels are asked
_ASKED = frozenset({"IMPAIRMENT", "LIMITATION", "SERVICE", "EXERCISE", "RESPONSE"})


def _speaks(span: Span, modifiers: tuple[str, ...]) -> tuple[str, ...]:
    """What the assertion says of this label: a goal and a plan lie ahead and are affirmed; a zero pain score is a finding."""
    if "negated" in modifiers and "hypothetical" in modifiers and span.label == "IMPAIRMENT":
        # "to avoid impingement, no pain": what is denied is denied, whatever stood before it
        return tuple(m for m in modifiers if m != "hypothetical")
    if span.label in ("IMPAIRMENT", "LIMITATION"):
        return tuple(m for m in modifiers if m != "hypothetical" or span.label == "IMPAIRMENT")
    if span.label == "RESPONSE":
        return tuple(m for m in modifiers if m in ("negated", "other_person"))
    return modifiers
