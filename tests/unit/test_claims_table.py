"""The table of charges: columns by name or by flag, faults by line and never by content."""

import pytest

from therex.errors import InputError
from therex.readers.claims import names_of, parse_columns, read_claims
from therex.types import Charge


def table(tmp_path, text, columns=None):
    path = tmp_path / "claims.csv"
    path.write_text(text, encoding="utf-8")
    return read_claims(path, columns)


def test_columns_by_their_usual_names(tmp_path):
    got = table(tmp_path, "Note,CPT,Units,Mods\na,97110,2,GP\na,97140,1,GP 59\n\nb,g0283,1,\n")
    assert got == {"a": (Charge("97110", 2, ("GP",)), Charge("97140", 1, ("GP", "59"))), "b": (Charge("G0283", 1),)}


def test_columns_by_flag_and_tabs(tmp_path):
    got = table(tmp_path, "Doc\tProc\tHow many\nx\t97110\t2.0\n", parse_columns("note=Doc,code=proc,units=How many"))
    assert got == {"x": (Charge("97110", 2),)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Note,Units\nSECRET,2\n", "no column for code: want code, cpt"),
        ("Note,CPT,Units\nSECRET,97110,two\n", "line 2: units are a whole number"),
        ("Note,CPT,Units\nSECRET,9711,2\n", "line 2: want a note and a code"),
        ("Note,CPT,Units,Mods\nSECRET,97110,2,GPX\n", "line 2: a modifier has two"),
    ],
)
def test_a_fault_names_its_line_and_holds_no_content(text, told, tmp_path):
    with pytest.raises(InputError, match=told) as stop:
        table(tmp_path, text)
    assert "SECRET" not in str(stop.value)


def test_a_wrong_map_is_told():
    with pytest.raises(InputError, match="note, code, units, modifiers"):
        parse_columns("payer=X")


def test_what_a_table_may_call_a_note():
    assert names_of("clinic/07.txt") == ("clinic/07.txt", "clinic/07", "07.txt", "07")
