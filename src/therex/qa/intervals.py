"""Confidence intervals of an error rate, from a simple or a stratified random sample.

A simple sample: Clopper and Pearson (1934), exact; in a population that is known, the hypergeometric bounds. A stratified one: Korn and Graubard (1998), the exact interval at the effective sample
size, that is the size of the simple sample which would vary as much; what a finite population takes from the variance is in it. The usual
stratified normal interval covers far too seldom where errors are few (`benchmarks/coverage.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.stats import beta, hypergeom


@dataclass(frozen=True, slots=True)
class Stratum:
    """`errors` in `sampled` notes drawn at random of `population`; of those drawn, `members` belong to what is asked about (all, where None)."""

    population: int
    sampled: int
    errors: int
    members: int | None = None

    @property
    def within(self) -> int:
        """How many of the notes drawn belong to what is asked about."""
        return self.sampled if self.members is None else self.members


@dataclass(frozen=True, slots=True)
class Rate:
    """An estimated share, with its interval at `confidence`; `effective` is the size of a simple sample that tells as much."""

    estimate: float
    low: float
    high: float
    confidence: float
    effective: float


def simple(errors: int, sampled: int, confidence: float = 0.95) -> Rate:
    """The rate in a simple random sample.

    Raises
    ------
    ValueError
        Nothing was sampled, or there are more errors than notes.
    """
    if not 0 <= errors <= sampled or sampled < 1:
        raise ValueError("errors must be from 0 to sampled, with at least one note")
    low, high = _exact(errors, sampled, confidence)
    return Rate(errors / sampled, low, high, confidence, sampled)


def finite(errors: int, sampled: int, population: int, confidence: float = 0.95) -> Rate:
    """The rate in a simple random sample of a population that is not much larger: exact, by the hypergeometric distribution.

    The bounds are the lowest and the highest number of errors in the population under which as many, or as few, as were seen are not too
    rare (Buonaccorsi 1987); RAT-STATS gives these for an unrestricted attribute appraisal.

    Raises
    ------
    ValueError
        Nothing was sampled, or there are more errors than notes, or more notes in the sample than in the population.
    """
    if not 0 <= errors <= sampled <= population or sampled < 1:
        raise ValueError("must have 0 <= errors <= sampled <= population, and at least one note")
    tail = (1 - confidence) / 2
    least, most = errors, population - (sampled - errors)
    low = first_where(least, most, lambda bad: float(hypergeom.sf(errors - 1, population, bad, sampled)) > tail)
    high = first_where(least, most + 1, lambda bad: bad > most or float(hypergeom.cdf(errors, population, bad, sampled)) <= tail) - 1
    return Rate(errors / sampled, low / population, max(high, least) / population, confidence, sampled)


def first_where(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The first number from `low` to `high` for which something holds that, once it holds, goes on to."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def stratified(strata: Sequence[Stratum], confidence: float = 0.95) -> Rate:
    """The rate in the whole population of some strata, each sampled at random; or in a part of it that cuts across them.

    Where only some of the notes drawn belong to what is asked about (the notes of one therapist, the notes with a 97110 line), their number
    in the population is estimated too, and the rate is the combined ratio with its linearised variance (Cochran 1977, 5A.14 and 6.11).

    Raises
    ------
    ValueError
        A stratum has no sample, or more notes in the sample than in the population; or none of the notes drawn belongs.
    """
    if not strata or any(not 0 <= s.errors <= s.within <= s.sampled <= s.population or s.sampled < 1 for s in strata):
        raise ValueError("must have 0 <= errors <= members <= sampled <= population, and at least one note in every stratum")
    within = sum(s.within for s in strata)
    if not within:
        raise ValueError("none of the notes drawn belongs to the group")
    if len(strata) == 1:
        only = strata[0]
        if only.within == only.sampled:
            return finite(only.errors, only.sampled, only.population, confidence)
        if only.sampled * 20 <= only.population:
            return simple(only.errors, only.within, confidence)
    total, sampled = sum(s.population for s in strata), sum(s.sampled for s in strata)
    size = sum(s.population / s.sampled * s.within for s in strata)
    estimate = sum(s.population / s.sampled * s.errors for s in strata) / size
    variance = 0.0
    for s in strata:
        # of every note drawn: 0 where it does not belong, else its error less the rate
        squares = s.errors * (1 - estimate) ** 2 + (s.within - s.errors) * estimate**2
        mean = (s.errors - estimate * s.within) / s.sampled
        spread = (squares - s.sampled * mean**2) / max(s.sampled - 1, 1)
        variance += (s.population / size) ** 2 * (1 - s.sampled / s.population) * max(spread, 0.0) / s.sampled
    # where nothing varies in the sample, it tells no more than as many notes drawn from all
    effective = estimate * (1 - estimate) / variance if variance > 0 else float(within)
    # more than the sample itself only by what a finite population takes away
    effective = min(effective, within * (total - 1) / max(total - sampled, 1), size)
    low, high = _exact(estimate * effective, effective, confidence)
    return Rate(estimate, low, high, confidence, effective)


def _exact(errors: float, sampled: float, confidence: float) -> tuple[float, float]:
    """Clopper and Pearson's bounds; neither number need be whole."""
    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, errors, sampled - errors + 1)) if errors > 0 else 0.0
    high = float(beta.ppf(1 - tail, errors + 1, sampled - errors)) if errors < sampled else 1.0
    return low, high
