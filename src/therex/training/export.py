"""The trained network as ONNX with 8-bit weights: what the tagger runs, without JAX; and its weights back from there, to go on from."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from therex.nlp.tagger.pieces import BREAKS
from therex.nlp.tagger.tasks import ATTRIBUTES, MOST_ANSWERS, QUESTIONS, TAGS
from therex.training.network import APART, EPSILON, HEADS, HIDDEN, Shape, Weights

OPSET = 17
OUTPUTS = {"tags": TAGS, "attributes": len(ATTRIBUTES), "look": len(QUESTIONS), "votes": len(QUESTIONS) * MOST_ANSWERS}


class _Graph:
    """Nodes and tensors in the making."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: dict[str, onnx.TensorProto] = {}

    def keep(self, name: str, value: object, kind: type = np.float32) -> str:
        """A constant tensor, once."""
        if name not in self.tensors:
            self.tensors[name] = numpy_helper.from_array(np.asarray(value, dtype=kind), name)
        return name

    def add(self, op: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        """A node with one output, `name`."""
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
        return name

    def linear(self, x: str, w: Weights, name: str) -> str:
        """``x @ w + b``."""
        product = self.add("MatMul", [x, self.keep(f"{name}.w", w["w"])], f"{name}.product")
        return self.add("Add", [product, self.keep(f"{name}.b", w["b"])], name)

    def norm(self, x: str, w: Weights, name: str) -> str:
        """Layer normalization."""
        scale, shift = self.keep(f"{name}.g", w["g"]), self.keep(f"{name}.b", w["b"])
        return self.add("LayerNormalization", [x, scale, shift], name, axis=-1, epsilon=EPSILON)

    def gelu(self, x: str, name: str) -> str:
        """The Gaussian error linear unit, exactly."""
        scaled = self.add("Div", [x, self.keep("root2", np.sqrt(2.0))], f"{name}.scaled")
        error = self.add("Add", [self.add("Erf", [scaled], f"{name}.erf"), self.keep("one", 1.0)], f"{name}.error")
        half = self.add("Mul", [x, self.keep("half", 0.5)], f"{name}.half")
        return self.add("Mul", [half, error], name)


def _embedding(g: _Graph, w: Weights) -> str:
    table = np.array(w["words"])
    table[list(BREAKS)] += w["breaks"]
    words = g.add("Gather", [g.keep("words", table), "pieces"], "word")
    length = g.add("Slice", [g.add("Shape", ["pieces"], "size"), g.keep("i1", [1], np.int64), g.keep("i2", [2], np.int64)], "length")
    places = g.add("Slice", [g.keep("places", w["places"]), g.keep("i0", [0], np.int64), length], "place")
    told = g.add("MatMul", ["features", g.keep("told.w", w["features"])], "told")
    return g.norm(g.add("Add", [g.add("Add", [words, places], "word+place"), told], "word+place+told"), w["norm"], "embedded")


def _layer(g: _Graph, w: Weights, x: str, name: str, mask: str) -> str:
    all_three = g.linear(x, w["attention"], f"{name}.attention")
    split = g.add("Reshape", [all_three, g.keep("split", [0, 0, 3, HEADS, HIDDEN // HEADS], np.int64)], f"{name}.split")
    turned = g.add("Transpose", [split], f"{name}.turned", perm=[2, 0, 3, 1, 4])
    query, key, value = (
        g.add("Gather", [turned, g.keep(f"n{k}", k, np.int64)], f"{name}.{part}", axis=0)
        for k, part in enumerate(("query", "key", "value"))
    )
    scaled = g.add("Mul", [query, g.keep("scale", 1 / np.sqrt(HIDDEN // HEADS))], f"{name}.scaled")
    across = g.add("Transpose", [key], f"{name}.across", perm=[0, 1, 3, 2])
    look = g.add("Add", [g.add("MatMul", [scaled, across], f"{name}.look"), mask], f"{name}.masked")
    seen = g.add("MatMul", [g.add("Softmax", [look], f"{name}.share", axis=-1), value], f"{name}.seen")
    back = g.add("Transpose", [seen], f"{name}.back", perm=[0, 2, 1, 3])
    flat = g.add("Reshape", [back, g.keep("flat", [0, 0, HIDDEN], np.int64)], f"{name}.flat")
    x = g.norm(g.add("Add", [x, g.linear(flat, w["joined"], f"{name}.joined")], f"{name}.sum1"), w["norm1"], f"{name}.norm1")
    wide = g.gelu(g.linear(x, w["wide"], f"{name}.wide"), f"{name}.gelu")
    return g.norm(g.add("Add", [x, g.linear(wide, w["narrow"], f"{name}.narrow")], f"{name}.sum2"), w["norm2"], f"{name}.norm2")


def _near(g: _Graph, w: Weights, x: str, name: str, apart: int, seen: str) -> str:
    """Each word with those `apart` places before and after it."""
    x = g.add("Mul", [x, seen], f"{name}.seen")
    padded = g.add("Pad", [x, g.keep(f"{name}.room", [0, apart, 0, 0, apart, 0], np.int64)], f"{name}.padded")
    axis, none = g.keep("axis1", [1], np.int64), g.keep("i0", [0], np.int64)
    before = g.add("Slice", [padded, none, g.keep(f"{name}.end", [-2 * apart], np.int64), axis], f"{name}.before")
    last = g.keep("last", [np.iinfo(np.int64).max], np.int64)
    after = g.add("Slice", [padded, g.keep(f"{name}.start", [2 * apart], np.int64), last, axis], f"{name}.after")
    three = g.add("Concat", [before, x, after], f"{name}.three", axis=-1)
    told = g.gelu(g.linear(three, w["near"], f"{name}.near"), f"{name}.gelu")
    return g.norm(g.add("Add", [x, told], f"{name}.sum1"), w["norm1"], f"{name}.norm1")


def graph(weights: Weights, shape: Shape) -> onnx.ModelProto:
    """The network as ONNX with 32-bit weights; inputs and outputs as in `network.heads`, votes flat."""
    w, g = jax.tree.map(np.asarray, weights), _Graph()
    x = _embedding(g, w)
    padded = g.add("Cast", [g.add("Equal", ["pieces", g.keep("nothing", 0, np.int64)], "padded?")], "padded", to=TensorProto.FLOAT)
    if shape.light:
        seen = g.add("Sub", [g.keep("one", 1.0), padded], "seen?")
        seen = g.add("Unsqueeze", [seen, g.keep("axes", [2], np.int64)], "seen")
        for k in range(shape.layers):
            x = _near(g, w[f"layer{k}"], x, f"layer{k}", APART[k], seen)
    else:
        far = g.add("Mul", [padded, g.keep("far", -1e9)], "far?")
        mask = g.add("Unsqueeze", [far, g.keep("axes", [1, 2], np.int64)], "mask")
        for k in range(shape.layers):
            x = _layer(g, w[f"layer{k}"], x, f"layer{k}", mask)
    both, h = g.add("Concat", [x, "features"], "both", axis=-1), w["heads"]
    for name, source in (("tags", both), ("attributes", both), ("look", x), ("votes", x)):
        g.linear(source, h[name], name)
    inputs = [
        helper.make_tensor_value_info("pieces", TensorProto.INT64, ["b", "l"]),
        helper.make_tensor_value_info("features", TensorProto.FLOAT, ["b", "l", shape.features]),
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["b", "l", size]) for name, size in OUTPUTS.items()]
    made = helper.make_graph(g.nodes, "therex", inputs, outputs, list(g.tensors.values()))
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)


def export(weights: Weights, shape: Shape, path: Path) -> None:
    """Write the network to `path` as ONNX, its matrices and embeddings in 8 bits."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        onnx.save(graph(weights, shape), str(whole))
        quantize_dynamic(whole, path, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Gather"])


def weights_of(network: bytes) -> Weights:
    """The weights of a network that `export` wrote, as near as 8 bits keep them."""
    model = onnx.load_model_from_string(network)
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}

    def tensor(name: str) -> np.ndarray:
        if name in held:
            plain: np.ndarray = held[name].astype(np.float32)
            return plain
        whole, zero, scale = (held[f"{name}_{part}"] for part in ("quantized", "zero_point", "scale"))
        out: np.ndarray = (whole.astype(np.float32) - zero.astype(np.float32)) * scale
        return out

    def linear(name: str) -> Weights:
        return {"w": tensor(f"{name}.w"), "b": tensor(f"{name}.b")}

    def norm(name: str) -> Weights:
        return {"g": tensor(f"{name}.g"), "b": tensor(f"{name}.b")}

    words = tensor("words")
    breaks = words[list(BREAKS)].copy()
    words[list(BREAKS)] = 0
    out: Weights = {
        "words": words, "breaks": breaks, "places": tensor("places"), "features": tensor("told.w"), "norm": norm("embedded"),
        "heads": {name: linear(name) for name in ("tags", "attributes", "look", "votes")},
    }  # fmt: skip
    k = 0
    while f"layer{k}.norm1.g" in held:
        light = f"layer{k}.near.b" in held
        parts = ("near",) if light else ("attention", "joined", "wide", "narrow")
        norms = ("norm1",) if light else ("norm1", "norm2")
        out[f"layer{k}"] = {
            **{part: linear(f"layer{k}.{part}") for part in parts},
            **{part: norm(f"layer{k}.{part}") for part in norms},
        }
        k += 1
    weights: Weights = jax.tree.map(jnp.asarray, out)
    return weights
