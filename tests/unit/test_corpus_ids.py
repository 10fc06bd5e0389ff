"""Ids of marked notes in every format: none leads out of a folder, none stands twice, and nothing is written over."""

from __future__ import annotations

import json

import pytest

from therex.cli.app import main
from therex.corpus.formats import READERS, WRITERS, to_brat, to_docbin, to_doccano, to_prodigy
from therex.corpus.ids import usable
from therex.corpus.label_studio import to_label_studio
from therex.corpus.marked import MarkedNote, load_folder, parse, parse_marks, render
from therex.errors import CorpusError
from therex.types import ELEMENTS

BAD = [
    "../../x", "/tmp/x", "a/b", "a\\b", "C:x", "..", ".", ".hidden", "", " ", "a ", "a.", "con", "NUL", "com1.x", "a\0b", "a\nb", "a\x1b[31m", "a\u202eb",
    "a\ud800", "x" * 121, "é" * 61, "a:b", "what?", "a|b",
]  # fmt: skip
GOOD = ["f01", "w018-n07", "2026-05-14 eval", "Ünal.1", "console", "com10", "note_1", "line 3", "日本"]
FILES = ["label-studio", "prodigy", "doccano", "docbin"]
PLAIN = {"label-studio": to_label_studio, "prodigy": to_prodigy, "doccano": to_doccano, "docbin": to_docbin, "brat": to_brat}


def note(note_id, marked="⟦EXERCISE rows⟧ ⟦DOSE 2x8⟧", **meta):
    text, spans = parse_marks(marked)
    told = {"note_type": "daily", "discipline": "PT", "necessity": "not_supported", "confidence": "clear", "contradictions": [], **meta}
    return MarkedNote(note_id, text, spans, {"id": note_id, "elements": dict.fromkeys(ELEMENTS, "missing"), **told})


def command(*args):
    with pytest.raises(SystemExit) as stop:
        main(["corpus", *map(str, args)])
    return stop.value.code


def everything(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def exported(fmt, notes, path):
    """An export that another tool might give: no id was looked at."""
    if fmt == "docbin":
        # lone surrogates are nothing that a DocBin can hold
        notes = [MarkedNote(n.id.encode("utf-8", "replace").decode(), n.text, n.spans, n.meta) for n in notes]
    if fmt in ("label-studio", "prodigy", "doccano"):
        PLAIN[fmt]([note(f"n{k}") for k, _ in enumerate(notes)], path)
        told = path.read_text(encoding="utf-8")
        for k, n in enumerate(notes):
            told = told.replace(f'"id": "n{k}"', f'"id": {json.dumps(n.id)}')
        path.write_text(told, encoding="utf-8")
    else:
        PLAIN[fmt](notes, path)


@pytest.mark.parametrize("note_id", BAD)
def test_an_id_that_is_no_file_name_cannot_be_used(note_id):
    assert not usable(note_id)


@pytest.mark.parametrize("note_id", GOOD)
def test_an_id_that_is_a_file_name_can_be_used(note_id):
    assert usable(note_id)


@pytest.mark.parametrize("fmt", FILES)
@pytest.mark.parametrize("note_id", ["../../Zebra", "/tmp/Zebra", "Zebra/b", "nul", "Zebra\n", ""])
def test_an_import_with_such_an_id_writes_nothing_and_tells_the_place(fmt, note_id, tmp_path, capsys):
    source, folder = tmp_path / "source", tmp_path / "deep" / "er" / "marked"
    exported(fmt, [note("fine"), note(note_id)], source)
    before = everything(tmp_path)
    assert command("import", source, folder, "--from", fmt) == 2
    err = capsys.readouterr().err
    assert err.startswith("therex: note 2: its id cannot be used: an id must be a file name") and "Zebra" not in err
    assert everything(tmp_path) == before


@pytest.mark.parametrize("fmt", FILES)
@pytest.mark.parametrize("twin", ["Zebra", "zebra", "ZEBRA"])
def test_an_import_with_an_id_twice_writes_nothing_and_tells_both_places(fmt, twin, tmp_path, capsys):
    exported(fmt, [note("Zebra"), note("other"), note(twin, "⟦SKILL cued⟧")], tmp_path / "source")
    assert command("import", tmp_path / "source", tmp_path / "marked", "--from", fmt) == 2
    err = capsys.readouterr().err
    assert "note 3: it has the same id as note 1" in err and "ebra" not in err
    assert not (tmp_path / "marked").exists()


def test_ids_that_differ_only_in_the_form_of_an_accent_are_one():
    with pytest.raises(CorpusError, match="note 2: it has the same id as note 1"):
        WRITERS["prodigy"]([note("Mu\u0308ller"), note("M\u00fcller")], None)


@pytest.mark.parametrize("fmt", sorted(WRITERS))
@pytest.mark.parametrize("note_id", ["../x", "/tmp/x", "same"])
def test_an_export_with_such_ids_writes_nothing(fmt, note_id, tmp_path):
    with pytest.raises(CorpusError, match="note 2: "):
        WRITERS[fmt]([note("same"), note(note_id)], tmp_path / "deep" / "out")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("note_id", ["../../Zebra", "/tmp/Zebra"])
def test_a_marked_note_with_such_an_id_is_not_read(note_id, tmp_path):
    (tmp_path / "a.note").write_text(render(note(note_id)), encoding="utf-8")
    with pytest.raises(CorpusError, match="note 1: its id cannot be used"):
        load_folder(tmp_path)


def test_a_brat_document_whose_name_is_reserved_is_refused(tmp_path):
    to_brat([note("nul")], tmp_path)
    with pytest.raises(CorpusError, match="note 1: its id cannot be used"):
        READERS["brat"](tmp_path)


@pytest.mark.parametrize("given", [["a"], {"a": 1}, True, 1.5])
@pytest.mark.parametrize("fmt", ["label-studio", "prodigy", "doccano"])
def test_an_id_that_is_neither_text_nor_a_number_is_refused(fmt, given, tmp_path):
    exported(fmt, [note("n0")], tmp_path / "source")
    told = (tmp_path / "source").read_text(encoding="utf-8").replace('"id": "n0"', f'"id": {json.dumps(given)}')
    (tmp_path / "source").write_text(told, encoding="utf-8")
    with pytest.raises(CorpusError, match="its id must be text or a whole number"):
        READERS[fmt](tmp_path / "source")


@pytest.mark.parametrize("written", ["007", "1_000", "yes", "2026-05-14", "1e3", "null"])
def test_an_id_in_front_matter_is_taken_as_it_is_written(written):
    assert parse(render(note("Zebra")).replace("id: Zebra", f"id: {written}", 1)).id == written


# what is there already


@pytest.mark.parametrize("fmt", ["brat", "marked"])
def test_a_file_that_is_there_is_never_written_over(fmt, tmp_path):
    WRITERS[fmt]([note("a"), note("b")], tmp_path / "out")
    before = everything(tmp_path)
    with pytest.raises(CorpusError, match="already in the folder with different content"):
        WRITERS[fmt]([note("new"), note("b", "⟦SKILL cued⟧")], tmp_path / "out")
    assert everything(tmp_path) == before


@pytest.mark.parametrize("fmt", ["brat", "marked"])
def test_the_same_notes_may_be_written_again(fmt, tmp_path):
    for _ in range(2):
        WRITERS[fmt]([note("a")], tmp_path / "out")
    assert [n.id for n in READERS[fmt](tmp_path / "out")] == ["a"]


def test_a_link_in_the_folder_is_not_followed(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.note").symlink_to(tmp_path / "outside")
    with pytest.raises(CorpusError, match="already in the folder with different content"):
        WRITERS["marked"]([note("a")], tmp_path / "out")
    assert not (tmp_path / "outside").exists()


def test_notes_are_all_written_or_none(tmp_path):
    crossed = MarkedNote("b", "abcdefghij", ((0, 6, "SKILL", None), (3, 9, "SKILL", None)), note("b").meta)
    with pytest.raises(CorpusError, match="may nest, but not cross"):
        WRITERS["marked"]([note("a"), crossed], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("fmt", FILES)
def test_an_export_does_not_take_the_place_of_a_note(fmt, tmp_path, capsys):
    WRITERS["marked"]([note("a")], tmp_path / "in")
    before = everything(tmp_path)
    assert command("export", tmp_path / "in", tmp_path / "in" / "a.note", "--to", fmt) == 2
    assert everything(tmp_path) == before and "TARGET: this would overwrite a file in an input folder" in capsys.readouterr().err


def test_an_exported_file_is_for_its_owner_alone(tmp_path, capsys):
    WRITERS["marked"]([note("a")], tmp_path / "in")
    (tmp_path / "out").write_text("old")
    (tmp_path / "out").chmod(0o644)
    assert command("export", tmp_path / "in", tmp_path / "out", "--to", "prodigy") == 0
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("target", "told"), [("none/out", "TARGET: the folder does not exist"), ("in", "TARGET must be a file, not a folder")]
)
def test_a_target_that_cannot_be_a_file_is_one_line(target, told, tmp_path, capsys):
    WRITERS["marked"]([note("a")], tmp_path / "in")
    assert command("export", tmp_path / "in", tmp_path / target, "--to", "prodigy") == 2
    assert capsys.readouterr().err == f"therex: {told}\n"


# nothing altered, nothing internal


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb", "\ufeffa", "a\u2028b\x85c", "tab\there"])
@pytest.mark.parametrize("fmt", sorted(WRITERS))
def test_line_ends_and_odd_blanks_of_a_note_come_back_as_they_were(fmt, text, tmp_path):
    made = MarkedNote("a", f"{text} end", ((0, len(text), "SKILL", None),), note("a").meta)
    WRITERS[fmt]([made], tmp_path / "out")
    (back,) = READERS[fmt](tmp_path / "out")
    assert back.text == made.text and set(back.spans) == set(made.spans)


def test_a_marked_note_saved_by_an_editor_of_windows_is_read():
    assert parse("\ufeff" + render(note("a")).replace("\n", "\r\n")).text == note("a").text


@pytest.mark.parametrize("text", ["he said ⟦ twice", "a ⟧", "⟦SKILL a⟧"])
def test_a_text_with_the_characters_of_marks_is_not_made_into_other_marks(text, tmp_path):
    with pytest.raises(CorpusError, match="note 1"):
        WRITERS["marked"]([MarkedNote("a", text, (), note("a").meta)], tmp_path / "out")


def test_half_a_character_is_one_line_and_nothing_is_written(tmp_path):
    with pytest.raises(CorpusError, match="unpaired surrogate"):
        WRITERS["marked"]([note("a"), MarkedNote("b", "x\ud800", (), note("b").meta)], tmp_path / "out")
    assert not list(tmp_path.rglob("*.note"))


def test_brat_refuses_a_mark_that_ends_with_a_line_break(tmp_path):
    with pytest.raises(CorpusError, match="note 1: a SKILL begins or ends with a line break"):
        WRITERS["brat"]([MarkedNote("a", "ab\ncd", ((0, 3, "SKILL", None),), note("a").meta)], tmp_path)


SPOILED = ["", "{}", "[]", "[1]", "null", "[null]", '[{"data": 1}]', '{"text": 1}', '{"text": "a", "spans": [{}]}', '{"text": "a", "spans": 3}',
    '{"text": "a", "meta": 3}', '{"text": "a", "label": [[0]]}', '{"text": "a", "spans": [{"start": 0.5, "end": 1, "label": "SKILL"}]}',
    '{"text": "a", "spans": [{"start": 0, "end": 1, "label": ["Zebra"]}]}', '{"text": "a", "spans": [{"start": 0, "end": 1, "label": "Zebra"}]}',
    '[{"data": {"text": "a"}, "annotations": [3]}]', '[{"data": {"text": "a"}, "annotations": [{"result": [{"type": "labels"}]}]}]',
    "[" * 100_000, "\x00", "Zebra: [", '{"text": "a", "meta": {"elements": ["Zebra"], "contradictions": 3}}']  # fmt: skip


@pytest.mark.parametrize("told", SPOILED, ids=range(len(SPOILED)))
@pytest.mark.parametrize("fmt", FILES)
def test_a_spoiled_export_is_one_plain_line(fmt, told, tmp_path, capsys):
    (tmp_path / "source").write_text(told)
    assert command("import", tmp_path / "source", tmp_path / "marked", "--from", fmt) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "internal" not in err and "Zebra" not in err and not (tmp_path / "marked").exists()


def test_an_export_that_is_not_utf_8_is_one_plain_line(tmp_path, capsys):
    (tmp_path / "source").write_bytes(b'{"text": "\xff"}')
    assert command("import", tmp_path / "source", tmp_path / "marked", "--from", "prodigy") == 2
    assert capsys.readouterr().err == "therex: the export: not UTF-8 at byte 10\n"


@pytest.mark.parametrize("fmt", sorted(READERS))
def test_a_source_of_the_wrong_kind_is_told(fmt, tmp_path, capsys):
    source = tmp_path / "source"
    source.write_text("x") if fmt in ("brat", "marked") else source.mkdir()
    assert command("import", source, tmp_path / "marked", "--from", fmt) == 2
    err = capsys.readouterr().err
    assert "SOURCE must be a " in err and f"for --from {fmt}" in err


@pytest.mark.parametrize("head", ["a: [", "- a", "id: [a]", "id: {a: b}", "elements: Zebra", "contradictions: Zebra", "? [a]\n: b"])
def test_front_matter_that_is_not_of_its_form_is_one_plain_line(head, tmp_path, capsys):
    (tmp_path / "a.note").write_text(f"---\n{head}\n---\nSLR.")
    assert command("check", tmp_path) == 2
    err = capsys.readouterr().err
    assert err.startswith("therex: note 1: ") and "Zebra" not in err and "internal" not in err


def test_suggest_leaves_out_a_note_whose_id_cannot_be_used_and_says_so(tmp_path, capsys):
    rows = [{"id": i, "text": "SLR 3x10. TE 25 min. Ann Lee, PT"} for i in ("../../Zebra", "fine")]
    (tmp_path / "n.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    assert command("suggest", tmp_path / "n.jsonl", "-o", tmp_path / "tasks.json") == 0
    err = capsys.readouterr().err
    assert "note 1: skipped" in err and "Zebra" not in err
    assert [t["data"]["id"] for t in json.loads((tmp_path / "tasks.json").read_text())] == ["fine"]
