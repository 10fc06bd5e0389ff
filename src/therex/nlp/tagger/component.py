"""The tagger as a component of a pipeline: what a trained network says of a note, and the files it is kept in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from therex.errors import ModelError
from therex.nlp.context import Context
from therex.nlp.tagger.decode import Tagged, decode
from therex.nlp.tagger.encoder import Encoder, Reading
from therex.nlp.tagger.features import Row, read_row
from therex.nlp.tagger.pieces import Pieces
from therex.nlp.tagger.tasks import ATTRIBUTES, ATTRIBUTES_OF, QUESTIONS
from therex.types import LABELS

if TYPE_CHECKING:
    from spacy.tokens import Doc

MANIFEST, NETWORK, VOCABULARY = "tagger.json", "encoder.onnx", "vocabulary.txt"
FORMAT = "therex-tagger-1"


class Tagger:
    """spaCy component that holds the network; the assembly asks it once the closed forms are drafted."""

    def __init__(self) -> None:
        self.features: tuple[str, ...] = ()
        self._bias = np.zeros(len(LABELS), dtype=np.float32)
        self._vocabulary: tuple[str, ...] = ()
        self._network = b""
        self._pieces: Pieces | None = None
        self._encoder: Encoder | None = None

    def __call__(self, doc: Doc) -> Doc:
        return doc

    def __getstate__(self) -> dict[str, Any]:
        return {"features": self.features, "_bias": self._bias, "_vocabulary": self._vocabulary, "_network": self._network}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _pieces=None, _encoder=None)

    @property
    def ready(self) -> bool:
        """Whether a network was trained or loaded."""
        return bool(self._network)

    @property
    def network(self) -> bytes:
        """The ONNX file; empty where there is none."""
        return self._network

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The word pieces in the order of their numbers."""
        return self._vocabulary

    @property
    def digest(self) -> str:
        """SHA-256 of the network, which a record names."""
        return hashlib.sha256(self._network).hexdigest()

    def use(self, network: bytes, vocabulary: Sequence[str], features: Sequence[str], bias: Mapping[str, float] | None = None) -> None:
        """Take this network.

        Parameters
        ----------
        network
            An ONNX file as `therex.training.export` writes it.
        vocabulary
            The word pieces in the order of their numbers.
        features
            The features of a word in the order of the network's columns.
        bias
            By label, what is added to the score of `outside`: more means fewer spans.
        """
        self._network, self._vocabulary, self.features = network, tuple(vocabulary), tuple(features)
        self._bias = np.array([(bias or {}).get(label, 0.0) for label in LABELS], dtype=np.float32)
        self._pieces = self._encoder = None

    def row(self, doc: Doc, ctx: Context) -> Row:
        """What the network reads of a note whose closed forms are drafted."""
        if self._pieces is None:
            self._pieces = Pieces(self._vocabulary)
        return read_row(doc, ctx, self._pieces, self.features)

    def read(self, row: Row) -> Reading:
        """What the network says of a note."""
        if self._encoder is None:
            self._encoder = Encoder(self._network)
        return self._encoder.read(row)

    def spans(self, row: Row, reading: Reading) -> list[tuple[Tagged, str | None]]:
        """The spans of the reading of a row, those of exercises and durations with their attribute."""
        out: list[tuple[Tagged, str | None]] = []
        for span in decode(reading.tags, self._bias, row.firsts >= 0):
            names = ATTRIBUTES_OF.get(span.label)
            if names is None:
                out.append((span, None))
                continue
            odds = reading.attributes[span.first : span.last].mean(0)
            out.append((span, max(names, key=lambda name: float(odds[ATTRIBUTES.index(name)]))))
        return out

    def to_disk(self, path: Any, **kwargs: Any) -> None:
        """The network, its vocabulary, and a manifest with their digests."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        bodies = {NETWORK: self._network, VOCABULARY: "\n".join(self._vocabulary).encode()}
        for name, body in bodies.items():
            (folder / name).write_bytes(body)
        told = {
            "format": FORMAT,
            "labels": list(LABELS),
            "attributes": list(ATTRIBUTES),
            "questions": {name: list(answers) for name, answers in QUESTIONS.items()},
            "bias": dict(zip(LABELS, self._bias.tolist(), strict=True)),
            "features": list(self.features),
            "sha256": {name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()},
        }
        (folder / MANIFEST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")

    def from_disk(self, path: Any, **kwargs: Any) -> Tagger:
        """What `to_disk` wrote.

        Raises
        ------
        ModelError
            A file is missing or altered, or the network answers other labels or questions than this version asks.
        """
        folder = Path(path)
        try:
            told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            bodies = {name: (folder / name).read_bytes() for name in (NETWORK, VOCABULARY)}
            asked = {name: list(answers) for name, answers in QUESTIONS.items()}
            if (
                told["format"] != FORMAT
                or told["labels"] != list(LABELS)
                or told["attributes"] != list(ATTRIBUTES)
                or told["questions"] != asked
            ):
                raise ModelError(f"the tagger's format is not {FORMAT}, or its labels differ: train it again")
            if {name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()} != told["sha256"]:
                raise ModelError("the tagger was altered: a file does not match the manifest")
            bias = {str(label): float(value) for label, value in told["bias"].items()}
            self.use(bodies[NETWORK], bodies[VOCABULARY].decode().split("\n"), told["features"], bias)
            if self.ready:
                self._encoder = Encoder(self._network)
                if self._encoder.features != len(self.features):
                    raise ModelError("the tagger was altered: the manifest and the network have different features")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise ModelError(f"the tagger cannot be read: {MANIFEST}, {NETWORK}, and {VOCABULARY} are required") from None
        return self
