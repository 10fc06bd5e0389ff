"""What a clinic gains from its own marked notes: held-out writers in the part of its therapists.

    python benchmarks/clinic.py [--clinics 2] [--own 8] [--ours 200] [--times 2] [--passes 4] [--seed 0]

The writers of `training_data/heldout` are dealt into clinics. Of each writer so many notes are the clinic's own; the reader in use goes on from what it
knows (`therex train`, its last two layers and heads) with them and a sample of ours, and is tested on the writers' other notes. Needs the extra `train`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from therex.analysis import Analyzer
from therex.catalog.policy import policy
from therex.corpus.agree import Counts, count
from therex.corpus.marked import MarkedNote, load_folder
from therex.corpus.stats import writer
from therex.nlp.build import load
from therex.scoring.model import load_model
from therex.settings import NECESSITY, model_folder
from therex.training.progress import lines
from therex.training.reader import SHORT, Reader, taggers_in_use
from therex.types import LABELS

DATA = Path("training_data")
Score = tuple[Counts, int, int]


def scored(analyzer: Analyzer, notes: Sequence[MarkedNote]) -> dict[str, Score]:
    """By writer: spans found over all labels, and right answers on elements of how many."""
    out: dict[str, Score] = {}
    for note in notes:
        a = analyzer.judge(note.id, analyzer.read(note.text))
        assert a.view is not None
        spans, right, asked = out.get(writer(note), (Counts(0, 0, 0), 0, 0))
        for label in LABELS:
            spans += count([s[:2] for s in note.spans if s[2] == label], [(s.start, s.end) for s in a.view.of(label)])
        same = [f.found == note.meta["elements"][f.id] for f in a.findings]
        out[writer(note)] = (spans, right + sum(same), asked + len(same))
    return out


def values(scores: Sequence[Score]) -> tuple[float, float]:
    """F1 over all labels, and the share of right answers on elements."""
    return sum((s[0] for s in scores), Counts(0, 0, 0)).f1, sum(s[1] for s in scores) / sum(s[2] for s in scores)


def main() -> int:
    """Print what each clinic gains, and the mean with its interval over writers."""
    parser = argparse.ArgumentParser()
    for name, default in (("clinics", 2), ("own", 8), ("ours", 200), ("times", 2), ("passes", SHORT.passes), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    held = load_folder(DATA / "heldout")
    ours = load_folder(DATA / "voices" / "notes")
    sample = [ours[k] for k in rng.permutation(len(ours))[: args.ours]]
    writers = sorted({writer(n) for n in held})
    model, rules = load_model(model_folder() / NECESSITY), policy("cms")
    tuning = replace(SHORT, passes=args.passes, seed=args.seed)
    before: dict[str, Score] = {}
    after: dict[str, Score] = {}
    for clinic in range(args.clinics):
        own: list[MarkedNote] = []
        test: list[MarkedNote] = []
        for name in writers[clinic :: args.clinics]:
            notes = [n for n in held if writer(n) == name]
            order = rng.permutation(len(notes)).tolist()
            own += [notes[k] for k in order[: args.own]]
            test += [notes[k] for k in order[args.own :]]
        nlp = load()
        analyzer = Analyzer(nlp, model, rules, date.today())
        was = scored(analyzer, test)
        with tempfile.TemporaryDirectory() as work:
            reader = Reader(
                nlp, [*own * args.times, *sample], tuning, taggers_in_use(), Path(work), lines(lambda line: print(line, file=sys.stderr))
            )
            reader.teach(reader.notes, "clinic")
        now = scored(analyzer, test)
        before |= was
        after |= now
        (f1, elements), (f1_now, elements_now) = values(list(was.values())), values(list(now.values()))
        print(
            f"clinic {clinic + 1}: {len(own)} own notes by {len(was)} writers, {len(test)} others; all labels {f1:.3f} -> {f1_now:.3f}, "
            f"elements {elements:.3f} -> {elements_now:.3f}",
            flush=True,
        )
    names = sorted(before)
    for k, what in enumerate(("all labels", "elements")):
        draws = []
        for _ in range(2000):
            drawn = [names[i] for i in rng.integers(len(names), size=len(names))]
            draws.append(values([after[w] for w in drawn])[k] - values([before[w] for w in drawn])[k])
        gain = values([after[w] for w in names])[k] - values([before[w] for w in names])[k]
        low, high = np.quantile(draws, [0.025, 0.975])
        print(f"{what}: gain {gain:+.3f}, 95 % interval over {len(names)} writers {low:+.3f} to {high:+.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
