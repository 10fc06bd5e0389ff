"""Units furnished in part by an assistant: which carry CQ (PTA) or CO (OTA).

Source: CMS, billing examples for the CQ and CO modifiers, in force since 2022-01-01: a unit carries the modifier where the assistant
furnished more than a tenth of its minutes; the last unit does not, where the therapist alone has the eight minutes that earn it.
"""

from __future__ import annotations

from collections.abc import Mapping

from therex.billing.units import Number

MODIFIER = {"PTA": "CQ", "OTA": "CO"}
MIDPOINT = 8


def with_modifier(therapist: Number, assistant: Number, units: int) -> int:
    """How many of the `units` of one timed code carry the assistant's modifier.

    Parameters
    ----------
    therapist, assistant
        Minutes of the code by the therapist alone and by the assistant alone.
    units
        Units of the code under the payer's rule.
    """
    whole = int(therapist // 15), int(assistant // 15)
    rest = therapist % 15, assistant % 15
    carried = min(whole[1], units)
    left = units - whole[0] - whole[1]
    if left >= 2:
        # both have more than half a unit: one each
        return carried + 1
    if left == 1 and rest[0] < MIDPOINT and rest[1] * 10 > rest[0] + rest[1]:
        return carried + 1
    return carried


def modifiers(by: Mapping[str, Mapping[str, Number]], units: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Units by modifier for each code that an assistant furnished in part; ``""`` counts those without.

    Parameters
    ----------
    by
        Minutes by code and by who furnished them: PT, OT, PTA or OTA.
    units
        Units by code under the payer's rule.
    """
    out = {}
    for code, who in sorted(by.items()):
        name = next((m for assistant, m in MODIFIER.items() if who.get(assistant)), None)
        if name is None or not units.get(code):
            continue
        helped = sum(who.get(a, 0) for a in MODIFIER)
        carried = with_modifier(sum(who.values()) - helped, helped, units[code])
        out[code] = {name: carried, "": units[code] - carried}
    return out
