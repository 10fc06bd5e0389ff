"""Many notes through `therex screen`: the rate of one and two workers, and how time and memory grow with the number of notes.

    python benchmarks/batch.py [--notes 3000] [--grow 1000 10000 100000]

The notes are those of `speed.py`, all distinct, in one JSON Lines file; the output is JSON Lines. Loading is timed too, as in a real run.
Memory is the peak of the largest process of the run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from speed import notes

_RUN = """
import resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run([sys.executable, "-m", "therex", *sys.argv[1:]], check=True, stderr=subprocess.DEVNULL)
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def screen(folder: Path, n: int, jobs: int) -> tuple[float, float]:
    """Seconds and megabytes of one run over `n` notes."""
    source = folder / f"{n}.jsonl"
    if not source.exists():
        with source.open("w", encoding="utf-8") as handle:
            handle.writelines(json.dumps({"id": str(i), "text": text}) + "\n" for i, text in enumerate(notes(n)))
    out = folder / "out.jsonl"
    out.unlink(missing_ok=True)
    args = ["screen", str(source), "-f", "jsonl", "-o", str(out), "--jobs", str(jobs)]
    told = subprocess.run([sys.executable, "-c", _RUN, *args], check=True, capture_output=True, text=True).stdout.split()
    with out.open(encoding="utf-8") as handle:
        assert sum(1 for _ in handle) == n
    return float(told[0]), float(told[1])


def main(argv: list[str] | None = None) -> int:
    """Print the rates and their ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--notes", type=int, default=3000)
    parser.add_argument("--grow", type=int, nargs="*", default=[])
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, _ = screen(folder, args.notes, 1)
        two, _ = screen(folder, args.notes, 2)
        print(f"{args.notes:,} notes: one process {args.notes / one:.1f} notes/s, two {args.notes / two:.1f}; ratio {one / two:.2f}")
        first = 0.0
        for n in args.grow:
            seconds, peak = screen(folder, n, 2)
            first = first or peak
            print(f"{n:>9,} notes: {seconds:8.1f} s, {n / seconds:6.1f} notes/s, peak {peak:.0f} MB, {peak / first:.2f} of the first")
    return 0


if __name__ == "__main__":
    sys.exit(main())
