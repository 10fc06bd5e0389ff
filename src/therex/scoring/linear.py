"""A logistic model as plain arrays: no code in its file, and no scikit-learn to use it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any


@dataclass(frozen=True, slots=True)
class Linear:
    """A logistic model on standardized features; `names` says which, in order."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    mean: tuple[float, ...]
    scale: tuple[float, ...]

    def logit(self, x: list[float]) -> float:
        """The log-odds of the first class: ``w . (x - mean) / scale + b``, for `x` in the order of `names`."""
        return self.bias + sum(self.moves(x))

    def moves(self, x: list[float]) -> list[float]:
        """What each feature adds to the log-odds, against a note of average content."""
        return [w * (v - m) / s for w, v, m, s in zip(self.weights, x, self.mean, self.scale, strict=True)]

    def to_dict(self) -> dict[str, Any]:
        """The model as JSON holds it."""
        return {
            "features": list(self.names), "weights": list(self.weights), "bias": self.bias, "mean": list(self.mean), "scale": list(self.scale),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, told: dict[str, Any], names: tuple[str, ...]) -> Linear:
        """The model that `told` holds, its features in the order of `names`; one that came after it was saved weighs nothing.

        Raises
        ------
        KeyError, ValueError
            `told` lacks a part, its parts differ in length, or one holds what is no number.
        """
        known = told["features"]

        def ordered(values: list[float], lacking: float) -> tuple[float, ...]:
            by = dict(zip(known, values, strict=True))
            return tuple(by.get(name, lacking) for name in names)

        made = cls(names, ordered(told["weights"], 0.0), float(told["bias"]), ordered(told["mean"], 0.0), ordered(told["scale"], 1.0))
        if not all(isfinite(v) for v in (*made.weights, made.bias, *made.mean, *made.scale)) or 0 in made.scale:
            raise ValueError("a weight is no number")
        return made
