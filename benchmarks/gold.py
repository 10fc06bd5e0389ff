"""Quality on marked notes by other hands: strip the marks, screen, score.

    python benchmarks/gold.py EVAL [--errors LABEL]

`EVAL` is the folder that holds `gold/`, `not-therapy/`, `marked.py` and `score.py`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Print the scores of the gold notes and of the notes that are no therapy."""
    parser = argparse.ArgumentParser()
    parser.add_argument("eval", type=Path)
    parser.add_argument("--errors")
    args = parser.parse_args()
    py = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        text, records, other = Path(folder) / "text", Path(folder) / "gold.jsonl", Path(folder) / "other.jsonl"
        subprocess.run([py, args.eval / "marked.py", "strip", args.eval / "gold", text], check=True, capture_output=True)
        for source, target in ((text, records), (args.eval / "not-therapy", other)):
            subprocess.run([py, "-m", "therex", "screen", source, "--format", "jsonl", "--output", target], check=True)
        score = [py, str(args.eval / "score.py")]
        errors = ["--errors", args.errors] if args.errors else []
        code = subprocess.run([*score, args.eval / "gold", records, *errors]).returncode
        return code or subprocess.run([*score, "--not-therapy", args.eval / "not-therapy", other]).returncode


if __name__ == "__main__":
    sys.exit(main())
