"""What reading notes together costs over reading them one by one: a chart of 40 notes, the same notes both ways, five turns each.

python benchmarks/chart.py
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from therex.analysis import Analyzer
from therex.chart import read_chart
from therex.corpus.episodes import read_marked_episodes

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "episodes" / "open"
NOTES, TURNS = 40, 5


def main() -> None:
    """Print seconds for both ways, and their ratio."""
    analyzer = Analyzer.create()
    daily = [n for m in read_marked_episodes(FOLDER) for n in m.notes[1:3]]
    first = read_marked_episodes(FOLDER)[0].notes[0]
    notes = [
        replace(n, note_id=str(i), patient="p", day=date(2025, 1, 6) + timedelta(days=i)) for i, n in enumerate([first, *daily][:NOTES])
    ]
    alone, together = [], []
    for turn in range(TURNS + 1):
        start = time.perf_counter()
        assessed = [(n, analyzer.assess(n)) for n in notes]
        middle = time.perf_counter()
        read_chart(analyzer, assessed)
        end = time.perf_counter()
        if turn:  # the first warms the tables
            alone.append(middle - start)
            together.append(end - start)
    ratio = median(together) / median(alone)
    print(f"{NOTES} notes: one by one {median(alone):.3f} s, as a chart {median(together):.3f} s, ratio {ratio:.3f}")


if __name__ == "__main__":
    main()
