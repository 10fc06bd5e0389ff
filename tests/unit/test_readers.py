"""Readers: what clinics hold, found by content, with what the source says of a note; and what is refused, in one line."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from datetime import date

import pytest

from therex.errors import InputError, NoteError
from therex.readers.documents import Document, kind_of
from therex.readers.notes import Reading, columns_of, read_notes
from therex.types import Note

SAID = "SLR 3x10, VC to avoid lag. TE 25 min."


def read(tmp_path, name, data, **reading):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_notes([str(path)], Reading(**reading)))


def only(found):
    assert len(found) == 1 and isinstance(found[0], Note), found
    return found[0]


def fault(found):
    assert len(found) == 1 and isinstance(found[0], NoteError), found
    return found[0]


def word(lines=(SAID,), header="", rows=()):
    import docx

    document = docx.Document()
    document.core_properties.author = "Ann Lee"
    if header:
        document.sections[0].header.paragraphs[0].text = header
    for line in lines:
        document.add_paragraph(line)
    document.add_paragraph("bridges 2x10", style="List Bullet")
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                table.cell(i, j).text = cell
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(pages, **options):
    """Pages of (x, y from the top, text)."""
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(612, 792), **options)
    for pieces in pages:
        for x, y, text in pieces:
            if text is None:
                page.rect(x, 792 - y, 200, 200, fill=1)
            else:
                page.drawString(x, 792 - y, text)
        page.showPage()
    page.save()
    return out.getvalue()


# ---- text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1"])
def test_text_in_any_encoding(tmp_path, encoding):
    said = "Flexion 104° — “better”" if encoding != "latin-1" else "Flexion 104°, ½ range, café"
    assert only(read(tmp_path, "n.txt", (said + "\n" + SAID).encode(encoding))).text == said + "\n" + SAID


def test_a_page_of_another_script(tmp_path):
    said = "Пациент выполнил упражнения 3x10, боль в колене уменьшилась. Терапия 25 мин. Продолжать лечение."
    assert only(read(tmp_path, "n.txt", said.encode("cp1251"))).text == said


def test_front_matter_tells_patient_day_author_and_type(tmp_path):
    n = only(read(tmp_path, "n.md", f"---\npatient: Doe\ndate: 1/6/2025\ntherapist: Ann Lee\nnote type: daily\n---\n{SAID}"))
    assert (n.patient, n.day, n.author, n.kind, n.text) == ("Doe", date(2025, 1, 6), "Ann Lee", "daily", SAID)


# ---- Word, RTF, HTML


def test_word_with_head_list_and_table(tmp_path):
    n = only(read(tmp_path, "n.docx", word(header="DOS 5/1/25", rows=[("Code", "Min"), ("97110", "25")])))
    assert n.text.splitlines() == ["DOS 5/1/25", SAID, "- bridges 2x10", "Code | Min", "97110 | 25"] and n.author == "Ann Lee"


def test_content_goes_before_the_suffix(tmp_path):
    assert SAID in only(read(tmp_path, "n.txt", word())).text


def test_a_word_file_of_the_old_kind_is_told_what_to_do(tmp_path):
    assert "save it as .docx" in fault(read(tmp_path, "n.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 600)).message


def test_rtf(tmp_path):
    rtf = r"{\rtf1\ansi{\info{\author Ann Lee}}{\fonttbl{\f0 Arial;}}\f0 SLR 3x10\par Flexion 104\'b0\par TE 25 min}"
    n = only(read(tmp_path, "n.rtf", rtf))
    assert n.text.split("\n")[:3] == ["SLR 3x10", "Flexion 104°", "TE 25 min"] and n.author == "Ann Lee"


def test_html_shows_what_a_reader_sees(tmp_path):
    page = "<!doctype html><html><head><title>x</title><style>p{}</style><meta name=author content='Ann Lee'></head><body><script>bad()</script><p>SLR&nbsp;3x10 &lt; 5/10</p><ul><li>bridges<li>clams</ul><table><tr><td>97110<td>25</tr></table></body></html>"
    n = only(read(tmp_path, "n.html", page))
    assert n.text.splitlines() == ["SLR 3x10 < 5/10", "- bridges", "- clams", "97110 | 25"] and n.author == "Ann Lee"


# ---- PDF


def test_pdf_without_heads_and_feet_that_come_again(tmp_path):
    def page(n, body):
        return [
            (72, 40, "Riverside Rehab   Doe, Jane"),
            *((72, 90 + 16 * i, line) for i, line in enumerate(body)),
            (72, 760, f"Page {n} of 2"),
        ]

    n = only(
        read(
            tmp_path,
            "n.pdf",
            pdf([page(1, ["SLR 3x10, lag gone with tap-", "ping of the VMO."]), page(2, ["TE 25 min, post-", "op day 12."])]),
        )
    )
    assert n.text.splitlines() == [
        "Riverside Rehab Doe, Jane",
        "SLR 3x10, lag gone with tapping",
        "of the VMO.",
        "TE 25 min, post-op",
        "day 12.",
    ]


def test_pdf_in_two_columns_reads_down_one_and_then_the_other(tmp_path):
    left = [
        "Subjective: the knee felt tight on",
        "the stairs this morning and was",
        "sore after church until she had",
        "walked it off in the parking lot",
        "and rested for about an hour.",
        "Sleep is through the night now.",
    ]
    right = [
        "Objective: flexion 104 degrees and",
        "extension lag of six degrees with",
        "quad sets 3x10 and SLR 3x10, cue",
        "to lock the knee as it lagged on",
        "the last four. TE 25 minutes in",
        "all, total of 30 minutes today.",
    ]
    pieces = [(60, 100 + 16 * i, a) for i, a in enumerate(left)] + [(330, 100 + 16 * i, b) for i, b in enumerate(right)]
    assert only(read(tmp_path, "n.pdf", pdf([[(60, 60, "Daily note"), *pieces]]))).text.splitlines() == ["Daily note", *left, *right]


def test_a_table_in_a_pdf_stays_in_its_rows(tmp_path):
    rows = [
        ("97110", "25", "2"),
        ("97140", "10", "1"),
        ("97112", "15", "1"),
        ("97116", "8", "1"),
        ("97530", "12", "1"),
        ("total", "70", "6"),
    ]
    pieces = [(x, 100 + 16 * i, cell) for i, row in enumerate(rows) for x, cell in zip((72, 250, 400), row, strict=True)]
    assert [line.split() for line in only(read(tmp_path, "n.pdf", pdf([pieces]))).text.splitlines()] == [list(r) for r in rows]


def test_a_scanned_page_says_so(tmp_path):
    e = fault(read(tmp_path, "n.pdf", pdf([[(72, 90, SAID)], [(72, 300, None)]])))
    assert e.code == "scanned" and "page 2 of 2" in e.message


def test_a_locked_and_a_damaged_pdf(tmp_path):
    assert "password" in fault(read(tmp_path, "n.pdf", pdf([[(72, 90, SAID)]], encrypt="secret"))).message
    assert fault(read(tmp_path, "m.pdf", b"%PDF-1.4\nnothing")).code == "not_text"


# ---- tables


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_tables_with_any_mark(tmp_path, mark):
    rows = [["note id", "Note", "DOS", "MRN", "Provider"], ["7", '"two\nlines"', "1/6/2025", "Doe", "Ann Lee"]]
    n = only(read(tmp_path, "t.csv", "\n".join(mark.join(r) for r in rows)))
    assert (n.note_id, n.text, n.day, n.patient, n.author) == ("7", "two\nlines", date(2025, 1, 6), "Doe", "Ann Lee")


def test_a_table_in_an_old_encoding(tmp_path):
    assert only(read(tmp_path, "t.csv", "text\nFlexion 104° “better”".encode("cp1252"))).text == "Flexion 104° “better”"


def test_excel_by_the_sheet_that_has_the_texts(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["summary"])
    sheet = book.create_sheet("notes")
    sheet.append(["id", "text", "date"])
    sheet.append([12, SAID, date(2025, 1, 6)])
    sheet.append([None, None, None])
    out = io.BytesIO()
    book.save(out)
    n = only(read(tmp_path, "t.xlsx", out.getvalue()))
    assert (n.note_id, n.text, n.day) == ("12", SAID, date(2025, 1, 6))


def test_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    parquet.write_table(pyarrow.table({"note": [SAID, "b"], "mrn": [1, 2], "dos": [date(2025, 1, 6), None]}), out)
    got = read(tmp_path, "t.parquet", out.getvalue())
    assert [(n.note_id, n.text, n.patient, n.day) for n in got] == [("t:1", SAID, "1", date(2025, 1, 6)), ("t:2", "b", "2", None)]


def test_json_lines_and_a_list(tmp_path):
    rows = [{"id": 1, "text": "a"}, {"id": 2, "text": "b", "patient": None}]
    lines = read(tmp_path, "t.jsonl", "\n".join(map(json.dumps, rows)))
    listed = read(tmp_path, "t.json", json.dumps(rows, indent=1))
    assert [n.text for n in lines] == [n.text for n in listed] == ["a", "b"]


def test_columns_by_flag_and_by_a_saved_map(tmp_path):
    saved = tmp_path / "map.yaml"
    saved.write_text("text: Narrative Text\npatient: Acct\n")
    assert columns_of("text=Narrative Text,patient=Acct") == columns_of(str(saved))
    assert only(read(tmp_path, "t.csv", "Acct,Narrative Text\nDoe,x", columns=columns_of(str(saved)))).patient == "Doe"


@pytest.mark.parametrize("value", ["body=x", "text", "none.yaml"])
def test_a_wrong_map_is_told(value):
    with pytest.raises(InputError, match="--columns"):
        columns_of(value)


def test_a_table_without_its_column_names_what_is_wanted(tmp_path):
    with pytest.raises(InputError, match=r"no column for text: its name must be one of text, note, .*name another with --columns"):
        read(tmp_path, "t.csv", "a,b\n1,2")


# ---- ZIP


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_an_archive_of_many_kinds(tmp_path):
    got = read(
        tmp_path,
        "a.zip",
        zipped({"b/n.txt": SAID, "a.docx": word(), "__MACOSX/x.txt": "x", "t.csv": "text\nx\ny", "in.zip": zipped({"deep.txt": "z"})}),
    )
    assert [n.note_id for n in got] == ["a/a", "a/b/n", "a/in/deep", "a/t:1", "a/t:2"]


def test_a_name_that_climbs_out_is_only_an_id(tmp_path):
    n = only(read(tmp_path, "a.zip", zipped({"../../etc/passwd.txt": SAID})))
    assert n.note_id == "a/etc/passwd" and sorted(p.name for p in tmp_path.iterdir()) == ["a.zip"]


def test_what_unpacks_without_end_is_refused(tmp_path):
    e = fault(read(tmp_path, "a.zip", zipped({"n.txt": b"a" * 30_000_000})))
    assert e.code == "too_large"
    layers = zipped({"n.txt": SAID})
    for _ in range(4):
        layers = zipped({"in.zip": layers})
    assert "too deep" in fault(read(tmp_path, "b.zip", layers)).message


def test_a_damaged_archive(tmp_path):
    assert fault(read(tmp_path, "a.zip", b"PK\x03\x04nothing")).code == "not_text"


# ---- HL7 v2, FHIR, C-CDA

MDM = "MSH|^~\\&|EMR|CLINIC|||20250106||MDM^T02|77|P|2.5\rPID|1||MRN9^^^X||Doe^Jane\rTXA|1|PT^Daily note|TX|20250106093000|||||123^Lee^Ann\rOBX|1|TX|||SLR 3x10\\.br\\VC \\T\\ tap\rOBX|2|TX|||TE 25 min\r"
ORU = "MSH|^~\\&|A|B|||20250107||ORU^R01|78|P|2.5\nPID|1||MRN9\nOBR|1|||PTN^Progress note|||20250107\nOBX|1|FT|||Flexion 104\n"


def test_hl7_messages_with_their_escapes(tmp_path):
    got = read(tmp_path, "m.hl7", "\x0b" + MDM + "\x1c\r" + ORU)
    assert [(n.note_id, n.patient, n.day, n.kind) for n in got] == [
        ("77", "MRN9", date(2025, 1, 6), "PT"),
        ("78", "MRN9", date(2025, 1, 7), "Progress note"),
    ]
    assert got[0].text == "SLR 3x10\nVC & tap\nTE 25 min\n" and got[0].author == "Ann Lee"


def test_an_hl7_attachment_is_read_as_what_it_is(tmp_path):
    inner = base64.b64encode(word()).decode()
    got = read(tmp_path, "m.hl7", MDM.split("OBX")[0] + f"OBX|1|ED|||^application^docx^Base64^{inner}\r")
    assert SAID in only(got).text and only(got).patient == "MRN9"


def test_a_message_of_another_kind_is_an_error_and_the_rest_goes_on(tmp_path):
    got = read(tmp_path, "m.hl7", MDM.replace("MDM^T02", "ADT^A01") + ORU)
    assert isinstance(got[0], NoteError) and "not an MDM or ORU message" in got[0].message and got[1].note_id == "78"


def reference(data, **more):
    return {
        "resourceType": "DocumentReference", "id": "d1", "subject": {"reference": "Patient/9"}, "date": "2025-01-06T09:00:00Z",
        "author": [{"display": "Ann Lee"}], "type": {"text": "Daily note"}, "content": [{"attachment": data}], **more,
    }  # fmt: skip


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def test_fhir_reference_bundle_and_lines(tmp_path):
    n = only(read(tmp_path, "r.json", json.dumps(reference({"contentType": "text/plain", "data": b64(SAID)}))))
    assert (n.note_id, n.text, n.patient, n.day, n.author, n.kind) == ("d1", SAID, "9", date(2025, 1, 6), "Ann Lee", "Daily note")
    binary = {"resourceType": "Binary", "id": "b", "data": b64(word())}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": reference({"url": "Binary/b"})}, {"resource": binary}]}
    assert SAID in only(read(tmp_path, "b.json", json.dumps(bundle))).text
    lines = [json.dumps(reference({"data": b64("a")})), "no json", json.dumps(reference({"data": b64("<html><p>b</p>")}, id="d2"))]
    got = read(tmp_path, "x.ndjson", "\n".join(lines))
    assert [x.note_id for x in got] == ["d1", "x", "d2"] and isinstance(got[1], NoteError) and got[2].text == "b\n"


def test_fhir_fetches_nothing(tmp_path):
    e = fault(read(tmp_path, "r.json", json.dumps(reference({"url": "http://elsewhere/x"}))))
    assert "are not downloaded" in e.message and e.note_id == "d1"


CCDA = """<?xml version="1.0"?>{doctype}<ClinicalDocument xmlns="urn:hl7-org:v3"><code displayName="Progress note"/><title>PT note</title>
<effectiveTime value="20250106090000"/><recordTarget><patientRole><id extension="MRN9"/></patientRole></recordTarget>
<author><assignedAuthor><assignedPerson><name><given>Ann</given><family>Lee</family></name></assignedPerson></assignedAuthor></author>
<component>{body}</component></ClinicalDocument>"""


def test_ccda_narrative_and_wrapped(tmp_path):
    body = "<structuredBody><component><section><title>Treatment</title><text><list><item>SLR 3x10</item></list><table><tbody><tr><td>97110</td><td>25 min</td></tr></tbody></table></text></section></component></structuredBody>"
    n = only(read(tmp_path, "c.xml", CCDA.format(doctype="", body=body)))
    assert n.text.splitlines() == ["Treatment:", "- SLR 3x10", "97110 | 25 min"]
    assert (n.patient, n.day, n.author, n.kind) == ("MRN9", date(2025, 1, 6), "Ann Lee", "PT note")
    inner = b64(r"{\rtf1 SLR 3x10}")
    wrapped = f'<nonXMLBody><text mediaType="application/rtf" representation="B64">{inner}</text></nonXMLBody>'
    n = only(read(tmp_path, "w.xml", CCDA.format(doctype="", body=wrapped)))
    assert n.text.strip() == "SLR 3x10" and n.patient == "MRN9"


def test_entities_and_depth_of_xml_are_not_followed(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    doctype = f'<!DOCTYPE x [<!ENTITY f SYSTEM "file://{secret}"><!ENTITY a "ha"><!ENTITY b "{"&a;" * 50}">]>'
    body = "<structuredBody><component><section><text>SLR &f; &b;</text></section></component></structuredBody>"
    got = read(tmp_path, "c.xml", CCDA.format(doctype=doctype, body=body))
    assert "SECRET" not in repr([getattr(x, "text", "") for x in got]) and "hahaha" not in getattr(got[0], "text", "")
    deep = "<structuredBody>" + "<section>" * 5000 + "</section>" * 5000 + "</structuredBody>"
    assert isinstance(read(tmp_path, "d.xml", CCDA.format(doctype="", body=deep))[0], NoteError)


# ---- what is found where


def test_a_pattern_and_several_paths(tmp_path):
    for name in ("a/x.txt", "a/y.md", "b/x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    got = list(read_notes([str(tmp_path / "**" / "*.txt"), str(tmp_path / "a")]))
    assert [n.text for n in got] == ["a/x.txt", "b/x.txt", "a/x.txt", "a/y.md"] and len({n.note_id for n in got}) == 4


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x89PNG\r\n", "picture"),
        (b"ISA*00*", "--claims"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"<?xml version='1.0'?><other/>", "XML must be C-CDA"),
    ],
)
def test_what_holds_no_notes_is_told(tmp_path, data, told):
    assert told in fault(read(tmp_path, "n.txt", data)).message


def test_a_document_over_the_limit(tmp_path):
    assert fault(read(tmp_path, "n.txt", "x" * 2000, largest=1000)).code == "too_large"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"S: sore < yesterday", "text"),
        (b"{SLR} 3x10", "text"),
        (b"[x] SLR 3x10", "text"),
        (b"<< late entry >> SLR", "text"),
        (b"a, b, c\nSLR", "text"),
        (b"", "text"),
    ],
)
def test_odd_beginnings_are_text(data, kind):
    assert kind_of(Document("n", ".txt", 0, data=data)) == kind


def test_a_note_that_begins_with_a_bracket_and_quotes_is_text(tmp_path):
    for said in ('[x] Pt says "sore". SLR 3x10', '{late entry} "ok" SLR 3x10', '["sore"] SLR'):
        assert only(read(tmp_path, "n.txt", said)).text == said
    assert only(read(tmp_path, "n.txt", '{"text": "SLR"}')).text == "SLR"


def test_a_table_without_notes_among_others_is_an_error_and_the_rest_goes_on(tmp_path):
    (tmp_path / "a.txt").write_text("SLR")
    (tmp_path / "charges.csv").write_text("SECRET,units\n1,2\n")
    got = list(read_notes([str(tmp_path)]))
    assert [type(x) for x in got] == [Note, NoteError] and "SECRET" not in got[1].message
    with pytest.raises(InputError):
        list(read_notes([str(tmp_path / "charges.csv")]))


def test_outputs_and_hidden_files_are_no_notes(tmp_path):
    for name in ("a.txt", ".b.txt", "report.html"):
        (tmp_path / name).write_text("SLR")
    reading = Reading(skip=frozenset([(tmp_path / "report.html").resolve()]))
    assert [n.note_id for n in read_notes([str(tmp_path)], reading)] == ["a"]
    assert [n.text for n in read_notes([str(tmp_path / "*")], reading)] == ["SLR"]


def test_ids_are_all_different(tmp_path):
    (tmp_path / "t.csv").write_text("id,text\na,1\na,2\na#2,3\na,4\n")
    ids = [n.note_id for n in read_notes([str(tmp_path / "t.csv")])]
    assert ids[:2] == ["a", "a#2"] and len(set(ids)) == 4
