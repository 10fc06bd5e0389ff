"""Precision and recall of copied notes on pairs of visits, and the later visits of a series of near-identical notes.

    python benchmarks/copies.py [SERIES] [--misses]

The pairs are those of tests/data/copies: `open` was read while the rules were mended, `frozen` was not, beyond its totals. SERIES is a folder
of visits of one patient; each later visit is found by its text, or as one of a run whose exercises and doses never change.
"""

from __future__ import annotations

import sys
from pathlib import Path

from therex.analysis import Analyzer
from therex.chart import read_chart
from therex.corpus.episodes import read_pairs
from therex.readers.notes import Reading, read_notes
from therex.types import EpisodeFinding, Note

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "copies"


def findings(analyzer: Analyzer, notes: list[Note]) -> list[EpisodeFinding]:
    """What is found across the notes of one patient."""
    chart = read_chart(analyzer, [(n, analyzer.assess(n)) for n in notes])
    return [f for e in chart.episodes for f in e.findings]


def main() -> None:
    """Print the figures."""
    analyzer = Analyzer.create()
    for half in ("open", "frozen"):
        pairs = read_pairs(FOLDER / f"{half}.txt")
        hit = false = 0
        for pair in pairs:
            notes = [Note("1", pair.earlier, "p"), Note("2", pair.later, "p")]
            found = any(f.id == "copied_text" and f.note == 1 for f in findings(analyzer, notes))
            hit, false = hit + (found and pair.copied), false + (found and not pair.copied)
            if found != pair.copied and "--misses" in sys.argv and half == "open":
                print(f"{pair.name}: {'missed' if pair.copied else 'false alarm'}")
        n = sum(pair.copied for pair in pairs)
        precision = hit / (hit + false) if hit + false else 1.0
        print(f"{half}: {n} copied, {len(pairs) - n} fresh; precision {precision:.3f}, recall {hit / n:.3f}")
    series = next((a for a in sys.argv[1:] if not a.startswith("-")), None)
    if series:
        notes = [n for n in read_notes([series], Reading(by="all", names=True)) if isinstance(n, Note)]
        told = findings(analyzer, notes)
        by_text = {f.note for f in told if f.id == "copied_text"}
        run = {
            k
            for f in told
            if f.id == "unchanged_values"
            for k in range(min(e.note for e in f.evidence), max(e.note for e in f.evidence) + 1)
        }
        later = set(range(1, len(notes)))
        print(f"series: {len(later & (by_text | run))} of {len(later)} later visits found, {len(later & by_text)} of them by their text")


if __name__ == "__main__":
    main()
