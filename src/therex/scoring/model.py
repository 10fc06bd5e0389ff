"""The shipped models of scoring: plain arrays in JSON, checked against a manifest, no code in them and no scikit-learn."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from therex.errors import ModelError
from therex.scoring import given
from therex.scoring.features import AGAINST, NAMES, agrees, kind_of, message
from therex.scoring.linear import Linear
from therex.types import Reason, Verdict

FORMAT = "therex-linear-2"
WEIGHTS, MANIFEST = "weights.json", "manifest.json"
# what moved the score by less, in log-odds, is not told
LEAST = 0.05


@dataclass(frozen=True, slots=True)
class NecessityModel:
    """A logistic model of necessity with Platt scaling, and one of whether exercise was given at all.

    `score` is ``sigmoid(a * linear.logit(x) + c)``; the verdict is `needs_review` between `low` and `high`.
    """

    name: str
    linear: Linear
    given: Linear
    platt: tuple[float, float]
    low: float
    high: float

    def score(self, x: list[float]) -> float:
        """The calibrated probability of `supported`."""
        a, c = self.platt
        return 1.0 / (1.0 + math.exp(-max(min(a * self.linear.logit(x) + c, 35.0), -35.0)))

    def verdict(self, score: float) -> Verdict:
        """supported, not_supported, or needs_review in the band between."""
        if self.low < score < self.high:
            return "needs_review"
        return "supported" if score >= 0.5 else "not_supported"

    def reasons(self, x: list[float], states: Mapping[str, str], most: int = 6) -> tuple[Reason, ...]:
        """What moved the score most, on the scale of the log-odds, against a note of average content.

        Only sentences that agree with the direction and with the states of the elements are given.

        Parameters
        ----------
        x
            The features in the order of `NAMES`.
        states
            The states of the elements: present, weak, or missing.
        """
        moved = sorted(
            ((self.platt[0] * d, name, value) for d, name, value in zip(self.linear.moves(x), NAMES, x, strict=True)),
            key=lambda m: -abs(m[0]),
        )
        out = []
        for d, name, value in moved:
            kind = kind_of(name, value)
            speaks_for = (kind == "there") != (name in AGAINST)
            if abs(d) >= LEAST and (kind == "partly" or speaks_for == (d > 0)) and agrees(name, kind, states):
                out.append(Reason(name, "for" if d > 0 else "against", round(d, 3), message(name, kind)))
        return tuple(out[:most])


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def save_model(folder: Path, model: NecessityModel, about: dict[str, Any]) -> None:
    """Write weights and manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        **model.linear.to_dict(), "given": model.given.to_dict(), "platt": list(model.platt), "low": model.low, "high": model.high,
    }  # fmt: skip
    body = (json.dumps(weights, indent=1) + "\n").encode()
    (folder / WEIGHTS).write_bytes(body)
    manifest = {"format": FORMAT, "name": model.name, "sha256": {WEIGHTS: _digest(body)}, "labels": ["not_supported", "supported"],
                "features": list(NAMES), **about}  # fmt: skip
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a saved model says.

    Raises
    ------
    ModelError
        It cannot be read.
    """
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise ModelError(f"the necessity model cannot be read: {MANIFEST} or {WEIGHTS} is missing or damaged; install or train it again")
    return told


def load_model(folder: Path) -> NecessityModel:
    """Read a saved model.

    Raises
    ------
    ModelError
        A file is missing, altered, or of another format or feature list.
    """
    manifest = read_manifest(folder)
    try:
        body = (folder / WEIGHTS).read_bytes()
    except OSError:
        raise ModelError(
            f"the necessity model cannot be read: {MANIFEST} or {WEIGHTS} is missing or damaged; install or train it again"
        ) from None
    if manifest.get("format") != FORMAT:
        raise ModelError(f"the necessity model is not in the format {FORMAT}: train it again with this version of therex")
    if manifest.get("sha256") != {WEIGHTS: _digest(body)}:
        raise ModelError("the necessity model was altered: its weights do not match the manifest")
    try:
        return _made(manifest, json.loads(body))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise ModelError("the necessity model is incomplete: install or train it again") from None


def _made(manifest: dict[str, Any], data: dict[str, Any]) -> NecessityModel:
    names = data.get("features") or []
    if manifest.get("features") != names or not set(names) <= set(NAMES) or not set(data["given"]["features"]) <= set(given.NAMES):
        raise ModelError("the necessity model was trained on different features: train it again with this version of therex")
    model = NecessityModel(
        str(manifest["name"]), Linear.from_dict(data, NAMES), Linear.from_dict(data["given"], given.NAMES),
        (float(data["platt"][0]), float(data["platt"][1])), float(data["low"]), float(data["high"]),
    )  # fmt: skip
    if not all(math.isfinite(v) for v in (*model.platt, model.low, model.high)):
        raise ValueError
    return model
