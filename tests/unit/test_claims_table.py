"""The table of charges: columns by name or by flag, faults by line and never by content; notes by name, or by patient and day."""

from datetime import date

import pytest

from therex.errors import InputError
from therex.readers.claims import NAMES, ChargeLine, match, names_of, read_claims
from therex.readers.columns import parse_columns
from therex.types import Charge


def table(tmp_path, text, columns=None):
    path = tmp_path / "claims.csv"
    path.write_text(text, encoding="utf-8")
    return read_claims(path, columns)


def test_columns_by_their_usual_names(tmp_path):
    got = table(tmp_path, 'Note,CPT,Units,Mods,Allowed\na,97110,2,GP,"$1,061.20"\na,97140,1,GP 59,\n\nb,g0283,1,,\n')
    assert [(x.note, x.charge) for x in got] == [
        ("a", Charge("97110", 2, ("GP",), 1061.2)),
        ("a", Charge("97140", 1, ("GP", "59"))),
        ("b", Charge("G0283", 1)),
    ]


def test_columns_by_flag_and_tabs(tmp_path):
    columns = parse_columns("note=Doc,code=proc,units=How many", "--claim-columns", NAMES)
    assert [x.charge for x in table(tmp_path, "Doc\tProc\tHow many\nx\t97110\t2.0\n", columns)] == [Charge("97110", 2)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Note,Units\nSECRET,2\n", "no column for code: its name must be one of code, cpt.* name another with --claim-columns"),
        ("Note,CPT,Units\nSECRET,97110,two\n", "line 2: units must be a whole number"),
        ("Note,CPT,Units\nSECRET,9711,2\n", "line 2 must have a five-character code"),
        ("CPT,Units\n97110,2\n", "line 2 must have a five-character code, and either a note or a patient and a date"),
        ("Patient,DOS,CPT,Units\nSECRET,soon,97110,2\n", "line 2: the date of service must be a date"),
        ("Note,CPT,Units,Mods\nSECRET,97110,2,GPX\n", "line 2: a modifier must have two"),
        ("Note,CPT,Units,Amount\nSECRET,97110,2,much\n", "line 2: the amount"),
    ],
)
def test_a_fault_names_its_line_and_holds_no_content(text, told, tmp_path):
    with pytest.raises(InputError, match=told) as stop:
        table(tmp_path, text)
    assert "SECRET" not in str(stop.value)


def test_a_wrong_map_is_told():
    with pytest.raises(InputError, match="note, patient, date, code, units"):
        parse_columns("who=X", "--claim-columns", NAMES)


def test_what_a_table_may_call_a_note():
    assert names_of("clinic/07.txt") == ("clinic/07.txt", "clinic/07", "07.txt", "07")


def test_a_charge_finds_its_note_by_name_or_by_patient_and_day():
    day = date(2025, 1, 6)
    notes = [
        ("a/1", "Doe, Jane", day),
        ("a/2", "Doe, Jane", date(2025, 1, 8)),
        ("b/1", "Roe", day),
        ("c/9", "Twin", day),
        ("c/8", "Twin", day),
    ]
    lines = [
        ChargeLine(Charge("97110", 1), note="2"),
        ChargeLine(Charge("97110", 2), patient="DOE JANE", day=day),
        ChargeLine(Charge("97140", 1), patient="none", day=day, aliases=("roe",)),
        ChargeLine(Charge("97110", 3), patient="Twin", day=day),
        ChargeLine(Charge("97110", 4), patient="Doe Jane", day=date(2025, 2, 1)),
    ]
    found, astray = match(lines, notes)
    assert found == {"a/2": (Charge("97110", 1),), "a/1": (Charge("97110", 2),), "b/1": (Charge("97140", 1),)} and astray == 2
