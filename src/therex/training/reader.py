"""Training of the reader: the tagger of a pipeline from marked notes, and notes as taggers read them that were taught by other writers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from therex.corpus.marked import MarkedNote
from therex.corpus.stats import writer
from therex.errors import ModelError
from therex.nlp.build import LIGHT, TAGGER, load
from therex.nlp.export import to_view
from therex.nlp.tagger.component import Tagger
from therex.training.examples import Example, read_examples
from therex.training.export import export, weights_of
from therex.training.network import APART, Shape, Weights, begin
from therex.training.noise import spoiled
from therex.training.progress import Watch, unwatched, watched
from therex.training.start import encoder_weights, vocabulary
from therex.training.tuning import Tuning, tune
from therex.types import NoteView

if TYPE_CHECKING:
    from spacy.language import Language

FOLDS = 2
# the notes of one who wrote more than this share of all are always taught: left out, they would tell nothing of other writers
LARGEST = 1 / 3
# going on from a reader that knows therapy notes: its last two layers and its heads
SHORT = Tuning(passes=4, rate=1e-4, head_rate=3e-4, first_layer=4)
# the same with all of its layers, once many notes have come to those that it knows
WHOLE = Tuning(passes=3, rate=1e-4, head_rate=5e-4)
LIGHT_TUNING = Tuning(passes=12, rate=2e-3, head_rate=2e-3)
LIGHT_WHOLE = Tuning(passes=6, rate=1e-3, head_rate=1e-3)
Read = list[tuple[MarkedNote, NoteView]]


class Reader:
    """What is trained: a pipeline whose tagger is taught, on the notes and in the way given.

    Parameters
    ----------
    nlp
        Its closed forms feed the tagger, which takes the trained network.
    notes
        A note that stands there twice counts twice.
    tuning
        How it is tuned.
    start
        How many layers of the pretrained encoder it has; or, in their place, the taggers to go on from, by component.
    work
        A folder that holds the state of a run and the networks that are done, so that one that was stopped goes on; it belongs to the notes
        and settings of one run.
    """

    def __init__(
        self,
        nlp: Language,
        notes: Sequence[MarkedNote],
        tuning: Tuning,
        start: int | Mapping[str, Tagger],
        work: Path,
        watch: Watch = unwatched,
    ) -> None:
        self.nlp, self.notes, self.tuning, self.work, self.watch = nlp, notes, tuning, work, watch
        known = {} if isinstance(start, int) else start
        self._known = {name: weights_of(tagger.network) for name, tagger in known.items()}
        self._words = list(known[TAGGER].vocabulary) if known else vocabulary()
        apart = {note.id: note for note in notes}
        read, self._features = read_examples(nlp, list(apart.values()), self._words, known[TAGGER].features if known else None)
        self._examples = dict(zip(apart, read, strict=True))
        rng = np.random.default_rng(tuning.seed)
        poor, _ = read_examples(nlp, [spoiled(note, rng) for note in apart.values()], self._words, self._features)
        self._spoiled = dict(zip(apart, poor, strict=True))
        count = start if isinstance(start, int) else sum(name.startswith("layer") for name in self._known[TAGGER])
        self.shapes = {TAGGER: Shape(count, len(self._features)), LIGHT: Shape(len(APART), len(self._features), light=True)}

    def teach(
        self, notes: Sequence[MarkedNote], name: str, tuning: Tuning | None = None, component: str = TAGGER, what: str | None = None
    ) -> Tagger:
        """A tagger of the pipeline, once it has learned `notes`; its work is kept under `name`, and `what` says what is done."""
        tuning, shape = tuning or self.tuning, self.shapes[component]
        kept = self.work / f"{name.replace(' ', '-')}.onnx"
        if not kept.is_file():
            weights = self._known.get(component) or begin(encoder_weights(), shape, tuning.seed)
            fresh = kept.with_suffix(".new")
            export(self._tuned(weights, notes, shape, name, tuning, what or name), shape, fresh)
            fresh.replace(kept)
        tagger = self.nlp.get_pipe(component)
        assert isinstance(tagger, Tagger)
        tagger.use(kept.read_bytes(), self._words, self._features)
        return tagger

    def _tuned(self, weights: Weights, notes: Sequence[MarkedNote], shape: Shape, name: str, tuning: Tuning, what: str) -> Weights:
        """`weights` once they have learned `notes`; a run of this name that was stopped goes on."""
        self.work.mkdir(parents=True, exist_ok=True)
        examples = list(self._taught(notes))
        return tune(
            weights, examples, shape, tuning, lambda done, total: self.watch(what, done, total), self.work / f"{name.replace(' ', '-')}.npz"
        )

    def _taught(self, notes: Sequence[MarkedNote]) -> Iterator[Example]:
        """What is taught: of a note that stands twice, one copy is spoiled; of those that stand once, every other."""
        count, seen = Counter(note.id for note in notes), Counter[str]()
        for k, note in enumerate(notes):
            clean = seen[note.id] % 2 == 0 if count[note.id] > 1 else k % 2 == 0
            seen[note.id] += 1
            yield (self._examples if clean else self._spoiled)[note.id]

    def left_out(self, count: int = FOLDS) -> Read:
        """Notes with their views, each read by a tagger that learned from others alone."""
        out: Read = []
        parts = folds(self.notes, count)
        for k, ids in enumerate(parts):
            rest = [note for note in self.notes if note.id not in ids]
            place = f"{k + 1} of {len(parts)}"
            self.teach(rest, f"fold {place}", shorter(self.tuning), what=f"training without some of the writers, {place}")
            left = {note.id: note for note in self.notes if note.id in ids}
            found = watched(left.values(), f"reading the notes of those writers, {place}", self.watch)
            out += [(note, to_view(self.nlp(note.text), note.text)) for note in found]
        return out


def folds(notes: Sequence[MarkedNote], count: int) -> list[set[str]]:
    """The ids of the notes in `count` parts of about as many; a writer's notes stay together.

    One who wrote more than a third of all is in no part. Where that leaves nothing, families stay together in place of writers.
    """
    for whose in (writer, family):
        sizes = Counter(whose(note) for note in notes)
        parts: list[tuple[int, set[str]]] = [(0, set()) for _ in range(count)]
        for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
            if size <= LARGEST * len(notes):
                k = min(range(count), key=lambda i: parts[i][0])
                parts[k] = (parts[k][0] + size, parts[k][1] | {name})
        found = [{note.id for note in notes if whose(note) in names} for _, names in parts if names]
        if found:
            break
    return found


def family(note: MarkedNote) -> str:
    """The family of a note: those of one family are near copies."""
    return str(note.meta.get("family", note.id))


def shorter(tuning: Tuning) -> Tuning:
    """Half the passes: enough for a tagger that only shows how well others are read."""
    return replace(tuning, passes=max(1, tuning.passes // 2))


def taggers_in_use() -> dict[str, Tagger]:
    """The trained taggers of the model in use, by component.

    Raises
    ------
    ModelError
        It has none.
    """
    found = {name: load(fast=name == LIGHT).get_pipe(name) for name in (TAGGER, LIGHT)}
    out = {name: tagger for name, tagger in found.items() if isinstance(tagger, Tagger) and tagger.ready}
    if len(out) < len(found):
        raise ModelError("the model in use has no trained reader to start from: use therex train --encoder")
    return out
