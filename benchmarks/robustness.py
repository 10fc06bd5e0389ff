"""What may not move a reading: spoiled text, empty words, words about others; and what must: evidence taken out.

    python benchmarks/robustness.py [--notes training_data/heldout] [--every 1] [--fast]

Spoiled text: by how much F1 over all labels falls, and the share of notes whose verdict turns (of three, forced), at one error in
thirty words. Words added (`tests/spec/robustness.yaml`, by a writer who never saw the program; one of each kind to a note): the share
of notes in which an element rises, and in which the verdict turns. Evidence taken out: the share of elements told present or weak that
fall once the words that markers marked, or that the program quotes, are gone, within four rounds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import yaml

from therex.analysis import Analyzer
from therex.corpus.agree import Counts, count
from therex.corpus.marked import MarkedNote, load_folder
from therex.training.noise import spoiled_by
from therex.types import LABELS, Assessment, Note

ADDED = Path(__file__).resolve().parent.parent / "tests" / "spec" / "robustness.yaml"
# one error in thirty words for letters; all of a note for its layout
SPOILED = {
    "typed": {"rates": [1 / 30]}, "misread": {"rate": 1 / 30}, "headings": {"share": 1.0}, "joined": {"share": 1.0},
    "wrapped": {"least": 60, "most": 80}, "upper": {}, "lower": {},
}  # fmt: skip
ORDER = {"missing": 0, "weak": 1, "present": 2}
MARKED_AS = {
    "condition": ("IMPAIRMENT",), "impairment": ("IMPAIRMENT", "MEASURE"), "functional_limitation": ("LIMITATION",), "goal": ("GOAL",), "exercise_detail": ("DOSE",),
    "response": ("RESPONSE",), "skilled_intervention": ("SKILL",), "purpose_link": ("RATIONALE", "LIMITATION"),
    "objective_measures": ("MEASURE",), "interventions_named": ("SERVICE", "EXERCISE"), "code_minutes": ("DURATION",),
    "timed_minutes": ("DURATION",), "total_time": ("DURATION",),
}  # fmt: skip


def assess(analyzer: Analyzer, text: str) -> Assessment:
    """The reading of a text."""
    return analyzer.assess(Note("-", text))


def states(a: Assessment) -> dict[str, str]:
    """The state of each element; none where there was nothing to read."""
    return {f.id: f.found for f in a.findings}


def turns(a: Assessment, b: Assessment) -> bool:
    """Whether two readings of a note have different verdicts, forced: the band for review makes no note its own turn, and hides none."""
    return forced(a) != forced(b)


def forced(a: Assessment) -> str:
    """The verdict where nothing is left to a reader."""
    if a.necessity is None or a.necessity.verdict == "not_applicable":
        return "not_applicable"
    return "supported" if a.necessity.score >= 0.5 else "not_supported"


def f1(pairs: Iterable[tuple[MarkedNote, Assessment]]) -> float:
    """F1 over all labels at half overlap."""
    total = Counts(0, 0, 0)
    for note, a in pairs:
        for label in LABELS:
            spans = a.view.of(label) if a.view is not None else []
            total += count([s[:2] for s in note.spans if s[2] == label], [(s.start, s.end) for s in spans])
    return total.f1


def spoiling(analyzer: Analyzer, notes: Sequence[MarkedNote], clean: Sequence[Assessment]) -> dict[str, tuple[float, float]]:
    """By way of spoiling: the fall of F1, and the share of verdicts that turn."""
    whole, out = f1(zip(notes, clean, strict=True)), {}
    for name, rates in SPOILED.items():
        rng = np.random.default_rng(0)
        poor = [spoiled_by(note, name, rates, rng) for note in notes]
        read = [assess(analyzer, note.text) for note in poor]
        out[name] = (whole - f1(zip(poor, read, strict=True)), float(np.mean([turns(a, b) for a, b in zip(clean, read, strict=True)])))
    return out


def adding(analyzer: Analyzer, notes: Sequence[MarkedNote], clean: Sequence[Assessment]) -> dict[str, tuple[float, float]]:
    """By kind of words added at the end: the share of notes in which an element rises that they may not raise, and in which the verdict turns."""
    out = {}
    for kind, data in yaml.safe_load(ADDED.read_text(encoding="utf-8")).items():
        rises, turned = [], []
        for k, (note, before) in enumerate(zip(notes, clean, strict=True)):
            after = assess(analyzer, note.text.rstrip() + "\n" + data["lines"][k % len(data["lines"])])
            was, now = states(before), states(after)
            rises.append(any(ORDER[now[e]] > ORDER[was[e]] for e in was.keys() & now.keys() - set(data.get("may_raise", ()))))
            turned.append(turns(before, after))
        out[kind] = (float(np.mean(rises)), float(np.mean(turned)))
    return out


def without(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """`text` less some stretches."""
    gone = {k for start, end in ranges for k in range(start, end)}
    return "".join(c for k, c in enumerate(text) if k not in gone)


def told(element: str, a: Assessment, note: MarkedNote | None = None) -> Iterator[tuple[int, int]]:
    """Where an element is told: the sentences of its evidence, and what is marked of its labels by hand and by the program."""
    ranges = [(r.start, r.end) for f in a.findings if f.id == element for r in f.evidence]
    yield from ranges
    labels = MARKED_AS.get(element, ())
    if a.view is not None:
        yield from ((s.start, s.end) for label in labels for s in a.view.of(label))
        if not labels:
            yield from ((r.start, r.end) for r in a.view.sentences if any(r.start < end and start < r.end for start, end in ranges))
    if note is not None:
        yield from ((s[0], s[1]) for s in note.spans if s[2] in labels)


def falling(analyzer: Analyzer, notes: Sequence[MarkedNote], clean: Sequence[Assessment]) -> tuple[int, float, float, list[str]]:
    """Elements told present or weak; the shares that fall in the first round, and within four; and those that do not."""
    asked, first, left = 0, 0, list[str]()
    for note, whole in zip(notes, clean, strict=True):
        for element, state in states(whole).items():
            if state == "missing":
                continue
            asked += 1
            text = without(note.text, told(element, whole, note))
            for round_ in range(4):
                a = assess(analyzer, text)
                if ORDER[states(a).get(element, "missing")] < ORDER[state]:
                    first += round_ == 0
                    break
                text = without(text, told(element, a))
            else:
                left.append(element)
    return asked, first / max(asked, 1), 1 - len(left) / max(asked, 1), left


def main() -> int:
    """Print the three tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--notes", type=Path, default=Path("training_data/heldout"))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--fast", action="store_true")
    args = parser.parse_args()
    notes = load_folder(args.notes)[:: args.every]
    analyzer = Analyzer.create(fast=args.fast)
    clean = [assess(analyzer, note.text) for note in notes]
    print(f"{len(notes)} notes, F1 over all labels {f1(zip(notes, clean, strict=True)):.3f}")
    print("spoiled".ljust(24), "F1 falls by".rjust(12), "verdicts turned".rjust(16))
    for name, (fall, turned) in spoiling(analyzer, notes, clean).items():
        print(name.ljust(24), f"{fall:12.3f} {turned:16.3f}")
    print("added".ljust(24), "an element up".rjust(14), "verdicts turned".rjust(16))
    for kind, (rises, turned) in adding(analyzer, notes, clean).items():
        print(kind.ljust(24), f"{rises:14.3f} {turned:16.3f}")
    asked, first, fell, left = falling(analyzer, notes, clean)
    print(f"evidence taken out of {asked} elements: {first:.3f} fall at once, {fell:.3f} within four rounds")
    print("left:", ", ".join(f"{name} {left.count(name)}" for name in sorted(set(left))) or "none")
    return 0


if __name__ == "__main__":
    sys.exit(main())
