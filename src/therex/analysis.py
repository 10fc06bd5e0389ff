"""The story of one note, from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from therex.billing.minutes import read_minutes
from therex.catalog.policy import Policy, policy
from therex.elements.all import read_elements
from therex.elements.code_fit import code_fits
from therex.elements.contradictions import read_contradictions
from therex.errors import NoteError, sized
from therex.nlp.build import load
from therex.nlp.export import to_view
from therex.policy.claim import read_claim, read_hints, with_claim
from therex.policy.custom import custom_findings
from therex.policy.engine import findings
from therex.policy.line import read_line
from therex.scoring.features import NAMES, element_of, features
from therex.scoring.given import exercise_given
from therex.scoring.model import NecessityModel, load_model
from therex.settings import NECESSITY, PIPELINE, model_folder
from therex.types import Assessment, Charge, Contradiction, Element, Minutes, Necessity, Note, NoteView

if TYPE_CHECKING:
    from spacy.language import Language


@dataclass(slots=True)
class Analyzer:
    """A loaded pipeline, a model and a payer's policy."""

    nlp: Language
    model: NecessityModel
    policy: Policy
    on: date

    @classmethod
    def create(cls, payer: str = "cms", on: date | None = None, *, model: str | None = None, fast: bool = False) -> Analyzer:
        """A model under a payer's policy, as of a day (today where none is given).

        Parameters
        ----------
        model
            The name of a model of ``therex model list``, or the one in use; ``shipped`` is that of the package.
        fast
            Read with the light tagger, and suspect no contradictions.
        """
        rules, folder = policy(payer), model_folder(model)
        return cls(load(folder / PIPELINE, fast=fast), load_model(folder / NECESSITY), rules, on or date.today())

    def read(self, text: str) -> NoteView:
        """What the pipeline finds in a text.

        Raises
        ------
        NoteError
            The text is longer than a note may be.
        """
        return to_view(self.nlp(sized(text)), text)

    def assess(self, note: Note, charges: Sequence[Charge] = ()) -> Assessment:
        """One note, beside its charges where there are any; a failure becomes an error record without note text."""
        try:
            if not note.text.strip():
                raise NoteError("empty", "The note is empty.")
            return self.judge(note.note_id, self.read(note.text), charges)
        except NoteError as error:
            return Assessment(note.note_id, error=(error.code, error.message))
        except Exception as error:  # one note never stops a batch
            return Assessment(note.note_id, error=("internal", f"The note could not be analysed ({type(error).__name__})."))

    def judge(self, note_id: str, view: NoteView, charges: Sequence[Charge] = ()) -> Assessment:
        """From what was read to what is made of it."""
        minutes = read_minutes(view)
        elements = read_elements(view, minutes)
        asked = self.policy.contradictions
        contradictions = tuple(replace(c, query=asked.get(c.id, {}).get("query", "")) for c in read_contradictions(view, minutes))
        necessity = self.weigh(view, minutes, elements, contradictions)
        found = findings(self.policy, view, elements, contradictions, self.on)
        custom = custom_findings(self.policy, view, self.on)
        line = read_line(self.policy, (*found, *custom), contradictions, minutes, necessity)
        claim = read_claim(self.policy, charges, view, minutes, necessity, self.on) if charges else None
        return Assessment(
            note_id, view, minutes, found, contradictions, necessity, with_claim(line, claim) if claim else line, self.policy.id, claim,
            code_fits(view), custom, read_hints(self.policy, charges, view, necessity, self.on), self.policy.closing.strip(),
        )  # fmt: skip

    def weigh(self, view: NoteView, minutes: Minutes, elements: Sequence[Element], contradictions: Sequence[Contradiction]) -> Necessity:
        """What the model makes of the elements of a note."""
        x = features(view, minutes, elements, contradictions)
        score = self.model.score(x)
        verdict = self.model.verdict(score) if exercise_given(view, minutes, self.model.given) else "not_applicable"
        evidence = {e.id: e.evidence for e in elements}
        reasons = tuple(
            replace(r, evidence=evidence.get(element_of(r.feature) or "", ()) if there > 0 else ())
            for r in self.model.reasons(x, {e.id: e.found for e in elements})
            for there in [x[NAMES.index(r.feature)]]
        )
        return Necessity(verdict, round(score, 4), self.model.name, reasons)
