"""X12 837P: service lines with code, modifiers, units, amount, day and patient."""

from datetime import date
from pathlib import Path

import pytest

from therex.errors import InputError
from therex.readers.claims import match, read_claims
from therex.types import Charge

FILE = Path(__file__).resolve().parents[1] / "data" / "claims.837"


def test_service_lines_are_read():
    assert [(x.charge, x.day) for x in read_claims(FILE)] == [
        (Charge("97110", 2, ("GP", "KX"), 120.0), date(2025, 1, 6)),
        (Charge("97140", 1, ("GP", "59"), 60.0), date(2025, 1, 6)),
        (Charge("97110", 1, ("GP",), 60.0), date(2025, 1, 8)),
    ]


@pytest.mark.parametrize("patient", ["Doe, Jane", "jane doe", "1EG4TE5MK73", "ACCT77"])
def test_a_line_finds_its_note_by_any_name_of_the_patient(patient):
    found, astray = match(read_claims(FILE), [("n", patient, date(2025, 1, 6))])
    assert [c.code for c in found["n"]] == ["97110", "97140"] and astray == 1


@pytest.mark.parametrize(
    "text",
    ["ISA*00*SECRET", "ISA~", "ISA*00*          *00*          *ZZ*SECRET         *ZZ*P              *250110*1200*^*00501*000000001*0*T*:~"],
)
def test_what_is_no_claim_is_refused_with_no_content(text, tmp_path):
    path = tmp_path / "x.837"
    path.write_text(text)
    with pytest.raises(InputError, match="not a valid X12 837P file") as stop:
        read_claims(path)
    assert "SECRET" not in str(stop.value)


def test_a_line_without_units_is_told_by_its_number(tmp_path):
    path = tmp_path / "x.837"
    path.write_text(FILE.read_text().replace("97140:GP:59*60*UN*1", "97140:GP:59*60*UN*"))
    with pytest.raises(InputError, match="service line 2 must have a code and a whole number of units"):
        read_claims(path)
