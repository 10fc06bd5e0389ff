"""Taggers that say what a test tells them, so that closed forms are tried without what was learned."""

from typing import Any

import numpy as np

from therex.nlp.build import build
from therex.nlp.context import Context
from therex.nlp.tagger.component import Tagger
from therex.nlp.tagger.decode import Tagged
from therex.nlp.tagger.encoder import Reading
from therex.nlp.tagger.features import Row
from therex.nlp.tagger.tasks import ATTRIBUTES, MOST_ANSWERS, QUESTIONS
from therex.types import LABELS


class Told(Tagger):
    """A tagger that finds the phrases it is told, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.phrases: dict[str, tuple[str, str | None]] = {}
        self.said: dict[str, str] = {}
        self.words = ""

    @property
    def ready(self) -> bool:
        return True

    def row(self, doc: Any, ctx: Context) -> Row:
        offsets = np.array([(t.idx, t.idx + len(t)) for t in doc], dtype=np.int32).reshape(-1, 2)
        count = np.arange(len(doc), dtype=np.int32)
        return Row(count, count, np.zeros((len(doc), 0), np.uint8), count, offsets)

    def read(self, row: Row) -> Reading:
        n, questions = len(row.offsets), len(QUESTIONS)
        answers = {}
        votes = np.zeros((n, questions, MOST_ANSWERS), np.float32)
        for k, (name, options) in enumerate(QUESTIONS.items()):
            said = options.index(self.said.get(name, options[0]))
            answers[name] = np.eye(len(options), dtype=np.float32)[said]
            votes[n // 2 :, k, said] = 1
        return Reading(
            np.zeros((n, len(LABELS), 3), np.float32),
            np.zeros((n, len(ATTRIBUTES)), np.float32),
            answers,
            np.zeros((n, questions), np.float32),
            votes,
        )

    def spans(self, row: Row, reading: Reading) -> list[tuple[Tagged, str | None]]:
        return [
            (span(row, label, start, start + len(phrase)), attribute)
            for phrase, (label, attribute) in self.phrases.items()
            for start in [self.words.index(phrase)]
        ]


class Named(Told):
    """A tagger that finds the exercises of the lexicon: all are performed, but those of a home program and of a plan."""

    KINDS = {"hep": "home", "plan": "planned", "goals": "planned"}

    def row(self, doc: Any, ctx: Context) -> Row:
        row = super().row(doc, ctx)
        self._found = []
        for unit, kind in zip(ctx.units, ctx.kinds, strict=True):
            if "exercise" in unit.cats:
                self._found.append((span(row, "EXERCISE", unit.start, unit.end), self.KINDS.get(kind, "performed")))
        return row

    def spans(self, row: Row, reading: Reading) -> list[tuple[Tagged, str | None]]:
        return [*self._found, *super().spans(row, reading)]


def span(row: Row, label: Any, start: int, end: int) -> Tagged:
    """The tokens from character `start` to `end` as what a tagger finds."""
    first = int(np.searchsorted(row.offsets[:, 1], start, side="right"))
    last = int(np.searchsorted(row.offsets[:, 0], end, side="left"))
    return Tagged(label, first, last, 0.9)


def pipeline(tagger: Tagger) -> Any:
    """A fresh pipeline that reads by `tagger`."""
    nlp = build()
    nlp._components[nlp.component_names.index("therex_tagger")] = ("therex_tagger", tagger)
    return nlp
