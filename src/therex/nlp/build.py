"""Building, saving and loading the pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import spacy

import therex.nlp.factories
import therex.nlp.tokenizer  # noqa: F401
from therex.errors import ModelError
from therex.nlp.grammar.parser import closed_forms
from therex.nlp.lexicon import LexiconMatcher
from therex.settings import PIPELINE, model_folder

if TYPE_CHECKING:
    from spacy.language import Language

COMPONENTS = (
    "therex_sentences", "therex_sections", "therex_quantities", "therex_lexicon", "therex_learned", "therex_assembly", "therex_suspect",
    "therex_assertion",
)  # fmt: skip


def build() -> Language:
    """A fresh pipeline from the shipped resources."""
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "therex.ClinicalTokenizer.v1"}}})
    for component in COMPONENTS:
        nlp.add_pipe(component)
    nlp.meta.update(name=PIPELINE, version="0.1.0", description="Rules and learned proposals for physical and occupational therapy notes")
    return nlp


def load(path: str | Path | None = None, *, fast: bool = False) -> Language:
    """The saved pipeline, the one in use where no path is given; `fast` leaves the learned proposals out.

    Raises
    ------
    ModelError
        There is no pipeline at `path`.
    """
    folder = Path(path) if path is not None else model_folder() / PIPELINE
    if not (folder / "config.cfg").is_file():
        raise ModelError("no pipeline in that folder: want config.cfg and meta.json")
    nlp = spacy.load(folder, exclude=["therex_learned", "therex_suspect"] if fast else [])
    for _, component in nlp.components:
        if isinstance(component, LexiconMatcher):
            # the forms are compiled here, so that the first note takes no longer than the next
            closed_forms(component.lexicon)
    return nlp
