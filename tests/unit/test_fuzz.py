"""The small form of benchmarks/fuzz.py: any bytes, any text, changed structure; and what the campaign found, kept."""

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from therex.errors import InputError, NoteError
from therex.readers.documents import Document
from therex.readers.notes import Reading, _of_document
from therex.redaction.find import find
from therex.types import Note

HEADS = st.sampled_from(
    [b"", b"{\\rtf1\\ansi ", b"<html><p>", b"MSH|^~\\&|A|B\r", b'{"resourceType": "Bundle"', b"text,id\n", b"%PDF-1.4\n", b"PK\x03\x04",
     b"<?xml version='1.0'?><ClinicalDocument xmlns='urn:hl7-org:v3'>", b"\xff\xfe", b"ISA*00*", b"---\nid: 1\n---\n"]
)  # fmt: skip
SUFFIXES = st.sampled_from(["", ".txt", ".csv", ".tsv", ".json", ".xml", ".html", ".rtf", ".hl7", ".pdf", ".docx", ".xlsx", ".zip"])
WORDS = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            [
                "97110",
                "3x10",
                "SLR",
                "25",
                "min",
                "4-/5",
                "Goal:",
                "pt",
                "will",
                "\n",
                "Ther",
                "ex",
                "R",
                "knee",
                "pain",
                "3/10",
                "|",
                "total",
            ]
        ),
    ),
    max_size=60,
)
many = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def read(data: bytes, suffix: str) -> list[Note | NoteError]:
    try:
        return list(_of_document(Document("x", suffix, 0, data=data, given=True), Reading(largest=1_000_000)))
    except InputError:
        return []


@many
@given(HEADS, st.binary(max_size=400), SUFFIXES)
def test_no_bytes_break_a_reader(head, body, suffix):
    assert all(isinstance(note, (Note, NoteError)) for note in read(head + body, suffix))


@many
@given(WORDS)
def test_no_text_breaks_the_pipeline(analyzer, words):
    told = analyzer.assess(Note("-", " ".join(words)))
    assert told.error is None or told.error[0] != "internal"


@many
@given(WORDS)
def test_what_redact_finds_lies_in_order_and_apart(words):
    text, last = " ".join(words), 0
    for s in find(text):
        assert last <= s.start < s.end <= len(text)
        last = s.end


@pytest.mark.parametrize("data", [b"MSH|^\xff\xff\xff\xff\xff~\\&|A|B|C|D|2020\nTher ex 25 min"])
def test_what_the_campaign_found(data):
    assert all(isinstance(note, (Note, NoteError)) for note in read(data, ".hl7"))


BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def fuzz():
    sys.path.insert(0, str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location("fuzz", BENCHMARKS / "fuzz.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(BENCHMARKS))


def test_changed_structure_ends_in_a_note_or_an_error(fuzz):
    from structure_kinds import KINDS

    found = fuzz.structure(list(KINDS), 6 * len(KINDS))
    assert found == []


def test_a_document_follows_from_its_kind_and_seed(fuzz):
    from structure_kinds import KINDS, make

    assert all(make(kind, 3) == make(kind, 3) for kind in KINDS)


def test_a_child_that_takes_too_long_or_dies_is_told_and_replaced(fuzz, tmp_path, monkeypatch):
    child = tmp_path / "child.py"
    child.write_text(
        "import os, sys\n"
        "for line in sys.stdin:\n"
        "    print('ready', flush=True)\n"
        "    if 'dies' in line: os._exit(3)\n"
        "    while 'hangs' in line: pass\n"
        "    print('-', flush=True)\n"
    )
    monkeypatch.setattr(fuzz, "__file__", str(child))
    worker = fuzz.Child()
    try:
        assert [worker.read(kind, 0) for kind in ("well", "dies", "hangs", "well")] == ["", "the process died", "time", ""]
    finally:
        worker.close()
