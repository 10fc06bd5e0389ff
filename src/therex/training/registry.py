"""Models side by side: compared on the same marked notes, put into use, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from therex.analysis import Analyzer
from therex.corpus.agree import Counts, count
from therex.corpus.marked import MarkedNote
from therex.errors import ModelError
from therex.settings import in_use, set_in_use
from therex.training.evaluate import assessed, told
from therex.training.progress import Watch, unwatched
from therex.types import ELEMENTS, LABELS, Assessment

RESAMPLES = 2000
SEED = 97110


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of two models on the same notes; `better` is the second's gain where larger is better.

    `low` and `high` bound the gain in 95 % of bootstrap samples of families, drawn whole and for both models alike.
    """

    figure: str
    first: float
    second: float
    better: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """``better``, ``worse``, or ``no difference shown`` where the interval holds 0."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "no difference shown"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two models make of the same notes."""

    notes: int
    families: int
    differences: tuple[Difference, ...]

    @property
    def verdict(self) -> str:
        """``worse`` where the second model is worse in any figure, else ``better`` where it is better in any."""
        said = {d.verdict for d in self.differences}
        return "worse" if "worse" in said else "better" if "better" in said else "no difference shown"


def compare(first: Analyzer, second: Analyzer, notes: list[MarkedNote], watch: Watch = unwatched) -> Comparison:
    """The second model against the first on `notes`: extraction, elements, and necessity.

    Raises
    ------
    ModelError
        There are fewer than two families among the notes: no interval can be given.
    """
    families = [str(n.meta.get("family", n.id)) for n in notes]
    if len(set(families)) < 2:
        raise ModelError("too few notes to compare models: there must be at least two families of marked notes (or two notes without one)")
    tables = [
        np.array([_row(n, a) for n, a in assessed(notes, analyzer, lambda what, k, of, m=m: watch(f"{what} with the {m} model", k, of))])
        for m, analyzer in (("first", first), ("second", second))
    ]
    members = [np.array([i for i, f in enumerate(families) if f == name]) for name in dict.fromkeys(families)]
    rng = np.random.default_rng(SEED)
    samples = [np.concatenate([members[k] for k in rng.integers(0, len(members), len(members))]) for _ in range(RESAMPLES)]
    out = []
    for name, figure, sign in _FIGURES:
        whole = [figure(t) for t in tables]
        gains = [sign * (figure(tables[1][s]) - figure(tables[0][s])) for s in samples]
        low, high = np.percentile([g for g in gains if np.isfinite(g)] or [0.0], [2.5, 97.5])
        out.append(Difference(name, whole[0], whole[1], sign * (whole[1] - whole[0]), float(low), float(high)))
    return Comparison(len(notes), len(members), tuple(out))


def _row(note: MarkedNote, a: Assessment) -> list[float]:
    """(shared, only marked, only found) spans, elements right, 1 where necessity applies, squared error, decided, decided rightly."""
    spans = Counts(0, 0, 0)
    for label in LABELS:
        spans += count([(s[0], s[1]) for s in note.spans if s[2] == label], [(s, e) for s, e, _ in told(a.view, label)])
    found = {f.id: f.found for f in a.findings}
    right = sum(found.get(e) == note.meta["elements"][e] for e in ELEMENTS)
    verdict, score = (a.necessity.verdict, a.necessity.score) if a.necessity else ("needs_review", 0.5)
    applies = note.meta["necessity"] != "not_applicable"
    error = (score - (note.meta["necessity"] == "supported")) ** 2 if applies else 0.0
    decided = verdict != "needs_review"
    return [spans.both, spans.only_first, spans.only_second, right, applies, error, decided, decided and verdict == note.meta["necessity"]]


def _f1(t: Any) -> float:
    return Counts(*(int(x) for x in t[:, :3].sum(axis=0))).f1


def _elements(t: Any) -> float:
    return float(t[:, 3].mean() / len(ELEMENTS))


def _brier(t: Any) -> float:
    return float(t[:, 5].sum() / t[:, 4].sum()) if t[:, 4].sum() else float("nan")


def _right(t: Any) -> float:
    return float(t[:, 7].mean())


_FIGURES: tuple[tuple[str, Callable[[Any], float], int], ...] = (
    ("phrases", _f1, 1), ("elements", _elements, 1), ("necessity scores", _brier, -1), ("verdicts", _right, 1),
)  # fmt: skip


def promote(name: str, notes: list[MarkedNote] | None, *, force: bool = False, watch: Watch = unwatched) -> Comparison | None:
    """Put a model into use; the one before it is kept and can be taken back.

    Parameters
    ----------
    notes
        Marked notes that neither model learned from. None only with `force`.

    Raises
    ------
    ModelError
        The model is unknown, in use already, or worse than the one in use on `notes`; or there are no notes to say so.
    """
    now, before = in_use()
    if name == now:
        raise ModelError("that model is already in use")
    new = Analyzer.create(model=name)
    found = compare(Analyzer.create(model=now), new, notes, watch) if notes else None
    if not force:
        if found is None:
            raise ModelError("--data is missing: name a folder of marked notes that neither model was trained on, or add --force")
        if found.verdict == "worse":
            figures = ", ".join(d.figure for d in found.differences if d.verdict == "worse")
            raise ModelError(f"not promoted: the new model is worse than the one in use on {figures}; use --force to switch to it anyway")
    set_in_use(name, [*before, now])
    return found


def rollback() -> str:
    """Take the model before the present one back into use; its name.

    Raises
    ------
    ModelError
        There is none before it, or it is no more, or it cannot be used.
    """
    _, before = in_use()
    if not before:
        raise ModelError("there is no previous model to switch back to")
    name = before[-1]
    # one that was altered meanwhile is not taken back
    Analyzer.create(model=name)
    set_in_use(name, before[:-1])
    return name
