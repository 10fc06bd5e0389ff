"""One limit for the length of a note, wherever it is read, and one plain error; a figure or word of any length is read."""

import json

import pytest

import therex.errors
from therex.cli.app import main
from therex.errors import NoteError
from therex.nlp.build import load
from therex.redaction.replace import redact
from therex.types import Note

LIMIT = 2_000
SAID = "The note is longer than 2,000 characters: split it into one note per visit."
LONG = "Marta walks. " * 200


@pytest.fixture
def limited(monkeypatch):
    monkeypatch.setattr(therex.errors, "LONGEST", LIMIT)


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "n.txt"
    path.write_text(LONG, encoding="utf-8")
    return path


def test_the_analyzer_gives_an_error_record(analyzer, limited):
    assert analyzer.assess(Note("-", LONG)).error == ("too_large", SAID)


def test_the_analyzer_reads_no_longer_text(analyzer, limited):
    with pytest.raises(NoteError, match="longer than 2,000"):
        analyzer.read(LONG)


def test_the_pipeline_of_spacy_reads_no_longer_text(limited):
    with pytest.raises(NoteError, match="longer than 2,000"):
        load(fast=True)(LONG)


def test_a_text_as_long_as_the_limit_is_read(analyzer, limited):
    assert analyzer.assess(Note("-", LONG[:LIMIT])).error is None


def test_redaction_reads_no_longer_text(limited):
    with pytest.raises(NoteError, match="longer than 2,000"):
        redact(LONG)


def run(capsys, *args):
    with pytest.raises(SystemExit) as done:
        main([str(a) for a in args])
    return done.value.code or 0, *capsys.readouterr()


@pytest.mark.parametrize("command", [["explain"], ["redact"], ["redact", "--format", "jsonl"], ["chart"]], ids=" ".join)
def test_a_command_says_it_in_one_line_without_text(note, limited, capsys, command):
    code, out, err = run(capsys, *command, note)
    assert code == 2 and ("too_large" in out if "jsonl" in command else SAID in err)
    assert "Traceback" not in err and "Marta" not in out + err


def test_of_two_notes_the_short_one_is_redacted(note, limited, capsys):
    (note.parent / "o.txt").write_text("Patient: Ann Lee", encoding="utf-8")
    code, out, _ = run(capsys, "redact", note.parent)
    long, short = map(json.loads, out.splitlines())
    assert code == 0 and long["error"] == {"code": "too_large", "message": SAID} and short["replaced"] == {"NAME": 1}


@pytest.mark.parametrize(
    "text", ["1" * 9_000, "Pain " + "9" * 9_000 + "/10", "9" * 400 + " min", "SLR " + "9" * 400 + "x10", "x" * 9_000], ids=lambda t: t[:5]
)
def test_a_figure_or_word_of_any_length_is_read(grammar, text):
    assert grammar.assess(Note("-", f"Ther ex 97110 12 min.\n{text}\n")).error is None


def test_a_name_of_letters_without_end_is_replaced_whole():
    assert redact("Patient: " + "A" * 5_000 + ", seen").text.startswith("Patient: [NAME A], seen")


def test_a_cell_with_a_thousand_days_is_replaced():
    days = "Bo " + "1/2/2026 " * 2_000
    assert "2026" not in redact(f"| Name | Min |\n| {days} | 5 |\n").text
