"""Building, saving and loading the pipeline."""

from __future__ import annotations

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


def load(path: str | Path | None = None, *, fast: bool = False) -> Language:
    """The saved pipeline, the one in use where no path is given; `fast` reads with the light tagger, and suspects no contradictions.

    Raises
    ------
    ModelError
        There is no pipeline at `path`, or it was saved by a version of therex that read with other components.
    """
    folder = Path(path) if path is not None else model_folder() / PIPELINE
    if not (folder / "config.cfg").is_file():
        raise ModelError("no pipeline in that folder: want config.cfg and meta.json")
    if not {TAGGER, LIGHT} <= set(read_config(folder / "config.cfg")["components"]):
        raise ModelError("that model was saved by another version of therex: train it again (therex train)")
    left_out = (TAGGER, "therex_suspect") if fast else (LIGHT,)
    nlp = spacy.load(folder, exclude=left_out)
    # the tokenizer knows how long a note may be, and says so in plain words
    nlp.max_length = sys.maxsize
    if fast:
        nlp.enable_pipe(LIGHT)
    for _, component in nlp.components:
        if isinstance(component, LexiconMatcher):
            # the forms are compiled here, so that the first note takes no longer than the next
            closed_forms(component.lexicon)
    return nlp
