"""Questions to the therapists, and what is said of a note."""

import io
from datetime import date

import pytest
from docx import Document

from therex.analysis import Analyzer
from therex.reports.html import to_html
from therex.reports.questions import UNKNOWN, messages, questions, therapist, to_docx, to_text
from therex.reports.wording import minutes_and_units, reasons_of, state_of
from therex.reports.worklist import row
from therex.types import Note

BARE = "DOS 5/5/2026. R TKA. Ther ex: SLR 3x10, heel slides 2x12. Tolerated well. 97110 x 2.\nAnn Lee, PT"
GROUP = "DOS 5/6/2026. Group exercise class, 5 participants: seated marching. 10:00-11:00. 97110 x2\nTom Hill, PTA"


@pytest.fixture(scope="module")
def bare(analyzer):
    return analyzer.assess(Note("a", BARE))


@pytest.fixture(scope="module")
def group(analyzer):
    return analyzer.assess(Note("b", GROUP))


def test_a_question_comes_without_the_closing_sentence(bare):
    assert questions(bare)
    assert bare.closing
    assert not any(bare.closing in q.text for q in questions(bare))


def test_a_note_without_exercise_is_asked_nothing(analyzer):
    a = analyzer.assess(Note("n", "DOS 5/5/2026. Orthopedic follow-up, Dr. Vance, MD. X-ray shows healed fracture. RTC 6 weeks."))
    assert questions(a) == ()


def test_one_message_a_therapist_with_the_closing_once(bare, group):
    found = messages([(bare, None), (group, None), (bare, Note("a", BARE, author="Ann Lee, PT"))])
    assert sorted(m.therapist for m in found) == ["Ann Lee, PT", "Tom Hill, PTA"]
    text = to_text(found)
    assert text.count(bare.closing) == 2


def test_who_wrote_it_is_what_the_source_says_or_the_signature(bare):
    assert therapist(bare) == "Ann Lee, PT"
    assert therapist(bare, Note("a", BARE, author="A. Lee")) == "A. Lee"


def test_a_note_that_nobody_signed_is_grouped_apart(analyzer):
    a = analyzer.assess(Note("n", "DOS 5/5/2026. R TKA. Ther ex: SLR 3x10. 97110 x 2."))
    assert messages([(a, None)])[0].therapist == UNKNOWN


def test_the_messages_as_a_word_document(bare, group):
    document = Document(io.BytesIO(to_docx(messages([(bare, None), (group, Note("b", GROUP, day=date(2026, 5, 6)))]))))
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings[0] == "To: Ann Lee, PT"
    assert "Note b, 2026-05-06" in headings


def test_no_question_takes_a_side(bare, group):
    words = " ".join(f"{q.title} {q.text}" for a in (bare, group) for q in questions(a)).lower()
    assert not any(w in words for w in ("paid", "payment", "reimburse", "denied", "missing", "exceed"))


def test_a_total_that_can_be_worked_out_tells_its_figure(analyzer):
    a = analyzer.assess(Note("n", "DOS 5/5/2026. R TKA. TE 25 min: SLR 3x10. Manual therapy 15 min.\nAnn Lee, PT"))
    said = [state_of(f, a.time) for f in a.findings if f.id == "timed_minutes"]
    assert said == ["Total timed minutes weak: 40 minutes when the services are added up, not stated as a total"]


def test_reasons_are_sentences_that_tell_missing_from_weak(bare):
    assert "Total timed minutes missing" in reasons_of(bare)


def test_minutes_and_units_in_words(analyzer):
    a = analyzer.assess(Note("n", "DOS 5/5/2026. TE 40 min: SLR 3x10. Total timed 40. 97110 x 3\nAnn Lee, PT"))
    assert minutes_and_units(a.time) == "40 min; billed 3, supported 3"


def test_an_assistants_signature_hints_at_the_modifier_without_a_claim(group, bare):
    assert [h.id for h in group.hints] == ["assistant_modifier"]
    assert "CQ" in group.hints[0].message
    assert bare.hints == ()


def test_a_profile_of_the_users_own_asks_and_closes_in_its_own_words(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text('id: clinic\nname: Our clinic\nversion: "1"\nextends: cms\nclosing: Reply to the compliance office.\n', encoding="utf-8")
    a = Analyzer.create(str(own), date(2026, 11, 25)).assess(Note("b", GROUP))
    assert "Reply to the compliance office." in to_text(messages([(a, None)])) and "Reply to the compliance office." in to_html([a])
    assert row(a)["queries"].count("Reply to the compliance office.") == 1
