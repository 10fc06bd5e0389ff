"""The one place where extension attributes are registered, and where a Doc's working text is kept."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import srsly
from spacy.tokens import Doc, Span

from therex.nlp.surface import Surface, read_surface
from therex.types import Answer, Mention, Range, Relation, Section
from therex.types import Span as TherexSpan

SPANS_KEY = "therex"
SURFACE = "therex_surface"


def _label_value(name: str) -> Any:
    def get(span: Span) -> Any:
        for record in span.doc._.therex_spans or ():
            if record.label == span.label_ and record.start == span.start_char and record.end == span.end_char:
                return getattr(record, name)
        return None

    return get


def register() -> None:
    """Register every extension once; a second call changes nothing."""
    for name in ("sections", "terms", "quantities", "spans", "relations", "mentions", "sentences", "summary", "answers"):
        if not Doc.has_extension(f"therex_{name}"):
            Doc.set_extension(f"therex_{name}", default=None)
    for name in ("attribute", "assertion", "modifiers", "value", "source"):
        if not Span.has_extension(f"therex_{name}"):
            Span.set_extension(f"therex_{name}", getter=_label_value(name))


def surface_of(doc: Doc) -> Surface:
    """The working text of `doc`, made once."""
    surface: Surface | None = doc.user_data.get(SURFACE)
    if surface is None:
        surface = doc.user_data[SURFACE] = read_surface(doc.text)
    return surface


def forget_working(doc: Doc) -> None:
    """Drop what only the components needed, so that a Doc can be sent to another process or saved."""
    doc.user_data.pop(SURFACE, None)
    doc._.therex_terms = None
    doc._.therex_quantities = None


_PACKED: tuple[Any, ...] = (Section, TherexSpan, Relation, Mention, Range, Answer)
_MARK = "__therex__"


def _encode(value: Any, chain: Any = None) -> Any:
    if isinstance(value, _PACKED):
        return {_MARK: [type(value).__name__, [getattr(value, f.name) for f in fields(value)]]}
    return value if chain is None else chain(value)


def _decode(value: Any, chain: Any = None) -> Any:
    if isinstance(value, dict) and _MARK in value:
        name, content = value[_MARK]
        kind = next(k for k in _PACKED if k.__name__ == name)
        return kind(*(tuple(c) if isinstance(c, list) else c for c in content))
    return value if chain is None else chain(value)


# Doc.to_bytes packs user_data with msgpack, which knows nothing of our plain records
srsly.msgpack_encoders("therex_records", func=_encode)
srsly.msgpack_decoders("therex_records", func=_decode)
register()
