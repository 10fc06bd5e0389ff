"""An unfinished run is gone on with only after the notes that are still the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from therex.batch import local, screening
from therex.batch.local import Setup
from therex.batch.screening import Beside, Job, Tally, screen_to
from therex.batch.sums import digest, folder_digest
from therex.errors import NoteError
from therex.types import Assessment, Note

NOTES = [Note(f"n{i}", f"text {i}") for i in range(6)]


class Told:
    """An analyzer that tells the text of each note, and stops as a killed run does at one that says so."""

    def assess(self, note, charges=()):
        if note.text == "stop":
            raise KeyboardInterrupt
        return Assessment(note.note_id, error=("internal", note.text))


@pytest.fixture
def go(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(local, "analyzer_of", lambda setup: Told())

    def run(items, **more):
        job = Job(Setup(**more), 1, None, frozenset(), True, lambda results, count, first: results)
        tally = Tally()
        with Beside(None, None, "") as beside:
            try:
                screen_to(tmp_path / "o", items, job, [], tally, beside)
            except KeyboardInterrupt:
                return None, capsys.readouterr().err
        lines = [json.loads(x) for x in (tmp_path / "o").read_text().splitlines()]
        assert tally.notes == len(lines) and [p.name for p in tmp_path.iterdir()] == ["o"]
        return [(x["note_id"], x["error"]["message"]) for x in lines], capsys.readouterr().err

    return run


def expected(items):
    return [(x.note_id, x.text if isinstance(x, Note) else x.message) for x in items]


STOPS = [*NOTES[:4], Note("n4", "stop")]


def test_a_run_goes_on_where_it_stopped(go):
    assert go(STOPS)[0] is None
    found, err = go(NOTES)
    assert found == expected(NOTES) and "4 notes were already done" in err


@pytest.mark.parametrize("changed", [0, 2, 3])
def test_a_note_that_changed_is_done_anew_with_all_after_it(go, changed):
    go(STOPS)
    items = [replace(n, text=n.text.upper()) if i == changed else n for i, n in enumerate(NOTES)]
    found, err = go(items)
    assert found == expected(items)
    assert (f"{changed} notes were already done" if changed else "starts over") in err


@pytest.mark.parametrize("items", [NOTES[:2], NOTES[1:], [], [NoteError("timeout", "slow", "n0"), *NOTES[1:]]])
def test_other_notes_give_only_their_own_records(go, items):
    go(STOPS)
    assert go(items)[0] == expected(items)


def test_a_run_that_stopped_twice_goes_on_after_both(go):
    go([*NOTES[:2], Note("n2", "stop")])
    go(STOPS)
    found, err = go(NOTES)
    assert found == expected(NOTES) and "4 notes were already done" in err


def test_other_options_begin_anew(go):
    go(STOPS)
    found, err = go(NOTES, payer="other")
    assert found == expected(NOTES) and "starts over" in err


def test_records_whose_digests_are_lost_are_done_anew(go, tmp_path):
    go(STOPS)
    (tmp_path / ".o.part.sums").unlink()
    assert go(NOTES)[0] == expected(NOTES)


def test_a_record_or_digest_that_was_cut_is_done_anew(go, tmp_path):
    go(STOPS)
    sums = tmp_path / ".o.part.sums"
    assert sums.stat().st_mode & 0o777 == 0o600
    sums.write_bytes(sums.read_bytes()[:-7])
    found, err = go(NOTES)
    assert found == expected(NOTES) and "3 notes were already done" in err


def test_a_note_is_known_by_all_that_was_read_of_it():
    note = Note("a", "b", "c", date(2026, 1, 2), "d", "e", (("f", "g"),))
    others = [
        replace(note, **{k: v})
        for k, v in (("note_id", "x"), ("text", "x"), ("patient", "x"), ("day", None), ("author", "x"), ("kind", "x"), ("more", ()))
    ]
    assert len({digest(n) for n in (note, *others)}) == 8 and digest(note) == digest(replace(note))
    assert digest(replace(note, note_id="ab", text="")) != digest(replace(note, note_id="a", text="b"))


def test_a_note_that_cannot_be_encoded_has_a_digest_too():
    assert digest(Note("a", "\ud800")) != digest(Note("a", "\ud801"))


def test_a_model_whose_file_changed_is_another(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "w").write_bytes(b"1")
    before = folder_digest(tmp_path)
    (tmp_path / "sub" / "w").write_bytes(b"2")
    assert folder_digest(tmp_path) != before


def test_done_notes_are_counted_and_their_errors_kept(go, monkeypatch):
    go(STOPS)
    seen = []
    add = screening.Tally.add
    monkeypatch.setattr(screening.Tally, "add", lambda self, facts, wanted: (seen.append(facts.message), add(self, facts, wanted)))
    go(NOTES)
    assert seen == [n.text for n in NOTES]
