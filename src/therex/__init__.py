"""therex reads physical and occupational therapy notes and tells whether they support CPT 97110.

`therex.load()` gives the spaCy pipeline, `therex.screen(text)` the full record of one note. Nothing heavy is
imported until one of them is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language

__version__ = "0.1.0"
__all__ = ["__version__", "load", "screen"]


def load() -> Language:
    """The shipped spaCy pipeline.

    Raises
    ------
    therex.errors.ModelError
        The shipped models are missing or altered.
    """
    from therex.nlp.build import load as load_pipeline

    return load_pipeline()


def screen(text: str, *, payer: str = "cms", note_id: str = "-") -> dict[str, Any]:
    """The record of one note, as the JSON Lines contract has it.

    Parameters
    ----------
    text
        The note.
    payer
        A payer of ``therex policy list``.
    note_id
        The id that the record carries.
    """
    from therex.analysis import Analyzer
    from therex.reports.record import to_record
    from therex.types import Note

    return to_record(Analyzer.create(payer).assess(Note(note_id, text)))
