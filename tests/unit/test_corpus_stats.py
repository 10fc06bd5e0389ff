"""`therex corpus stats`: the grid, the counts of each label, and the figures that a wave of marked notes is held to."""

from __future__ import annotations

import re

import pytest

from therex.catalog.files import resource
from therex.corpus.acceptance import accept, containment, repeated_sentences, words_alone
from therex.corpus.marked import MarkedNote, parse_marks, render
from therex.corpus.negatives import hard_negatives
from therex.corpus.reading import Reading
from therex.corpus.stats import elements, grid, label_counts, lengths, writer
from therex.errors import CorpusError
from therex.types import ELEMENTS


def note(marked, note_id="n1", necessity="not_supported", **meta):
    text, spans = parse_marks(marked)
    told = {
        "note_type": "daily", "discipline": "PT", "necessity": necessity, "confidence": "clear",
        "elements": dict.fromkeys(ELEMENTS, "missing"), **meta,
    }  # fmt: skip
    return MarkedNote(note_id, text, spans, told)


def reading(marked):
    return Reading(note(marked))


def figure(found, start):
    return next(f for f in found if f.name.startswith(start))


def test_a_mark_is_alone_where_its_sentence_has_no_other():
    r = reading("⟦IMPAIRMENT Weak grip⟧. ⟦EXERCISE Putty⟧ ⟦DOSE 2x8⟧.")
    assert [r.alone(m) for m in r.marks] == [True, False, False]


def test_marks_inside_a_mark_and_twins_leave_it_alone():
    r = reading("⟦IMPAIRMENT ⟦MEASURE Grip 8 kg⟧⟧. ⟦SKILL Hand on the ⟦EXERCISE putty⟧ roll⟧.")
    assert [m.label for m in r.marks if r.alone(m)] == ["IMPAIRMENT", "MEASURE", "SKILL"]


def test_of_twins_one_counts_as_nested():
    r = reading("⟦IMPAIRMENT ⟦MEASURE grip 8 kg⟧⟧ and ⟦LIMITATION cannot open ⟦MEASURE 2 L⟧ jars⟧")
    assert sum(r.nested(m) for m in r.marks) == 2


def test_the_grid_counts_only_what_is_told():
    found = grid([note("a", "a", author="w1"), note("b", "b", author="w2", setting="camp")])
    assert found["author"] == {"w1": 1, "w2": 1} and found["setting"] == {"camp": 1} and "format" not in found


def test_a_note_without_author_belongs_to_its_family():
    assert writer(note("a", "a", family="f1")) == "f1" and writer(note("a", "a", family="f1", author="w1")) == "w1"


def test_lengths_have_the_shares_of_long_and_short_notes():
    found = lengths([note("word " * n, str(n)) for n in (10, 100, 400, 351)])
    assert (found.median, found.over, found.under) == (225.5, 0.5, 0.25)


def test_label_counts_have_shares_of_company_and_nesting():
    found = label_counts([reading("⟦RESPONSE Shook, ⟦MEASURE HR 99⟧⟧. ⟦RESPONSE Fine⟧. ⟦EXERCISE Putty⟧, ⟦RESPONSE tired⟧.")])
    assert (found["RESPONSE"].marks, round(found["RESPONSE"].accompanied, 2), found["MEASURE"].nested) == (3, 0.33, 1.0)
    assert (found["GOAL"].marks, found["GOAL"].accompanied) == (0, 0.0)


def test_elements_are_counted_by_state():
    assert elements([note("a")])["goal"] == {"missing": 1}


def test_a_sentence_of_another_note_is_repeated_whatever_its_figures():
    one = reading("Walked 40 ft with one short rest. Ate well.")
    two = reading("walked 90 ft with one short rest. He slept through all of last night.")
    assert repeated_sentences([one, two]) == pytest.approx(2 / 3)


def test_short_sentences_are_not_compared():
    assert repeated_sentences([reading("Ther ex today."), reading("Ther ex today.")]) is None


def test_sentences_of_other_notes_count_for_repetition_and_not_for_the_share():
    own, other = reading("Walked 40 ft with one short rest."), reading("Walked 90 ft with one short rest. No more than that was done.")
    assert repeated_sentences([own], [other]) == 1.0


def test_containment_is_the_greatest_share_in_one_other_note():
    words = [f"w{k}" for k in range(40)]
    a, b = note(" ".join(words), "a"), note(" ".join([*words[:20], *(f"x{k}" for k in range(40))]), "b")
    assert containment([a, b]) == pytest.approx(17 / 37)


def test_short_notes_have_no_containment():
    assert containment([note("a b c d e f", "a"), note("a b c d e f", "b")]) is None


def verdicts(words, writers=4):
    """Two notes of each verdict a writer; `words` gives what a note of a verdict says."""
    return [
        note(f"visit {k} {words(verdict)}", f"{w}-{verdict}-{k}", verdict, author=f"w{w}")
        for w in range(writers)
        for verdict in ("supported", "not_supported")
        for k in range(2)
    ]


def test_words_that_tell_the_verdict_have_an_auroc_of_one():
    assert words_alone(verdicts(lambda v: "plum" if v == "supported" else "pear")) == 1.0


def test_words_that_tell_nothing_have_an_auroc_of_half():
    assert words_alone(verdicts(lambda v: "plum")) == 0.5


def test_one_writer_gives_no_figure():
    assert words_alone(verdicts(lambda v: "plum", writers=1)) is None


def test_a_figure_is_out_beyond_its_bound():
    found = accept([note("⟦RATIONALE To keep the grip⟧. ⟦EXERCISE Putty⟧ ⟦RATIONALE for grip⟧.")])
    told = figure(found, "RATIONALE")
    assert (told.value, told.bound, told.out) == (0.5, "≤ 0.15", True)


def test_a_figure_at_its_bound_is_in():
    found = accept([note("⟦RESPONSE Tired⟧. ⟦EXERCISE Putty⟧, ⟦RESPONSE shook⟧.")])
    assert not figure(found, "RESPONSE").out


def test_a_figure_without_marks_is_not_out():
    told = figure(accept([note("Nothing here")]), "RATIONALE")
    assert told.value is None and not told.out


def test_notes_of_the_wave_are_not_compared_with_themselves():
    one = note("Walked 40 ft with one short rest.", "a")
    assert figure(accept([one], [one]), "sentences").value == 0.0


def test_second_marks_are_held_to_their_bounds():
    one = [note("⟦EXERCISE putty⟧ and ⟦IMPAIRMENT weak grip⟧", "a")]
    two = [note("⟦EXERCISE putty⟧ and weak grip", "a")]
    found = accept(one, second=two)
    assert figure(found, "second marks: span F1, all").value == pytest.approx(2 / 3)
    assert figure(found, "second marks: span F1, IMPAIRMENT").out and not figure(found, "second marks: span F1, EXERCISE").out
    assert figure(found, "second marks: span F1, GOAL").value is None


def test_second_marks_of_other_notes_are_refused():
    with pytest.raises(CorpusError, match="no note id in common"):
        accept([note("a", "a")], second=[note("b", "b")])


def test_every_figure_has_a_name_and_one_bound():
    for row in resource("acceptance.yaml")["figures"].values():
        assert row["name"] and len({"most", "below", "least"} & set(row)) == 1


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "marked").mkdir()
    for k, text in enumerate(["⟦RATIONALE to keep the grip⟧.", "⟦EXERCISE putty⟧ ⟦RATIONALE for grip⟧ ⟦DOSE 2x8⟧."]):
        (tmp_path / "marked" / f"{k}.note").write_text(render(note(text, f"n{k}", author=f"w{k}")), encoding="utf-8")
    return tmp_path / "marked"


def call(*args):
    from therex.cli.app import main

    with pytest.raises(SystemExit) as stop:
        main(["corpus", "stats", *args])
    return stop.value.code


def test_without_a_wave_all_notes_are_shown_and_nothing_fails(folder, capsys):
    assert call(str(folder)) == 0
    out = capsys.readouterr().out
    assert re.search(r"(?m)^author +w0 1, w1 1$", out) and "all notes: 2 notes" in out and "out of range" in out


def test_a_wave_out_of_bounds_fails(folder, capsys):
    assert call(str(folder), "--wave", "first=w0") == 1
    out = capsys.readouterr().out
    assert "first: 1 note " in out and re.search(r"1\.000 +≤ 0\.15 +out of range", out) and re.search(r"(?m)– +< 0\.25$", out)


def test_two_waves_have_two_tables(folder, capsys):
    assert call(str(folder), "--wave", "first=w0", "--wave", "both=w0,w1") == 1
    out = capsys.readouterr().out
    assert "first: 1 note " in out and "both: 2 notes " in out


def test_a_second_folder_adds_its_figures(folder, capsys):
    call(str(folder), "--second", str(folder))
    assert "second marks: kappa, elements" in capsys.readouterr().out


@pytest.mark.parametrize("told", ["first", "first=", "=w0"])
def test_a_wave_without_name_or_writers_is_refused(folder, capsys, told):
    assert call(str(folder), "--wave", told) == 2
    assert capsys.readouterr().err == "therex: --wave must be NAME=WRITER,WRITER,...\n"


def test_an_unknown_writer_is_refused_by_its_place(folder, capsys):
    assert call(str(folder), "--wave", "first=w0,Quux") == 2
    assert capsys.readouterr().err == "therex: --wave: writer 2 of 2 has no notes in that folder\n"


def test_words_of_a_deficit_outside_marks_are_counted_by_what_makes_them_none():
    told = reading(
        "Denies falls. Mother had a stroke with weakness. Hx of L ankle sprain. [Knee pain on stairs|IMPAIRMENT].\nDiagnosis: rotator cuff tear\n"
        "Pain handout on the desk."
    )
    found = hard_negatives([told])
    assert found == {"negated": 1, "other_person": 2, "historical": 1, "diagnosis": 1}
