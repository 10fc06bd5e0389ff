"""How time grows on text that no clinic writes: one pattern repeated, at two lengths.

    python benchmarks/pathological.py [--size 50000]

Prints the seconds at twice the size and their ratio to those at the size: 2 is linear growth, 4 is quadratic.
"""

from __future__ import annotations

import argparse
import sys
import time

PIECES = (
    "_", ".", "=", "[", "*", ": ", ",", "a b ", "ab-", "a.", "1.", "1/", "1:00 ", "\x00", "%", "97110 ", "SLR 3x10, ",
    "R quad weakness ", "to ", "S: O: A: P: ", "a\t|", "pain 3/10 ", "PT WILL CLIMB 12 STEPS ", "25 min ", "no ", "if ",
    "Ann Lee, ", "twenty ", "- x\n", "x\r", "date: ", "9:00-9:30 ", "[x] ", "(", "tolerated well ", "because ",
)  # fmt: skip


def main() -> int:
    """Print one line for each piece, the slowest growth first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=50_000)
    size = parser.parse_args().size
    from therex.analysis import Analyzer
    from therex.types import Note

    analyzer = Analyzer.create()
    cases = {piece: (piece * (size // len(piece)), piece * (2 * size // len(piece))) for piece in PIECES}
    cases["blanks"] = ("Ann Lee" + " " * size + "x", "Ann Lee" + " " * (2 * size) + "x")
    cases["newlines"] = ("a" + "\n" * size + "b", "a" + "\n" * (2 * size) + "b")
    rows = []
    for name, texts in cases.items():
        took = []
        for text in texts:
            began = time.perf_counter()
            analyzer.assess(Note("note", text))
            took.append(time.perf_counter() - began)
        rows.append((took[1] / took[0], took[1], name))
    for ratio, seconds, name in sorted(rows, reverse=True):
        print(f"{ratio:5.2f}  {seconds:7.2f} s  {name!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
