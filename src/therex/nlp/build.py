"""Building, saving and loading the pipeline."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from spacy.util import load_config as read_config

import therex.nlp.factories
import therex.nlp.tokenizer  # noqa: F401
from therex.errors import ModelError
from therex.nlp.grammar.parser import closed_forms
from therex.nlp.lexicon import LexiconMatcher
from therex.settings import PIPELINE, model_folder

if TYPE_CHECKING:
    from spacy.language import Language

# the digest of every file of a saved pipeline
SEAL = "files.json"
TAGGER, LIGHT = "therex_tagger", "therex_light"
COMPONENTS = (
    "therex_sentences", "therex_sections", "therex_quantities", "therex_lexicon", TAGGER, "therex_assembly", "therex_suspect",
    "therex_assertion",
)  # fmt: skip


def build() -> Language:
    """A fresh pipeline from the shipped resources, its taggers untaught; the light one is disabled."""
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "therex.ClinicalTokenizer.v1"}}})
    for component in COMPONENTS:
        nlp.add_pipe(component)
    nlp.add_pipe(LIGHT, before=TAGGER)
    nlp.disable_pipe(LIGHT)
    nlp.meta.update(
        name=PIPELINE, version="0.2.0", description="Closed forms by grammar, open language by a trained tagger, for therapy notes"
    )
    return nlp


def save(nlp: Language, folder: Path) -> None:
    """Write a pipeline, and the digests of its files."""
    nlp.to_disk(folder)
    seal(folder)


def seal(folder: Path) -> None:
    """Write the digests of the files of a saved pipeline."""
    (folder / SEAL).write_text(json.dumps({"sha256": _digests(folder)}, indent=1) + "\n", encoding="utf-8")


def _digests(folder: Path) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.startswith(".") and p != folder / SEAL)
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def _sealed(folder: Path) -> None:
    """Refuse a pipeline whose files are not those that were saved; nothing of it is used before.

    Raises
    ------
    ModelError
        A file is missing, altered or one too many, or there is no list of them.
    """
    if not (folder / SEAL).is_file():
        raise ModelError(f"the model has no list of its files ({SEAL}): train it again with this version of therex")
    try:
        told = json.loads((folder / SEAL).read_text(encoding="utf-8"))["sha256"]
        same = told == _digests(folder)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        same = False
    if not same:
        raise ModelError(f"the model was altered: its files do not match {SEAL}; install or train it again")


def load(path: str | Path | None = None, *, fast: bool = False) -> Language:
    """The saved pipeline, the one in use where no path is given; `fast` reads with the light tagger, and suspects no contradictions.

    Raises
    ------
    ModelError
        There is no pipeline at `path`, a file of it was altered, or a version of therex saved it that read with other components.
    """
    folder = Path(path) if path is not None else model_folder() / PIPELINE
    if not (folder / "config.cfg").is_file():
        raise ModelError("the folder has no pipeline: config.cfg and meta.json are required")
    try:
        components = set(read_config(folder / "config.cfg")["components"])
    except Exception:
        raise ModelError("the model was altered: its config.cfg cannot be read; install or train it again") from None
    if not {TAGGER, LIGHT} <= components:
        raise ModelError("the model was saved by another version of therex: train it again (therex train)")
    _sealed(folder)
    left_out = (TAGGER, "therex_suspect") if fast else (LIGHT,)
    try:
        nlp = spacy.load(folder, exclude=left_out)
    except ModelError:
        raise
    except Exception:
        raise ModelError("the model cannot be read by this version of therex: install or train it again") from None
    # the tokenizer knows how long a note may be, and says so in plain words
    nlp.max_length = sys.maxsize
    if fast:
        nlp.enable_pipe(LIGHT)
    for _, component in nlp.components:
        if isinstance(component, LexiconMatcher):
            # the forms are compiled here, so that the first note takes no longer than the next
            closed_forms(component.lexicon)
    return nlp
