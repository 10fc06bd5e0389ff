"""Where results may go: what is refused before anything is read, and what is written in place of a link, a device or a pipe."""

import os
import socket
import threading

import pytest

from therex.batch.outputs import open_part, whole, write_whole
from therex.batch.places import aim, check, check_folder, is_stream, standard
from therex.errors import InputError


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "notes" / "a.txt"
    path.parent.mkdir()
    path.write_text("TE 25 min")
    return path


def refused(match, *args, **more):
    with pytest.raises(InputError, match=match):
        check(*args, **more)


def test_an_output_that_is_read_is_refused_by_whatever_name(note, tmp_path):
    (tmp_path / "link").symlink_to(note)
    os.link(note, tmp_path / "hard.txt")
    for output in (note, tmp_path / "link", tmp_path / "hard.txt", note.parent / ".." / "notes" / "a.txt"):
        refused("--output: this file is an input", {"--output": output}, [str(note)])
    refused("--output: this file is an input", {"--output": note}, [str(tmp_path / "hard.txt")])


def test_the_file_that_stands_as_standard_input_is_refused(note, monkeypatch):
    with note.open() as stream:
        before = os.dup(0)
        os.dup2(stream.fileno(), 0)
        try:
            refused("this file is an input", {"--output": note}, ["-"])
        finally:
            os.dup2(before, 0)
            os.close(before)


def test_two_outputs_of_one_name_are_refused(tmp_path):
    (tmp_path / "link").symlink_to("o")
    for other in ("o", "link"):
        refused("--keep-text: this is also the file of --output", {"--output": tmp_path / "o", "--keep-text": tmp_path / other})
    check({"--output": tmp_path / "o", "--keep-text": tmp_path / "p", "--database": None})


@pytest.mark.parametrize("read", ["folder", "pattern"])
def test_a_note_in_a_folder_that_is_read_is_not_written_over(note, read):
    source = str(note.parent) if read == "folder" else str(note.parent / "*.txt")
    refused("would overwrite a file in an input folder", {"--output": note}, [source])
    check({"--output": note.parent / "new.txt"}, [source])
    assert note.read_text() == "TE 25 min"


@pytest.mark.parametrize(
    "head",
    ['{"schema_version": "1.1", "note_id": "a"', '[\n {\n  "schema_version": "1.1"', "note_id,line,because,verdict,score\n", "", "<html><title>therex report",
     "line  note  necessity  97110 min/units  why\n", '{"note_id": "note-000001", "status": "ok"', '{"note_id": "a", "place": 1, "text": "x"'],
)  # fmt: skip
def test_an_earlier_result_in_a_folder_that_is_read_is_written_anew(note, head):
    earlier = note.parent / "out.json"
    earlier.write_text(head)
    check({"--output": earlier}, [str(note.parent)])


def test_an_earlier_workbook_is_known_by_its_sheet(note):
    from therex.reports.worklist import write_xlsx

    write_xlsx([], note.parent / "out.xlsx")
    check({"--output": note.parent / "out.xlsx"}, [str(note.parent)])


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "astray").symlink_to("none/o")
    (tmp_path / "file").write_text("")
    for name, told in (
        ("", "must be a file, not a folder"), ("none/o", "folder does not exist"), ("loop", "points to itself"), ("astray", "folder does not exist"), ("file/o", "folder does not exist"),
        ("n" * 250, "name is too long"), ("n" * 300, "name is too long"),
    ):  # fmt: skip
        refused(f"--output:? .*{told}", {"--output": tmp_path / name})
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "door"))
        refused("a disk or a socket", {"--output": tmp_path / "door"})


def test_a_folder_for_results_lies_outside_what_is_read(note, tmp_path):
    for folder, told in ((note, "there is a file"), (note.parent, "an input folder"), (note.parent / "new", "an input folder")):
        with pytest.raises(InputError, match=f"TARGET.* {told}"):
            check_folder(folder, "TARGET", [note.parent])
    with pytest.raises(InputError, match="cannot be written"):
        check_folder(note / "new", "TARGET")
    check_folder(tmp_path / "new" / "newer", "TARGET", [note.parent])


def test_a_link_stays_and_its_target_is_written(tmp_path):
    (tmp_path / "deep").mkdir()
    target, link = tmp_path / "deep" / "real", tmp_path / "link"
    link.symlink_to("deep/real")
    write_whole(link, "one")
    assert link.is_symlink() and target.read_text() == "one"
    part = open_part(link, "run", "2026-01-01")
    with part.append() as handle:
        handle.write("two\n")
    part.finish()
    assert link.is_symlink() and target.read_text() == "two\n" and aim(link) == target.resolve()
    assert [p.name for p in target.parent.iterdir()] == ["real"]


def test_a_pipe_is_written_to_and_stays(tmp_path):
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    check({"--output": pipe}, [str(tmp_path)])
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_whole(pipe, "whole")
    reader.join(60)
    assert got == ["whole"] and is_stream(pipe) and [p.name for p in tmp_path.iterdir()] == ["pipe"]


def test_a_workbook_goes_through_a_pipe(tmp_path):
    from io import BytesIO

    from openpyxl import load_workbook

    from therex.reports.worklist import write_xlsx

    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with whole(pipe) as part:
        write_xlsx([], part)
    reader.join(60)
    assert load_workbook(BytesIO(got[0])).sheetnames == ["worklist"]


def test_a_device_stays_a_device(tmp_path):
    from pathlib import Path

    check({"--output": Path("/dev/null"), "--keep-text": Path("/dev/null")})
    write_whole(Path("/dev/null"), "x")
    assert Path("/dev/null").is_char_device()
    with pytest.raises(OSError, match="No space left"):
        write_whole(Path("/dev/full"), "x")
    assert standard(Path("/dev/stdout")) is None and standard(tmp_path) == tmp_path
