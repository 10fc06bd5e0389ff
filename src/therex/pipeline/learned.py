"""Learned proposals: linear-chain models over units, trained on marked notes, that offer what the rules may have missed.

One small conditional random field a label. Its features are what the units may mean (their categories and concepts in the
lexicon), their words, and the section they stand in: the same row that the rules read. A proposal is taken by the assembly
only where no rule has marked the same label (`assembly.take`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spacy.language import Language

from therex.errors import ModelError
from therex.pipeline.lexicon import Unit
from therex.types import LABELS, Label, Section

if TYPE_CHECKING:
    from spacy.tokens import Doc

FORMAT = "therex-crf-1"
MANIFEST = "learned.json"
OUTSIDE, BEGIN, INSIDE = "O", "B", "I"
# sections in which no proposal is taken, and those in which none of a label is
NOWHERE = frozenset({"history", "medications", "precautions", "billing", "header", "signature"})
NOT_IN: dict[str, frozenset[str]] = {
    "RESPONSE": frozenset({"subjective", "goals", "plan", "hep"}), "LIMITATION": frozenset({"goals", "plan", "hep"}),
    "SKILL": frozenset({"subjective", "goals"}), "RATIONALE": frozenset({"subjective", "goals"}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """Units `first` to `last` (exclusive) may be a span of `label`; `probability` is that of its least sure unit."""

    label: Label
    first: int
    last: int
    probability: float


def lines(units: Sequence[Unit]) -> list[tuple[int, int]]:
    """The stretches of units between line breaks, which the models read one by one."""
    out, start = [], 0
    for k, u in enumerate(units):
        if "br" in u.cats:
            if k > start:
                out.append((start, k))
            start = k + 1
    if start < len(units):
        out.append((start, len(units)))
    return out


def section_kinds(units: Sequence[Unit], sections: Iterable[Section]) -> list[str]:
    """The kind of section of every unit, ``""`` where there is none."""
    kinds, ordered, at = [""] * len(units), sorted(sections, key=lambda s: s.start), 0
    for k, u in enumerate(units):
        while at < len(ordered) and ordered[at].end <= u.start:
            at += 1
        if at < len(ordered) and ordered[at].start <= u.start:
            kinds[k] = ordered[at].kind
    return kinds


def features(units: Sequence[Unit], kinds: Sequence[str], start: int, end: int) -> list[list[str]]:
    """The features of units `start` to `end`, a line.

    Returns
    -------
    rows
        ``end - start`` lists of names: for the unit its word, categories, concepts and section; for its neighbours the
        word up to two away and the categories up to three away.
    """
    named = [_named(u) for u in units[start:end]]
    n, rows = end - start, []
    for k in range(n):
        row = ["bias", "s=" + kinds[start + k], *named[k][0]]
        for o in _NEAR:
            at = k + o
            row += named[at][o] if 0 <= at < n else _ENDS[o]
        rows.append(row)
    return rows


_NEAR = (-3, -2, -1, 1, 2, 3)
_ENDS = {o: (f"{o}end",) for o in _NEAR}
_KEPT: dict[tuple[str, frozenset[str], tuple[str, ...]], dict[int, tuple[str, ...]]] = {}
_MOST = 50_000


def _named(u: Unit) -> dict[int, tuple[str, ...]]:
    """The names that a unit gives to the units around it, by how far it stands from them; 0 is itself."""
    word = "#" if u.quantity is not None else u.word
    meant = tuple(f"{e.category}:{e.concept}" for e in u.entries[:2])
    key = (word, u.cats, meant)
    known = _KEPT.get(key)
    if known is None:
        cats = (*sorted(u.cats), *meant)
        known = {0: ("w=" + word, *("c=" + c for c in cats))}
        for o in _NEAR:
            known[o] = (*((f"{o}w={word}",) if -3 < o < 3 else ()), *(f"{o}c={c}" for c in cats))
        if len(_KEPT) >= _MOST:
            _KEPT.clear()
        _KEPT[key] = known
    return known


class Learned:
    """spaCy component: `doc._.therex_proposals`, a list of `Proposal`.

    Attributes
    ----------
    models
        The bytes of one CRFsuite model a label.
    thresholds
        The least probability of a proposal, by label.
    """

    def __init__(self) -> None:
        self.models: dict[Label, bytes] = {}
        self.thresholds: dict[Label, float] = {}
        self._taggers: dict[Label, Any] = {}

    def __call__(self, doc: Doc) -> Doc:
        doc._.therex_proposals = self.process(doc)
        return doc

    def __getstate__(self) -> dict[str, Any]:
        return {"models": self.models, "thresholds": self.thresholds}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.models, self.thresholds, self._taggers = state["models"], state["thresholds"], {}

    def process(self, doc: Doc) -> list[Proposal]:
        """The proposals for `doc`, which is left as it is."""
        units = doc._.therex_terms
        if not self.models or not units:
            return []
        return self.propose(units, section_kinds(units, doc._.therex_sections or ()))

    def propose(self, units: Sequence[Unit], kinds: Sequence[str]) -> list[Proposal]:
        """What the models find in a row of units, in order of label and place."""
        import pycrfsuite

        taggers, out = self._opened(), []
        for start, end in lines(units):
            here = set(kinds[start:end])
            wanted = [label for label in taggers if here - NOWHERE - NOT_IN.get(label, NOWHERE)]
            if end - start < 2 or not wanted:
                continue
            row = pycrfsuite.ItemSequence(features(units, kinds, start, end))
            for label in wanted:
                tagger = taggers[label]
                tags = tagger.tag(row)
                k = 0
                while k < end - start:
                    if tags[k] == OUTSIDE:
                        k += 1
                        continue
                    stop = k + 1
                    while stop < end - start and tags[stop] == INSIDE:
                        stop += 1
                    sure = min(1.0 - tagger.marginal(OUTSIDE, x) for x in range(k, stop))
                    if sure >= self.thresholds[label]:
                        out.append(Proposal(label, start + k, start + stop, round(sure, 4)))
                    k = stop
        return out

    def _opened(self) -> dict[Label, Any]:
        if not self._taggers:
            import pycrfsuite

            for label, body in self.models.items():
                tagger = pycrfsuite.Tagger()
                tagger.open_inmemory(body)
                self._taggers[label] = tagger
        return self._taggers

    def use(self, models: dict[Label, bytes], thresholds: dict[Label, float]) -> None:
        """Take these models in place of those there were."""
        self.models, self.thresholds, self._taggers = dict(models), dict(thresholds), {}

    def to_disk(self, path: Any, **kwargs: Any) -> None:
        """One file a label, and a manifest with their digests and thresholds."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        for label, body in self.models.items():
            (folder / f"{label.lower()}.crfsuite").write_bytes(body)
        told = {
            "format": FORMAT,
            "labels": {
                label: {"sha256": hashlib.sha256(body).hexdigest(), "threshold": self.thresholds[label]}
                for label, body in self.models.items()
            },
        }
        (folder / MANIFEST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")

    def from_disk(self, path: Any, **kwargs: Any) -> Learned:
        """What `to_disk` wrote.

        Raises
        ------
        ModelError
            A file is missing, altered, or of another format.
        """
        folder = Path(path)
        try:
            told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if told["format"] != FORMAT:
                raise ModelError(f"the extraction model has another format than {FORMAT}")
            models: dict[Label, bytes] = {}
            for label in LABELS:
                if label in told["labels"]:
                    models[label] = (folder / f"{label.lower()}.crfsuite").read_bytes()
            digests = {label: hashlib.sha256(body).hexdigest() for label, body in models.items()}
            if digests != {label: row["sha256"] for label, row in told["labels"].items()}:
                raise ModelError("the extraction model was altered: a file does not match the manifest")
            self.use(models, {label: float(told["labels"][label]["threshold"]) for label in models})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise ModelError(f"the extraction model cannot be read: want {MANIFEST} and a file for each label") from None
        return self


@Language.factory("therex_learned", requires=["doc._.therex_terms", "doc._.therex_sections"], assigns=["doc._.therex_proposals"])
def make_learned(nlp: Language, name: str) -> Learned:
    """Spans that models trained on marked notes propose; none until it is trained or loaded."""
    return Learned()
