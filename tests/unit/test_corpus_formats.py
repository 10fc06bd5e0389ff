"""Marked notes go through every annotation tool's format and come back the same."""

import json
from pathlib import Path

import pytest

from therex.corpus.agree import agree, count, pair
from therex.corpus.formats import READERS, WRITERS
from therex.corpus.marked import load_folder, parse, render
from therex.errors import CorpusError

NOTES = Path(__file__).resolve().parents[2] / "training_data" / "notes"
FORMATS = sorted(WRITERS)


@pytest.fixture(scope="module")
def notes():
    return load_folder(NOTES)


def target(fmt, tmp_path):
    return tmp_path / ("out" if fmt in ("brat", "marked") else f"out.{fmt}")


@pytest.mark.parametrize("fmt", FORMATS)
def test_every_note_comes_back_the_same(fmt, notes, tmp_path):
    WRITERS[fmt](notes, target(fmt, tmp_path))
    back = {n.id: n for n in READERS[fmt](target(fmt, tmp_path))}
    assert len(back) == len(notes)
    for note in notes:
        other = back[note.id]
        assert other.text == note.text and set(other.spans) == set(note.spans)
        assert other.meta == note.meta


def test_a_rendered_note_is_parsed_to_itself(notes):
    for note in notes:
        again = parse(render(note))
        assert again.text == note.text and set(again.spans) == set(note.spans) and again.meta == note.meta


@pytest.mark.parametrize(
    ("fmt", "change"),
    [
        ("prodigy", lambda s: s.replace('"text": "SLR"', '"text": "SAQ"', 1)),
        ("label-studio", lambda s: s.replace('"text": "SLR"', '"text": "SAQ"', 1)),
    ],
)
def test_a_quote_that_is_not_at_its_offsets_is_refused_with_its_place(fmt, change, notes, tmp_path):
    path = target(fmt, tmp_path)
    WRITERS[fmt](notes, path)
    text = path.read_text(encoding="utf-8")
    path.write_text(change(text), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    with pytest.raises(CorpusError, match=r"(line|task) \d+.*quoted text is not the text at"):
        READERS[fmt](path)


def test_brat_refuses_a_moved_mark(notes, tmp_path):
    WRITERS["brat"](notes[:1], tmp_path)
    ann = next(tmp_path.glob("*.ann"))
    rows = ann.read_text(encoding="utf-8").split("\n")
    _, places = rows[0].split("\t")[1].split(" ", 1)
    a, b = places.split(";")[0].split()
    ann.write_text("\n".join([rows[0].replace(places, f"{int(a) + 1} {int(b) + 1}"), *rows[1:]]), encoding="utf-8")
    with pytest.raises(CorpusError, match="document 1, line 1"):
        READERS["brat"](tmp_path)


def test_doccano_refuses_offsets_outside_the_text(notes, tmp_path):
    path = tmp_path / "d.jsonl"
    WRITERS["doccano"](notes[:1], path)
    row = json.loads(path.read_text(encoding="utf-8"))
    row["label"][0][1] = 10**6
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"line 1, span 1: offsets .* outside"):
        READERS["doccano"](path)


def test_crossing_marks_are_refused():
    note = parse(render(load_folder(NOTES)[0]))
    crossed = type(note)(note.id, note.text, ((0, 10, "SKILL", None), (5, 15, "SKILL", None)), note.meta)
    with pytest.raises(CorpusError, match="may nest, but not cross"):
        render(crossed)


def test_a_note_agrees_with_itself(notes):
    found = agree(notes, notes)
    assert found.all_elements == found.necessity == 1.0 and all(c.f1 == 1.0 for c in found.labels.values() if c.both)


def test_pairs_take_the_best_overlap_and_use_each_range_once():
    assert pair([(0, 10), (0, 8)], [(0, 8)]) == [(1, 0)]
    assert count([(0, 10)], [(5, 15)]).both == 0 and count([(0, 10)], [(2, 12)]).f1 == 1.0
