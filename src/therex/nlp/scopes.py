"""The scope of a cue: one walk over the words between cue and phrase, for every cue and every qualifier."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from therex.catalog.patterns import Patterns
from therex.nlp.clauses import AND, HARD, LISTED, OPEN, STOPS, Clause
from therex.nlp.cues import Cue, Found, find_cues
from therex.nlp.surface import Surface
from therex.types import ASSERTION_ORDER

_RE = Patterns("grammar")

_COMMA, _JOINED = frozenset({",", "or", "nor"}), frozenset({",", "and", "or", "nor"})
_BESIDE = frozenset({"label", "denial", "report"})


class Scope(Clause):
    """The cues of one sentence, ready for questions about phrases in it."""

    def __init__(self, surface: Surface, start: int, end: int, inherited: Sequence[Cue] = ()) -> None:
        super().__init__(surface, start, end, inherited)
        self._limits: dict[int, int] = {}

    def modifiers(self, start: int, end: int, finding: bool = True) -> tuple[str, ...]:
        """Every qualifier of the phrase `start`:`end`, a `finding` or a treatment, in the order of the contract."""
        s = max(bisect_right(self.starts, start) - 1, 0)
        if s < len(self.starts) and self.ends[s] <= start:
            s += 1
        e = max(bisect_left(self.starts, end), s + 1)
        ticked = self._ticked(start, end)
        if ticked is not None:
            return ("negated",) if ticked else ()
        asked = [f for f in self.found if f.cue.acts != "ends" and (finding or not f.cue.findings)]
        hits = [f for f in asked if self._acts(f, s, e)]
        held = self._weigh(hits, s, e)
        return tuple(kind for kind in ASSERTION_ORDER if kind in held)

    def _acts(self, f: Found, s: int, e: int) -> bool:
        """Whether the phrase at words `s`:`e` is in the scope of a cue."""
        cue = f.cue
        if f.first < s < f.last and (cue.inside or (cue.gives == "negated" and cue.acts == "after")):
            # `no` of `no complaints` stands before the phrase, and is not a part of it
            return not self.table.words["negators"].isdisjoint(self.words[f.first : s])
        if cue.inside and cue.beside and s <= f.first and f.last <= e:
            return not any(w.endswith("/10") and w[0] != "0" for w in self.words[s:e])
        if any(a < s < b and f.last <= a for a, b in self.insertions.items()):
            return False
        if f.last <= s:
            if cue.acts not in ("after", "both") or s >= self._limit(f, s):
                return False
            return not (cue.leads and s - f.last > 2 and self._after_value(f))
        return f.first >= e and cue.acts in ("before", "both") and self._precedes(f, s, e)

    def _leads(self, f: Found) -> bool:
        """Whether a cue stands at the start of its clause."""
        before = self.words[f.first - 1] if f.first else ""
        return not before[:1].isalnum() or before in self.table.words["clause_starts"]

    def _after_value(self, f: Found) -> bool:
        """Whether a number stands before a cue in its part of the sentence, so that the cue belongs to it."""
        k = f.first - 1
        while k >= 0 and self.words[k] not in (",", "(") and not self.terminators.get(k, set()) & HARD:
            if self.words[k][0].isdigit():
                return True
            k -= 1
        return False

    def _weigh(self, hits: list[Found], s: int, e: int) -> set[str]:
        """What the cues that act on a phrase give it together."""
        kinds = {f.cue.gives for f in hits}
        if kinds & {"condition", "occasion"} and kinds & {"resolved", "awaited"}:
            # what something waits for is not so yet
            return set()
        current = max((f.first for f in hits if f.cue.gives == "current"), default=-1)
        present = current >= 0 or "today" in kinds
        # `none of the ache has gone`
        denied = "improved" in kinds and any(f.cue.gives == "negated" and f.last <= s for f in hits)
        held = set()
        for f in hits:
            gives = f.cue.inside if f.cue.inside and f.first < e and f.last > s else f.cue.gives
            if gives == "negated":
                undone = current > f.first if f.first >= e else self._undone(f, kinds)
                held |= set() if undone else {"negated"}
            elif gives == "resolved" and current < f.first and not denied:
                held.add("historical" if self._past(f, s) else "negated")
            elif gives == "historical" and not present:
                held.add("historical")
            elif gives in ("hypothetical", "other_person"):
                held.add(gives)
        return held

    def _undone(self, f: Found, kinds: set[str]) -> bool:
        """Whether a denial before the phrase denies its improvement, or is awaited."""
        if "improved" in kinds:
            return True
        waiting = [c for c in self.found if c.cue.gives == "condition" and self.words[c.first] in self.table.words["waiting"]]
        return any(0 <= f.first - c.last <= 3 for c in waiting)

    def _past(self, f: Found, s: int) -> bool:
        """Whether a past time is named between the phrase and a few words after the cue of its resolution."""
        times = [t for t in self.found if t.cue.gives in ("past_time", "historical")]
        if any(t.cue.gives == "past_time" for t in find_cues(self.words[f.first + 1 : f.last])):
            return True
        spans = [t for t in self.found if t.cue.gives == "pseudo" and s <= t.first < f.first]
        for t in spans:
            inner = find_cues(self.words[t.first + 1 : t.last]) if self.words[t.first] != "since" else []
            if any(i.cue.gives == "past_time" for i in inner):
                return True
        return any(s <= t.first < f.last + 5 and self._same(f, t) for t in times)

    def _same(self, f: Found, t: Found) -> bool:
        """Whether a past time stands before a resolution, or in the same part of the sentence."""
        return not any(self.words[k] == "," or self.terminators.get(k, set()) & HARD for k in range(f.last, t.first))

    def _limit(self, f: Found, s: int) -> int:
        """The word at which the scope of a cue that acts on what follows ends."""
        known = self._limits.get(id(f))
        if known is None:
            known = self._limits[id(f)] = self._walk(f)
        if known <= s and (inner := self._bracket_of(s)) is not None and inner < known:
            return s + 1
        return known

    def _bracket_of(self, s: int) -> int | None:
        return next((a for a, b in self.close.items() if a < s < b), None)

    def _walk(self, f: Found) -> int:
        cue, words, n = f.cue, self.words, len(self.words)
        own = next((b for a, b in self.close.items() if a < f.first < b), n)
        last_or = self._last_or(f, min(own, n))
        commas = "pass" if cue.leads and self._leads(f) else cue.commas
        item, k, left = -1, f.last, cue.reach
        while k < min(own, n) and left > 0:
            if k in self.close:
                # an insertion in brackets
                k = self.close[k] + 1
                continue
            ends = self.terminators.get(k, set()) & cue.ends
            if "verb" in ends and (self._related(k) or (item < 0 and not self._owns(f, k))):
                ends = ends - {"verb"}
            if ends:
                if ends == {"verb"} and item >= 0:
                    return item
                if not (k == f.last and ends <= _BESIDE):
                    return k
            word = words[k]
            if word == ",":
                if k == f.last and cue.gives == "negated" and commas != "pass":
                    # an answer: `no, only a little stiff`
                    return k
                if commas == "end" and not (k < last_or and cue.gives == "negated"):
                    return k
                if commas == "list" and self._parts(f, k, last_or):
                    return k
                item = k
            elif word in ("and", "&", "/", "-") and commas == "list":
                if word != "/" or self._spaced(k):
                    if word == "-" and self._spaced(k) and self._named_again(max(item + 1, f.last), k):
                        return k
                    if word != "-" and self._stands_alone(k + 1, False, _JOINED):
                        return k
                    item = k
            k += 1
            left -= commas != "list" or word[0].isalpha()
        return k

    def _last_or(self, f: Found, n: int) -> int:
        """The last `or` that the list after a cue may hold; -1 where there is none."""
        out, listed, k = -1, False, f.last
        while k < n:
            if k in self.close:
                k = self.close[k] + 1
                continue
            ends = self.terminators.get(k, set()) & f.cue.ends
            if ends and k > f.last and not (ends == {"verb"} and (not listed or self._related(k))):
                break
            if self.words[k] in LISTED:
                out = k
            listed = listed or self.words[k] == ","
            k += 1
        return out

    def _parts(self, f: Found, k: int, last_or: int) -> bool:
        """Whether the list after a denial ends at the comma `k`."""
        following = self.words[k + 1 : k + 2]
        if following and (following[0] in LISTED or following[0] in self.table.words["going_on"]):
            return False
        if k < last_or:
            return self._stands_alone(k + 1, True)
        if f.last < last_or and "," not in self.words[last_or:k]:
            # `no A or B, C`
            return True
        if self.words[k - 1] in self.table.words["told"] or self._named_again(max(self._before(k), f.last), k, 1):
            return True
        if self._repeats(f):
            # the last item of `no A, no B, C` is a finding where it says more than a name
            b = self._item(k + 1, _COMMA)
            says_more = b - k > 4 or not self.table.words["sides"].isdisjoint(self.words[k + 1 : b])
            if says_more and self.words[b : b + 1] != [","]:
                return True
        return self._stands_alone(k + 1, False)

    def _repeats(self, f: Found) -> bool:
        """Whether a denial stands in a row of denials, each with its own cue."""
        k = f.first - 1
        if k < 0 or self.words[k] not in (",", "and"):
            return False
        return any(g.cue.gives == "negated" and g.cue.acts == "after" and g.last <= k for g in self.found)

    def _precedes(self, f: Found, s: int, e: int) -> bool:
        """Whether a cue that acts on what precedes it reaches back to the phrase that ends before word `e`."""
        cue, words = f.cue, self.words
        if cue.beside:
            return f.first - e <= cue.reach and all(w in self.table.words["links"] for w in words[e : f.first])
        k, ends_here = f.first - 1, cue.ends
        if cue.gives == "today" and words[k] == "," and words[f.last : f.last + 1] and words[f.last] in self.table.words["subjects"]:
            # `a flare, this week he is fine`
            return False
        if k > e and words[e] == words[k] == "," and words[f.first] in self.table.words["auxiliaries"]:
            # `headaches, daily until the new glasses, have stopped`
            return not any(self.terminators.get(at, set()) & STOPS for at in range(e, k))
        if self._row(e, f.first):
            return True
        if k >= e and words[k] in OPEN and k in self.close:
            k -= 1
        elif cue.commas != "pass":
            at = k
            while at >= e and words[at] in self.table.words["pickups"]:
                at -= 1
            if at >= e and words[at] == ",":
                # a second predicate of the same subject
                k, ends_here = at - 1, cue.ends - {"verb"}
            elif cue.gives == "current":
                k = at
        left = cue.reach
        opens = {b: a for a, b in self.close.items()}
        while k >= e:
            if k in opens and opens[k] >= e:
                k = opens[k] - 1
                continue
            ends = self.terminators.get(k, set()) & ends_here
            if "verb" in ends and self._related(k):
                ends = ends - {"verb"}
            if ends or left <= 0:
                return False
            if (words[k] == "," and cue.commas == "end") or self.close.get(k, -1) > f.first:
                return False
            if cue.commas != "pass" and words[k] in AND and k + 1 < f.first and words[k + 1] not in self.table.words["relatives"]:
                # `numbness and tingling are gone`, but not `pain on stairs and swelling is gone`
                if k > e or f.first - k > 5:
                    return False
            k -= 1
            left -= 1
        return True

    def _ticked(self, start: int, end: int) -> bool | None:
        """Whether the boxes beside a phrase deny it; None where there are none."""
        norm = self.surface.norm
        sentence = norm[self.start : self.end]
        if not any(sign in sentence for sign in "[☐☒☑("):
            return None
        boxes = list(_RE["box"].finditer(norm, end, self.end))
        if boxes and not norm[end : boxes[0].start()].strip(" :") and boxes[0]["word"]:
            for box in boxes:
                if (box["mark"] or box["sign"] or " ") not in " ☐":
                    return box["word"] in self.table.words["boxes"]
        if norm[:start].rstrip(" ").endswith("☐"):
            return True
        return None

    def carried(self) -> tuple[Cue, ...]:
        """The cues whose scope goes on over the next sentence of their line or list."""
        far = (f.cue for f in self.found if f.cue.carries and self._limit(f, 0) >= len(self.words))
        return tuple({id(cue): cue for cue in far}.values())
