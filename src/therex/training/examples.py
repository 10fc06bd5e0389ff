"""Marked notes as the network is taught them: rows of pieces with the right tag of each word and the right answer to each question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from therex.corpus.marked import MarkedNote
from therex.nlp.assembly import Assembly, draft_closed
from therex.nlp.context import Context
from therex.nlp.grammar.doses import draft_doses
from therex.nlp.grammar.measures import draft_measures
from therex.nlp.tagger.features import Row, feature_names, read_row
from therex.nlp.tagger.pieces import END, START, Pieces
from therex.nlp.tagger.tasks import ATTRIBUTES, ATTRIBUTES_OF, BEGIN, INSIDE, QUESTIONS, TOLD
from therex.nlp.tagger.windows import windows
from therex.types import CONTRADICTIONS, LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.language import Language
    from spacy.tokens import Doc

BEFORE = ("therex_sentences", "therex_sections", "therex_quantities", "therex_lexicon")

# windows are padded to one of these, so that few shapes are compiled
LENGTHS = (64, 96, 128, 192, 256, 320, 384, 512)
UNTOLD = -1
_LEAST = 4


@dataclass(slots=True)
class Example:
    """One marked note.

    Attributes
    ----------
    tags
        Shape (t, l): of each token and label, outside, begin or inside.
    attributes
        Shape (t,): the attribute of the exercise or duration that a token belongs to, or -1.
    answers
        Shape (q,): the answer to each question, or -1 where it is not told.
    writer
        Whose note it is: writers are never split.
    """

    row: Row
    tags: NDArray[np.int8]
    attributes: NDArray[np.int8]
    answers: NDArray[np.int32]
    writer: str


def closed_forms_of(nlp: Language, text: str) -> tuple[Doc, Context]:
    """A note with its closed forms drafted and nothing else: what the tagger meets at work."""
    doc = nlp.make_doc(text)
    for name in BEFORE:
        doc = nlp.get_pipe(name)(doc)
    assembly = nlp.get_pipe("therex_assembly")
    assert isinstance(assembly, Assembly)
    ctx = assembly.context(doc)
    draft_measures(ctx)
    draft_closed(ctx)
    draft_doses(ctx)
    return doc, ctx


def read_examples(
    nlp: Language, notes: Sequence[MarkedNote], vocabulary: Sequence[str], names: Sequence[str] | None = None
) -> tuple[list[Example], list[str]]:
    """Every note as an example, and the names of the features that their rows have: `names`, or those that these notes show."""
    read = [closed_forms_of(nlp, note.text) for note in notes]
    told, pieces = list(feature_names(read) if names is None else names), Pieces(vocabulary)
    return [example(read_row(doc, ctx, pieces, told), note) for (doc, ctx), note in zip(read, notes, strict=True)], told


def example(row: Row, note: MarkedNote) -> Example:
    """The marks and judgements of `note` on its `row`; where two spans of one label overlap, the outer stands."""
    tags = np.zeros((len(row.offsets), len(LABELS)), dtype=np.int8)
    attributes = np.full(len(row.offsets), UNTOLD, dtype=np.int8)
    starts, ends = row.offsets[:, 0], row.offsets[:, 1]
    for start, end, label, attribute in sorted(note.spans, key=lambda s: (s[0], -s[1])):
        inside = np.nonzero((ends > start) & (starts < end) & (row.firsts >= 0))[0]
        if not len(inside):
            continue
        if label in ATTRIBUTES_OF:
            attributes[inside] = ATTRIBUTES.index((attribute or ATTRIBUTES_OF[label][0]).partition("=")[0])
        column = tags[:, LABELS.index(label)]
        if not column[inside[0]]:
            column[inside] = INSIDE
            column[inside[0]] = BEGIN
    return Example(row, tags, attributes, np.array(list(_answers(note)), dtype=np.int32), str(note.meta.get("family", note.id)))


def _answers(note: MarkedNote) -> Iterator[int]:
    told = {**note.meta["elements"], **{k: str(note.meta[k]) for k in ("note_type", "discipline", "necessity")}}
    told |= {name: TOLD[name in (note.meta.get("contradictions") or ())] for name in CONTRADICTIONS}
    for name, answers in QUESTIONS.items():
        yield answers.index(told[name]) if told.get(name) in answers else UNTOLD


@dataclass(slots=True)
class Batch:
    """Windows of several notes, padded to one length: b windows of l pieces.

    Attributes
    ----------
    pieces, features, owners
        Shapes (b, l), (b, l, f) and (b,): what the network reads, and the note of each window.
    tags, attributes, answers
        Shapes (b, l, labels), (b, l) and (b, questions): what it should say; -1 where nothing is asked.
    notes
        The examples, in the order of `owners`.
    """

    pieces: NDArray[np.int32]
    features: NDArray[np.uint8]
    owners: NDArray[np.int32]
    tags: NDArray[np.int8]
    attributes: NDArray[np.int8]
    answers: NDArray[np.int32]
    notes: list[int]


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch before its arrays are made: how long and how many its windows are, and whose notes they hold."""

    length: int
    room: int
    notes: tuple[int, ...]


def plan(examples: Sequence[Example], size: int, rng: np.random.Generator | None = None) -> list[Plan]:
    """Batches of about `size` pieces over all examples, notes of like length together; shuffled by `rng`."""
    cut = [cuts(e) for e in examples]
    order = rng.permutation(len(examples)) if rng is not None else np.arange(len(examples))
    groups: dict[int, list[int]] = {}
    for k in order.tolist():
        longest = max(end - start for start, end in cut[k]) + 2
        groups.setdefault(next(n for n in LENGTHS if n >= longest), []).append(k)
    out: list[Plan] = []
    for length, members in groups.items():
        room = max(_LEAST, size // length, *(len(cut[k]) for k in members))
        begun: list[tuple[int, list[int]]] = []
        for k in members:
            # the first batch with room for it; most notes of several windows leave some
            n = len(cut[k])
            at = next((i for i, (used, _) in enumerate(begun) if used + n <= room), len(begun))
            used, held = begun.pop(at) if at < len(begun) else (0, [])
            if used + n < room:
                begun.insert(at, (used + n, [*held, k]))
            else:
                out.append(Plan(length, room, (*held, k)))
        out += [Plan(length, room, tuple(held)) for _, held in begun]
    return [out[k] for k in rng.permutation(len(out))] if rng is not None else out


def cuts(e: Example) -> list[tuple[int, int]]:
    """The windows of a note; one that holds nothing where it has no pieces."""
    return windows(e.row.pieces.tolist()) or [(0, 0)]


def batch(examples: Sequence[Example], p: Plan) -> Batch:
    """The arrays of a planned batch."""
    length, room = p.length, p.room
    width = examples[p.notes[0]].row.marks.shape[1]
    out = Batch(
        np.zeros((room, length), np.int32),
        np.zeros((room, length, width), np.uint8),
        np.full(room, room - 1, np.int32),
        np.full((room, length, len(LABELS)), UNTOLD, np.int8),
        np.full((room, length), UNTOLD, np.int8),
        np.full((room, len(QUESTIONS)), UNTOLD, np.int32),
        list(p.notes),
    )
    w = 0
    for place, k in enumerate(p.notes):
        e = examples[k]
        out.answers[place] = e.answers
        for start, end in cuts(e):
            n = end - start
            out.pieces[w, : n + 2] = [START, *e.row.pieces[start:end], END]
            out.features[w, 1 : n + 1] = e.row.marks[start:end]
            owners = e.row.owners[start:end]
            first = e.row.firsts[owners] == np.arange(start, end)
            out.tags[w, 1 : n + 1][first] = e.tags[owners[first]]
            out.attributes[w, 1 : n + 1][first] = e.attributes[owners[first]]
            out.owners[w] = place
            w += 1
    return out
