"""Precision and recall of every finding across notes, on the marked episodes of tests/data/episodes.

    python benchmarks/episodes.py [open|frozen|all] [--misses]

`open` was read while the rules were written; `frozen` was not, beyond its totals. With --misses, each miss and false alarm of the open half.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from therex.analysis import Analyzer
from therex.catalog.episode import checks
from therex.chart import read_chart
from therex.corpus.episodes import MarkedEpisode, read_marked_episodes

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "episodes"


def found_in(analyzer: Analyzer, marked: MarkedEpisode) -> tuple[set[tuple[str, int]], set[tuple[str, int, int]]]:
    """The findings of an episode by kind and place, and the elements resolved with their source."""
    places = {note.note_id: i for i, note in enumerate(marked.notes)}
    chart = read_chart(analyzer, [(note, analyzer.assess(note)) for note in marked.notes])
    found = {(f.id, places[e.notes[f.note].note_id]) for e in chart.episodes for f in e.findings}
    carried = {(f.id, places[a.note_id], places[f.note_id]) for e in chart.episodes for a in e.assessments for f in a.findings if f.note_id}
    return found, carried


def main() -> None:
    """Print the table."""
    wanted = next((a for a in sys.argv[1:] if not a.startswith("-")), "all")
    analyzer = Analyzer.create()
    for half in ("open", "frozen") if wanted == "all" else (wanted,):
        marked = read_marked_episodes(FOLDER / half)
        hit: Counter[str] = Counter()
        false: Counter[str] = Counter()
        missed: Counter[str] = Counter()
        near: Counter[str] = Counter()
        told = held = 0
        for m in marked:
            found, carried = found_in(analyzer, m)
            for kind, _ in found & m.expected:
                hit[kind] += 1
            for kind, _ in found - m.expected:
                false[kind] += 1
            for kind, _ in m.expected - found:
                missed[kind] += 1
            near.update(kind for kind, _ in m.near)
            told += len(m.carried)
            held += len(m.carried & carried)
            if "--misses" in sys.argv and half == "open":
                for kind, place in sorted(m.expected - found):
                    print(f"{m.name} {place + 1} missed {kind}")
                for kind, place in sorted(found - m.expected):
                    print(f"{m.name} {place + 1} false  {kind}")
                for element, place, source in sorted(m.carried - carried):
                    print(
                        f"{m.name} {place + 1} not carried {element} from {source + 1}: {[c for c in carried if c[:2] == (element, place)]}"
                    )
        print(f"\n{half}: {len(marked)} episodes, {sum(len(m.notes) for m in marked)} notes")
        print(f"{'finding':28}{'positives':>10}{'near':>6}{'precision':>11}{'recall':>8}")
        for kind in (*checks(), "all"):
            h, f, s, n = (sum(c.values()) if kind == "all" else c[kind] for c in (hit, false, missed, near))
            print(f"{kind:28}{h + s:>10}{n:>6}{h / (h + f) if h + f else 1:>11.3f}{h / (h + s) if h + s else 1:>8.3f}")
        print(f"elements found in another document: {held} of {told}")


if __name__ == "__main__":
    main()
