"""Marked notes and exports with broken parts: one error that says which, never a fault of ours."""

import json
from pathlib import Path

import pytest

from therex.corpus.marked import load_folder, parse, render
from therex.errors import CorpusError

ROOT = Path(__file__).resolve().parents[2]
NOTE = sorted((ROOT / "training_data" / "notes").glob("*.note"))[0].read_text(encoding="utf-8")
HEAD = NOTE.split("\n---\n")[0]


@pytest.mark.parametrize(
    "raw",
    ["---\n[a\n---\nx", "---\n- a\n---\nx", "---\njust words\n---\nx", "---\n" + "[" * 3000 + "\n---\nx", "---\nday: 2026-99-99\n---\nx", "---\na: *b\n---\nx",
     "---\na: \x07\n---\nx", "---\n? [a]\n: b\n---\nx"],
)  # fmt: skip
def test_front_matter_that_is_none_is_told(raw):
    with pytest.raises(CorpusError, match=r"^note 1"):
        parse(raw, "note 1")


@pytest.mark.parametrize("key", ["elements", "minutes", "units", "types", "values", "relations", "contradictions"])
@pytest.mark.parametrize("value", ["7", "word", "true"])
def test_a_part_of_the_wrong_kind_is_told(key, value):
    head = "\n".join(line for line in HEAD.split("\n") if not line.startswith(f"{key}:"))
    with pytest.raises(CorpusError, match=f"note 1: {key} must be|note 1: {key} must have"):
        parse(
            f"{head.rstrip()}\n{key}: {value}\n---\nx" if key != "elements" else f"{_without_elements()}\nelements: {value}\n---\nx",
            "note 1",
        )


def _without_elements():
    import yaml

    meta = yaml.safe_load(HEAD.removeprefix("---\n"))
    del meta["elements"]
    return "---\n" + yaml.safe_dump(meta).rstrip()


def test_a_file_that_cannot_be_read_is_told_by_its_place(tmp_path):
    (tmp_path / "a.note").write_bytes(NOTE.encode("utf-16"))
    with pytest.raises(CorpusError, match="note 1: not UTF-8 at byte 0"):
        load_folder(tmp_path)
    (tmp_path / "a.note").unlink()
    (tmp_path / "b.note").mkdir()
    with pytest.raises(CorpusError, match="note 1: not a file"):
        load_folder(tmp_path)
    (tmp_path / "c.note").symlink_to("nowhere")
    (tmp_path / "b.note").rmdir()
    with pytest.raises(CorpusError, match="note 1: not a file"):
        load_folder(tmp_path)


def main(*argv):
    from therex.cli.app import main as run

    with pytest.raises(SystemExit) as stop:
        run([str(a) for a in argv])
    return stop.value.code


@pytest.mark.parametrize("kind", ["label-studio", "prodigy", "doccano", "docbin"])
def test_an_export_with_broken_parts_is_one_line_and_writes_nothing(kind, tmp_path, capsys):
    note = parse(NOTE, "note")
    good = {"text": note.text, "meta": {"id": "a"}}
    rows = ([], 7, {"text": 7}, {"text": "x", "spans": [7], "label": [[1]], "entities": [{}], "annotations": [7]}, {"data": 7}, {"data": {}, "annotations": {}},
            {**good, "spans": [{}]}, {**good, "meta": [1]}, {**good, "spans": 7, "label": 7}, {"text": "\ud800"})  # fmt: skip
    raws = [json.dumps(r).encode() for r in rows] + [json.dumps([r]).encode() for r in rows] + [b"\xff\xfe", b"[" * 5000, b""]
    for raw in raws:
        (tmp_path / "x").write_bytes(raw)
        code = main("corpus", "import", tmp_path / "x", tmp_path / "out", "--from", kind)
        err = capsys.readouterr().err
        assert (code, "internal" in err) == (2, False) or (code, err, [*tmp_path.glob("out/*")]) == (0, "", []), raw
        assert not [*tmp_path.glob("out/*")]


def test_export_and_import_never_write_where_they_read(tmp_path, capsys):
    folder = tmp_path / "marked"
    folder.mkdir()
    (folder / "a.note").write_text(render(parse(NOTE, "a")))
    before = (folder / "a.note").read_text()
    for argv in (
        ("export", folder, folder, "--to", "marked"), ("export", folder, folder / "sub", "--to", "brat"), ("export", folder, folder / "a.note", "--to", "prodigy"),
        ("import", folder, folder, "--from", "marked"), ("import", folder, tmp_path / "y", "--from", "prodigy"), ("export", folder, tmp_path, "--to", "docbin"),
        ("import", folder, folder / "a.note", "--from", "marked"), ("export", folder, folder / "a.note", "--to", "marked"),
    ):  # fmt: skip
        assert main("corpus", *argv) == 2 and capsys.readouterr().err.count("\n") == 1
    assert [p.name for p in folder.rglob("*")] == ["a.note"] and (folder / "a.note").read_text() == before
    (tmp_path / "link").symlink_to("real")
    assert main("corpus", "export", folder, tmp_path / "link", "--to", "prodigy") == 0
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").stat().st_mode & 0o777 == 0o600
