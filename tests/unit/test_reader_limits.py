"""Readers are bounded: what would never end, or unpack to gigabytes, is refused in its place, and the rest is read."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import time
import zipfile
import zlib

import pytest

from therex.errors import InputError, NoteError
from therex.readers import json_list, limits, messages, office
from therex.readers.claims import read_claims
from therex.readers.documents import Document, find_documents
from therex.readers.notes import Reading, read_notes
from therex.readers.pdf import read_pdf
from therex.types import Note

SAID = "SLR 3x10"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(tmp_path, name, data, **reading):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_notes([str(path)], Reading(**reading)))


def told(found):
    return [x.text.strip() if isinstance(x, Note) else x.code for x in found]


def changed(data, part, text):
    """An archive with one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, text if info.filename == part else old.read(info))
    return out.getvalue()


def word(body):
    import docx

    out = io.BytesIO()
    docx.Document().save(out)
    return changed(out.getvalue(), "word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>')


def word_cell(text, more=""):
    return f"<w:tc><w:tcPr>{more}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEAD = f'<row r="1">{cell("A1", "id")}{cell("B1", "text")}</row><row r="2">{cell("A2", "1")}{cell("B2", SAID)}</row>'


def workbook(rows, dimension=""):
    import openpyxl

    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    said = f'<dimension ref="{dimension}"/>' if dimension else ""
    return changed(
        out.getvalue(), "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{SHEET}">{said}<sheetData>{rows}</sheetData></worksheet>'
    )


def pdf_of_pieces(n):
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(612, 792))
    for i in range(n):
        page.drawString(20 + i % 40 * 14, 780 - i // 40 * 3.5, "ab")
    page.showPage()
    page.save()
    return out.getvalue()


def pdf_of_stream(stream, filters):
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter[%s]>>stream\n%s\nendstream" % (len(stream), filters, stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    return b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (i, p) for i, p in enumerate(parts, 1)) + b"trailer<</Root 1 0 R>>\n%%EOF"


def blanks(megabytes):
    pack = zlib.compressobj(1)
    return b"".join(pack.compress(b" " * 1_000_000) for _ in range(megabytes)) + pack.flush()


# ---- what took no end of time or memory, read in a process that has little of both

CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from therex.readers.notes import read_notes
for x in read_notes(sys.argv[1:]):
    print(x.note_id, getattr(x, "code", "note"))
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """What became of each of a folder of hostile files, and of endless standard input, by its name."""
    folder = tmp_path_factory.mktemp("hostile")
    flate = blanks(250)
    files = {
        "span.docx": word(f"<w:tbl><w:tr>{word_cell(SAID, '<w:gridSpan w:val=' + chr(34) + '2000000000' + chr(34) + '/>')}</w:tr></w:tbl>"),
        "elements.docx": word("<w:p/>" * 1_000_001 + "".join(f"<!--{random.random()}-->" for _ in range(2000))),
        "row.xlsx": workbook(HEAD + f'<row r="999999999999">{cell("A999999999999", "2")}</row>'),
        "stray.xlsx": workbook(HEAD + f'<row r="1048576">{cell("XFD1048576", " ")}</row>', "A1:XFD1048576"),
        "pieces.pdf": pdf_of_pieces(8000),
        "flate.pdf": pdf_of_stream(flate, b"/FlateDecode"),
        "twice.pdf": pdf_of_stream(zlib.compress(flate), b"/FlateDecode/FlateDecode"),
        "tags.html": b"<html><body>" + b"<p>" * 2_000_001,
        "brackets.json": b'[{"text": "a"}, {"text": [' + b"[]," * 1_000_001,
        "groups.rtf": b"{\\rtf1 " + b"{" * 1_000_001,
        "links.rtf": b"{\\rtf1 SLR " + b'{\\field{\\*\\fldinst{HYPERLINK "a" ' * 3000,
        "segments.hl7": b"MSH|^~\\&|A|B|||20250107||ORU^R01|78|P|2.5\rOBR|1\r" + b"OBX|1|TX|||a\r" * 60_000,
        "columns.csv": b"id,text" + b"," * 2_000_000 + b"\n1,a\n",
        "cells.csv": b"id,text\n1" + b"," * 2_000_000 + b"\n7,a\n",
        "good.txt": SAID.encode(),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    os.mkfifo(folder / "pipe.txt")
    os.symlink("/dev/zero", folder / "zero.txt")
    os.symlink("nowhere", folder / "dangling.txt")
    with open("/dev/zero", "rb") as endless:
        run = subprocess.run([sys.executable, "-c", CHILD, str(folder), "-"], stdin=endless, capture_output=True, text=True, timeout=500)
    assert run.returncode == 0, run.stderr
    return dict(line.split() for line in run.stdout.splitlines())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("span", "note"),
        ("elements", "too_large"),
        ("row", "too_large"),
        ("1", "note"),
        ("pieces", "note"),
        ("flate", "too_large"),
        ("twice", "too_large"),
        ("tags", "too_large"),
        ("brackets:1", "note"),
        ("brackets:2", "too_large"),
        ("groups", "too_large"),
        ("links", "note"),
        ("segments", "too_large"),
        ("columns", "too_large"),
        ("cells:1", "too_large"),
        ("7", "note"),
        ("good", "note"),
        ("pipe", "not_text"),
        ("zero", "not_text"),
        ("dangling", "not_text"),
        ("-", "too_large"),
    ],
)
def test_what_would_never_end_is_an_error_in_its_place(hostile, name, code):
    assert hostile[name] == code


# ---- files and standard input


def test_a_pipe_that_is_named_is_told_at_once(tmp_path):
    os.mkfifo(tmp_path / "p.txt")
    with pytest.raises(InputError, match="path 1 of 1 is a pipe or a device, not a regular file"):
        list(find_documents([str(tmp_path / "p.txt")]))
    found = list(read_notes([str(tmp_path / "*.txt")]))
    assert told(found) == ["not_text"] and "not a regular file" in found[0].message


def test_charges_are_never_read_from_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "p.csv")
    with pytest.raises(InputError, match="--claims must be a regular file"):
        read_claims(tmp_path / "p.csv")


def test_charges_over_the_limit_are_refused(tmp_path, monkeypatch):
    (tmp_path / "c.csv").write_text("note,code,units\n" + "n,97110,2\n" * 20)
    monkeypatch.setattr(limits, "LARGEST", 100)
    with pytest.raises(InputError, match="--claims: the file is larger than 100 bytes"):
        read_claims(tmp_path / "c.csv")


@pytest.mark.parametrize("data", [b"x" * 101, b'{"text": "a"}\n' * 8, b"PK\x03\x04" + b"\0" * 100])
def test_the_limit_holds_for_standard_input_of_any_kind(monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    found = list(read_notes(["-"], Reading(largest=100)))
    assert told(found) == ["too_large"] and found[0].message == "Standard input is larger than 100 bytes."


# ---- tables, piece by piece


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv", "id,text\n1,a\n2," + "b" * 2000 + "\n3,c\n"),
        ("t.csv", 'id,text\n1,a\n2,"' + "b\n" * 2000 + '"\n3,c\n'),
        ("t.csv", "id,text\r\n1,a\r\n2," + "b" * 998 + "\r\n3,c\r\n"),
        ("t.jsonl", '{"text": "a"}\n{"text": "' + "b" * 2000 + '"}\n{"text": "c"}\n'),
    ],
)
def test_a_row_over_the_limit_is_an_error_of_its_own_and_the_rest_is_read(tmp_path, name, data):
    got = told(read(tmp_path, name, data, largest=1000))
    assert (got[0], got[1], got[-1]) == ("a", "too_large", "c")


def test_a_table_may_be_longer_than_its_rows_may(tmp_path):
    assert told(read(tmp_path, "t.csv", "id,text\n" + "1,a\n" * 500, largest=100)) == ["a"] * 500
    assert told(read(tmp_path, "t.json", json.dumps([{"text": "a"}] * 500), largest=100)) == ["a"] * 500


def test_a_row_over_the_limit_is_told_by_its_place(tmp_path):
    e = read(tmp_path, "t.jsonl", '{"text": "a"}\n{"text": "' + "b" * 2000 + '"}\n', largest=1000)[1]
    assert (e.note_id, e.message) == ("t:2", "Line 2 is longer than 1,000 characters.")


def test_a_json_list_is_not_held_whole():
    class Counted(io.StringIO):
        at = 0

        def read(self, size=-1):
            piece = super().read(size)
            self.at += len(piece)
            return piece

    stream = Counted(", ".join(json.dumps({"text": "a" * 100}) for _ in range(20_000)) + "]")
    rows = json_list.elements(stream, 1000)
    next(rows)
    assert stream.at < 500_000 and sum(1 for _ in rows) == 19_999


@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
@pytest.mark.parametrize("rows", [[], [1, -2.5e3, True, None, 'a\\"é\U0001f600'], [{"a": [1, {}]}, {"b": ""}], [[], [[]]]])
def test_a_json_list_is_the_same_however_it_is_cut(monkeypatch, chunk, rows):
    monkeypatch.setattr(json_list, "_CHUNK", chunk)
    for text in (json.dumps(rows), json.dumps(rows, indent=2, ensure_ascii=False) + " \n"):
        assert list(json_list.elements(io.StringIO(text.partition("[")[2]), 1000)) == rows


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (', {"text": "b"', "Row 2 is not JSON, or the list is cut off."),
        (', {"text": nothing}]' + " " * 20, "Row 2 is not JSON: the rest of the list cannot be read."),
        ('] [{"text": "b"}]', "Row 2 is after the end of the list and cannot be read."),
        (', {"text": "' + "b" * 2000 + '"}]', "Row 2 is longer than 1,000 characters: the rest of the list cannot be read."),
    ],
)
def test_a_damaged_json_list_is_read_up_to_the_damage_which_is_told(tmp_path, monkeypatch, end, message):
    monkeypatch.setattr(json_list, "_CHUNK", 100)
    found = read(tmp_path, "t.json", '[{"text": "a"}' + end, largest=1000)
    assert told(found) == ["a", "not_text" if "longer" not in message else "too_large"] and found[1].message == message


def test_a_workbook_is_read_as_wide_as_it_is_whatever_it_tells_of_its_size(tmp_path):
    assert told(read(tmp_path, "t.xlsx", workbook(HEAD, "A1"))) == [SAID]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (f'<row r="2">{cell("B2", "again")}</row>', "A sheet has its rows out of order after row 2: save the workbook again."),
        (f'<row r="3">{cell("B3", "x")}{cell("A3", "3")}</row>', "A sheet has its cells out of order in row 3: save the workbook again."),
    ],
)
def test_a_workbook_whose_rows_or_cells_would_be_lost_is_refused(tmp_path, rows, message):
    (e,) = read(tmp_path, "t.xlsx", workbook(HEAD + rows))
    assert isinstance(e, NoteError) and e.message == message


def test_a_row_of_a_workbook_over_the_limit_is_an_error_of_its_own(tmp_path):
    rows = f'<row r="3">{cell("B3", "b" * 200)}</row><row r="4">{cell("B4", "c")}</row>'
    assert told(read(tmp_path, "t.xlsx", workbook(HEAD + rows), largest=100)) == [SAID, "too_large", "c"]


def parquet(texts):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(pyarrow.table({"text": texts}), out, compression="zstd", use_dictionary=False)
    return out.getvalue()


def test_a_parquet_file_that_unpacks_to_much_more_than_its_size_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("therex.readers.parquet.MOST", 1_000_000)
    assert told(read(tmp_path, "t.parquet", parquet(["a" * 20_000] * 100))) == ["too_large"]
    assert told(read(tmp_path, "t.parquet", parquet(["a" * 20_000] * 10), largest=10_000)) == ["too_large"]


def test_a_long_row_of_a_parquet_file_is_an_error_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr("therex.readers.parquet.AT_ONCE", 1000)
    assert told(read(tmp_path, "t.parquet", parquet(["a", "b" * 2000, "c", *["d"] * 10]), largest=1000)) == [
        "a",
        "too_large",
        "c",
        *["d"] * 10,
    ]


def repeated(rows, texts, kind):
    """A file that holds each of a few texts once, and tells them in many rows; Arrow reads the column as `kind`."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    column = pyarrow.DictionaryArray.from_arrays(
        pyarrow.array([i % len(texts) for i in range(rows)], pyarrow.int32()), pyarrow.array(texts)
    )
    out = io.BytesIO()
    options = {"compression": "zstd", "write_statistics": False, "dictionary_pagesize_limit": 100_000_000}
    parquet.write_table(pyarrow.table({"text": column}), out, store_schema=kind == "dictionary", **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["dictionary", "string"])
def test_a_text_that_a_parquet_file_holds_once_and_tells_many_times_ends_with_an_error(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(limits, "MOST", 1_000_000)
    monkeypatch.setattr("therex.readers.parquet.AT_ONCE", 1_000_000)
    found = read(tmp_path, "t.parquet", repeated(5000, ["y" * 10_000], kind))
    assert 90 < len(found) < 200 and all(isinstance(x, Note) for x in found[:-1])
    assert found[-1].message == f"The rows of the table up to row {len(found)} unpack to more than is allowed: the rest is not read."


@pytest.mark.parametrize("kind", ["dictionary", "string"])
def test_rows_of_a_parquet_file_that_share_texts_are_read_in_their_order(tmp_path, monkeypatch, kind):
    monkeypatch.setattr("therex.readers.parquet.AT_ONCE", 1)
    assert told(read(tmp_path, "t.parquet", repeated(7, ["a", "b", "c"], kind))) == ["a", "b", "c", "a", "b", "c", "a"]


def test_long_texts_that_rows_share_are_unpacked_one_by_one(tmp_path):
    (tmp_path / "t.parquet").write_bytes(repeated(1500, ["y" * 2_000_000], "string"))
    run = subprocess.run([sys.executable, "-c", CHILD.replace("3 <<", "1 <<"), str(tmp_path)], capture_output=True, text=True, timeout=300)
    assert run.stdout.splitlines()[-1:] == ["t too_large"], run.stderr


def test_more_rows_than_a_parquet_file_of_its_size_may_hold_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("therex.readers.parquet.FEW", 1000)
    (e,) = read(tmp_path, "t.parquet", repeated(50_000, ["a"], "string"))
    assert e.code == "too_large" and "more rows than a file of" in e.message


def test_a_parquet_file_of_too_many_columns_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("therex.readers.parquet.COLUMNS", 0)
    assert told(read(tmp_path, "t.parquet", parquet(["a"]))) == ["too_large"]


def test_a_list_in_a_parquet_file_is_never_unpacked(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet as pq

    texts = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 300_001, pyarrow.int32()), pyarrow.array(["y" * 10_000]))
    column = pyarrow.ListArray.from_arrays([0, 300_000, 300_001], texts)
    pq.write_table(pyarrow.table({"id": ["1", "2"], "text": column}), tmp_path / "t.parquet", compression="zstd")
    began = time.process_time()
    found = list(read_notes([str(tmp_path / "t.parquet")]))
    assert [x.message for x in found] == [f"Row {n}, the column for text: The column has lists or structures, not text." for n in (1, 2)]
    assert time.process_time() - began < 60


def test_a_cell_of_a_parquet_file_that_cannot_be_read_is_an_error_of_its_row(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet as pq

    days = pyarrow.array([2**60, 0], pyarrow.timestamp("us"))
    pq.write_table(pyarrow.table({"text": ["a", "b"], "date": days}), tmp_path / "t.parquet")
    found = list(read_notes([str(tmp_path / "t.parquet")]))
    assert told(found) == ["not_text", "b"] and found[0].message.startswith("Row 1, the column for date: The cell cannot be read")


def test_a_text_that_a_workbook_holds_once_and_tells_many_times_ends_with_an_error(tmp_path, monkeypatch):
    part = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    sheet = workbook("".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{min(n - 1, 1)}</v></c></row>' for n in range(1, 300)))
    with zipfile.ZipFile(io.BytesIO(sheet)) as archive:
        types = archive.read("[Content_Types].xml").decode()
    data = io.BytesIO(
        changed(
            sheet, "[Content_Types].xml", types.replace("<Override", f'<Override PartName="/shared.xml" ContentType="{part}"/><Override', 1)
        )
    )
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("shared.xml", f'<sst xmlns="{SHEET}"><si><t>text</t></si><si><t>{"y" * 10_000}</t></si></sst>')
    monkeypatch.setattr(limits, "MOST", 1_000_000)
    monkeypatch.setattr(limits, "GROWTH", 1)
    found = read(tmp_path, "t.xlsx", data.getvalue())
    assert len(found) == 101 and "up to row 101 unpack to more than is allowed" in found[-1].message


# ---- documents


def test_archives_in_an_archive_unpack_to_no_more_than_is_allowed_together(tmp_path, monkeypatch):
    def packed(members):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                archive.writestr(name, data)
        return out.getvalue()

    inner = packed((f"{i}.txt", SAID + " " * 20_000) for i in range(20))
    monkeypatch.setattr(limits, "MOST", 1_000_000)
    monkeypatch.setattr(limits, "GROWTH", 1)
    found = read(tmp_path, "a.zip", packed((f"{i}.zip", inner) for i in range(20)))
    codes = [getattr(x, "code", "note") for x in found]
    assert 30 < codes.count("note") < 51 and codes[-1] == "too_large"


def test_an_attachment_is_not_read_again_without_end(monkeypatch):
    monkeypatch.setattr(messages, "SHARING", 3)
    entries = [{"resource": {"resourceType": "DiagnosticReport", "id": f"r{i}", "presentedForm": [{"url": "Binary/b"}]}} for i in range(5)]
    entries.append({"resource": {"resourceType": "Binary", "id": "b", "data": "U0xS"}})
    found = list(messages.read_fhir(json.dumps({"resourceType": "Bundle", "entry": entries})))
    assert [getattr(x, "code", "note") for x in found] == ["note"] * 3 + ["too_large"] * 2


def test_merged_cells_of_a_word_table_stand_once_in_a_row(tmp_path):
    def merge(kind):
        return f'<w:vMerge w:val="{kind}"/>'

    two = '<w:gridSpan w:val="2"/>'
    rows = [
        word_cell("a", merge("restart")) + word_cell("b", two),
        word_cell("", merge("continue")) + word_cell("c") + word_cell("d"),
        word_cell("e") + word_cell("", merge("continue")) + word_cell("f"),
    ]
    data = word("<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>")
    assert told(read(tmp_path, "n.docx", data)) == ["a | b\na | c | d\ne | c | f"]


def test_a_table_in_a_cell_of_a_word_table_is_read(tmp_path):
    inner = f"<w:tbl><w:tr>{word_cell('SLR')}{word_cell('3x10')}</w:tr></w:tbl>"
    cells = f"<w:tc><w:p><w:r><w:t>Exercise</w:t></w:r></w:p>{inner}<w:p/></w:tc>{word_cell('25 min')}"
    assert told(read(tmp_path, "n.docx", word(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"))) == ["Exercise SLR | 3x10 | 25 min"]


def test_a_merged_cell_that_comes_again_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(office, "LARGEST", 5000)
    rows = word_cell("a" * 100, '<w:vMerge w:val="restart"/>'), *[word_cell("", '<w:vMerge w:val="continue"/>')] * 100
    with pytest.raises(NoteError, match="more than 5,000 characters"):
        office.read_docx(word("<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"))


def test_letters_of_pieces_that_touch_are_read_once():
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(612, 792))
    at = 72.0
    for letter in "SLR 3x10 with cues":
        page.drawString(at, 700, letter)
        at += page.stringWidth(letter, "Helvetica", 12)
    page.showPage()
    page.save()
    assert read_pdf(out.getvalue()) == "SLR 3x10 with cues\n"


def test_many_words_parted_at_the_ends_of_lines_are_joined_in_little_time():
    from therex.readers.pdf import _joined

    began = time.process_time()
    assert _joined(["strength-", *["ening-"] * 50_000, "op day"]).endswith("eningop\nday\n")
    assert time.process_time() - began < 60


def test_a_pdf_of_too_many_pages_or_characters_is_refused(monkeypatch):
    monkeypatch.setattr("therex.readers.pdf.CHARACTERS", 50)
    with pytest.raises(NoteError, match="more than 50 characters up to page 1"):
        read_pdf(pdf_of_pieces(100))
    monkeypatch.setattr("therex.readers.pdf.PAGES", 0)
    with pytest.raises(NoteError, match="more than 0 pages"):
        read_pdf(pdf_of_pieces(1))


def test_an_archive_of_too_many_names_is_refused(tmp_path, monkeypatch):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for i in range(100):
            archive.writestr(f"{i}.txt", SAID)
    monkeypatch.setattr("therex.readers.documents.NAMES_OF_ARCHIVE", 1000)
    assert told(read(tmp_path, "a.zip", out.getvalue())) == ["too_large"]


def test_a_fhir_text_of_too_many_values_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "ELEMENTS", 100)
    with pytest.raises(NoteError, match="lists and objects"):
        list(messages.read_fhir('{"resourceType": "Bundle", "entry": [' + "{}," * 200 + "{}]}"))


def test_a_document_travels_to_a_worker(tmp_path):
    import pickle

    (tmp_path / "n.txt").write_text(SAID)
    (found,) = find_documents([str(tmp_path / "n.txt")])
    assert pickle.loads(pickle.dumps(found)) == found and isinstance(found, Document)
