"""A sentence as the walk over it sees it: its words, what ends scopes in it, and the items of its lists."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from therex.catalog.patterns import Patterns
from therex.nlp.cues import Cue, Found, Table, class_ends, find_cues, table
from therex.nlp.surface import Surface

_RE = Patterns("grammar")

_FAR = 500
OPEN, _CLOSE = frozenset("(["), frozenset(")]")
LISTED = frozenset({"or", "nor"})
_COMMA = frozenset({",", "or", "nor"})
HARD = frozenset({"full_stop", "field", "contrast", "exception", "cause"})
STOPS = frozenset({"full_stop", "field"})
AND = frozenset({"and", "&", "or"})


class Clause:
    """The words and cues of one sentence, and questions about its clauses and lists.

    Parameters
    ----------
    surface
        The note.
    start, end
        The sentence, in characters.
    inherited
        Cues of earlier lines whose scope goes on here.
    """

    def __init__(self, surface: Surface, start: int, end: int, inherited: Sequence[Cue] = ()) -> None:
        self.surface = surface
        self.start, self.end = start, end
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self._take(bisect_left(surface.starts, start), bisect_left(surface.starts, end))
        self.table: Table = table()
        found = [Found(0, 0, cue) for cue in inherited] + find_cues(self.words)
        later = {f.cue.before_label: self._labeled_later(f.cue.before_label) for f in found if f.cue.before_label}
        self.found = [f for f in found if f.last == 0 or later.get(f.cue.before_label, True)]
        self.terminators: dict[int, set[str]] = {}
        for f in self.found:
            if f.cue.acts == "ends":
                if f.cue.gives == "full_stop" and f.first and self.words[f.first - 1] in self.table.words["titles"]:
                    continue
                self.terminators.setdefault(f.first, set()).add(f.cue.gives)
            elif f.last and (f.cue.gives in ("negated", "resolved") or f.cue.inside == "negated"):
                self.terminators.setdefault(f.first, set()).add("denial")
            elif f.cue.gives in ("current", "today", "condition"):
                self.terminators.setdefault(f.first, set()).add("current" if f.cue.gives == "today" else f.cue.gives)
                if f.cue.gives == "today":
                    self.terminators[f.first].add("now")
        self.close = self._brackets()
        self.insertions = self._insertions()
        self.close |= self.insertions

    def _take(self, i: int, j: int) -> None:
        """The words of the sentence, without the line breaks in it; a row of dots or lines counts as a colon."""
        words, starts, ends = self.surface.words, self.surface.starts, self.surface.ends
        self.words = words[i:j]
        if "\n" not in self.words and "_" not in self.words and self.words.count(".") < 2:
            self.starts, self.ends = starts[i:j], ends[i:j]
            return
        self.words = []
        for k in range(i, j):
            word = words[k]
            if word == "\n" and self.start < starts[k] < self.end - 1:
                continue
            if word in (".", "_") and self.ends and self.ends[-1] == starts[k] and self.words[-1] in (word, ":"):
                self.words[-1] = ":"
                self.ends[-1] = ends[k]
                continue
            self.words.append(word)
            self.starts.append(starts[k])
            self.ends.append(ends[k])

    def _labeled_later(self, name: str) -> bool:
        """Whether a label of a class (`Today (3/4):`) stands after the start of the sentence."""
        words = self.surface.words
        first = bisect_right(self.surface.starts, self.start)
        for k in range(first, min(first + _FAR, len(words))):
            if words[k] in self.table.classes[name].words:
                for at in class_ends(self.table, words, name, k):
                    while at < len(words) and (words[at] in "()-/" or words[at][0].isdigit()):
                        at += 1
                    if at < len(words) and words[at] == ":":
                        return True
        return False

    def _brackets(self) -> dict[int, int]:
        """For each opening bracket, its closing one."""
        out, stack = {}, []
        for k, word in enumerate(self.words):
            if word in OPEN:
                stack.append(k)
            elif word in _CLOSE and stack:
                out[stack.pop()] = k
        return out

    def _insertions(self) -> dict[int, int]:
        """For each comma after a cue or an `or`, that which closes the clause or time between: `not, he says, any`."""
        out: dict[int, int] = {}
        lasts = {f.last for f in self.found if f.cue.gives == "negated" and f.cue.acts == "after" and f.last and f.cue.reach > 9}
        for k, word in enumerate(self.words):
            if word != "," or not (k in lasts or (k and self.words[k - 1] in LISTED)):
                continue
            if (end := self._item(k + 1, frozenset({","}), STOPS)) < len(self.words) and self.words[end] == ",":
                out[k] = end
        return out

    def _owns(self, f: Found, k: int) -> bool:
        """Whether the verb at word `k` gives the subject of the note a finding: `no edema has tight hamstrings`."""
        words, known = self.words, self.table
        if (
            words[k] not in known.words["owning"]
            or k - f.last < 1
            or not known.words["subjects"].isdisjoint((words[k - 1], words[f.first]))
        ):
            return False
        if self.words[k + 1 : k + 2] == [] or words[k + 1] in known.words["participles"] or words[k + 1].endswith("ed"):
            return False
        return not all(w in known.words["sites"] or w in known.words["sides"] for w in words[f.last : k])

    def _related(self, k: int) -> bool:
        """Whether a verb belongs to a relative clause, or is an infinitive."""
        if k and self.words[k - 1] == "to":
            return True
        for at in range(k - 1, max(k - 5, -1), -1):
            if self.words[at] == "," or at in self.terminators:
                return False
            if self.words[at] in self.table.words["relatives"]:
                return True
        return False

    def _spaced(self, k: int) -> bool:
        return 0 < k < len(self.words) - 1 and self.ends[k - 1] < self.starts[k] and self.ends[k] < self.starts[k + 1]

    def _item(self, k: int, marks: frozenset[str], stops: frozenset[str] = HARD) -> int:
        """Where the item of a list that begins at word `k` ends: at one of `marks`, or with its clause."""
        while k < len(self.words) and self.words[k] not in marks and not self.terminators.get(k, set()) & stops:
            k = self.close[k] + 1 if k in self.close else k + 1
        return k

    def _before(self, k: int) -> int:
        """Where the item that ends at word `k` begins."""
        while k > 0 and self.words[k - 1] != ",":
            k -= 1
        return k

    def _named_again(self, a: int, k: int, far: int = 3) -> bool:
        """Whether a word of the item at `a`, which ends at word `k`, begins what follows: the same finding elsewhere."""
        known = self.table
        said = {w for w in self.words[a:k] if w.isalpha()} - known.words["joints"] - known.words["sides"] - known.words["dets"]
        return not said.isdisjoint(self.words[k + 1 : k + 1 + far])

    def _stands_alone(self, a: int, listed: bool, marks: frozenset[str] = _COMMA) -> bool:
        """Whether the item at word `a` has its own measure or verb or, unless `listed` with `or`, its own adjective."""
        words, scope = self.words, self.table
        if a >= len(words) or "denial" in self.terminators.get(a, set()):
            return False
        b = self._item(a, marks)
        told = words[b - 1]
        if b - a > 1 and words[a].endswith("ed") and words[a] not in scope.words["told"] and words[a + 1] in scope.words["joints"]:
            # `slumped in the chair`
            return True
        if not listed and b - a > 1 and told.endswith("ed") and told not in scope.words["told"] and words[a] not in scope.words["told"]:
            return True
        for k in range(a, b):
            if "verb" in self.terminators.get(k, set()) and not self._related(k):
                return True
            word = words[k]
            if not listed and word in scope.words["findings"]:
                return True
            if _RE["rated"].match(word):
                return True
            if word[0].isdigit() and not _RE["zero"].match(word):
                beside = words[k - 1 : k] if k > a else words[a + 1 : a + 3]
                if len(beside) == (1 if k > a else 2) and (k > a or b - a > 2) and scope.words["joints"].isdisjoint(beside):
                    return True
        return False

    def _row(self, e: int, first: int) -> bool:
        """Whether only more bare nouns stand between a phrase and a verb: `swelling, warmth and redness are gone`."""
        words, known = self.words, self.table
        between = words[e:first]
        if words[first] not in known.words["plurals"] or not between or between[0] != "," or first - e > 14:
            return False
        if not any(w in AND and k >= len(between) - 5 for k, w in enumerate(between)):
            return False
        if any(k in self.terminators for k in range(e, first)):
            return False
        return all(w in (",", "/") or (w[0].isalpha() and w not in known.words["findings"]) for w in between)
