"""How far two annotators agree: span F1 by label, kappa by element and verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from therex.corpus.marked import MarkedNote
from therex.errors import CorpusError
from therex.types import ELEMENTS, LABELS

OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Counts:
    """True positives, and what only one side has."""

    both: int
    only_first: int
    only_second: int

    @property
    def precision(self) -> float:
        """Of what the second side has, the share that the first has too; 0 where it has nothing."""
        return self.both / (self.both + self.only_second) if self.both + self.only_second else 0.0

    @property
    def recall(self) -> float:
        """Of what the first side has, the share that the second has too; 0 where it has nothing."""
        return self.both / (self.both + self.only_first) if self.both + self.only_first else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 0 where both are."""
        total = 2 * self.both + self.only_first + self.only_second
        return 2 * self.both / total if total else 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.both + other.both, self.only_first + other.only_first, self.only_second + other.only_second)


def pair(first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]], least: float = OVERLAP) -> list[tuple[int, int]]:
    """Indices of ranges that go together, best overlap first, each used once.

    Parameters
    ----------
    first, second
        Half-open ranges.
    least
        The least intersection over union that counts.
    """
    found = []
    for i, (a, b) in enumerate(first):
        for j, (c, d) in enumerate(second):
            shared = min(b, d) - max(a, c)
            if shared > 0 and shared / (max(b, d) - min(a, c)) >= least:
                found.append((shared / (max(b, d) - min(a, c)), -i, -j))
    used_first: set[int] = set()
    used_second: set[int] = set()
    out = []
    for _, i, j in sorted(found, reverse=True):
        if -i not in used_first and -j not in used_second:
            used_first.add(-i)
            used_second.add(-j)
            out.append((-i, -j))
    return sorted(out)


def count(first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]], least: float = OVERLAP) -> Counts:
    """`pair`, counted."""
    both = len(pair(first, second, least))
    return Counts(both, len(first) - both, len(second) - both)


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa by scikit-learn; 1 where both sides say the same one thing throughout."""
    from sklearn.metrics import cohen_kappa_score

    first, second = [p[0] for p in pairs], [p[1] for p in pairs]
    return 1.0 if first == second else float(cohen_kappa_score(first, second))


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two annotations of the same notes share."""

    notes: int
    labels: dict[str, Counts]
    elements: dict[str, float]
    all_elements: float
    necessity: float


def agree(first: list[MarkedNote], second: list[MarkedNote]) -> Agreement:
    """Agreement over the notes that both have.

    Raises
    ------
    CorpusError
        They share no note, or a shared note has two texts.
    """
    others = {n.id: n for n in second}
    shared = [(n, others[n.id]) for n in first if n.id in others]
    if not shared:
        raise CorpusError("the two folders have no note id in common")
    for k, (a, b) in enumerate(shared, 1):
        if a.text != b.text:
            raise CorpusError(f"shared note {k}: the two texts differ")
    labels: dict[str, Counts] = {}
    for label in LABELS:
        total = Counts(0, 0, 0)
        for a, b in shared:
            total += count([(s[0], s[1]) for s in a.spans if s[2] == label], [(s[0], s[1]) for s in b.spans if s[2] == label])
        labels[label] = total
    by_element = {e: [(a.meta["elements"][e], b.meta["elements"][e]) for a, b in shared] for e in ELEMENTS}
    return Agreement(
        len(shared),
        labels,
        {e: kappa(p) for e, p in by_element.items()},
        kappa([p for pairs in by_element.values() for p in pairs]),
        kappa([(str(a.meta["necessity"]), str(b.meta["necessity"])) for a, b in shared]),
    )
