"""Drawing a sample from a frame: at random by strata, with spares; and picks by risk and by doubt, apart from it.

A note's place in the draw is the rank of SHA-256(seed | note id) in its stratum: the same frame and seed give the same sample on every
machine, and a larger sample holds the smaller one.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from therex.errors import InputError
from therex.qa.frame import Row
from therex.qa.sizes import allocate

PICKS = ("random", "spare", "calibration", "risk", "uncertain")


@dataclass(frozen=True, slots=True)
class Pick:
    """One note of a sample: the stratum that it stands for, why it was picked, its place in the draw of its stratum."""

    note_id: str = field(repr=False)
    stratum: int
    pick: str
    order: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """Strata, each with its key, the notes that it has and those that are drawn; and the picks."""

    strata: tuple[dict[str, Any], ...] = field(repr=False)
    picks: tuple[Pick, ...]


def rank(seed: int, note_id: str) -> bytes:
    """The place of a note in a draw."""
    return hashlib.sha256(f"{seed}|{note_id}".encode("utf-8", "surrogatepass")).digest()


def draw(
    rows: Sequence[Row], by: Sequence[str], size: int, seed: int, *, allocation: str = "proportional",
    rates: Mapping[tuple[str, ...], float] | None = None, spares: float = 0.2, calibration: int = 0, risk: int = 0, uncertain: int = 0,
) -> Drawn:  # fmt: skip
    """A sample of `size` notes at random, and the picks apart from it.

    Parameters
    ----------
    rates
        The expected error rate of each stratum, for Neyman's allocation.
    spares
        Notes kept in reserve, as a share of each stratum's sample.
    calibration, risk, uncertain
        Further notes: at random, for all reviewers; those that look worst; those that the tool is least sure of. None of them counts for an
        estimate.

    Raises
    ------
    InputError
        The frame holds fewer notes than are wanted, or the strata want more.
    """
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row.values.get(name, "") for name in by)].append(row)
    keys = sorted(groups)
    populations = [len(groups[k]) for k in keys]
    if not keys:
        raise InputError("no notes to draw from: every note is excluded")
    if size > len(rows):
        raise InputError(f"the frame has {len(rows)} notes, fewer than the {size} to draw")
    try:
        shares = allocate(size, populations, allocation, [(rates or {}).get(k, 0.5) for k in keys] if allocation == "neyman" else None)
    except ValueError as error:
        raise InputError(f"the sample cannot be allocated to strata: {error}") from None
    picks: list[Pick] = []
    left: list[tuple[Row, int]] = []
    for n, (key, share) in enumerate(zip(keys, shares, strict=True)):
        ordered = sorted(groups[key], key=lambda r: rank(seed, r.note_id))
        reserve = math.ceil(share * spares)
        for place, row in enumerate(ordered[: share + reserve]):
            picks.append(Pick(row.note_id, n, "random" if place < share else "spare", place + 1))
        left += [(row, n) for row in ordered[share + reserve :]]
    for pick, many, worst in (
        ("calibration", calibration, lambda r: rank(seed + 1, r.note_id)),
        ("risk", risk, lambda r: (-r.risk, rank(seed, r.note_id))),
        ("uncertain", uncertain, lambda r: (-r.unsure, rank(seed, r.note_id))),
    ):
        chosen = sorted(left, key=lambda pair: worst(pair[0]))[:many]
        picks += [Pick(row.note_id, n, pick, place + 1) for place, (row, n) in enumerate(chosen)]
        taken = {row.note_id for row, _ in chosen}
        left = [pair for pair in left if pair[0].note_id not in taken]
    strata = tuple(
        {"key": dict(zip(by, key, strict=True)), "population": population, "sampled": share}
        for key, population, share in zip(keys, populations, shares, strict=True)
    )
    return Drawn(strata, tuple(picks))
