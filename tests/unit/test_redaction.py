"""What `therex redact` replaces, what it leaves, and that one person has one letter."""

import pytest

from therex.redaction.find import find
from therex.redaction.replace import redact
from therex.types import Note


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("Patient: Marta Jimenez  DOB: 3/4/1960", "NAME", "Marta Jimenez"),
        ("JIMENEZ, MARTA   MR# 204411", "NAME", "JIMENEZ, MARTA"),
        ("Her daughter Renee drove her.", "NAME", "Renee"),
        ("Seen by K. Oyelaran OTR/L today.", "NAME", "K. Oyelaran"),
        ("Referred by Dr. Alan Whitcomb for weakness.", "NAME", "Dr. Alan Whitcomb"),
        ("Patient: Thomas Reed", "NAME", "Thomas Reed"),
        ("Her son Taylor drove. Mr. Allen waited.", "NAME", "Mr. Allen"),
        ("Seen by Craig Williams, PT", "NAME", "Craig Williams"),
        ("Patient: Thomas Reed\nQuad work. Reed tired; Thomas rested.", "NAME", "Thomas"),
        ("Res. Grace Bridges, rm 214B.", "NAME", "Res. Grace Bridges"),
        ("SCI clinic: Chance Hill, 31, C6 SCI.", "NAME", "Chance Hill"),
        ("Dictating on Jordan Kegel, seen today.", "NAME", "Jordan Kegel"),
        ("Curtis Lachman, PT", "NAME", "Curtis Lachman"),
        ("The patient, Mrs. Eun-ji Pak, arrived", "NAME", "Mrs. Eun-ji Pak"),
        ("| Date | Pt | Min | Init |\n| 6/3 | Romberg, Elsa | 28 | KJ |\n", "NAME", "KJ"),
        ("| Date | Pt | Min | Init |\n| 6/3 | Romberg, Elsa | 28 | KJ |\n", "DATE", "6/3"),
        ("His fiancee April held the phone.", "NAME", "April"),
        ("Follow up Tuesday the 13th.", "DATE", "Tuesday the 13th"),
        ("chart tr-20981 on file", "ID", "tr-20981"),
        ("under policy no. AB 4471-20", "ID", "AB 4471-20"),
        ("DOS 10/06/2026 visit 6", "DATE", "10/06/2026"),
        ("Next visit 10/08.", "DATE", "10/08"),
        ("repair on the twelfth of August", "DATE", "the twelfth of August"),
        ("fell on June 28, 2026 at home", "DATE", "June 28, 2026"),
        ("She is 93 y/o and lives alone", "AGE", "93"),
        ("call (937) 555-0191 ext 12", "PHONE", "(937) 555-0191 ext 12"),
        ("mail to a.b@clinic.example today", "EMAIL", "a.b@clinic.example"),
        ("see https://portal.example/x?id=3 for it", "URL", "https://portal.example/x?id=3"),
        ("MRN: 00482913", "ID", "00482913"),
        ("SSN 512-00-4471", "ID", "512-00-4471"),
        ("lives at 2209 N. Caldwell Ave Apt 3B, Dayton, OH 45402 with", "ADDRESS", "2209 N. Caldwell Ave Apt 3B, Dayton, OH 45402"),
        ("works at Nordhaven Bakery on trays", "ORG", "Nordhaven Bakery"),
    ],
)
def test_what_is_replaced(text, kind, said):
    assert (kind, said) in [(s.kind, text[s.start : s.end]) for s in find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Ther ex 25 min: SLR 3x10, quad MMT 4-/5, TUG 12 s, 97110 x 2 units, G0283.",
        "Pain 3/10 to 2/10, Berg 38/56, DGI 18/24, visit 6/12, knee ROM 0-112, ext 30.",
        "Hawkins and Neer negative, Thomas test +, Ober -, Dix-Hallpike -, Phalen -.",
        "PT, PTA and OT present; CGA with FWW; HEP issued; VCs for TKE; POC sent.",
        "Therapeutic Exercise: Straight Leg Raise 3x10, Heel Slides x20, Mini Squats 2x10 with TheraBand and BOSU.",
        "March in place 3x20. May progress next visit. Will add bridges.",
        "M17.11, S83.511A, R26.89. ROM R 110/L 125. AROM 2-112 deg at 78 years old.",
        "Increase strength for ADLs; independent with IADLs in home and at work.",
    ],
)
def test_what_is_left(text):
    assert redact(text).text == text


def test_one_person_has_one_letter():
    told = redact(
        "Patient: Marta Jimenez. Ms. Jimenez walked with her son Luis. Marta was tired; LUIS was not. Seen 3/4/2026, again 3/4/2026."
    )
    assert told.text == (
        "Patient: [NAME A]. [NAME A] walked with her son [NAME B]. [NAME A] was tired; [NAME B] was not. Seen [DATE A], again [DATE A]."
    )
    assert told.replaced == {"DATE": 2, "NAME": 5}


def test_names_that_a_record_tells_are_found_bare():
    assert redact("short was tired, Wood carried trays", also=("Short, Wood",)).text == "short was tired, [NAME A] carried trays"
    assert redact("She will walk. KC-10977 seen.", also=("hill, will", "KC-10977")).text == "She will walk. [ID A] seen."


def test_the_thomas_test_stays_where_the_patient_is_thomas():
    told = redact("Patient: Thomas Reed. Thomas test + on R. Thomas tired.").text
    assert told == "Patient: [NAME A]. Thomas test + on R. [NAME A] tired."


def test_no_part_of_what_was_found_is_lost_where_two_overlap():
    for start in range(0, 12, 3):
        from therex.redaction.find import _Found

        found = _Found("abcdefghijkl mnop")
        found.add(3, 6, "DATE")
        found.add(start, 12, "NAME")
        assert all(any(s.start <= i < s.end for s in found.spans) for i in {*range(3, 6), *range(start, 12)})


def test_a_redacted_note_reads_as_it_did(analyzer):
    text = (
        "PT daily note 3/4/2026. Patient: Marta Jimenez\nR knee OA, quad weakness limits stairs. Goal: climb 12 steps without rail by 4/20.\n"
        "Ther ex 25 min: SLR 3x10, cued to hold the knee straight; pain 4 to 2 after. Total 30 min.\nAnn Lee, PT 3/4/2026"
    )
    before, after = (analyzer.assess(Note("-", told)) for told in (text, redact(text).text))
    assert [(f.id, f.found) for f in after.findings] == [(f.id, f.found) for f in before.findings]
    assert after.line.status == before.line.status and after.necessity.verdict == before.necessity.verdict


def test_letters_go_on_after_z():
    from therex.redaction.replace import _letter

    assert [_letter(n) for n in (0, 25, 26, 27, 51, 52, 701, 702)] == ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]


def test_nothing_of_a_note_is_in_a_repr():
    assert "Jimenez" not in repr(redact("[x] Patient: Marta Jimenez"))
