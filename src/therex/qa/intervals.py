"""Confidence intervals of an error rate, from a simple or a stratified random sample.

A simple sample: Clopper and Pearson (1934), exact. A stratified one: Korn and Graubard (1998), the exact interval at the effective sample
size, that is the size of the simple sample which would vary as much; what a finite population takes from the variance is in it. The usual
stratified normal interval covers far too seldom where errors are few (`benchmarks/coverage.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import beta


@dataclass(frozen=True, slots=True)
class Stratum:
    """`errors` in `sampled` notes drawn at random of `population`."""

    population: int
    sampled: int
    errors: int


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
        raise ValueError("want 0 <= errors <= sampled, and at least one note")
    low, high = _exact(errors, sampled, confidence)
    return Rate(errors / sampled, low, high, confidence, sampled)


def stratified(strata: Sequence[Stratum], confidence: float = 0.95) -> Rate:
    """The rate in the whole population of some strata, each sampled at random.

    Raises
    ------
    ValueError
        A stratum has no sample, or more notes in the sample than in the population.
    """
    if not strata or any(not 0 <= s.errors <= s.sampled <= s.population or s.sampled < 1 for s in strata):
        raise ValueError("want 0 <= errors <= sampled <= population, and at least one note in every stratum")
    if len(strata) == 1 and strata[0].sampled * 20 <= strata[0].population:
        return simple(strata[0].errors, strata[0].sampled, confidence)
    total, sampled = sum(s.population for s in strata), sum(s.sampled for s in strata)
    estimate = variance = 0.0
    for s in strata:
        weight, rate = s.population / total, s.errors / s.sampled
        estimate += weight * rate
        left = 1 - s.sampled / s.population
        variance += weight**2 * left * rate * (1 - rate) / max(s.sampled - 1, 1)
    # where nothing varies in the sample, it tells no more than as many notes drawn from all
    effective = estimate * (1 - estimate) / variance if variance else float(sampled)
    # more than the sample itself only by what a finite population takes away
    effective = min(effective, sampled * (total - 1) / max(total - sampled, 1), float(total))
    low, high = _exact(estimate * effective, effective, confidence)
    return Rate(estimate, low, high, confidence, effective)


def _exact(errors: float, sampled: float, confidence: float) -> tuple[float, float]:
    """Clopper and Pearson's bounds; neither number need be whole."""
    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, errors, sampled - errors + 1)) if errors > 0 else 0.0
    high = float(beta.ppf(1 - tail, errors + 1, sampled - errors)) if errors < sampled else 1.0
    return low, high
