"""Note text, file names and ids reach no error, log, repr or standard error."""

import logging

import pytest

MARK = "Zyxwvutsrq"


def test_standard_error_names_a_note_by_its_place(run, tmp_path):
    folder = tmp_path / MARK
    folder.mkdir()
    (folder / f"{MARK}.txt").write_bytes(b"\x00\x01\x02" * 500)
    (folder / "ok.txt").write_text(f"TE 25 min {MARK}")
    code, _, err = run("screen", str(folder), "--format", "jsonl")
    assert code == 0 and "note 1 of 2" in err and MARK not in err


@pytest.mark.parametrize("args", [("screen", f"/{MARK}/x"), ("explain", f"{MARK}.txt"), ("screen", f"{MARK}", "--payer", "cms")])
def test_a_wrong_path_is_not_repeated(run, args):
    assert MARK not in run(*args)[2]


def test_reprs_hold_no_text(analyzer):
    from therex.types import Note

    note = Note(MARK, f"TE 25 min: SLR 3x10 {MARK}")
    a = analyzer.assess(note)
    assert MARK not in repr(note) + repr(a) + repr(a.view)


def test_nothing_is_logged(analyzer, caplog):
    from therex.types import Note

    with caplog.at_level(logging.DEBUG):
        analyzer.assess(Note("n", f"TE 25 min {MARK}"))
    assert MARK not in caplog.text


def test_a_fault_of_ours_tells_its_kind_and_no_value(analyzer, monkeypatch):
    from therex.analysis import Analyzer
    from therex.types import Note

    def broken(self, text):
        raise ValueError(text)

    monkeypatch.setattr(Analyzer, "read", broken)
    a = analyzer.assess(Note("n", MARK))
    assert a.error == ("internal", "The note could not be analysed (ValueError).")


def test_no_network_is_touched(analyzer, monkeypatch):
    import socket

    from therex.types import Note

    def refuse(*args, **kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert analyzer.assess(Note("n", "TE 25 min")).error is None
