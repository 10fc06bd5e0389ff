"""Assembly: from units to the eleven labels, with attributes, values, relations and mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from spacy.language import Language
from spacy.tokens import SpanGroup

from therex.nlp.context import Context, Draft
from therex.nlp.exercises import draft_exercises, draft_unnamed_exercises, exercise_attribute
from therex.nlp.extensions import surface_of
from therex.nlp.goals import draft_goals
from therex.nlp.grammar.doses import draft_bare_counts, draft_doses
from therex.nlp.grammar.durations import draft_durations
from therex.nlp.grammar.measures import draft_measures
from therex.nlp.grammar.parser import closed_forms
from therex.nlp.grammar.records import read_records
from therex.nlp.grammar.services import draft_services, exercise_denied, held_after_all, mark_given, read_visit, withdraw
from therex.nlp.grammar.unit_forms import FORM_FILES, form_file
from therex.nlp.grammar.units import read_units_billed
from therex.nlp.impairments import draft_impairments
from therex.nlp.learned import Learned, Proposal
from therex.nlp.lexicon import LexiconMatcher, read_units
from therex.nlp.limitations import draft_limitations
from therex.nlp.mentions import read_mentions
from therex.nlp.quantities import read_quantities
from therex.nlp.rationales import draft_declared, draft_rationales
from therex.nlp.relations import relate
from therex.nlp.responses import draft_responses
from therex.nlp.sections import read_sections
from therex.nlp.sentences import read_sentences
from therex.nlp.skills import bare, draft_skills
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


def draft(ctx: Context) -> list[Mention]:
    """Run every rule in its order; later rules read the spans of earlier ones. What the closed forms told beside spans is given back."""
    draft_measures(ctx)
    mentions = draft_closed(ctx)
    draft_exercises(ctx)
    draft_doses(ctx)
    draft_unnamed_exercises(ctx)
    draft_bare_counts(ctx)
    draft_goals(ctx)
    draft_declared(ctx)
    draft_limitations(ctx)
    draft_skills(ctx)
    draft_responses(ctx)
    draft_rationales(ctx)
    draft_impairments(ctx)
    return mentions


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


def assemble(ctx: Context, learned: Learned | None = None) -> Assembled:
    """What the rules find; what the model proposes fills the gaps."""
    closed = draft(ctx)
    vocabulary = read_vocabulary(ctx)
    if learned is not None and read_note_type(ctx, vocabulary) != "other":
        take(ctx, learned.propose(ctx))
        _settle(ctx)
    _settle_visit(ctx, closed)
    note_type = read_note_type(ctx, vocabulary)
    mentions = [*read_mentions(ctx), *read_records(ctx, closed_forms(ctx.lexicon)), *closed]
    drafts = sorted(ctx.drafts, key=lambda d: (d.start, -d.end, d.label))
    spans = [_span(ctx, d) for d in drafts]
    return Assembled(spans, relate(ctx, drafts), mentions, note_type, read_discipline(ctx, note_type))


def assemble_tagged(ctx: Context, doc: Doc, tagger: Tagger) -> Assembled:
    """Closed forms by grammar, open labels and the questions about the note by the tagger."""
    draft_measures(ctx)
    closed = draft_closed(ctx)
    draft_doses(ctx)
    reading = draft_tagged(ctx, doc, tagger, held=not any(m.kind == "visit_not_held" for m in closed))
    draft_bare_counts(ctx)
    _settle_visit(ctx, closed)
    found = answers(ctx, reading, doc)
    mentions = [*read_mentions(ctx), *read_records(ctx, closed_forms(ctx.lexicon)), *closed]
    drafts = sorted(ctx.drafts, key=lambda d: (d.start, -d.end, d.label))
    note_type, discipline = cast(NoteType, found["note_type"].said), cast(Discipline, found["discipline"].said)
    return Assembled([_span(ctx, d) for d in drafts], relate(ctx, drafts), mentions, note_type, discipline, found)


def _settle_visit(ctx: Context, closed: list[Mention]) -> None:
    """What was to be done at a visit that was not held is planned."""
    if any(m.kind == "visit_not_held" for m in closed):
        for d in ctx.of("EXERCISE"):
            d.attribute = "planned" if d.attribute == "performed" else d.attribute


_APART = frozenset({"SERVICE", "DURATION"})


def take(ctx: Context, proposals: Iterable[Proposal]) -> None:
    """Draft the proposals, which come surest first, where no span of the same label stands, nor one that excludes it."""
    begun = [
        d.first
        for d in ctx.drafts
        if (d.label == "EXERCISE" and d.attribute == "performed")
        or (d.label == "SERVICE" and ctx.kinds[d.first] not in ("plan", "goals", "history", "subjective", "hep"))
    ]
    for p in proposals:
        i, j = ctx.trim(p.first, p.last)
        while i < j and ctx.has(i, "slash", "and", "comma", "rp"):
            i += 1
        while p.label == "EXERCISE" and j > i and ctx.has(j - 1, "q_minutes", "comma", "lp", "for"):
            j -= 1
        if ctx.has(j, "rp") and ctx.any(i, j, "lp") and not ctx.any(i, j, "rp"):
            j += 1
        if i >= j or ctx.covered(i, j, p.label):
            continue
        if p.label in ("EXERCISE", "DOSE") and ctx.covered(i, j, "MEASURE", "DOSE", "EXERCISE", *_APART):
            continue
        early = not begun or (i < min(begun) and ctx.kinds[i] not in ("assessment", "response"))
        if p.label == "RESPONSE" and (early or ctx.covered(i, j, "LIMITATION")):
            # a reaction comes after something was done, unless the assessment opens the note
            continue
        if p.label == "LIMITATION" and ctx.covered(i, j, "EXERCISE", "DOSE", *_APART):
            continue
        if p.label in ("RATIONALE", "LIMITATION") and ctx.covered(i, j, "GOAL"):
            continue
        if p.label == "RATIONALE" and ctx.covered(i, j, "LIMITATION") and ctx.covered(i, j, "IMPAIRMENT"):
            # a deficit and what it limits, in one statement, are marked as such
            continue
        if p.label == "EXERCISE" and re.search(r"\b(?:visit|session)\b", ctx.text(i, j)):
            continue
        if p.label == "SKILL" and bare(ctx.text(i, j)):
            continue
        if p.label in ("RESPONSE", "MEASURE", "GOAL") and ctx.inside(i, j, "GOAL", "RESPONSE", "DOSE"):
            continue
        ctx.add(p.label, i, j, f"model:{p.label.lower()}", exercise_attribute(ctx, i, j) if p.label == "EXERCISE" else None)


def _settle(ctx: Context) -> None:
    """A fault inside a cue, reaction or goal belongs to it; a span given twice stands once."""
    kept: list[Draft] = []
    seen: set[tuple[str, int, int]] = set()
    for d in ctx.drafts:
        key = (d.label, d.start, d.end)
        if key in seen:
            continue
        if d.label == "IMPAIRMENT" and ctx.inside(d.first, d.last, "SKILL", "RESPONSE", "GOAL", "RATIONALE"):
            if ctx.kinds[d.first] != "assessment" or ctx.inside(d.first, d.last, "GOAL", "RATIONALE", "RESPONSE"):
                continue
        if d.label in ("LIMITATION", "MEASURE") and ctx.inside(d.first, d.last, "GOAL"):
            continue
        if d.label == "EXERCISE" and not ctx.any(d.last, d.last + 3, "q_dose", "q_xreps", "q_hold", "q_band", "q_weight"):
            # a motion in the name of a deficit, or of an aim
            if ctx.inside(d.first, d.last, "IMPAIRMENT") or (ctx.inside(d.first, d.last, "GOAL") and ctx.kinds[d.first] != "hep"):
                continue
        if d.label == "LIMITATION" and ctx.inside(d.first, d.last, "RATIONALE"):
            continue
        seen.add(key)
        kept.append(d)
    ctx.drafts = kept


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

    def _learned(self) -> Learned | None:
        """The model of the same pipeline, unless it is left out or disabled."""
        return next((component for _, component in self._nlp.pipeline if isinstance(component, Learned)), None)

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
        """What rules and model find in `doc`, which is left as it is."""
        tagger = self._tagger()
        if tagger is not None:
            return assemble_tagged(self.context(doc), doc, tagger)
        return assemble(self.context(doc), self._learned())

    def alone(self, doc: Doc) -> Doc:
        """As the component, with the rules alone."""
        return self._put(doc, assemble(self.context(doc)))


def _doc_spans(doc: Doc, spans: Iterable[Span]) -> Iterable[Any]:
    for s in spans:
        span = doc.char_span(s.start, s.end, label=s.label, alignment_mode="expand")
        if span is not None:
            yield span
