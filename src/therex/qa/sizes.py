"""How many notes to draw, and how many from each stratum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from scipy.stats import hypergeom

from therex.qa.intervals import finite, first_where, simple


def size_for(expected: float, precision: float, confidence: float = 0.95, population: int | None = None) -> int:
    """The size of a simple random sample whose interval reaches `precision` to either side of an expected rate.

    Cochran, Sampling Techniques (1977), 4.4: z²p(1−p)/d², less what a finite population takes away.

    Raises
    ------
    ValueError
        A share lies outside 0 to 1, or the population is empty.
    """
    if not (0 < expected < 1 and 0 < precision < 1 and 0 < confidence < 1) or (population is not None and population < 1):
        raise ValueError("expected rate, precision, and confidence must be between 0 and 1, with at least one note")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    endless = z * z * expected * (1 - expected) / precision**2
    if population is None:
        return math.ceil(endless)
    return min(population, math.ceil(endless / (1 + (endless - 1) / population)))


def allocate(
    size: int, populations: Sequence[int], how: str = "proportional", rates: Sequence[float] | None = None, least: int = 2
) -> list[int]:
    """How many of `size` notes to draw from each stratum: ``proportional``, ``equal`` or ``neyman``.

    Every stratum gets `least` notes, or all it has; none gets more than it has, and what it cannot give goes to the others. Neyman's
    allocation wants the expected error rate of each stratum: shares are as its population times sqrt(p(1−p)).

    Raises
    ------
    ValueError
        The sample is larger than the population or too small for its strata, or Neyman's rates are not given.
    """
    if size > sum(populations):
        raise ValueError("the sample is larger than the population")
    floor = [min(least, n) for n in populations]
    if sum(floor) > size:
        raise ValueError(f"{len(populations)} strata require at least {sum(floor)} notes")
    if how == "proportional":
        shares = [float(n) for n in populations]
    elif how == "equal":
        shares = [1.0] * len(populations)
    elif how == "neyman":
        if rates is None or len(rates) != len(populations):
            raise ValueError("Neyman allocation requires an expected rate for each stratum")
        # a rate of 0 or 1 is one that is not known well enough
        shares = [n * math.sqrt(max(p * (1 - p), 0.01)) for n, p in zip(populations, rates, strict=True)]
    else:
        raise ValueError("allocation must be proportional, equal, or neyman")
    out = list(floor)
    while sum(out) < size:
        # the next note goes where the share is least filled
        room = [i for i, n in enumerate(populations) if out[i] < n]
        best = max(room, key=lambda i: (shares[i] / (out[i] + 0.5), -i))
        out[best] += 1
    return out


def exact_size_for(expected: float, precision: float, confidence: float = 0.95, population: int | None = None) -> int:
    """The size of a simple random sample whose exact interval, at the expected rate, is no wider than twice `precision`.

    That is what `intervals.simple` will report, which is wider than Cochran's formula has it; in a small population `intervals.finite`. As
    errors come whole, the width falls in a saw's teeth: a few notes less may do as well.
    """

    def narrow(n: int) -> bool:
        errors = round(n * expected)
        found = simple(errors, n, confidence) if population is None else finite(errors, n, population, confidence)
        return found.high - found.low <= 2 * precision

    low = max(1, size_for(expected, precision, confidence, population) // 2)
    high = population or 4 * size_for(expected, min(precision, 0.5), confidence) + 400
    return first_where(low, high, narrow)


def discovery_size(rate: float, confidence: float, population: int) -> int:
    """How many notes to draw so that, if `rate` of all have an error, at least one such note is drawn with `confidence`.

    Hypergeometric, as in discovery sampling (AICPA Audit Guide, Audit Sampling): the smallest n where the chance of none is at most 1 - confidence.

    Raises
    ------
    ValueError
        A share lies outside 0 to 1, or the population is empty.
    """
    if not (0 < rate < 1 and 0 < confidence < 1) or population < 1:
        raise ValueError("rate and confidence must be between 0 and 1, with at least one note")
    bad = max(1, math.ceil(rate * population - 1e-9))
    return first_where(1, population, lambda n: float(hypergeom.pmf(0, population, bad, n)) <= 1 - confidence)


def size_for_mean(mean: float, deviation: float, precision: float, confidence: float = 0.95, population: int | None = None) -> int:
    """The size of a simple random sample that gives a mean amount within `precision` of itself (a share of the mean).

    Cochran, Sampling Techniques (1977), 4.7; mean and standard deviation are those of a probe sample.

    Raises
    ------
    ValueError
        Mean or precision are not above 0, or the population is empty.
    """
    if not (mean > 0 and deviation >= 0 and precision > 0 and 0 < confidence < 1) or (population is not None and population < 1):
        raise ValueError("mean and precision must be above 0, deviation 0 or more, and confidence between 0 and 1, with at least one note")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    endless = (z * deviation / (precision * mean)) ** 2
    if population is None:
        return max(2, math.ceil(endless))
    return min(population, max(2, math.ceil(endless / (1 + endless / population))))
