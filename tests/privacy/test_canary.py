"""A made-up name and number in text, file names, folders and ids go through every command and every failure.

They may stand in what is meant to hold them (an output, standard output), and nowhere else: no error, no log, no temporary or cached file,
no metric, no model; and nothing opens a connection.
"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

NAME, NUMBER = "Zyxwvutsrq", "8675309421"
ROOT = Path(__file__).resolve().parents[2]
NOTE = f"DOS 5/1/25. Pt {NAME} MRN {NUMBER}. R knee OA. Quad weakness 4-/5. SLR 3x10, VC to avoid lag. TE 25 min, total 30. Pain 3/10 after. Ann Lee, PT"
# a module that Python imports at its start: every connection is refused and told
GUARD = """
import socket, os
def refuse(self, address, *rest):
    with open(os.environ["CANARY_SOCKETS"], "a") as handle: handle.write("connect\\n")
    raise OSError("blocked")
socket.socket.connect = refuse
socket.socket.connect_ex = refuse
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Everything bears the canary: folders, files, ids, texts; some of it is broken."""
    top = tmp_path_factory.mktemp("canary")
    folder = top / f"{NAME}-in"
    (folder / NAME).mkdir(parents=True)
    (folder / f"{NAME}_{NUMBER}_2025-05-01.txt").write_text(NOTE)
    (folder / NAME / f"{NUMBER}.txt").write_text(NOTE.replace("TE 25", "TE 26"))
    (folder / f"{NAME}.bin.txt").write_bytes(bytes(range(32)) * 90 + NAME.encode())
    (folder / f"{NAME}.pdf").write_bytes(b"%PDF-1.4 " + NAME.encode())
    (folder / f"{NAME}.docx").write_bytes(b"PK\x03\x04" + NAME.encode())
    (folder / f"{NUMBER}.xml").write_text(f"<?xml version='1.0'?><{NAME}>{NUMBER}")
    (folder / f"{NAME}.json").write_text(
        json.dumps({"resourceType": "DocumentReference", "id": NAME, "content": [{"attachment": {"data": f"!{NAME}"}}]})
    )
    (folder / f"{NAME}.hl7").write_text(f"MSH|^~\\&|{NAME}|B|||1||ADT^A01|{NUMBER}|P|2.5\rPID|1||{NUMBER}")
    (folder / f"{NAME}.ndjson").write_text(json.dumps({"id": NUMBER, "text": NAME}) + "\n{" + NAME + "\n")
    with zipfile.ZipFile(folder / f"{NAME}.zip", "w") as archive:
        archive.writestr(f"../{NAME}.txt", NOTE)
        archive.writestr(f"{NAME}.docx", b"PK\x03\x04x")
    (top / f"{NAME}.csv").write_text(f'note_id,patient,date,text\n{NUMBER},{NAME},2025-05-01,"{NOTE}"\n')
    (top / f"{NAME}-bad.csv").write_text(f"{NAME},{NUMBER}\n1,2\n")
    (top / f"{NAME}-claims.csv").write_text(f"patient,date,code,units\n{NAME},2025-05-01,97110,9\n{NUMBER},x,{NAME},y\n")
    (top / f"{NAME}.note").write_text(f"id: {NAME}\n{NUMBER}\n")
    (top / "marked").mkdir()
    (top / "marked" / f"{NAME}.note").write_text(f"{NAME} {NUMBER}")
    (top / f"{NAME}-tasks.json").write_text(f'[{{"data": {{"text": "{NAME}"}}, "{NUMBER}": 1}}]')
    return top


IN, TABLE, CLAIMS = f"{NAME}-in", f"{NAME}.csv", f"{NAME}-claims.csv"
# a policy file and a payer are settings: their errors name them
COMMANDS = [
    *[
        ("screen", IN, "-f", f, *(("-o", f"{NAME}-o.{f}") if f == "xlsx" else ()))
        for f in ("table", "jsonl", "json", "csv", "xlsx", "html", "none")
    ],
    ("screen", IN, "-f", "jsonl", "-o", f"{NAME}.out.jsonl", "--jobs", "2"),
    ("screen", IN, "-f", "jsonl", "--no-text"),
    ("screen", TABLE, "--database", f"{NAME}.db", "--batch", NAME),
    ("screen", TABLE, "--database", f"{NAME}/no/{NUMBER}.db"),
    ("screen", TABLE, "--database", f"postgresql://{NAME}:{NUMBER}@127.0.0.1:1/x"),
    ("screen", TABLE, "--claims", CLAIMS),
    ("redact", IN),
    ("redact", TABLE, "-o", f"{NAME}.redacted.jsonl"),
    ("redact", f"{NAME}/no/{NUMBER}.txt"),
    ("sample", TABLE, "-o", f"{NAME}.sample.json", "-n", "1", "--risk", "1"),
    ("sample", TABLE, "-o", f"{NAME}.sample.json", "-n", "1", "--by", NAME),
    ("sample", TABLE, "-o", f"{NAME}/no/{NUMBER}.json", "-n", "1"),
    ("sample", f"{NAME}/no/{NUMBER}.csv", "-o", f"{NAME}.sample.json", "-n", "1"),
    ("sample", TABLE, "-o", "s.json", "-n", "1", "--only", f"patient={NAME}"),
    ("sample", TABLE, "--like", f"{NAME}-bad.csv"),
    ("review", f"{NAME}-bad.csv"),
    ("review", f"{NAME}.sample.json", "--export", f"{NAME}-out", "--database", f"{NAME}.none.db"),
    ("review", f"{NAME}.sample.json", "--database", f"postgresql://{NAME}:{NUMBER}@127.0.0.1:1/x"),
    ("appraise", f"{NAME}.sample.json", "--database", f"{NAME}.none.db"),
    ("appraise", f"{NAME}-bad.csv"),
    ("screen", TABLE, "--claims", f"{NAME}-bad.csv"),
    ("screen", TABLE, "--columns", f"text={NAME}"),
    ("screen", f"{NAME}-bad.csv"),
    ("screen", TABLE, "--model", NAME),
    ("screen", TABLE, "--as-of", NAME),
    ("screen", TABLE, "-f", NAME),
    ("screen", TABLE, "--fail-on", NAME),
    ("screen", TABLE, "-f", "jsonl", "-o", f"{NAME}/none/{NUMBER}"),
    ("screen", f"{NAME}/{NUMBER}/none"),
    ("screen", TABLE, "--timeout", "0.0001"),
    ("explain", f"{IN}/{NAME}/{NUMBER}.txt"),
    ("explain", f"{IN}/{NAME}.pdf"),
    ("explain", IN),
    ("chart", IN, "--by", "folder"),
    ("chart", TABLE, "--claims", CLAIMS, "-f", "json"),
    ("chart", f"{NAME}-bad.csv"),
    ("corpus", "suggest", IN, "-o", f"{NAME}-tasks-out.json"),
    ("corpus", "check", "marked"),
    ("corpus", "stats", "marked"),
    ("corpus", "stats", "marked", "--wave", f"{NAME}={NUMBER}", "--against", IN, "--second", IN),
    ("corpus", "import", f"{NAME}-tasks.json", f"{NAME}-marked", "--from", "label-studio"),
    ("corpus", "labels", NAME),
    ("corpus", "export", "marked", f"{NAME}.x", "--to", "prodigy"),
    ("corpus", "agree", "marked", IN),
    ("evaluate", "marked"),
    ("train", "marked", "--name", NAME.lower()),
    ("model", "show", NAME),
    ("policy", "import", f"{NAME}-bad.csv", "--kind", "ptp", "--quarter", "2026Q4"),
    ("units", f"{NAME}=25"),
]


@pytest.mark.parametrize("args", COMMANDS, ids=lambda a: " ".join(a).replace(NAME, "N").replace(NUMBER, "0"))
def test_the_canary_stays_where_it_belongs(place, tmp_path, args):
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    for name in ("tmp", "home"):
        (tmp_path / name).mkdir()
    env = {
        **os.environ, "PYTHONPATH": str(tmp_path / "guard"), "TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path / "home"),
        "THEREX_HOME": str(tmp_path / "home" / "therex"), "CANARY_SOCKETS": str(tmp_path / "sockets"),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "therex", *args], capture_output=True, timeout=180, cwd=place, env=env)
    told = done.stderr.decode("utf-8", "replace")
    assert NAME.lower() not in told.lower() and NUMBER not in told and "Traceback" not in told
    assert done.returncode in (0, 1, 2)
    left = [p for name in ("tmp", "home") for p in (tmp_path / name).rglob("*") if p.is_file()]
    assert not [p for p in left if NAME.encode() in p.read_bytes() or NUMBER.encode() in p.read_bytes()]
    assert not list((tmp_path / "tmp").iterdir()) or not [p for p in left if p.is_relative_to(tmp_path / "tmp")]
    assert not (tmp_path / "sockets").exists()
    if "--no-text" in args:
        assert "lag" not in done.stdout.decode()


def test_no_part_of_an_unfinished_run_is_left(place):
    assert not [p for p in place.rglob("*") if ".part" in p.name or p.name.endswith(".tmp")]
    assert all(p.stat().st_mode & 0o077 == 0 for p in place.iterdir() if p.is_file() and ("out" in p.name or p.suffix in (".db", ".xlsx")))
