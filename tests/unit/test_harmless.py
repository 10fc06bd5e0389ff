"""Names and notes with control characters, signs that turn a line round, and formulas: harmless in every report, and whole in the data."""

import csv
import io
import json

import pytest

from therex.cli.options import on_console
from therex.reports.harmless import escaped, harmless, safe
from therex.reports.html import to_html
from therex.reports.record import to_line
from therex.reports.terminal import worklist_table
from therex.reports.worklist import to_csv, write_xlsx
from therex.types import Assessment

NAME = "a\x1b[31m\x1b]0;t\x07\x9b2J\u202egnp\u2066\u2028\x7f\rb"
BAD = ("\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\u2028", "\x7f", "\r")
FAILED = Assessment(NAME, error=("empty", "The note is empty."))


def test_a_sign_stands_for_each_character_and_offsets_hold():
    assert harmless("a\x1b\x9b\u202e\n\tb\x7f") == "a␛��\n\tb␡"
    assert len(harmless(NAME)) == len(NAME) and not any(c in harmless(NAME) for c in BAD)
    plain = "Kraft 3/5 – ½ „ok“ été 日本 👩\u200d⚕️ עברית\u200e"
    assert harmless(plain) == plain


@pytest.mark.parametrize(
    "report", [lambda: on_console([worklist_table([FAILED])], None), lambda: to_csv([FAILED]), lambda: to_html([FAILED])], ids=["table", "csv", "html"]
)  # fmt: skip
def test_no_report_holds_such_a_character(report):
    told = report()
    assert not [c for c in BAD if c in told] and "gnp" in told and "\\u001b" not in told and "\\u202e" not in told


def test_a_workbook_holds_none(tmp_path):
    from openpyxl import load_workbook

    odd = NAME + "\x0b\x00\ufffe\ud800"
    write_xlsx([Assessment(odd, error=("empty", "x"))], tmp_path / "w.xlsx")
    cell = load_workbook(tmp_path / "w.xlsx").active["A2"].value
    assert "gnp" in cell and not [c for c in (*BAD, "\ufffe") if c in cell]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x", "\uff1d1", "\x00=1", "\u202e=1"])
def test_a_cell_that_a_spreadsheet_would_take_for_a_formula_is_text(cell):
    told = next(csv.reader(io.StringIO(to_csv([Assessment(cell, error=("empty", "x"))]).partition("\n")[2])))[0]
    assert told[0] in "'␀�␍" and safe("-") == "-" and safe(-5) == -5


def test_a_name_with_brackets_and_colons_is_no_markup():
    from rich.table import Table

    table = Table("group")
    table.add_row("[/x] [bold]a :smile:")
    assert "[/x] [bold]a :smile:" in on_console([table, "[red]b"], None)


def test_records_say_the_same_in_characters_that_any_program_reads():
    line = to_line(FAILED)
    assert json.loads(line)["note_id"] == NAME and line.isascii() and len(line.splitlines()) == 1
    told = json.dumps({"a": "x\x9b\u2029\ud800 👩 \U0001fffe é"}, ensure_ascii=False)
    assert json.loads(escaped(told)) == json.loads(told) and "é" in escaped(told) and "\x9b" not in escaped(told)
