"""Coverage and width of nominal 95 % intervals of an error rate, by simulation, beside other methods.

    python benchmarks/coverage.py [--draws 1000]

Samples of 30, 60, 100 and 300 notes, simple and from 3, 5 and 8 strata, proportional and equal allocation, error rates 0.05 to 0.6, the
same in all strata or from a tenth to nearly twice the mean. Populations are 100 times the sample. A binomial draw at random errs by 0.7
points at 1,000 draws (one standard error), and the lowest of hundreds of cells by about three times as much.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from functools import cache

import numpy as np
from scipy.stats import norm

from therex.qa.intervals import Stratum, stratified

SHARES = ((1.0,), (0.6, 0.3, 0.1), (0.2,) * 5, (0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05))
Z = float(norm.ppf(0.975))


def normal(strata: tuple[Stratum, ...]) -> tuple[float, float]:
    """The usual stratified interval: the estimate, and 1.96 of its standard errors."""
    total = sum(s.population for s in strata)
    p = sum(s.population / total * s.errors / s.sampled for s in strata)
    v = sum((s.population / total) ** 2 * (r := s.errors / s.sampled) * (1 - r) / max(s.sampled - 1, 1) for s in strata)
    return max(p - Z * v**0.5, 0), min(p + Z * v**0.5, 1)


def wilson(strata: tuple[Stratum, ...]) -> tuple[float, float]:
    """Wilson's interval at the effective sample size."""
    found = stratified(strata)
    n, p = found.effective, found.estimate
    middle, half = (p + Z * Z / 2 / n) / (1 + Z * Z / n), Z / (1 + Z * Z / n) * (p * (1 - p) / n + Z * Z / 4 / n / n) ** 0.5
    return middle - half, middle + half


def ours(strata: tuple[Stratum, ...]) -> tuple[float, float]:
    """What therex reports."""
    found = stratified(strata)
    return found.low, found.high


def groups(rng: np.random.Generator, draws: int) -> tuple[float, float, int]:
    """The rate of a group that cuts across strata, a fifth to two fifths of each: lowest and mean coverage, and the number of cells.

    Only samples with ten lines of the group or more: fewer are shown with a caution.
    """
    found = []
    for shares in SHARES:
        for n in (60, 100, 300):
            for mean in (0.05, 0.1, 0.2, 0.35, 0.5, 0.6):
                sampled = np.maximum(2, np.round(np.array(shares) * n)).astype(int)
                populations = np.array([int(100 * n * share) for share in shares])
                part = np.linspace(0.2, 0.4, len(shares))
                rates = np.clip(mean * np.linspace(0.4, 1.6, len(shares)), 0, 0.98) if len(shares) > 1 else np.array([mean])
                truth = float((populations * part * rates).sum() / (populations * part).sum())
                inside = []
                for _ in range(draws):
                    members = rng.binomial(sampled, part)
                    if members.sum() >= 10:
                        errors = rng.binomial(members, rates)
                        rate = stratified([Stratum(*map(int, x)) for x in zip(populations, sampled, errors, members, strict=True)])
                        inside.append(rate.low <= truth <= rate.high)
                found.append(float(np.mean(inside)))
    return min(found), float(np.mean(found)), len(found)


def main(argv: list[str] | None = None) -> int:
    """Print the lowest coverage and the mean width of each method."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=1000)
    args = parser.parse_args(argv)
    rng = np.random.default_rng(97110)
    methods = {f.__name__: cache(f) for f in (normal, wilson, ours)}
    found = defaultdict(list)
    for shares in SHARES:
        for n in (30, 60, 100, 300):
            for equal in (False, True) if len(shares) > 1 else (False,):
                sampled = np.maximum(2, np.round(np.full(len(shares), 1 / len(shares)) * n if equal else np.array(shares) * n)).astype(int)
                populations = [int(100 * n * share) for share in shares]
                for mean in (0.05, 0.1, 0.2, 0.35, 0.5, 0.6):
                    for spread in (False, True) if len(shares) > 1 else (False,):
                        rates = np.clip(mean * np.linspace(0.1, 1.9, len(shares)), 0, 0.98) if spread else np.full(len(shares), mean)
                        truth = float(np.average(rates, weights=populations))
                        drawn = rng.binomial(sampled, rates, (args.draws, len(shares)))
                        for f in methods.values():
                            f.cache_clear()
                        for name, method in methods.items():
                            bounds = np.array([method(tuple(map(Stratum, populations, map(int, sampled), map(int, x)))) for x in drawn])
                            inside = (bounds[:, 0] <= truth) & (truth <= bounds[:, 1])
                            found[name].append((inside.mean(), (bounds[:, 1] - bounds[:, 0]).mean(), (len(shares), n, equal, mean, spread)))
    for name, cells in found.items():
        low, _, where = min(cells)
        under, width = np.mean([c < 0.93 for c, *_ in cells]), np.mean([w for _, w, _ in cells])
        print(
            f"{name:8} lowest coverage {low:.3f} (strata, notes, equal, rate, spread: {where}); {under:.1%} of {len(cells)} cells under 0.93; mean width {width:.3f}"
        )
    low, mean_coverage, cells = groups(rng, args.draws)
    print(f"a group across strata: lowest coverage {low:.3f}, mean {mean_coverage:.3f} of {cells} cells")
    return 0


if __name__ == "__main__":
    sys.exit(main())
