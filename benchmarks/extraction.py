"""Rules, learned models, and both together: F1 by label, by families left out of the training and on notes by other hands.

    python benchmarks/extraction.py [--corpus DIR] [--other DIR] [--json]

The classifier of clauses is trained on four fifths of the corpus (families whole) and read on the rest, in turn; on
`--other` it is trained on the whole corpus. A proposal counts where no rule has marked the same label. The last lines give notes
per second of the pipeline with the shipped models and without them (`--fast`), on the same texts in the same run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from therex.corpus.agree import Counts
from therex.corpus.marked import load_folder
from therex.nlp.build import build, load
from therex.training.extraction import THRESHOLDS, ablation, folds, rows, train_extraction

HERE = Path(__file__).resolve().parent
WAYS = ("rules", "model", "both")


def main(argv: list[str] | None = None) -> int:
    """Print precision, recall and F1 of every label and way."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path, default=HERE.parent / "training_data" / "notes")
    parser.add_argument("--other", type=Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    nlp = build()
    data = rows(nlp, load_folder(args.corpus))
    other = rows(nlp, load_folder(args.other)) if args.other else []
    told: dict[str, dict[str, dict[str, list[float]]]] = {}
    parted = [(train_extraction(train), test) for train, test in folds(data)]
    whole = train_extraction(data) if other else None
    for label in THRESHOLDS:
        left_out = dict.fromkeys(WAYS, Counts(0, 0, 0))
        for learned, test in parted:
            for way, counts in ablation(learned, test, label).items():
                left_out[way] += counts
        parts = {"left out": left_out, **({"other": ablation(whole, other, label)} if whole else {})}
        told[label] = {
            part: {way: [round(x, 3) for x in (c.precision, c.recall, c.f1)] for way, c in ways.items()} for part, ways in parts.items()
        }
        if not args.json:
            line = f"{label:11}"
            for part, ways in told[label].items():
                line += f" {part}: " + ", ".join(f"{way} {p:.3f}/{r:.3f}/{f:.3f}" for way, (p, r, f) in ways.items())
            print(line, flush=True)
    texts = [row.note.text for row in data]
    speed = {}
    for name, fast in (("with models", False), ("--fast", True)):
        pipeline = load(fast=fast)
        pipeline("Warm up: ther ex 15 min, SLR 3x10.")
        began = time.perf_counter()
        for text in texts:
            pipeline(text)
        speed[name] = round(len(texts) / (time.perf_counter() - began), 1)
    if args.json:
        print(json.dumps({"labels": told, "notes_per_s": speed}, indent=1))
    else:
        print("notes/s: " + ", ".join(f"{name} {n}" for name, n in speed.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
