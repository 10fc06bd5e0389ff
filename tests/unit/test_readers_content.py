"""Readers lose nothing in silence: what is odd is read, or is an error that names its place, and the rest goes on."""

from __future__ import annotations

import base64
import io
import json
import os
import sys
import zipfile
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from therex.errors import InputError, NoteError
from therex.readers import text
from therex.readers.claims import read_claims
from therex.readers.notes import Reading, read_notes
from therex.readers.text import decode, sound
from therex.types import Note

SAID = "SLR 3x10, VC to avoid lag. TE 25 min."


def read(tmp_path, name, data, **reading):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_notes([str(path)], Reading(**reading)))


def told(found):
    """Texts of notes, and messages of errors, in order."""
    return [x.text if isinstance(x, Note) else x.message for x in found]


def b64(text):
    return base64.b64encode(text.encode()).decode()


def reference(text, note_id="d1", **more):
    return {"resourceType": "DocumentReference", "id": note_id, "content": [{"attachment": {"data": b64(text)}}], **more}


def bundle(*entries):
    return {"resourceType": "Bundle", "entry": [{"resource": e} for e in entries]}


# ---- text that cannot be written


@given(st.text(st.characters(codec=None, categories=("Lu", "Cs", "So"))))
def test_sound_text_can_be_written_and_keeps_what_could_be(text):
    joined = sound(text)
    joined.encode()
    assert sound(joined) == joined
    assert "".join(c for c in text if not "\ud800" <= c <= "\udfff" and c != "\ufffd" and c < "\U00010000") == "".join(
        c for c in joined if c != "\ufffd" and c < "\U00010000"
    )


def test_halves_of_a_character_are_joined_and_lone_ones_replaced():
    assert sound("\ud83d\ude0a|\ude0a|\ud83d") == "\U0001f60a|\ufffd|\ufffd"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_file_name_that_is_no_utf8_gives_an_id_that_can_be_written(tmp_path):
    for name in (b"caf\xe9.txt", b"caf\xea.txt"):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(SAID.encode())
    got = list(read_notes([str(tmp_path)]))
    assert [n.note_id for n in got] == ["caf\ufffd", "caf\ufffd#2"] and {n.text for n in got} == {SAID}


def test_lone_halves_in_rows_and_resources_are_replaced(tmp_path):
    n = read(tmp_path, "t.jsonl", '{"id": "a\\ud83d", "text": "good \\ud83d\\ude0a \\ud83d", "patient": "\\ude0a", "author": "\\ud83d"}')[0]
    assert (n.note_id, n.text, n.patient, n.author) == ("a\ufffd", "good \U0001f60a \ufffd", "\ufffd", "\ufffd")
    composition = {"resourceType": "Composition", "id": "c\ud83d", "section": [{"text": {"div": "<div>SLR \ud83d</div>"}}]}
    got = read(tmp_path, "b.json", json.dumps(bundle(composition, reference(SAID))))
    assert [(n.note_id, n.text.strip()) for n in got] == [("c\ufffd", "SLR \ufffd"), ("d1", SAID)]


def test_an_emoji_in_rtf_is_one_character(tmp_path):
    assert told(read(tmp_path, "n.rtf", r"{\rtf1\ansi\uc1 good \u-10179?\u-8694? SLR \u-10179?}")) == ["good \U0001f60a SLR \ufffd"]


def test_raw_bytes_in_rtf_are_of_its_code_page(tmp_path):
    assert told(read(tmp_path, "n.rtf", b"{\\rtf1\\ansi 104\xb0 \x93better\x94}")) == ["104° “better”"]
    assert told(read(tmp_path, "n.rtf", b"{\\rtf1\\ansi\\ansicpg1251 " + "боль".encode("cp1251") + b"}")) == ["боль"]


# ---- pages


@pytest.mark.parametrize("element", ["div", "b", "span"])
def test_a_page_of_many_levels_is_read_whole(tmp_path, element):
    page = f"<html><body>{f'<{element}>' * 1000}<p>{SAID}</p>{f'</{element}>' * 1000}<p>after</p></body></html>"
    assert told(read(tmp_path, "n.html", page)) == [f"{SAID}\nafter\n"]


def test_a_page_of_more_levels_than_can_be_read_is_an_error(tmp_path):
    page = f"<html><body>{'<div>' * 5000}{SAID}</body></html>"
    (message,) = told(read(tmp_path, "n.html", page))
    assert "too deep" in message and "SLR" not in message


def test_a_page_goes_on_behind_its_end(tmp_path):
    page = "<html><body>SLR</body></html>\n<html><body>addendum: bridges</body></html> late entry"
    assert told(read(tmp_path, "n.html", page)) == ["SLR\naddendum: bridges\nlate entry\n"]


@pytest.mark.parametrize("said", ["utf-8", "iso-8859-1", "utf-16", "none-such", "windows-1252"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_page_is_read_whatever_it_says_of_its_encoding(tmp_path, said, encoding):
    page = f"<html><head><meta http-equiv=Content-Type content='text/html; charset={said}'></head><body>104° “better”</body></html>"
    assert told(read(tmp_path, "n.html", page.encode(encoding))) == ["104° “better”\n"]


# ---- FHIR


def test_bundles_in_bundles_lists_and_contained_resources_are_read(tmp_path):
    deep = bundle(reference("a"), bundle(bundle(reference("b")), {"resourceType": "Patient", "id": "p"}))
    holder = {"resourceType": "List", "contained": [reference("c")]}
    assert told(read(tmp_path, "b.json", json.dumps([deep, holder]))) == ["a", "b", "c"]


def test_a_bad_entry_of_a_bundle_is_an_error_with_its_place_and_the_rest_is_read(tmp_path):
    entries = bundle(7, {"id": "no type"}, reference("a"), {"resourceType": "Bundle", "entry": 5}, reference("b"))
    entries["entry"].insert(0, "none")
    assert told(read(tmp_path, "b.json", json.dumps(entries))) == [
        "The file, entry 1 is not a FHIR resource.",
        "The file, entry 2 is not a FHIR resource.",
        "The file, entry 3 is not a FHIR resource.",
        "a",
        "The file, entry 5: entries of a Bundle, and contained resources, must be lists.",
        "b",
    ]


def test_lines_of_resources_end_only_where_lines_end(tmp_path):
    lines = [json.dumps(reference("a", description="x\u2028y\x85z\u2029"), ensure_ascii=False), json.dumps(reference("b"))]
    assert told(read(tmp_path, "x.ndjson", "\r\n".join(lines))) == ["a", "b"]


def test_a_bad_line_of_resources_names_its_place_and_the_rest_is_read(tmp_path):
    lines = [json.dumps(reference("a")), "5", '{"a": 1}', '{"id": 1, "id": 2}', '{"resourceType": "Patient"}', json.dumps(reference("b"))]
    assert told(read(tmp_path, "x.ndjson", "\n".join(lines))) == [
        "a", "Line 2 is not a FHIR resource.", "Line 3 is not a FHIR resource.", "Line 4 is not JSON, or has the same key twice.", "b",
    ]  # fmt: skip


def test_resources_without_notes_say_so(tmp_path):
    assert "no resource with notes" in told(read(tmp_path, "p.json", '{"resourceType": "Patient"}'))[0]


def test_each_attachment_is_read_or_is_an_error(tmp_path):
    rows = [{"attachment": x} for x in ({"data": b64("a")}, {"url": "http://elsewhere/x"}, {"data": "?"}, {"data": b64("b")})]
    got = read(tmp_path, "r.json", json.dumps(reference("", content=rows)))
    assert [x.note_id for x in got] == ["d1", "d1/2", "d1/3", "d1/4"] and told(got)[0::3] == ["a", "b"]
    assert "are not downloaded" in told(got)[1] and "base64" in told(got)[2]


def test_an_attachment_is_found_by_its_full_address_and_never_taken_from_another_of_the_name(tmp_path):
    pointing = reference("", content=[{"attachment": {"url": "urn:uuid:1"}}])
    entries = bundle(pointing)
    entries["entry"].append({"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Binary", "id": "b", "data": b64("a")}})
    assert told(read(tmp_path, "b.json", json.dumps(entries))) == ["a"]
    entries["entry"].append({"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Binary", "id": "b", "data": b64("other")}})
    assert "are not downloaded" in told(read(tmp_path, "b.json", json.dumps(entries)))[0]


def test_sections_in_sections_of_a_composition_are_read(tmp_path):
    inner = {"title": "Plan", "text": {"div": "<div>bridges</div>"}}
    composition = {
        "resourceType": "Composition", "id": "c", "title": "Note", "text": {"div": "<div>whole</div>"},
        "section": [{"title": "Visit", "section": [inner]}, inner],
    }  # fmt: skip
    assert told(read(tmp_path, "c.json", json.dumps(composition)))[0].split() == ["whole", "Plan:", "bridges", "Plan:", "bridges"]


def test_a_resource_among_rows_is_an_error_with_its_line(tmp_path):
    assert told(read(tmp_path, "t.jsonl", '{"text": "a"}\n{"resourceType": "X", "text": "b"}'))[1].startswith("Line 2 is a FHIR resource")


def test_a_resource_whose_type_comes_late_is_a_resource(tmp_path):
    late = {"description": "x" * 9000, "text": {"div": "y"}, **reference(SAID)}
    assert told(read(tmp_path, "r.json", json.dumps({k: late[k] for k in sorted(late)}))) == [SAID]


# ---- rows of JSON


def test_rows_of_json_may_have_keys_of_their_own(tmp_path):
    rows = ['{"id": 1}', '{"text": "a"}', '{"patient": "Doe", "text": "b"}', '{"Note": "c", "mrn": "Roe"}']
    got = read(tmp_path, "t.jsonl", "\n".join(rows))
    assert "Line 1: --columns: no column for text" in told(got)[0]
    assert [(n.text, n.patient) for n in got[1:]] == [("a", ""), ("b", "Doe"), ("c", "Roe")]
    got = read(tmp_path, "t.jsonl", '{"a": "x", "b": "Doe", "mrn": "no"}\n{"a": "y", "mrn": "no"}', columns={"text": "a", "patient": "b"})
    assert [(n.text, n.patient) for n in got] == [("x", "Doe"), ("y", "")]


def test_rows_of_json_without_any_text_are_told_at_once(tmp_path):
    with pytest.raises(InputError, match="no column for text"):
        read(tmp_path, "t.jsonl", '{"id": 1}\n{"id": 2}')


@pytest.mark.parametrize("row", ["no json", "5", '{"text": ["a"]}', '{"text": {"a": 1}}', '{"text": "a", "text": "b"}'])
def test_a_bad_row_of_json_names_its_line_and_the_rest_is_read(tmp_path, row):
    for rows, place in ((f'{row}\n\n{{"text": "b"}}', 0), (f'{{"text": "b"}}\n{row}', 1)):
        got = told(read(tmp_path, "t.jsonl", rows))
        assert got[1 - place] == "b" and got[place].startswith(f"Line {1 + place}")


def test_a_bad_row_of_a_json_list_names_its_place_and_the_rest_is_read(tmp_path):
    rows = '[{"text": "a", "x": {"y": 1, "y": 2}}, 5, {"resourceType": "X", "text": "b"}, {"text": ["c"]}, {"Note": "d"}]'
    got = told(read(tmp_path, "t.json", rows, columns={}))
    assert got[:2] == ["Row 1 has the same key twice.", "Row 2 is not a JSON object."] and got[2].startswith("Row 3 is a FHIR resource")
    assert got[3].startswith("Row 4, the column for text") and got[4:] == ["d"]


# ---- notes that begin like JSON


@pytest.mark.parametrize(
    "front",
    ['{"visit": 7, "mrn": "x"}', '[{"visit": 7}]', '{"visit": 7, "mrn"', '{"visit": 7}\n{"visit": 8}', '{\n "visit": {"a": [1, 2]}\n}', '{"visit": 7} late entry'],
)  # fmt: skip
def test_a_note_with_a_fragment_of_an_export_in_front_is_a_note(tmp_path, front):
    said = f"{front}\nS: sore.\nO: {SAID}\nP: continue.\n"
    assert told(read(tmp_path, "n.txt", said)) == [said]


def test_rows_of_json_are_known_without_a_suffix_one_bad_line_or_not(tmp_path):
    assert told(read(tmp_path, "n", '{"text": "a"}\nbad\n{"text": "b"}'))[::2] == ["a", "b"]
    assert told(read(tmp_path, "n", '{"said": "a"}\nbad\n{"said": "b"}\n{"said": "c"}', columns={"text": "said"}))[::2] == ["a", "b"]
    assert isinstance(read(tmp_path, "n.txt", '[{"id": 1, "text": "cut o')[0], NoteError)


def test_what_its_name_says_is_json_stays_json_when_its_first_line_is_broken(tmp_path):
    got = told(read(tmp_path, "t.jsonl", 'broken\n{"text": "a"}'))
    assert got[0].startswith("Line 1 is not a JSON object") and got[1] == "a"
    assert told(read(tmp_path, "n.json", SAID)) == [SAID]


# ---- tables


@pytest.mark.parametrize(("name", "head", "row"), [("t.csv", "id,text\n", "{},{}\n"), ("t.jsonl", "", '{{"id": {}, "text": "{}"}}\n')])
def test_a_table_that_turns_to_an_old_encoding_late_is_read_whole(tmp_path, name, head, row):
    said = "Flexion 104° — “better”".replace("“", "‘").replace("”", "’")
    plain = "".join(row.format(i, "plain") for i in range(8000))
    data = (head + plain).encode() + row.format(1, said).encode("cp1252") + row.format(2, said).encode()
    assert told(read(tmp_path, name, data))[-2:] == [said, said]


def test_a_note_of_two_encodings_is_read_line_by_line(tmp_path):
    said = "Flexion 104° “better”\n"
    assert decode(said.encode() + said.encode("cp1252")) == said * 2


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_long_file_is_the_same_however_it_is_cut(monkeypatch, piece, encoding, end):
    monkeypatch.setattr(text, "_PIECE", piece)
    lines = [f"Flexion 104°{end}", end, f"“better” é{end}", "caf\xe9"]
    data = "".join(lines).encode(encoding)

    def pieces(take, most):
        return list(iter(partial(getattr(text.TextStream(io.BytesIO(data), data), take), most), ""))

    assert pieces("readline", 100) == lines
    assert {"".join(pieces(take, most)) for take in ("readline", "read") for most in (1, 2, 7, 100)} == {"".join(lines)}


def test_a_long_line_is_read_whole_where_a_character_is_cut_between_pieces(monkeypatch):
    monkeypatch.setattr(text, "_PIECE", 4)
    data = b"a" * 40 + "“é”é".encode() * 20 + b"\nb"
    stream = text.TextStream(io.BytesIO(data), data[:40])
    assert stream.readline(1000) == data.decode()[:-1] and stream.readline(1000) == "b"


def test_an_old_letter_at_the_very_end_is_read(tmp_path):
    assert told(read(tmp_path, "n.txt", "Drank at caf\xe9".encode("cp1252"))) == ["Drank at caf\xe9"]
    assert told(read(tmp_path, "t.csv", "id,text\n1,caf\xe9".encode("cp1252"))) == ["caf\xe9"]


def test_few_odd_bytes_are_of_the_windows_page():
    assert decode("Herr Schröder, Ødegård".encode("cp1252")) == "Herr Schröder, Ødegård"


def parquet(columns, names=None):
    pyarrow = pytest.importorskip("pyarrow")
    out = io.BytesIO()
    pytest.importorskip("pyarrow.parquet").write_table(pyarrow.table(columns, names=names), out)
    return out.getvalue()


def workbook(*sheets):
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_two_columns_of_one_name_are_refused(tmp_path):
    for name, data in (
        ("t.csv", "id,text,Text\n1,a,b\n"),
        ("t.xlsx", workbook([["text", "text "], ["a", "b"]])),
        ("t.parquet", parquet([["a"], ["b"]], ["text", "TEXT"])),
    ):
        with pytest.raises(InputError, match="two columns for text have the same name"):
            read(tmp_path, name, data)
    assert told(read(tmp_path, "t.csv", "text,x,x\na,1,2\n")) == ["a"]
    with pytest.raises(InputError, match="two columns chosen by --by"):
        read(tmp_path, "t.csv", "text,x,x\na,1,2\n", keep=("x",))


def test_a_second_sheet_of_notes_is_an_error_that_says_so(tmp_path):
    got = read(tmp_path, "t.xlsx", workbook([["x"], ["y"]], [["text"], ["a"]], [["text"], ["b"]]))
    assert told(got)[0] == "a" and told(got)[1].startswith("Sheet 3 also has a column of notes") and len(got) == 2


def test_bytes_in_parquet_are_text(tmp_path):
    got = told(read(tmp_path, "t.parquet", parquet({"text": ["104°".encode(), "104°".encode("cp1252"), b"\x00\x01\x02", None]})))
    assert got == ["104°", "104°", "Row 3, the column for text: The file has binary content.", ""]


@pytest.mark.parametrize("value", [["a", "b"], {"a": "b"}])
def test_lists_and_structures_in_parquet_are_errors_with_their_row(tmp_path, value):
    assert told(read(tmp_path, "t.parquet", parquet({"text": [value, None]}))) == [
        "Row 1, the column for text: The column has lists or structures, not text.",
        "Row 2, the column for text: The column has lists or structures, not text.",
    ]
    got = read(tmp_path, "t.parquet", parquet({"text": ["x"], "mrn": [value]}))
    assert told(got) == ["Row 1, the column for patient: The column has lists or structures, not text."] and got[0].note_id == "t:1"


def test_text_in_parquet_that_is_no_utf8_is_read_in_an_old_encoding(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    raw = pyarrow.array(["104°".encode("cp1252"), "104°".encode()], pyarrow.binary())
    text = pyarrow.Array.from_buffers(pyarrow.string(), len(raw), raw.buffers())
    assert told(read(tmp_path, "t.parquet", parquet({"text": text}))) == ["104°", "104°"]


def test_a_number_that_is_none_is_an_empty_cell(tmp_path):
    assert [n.patient for n in read(tmp_path, "t.parquet", parquet({"text": ["a", "b"], "mrn": [float("nan"), 7.0]}))] == ["", "7"]


def test_a_quotation_mark_that_nothing_closes_costs_one_row(tmp_path):
    got = read(tmp_path, "t.csv", 'id,text\n1,a\n2,"open\n3,b\n4,c\n')
    assert told(got) == ["a", "Line 3 cannot be read: a quotation mark is not closed.", "b", "c"] and got[1].note_id == "t:2"


def test_rows_that_an_open_quotation_mark_swallows_are_named_by_their_lines(tmp_path):
    got = told(read(tmp_path, "t.csv", 'id,text\n1,"a"\n2,"open\n3,"b"\n4,"c"\n'))
    assert got[0] == "a" and got[1].startswith("Lines 3 to 4 cannot be read") and got[2:] == ["c"]


def test_a_quotation_mark_in_quoted_text_changes_no_text_unseen(tmp_path):
    got = told(read(tmp_path, "t.csv", 'id,text\n1,"4" step, ups"\n2,"4"" step"\n3,4" step\n'))
    assert got[0].startswith("Line 2 cannot be read") and got[1:] == ['4" step', '4" step']


@pytest.mark.parametrize(
    ("row", "said"), [("1,Doe,SLR, clams", "Line 2 has more cells"), ("second line of a note", "Line 2 ends before the text")]
)
def test_a_row_with_a_cell_too_many_or_too_few_is_an_error(tmp_path, row, said):
    got = told(read(tmp_path, "t.csv", f"id,patient,text\n{row}\n2,Roe,after,,\n"))
    assert got[0].startswith(said) and "SLR" not in got[0] and got[1:] == ["after"]


@pytest.mark.parametrize("cell", ["x" * 99, "x, y\n" * 30])
def test_a_row_that_is_too_long_is_an_error_and_the_rest_is_read(tmp_path, cell):
    got = read(tmp_path, "t.csv", f'id,text\n1,a\n2,"{cell}"\n3,b\n', largest=50)
    assert told(got)[::2] == ["a", "b"] and got[1].code == "too_large" and "longer than 50" in got[1].message


def test_each_row_that_is_too_long_is_an_error_of_its_own(tmp_path):
    got = read(tmp_path, "t.csv", f"id,text\r\n1,{'x' * 99}\r\n2,{'y' * 99}\r\n3,b\r\n", largest=50)
    assert [m[:6] for m in told(got)] == ["Line 2", "Line 3", "b"] and [x.note_id for x in got] == ["t:1", "t:2", "3"]


def test_a_header_that_cannot_be_read_is_told_before_the_rest(tmp_path):
    (e,) = read(tmp_path, "t.csv", "id,text" + ",x" * 20_000 + "\n1,a\n")
    assert (e.code, e.message) == (
        "too_large",
        "The header of the table: Line 1 cannot be read: it has more than 16,384 columns.",
    )


def test_a_damaged_table_of_charges_names_the_line(tmp_path):
    path = tmp_path / "c.csv"
    for row, said in (('a,97110,"2', "Line 3 cannot be read"), ("a,97110,2,1,200.00", "Line 3 has more cells")):
        path.write_text(f"note,code,units,amount\na,97110,2,1\n{row}\n")
        with pytest.raises(InputError, match=said):
            read_claims(path)


# ---- archives, folders, Word


def test_a_damaged_member_of_an_archive_costs_itself_alone(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "".join(f"{i} " for i in range(3000)))
        archive.writestr("b.txt", SAID)
    data = bytearray(out.getvalue())
    start = data.find(b"a.txt") + 10
    data[start : start + 60] = b"\xff" * 60
    assert told(read(tmp_path, "a.zip", bytes(data)))[1:] == [SAID]


def test_a_folder_that_cannot_be_read_is_an_error_and_the_rest_is_read(tmp_path, monkeypatch):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "n.txt").write_text(SAID)
    real, access = os.scandir, os.access

    def refused(path="."):
        if os.path.basename(path) == "b":
            raise PermissionError(13, "no", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refused)
    monkeypatch.setattr(os, "access", lambda path, mode: os.path.basename(path) != "b" and access(path, mode))
    got = list(read_notes([str(tmp_path)]))
    assert [x.note_id for x in got] == ["a/n", "b", "c/n"] and told(got)[1].startswith("The folder could not be read")
    for pattern in ("*/*.txt", "**/*.txt"):
        got = list(read_notes([str(tmp_path / pattern)]))
        assert [x for x in told(got) if x != SAID] == [told(got)[-1]] and told(got)[-1].startswith("The folder could not be read")
    with pytest.raises(InputError, match="folder 1 of 1 cannot be read"):
        list(read_notes([str(tmp_path / "b")]))


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b", "a/" * 3000])
def test_a_path_that_cannot_be_is_told_in_one_line(path):
    with pytest.raises(InputError, match="no such file or folder"):
        list(read_notes([path]))


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(*blocks):
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    for block in blocks:
        document.element.body.insert(len(document.element.body) - 1, parse_xml(block))
    return document


def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def run(text):
    return f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>"


def test_content_controls_and_tracked_changes_of_word_are_read(tmp_path):
    control = f"<w:sdt {W}><w:sdtContent><w:p>{run('in a control')}</w:p></w:sdtContent></w:sdt>"
    line = (
        f"<w:p {W}>{run('SLR ')}<w:sdt><w:sdtContent>{run('3x10')}</w:sdtContent></w:sdt><w:ins w:id='1' w:author='x'>{run(' added')}</w:ins>"
        f"<w:del w:id='2' w:author='x'><w:r><w:delText> gone</w:delText></w:r></w:del><w:moveFrom w:id='3' w:author='x'>{run(' moved')}</w:moveFrom>"
        f"<w:smartTag>{run(' today')}</w:smartTag><w:fldSimple w:instr='X'>{run(' 25 min')}</w:fldSimple></w:p>"
    )
    assert told(read(tmp_path, "n.docx", saved(word(control, line))))[0].splitlines() == ["in a control", "SLR 3x10 added today 25 min"]


def test_tables_in_tables_and_cells_in_controls_of_word_are_read(tmp_path):
    inner = f"<w:tbl><w:tr><w:tc><w:p>{run('inner')}</w:p></w:tc></w:tr></w:tbl>"
    row = f"<w:tr><w:tc><w:p>{run('a')}</w:p>{inner}<w:p/></w:tc><w:sdt><w:sdtContent><w:tc><w:p>{run('b')}</w:p></w:tc></w:sdtContent></w:sdt></w:tr>"
    table = f"<w:tbl {W}>{row}<w:sdt><w:sdtContent><w:tr><w:tc><w:p>{run('c')}</w:p></w:tc></w:tr></w:sdtContent></w:sdt></w:tbl>"
    assert told(read(tmp_path, "n.docx", saved(word(table))))[0].splitlines() == ["a inner | b", "c"]


def test_merged_cells_of_word_stand_once_in_a_row(tmp_path):
    document = word()
    table = document.add_table(2, 3)
    for i, row in enumerate(table.rows):
        for j, cell in enumerate(row.cells):
            cell.text = f"{i}{j}"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(0, 2).merge(table.cell(1, 2)).text = "tall"
    assert told(read(tmp_path, "n.docx", saved(document)))[0].splitlines() == ["wide | tall", "10 | 11 | tall"]


def test_text_boxes_and_heads_of_first_pages_of_word_are_read_once(tmp_path):
    box = f"<w:txbxContent><w:p>{run('in a box')}</w:p></w:txbxContent>"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    line = f"<w:p {W} xmlns:mc='{mc}'>{run('SLR')}<w:r><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    document = word(line)
    document.sections[0].different_first_page_header_footer = True
    document.sections[0].first_page_header.paragraphs[0].text = "DOS 5/1/25"
    document.sections[0].header.paragraphs[0].text = "Doe"
    assert told(read(tmp_path, "n.docx", saved(document)))[0].splitlines() == ["DOS 5/1/25", "Doe", "SLR", "in a box"]
