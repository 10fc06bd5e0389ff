"""Marked episodes: invented notes of one course of care in one file, with the findings expected of them.

A file holds notes, each after a line ``@ 2025-01-06`` with the day of its record, then ``%%`` and one line an expectation:
``+ finding note`` is to be found at that note (from 1), ``- finding note`` is a near-miss, ``> element note source`` says that an element
which that note lacks stands in another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from therex.catalog.patterns import Patterns
from therex.errors import InputError
from therex.types import Note

_RE = Patterns("corpus")


@dataclass(frozen=True, slots=True)
class MarkedEpisode:
    """Notes of one course of care with what is expected; places count from 0."""

    name: str
    notes: tuple[Note, ...]
    expected: frozenset[tuple[str, int]]
    near: frozenset[tuple[str, int]]
    carried: frozenset[tuple[str, int, int]]


def read_marked_episode(path: Path) -> MarkedEpisode:
    """One file.

    Raises
    ------
    InputError
        A line breaks the format; the message names the line.
    """
    body, marks, tail = path.read_text(encoding="utf-8").partition("\n%%\n")
    parts = _RE["note_day"].split(body + "\n")
    if not marks or len(parts) < 3 or parts[0].strip():
        raise InputError(f"{path.name} must have notes after lines like `@ 2025-01-06`, then `%%`")
    notes = tuple(
        Note(f"{path.stem}/{i + 1}", text.strip("\n"), path.stem, date.fromisoformat(day))
        for i, (day, text) in enumerate(zip(parts[1::2], parts[2::2], strict=True))
    )
    found: dict[str, set[tuple[str, int]]] = {"+": set(), "-": set()}
    carried: set[tuple[str, int, int]] = set()
    for n, line in enumerate(tail.splitlines(), body.count("\n") + 3):
        told = line.split("#")[0].split()
        if not told:
            continue
        numbers = [int(x) - 1 for x in told[2:] if x.isdigit()]
        if not all(0 <= x < len(notes) for x in numbers) or len(numbers) != len(told) - 2:
            raise InputError(f"{path.name} line {n}: places must be from 1 to {len(notes)}")
        if told[0] in found and len(numbers) == 1:
            found[told[0]].add((told[1], numbers[0]))
        elif told[0] == ">" and len(numbers) == 2:
            carried.add((told[1], numbers[0], numbers[1]))
        else:
            raise InputError(f"{path.name} line {n} must be `+ finding note`, `- finding note`, or `> element note source`")
    return MarkedEpisode(path.stem, notes, frozenset(found["+"]), frozenset(found["-"]), frozenset(carried))


def read_marked_episodes(folder: Path) -> list[MarkedEpisode]:
    """Every file of a folder, by name."""
    return [read_marked_episode(path) for path in sorted(folder.glob("*.txt"))]


@dataclass(frozen=True, slots=True)
class MarkedPair:
    """Two visits of one patient, and whether the narrative of the later is copied from the earlier."""

    name: str
    copied: bool
    earlier: str
    later: str


def read_pairs(path: Path) -> list[MarkedPair]:
    """The pairs of a file: after a line ``=== copied NAME`` or ``=== fresh NAME``, two notes parted by ``---``; lines before it are remarks.

    Raises
    ------
    InputError
        A pair has not two notes.
    """
    parts = _RE["pair"].split(path.read_text(encoding="utf-8"))[1:]
    out = []
    for kind, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        notes = body.split("\n---\n")
        if len(notes) != 2:
            raise InputError(f"{path.name}: {name} must have two notes separated by ---")
        out.append(MarkedPair(name, kind == "copied", notes[0].strip(), notes[1].strip()))
    return out
