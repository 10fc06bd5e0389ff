"""Assembly: from units to the eleven labels, with attributes, values, relations and mentions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spacy.language import Language
from spacy.tokens import SpanGroup

from therex.nlp.context import Context, Draft
from therex.nlp.extensions import surface_of
from therex.nlp.grammar.doses import draft_bare_counts, draft_doses
from therex.nlp.grammar.durations import draft_durations
from therex.nlp.grammar.measures import draft_measures
from therex.nlp.grammar.parser import closed_forms
from therex.nlp.grammar.records import read_records
from therex.nlp.grammar.services import draft_services, exercise_denied, held_after_all, mark_given, read_visit, withdraw
from therex.nlp.grammar.unit_forms import FORM_FILES, form_file
from therex.nlp.grammar.units import read_units_billed
from therex.nlp.lexicon import LexiconMatcher, read_units
from therex.nlp.mentions import read_mentions
from therex.nlp.quantities import read_quantities
from therex.nlp.relations import relate
from therex.nlp.sections import read_sections
from therex.nlp.sentences import read_sentences
from therex.nlp.summary import read_discipline, read_note_type, read_vocabulary
from therex.nlp.tagger.component import Tagger
from therex.nlp.tagger.drafting import answers, draft_tagged
from therex.nlp.unit_patterns import grammar_for
from therex.nlp.values import value_of
from therex.types import Answer, Discipline, Mention, NoteType, Relation, Span

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(slots=True)
class Assembled:
    """What the assembly found in one note."""

    spans: list[Span]
    relations: list[Relation]
    mentions: list[Mention]
    note_type: NoteType
    discipline: Discipline
    answers: dict[str, Answer] = field(default_factory=dict)


def draft_closed(ctx: Context) -> list[Mention]:
    """Services, units, minutes, clock times and frequencies, by the grammar of closed forms."""
    forms = closed_forms(ctx.lexicon)
    draft_services(ctx, forms, forms.row(ctx.surface, ctx.units, ctx.kinds))
    services = {d.first: (d.last, d.attribute or "") for d in ctx.of("SERVICE")}
    row = forms.row(ctx.surface, ctx.units, ctx.kinds, services)
    visit, place = read_visit(forms, row)
    mentions = read_units_billed(forms, row)
    draft_durations(ctx, forms, row)
    if visit and held_after_all(ctx, row, visit, place):
        visit = ""
    mark_given(ctx, forms, row, visit)
    if exercise_denied(forms, row):
        mentions.append(Mention("no_exercise", 0, 0, "grammar:visit.no_exercise"))
    if visit:
        withdraw(ctx, visit)
        mentions = [Mention("visit_not_held", 0, 0, f"grammar:visit.{visit}", {"why": visit})]
    return mentions


def assemble(ctx: Context, doc: Doc, tagger: Tagger | None) -> Assembled:
    """Closed forms by grammar; open labels, and the questions about the elements, by the tagger, where there is one that is trained."""
    draft_measures(ctx)
    closed = draft_closed(ctx)
    draft_doses(ctx)
    found: dict[str, Answer] = {}
    if tagger is not None:
        reading = draft_tagged(ctx, doc, tagger, held=not any(m.kind == "visit_not_held" for m in closed))
        found = answers(ctx, reading, doc)
        draft_doses(ctx)
    draft_bare_counts(ctx)
    _settle_visit(ctx, closed)
    mentions = [*read_mentions(ctx), *read_records(ctx, closed_forms(ctx.lexicon)), *closed]
    drafts = sorted(ctx.drafts, key=lambda d: (d.start, -d.end, d.label))
    # titles and credentials are closed forms: on writers left out rules read them better than the tagger does (docs/reader.md)
    note_type = read_note_type(ctx, read_vocabulary(ctx))
    spans = [_span(ctx, d) for d in drafts]
    return Assembled(spans, relate(ctx, drafts), mentions, note_type, read_discipline(ctx, note_type), found)


def _settle_visit(ctx: Context, closed: list[Mention]) -> None:
    """What was to be done at a visit that was not held is planned."""
    if any(m.kind == "visit_not_held" for m in closed):
        for d in ctx.of("EXERCISE"):
            d.attribute = "planned" if d.attribute == "performed" else d.attribute


def _span(ctx: Context, d: Draft) -> Span:
    value: dict[str, Any] = {**value_of(ctx, d), **(d.value or {})}
    return Span(d.start, d.end, d.label, d.attribute, value=value or None, source=d.source)


class Assembly:
    """spaCy component: spans of the eleven labels, as records in `doc._.therex_spans` and as `doc.spans["therex"]`."""

    def __init__(self, nlp: Language, spans_key: str) -> None:
        self._nlp = nlp
        self.spans_key = spans_key
        self._own: LexiconMatcher | None = None
        for name in FORM_FILES:
            # read with the pipeline, not in the time of the first note
            form_file(name)

    def _lexicon(self) -> LexiconMatcher:
        for _, component in self._nlp.components:
            if isinstance(component, LexiconMatcher):
                return component
        if self._own is None:
            self._own = LexiconMatcher()
        return self._own

    def _tagger(self) -> Tagger | None:
        """The tagger of the same pipeline, where it has one that is trained."""
        return next((component for _, component in self._nlp.pipeline if isinstance(component, Tagger) and component.ready), None)

    def __call__(self, doc: Doc) -> Doc:
        return self._put(doc, self.process(doc))

    def _put(self, doc: Doc, found: Assembled) -> Doc:
        doc._.therex_spans = found.spans
        doc._.therex_relations = found.relations
        doc._.therex_mentions = found.mentions
        doc._.therex_summary = (found.note_type, found.discipline)
        doc._.therex_answers = found.answers
        doc.spans[self.spans_key] = SpanGroup(doc, name=self.spans_key, spans=list(_doc_spans(doc, found.spans)))
        return doc

    def context(self, doc: Doc) -> Context:
        """`doc` as the rules see it, nothing drafted yet."""
        surface = surface_of(doc)
        matcher = self._lexicon()
        sentences = doc._.therex_sentences
        sections = doc._.therex_sections
        quantities = doc._.therex_quantities
        units = doc._.therex_terms
        if units is None:
            units = read_units(surface, quantities if quantities is not None else read_quantities(surface), matcher.lexicon)
        return Context(
            surface,
            units,
            grammar_for(matcher.lexicon),
            matcher.lexicon,
            sections if sections is not None else read_sections(surface),
            sentences if sentences is not None else read_sentences(surface),
        )

    def process(self, doc: Doc) -> Assembled:
        """What grammar and tagger find in `doc`, which is left as it is."""
        return assemble(self.context(doc), doc, self._tagger())


def _doc_spans(doc: Doc, spans: Iterable[Span]) -> Iterable[Any]:
    for s in spans:
        span = doc.char_span(s.start, s.end, label=s.label, alignment_mode="expand")
        if span is not None:
            yield span
