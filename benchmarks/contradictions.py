"""Precision and recall of each contradiction on the hand-written cases, by half.

    python benchmarks/contradictions.py [--errors]

`open` cases were read while the rules were tuned, `frozen` cases in part; the model of sentences learns from both. `fresh` cases
were written last, in other words; the model has not seen them, nor have the rules, but for those of not_one_on_one and aide_delivered.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from therex.billing.minutes import read_minutes
from therex.elements.contradictions import read_contradictions
from therex.nlp.build import load
from therex.nlp.export import to_view

CASES = Path(__file__).resolve().parent.parent / "training_data" / "contradictions"


def main(argv: list[str]) -> int:
    """Print a row for each contradiction and half."""
    nlp = load()
    for path in sorted(CASES.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        name = data["about"]
        for half in ("open", "frozen", "fresh"):
            cells = [0, 0, 0, 0]
            for case in (c for c in data["cases"] if c["half"] == half):
                view = to_view(nlp(case["note"]))
                said = name in {c.id for c in read_contradictions(view, read_minutes(view))}
                cells[2 * case["expect"] + said] += 1
                if "--errors" in argv and said != case["expect"] and (half == "open" or f"--{half}" in argv):
                    print(f"  {name} {'MISSED' if case['expect'] else 'FALSE '} {case['note'][:200]!r}")
            tn, fp, fn, tp = cells
            print(f"{name:16} {half:6} precision {tp / max(tp + fp, 1):.2f} recall {tp / max(tp + fn, 1):.2f} of {tp + fn} + {tn + fp}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
