"""A tokenizer that keeps clinical shorthand whole: `3x10`, `3+/5`, `0-95°`, `25'`, `2#`, `s/p`, `w/`, `(-)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from therex.errors import sized
from therex.nlp.extensions import SURFACE
from therex.nlp.surface import read_surface


class ClinicalTokenizer:
    """Cuts text by one regular expression; the Doc's text is always the text given, blanks and newlines included."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        surface = read_surface(sized(text))
        norm, cuts = surface.norm, surface.cuts
        words: list[str] = []
        spaces: list[bool] = []
        for start, stop in pairwise((*cuts, len(text))):
            if norm[start] == " " and norm[start:stop].isspace():
                # one blank belongs to the token before it; what is left of a longer run is a token of its own
                if text[start] == " " and words and not spaces[-1] and not words[-1].isspace():
                    spaces[-1] = True
                    start += 1
                if start == stop:
                    continue
            words.append(text[start:stop])
            spaces.append(False)
        doc = Doc(self.vocab, words=words, spaces=spaces)
        doc.user_data[SURFACE] = surface
        return doc

    def pipe(self, texts: Iterator[str], batch_size: int = 1000) -> Iterator[Doc]:
        """One Doc a text, in order."""
        for text in texts:
            yield self(text)

    def to_bytes(self, **kwargs: Any) -> bytes:
        """Nothing: the rules are part of the package."""
        return b""

    def from_bytes(self, data: bytes, **kwargs: Any) -> ClinicalTokenizer:
        """Itself."""
        return self

    def to_disk(self, path: str | Path, **kwargs: Any) -> None:
        """An empty file, so that spaCy finds what it looks for."""
        Path(path).write_bytes(b"")

    def from_disk(self, path: str | Path, **kwargs: Any) -> ClinicalTokenizer:
        """Itself."""
        return self


def create_clinical_tokenizer() -> Callable[[Any], ClinicalTokenizer]:
    """The tokenizer factory that a spaCy config names."""

    def create(nlp: Any) -> ClinicalTokenizer:
        return ClinicalTokenizer(nlp.vocab)

    return create


if "therex.ClinicalTokenizer.v1" not in registry.tokenizers:
    registry.tokenizers.register("therex.ClinicalTokenizer.v1")(create_clinical_tokenizer)
