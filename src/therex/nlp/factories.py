"""The factories that spaCy calls: one for each component of the pipeline."""

from __future__ import annotations

from spacy.language import Language

from therex.nlp.assembly import Assembly
from therex.nlp.assertion import AssertionMarker
from therex.nlp.extensions import SPANS_KEY
from therex.nlp.lexicon import LexiconMatcher
from therex.nlp.quantities import Quantities
from therex.nlp.sections import Sections
from therex.nlp.sentences import Sentences
from therex.nlp.suspect import Suspect
from therex.nlp.tagger.component import Tagger


@Language.factory(
    "therex_assembly",
    requires=["doc._.therex_sentences", "doc._.therex_sections", "doc._.therex_quantities", "doc._.therex_terms"],
    assigns=[
        "doc._.therex_spans",
        "doc._.therex_relations",
        "doc._.therex_mentions",
        "doc._.therex_summary",
        "doc._.therex_answers",
        "doc.spans",
    ],
)
def make_assembly(nlp: Language, name: str, *, spans_key: str = SPANS_KEY) -> Assembly:
    """The eleven labels of a note."""
    return Assembly(nlp, spans_key)


@Language.factory("therex_assertion", requires=["doc._.therex_spans"], assigns=["doc._.therex_spans"])
def make_assertion(nlp: Language, name: str, *, keep_working: bool = False) -> AssertionMarker:
    """Assertion of each span of a note."""
    return AssertionMarker(keep_working)


@Language.factory("therex_lexicon", requires=["doc._.therex_quantities"], assigns=["doc._.therex_terms"])
def make_lexicon(nlp: Language, name: str) -> LexiconMatcher:
    """Known phrases, quantities and marks as one row of units."""
    return LexiconMatcher()


@Language.factory("therex_quantities", assigns=["doc._.therex_quantities"])
def make_quantities(nlp: Language, name: str) -> Quantities:
    """Quantities in the text of a note."""
    return Quantities()


@Language.factory("therex_sections", assigns=["doc._.therex_sections"])
def make_sections(nlp: Language, name: str) -> Sections:
    """Sections of a note."""
    return Sections()


@Language.factory("therex_sentences", assigns=["doc._.therex_sentences", "token.is_sent_start"])
def make_sentences(nlp: Language, name: str) -> Sentences:
    """Sentences and list items of a note."""
    return Sentences()


@Language.factory("therex_light", requires=["doc._.therex_terms", "doc._.therex_sections"])
def make_light(nlp: Language, name: str) -> Tagger:
    """A trained network without an encoder, which reads faster and less well; the assembly asks it where there is no other."""
    return Tagger()


@Language.factory("therex_tagger", requires=["doc._.therex_terms", "doc._.therex_sections"])
def make_tagger(nlp: Language, name: str) -> Tagger:
    """A trained network that reads the open labels and answers questions about the note; the assembly asks it. None until it is trained or loaded."""
    return Tagger()


@Language.factory("therex_suspect", requires=["doc._.therex_sentences", "doc._.therex_sections", "doc._.therex_mentions"])
def make_suspect(nlp: Language, name: str) -> Suspect:
    """Contradictions that a model trained on sentences suspects; none until it is trained or loaded."""
    return Suspect()
