"""A run killed at random instants and started again with the same command: is every note there once, as in an unbroken run?

    python benchmarks/kills.py [KILLS] [--notes N] [--jobs N] [--seed N]

Kills fall between the start of the process and the end of the run, uniformly over the time that an unbroken run takes.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from speed import notes


def main() -> None:
    """Print how many kills there were and whether the outputs are equal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kills", nargs="?", type=int, default=50)
    parser.add_argument("--notes", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20261125)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table, plain, out = folder / "notes.jsonl", folder / "plain.jsonl", folder / "out.jsonl"
        import json

        table.write_text("".join(json.dumps({"id": str(i), "text": t}) + "\n" for i, t in enumerate(notes(asked.notes))), encoding="utf-8")
        command = [sys.executable, "-m", "therex", "screen", str(table), "-f", "jsonl", "--jobs", str(asked.jobs), "--as-of", "2026-11-25"]
        start = time.perf_counter()
        subprocess.run([*command, "-o", str(plain)], check=True, stderr=subprocess.DEVNULL)
        whole = time.perf_counter() - start
        killed = ended = 0
        while killed < asked.kills:
            process = subprocess.Popen([*command, "-o", str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=chance.uniform(0.0, whole))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                killed += 1
                continue
            # the run came to its end between two kills: its output is compared, and the next one begins anew
            ended += 1
            if out.read_bytes() != plain.read_bytes():
                sys.exit(f"after {killed} kills the output differs")
            out.unlink()
        subprocess.run([*command, "-o", str(out)], check=True, stderr=subprocess.DEVNULL)
        same = out.read_bytes() == plain.read_bytes()
        left = sorted(p.name for p in folder.iterdir())
        print(
            f"{asked.notes} notes, unbroken run {whole:.1f} s; {killed} kills over {ended + 1} whole runs; equal: {same}; files: {', '.join(left)}"
        )
        sys.exit(0 if same and left == ["notes.jsonl", "out.jsonl", "plain.jsonl"] else 1)


if __name__ == "__main__":
    main()
