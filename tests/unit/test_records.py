"""Notes with patient and day: from columns, front matter, and the names of files and folders."""

from datetime import date
from pathlib import PurePosixPath

import pytest

from therex.errors import InputError, NoteError
from therex.readers.notes import Reading, front_matter, patient_of, read_notes
from therex.types import Note


def read(tmp_path, files, by="patient", columns=None):
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(read_notes([str(tmp_path)], Reading(columns or {}, by, names=True)))


def test_a_table_gives_patient_day_and_text(tmp_path):
    got = read(tmp_path, {"n.csv": 'Patient,DOS,Note\nDoe,1/6/2025,"SLR 3x10,\ntwo lines"\nRoe,2025-01-07,x\n'})
    assert [(n.patient, n.day, n.text) for n in got] == [("Doe", date(2025, 1, 6), "SLR 3x10,\ntwo lines"), ("Roe", date(2025, 1, 7), "x")]


def test_json_lines_and_columns_by_flag(tmp_path):
    got = read(tmp_path, {"n.jsonl": '{"who": "Doe", "when": "2025-01-06", "body": "SLR"}\n'}, columns={"patient": "who", "date": "when"})
    assert [(n.note_id, n.patient, n.day, n.text) for n in got] == [("n:1", "Doe", date(2025, 1, 6), "SLR")]


def test_front_matter_is_read_and_left_out(tmp_path):
    got = read(tmp_path, {"a.txt": "---\nPatient: Doe\nDate of service: 1/6/25\n---\nSLR 3x10\n"})
    assert [(n.patient, n.day, n.text) for n in got] == [("Doe", date(2025, 1, 6), "SLR 3x10\n")]


@pytest.mark.parametrize("text", ["--- SLR 3x10 ---\n", "---\nno key here\n---\nx", "S: sore\n---\nO: x\n---\n"])
def test_a_rule_in_a_note_is_no_front_matter(text):
    assert front_matter(text) == ({}, text)


@pytest.mark.parametrize(
    ("name", "patient"),
    [
        ("doe_2025-01-06", "doe"),
        ("2025-01-06_doe_eval", "doe"),
        ("doe/2025-01-06", "doe"),
        ("doe/visit 3 01-06-2025", "doe"),
        ("doe-jane_20250106_daily_note", "doe jane"),
        ("2025-01-06", ""),
    ],
)
def test_the_patient_by_the_name_of_a_file(name, patient):
    assert patient_of(PurePosixPath(name)) == patient


def test_the_day_by_the_name_of_a_file(tmp_path):
    got = read(tmp_path, {"doe_2025-01-06.txt": "a", "doe_20250107.txt": "b", "doe_01-08-25.txt": "c"})
    assert sorted(n.day for n in got) == [date(2025, 1, 6), date(2025, 1, 7), date(2025, 1, 8)] and {n.patient for n in got} == {"doe"}


def test_a_folder_may_be_one_patient_and_all_may_be(tmp_path):
    files = {"a/x.txt": "a", "a/y.txt": "b", "b/x.txt": "c"}
    assert len({n.patient for n in read(tmp_path, files, by="folder")}) == 2
    assert len({n.patient for n in read(tmp_path, files, by="all")}) == 1


def test_a_file_that_cannot_be_read_is_an_error_in_its_place(tmp_path):
    (tmp_path / "doe_1.txt").write_bytes(bytes(range(32)) * 40)
    (tmp_path / "doe_2.txt").write_text("SLR")
    got = list(read_notes([str(tmp_path)]))
    assert [type(x) for x in got] == [NoteError, Note] and got[0].code == "not_text"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("n.csv", "SECRET\nx\n", "no column for text"),
        ("n.jsonl", '{"SECRET": 1}\n', "no column for text"),
    ],
)
def test_a_fault_of_a_table_holds_no_content(name, text, told, tmp_path):
    with pytest.raises(InputError, match=told) as stop:
        read(tmp_path, {name: text})
    assert "SECRET" not in str(stop.value)


def test_a_line_that_is_no_json_is_an_error_in_its_place(tmp_path):
    got = read(tmp_path, {"n.jsonl": '{"text": "a"}\nSECRET\n{"text": "b"}\n'})
    assert [type(x) for x in got] == [Note, NoteError, Note] and got[1].note_id == "n:2" and "SECRET" not in got[1].message
