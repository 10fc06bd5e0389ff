"""The unit rules against an independent brute force, over every multiset of minutes.

    python benchmarks/units_oracle.py --codes 4 [--most 60] [--step 1]

The oracle knows only the rule's words: a total by counting, no code below its full quarters of an hour, no code with an extra
unit while another with more minutes left over has none.
"""

from __future__ import annotations

import argparse
import itertools
import sys

CODES = ("97110", "97112", "97116", "97140", "97530")


def total_units(minutes: int) -> int:
    """Units by counting up: the first at 8 minutes, each further one 15 minutes on."""
    units, need = 0, 8
    while minutes >= need:
        units, need = units + 1, need + 15
    return units


def oracle(minutes: tuple[int, ...]) -> tuple[int, list[tuple[int, ...]]]:
    """Every acceptable allocation, found by trying all of them; highest first."""
    total = total_units(sum(minutes))
    low = [m // 15 for m in minutes]
    ways = []
    for extra in itertools.product((0, 1), repeat=len(minutes)):
        if sum(low) + sum(extra) != total:
            continue
        left = [m % 15 for m in minutes]
        if all(not (extra[i] and not extra[j] and left[j] > left[i]) for i in range(len(minutes)) for j in range(len(minutes))):
            ways.append(tuple(a + b for a, b in zip(low, extra, strict=True)))
    return total, sorted(ways, reverse=True)


def main(argv: list[str] | None = None) -> int:
    """Compare and count; exit 1 at the first difference."""
    from therex.billing.units import ama_units, cms_units

    parser = argparse.ArgumentParser()
    parser.add_argument("--codes", type=int, default=3, choices=range(1, 6))
    parser.add_argument("--most", type=int, default=60)
    parser.add_argument("--step", type=int, default=1)
    args = parser.parse_args(argv)
    names = CODES[: args.codes]
    n = 0
    for minutes in itertools.combinations_with_replacement(range(0, args.most + 1, args.step), args.codes):
        given = dict(zip(names, minutes, strict=True))
        got = cms_units(given)
        total, ways = oracle(minutes)
        said = [tuple(way[c] for c in names) for way in got.allocations]
        if got.total != total or said != ways or ama_units(given) != {c: total_units(m) for c, m in given.items()}:
            print(f"differs at {given}: {got} against {total}, {ways}")
            return 1
        n += 1
    print(f"{n} multisets of {args.codes} codes, 0 to {args.most} minutes: all equal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
