"""Timed minutes to billable units under the two rules in use.

Sources: CMS Pub. 100-04 ch. 5 sec. 20.2 (total-time rule); CPT introduction, time (midpoint rule).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from therex.types import Allocation

Number = int | float


def units_of(minutes: Number) -> int:
    """Units that `minutes` of timed service earn: 0 below 8, 1 from 8 to 22, 2 from 23 to 37, and so on."""
    return int((minutes + 7) // 15)


def cms_units(minutes: Mapping[str, Number]) -> Allocation:
    """Units under the CMS total-time rule, with every acceptable allocation.

    The minutes of all timed codes are pooled; each code first takes one unit for every full 15 minutes, and
    the units left over go one each to the largest remainders. At a tie each choice is acceptable.

    Parameters
    ----------
    minutes
        Minutes by timed code.

    Returns
    -------
    Allocation
        Every code is in every map; the maps are sorted by their units in code order, highest first.
    """
    codes = sorted(minutes)
    total = units_of(sum(minutes.values()))
    base = {code: int(minutes[code] // 15) for code in codes}
    left = {code: minutes[code] - 15 * base[code] for code in codes}
    extra = total - sum(base.values())
    ranked = sorted((left[code] for code in codes), reverse=True)
    if extra <= 0:
        choices: list[tuple[str, ...]] = [()]
        sure: list[str] = []
    else:
        cut = ranked[extra - 1]
        sure = [code for code in codes if left[code] > cut]
        tied = [code for code in codes if left[code] == cut]
        choices = list(combinations(tied, extra - len(sure)))
    maps = [{code: base[code] + (code in sure) + (code in choice) for code in codes} for choice in choices]
    maps.sort(key=lambda units: tuple(-units[code] for code in codes))
    return Allocation(total, tuple(maps))


def ama_units(minutes: Mapping[str, Number]) -> dict[str, int]:
    """Units under the AMA midpoint rule: each code alone, nothing pooled."""
    return {code: units_of(minutes[code]) for code in sorted(minutes)}


def supported(minutes: Mapping[str, Number]) -> dict[str, object]:
    """Both rules as the JSON contract prints them."""
    cms = cms_units(minutes)
    ama = ama_units(minutes)
    return {
        "timed_total": sum(minutes.values()),
        "cms": {"total": cms.total, "allocations": [dict(units) for units in cms.allocations]},
        "ama": {"total": sum(ama.values()), "units": ama},
    }
