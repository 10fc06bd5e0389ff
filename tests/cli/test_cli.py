"""The command line: what a user types, right and wrong."""

import csv
import io
import json
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

GOOD = "DOS 5/1/25 Ther ex x 25 min: SLR 3x10, VC to avoid lag. Ann Lee, PT"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "notes" / "sub").mkdir(parents=True)
    (tmp_path / "notes" / "a.txt").write_text(GOOD)
    (tmp_path / "notes" / "sub" / "b.txt").write_text("Knee. Ther ex per flow sheet. Tolerated well.")
    return tmp_path / "notes"


def one_line(err):
    return len(err.strip().splitlines()) == 1 and "Traceback" not in err


def test_jsonl_is_one_record_a_note_in_input_order(run, folder):
    code, out, _ = run("screen", str(folder), "--format", "jsonl")
    assert code == 0 and [json.loads(x)["note_id"] for x in out.splitlines()] == ["a", "sub/b"]


def test_standard_input_is_a_note(run):
    code, out, _ = run("screen", "-", "--format", "jsonl", stdin=GOOD.encode())
    assert code == 0 and json.loads(out)["note_id"] == "-"


def test_the_table_leads_with_what_to_hold(run, folder):
    code, out, _ = run("screen", str(folder))
    assert code == 0 and out.splitlines()[1].startswith("Hold") and "2 notes" in out


@pytest.mark.parametrize("columns", ["40", "80", "99"])
def test_the_status_and_the_note_are_seen_at_every_width(run, folder, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    _, out, _ = run("screen", str(folder))
    rows = [line.split() for line in out.splitlines()[1:3]]
    assert all(len(line) <= int(columns) for line in out.splitlines()) and all(
        row[:2] in (["Hold", "a"], ["Hold", "sub/b"]) for row in rows
    )


def test_csv_and_workbook(run, folder, tmp_path):
    code, out, _ = run("screen", str(folder), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0 and {r["note_id"] for r in rows} == {"a", "sub/b"}
    code, _, _ = run("screen", str(folder), "--format", "xlsx", "--output", str(tmp_path / "w.xlsx"))
    from openpyxl import load_workbook

    assert code == 0 and load_workbook(tmp_path / "w.xlsx").active.max_row == 3


def test_json_is_a_list(run, folder):
    code, out, _ = run("screen", str(folder), "--format", "json")
    assert code == 0 and len(json.loads(out)) == 2


def test_explain_shows_elements_and_queries(run, folder):
    code, out, _ = run("explain", str(folder / "a.txt"))
    assert code == 0 and "Questions for the therapist" in out and "Total timed minutes" in out


def test_fail_on_is_exit_1(run, folder):
    assert run("screen", str(folder), "--fail-on", "hold")[0] == 1
    assert run("screen", str(folder / "a.txt"), "--fail-on", "missing:signature")[0] == 0


@pytest.mark.parametrize(
    "args",
    [
        ("screen", "no/such/folder"), ("screen",), ("screen", ".", "--payer", "nobody"), ("screen", ".", "--format", "pdf"), ("screen", ".", "--frmat", "csv"),
        ("screen", ".", "--as-of", "yesterday"), ("screen", ".", "--fail-on", "everything"), ("explain", "nothing.txt"), ("units", "97110"), ("units", "12345=10"),
        ("units", "97110=1441"), ("units", "97110=2.5"), ("policy", "show", "nobody"), ("corpus", "check", "nowhere"), ("train", "nowhere"), ("bogus",),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_exit_2(run, tmp_path, args):
    (tmp_path / "x.txt").write_text(GOOD)
    code, out, err = run(*args)
    assert code == 2 and one_line(err) and out == ""


def test_an_empty_folder_is_exit_2(run, tmp_path):
    (tmp_path / "empty").mkdir()
    code, _, err = run("screen", str(tmp_path / "empty"))
    assert code == 2 and one_line(err)


def test_units_prints_the_contract(run):
    code, out, _ = run("units", "97110=33", "97140=7", "--format", "json")
    assert code == 0 and out.strip() == (
        '{"timed_total": 40, "untimed": {}, "cms": {"total": 3, "allocations": [{"97110": 2, "97140": 1}]}, '
        '"ama": {"total": 2, "units": {"97110": 2, "97140": 0}}}'
    )


def test_repeated_codes_add_up_and_untimed_stand_apart(run):
    told = json.loads(run("units", "97110=10", "97110=13", "97161=30", "--format", "json")[1])
    assert told["timed_total"] == 23 and told["untimed"] == {"97161": 30}


BAD = {
    "empty": (b"  \n\t ", "empty"), "nul": (b"\x00\x01\x02\x03" * 400, "not_text"), "png": (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, "not_text"),
    "utf16_cut": (b"\xff\xfe" + "x".encode("utf-16-le") + b"\x41", "encoding"),
}  # fmt: skip
ODD = {
    "latin": "Pt did thérapie, TE 25 min".encode("cp1252"), "utf16": ("\ufeff" + GOOD).encode("utf-16-le"), "utf16_bare": GOOD.encode("utf-16-le"),
    "bom": b"\xef\xbb\xbf" + GOOD.encode(), "one_nul": GOOD.encode() + b"\x00", "crlf": GOOD.replace(". ", ".\r\n").encode(), "controls": b"TE 25 min \x0b\x0c ok",
    "html": b"<script>alert(1)</script> TE 25 min", "surrogate": b"TE \xed\xa0\x80 25 min",
}  # fmt: skip


def test_bad_files_become_error_records_and_the_rest_goes_on(run, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, (data, _) in BAD.items():
        (folder / f"{name}.txt").write_bytes(data)
    (folder / "zgood.txt").write_text(GOOD)
    code, out, err = run("screen", str(folder), "--format", "jsonl")
    told = {r["note_id"]: r for r in map(json.loads, out.splitlines())}
    assert code == 0 and {k: told[k]["error"]["code"] for k in BAD} == {k: v for k, (_, v) in BAD.items()}
    assert told["zgood"]["status"] == "ok" and "png" not in err


@pytest.mark.parametrize("name", ODD)
def test_odd_encodings_are_analysed(run, tmp_path, name):
    (tmp_path / "n.txt").write_bytes(ODD[name])
    code, out, _ = run("screen", "n.txt", "--format", "jsonl")
    assert code == 0 and json.loads(out)["status"] == "ok"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_and_ids_that_are_no_utf8_end_no_run_in_any_format(run, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text(GOOD)
    (folder / "t.jsonl").write_text(json.dumps({"id": "a\ud83d", "text": GOOD + " \ud83d"}) + "\n")
    (folder / "x.rtf").write_text(r"{\rtf1\ansi\uc1 good \u-10179?\u-8694? SLR 3x10}")
    out = tmp_path / "out"
    code, told, err = run("screen", str(folder), "--fast")
    assert code == 0 and "caf\ufffd" in told and not err.strip().count("internal")
    assert run("screen", str(folder), "--fast", "--format", "jsonl", "--output", str(out))[0] == 0
    assert [json.loads(line)["note_id"] for line in out.read_text(encoding="utf-8").splitlines()] == ["caf\ufffd", "a\ufffd", "x"]


def test_five_megabytes_in_one_line_is_an_error_record(run, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "big.txt").write_bytes(b"SLR 3x10, " * 500_000 + b"x")
    (folder / "ok.txt").write_text(GOOD)
    code, out, _ = run("screen", str(folder), "--format", "jsonl")
    assert code == 0 and json.loads(out.splitlines()[0])["error"]["code"] == "too_large"


def test_nothing_readable_is_exit_2(run, tmp_path):
    (tmp_path / "e.txt").write_text(" ")
    assert run("screen", "e.txt")[0] == 2


def test_ids_that_collide_keep_their_suffix(run, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(GOOD)
    (folder / "a.md").write_text(GOOD)
    _, out, _ = run("screen", str(folder), str(folder / "a.txt"), "--format", "jsonl")
    assert [json.loads(x)["note_id"] for x in out.splitlines()] == ["a.md", "a.txt", "a.txt#2"]


@pytest.mark.parametrize("command", [(), ("screen",), ("policy",), ("policy", "show")])
def test_h_shows_help_as_help_does(run, command):
    code, out, err = run(*command, "-h")
    assert (code, err) == (0, "") and out == run(*command, "--help")[1] and "-h" in out


def test_policy_and_version(run):
    assert "cms" in run("policy", "list")[1]
    told = run("policy", "diff", "cms", "uhc", "--as-of", "2026-01-01")[1]
    assert (
        "response" in told
        and "+ required, major: The note must state the patient's response" in told
        and "13 of 18 elements have the same rules" in told
    )
    assert run("policy", "diff", "cms", "wps")[1].startswith("18 of 18")
    assert "novitas.skilled_intervention" not in run("policy", "show", "novitas", "--as-of", "2024-01-01")[1]
    assert "MBPM" not in run("policy", "show", "cms")[1] and "sec. 220.3 E" in run("policy", "show", "cms")[1]
    assert run("--version")[1].startswith("therex ")


def test_marked_notes_go_out_to_a_tool_and_come_back(run, tmp_path):
    from therex.corpus.marked import load_folder

    notes = str(ROOT / "training_data" / "notes")
    assert run("corpus", "export", notes, "out.jsonl", "--to", "doccano")[0] == 0
    code, out, _ = run("corpus", "import", "out.jsonl", "back", "--from", "doccano")
    assert code == 0 and "notes written" in out
    assert len(load_folder(tmp_path / "back")) == len(load_folder(ROOT / "training_data" / "notes"))


def test_a_foreign_file_is_refused_in_one_line(run, tmp_path):
    (tmp_path / "x.jsonl").write_text("not json\n")
    code, _, err = run("corpus", "import", "x.jsonl", "back", "--from", "prodigy")
    assert code == 2 and err.count("\n") == 1 and "line 1" in err and not (tmp_path / "back").exists()


def test_an_unknown_format_is_refused_with_what_is_allowed(run):
    code, _, err = run("corpus", "export", str(ROOT / "training_data" / "notes"), "out", "--to", "word")
    assert code == 2 and "label-studio" in err


def test_two_annotators_are_compared(run):
    notes = str(ROOT / "training_data" / "notes")
    code, out, _ = run("corpus", "agree", notes, notes)
    assert code == 0 and out.rstrip().endswith("1.000") and "medical necessity" in out


def test_evaluate_prints_every_label_and_element(run):
    import json

    from therex.types import ELEMENTS, LABELS

    code, out, _ = run("evaluate", str(ROOT / "training_data" / "notes"), "--json")
    told = json.loads(out)
    assert code == 0 and set(told["labels"]) == set(LABELS) and set(told["elements"]["by_element"]) == set(ELEMENTS)
    assert told["not_analysed"] == 0 and 0 <= told["necessity"]["brier"] <= 1


def test_claims_beside_notes(run, tmp_path):
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.txt").write_text("PT daily note. DOS 5/5/2026. Ther ex 20 min: SLR 3x10. Timed 20, total 20.\nAnn Lee, PT")
    (notes / "b.txt").write_text("AQUATIC PT 5/3/2026. 97113 40 min: pool walking 4 laps. Total 45.\nAnn Lee, PT")
    claims = tmp_path / "claims.csv"
    claims.write_text("note,code,units,modifiers\na,97110,2,GP\nb,97110,1,GP\nother,97110,1,GP\n")
    code, out, err = run("screen", str(notes), "--format", "jsonl", "--claims", str(claims))
    records = {r["note_id"]: r for r in map(json.loads, out.splitlines())}
    assert code == 0 and err.strip() == "therex: --claims: 1 charge line not used: no note or more than one note matches"
    assert {k.split(".")[0]: [f["id"] for f in r["claim"]["findings"]] for k, r in records.items()} == {
        "a": ["over_billed"],
        "b": ["billed_not_given"],
    }
    code, out, _ = run("screen", str(notes), "--claims", str(claims))
    assert out.index("97110 is charged, but") < out.index("charged 2 units")
    code, _, err = run("screen", str(notes), "--claims", str(tmp_path / "none.csv"))
    assert code == 2 and err.count("\n") == 1


def test_a_chart_of_two_patients(run, tmp_path):
    chart = str(ROOT / "examples" / "chart")
    code, out, _ = run("chart", chart, "--by", "folder")
    assert code == 0 and "Progress report overdue" in out and "wrist extension" in out
    code, out, _ = run("chart", chart, "--by", "folder", "--format", "json")
    told = json.loads(out)
    assert code == 0 and [{f["id"] for f in e["findings"]} for e in told] == [
        {"unit_differs"},
        {"side_differs", "progress_report_due", "signed_before_service", "copied_text"},
    ]
    page = tmp_path / "chart.html"
    code, _, _ = run("chart", chart, "--by", "folder", "--format", "html", "--output", str(page))
    assert code == 0 and "wrist extension" in page.read_text()


def test_a_chart_from_a_table_with_names_of_its_own(run, tmp_path):
    table = tmp_path / "visits.csv"
    table.write_text(
        "mrn,svc,body\n1,2025-03-03,PT evaluation 3/3/25. R knee OA. Flexion R 90. Ann Lee PT\n"
        "1,2025-03-05,3/5/25 visit 2. SLR 3x10. TE 25 min. Ann Lee PT\n2,2025-03-05,PT evaluation 3/5/25. L hip OA. Ann Lee PT\n"
    )
    code, out, _ = run("chart", str(table), "--columns", "text=body,patient=mrn,date=svc", "-f", "jsonl")
    assert code == 0 and [len(json.loads(line)["visits"]) for line in out.splitlines()] == [2, 1]


@pytest.mark.parametrize(
    "args",
    [
        ("--by", "ward"),
        ("--format", "docx"),
        ("--columns", "text"),
        ("--columns", "text=none"),
        ("--as-of", "soon"),
        ("--payer", "nobody"),
    ],
)
def test_a_mistake_in_chart_is_one_line_and_exit_2(run, tmp_path, args):
    table = tmp_path / "v.csv"
    table.write_text("text,patient,date\nx,1,2025-01-01\n")
    code, _, err = run("chart", str(table), *args)
    assert code == 2 and one_line(err)


def test_quarterly_tables_are_imported_and_told(run, tmp_path, monkeypatch):
    monkeypatch.setenv("THEREX_HOME", str(tmp_path / "home"))
    code, out, _ = run("policy", "tables", "--as-of", "2026-11-25")
    assert code == 0 and "a sample" in out and "KX threshold 2026" in out
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n")
    code, _, err = run("policy", "import", str(bad), "--kind", "ptp", "--quarter", "2026Q4")
    assert code == 2 and one_line(err)


def test_a_profile_of_ones_own_is_checked_shown_and_compared(run, tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(
        'id: ours\nname: Ours\nversion: "1"\nextends: cms\ndrop: [cms.visits]\nelements:\n- {id: falls_asked, requirement: required, '
        "severity: major, phrases: [denies falls], message: Falls are asked., query: What was said of falls}\n"
    )
    code, out, _ = run("policy", "check", str(path))
    assert code == 0 and "1 custom element" in out
    code, out, _ = run("policy", "show", str(path))
    assert "falls_asked" in out and "cms.progress_report" in out and "cms.visits" not in out
    code, out, _ = run("policy", "diff", "cms", str(path))
    assert "visits_beyond_flag" in out and "falls_asked" in out
