"""Linear models as arrays: a row of weights for each hash of a feature's name. No word of a note can be read from the files."""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from therex.errors import ModelError

MANIFEST = "learned.json"
KEYS, WEIGHTS = "keys.npy", "weights.npy"


def key(name: str) -> int:
    """The hash that stands for a feature in the model."""
    said = name.encode()
    return zlib.crc32(said) << 32 | zlib.adler32(said)


class Linear:
    """Weights of a linear model by the `key` of a feature.

    Attributes
    ----------
    labels
        What the columns stand for.
    thresholds
        The least probability that counts, by label.
    """

    format = ""

    def __init__(self) -> None:
        self.labels: tuple[str, ...] = ()
        self.thresholds: dict[Any, float] = {}
        self._keys = np.zeros(0, np.uint64)
        self._weights = np.zeros((0, 0), np.float32)
        self._begin()

    def _begin(self) -> None:
        """Make what is derived from the weights; called whenever they change."""
        self._rows = dict(zip(self._keys.tolist(), self._weights, strict=True))

    def __getstate__(self) -> dict[str, Any]:
        return {"labels": self.labels, "thresholds": self.thresholds, "_keys": self._keys, "_weights": self._weights}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._begin()

    def use(self, labels: Sequence[str], weights: Mapping[int, Sequence[float] | np.ndarray], thresholds: Mapping[Any, float]) -> None:
        """Take this model: a row of weights, one for each of `labels`, by the `key` of its feature."""
        self.labels, self.thresholds = tuple(labels), dict(thresholds)
        self._keys = np.array(sorted(weights), np.uint64)
        self._weights = np.array([weights[k] for k in sorted(weights)], np.float32).reshape(len(weights), len(labels))
        self._begin()

    def like(self, other: Linear) -> None:
        """Take the model of another component."""
        self.__setstate__(other.__getstate__())

    def to_disk(self, path: Any, **kwargs: Any) -> None:
        """The hashes, the weights, and a manifest with their digests, the labels and the thresholds."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        digests = {}
        for name, array in ((KEYS, self._keys), (WEIGHTS, self._weights)):
            body = io.BytesIO()
            np.save(body, array, allow_pickle=False)
            (folder / name).write_bytes(body.getvalue())
            digests[name] = hashlib.sha256(body.getvalue()).hexdigest()
        told = {"format": self.format, "labels": list(self.labels), "thresholds": self.thresholds, "sha256": digests}
        (folder / MANIFEST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")

    def from_disk(self, path: Any, **kwargs: Any) -> Any:
        """What `to_disk` wrote.

        Raises
        ------
        ModelError
            A file is missing, altered, or of another format.
        """
        folder = Path(path)
        try:
            told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if told["format"] != self.format:
                raise ModelError(f"the extraction model's format is not {self.format}")
            bodies = {name: (folder / name).read_bytes() for name in (KEYS, WEIGHTS)}
            if {name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()} != told["sha256"]:
                raise ModelError("the extraction model was altered: a file does not match the manifest")
            keys, weights = (np.load(io.BytesIO(bodies[name]), allow_pickle=False) for name in (KEYS, WEIGHTS))
            if weights.shape != (len(keys), len(told["labels"])):
                raise ModelError("the extraction model was altered: its files do not match each other")
            thresholds = {str(label): float(least) for label, least in told["thresholds"].items()}
            self.use(told["labels"], dict(zip(keys.tolist(), weights, strict=True)), thresholds)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise ModelError(f"the extraction model cannot be read: {MANIFEST}, {KEYS}, and {WEIGHTS} are required") from None
        return self
