"""The one place where extension attributes are registered, and where a Doc's working text is kept."""

from __future__ import annotations

from typing import Any

from spacy.tokens import Doc, Span

from therex.pipeline.surface import Surface, read_surface

SPANS_KEY = "therex"
_SURFACE = "therex_surface"


def _label_value(name: str) -> Any:
    def get(span: Span) -> Any:
        for record in span.doc._.therex_spans or ():
            if record.label == span.label_ and record.start == span.start_char and record.end == span.end_char:
                return getattr(record, name)
        return None

    return get


def register() -> None:
    """Register every extension once; a second call changes nothing."""
    for name in ("sections", "terms", "quantities", "spans", "relations", "mentions", "sentences", "summary"):
        if not Doc.has_extension(f"therex_{name}"):
            Doc.set_extension(f"therex_{name}", default=None)
    for name in ("attribute", "assertion", "modifiers", "value", "source"):
        if not Span.has_extension(f"therex_{name}"):
            Span.set_extension(f"therex_{name}", getter=_label_value(name))


def surface_of(doc: Doc) -> Surface:
    """The working text of `doc`, made once."""
    surface: Surface | None = doc.user_data.get(_SURFACE)
    if surface is None:
        surface = doc.user_data[_SURFACE] = read_surface(doc.text)
    return surface


register()
