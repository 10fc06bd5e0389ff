"""Learned proposals: a classifier of clauses, trained on marked notes, that offers what the rules may have missed.

In spaCy's terms a span categoriser. The suggester (`suggest`) offers runs of up to five clauses of a sentence, cut at commas,
semicolons, brackets, arrows, *and*, and at the doses, minutes and services that rules have found. One multinomial logistic
model says which label a run has, or none. Its features are the words of the run, what they may mean (their categories and
concepts in the lexicon), the words around it, its section, whether it stands before, amid or after the exercises, and the
spans of the rules in it. A proposal is taken by the assembly only where no rule has marked the same label (`assembly.take`).

The model file holds hashes of feature names, not the names: no word of a note that was trained on can be read from it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from therex.nlp.context import Context
from therex.nlp.lexicon import Unit
from therex.nlp.weights import Linear
from therex.types import LABELS, Label

if TYPE_CHECKING:
    from spacy.tokens import Doc

NONE = ""
LONGEST = 5
# sections in which no proposal is taken, and those in which none of a label is
NOWHERE = frozenset({"history", "medications", "precautions", "billing", "header", "signature"})
NOT_IN: dict[str, frozenset[str]] = {
    "RESPONSE": frozenset({"subjective", "goals", "plan", "hep", "diagnosis"}), "LIMITATION": frozenset({"goals", "plan", "hep"}),
    "SKILL": frozenset({"subjective", "goals", "diagnosis"}), "RATIONALE": frozenset({"subjective", "goals", "diagnosis"}),
    "EXERCISE": frozenset({"diagnosis"}), "GOAL": frozenset({"diagnosis"}),
}  # fmt: skip
_CUT_AT = ("DOSE", "DURATION", "SERVICE")
_BEFORE = frozenset({"subjective", "goals", "plan", "hep", "history"})
_ROLES = ("F", "S", "L", "P", "Q", "N")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Units `first` to `last` (exclusive) may be a span of `label`, with this probability."""

    label: Label
    first: int
    last: int
    probability: float


class Run(NamedTuple):
    """Units `first` to `last` (exclusive); `at` and `to` are the clauses of its sentence that it begins and ends with, of `of`."""

    first: int
    last: int
    at: int
    to: int
    of: int


def suggest(ctx: Context) -> Iterator[Run]:
    """Every run of clauses that may be a span, sentence by sentence, each range once."""
    marks = sorted({(d.first, d.last) for d in ctx.drafts if d.label in _CUT_AT})
    for start, end in ctx.bounds:
        inside = marks[bisect_left(marks, (start, start)) : bisect_left(marks, (end, end))]
        clauses = _clauses(ctx, start, end, inside)
        seen: set[tuple[int, int]] = set()
        # an edge is trimmed alike in every run that it bounds
        firsts = [ctx.trim(a, end)[0] for a, _ in clauses]
        lasts = [ctx.trim(start, b)[1] for _, b in clauses]
        for i, first in enumerate(firsts):
            for j in range(i, min(len(clauses), i + LONGEST)):
                last = lasts[j]
                if first < last and (first, last) not in seen:
                    seen.add((first, last))
                    yield Run(first, last, i, j, len(clauses))


def _clauses(ctx: Context, start: int, end: int, marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The chunks of a sentence, cut further at `marks` and at *and* or *but* between two longer halves."""
    parts = []
    for a, b in ctx.chunks(start, end):
        at = a
        for first, last in marks:
            if first < a or last > b:
                continue
            if first > at:
                parts.append((at, first))
            if last > at:
                parts.append((max(at, first), last))
                at = last
        if at < b:
            parts.append((at, b))
    out = []
    for a, b in parts:
        at = a
        for k in range(a + 1, b - 1):
            if b - k >= 3 and k - at >= 2 and ctx.has(k, "and", "but"):
                out.append((at, k))
                at = k + 1
        out.append((at, b))
    return out


def features(ctx: Context, run: Run) -> list[str]:
    """The names of the features of `run`, with repetitions: what `Learned.score` sums, one by one."""
    first, last, units = run.first, run.last, ctx.units
    kind = ctx.kinds[first]
    out: list[str] = []
    for k in range(first, last):
        out += _inner(units[k])
        if k > first:
            out.append(_pair(units[k - 1], units[k]))
    for role, at in zip(_ROLES, _places(run), strict=True):
        if at is not None:
            out += _edge(role, units[at]) if 0 <= at < len(units) else [role + "end"]
    out += _whole(run, kind, _stands(run, *_exercised(ctx)), _word(units[first]))
    for d in ctx.drafts:
        if d.first < last and d.last > first:
            out.append("r=" + d.label)
            if (d.first, d.last) == (first, last):
                out.append("R=" + d.label)
            elif 2 * (min(last, d.last) - max(first, d.first)) >= max(last - first, d.last - d.first):
                out.append("h=" + d.label)
    return out


def _places(run: Run) -> tuple[int | None, ...]:
    """Where the units of each role stand: first, second, last, the two before, and the one after."""
    second = run.first + 1 if run.last > run.first + 1 else None
    return run.first, second, run.last - 1, run.first - 1, run.first - 2, run.last


def _word(u: Unit) -> str:
    """The word of a unit; every figure is one word, and so is every side."""
    return "#" if u.quantity is not None else "side" if "side" in u.cats else u.word


def _inner(u: Unit) -> list[str]:
    return ["w=" + _word(u), *("c=" + c for c in sorted(u.cats)), *(f"e={e.category}:{e.concept}" for e in u.entries[:2])]


def _edge(role: str, u: Unit) -> list[str]:
    return [f"{role}w={_word(u)}", *(f"{role}c={c}" for c in sorted(u.cats))]


def _pair(a: Unit, b: Unit) -> str:
    return f"b={_word(a)}_{_word(b)}"


def _whole(run: Run, kind: str, stands: str, word: str) -> list[str]:
    """What is said of the run as a whole: its section, length, place in the sentence, and place beside the exercises."""
    return [*_standing(kind, stands), *_shape(*_form(run)), f"Fw={word}|{kind}"]


def _standing(kind: str, stands: str) -> list[str]:
    return ["k=" + kind, "p=" + stands, f"p={stands}|{kind}"]


def _form(run: Run) -> tuple[int, int, bool, bool]:
    return min(run.last - run.first, 12), run.to - run.at, run.at == 0, run.to == run.of - 1


def _shape(units: int, clauses: int, starts: bool, ends: bool) -> list[str]:
    return [f"n={units}", f"m={clauses}"] + ["starts"] * starts + ["ends"] * ends


def _exercised(ctx: Context) -> tuple[int, int]:
    """Where the exercises given today begin and end, ``(-1, -1)`` if there are none."""
    given = [d for d in ctx.drafts if d.label == "EXERCISE" and d.attribute == "performed" and ctx.kinds[d.first] not in _BEFORE]
    return (min(d.first for d in given), max(d.last for d in given)) if given else (-1, -1)


_STANDS = ("none", "before", "after", "amid")


def _stands(run: Run, begin: int, end: int) -> str:
    return "none" if begin < 0 else "before" if run.last <= begin else "after" if run.first >= end else "amid"


_FORMS = 13 * LONGEST * 4
_AT_ONCE = 400


def _form_code(units: Any, clauses: Any, starts: Any, ends: Any) -> Any:
    """A number for each form of a run, as it is or as arrays."""
    return ((units * LONGEST + clauses) * 2 + starts) * 2 + ends


def _form_of(code: int) -> tuple[int, int, bool, bool]:
    return code // 4 // LONGEST, code // 4 % LONGEST, bool(code // 2 % 2), bool(code % 2)


class Bank:
    """Rows of numbers by name, made once and gathered by the hundred; emptied when it holds `most`."""

    def __init__(self, most: int, roles: int, wide: int) -> None:
        self._most = most
        self._at: dict[Hashable, int] = {}
        self._held = np.zeros((64, roles, wide), np.float32)

    def rows(self, names: Sequence[Hashable], make: Callable[[int], np.ndarray]) -> np.ndarray:
        """The row of each of `names`, in order; `make` gives that of the name at an index, where it is new."""
        known = self._at
        try:
            return self._held[[known[name] for name in names]]
        except KeyError:
            pass
        if len(known) + len(names) > self._most:
            known.clear()
        for k, name in enumerate(names):
            if name not in known:
                at = len(known)
                if at == len(self._held):
                    self._held = np.concatenate((self._held, np.zeros_like(self._held)))
                self._held[at] = make(k)
                known[name] = at
        return self._held[[known[name] for name in names]]


class Learned(Linear):
    """spaCy component that holds the model; the assembly asks it for proposals once its rules are done.

    Of `labels`, `NONE` is no span.
    """

    format = "therex-clauses-1"

    def _begin(self) -> None:
        super()._begin()
        wide = len(self.labels)
        # rows that are met again and again, and where each stands: of units in each role, of pairs of words, of sections, of openings
        self._units = Bank(50_000, 1 + len(_ROLES), wide)
        self._pairs = Bank(100_000, 1, wide)
        self._stood = Bank(1_000, len(_STANDS), wide)
        self._openings = Bank(50_000, 1, wide)
        self._shapes = np.array([self._total(_shape(*_form_of(code))) for code in range(_FORMS)], np.float32)
        self._drafted = np.array(
            [[self._of("r=" + label), self._of("R=" + label), self._of("h=" + label)] for label in LABELS], np.float32
        ).reshape(len(LABELS), 3, len(self.labels))

    def __call__(self, doc: Doc) -> Doc:
        return doc

    def propose(self, ctx: Context) -> list[Proposal]:
        """What the model finds in a note that the rules have read, surest first."""
        runs = list(suggest(ctx)) if self.labels else []
        if not runs:
            return []
        sure = self.score(ctx, runs)
        out = []
        for k, label in enumerate(self.labels):
            least = self.thresholds.get(label)  # type: ignore[call-overload]
            for r in np.flatnonzero(sure[:, k] >= least) if least is not None else ():
                run = runs[r]
                kind = ctx.kinds[run.first]
                if kind not in NOWHERE and kind not in NOT_IN.get(label, ()):
                    out.append(Proposal(label, run.first, run.last, round(float(sure[r, k]), 4)))  # type: ignore[arg-type]
        return sorted(out, key=lambda p: (-p.probability, p.first, p.last, p.label))

    def score(self, ctx: Context, runs: Sequence[Run]) -> np.ndarray:
        """The probability of each of `labels` (columns) for each of `runs` (rows)."""
        units = ctx.units
        n, wide = len(units), len(self.labels)
        words = [_word(u) for u in units]
        # by unit: what it adds as one of the run, and in each of the roles; the rows around stand for the ends of the note
        names = [(w, u.cats, *map(id, u.entries[:2])) if u.entries else (w, u.cats) for w, u in zip(words, units, strict=True)]
        table = np.empty((n + 2, 1 + len(_ROLES), wide), np.float32)
        table[0] = table[n + 1] = self._ends()
        table[1:-1] = self._units.rows(names, lambda k: self._sum(units[k]))
        within = np.zeros((n + 1, wide), np.float32)
        np.cumsum(table[1:-1, 0], axis=0, out=within[1:])
        pairs = np.zeros((n + 1, wide), np.float32)
        if n > 1:
            pairs[2:] = self._pairs.rows(list(pairwise(words)), lambda k: self._of(f"b={words[k]}_{words[k + 1]}"))[:, 0]
        np.cumsum(pairs, axis=0, out=pairs)
        first, last, at, to, of = np.array(runs).T
        logits = within[last] - within[first] + pairs[last] - pairs[first + 1]
        logits += table[first + 1, 1] + table[last, 3] + table[first, 4] + table[np.maximum(first - 1, 0), 5] + table[last + 1, 6]
        logits += np.where((last > first + 1)[:, None], table[np.minimum(first + 2, n + 1), 2], 0)
        begin, end = _exercised(ctx)
        kinds = [ctx.kinds[run.first] for run in runs]
        stands = np.zeros(len(runs), int) if begin < 0 else np.where(last <= begin, 1, np.where(first >= end, 2, 3))
        standing = self._stood.rows(kinds, lambda k: np.array([self._total(_standing(kinds[k], stands)) for stands in _STANDS]))
        logits += standing[np.arange(len(runs)), stands]
        logits += self._shapes[_form_code(np.minimum(last - first, 12), to - at, at == 0, to == of - 1)]
        openings = [(kind, words[run.first]) for kind, run in zip(kinds, runs, strict=True)]
        logits += self._openings.rows(openings, lambda k: self._of(f"Fw={openings[k][1]}|{openings[k][0]}"))[:, 0]
        logits += self._of("bias") + self._overlaps(ctx, first, last)
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        sure: np.ndarray = logits / logits.sum(axis=1, keepdims=True)
        return sure

    def _overlaps(self, ctx: Context, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """What the spans of the rules in each run add."""
        out = np.zeros((len(first), len(self.labels)), np.float32)
        if not ctx.drafts:
            return out
        starts, ends = np.array([d.first for d in ctx.drafts]), np.array([d.last for d in ctx.drafts])
        labels = np.array([LABELS.index(d.label) for d in ctx.drafts])
        for at in range(0, len(first), _AT_ONCE):
            # runs stand in the order of the text: the spans near a few hundred of them are few
            some = slice(at, at + _AT_ONCE)
            near = (starts < last[some].max()) & (ends > first[some].min())
            out[some] = self._overlapping(first[some], last[some], starts[near], ends[near], labels[near])
        return out

    def _overlapping(self, first: np.ndarray, last: np.ndarray, starts: np.ndarray, ends: np.ndarray, of: np.ndarray) -> np.ndarray:
        a, b = starts[:, None], ends[:, None]
        shared = np.minimum(last, b) - np.maximum(first, a)
        touches = (a < last) & (b > first)
        exact = (a == first) & (b == last)
        half = touches & ~exact & (2 * shared >= np.maximum(last - first, b - a))
        out = np.zeros((len(first), len(self.labels)), np.float32)
        for k, hits in enumerate((touches, exact, half)):
            out += hits.T.astype(np.float32) @ self._drafted[of, k]
        return out

    def _total(self, names: list[str]) -> np.ndarray:
        total = self._zero.copy()
        for name in names:
            total += self._of(name)
        return total

    def _sum(self, u: Unit) -> np.ndarray:
        return np.array([self._total(_inner(u)), *(self._total(_edge(role, u)) for role in _ROLES)])

    def _ends(self) -> np.ndarray:
        return np.array([self._zero, *(self._of(role + "end") for role in _ROLES)])
