"""The lint of marked notes: its messages, what it says of several notes, the corpus it is run on, and the command."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from therex.catalog.files import resource
from therex.corpus.lint import findings, lint, lint_batch
from therex.corpus.lint_rules import pattern
from therex.corpus.marked import MarkedNote, load_folder, parse_marks, render
from therex.types import ELEMENTS

CORPUS = Path(__file__).resolve().parents[2] / "training_data" / "notes"
# errors of the first corpus, which was marked before the rules: none of these numbers may grow, and no other rule may appear
BASELINE = {
    "assistance_alone": 7, "clock_unmarked": 1, "closes_with_sign": 1, "detail_without_exercise": 3, "dose_without_detail": 9,
    "duration_times_sign": 3, "element_missing": 1, "element_unmarked": 1, "goal_lead_in": 8, "home_missing": 5, "impairment_unmarked": 2,
    "measure_missing": 17, "measure_unmarked": 1, "no_exercise_named": 12, "purpose_missing": 1, "session_total_not_present": 1,
    "time_without_minutes": 6, "timed_total_not_present": 3, "total_from_services": 9, "units_unstated": 4,
}  # fmt: skip


def note(marked, note_id="n1", elements=None, **meta):
    text, spans = parse_marks(marked)
    told = {
        "note_type": "daily", "discipline": "PT", "necessity": "not_supported", "confidence": "clear",
        "elements": {**dict.fromkeys(ELEMENTS, "missing"), **(elements or {})}, "family": note_id, **meta,
    }  # fmt: skip
    return MarkedNote(note_id, text, spans, told)


def test_a_message_has_its_level_its_line_and_what_is_wrong():
    assert lint(note("Aims\n⟦GOAL Goal: rake the yard⟧", elements={"goal": "weak"})) == ["E: line 2: a GOAL includes its lead-in"]


def test_a_message_without_a_place_has_no_line():
    assert lint(note("Came in", elements={"impairment": "weak"})) == [
        "E: the element impairment is weak, but no IMPAIRMENT or MEASURE is marked"
    ]


def test_errors_come_before_warnings():
    found = lint(note("⟦LIMITATION She cannot knit⟧\n⟦GOAL Goal: knit⟧", elements={"functional_limitation": "present", "goal": "weak"}))
    assert [f[0] for f in found] == ["E", "W"]


def test_a_note_in_order_has_no_findings():
    elements = {"impairment": "present", "exercise_detail": "present", "purpose_link": "weak"}
    assert lint(note("⟦IMPAIRMENT Weak R grip⟧. ⟦EXERCISE Putty squeeze⟧ ⟦DOSE 2x10⟧ ⟦RATIONALE for grip⟧.", elements=elements)) == []


def test_an_empty_note_has_no_findings():
    assert lint(note("")) == []


def test_no_message_quotes_the_note():
    found = lint(note("⟦GOAL Goal: Marigold Quux walks⟧ ⟦LIMITATION She Quux min A⟧; ⟦SKILL Quux held; Quux told⟧"))
    assert found and not any("Quux" in f for f in found)


def test_the_same_words_marked_two_ways_are_a_warning_at_the_odd_one():
    usual = [note("⟦LIMITATION trouble with the stairs⟧", f"n{k}") for k in range(3)]
    odd = note("Today\n⟦IMPAIRMENT trouble with the stairs⟧", "odd")
    assert lint_batch([*usual, odd]) == ["W: note 4, line 2: the same words are marked IMPAIRMENT here and LIMITATION in most notes"]


def test_figures_and_capitals_do_not_matter_to_the_same_words():
    notes = [note(f"⟦MEASURE {words}⟧", f"n{k}") for k, words in enumerate(["Sit to stand 9", "sit to stand 12", "sit to stand 11"])]
    assert lint_batch([*notes, note("⟦DOSE sit to stand 8⟧", "odd")])


def test_an_aim_in_the_same_words_is_not_marked_two_ways():
    usual = [note("⟦LIMITATION trouble with the stairs⟧", f"n{k}") for k in range(3)]
    assert lint_batch([*usual, note("⟦GOAL trouble with the stairs⟧", "aim")]) == []


def test_one_odd_mark_in_six_is_not_reported():
    usual = [note("⟦LIMITATION trouble with the stairs⟧", f"n{k}") for k in range(5)]
    assert lint_batch([*usual, note("⟦IMPAIRMENT trouble with the stairs⟧", "odd")]) == []


def test_the_corpus_has_no_more_errors_than_it_had():
    counts = Counter(f.rule for n in load_folder(CORPUS) for f in findings(n) if f.level == "error")
    assert not {rule: n for rule, n in counts.items() if n > BASELINE.get(rule, 0)}


def test_every_pattern_compiles_and_is_used():
    source = "".join(p.read_text(encoding="utf-8") for p in (CORPUS.parents[1] / "src" / "therex" / "corpus").glob("lint*.py"))
    for name in resource("lint.yaml")["patterns"]:
        assert pattern(name) and f'"{name}"' in source, name


def test_every_list_is_used():
    used = set(re.findall(r"{([a-z_]+)}", " ".join(resource("lint.yaml")["patterns"].values())))
    assert used == set(resource("lint.yaml")["lists"])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "marked").mkdir()
    made = {
        "a": note("⟦IMPAIRMENT Weak R grip⟧", "a", {"impairment": "present"}),
        "b": note("⟦GOAL Goal: knit⟧\n⟦LIMITATION She cannot knit⟧", "b", {"goal": "weak", "functional_limitation": "present"}),
    }
    for name, n in made.items():
        (tmp_path / "marked" / f"{name}.note").write_text(render(n), encoding="utf-8")
    return tmp_path / "marked"


def call(*args):
    from therex.cli.app import main

    with pytest.raises(SystemExit) as stop:
        main([*args])
    return stop.value.code


def test_the_command_names_note_and_line_counts_and_fails_on_an_error(folder, capsys):
    assert call("corpus", "check", str(folder)) == 1
    assert capsys.readouterr().out.splitlines() == [
        "note 2 of 2: error, line 1: a GOAL includes its lead-in",
        "note 2 of 2: warning, line 2: a LIMITATION includes its subject",
        "2 notes checked: 1 error in 1 note, 1 warning in 1 note",
    ]


def test_the_command_leaves_warnings_out_when_asked(folder, capsys):
    assert call("corpus", "check", str(folder), "--errors-only") == 1
    assert capsys.readouterr().out.splitlines() == [
        "note 2 of 2: error, line 1: a GOAL includes its lead-in",
        "2 notes checked: 1 error in 1 note",
    ]


def test_warnings_alone_do_not_fail_the_command(folder, capsys):
    (folder / "b.note").write_text(render(note("⟦IMPAIRMENT She is weak⟧", "b", {"impairment": "weak"})), encoding="utf-8")
    assert call("corpus", "check", str(folder)) == 0
    assert "0 errors, 1 warning in 1 note" in capsys.readouterr().out


def test_the_command_calls_the_faults_of_the_format_errors(folder, capsys):
    (folder / "b.note").write_text(render(note("⟦IMPAIRMENT - weak grip⟧", "b", {"impairment": "weak"})), encoding="utf-8")
    assert call("corpus", "check", str(folder)) == 1
    assert "note 2 of 2: error, line 1: an IMPAIRMENT includes its bullet or list number" in capsys.readouterr().out
