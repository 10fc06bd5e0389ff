"""Doc to NoteView: the last place that knows spaCy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from therex.nlp.surface import lowered
from therex.types import Discipline, NoteType, NoteView

if TYPE_CHECKING:
    from spacy.tokens import Doc


def to_view(doc: Doc, text: str | None = None) -> NoteView:
    """The plain view of a Doc that the therex components have read; `text` saves a caller who holds it from building it again."""
    text = doc.text if text is None else text
    note_type: NoteType
    discipline: Discipline
    note_type, discipline = doc._.therex_summary or ("daily", "PT")
    return NoteView(
        text=text,
        low=lowered(text),
        spans=tuple(doc._.therex_spans or ()),
        relations=tuple(doc._.therex_relations or ()),
        sections=tuple(doc._.therex_sections or ()),
        sentences=tuple(doc._.therex_sentences or ()),
        mentions=tuple(doc._.therex_mentions or ()),
        note_type=note_type,
        discipline=discipline,
        answers=doc._.therex_answers or {},
    )
