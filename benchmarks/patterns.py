"""How the time of each regular expression alone grows with its input, over repeated fragments; prints those that grow fastest.

    python benchmarks/patterns.py [--length 400] [--check]

Every pattern that therex compiles while it is imported, analyses a note and redacts it is tried alone on 26 fragments, repeated to
`length` characters and to a quarter of it, searched through to the end. In the analysis most are anchored or meet a slice of some tens of characters;
that the analysis as a whole grows linearly is `tests/unit/test_linear.py`. `--check` exits with 1 where a pattern grows faster than the
fourth power, as one that backtracks exponentially does.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
import sys
import time
from pathlib import Path

FRAGMENTS = (
    "1", "a", "A", " ", "\n", "-", ".", "/", "a ", "1 ", "1,", "a, ", "A.", "x1", "1x", "min ", ":", "|", "(", '"', "1/", "(1", "a-",
    "A ", "to ", "and ",
)  # fmt: skip
NOTE = Path(__file__).resolve().parent.parent / "examples" / "notes"


def patterns() -> dict[tuple[str, int], tuple[re.Pattern[str], str]]:
    """Patterns compiled by therex, by source and flags, each with the module that compiled it."""
    found: dict[tuple[str, int], tuple[re.Pattern[str], str]] = {}
    compile_ = re._compile

    def spy(pattern: str, flags: int) -> re.Pattern[str]:
        made = compile_(pattern, flags)
        for depth in (1, 2):
            name = sys._getframe(depth).f_code.co_filename.replace("\\", "/")
            if "/therex/" in name and isinstance(made.pattern, str):
                found[made.pattern, made.flags] = (made, name.rpartition("/therex/")[2])
        return made

    re._compile = spy
    try:
        import therex

        for module in pkgutil.walk_packages(therex.__path__, "therex."):
            if ".cli" not in module.name and not module.name.endswith(("__main__", "spark")):
                importlib.import_module(module.name)
        from therex.analysis import Analyzer
        from therex.redaction.find import find
        from therex.types import Note

        text = next(iter(sorted(NOTE.glob("*.txt")))).read_text(encoding="utf-8")
        Analyzer.create().assess(Note("-", text))
        find(text)
    finally:
        re._compile = compile_
    return found


def seconds(pattern: re.Pattern[str], text: str, times: int) -> float:
    """The least time of some searches through a text."""
    least = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        for _ in pattern.finditer(text):
            pass
        least = min(least, time.perf_counter() - began)
    return least


def main(argv: list[str] | None = None) -> int:
    """Print the patterns that grow fastest."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--length", type=int, default=400)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args(argv)
    found = patterns()
    grown = []
    for pattern, module in found.values():
        for fragment in FRAGMENTS:
            text = (fragment * args.length)[: args.length]
            if (long := seconds(pattern, text + "!", 1)) > 0.002:
                short = seconds(pattern, text[: args.length // 4] + "!", 3)
                long = min(long, seconds(pattern, text + "!", 2))
                grown.append((long / short, long, fragment, module, pattern.pattern))
    grown.sort(reverse=True)
    print(f"{len(found)} patterns; {len(grown)} of {len(found) * len(FRAGMENTS)} searches take more than 2 ms")
    for ratio, long, fragment, module, source in grown[:20]:
        print(f"{ratio:6.1f} times for 4 times the length, {long * 1000:7.1f} ms, {fragment!r:8} {module}: {source[:60]!r}")
    return int(args.check and bool(grown) and grown[0][0] > 4**4)


if __name__ == "__main__":
    sys.exit(main())
