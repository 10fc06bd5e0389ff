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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.language import Language

from therex.pipeline.context import Context
from therex.pipeline.lexicon import Unit
from therex.pipeline.weights import Linear, key
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


@dataclass(frozen=True, slots=True)
class Run:
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
        for i in range(len(clauses)):
            for j in range(i, min(len(clauses), i + LONGEST)):
                first, last = ctx.trim(clauses[i][0], clauses[j][1])
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


def _stands(run: Run, begin: int, end: int) -> str:
    return "none" if begin < 0 else "before" if run.last <= begin else "after" if run.first >= end else "amid"


class Learned(Linear):
    """spaCy component that holds the model; the assembly asks it for proposals once its rules are done.

    Of `labels`, `NONE` is no span.
    """

    format = "therex-clauses-1"

    def _begin(self) -> None:
        super()._begin()
        self._sums: dict[Any, np.ndarray] = {}
        self._pairs: dict[tuple[str, str], np.ndarray | None] = {}
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
        n, wide = len(ctx.units), len(self.labels)
        # by unit: what it adds as one of the run, and in each of the roles; the rows around stand for the ends of the note
        table = np.empty((n + 2, 1 + len(_ROLES), wide), np.float32)
        table[0] = table[n + 1] = self._ends()
        sums = self._sums
        for k, u in enumerate(ctx.units):
            name: tuple[Any, ...] = (_word(u), u.cats, *map(id, u.entries[:2]))
            known = sums.get(name)
            if known is None:
                known = self._sum(u)
                if len(sums) >= 50_000:
                    sums.clear()
                sums[name] = known
            table[k + 1] = known
        within = np.zeros((n + 1, wide), np.float32)
        np.cumsum(table[1:-1, 0], axis=0, out=within[1:])
        pairs = np.zeros((n + 1, wide), np.float32)
        for k in range(1, n):
            row = self._pair_row(ctx.units[k - 1], ctx.units[k])
            if row is not None:
                pairs[k + 1] = row
        np.cumsum(pairs, axis=0, out=pairs)
        first = np.array([r.first for r in runs])
        last = np.array([r.last for r in runs])
        logits = within[last] - within[first] + pairs[last] - pairs[first + 1]
        logits += table[first + 1, 1] + table[last, 3] + table[first, 4] + table[np.maximum(first - 1, 0), 5] + table[last + 1, 6]
        logits += np.where((last > first + 1)[:, None], table[np.minimum(first + 2, n + 1), 2], 0)
        begin, end = _exercised(ctx)
        wholes, shapes, openings = [], [], []
        for run in runs:
            kind = ctx.kinds[run.first]
            name = kind, _stands(run, begin, end)
            known = sums.get(name)
            if known is None:
                known = sums[name] = self._total(_standing(*name))
            form = _form(run)
            shape = sums.get(form)
            if shape is None:
                shape = sums[form] = self._total(_shape(*form))
            wholes.append(known)
            shapes.append(shape)
            word = kind, _word(ctx.units[run.first]), ""
            opening = sums.get(word)
            if opening is None:
                opening = sums[word] = self._of(f"Fw={word[1]}|{kind}")
            openings.append(opening)
        logits += np.array(wholes)
        logits += np.array(shapes)
        logits += np.array(openings)
        logits += self._of("bias") + self._overlaps(ctx, first, last)
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        sure: np.ndarray = logits / logits.sum(axis=1, keepdims=True)
        return sure

    def _overlaps(self, ctx: Context, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """What the spans of the rules in each run add."""
        if not ctx.drafts:
            return np.zeros((len(first), len(self.labels)), np.float32)
        a, b = np.array([d.first for d in ctx.drafts])[:, None], np.array([d.last for d in ctx.drafts])[:, None]
        of = np.array([LABELS.index(d.label) for d in ctx.drafts])
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

    def _pair_row(self, a: Unit, b: Unit) -> np.ndarray | None:
        name = (_word(a), _word(b))
        if name not in self._pairs:
            if len(self._pairs) >= 100_000:
                self._pairs.clear()
            self._pairs[name] = self._rows.get(key(_pair(a, b)))
        return self._pairs[name]


@Language.factory("therex_learned", requires=["doc._.therex_terms", "doc._.therex_sections"])
def make_learned(nlp: Language, name: str) -> Learned:
    """Spans that a model trained on marked notes proposes; none until it is trained or loaded."""
    return Learned()
