"""The network that the tagger is trained as: a BERT encoder with a head for each label and each question, in JAX.

The encoder is that of Devlin and others (2019), with the weights of a small distilled one; its input is widened by the features of
`therex.nlp.tagger.features`. A light network has convolutions in place of the encoder, and narrow vectors of the same words. What is
trained here runs as ONNX (`therex.training.export`), where JAX is not needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from therex.nlp.tagger.pieces import BREAKS, STOP
from therex.nlp.tagger.tasks import ATTRIBUTES, MOST_ANSWERS, QUESTIONS, TAGS

HIDDEN, HEADS = 384, 12
# how wide the vectors of a light network are, and how far apart the three words that a layer looks at
WIDTH, APART = 128, (1, 2, 4, 8)
EPSILON = 1e-12
_FAR = -1e9
Weights = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a network is: layers of the encoder (of convolutions, where it is light), and features of a word."""

    layers: int
    features: int
    light: bool = False


def answers() -> np.ndarray:
    """Which answers each question has, shape (questions, most answers), zero or one."""
    out = np.zeros((len(QUESTIONS), MOST_ANSWERS), dtype=np.float32)
    for k, found in enumerate(QUESTIONS.values()):
        out[k, : len(found)] = 1
    return out


def begin(encoder: Mapping[str, np.ndarray], shape: Shape, seed: int) -> Weights:
    """Weights before training.

    Parameters
    ----------
    encoder
        The tensors of a BERT encoder, named as in its published file, each of shape (out, in).
    shape
        Layers that the encoder does not have are an error of the caller.
    seed
        Of the heads, which begin at random.
    """
    rng = np.random.default_rng(seed)
    if shape.light:
        return _begin_light(np.asarray(encoder["embeddings.word_embeddings.weight"], dtype=np.float32), shape, rng)
    told = {name.removeprefix("bert."): np.asarray(value, dtype=np.float32) for name, value in encoder.items()}

    def random(*size: int) -> np.ndarray:
        return rng.normal(0, 0.02, size).astype(np.float32)

    def linear(*names: str) -> Weights:
        return {
            "w": np.concatenate([told[f"{n}.weight"].T for n in names], axis=1),
            "b": np.concatenate([told[f"{n}.bias"] for n in names]),
        }

    def norm(name: str) -> Weights:
        return {"g": told[f"{name}.weight"], "b": told[f"{name}.bias"]}

    words = told["embeddings.word_embeddings.weight"].copy()
    # the numbers that the vocabulary keeps free stand for a line's end, an empty line and a tab: they begin near a full stop, and unlike
    # the words they are trained
    breaks = words[STOP] / 2 + random(len(BREAKS), HIDDEN)
    words[list(BREAKS)] = 0
    out: Weights = {
        "words": words,
        "breaks": breaks,
        "places": told["embeddings.position_embeddings.weight"] + told["embeddings.token_type_embeddings.weight"][0],
        "features": np.zeros((shape.features, HIDDEN), dtype=np.float32),
        "norm": norm("embeddings.LayerNorm"),
    }
    for k in range(shape.layers):
        name = f"encoder.layer.{k}"
        out[f"layer{k}"] = {
            "attention": linear(*(f"{name}.attention.self.{part}" for part in ("query", "key", "value"))),
            "joined": linear(f"{name}.attention.output.dense"),
            "norm1": norm(f"{name}.attention.output.LayerNorm"),
            "wide": linear(f"{name}.intermediate.dense"),
            "narrow": linear(f"{name}.output.dense"),
            "norm2": norm(f"{name}.output.LayerNorm"),
        }
    out["heads"] = _begin_heads(HIDDEN, shape.features, rng)
    weights: Weights = jax.tree.map(jnp.asarray, out)
    return weights


def _begin_heads(width: int, features: int, rng: np.random.Generator) -> Weights:
    """Heads over vectors of `width`, at random."""

    def head(size: int, answers: int) -> Weights:
        return {"w": rng.normal(0, 0.02, (size, answers)).astype(np.float32), "b": np.zeros(answers, dtype=np.float32)}

    n = len(QUESTIONS)
    return {
        "tags": head(width + features, TAGS), "attributes": head(width + features, len(ATTRIBUTES)), "look": head(width, n),
        "votes": head(width, n * MOST_ANSWERS),
    }  # fmt: skip


def _begin_light(words: np.ndarray, shape: Shape, rng: np.random.Generator) -> Weights:
    """A light network before training; its vectors of words are the encoder's, laid on their main axes."""
    middle = words - words.mean(0)
    axes = np.linalg.eigh(middle.T @ middle)[1][:, ::-1][:, :WIDTH]
    table = middle @ axes
    table /= table.std()
    breaks = rng.normal(0, 0.5, (len(BREAKS), WIDTH))
    table[list(BREAKS)] = 0

    def norm() -> Weights:
        return {"g": np.ones(WIDTH), "b": np.zeros(WIDTH)}

    out: Weights = {
        "words": table, "breaks": breaks, "places": np.zeros((1, WIDTH)), "features": np.zeros((shape.features, WIDTH)), "norm": norm(),
        "heads": _begin_heads(WIDTH, shape.features, rng),
    }  # fmt: skip
    for k in range(shape.layers):
        near = {"w": rng.normal(0, (3 * WIDTH) ** -0.5, (3 * WIDTH, WIDTH)), "b": np.zeros(WIDTH)}
        out[f"layer{k}"] = {"near": near, "norm1": norm()}
    weights: Weights = jax.tree.map(lambda x: jnp.asarray(x, dtype=jnp.float32), out)
    return weights


def _norm(x: jax.Array, w: Weights) -> jax.Array:
    mean = x.mean(-1, keepdims=True)
    out: jax.Array = (x - mean) * jax.lax.rsqrt(jnp.square(x - mean).mean(-1, keepdims=True) + EPSILON) * w["g"] + w["b"]
    return out


def _linear(x: jax.Array, w: Weights) -> jax.Array:
    # over two dimensions: the gradients over three take a sixth longer on a CPU
    flat: jax.Array = x.reshape(-1, x.shape[-1]) @ w["w"] + w["b"]
    return flat.reshape(*x.shape[:-1], -1)


def _drop(x: jax.Array, rate: float, key: jax.Array | None) -> jax.Array:
    if key is None:
        return x
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def embed(w: Weights, pieces: jax.Array, features: jax.Array, key: jax.Array | None = None, drop: float = 0.0) -> jax.Array:
    """What enters the first layer.

    Parameters
    ----------
    pieces
        Shape (b, l), zero as padding.
    features
        Shape (b, l, f).

    Returns
    -------
    Array of shape (b, l, hidden).
    """
    none = jnp.zeros_like(w["breaks"][:1])
    breaks = jnp.concatenate([none, w["breaks"], none])[jnp.minimum(pieces, len(BREAKS) + 1)]
    x = w["words"][pieces] + breaks + w["places"][: pieces.shape[1]] + features @ w["features"]
    return _drop(_norm(x, w["norm"]), drop, key)


def layer(w: Weights, x: jax.Array, pieces: jax.Array, keys: jax.Array | None = None, drop: float = 0.0) -> jax.Array:
    """One layer of the encoder: shape (b, l, hidden) to the same."""
    b, n, _ = x.shape
    parts = _linear(x, w["attention"]).reshape(b, n, 3, HEADS, HIDDEN // HEADS).transpose(2, 0, 3, 1, 4)
    query, key, value = parts.reshape(3, b * HEADS, n, HIDDEN // HEADS)
    hidden = jnp.where(pieces > 0, 0.0, _FAR)[:, None, None, :]
    look = jax.lax.batch_matmul(query, key.transpose(0, 2, 1)).reshape(b, HEADS, n, n) / np.sqrt(HIDDEN // HEADS) + hidden
    seen = jax.lax.batch_matmul(jax.nn.softmax(look, -1).reshape(b * HEADS, n, n), value)
    joined = _linear(seen.reshape(b, HEADS, n, -1).transpose(0, 2, 1, 3).reshape(b, n, HIDDEN), w["joined"])
    first, second = (None, None) if keys is None else keys
    x = _norm(x + _drop(joined, drop, first), w["norm1"])
    wide = jax.nn.gelu(_linear(x, w["wide"]), approximate=False)
    return _norm(x + _drop(_linear(wide, w["narrow"]), drop, second), w["norm2"])


def near(w: Weights, x: jax.Array, pieces: jax.Array, apart: int, key: jax.Array | None = None, drop: float = 0.0) -> jax.Array:
    """One layer of a light network: each word with those `apart` places before and after it; shape (b, l, width) to the same."""
    x = x * (pieces > 0)[..., None]
    padded = jnp.pad(x, ((0, 0), (apart, apart), (0, 0)))
    three = jnp.concatenate([padded[:, : x.shape[1]], x, padded[:, 2 * apart :]], -1)
    return _norm(x + _drop(jax.nn.gelu(_linear(three, w["near"]), approximate=False), drop, key), w["norm1"])


def heads(w: Weights, x: jax.Array, features: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """What each word says.

    Returns
    -------
    tags
        Shape (b, l, tags).
    attributes
        Shape (b, l, attributes).
    look
        Shape (b, l, questions): how much each word counts for each question, before softmax over the note.
    votes
        Shape (b, l, questions, answers): what it says.
    """
    h, both = w["heads"], jnp.concatenate([x, features], -1)
    votes = _linear(x, h["votes"]).reshape(*x.shape[:2], len(QUESTIONS), MOST_ANSWERS)
    return _linear(both, h["tags"]), _linear(both, h["attributes"]), _linear(x, h["look"]), votes


def of_notes(look: jax.Array, votes: jax.Array, pieces: jax.Array, owners: jax.Array) -> jax.Array:
    """The answers of each note from those of its words, over all of its windows.

    Parameters
    ----------
    owners
        Shape (b,): the note of each window, numbers below b.

    Returns
    -------
    Array of shape (b, questions, answers): logits; rows that no window belongs to are meaningless.
    """
    b, n, q = look.shape
    own = jnp.repeat(owners, n)
    flat = jnp.where((pieces > 0).reshape(-1, 1), look.reshape(b * n, q), _FAR)
    most = jax.ops.segment_max(flat, own, b)
    share = jnp.exp(flat - most[own]) * (pieces > 0).reshape(-1, 1)
    total = jax.ops.segment_sum(share, own, b)
    said = jax.ops.segment_sum(share[..., None] * votes.reshape(b * n, q, -1), own, b)
    return jnp.where(answers() > 0, said / (total[..., None] + 1e-9), _FAR)
