"""Start-up against peers in the same run: `--help` against a two-command Typer program, one note from a cold start against imports.

    python benchmarks/startup.py [--runs 9]

Medians of alternating runs after an untimed one of each, so that both have their byte code written, as pip leaves it; the two-command program uses Typer as it comes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEER = """
import typer
app = typer.Typer()

@app.command()
def one(name: str = "x"):
    "The first."

@app.command()
def two(name: str = "x"):
    "The second."

app()
"""
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
NOTE = "DOS 5/1/25. Ther ex x 25 min: SLR 3x10, VC to avoid extensor lag. Pain 3/10 after. Ann Lee, PT"


def seconds(command: list[str], stdin: str = "") -> float:
    """Wall time of one command."""
    began = time.perf_counter()
    subprocess.run(command, input=stdin, capture_output=True, text=True, check=True, env=ENVIRONMENT)
    return time.perf_counter() - began


def compare(ours: list[str], peer: list[str], runs: int, stdin: str = "") -> dict[str, float]:
    """Medians of alternating runs and their ratio."""
    seconds(ours, stdin), seconds(peer)
    a, b = [], []
    for _ in range(runs):
        a.append(seconds(ours, stdin))
        b.append(seconds(peer))
    return {
        "therex_s": round(statistics.median(a), 3),
        "peer_s": round(statistics.median(b), 3),
        "ratio": round(statistics.median(a) / statistics.median(b), 2),
    }


def main() -> int:
    """Print both comparisons."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    py = sys.executable
    therex = str(Path(py).parent / "therex")
    with tempfile.TemporaryDirectory() as folder:
        peer = Path(folder) / "peer.py"
        peer.write_text(PEER, encoding="utf-8")
        told = {
            "help": compare([therex, "--help"], [py, str(peer), "--help"], runs),
            "one_note": compare([therex, "screen", "-", "--format", "jsonl"], [py, "-c", "import spacy, typer, rich"], runs, NOTE),
        }
    print(json.dumps(told, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
