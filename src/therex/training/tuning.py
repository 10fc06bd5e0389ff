"""Tuning the network on marked notes: all of its weights but the words' own, or the last layers and the heads over the rest as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from therex.nlp.tagger.tasks import QUESTIONS
from therex.training.examples import Batch, Example, batch, cuts, plan
from therex.training.network import APART, Shape, Weights, embed, heads, layer, near, of_notes
from therex.types import ELEMENTS, LABELS

# drop-out by the CPU's own generator: the default one costs as much as a layer
jax.config.update("jax_default_prng_impl", "unsafe_rbg")  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Tuning:
    """How a network is tuned.

    Attributes
    ----------
    passes
        Passes over the notes.
    rate, head_rate
        The greatest learning rates of the encoder and of what is new.
    first_layer
        The first layer that is tuned; those below, and all that enters them, stay as they are. So do the embeddings of words, but in a
        light network.
    size
        Pieces in a batch.
    drop, drop_features
        Shares of activations and of features left out while tuning.
    questions
        The weight of the questions' loss beside that of the tags.
    """

    passes: int = 5
    rate: float = 2e-4
    head_rate: float = 1e-3
    first_layer: int = 0
    size: int = 1536
    drop: float = 0.1
    drop_features: float = 0.1
    questions: float = 0.1
    seed: int = 0


Say = Callable[[int, int], None]


def _weight_of_questions() -> np.ndarray:
    weights = {**dict.fromkeys(QUESTIONS, 0.5), **dict.fromkeys((*ELEMENTS, "note_type", "discipline"), 1.0), "necessity": 2.0}
    return np.array([weights[name] for name in QUESTIONS], dtype=np.float32)


def read(weights: Weights, b: dict[str, jax.Array], shape: Shape, t: Tuning | None = None, key: jax.Array | None = None) -> tuple[Any, ...]:
    """Tags, attributes and answers of a batch; with `t` and `key` as in training, with drop-out."""
    features = b["features"].astype(jnp.float32)
    drop = t.drop if t is not None and key is not None else 0.0
    keys = (
        [None] * (shape.layers + 1) if key is None else list(jax.random.split(key, 2 * shape.layers + 2).reshape(shape.layers + 1, 2, -1))
    )
    if t is not None and keys[0] is not None:
        kept = jax.random.bernoulli(keys[0][0], 1 - t.drop_features, (features.shape[0], 1, features.shape[2]))
        features = features * kept
    x = embed(weights, b["pieces"], features, None if keys[0] is None else keys[0][1], drop)
    for k in range(shape.layers):
        if t is not None and k == t.first_layer and k:
            x = jax.lax.stop_gradient(x)
        w, key_k = weights[f"layer{k}"], keys[k + 1]
        if shape.light:
            x = near(w, x, b["pieces"], APART[k], None if key_k is None else key_k[0], drop)
        else:
            x = layer(w, x, b["pieces"], key_k, drop)
    if t is not None and t.first_layer >= shape.layers:
        x = jax.lax.stop_gradient(x)
    tags, attributes, look, votes = heads(weights, x, features)
    return tags.reshape(*tags.shape[:2], len(LABELS), 3), attributes, of_notes(look, votes, b["pieces"], b["owners"])


def _cross_entropy(logits: jax.Array, truth: jax.Array) -> jax.Array:
    """Of each item, zero where nothing is asked."""
    picked = jnp.take_along_axis(jax.nn.log_softmax(logits, -1), jnp.maximum(truth, 0).astype(jnp.int32)[..., None], -1)[..., 0]
    return -picked * (truth >= 0)


def loss(weights: Weights, b: dict[str, jax.Array], key: jax.Array, shape: Shape, t: Tuning) -> jax.Array:
    """The loss of a batch: of tags and attributes per word, of answers per note."""
    tags, attributes, answers = read(weights, b, shape, t, key)
    words = jnp.maximum((b["tags"][:, :, 0] >= 0).sum(), 1)
    notes = jnp.maximum((b["answers"][:, 0] >= 0).sum(), 1)
    asked = (_cross_entropy(answers, b["answers"]) * _weight_of_questions()).sum() / notes
    spans = _cross_entropy(tags, b["tags"]).sum() / words + 0.5 * _cross_entropy(attributes, b["attributes"]).sum() / words
    return spans + t.questions * asked


def _arrays(b: Batch) -> dict[str, Any]:
    return {k: v for k, v in asdict(b).items() if k != "notes"}


def _kinds(weights: Weights, shape: Shape, t: Tuning) -> Weights:
    """Of every tensor, which learning rate it has."""

    def kind(path: tuple[Any, ...], _: object) -> str:
        part = str(path[0].key)
        below = t.first_layer > 0 and (not part.startswith(("layer", "heads")) or (part[5:].isdigit() and int(part[5:]) < t.first_layer))
        if (part == "words" and not shape.light) or below:
            return "still"
        return "new" if part in ("heads", "features", "breaks") else "encoder"

    kinds: Weights = jax.tree_util.tree_map_with_path(kind, weights)
    return kinds


def _optimizer(shape: Shape, t: Tuning) -> optax.GradientTransformation:
    """Adam with weight decay, at a rate of one: a step scales what it says."""
    kinds = {"new": optax.adamw(1.0, weight_decay=0.01), "encoder": optax.adamw(1.0, weight_decay=0.01), "still": optax.set_to_zero()}
    return optax.chain(optax.clip_by_global_norm(1.0), optax.multi_transform(kinds, lambda weights: _kinds(weights, shape, t)))


@partial(jax.jit, static_argnames=("shape", "t"))
def _step(
    state: tuple[Weights, Any], b: dict[str, jax.Array], key: jax.Array, rates: dict[str, float], shape: Shape, t: Tuning
) -> tuple[tuple[Weights, Any], jax.Array]:
    """One step down the loss of a batch, and that loss."""
    w, held = state
    words = jax.lax.stop_gradient(w["words"])
    value, slope = jax.value_and_grad(lambda w: loss({**w, "words": words}, b, key, shape, t))(w)
    moved, held = _optimizer(shape, t).update(slope, held, w)
    scale = {**rates, "still": 0.0}
    moved = jax.tree.map(lambda kind, x: scale[kind] * x, _kinds(w, shape, t), moved)
    return (optax.apply_updates(w, moved), held), value


def tune(
    weights: Weights, examples: Sequence[Example], shape: Shape, t: Tuning, say: Say | None = None, keep: Path | None = None
) -> Weights:
    """Weights that read `examples` better.

    Parameters
    ----------
    say
        Told the batches done, and those in all.
    keep
        Where the state after each pass is kept; a run that finds one there goes on from it.
    """
    passes = [plan(examples, t.size, np.random.default_rng((t.seed, k))) for k in range(t.passes)]
    total = sum(map(len, passes))
    schedules = {
        kind: optax.warmup_cosine_decay_schedule(0.0, most, max(1, total // 12), total, most / 20)
        for kind, most in (("new", t.head_rate), ("encoder", t.rate))
    }
    # what a step is compiled for: another number of passes, or another seed, is the same step
    how = replace(t, passes=0, rate=0.0, head_rate=0.0, seed=0)
    optimizer = _optimizer(shape, how)
    state = (weights, optimizer.init(weights))
    run = _digest(examples, shape, t)
    done, state = _resumed(keep, run, state)
    key = jax.random.PRNGKey(t.seed)
    at = sum(map(len, passes[:done]))
    for epoch in range(done, t.passes):
        for p in passes[epoch]:
            state, value = _step(
                state,
                _arrays(batch(examples, p)),
                jax.random.fold_in(key, at),
                {kind: float(rate(at)) for kind, rate in schedules.items()},
                shape,
                how,
            )
            at += 1
            value.block_until_ready()
            if say is not None:
                say(at, total)
        if keep is not None:
            _hold(keep, run, epoch + 1, state)
    if keep is not None:
        keep.unlink(missing_ok=True)
    tuned: Weights = state[0]
    return tuned


def _digest(examples: Sequence[Example], shape: Shape, t: Tuning) -> str:
    """What a run is: how it is tuned, and on what."""
    out = hashlib.sha256(repr((t, shape)).encode())
    for e in examples:
        for array in (e.row.pieces, e.row.marks, e.tags, e.attributes, e.answers):
            out.update(np.ascontiguousarray(array).tobytes())
    return out.hexdigest()


def _hold(path: Path, run: str, done: int, state: object) -> None:
    """Write the state of a run, whole or not at all."""
    leaves = jax.tree.leaves(state)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        arrays: dict[str, Any] = {f"t{k}": np.asarray(leaf) for k, leaf in enumerate(leaves)}
        np.savez(file, run=np.array(run), done=np.array(done), **arrays)
    fresh.replace(path)


def _resumed(path: Path | None, run: str, state: Any) -> tuple[int, Any]:
    """Passes done, and the state after them; none where `path` holds no state of this run."""
    if path is None or not path.is_file():
        return 0, state
    leaves, kind = jax.tree.flatten(state)
    with np.load(path) as held:
        if str(held.get("run", "")) != run:
            return 0, state
        return int(held["done"]), jax.tree.unflatten(kind, [jnp.asarray(held[f"t{k}"]) for k in range(len(leaves))])


@partial(jax.jit, static_argnames=("shape",))
def _read(weights: Weights, b: dict[str, jax.Array], shape: Shape) -> tuple[jax.Array, jax.Array, jax.Array]:
    tags, attributes, answers = read(weights, b, shape)
    return jax.nn.log_softmax(tags, -1), attributes, jax.nn.softmax(answers, -1)


def predict(
    weights: Weights, examples: Sequence[Example], shape: Shape, size: int = 4096
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Of each example the scores of its tokens' tags (t, labels, 3), of their attributes (t, a), and its answers (q, answers)."""
    out: list[Any] = [None] * len(examples)
    for p in plan(examples, size):
        b = batch(examples, p)
        arrays = {k: v for k, v in _arrays(b).items() if k in ("pieces", "features", "owners")}
        tags, attributes, answers = (np.asarray(x) for x in _read(weights, arrays, shape))
        w = 0
        for place, k in enumerate(b.notes):
            row = examples[k].row
            all_tags = np.tile(np.array([0, -30, -30], np.float32), (len(row.offsets), len(LABELS), 1))
            all_attributes = np.zeros((len(row.offsets), attributes.shape[-1]), np.float32)
            for start, end in cuts(examples[k]):
                owners = row.owners[start:end]
                first = row.firsts[owners] == np.arange(start, end)
                all_tags[owners[first]] = tags[w, 1 : end - start + 1][first]
                all_attributes[owners[first]] = attributes[w, 1 : end - start + 1][first]
                w += 1
            out[k] = (all_tags, all_attributes, answers[place])
    return out
