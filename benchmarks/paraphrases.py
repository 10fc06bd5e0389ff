"""Whether two wordings of one fact are read alike: pairs by writers who never saw the program, each in a note.

    python benchmarks/paraphrases.py [--wrong KIND] [--fast]

For each kind: the share of wordings that are found (spans of the kind, together, at half overlap), of pairs in which both or neither are, and of pairs with the same state
of the element and the same verdict. `--wrong` prints what is missed of a kind.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from therex.analysis import Analyzer
from therex.corpus.agree import OVERLAP
from therex.types import Assessment, Note

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "spec" / "paraphrases"
ELEMENT = {
    "IMPAIRMENT": "impairment", "LIMITATION": "functional_limitation", "GOAL": "goal", "EXERCISE": "exercise_detail", "RESPONSE": "response",
    "MEASURE": "objective_measures", "SKILL": "skilled_intervention", "RATIONALE": "purpose_link",
}  # fmt: skip


def pairs() -> list[dict[str, Any]]:
    """Every case: kind, note with a gap, and the two wordings."""
    return [case for path in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))]


def readings(analyzer: Analyzer, case: dict[str, Any]) -> Iterator[tuple[bool, str, str]]:
    """Of each wording, whether it is found, the state of its element, and the verdict."""
    start = case["note"].index("{}")
    for words in (case["first"], case["second"]):
        a: Assessment = analyzer.assess(Note("-", case["note"].replace("{}", words)))
        assert a.view is not None and a.necessity is not None
        wanted = set(range(start, start + len(words)))
        # a wording may be read as several spans
        spans = [set(range(s.start, s.end)) for s in a.view.of(case["kind"]) if s.assertion != "negated"]
        read = set[int]().union(*(s for s in spans if s & wanted))
        yield (
            len(read & wanted) >= OVERLAP * len(read | wanted),
            next(f.found for f in a.findings if f.id == ELEMENT[case["kind"]]),
            a.necessity.verdict,
        )


def measured(analyzer: Analyzer) -> dict[str, tuple[float, float, float, float]]:
    """By kind, and for all: found, found alike, same state, same verdict."""
    rows: dict[str, list[tuple[float, float, float, float]]] = {}
    for case in pairs():
        (found, state, verdict), (found2, state2, verdict2) = readings(analyzer, case)
        row = ((found + found2) / 2, float(found == found2), float(state == state2), float(verdict == verdict2))
        for kind in (case["kind"], "all"):
            rows.setdefault(kind, []).append(row)
    return {kind: tuple(np.mean(told, axis=0).tolist()) for kind, told in sorted(rows.items())}  # type: ignore[misc]


def main() -> int:
    """Print the shares."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--wrong")
    parser.add_argument("--fast", action="store_true")
    args = parser.parse_args()
    analyzer = Analyzer.create(fast=args.fast)
    if args.wrong:
        for case in pairs():
            if case["kind"] == args.wrong:
                for words, (found, _, _) in zip((case["first"], case["second"]), readings(analyzer, case), strict=True):
                    if not found:
                        print(f"{words}\n    {' '.join(case['note'].split())}")
        return 0
    print(f"{len(pairs())} pairs\nkind         found  alike  state  verdict")
    for kind, told in measured(analyzer).items():
        print(f"{kind:12}" + "".join(f"{share:7.3f}" for share in told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
