"""`therex corpus check` and `suggest`: what they find, and what they say of it."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from therex.corpus.check import check
from therex.corpus.marked import MarkedNote, load_folder, parse_marks, render
from therex.types import ELEMENTS, Note

CORPUS = Path(__file__).resolve().parents[2] / "training_data" / "notes"


def note(marked, note_id="n1", elements=None, **meta):
    text, spans = parse_marks(marked)
    told = {"necessity": "not_supported", "elements": {**dict.fromkeys(ELEMENTS, "missing"), **(elements or {})}, "family": note_id, **meta}
    return MarkedNote(note_id, text, spans, told)


def test_the_corpus_has_no_faults():
    assert check(load_folder(CORPUS)) == []


@pytest.mark.parametrize(
    ("marked", "kwargs", "said"),
    [
        ("O: ⟦EXERCISE:performed - bridges⟧ 3x10", {}, "an EXERCISE includes its bullet or list number"),
        ("O:\n⟦DOSE 3x10,⟧", {}, "a DOSE includes its closing punctuation"),
        ("O: ⟦DOSE 3x10 ⟧x", {}, "a DOSE begins or ends with a space"),
        ("25 min", {"minutes": {"codes": {97110: 25}, "timed_total": 25}}, "minutes.timed_total is in the front matter, but not marked"),
        ("Total ⟦DURATION:session_total=40 40⟧", {}, "session_total is marked, but not in the front matter"),
        ("TE", {"elements": {"code_minutes": "present"}}, "code_minutes is present, but minutes.codes is empty"),
        ("x", {"elements": {"total_time": "present"}}, "total_time is present, but minutes.session_total is empty"),
        ("x", {"elements": {"timed_minutes": "present"}}, "timed_minutes is present, but minutes.timed_total is empty"),
        ("x", {"necessity": "supported"}, "supported, but neither EXERCISE nor SERVICE is marked"),
    ],
)
def test_a_fault_is_named(marked, kwargs, said):
    assert said in [f.what for f in check([note(marked, **kwargs)])]


def test_a_fault_of_a_mark_has_its_line():
    assert [(f.number, f.line) for f in check([note("O:\n⟦DOSE 3x10,⟧")])] == [(1, 2)]


def checked(folder, notes, capsys, *more):
    """Run `therex corpus check` on notes: (exit code, lines)."""
    from therex.cli.app import main

    for k, marked in enumerate(notes):
        meta = {"note_type": "daily", "discipline": "PT", "confidence": "clear"}
        (folder / f"{k}.note").write_text(render(note(marked, f"n{k}", **meta)), encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["corpus", "check", str(folder), *more])
    return stop.value.code, capsys.readouterr().out.splitlines()


def test_errors_are_exit_1_and_counted_by_what_they_are(tmp_path, capsys):
    code, lines = checked(tmp_path, ["O:\n⟦SKILL cue x,⟧ ⟦SKILL cue y,⟧", "⟦SKILL cue z,⟧"], capsys, "--errors-only")
    assert (
        code == 1
        and lines[0].startswith("note 1 of 2: error")
        and "note 1 of 2: error, line 2: a SKILL includes its closing punctuation" in lines
    )
    assert any(re.fullmatch(r"3 +error +a SKILL includes its closing punctuation", line) for line in lines)
    assert re.fullmatch(r"2 notes checked: \d+ errors in 2 notes", lines[-1])


def test_notes_in_order_are_exit_0(tmp_path, capsys):
    assert checked(tmp_path, ["Pt seen."], capsys) == (0, ["1 note checked: 0 errors, 0 warnings"])


def test_twins_of_one_family_are_siblings_and_of_two_are_a_fault():
    body = "Pt seen for ther ex today, SLR and bridges done with good control, fatigued by the last set, plan to go on as before."
    one, two = note(body), note(body + " Thanks.", "n2")
    assert [f.what for f in check([one, two])] == ["nearly the same text as note 1, of another family"]
    assert check([one, replace(two, meta={**two.meta, "family": "n1"})]) == []


def test_no_fault_quotes_the_note():
    told = check([note("O: ⟦EXERCISE:performed - Marigold Quux lifts⟧", elements={"goal": "present"})])
    assert told and not any("Quux" in f.what for f in told)


def test_suggestions_are_the_least_sure_and_the_least_alike(analyzer):
    from therex.training.suggest import suggest

    sure = "Pt here. Ther ex. Tolerated well. Continue."
    between = "S: R knee stiff, hard to climb stairs.\nO: Ther ex 20 min: SLR 3x10.\nA: Goal climb 12 steps with rail in 4 wks."
    found = suggest([Note("a", sure), Note("b", sure), Note("c", between), Note("d", "")], analyzer, 2)
    assert found[0].note.id == "c" and len(found) == 2
    assert found[0].unsure >= found[1].unsure and {s.note.id for s in found} <= {"a", "b", "c"}
    assert found[0].note.meta["why"].startswith("suggested") and set(found[0].note.meta["elements"]) == set(ELEMENTS)


def test_suggest_writes_tasks_that_come_back_as_marked_notes(tmp_path, capsys):
    from therex.cli.app import main

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "note.txt").write_text("R knee weak. Ther ex 20 min: SLR 3x10 2#. Total 25 min.")
    with pytest.raises(SystemExit) as stop:
        main(["corpus", "suggest", str(tmp_path / "in"), "-o", str(tmp_path / "t.json")])
    out, err = capsys.readouterr()
    assert stop.value.code == 0 and re.search(r"(?m)^1 +0\.\d\d +0\.\d\d", out) and "SLR" not in out
    assert err == "therex: Label Studio tasks written: 1 note\n"
    assert any(r["type"] == "labels" for r in json.loads((tmp_path / "t.json").read_text())[0]["annotations"][0]["result"])
    with pytest.raises(SystemExit) as stop:
        main(["corpus", "import", str(tmp_path / "t.json"), str(tmp_path / "m"), "--from", "label-studio"])
    assert stop.value.code == 0 and len(load_folder(tmp_path / "m")) == 1
