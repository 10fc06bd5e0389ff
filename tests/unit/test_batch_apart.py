"""Reading in a process of its own: the same notes, and one error for a document that hangs, swells or takes the process down."""

from __future__ import annotations

import os
import signal
import time

import pytest

from therex.batch import apart as module
from therex.batch.apart import Apart, budget
from therex.errors import InputError, NoteError
from therex.readers.documents import Document
from therex.readers.notes import Reading, read_document, read_notes
from therex.types import Note

MEMORY = budget(1_000_000)


def faulty(document, reading):
    """As `read_document`; a document may ask for its fault."""
    text = document.path.read_text()
    yield Note(f"{document.name}-1", text)
    if text == "hangs":
        time.sleep(600)
    if text == "dies":
        os._exit(3)
    if text == "killed":
        # by somebody else, three times, each time a note further
        times = document.path.with_name("times")
        yield Note(f"{document.name}-here", text)
        for n in range(3):
            if not times.exists() or times.stat().st_size <= n:
                times.open("a").write("x")
                os.kill(os.getpid(), signal.SIGKILL)
            yield Note(f"{document.name}-after-{n}", text)
    if text == "swells":
        yield from _swelling(document, reading)
    if text == "swells within":
        bytearray(4 * MEMORY)
    if text == "noisy":
        os.write(2, b"Ann Lee")
        os.write(1, b"Ann Lee")
    if text == "column":
        raise InputError("--columns: no column")
    yield Note(f"{document.name}-2", text)


def _swelling(document, reading):
    try:
        bytearray(4 * MEMORY)
    except MemoryError:
        yield NoteError("too_large", "x", document.name)


def files(folder, *texts):
    for i, text in enumerate(texts):
        (folder / f"{i}.txt").write_text(text)
    return [str(folder)]


def told(found):
    return [(x.note_id, x.code if isinstance(x, NoteError) else x.text) for x in found]


def quick(monkeypatch, seconds=2.0):
    monkeypatch.setattr(module, "LEAST", seconds)


def test_notes_are_those_of_reading_in_place(tmp_path):
    paths = files(tmp_path, "SLR 3x10", "", "TE 25 min")
    (tmp_path / "t.csv").write_text("id,note\n" + "".join(f"{i},text {i}\n" for i in range(500)))
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 no")
    reading = Reading()
    with Apart(60, MEMORY) as apart:
        found = list(read_notes(paths, reading, apart))
    here = list(read_notes(paths, reading))
    assert len(found) == 504 and [x for x in found if isinstance(x, Note)] == [x for x in here if isinstance(x, Note)]
    assert told(found) == told(here)


@pytest.mark.parametrize(
    ("fault", "code"), [("hangs", "timeout"), ("dies", "worker_died"), ("swells", "too_large"), ("swells within", "worker_died")]
)
def test_a_fault_is_one_error_and_the_rest_goes_on(tmp_path, monkeypatch, fault, code):
    quick(monkeypatch)
    paths = files(tmp_path, "a", fault, "b")
    with Apart(0.1, MEMORY, faulty) as apart:
        found = list(read_notes(paths, Reading(), apart))
    kept = [x for x in told(found) if x[1] != fault]
    assert kept == [("0-1", "a"), ("0-2", "a"), ("1", code), ("2-1", "b"), ("2-2", "b")]
    assert ("1-1", fault) in told(found)


def test_a_document_whose_process_was_killed_is_read_again_and_each_note_given_once(tmp_path):
    paths = files(tmp_path, "SLR 3x10", "killed", "TE 25 min")
    with Apart(60, MEMORY, faulty) as apart:
        found = list(read_notes(paths, Reading(), apart))
    assert [x.note_id for x in found] == ["0-1", "0-2", "1-1", "1-here", "1-after-0", "1-after-1", "1-after-2", "1-2", "2-1", "2-2"]
    assert not any(isinstance(x, NoteError) for x in found)


def test_an_error_says_how_far_the_file_was_read_and_nothing_of_it(tmp_path, monkeypatch):
    quick(monkeypatch)
    with Apart(0.1, MEMORY, faulty) as apart:
        messages = [x.message for x in read_notes(files(tmp_path, "hangs", "dies"), Reading(), apart) if isinstance(x, NoteError)]
    assert messages == [
        "Reading after note 1 of the file took longer than 2 s. The rest of the file was not read.",
        "The process that read the file crashed after note 1 of the file. The rest of the file was not read.",
    ]


def test_a_document_that_was_left_half_read_leaves_nothing_to_the_next(tmp_path):
    paths = files(tmp_path, "a", "b")
    first, second = (Document(str(i), ".txt", 0, tmp_path / f"{i}.txt") for i in range(2))
    with Apart(60, MEMORY, faulty) as apart:
        half = apart(first, Reading())
        next(half)
        half.close()
        assert told(apart(second, Reading())) == [("1-1", "b"), ("1-2", "b")]
    assert paths


def test_a_column_that_is_missing_is_told_as_in_place(tmp_path):
    with Apart(60, MEMORY, faulty) as apart, pytest.raises(InputError, match="--columns: no column"):
        list(read_notes(files(tmp_path, "column"), Reading(), apart))


def test_what_a_library_prints_while_it_reads_is_not_shown(tmp_path, capfd):
    with Apart(60, MEMORY, faulty) as apart:
        assert len(list(read_notes(files(tmp_path, "noisy"), Reading(), apart))) == 2
    assert capfd.readouterr() == ("", "")


def test_the_process_ends_with_its_block_and_when_it_was_left(tmp_path):
    with Apart(60, MEMORY, faulty) as apart:
        list(read_notes(files(tmp_path, "a"), Reading(), apart))
        process = apart._process
    assert not process.is_alive()


def test_a_process_that_was_killed_between_two_documents_is_replaced(tmp_path):
    paths = files(tmp_path, "a", "b")
    with Apart(60, MEMORY, faulty) as apart:
        assert len(list(read_notes(paths, Reading(), apart))) == 4
        os.kill(apart._process.pid, signal.SIGKILL)
        apart._process.join()
        assert told(read_notes(paths, Reading(), apart)) == [("0-1", "a"), ("0-2", "a"), ("1-1", "b"), ("1-2", "b")]


def test_memory_that_a_document_takes_is_one_error_of_the_reader(tmp_path, monkeypatch):
    def no_memory(document):
        raise MemoryError

    monkeypatch.setattr("therex.readers.notes.kind_of", no_memory)
    (found,) = read_document(Document("x", ".txt", 0, tmp_path / "x"), Reading())
    assert isinstance(found, NoteError) and found.code == "too_large"
