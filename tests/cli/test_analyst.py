"""The commands of an analyst: help that fits its line and uses plain words."""

import pytest
import typer
import typer.main

from therex.cli.app import app
from therex.cli.help import walk

NOT_OURS = {"want", "wants", "stands", "stand", "lies", "lie", "told", "none", "holds", "mend"}


def commands():
    return [pytest.param(path, c, id=" ".join(path)) for path, c in walk(typer.main.get_command(app)) if path[:1] in (("train",), ("evaluate",), ("model",), ("corpus",))]  # fmt: skip


def texts(command):
    yield command.help or ""
    yield from (p.help for p in command.params if getattr(p, "help", None))


@pytest.mark.parametrize(("path", "command"), commands())
def test_the_summary_fits_its_line(path, command):
    assert len(command.help.split("\n\n")[0]) < 60 and "\n" not in command.help.split("\n\n")[0]


@pytest.mark.parametrize(("path", "command"), commands())
def test_help_is_in_plain_words(path, command):
    for text in texts(command):
        assert not NOT_OURS & {word.strip("`.,;:()") for word in text.lower().split()}, text


@pytest.mark.parametrize(("path", "command"), commands())
def test_a_folder_of_marked_notes_is_named_with_its_format(path, command):
    for text in texts(command):
        assert ("A folder of marked notes" not in text and "Folders of marked notes" not in text) or ".note" in text or "compare" in text


def test_evaluate_ends_with_a_judgment_in_columns_of_plain_words(tmp_path, capsys):
    from pathlib import Path
    from shutil import copy

    from therex.cli.app import main

    for note in sorted((Path(__file__).resolve().parents[2] / "training_data" / "development" / "w006").glob("*.note"))[:3]:
        copy(note, tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", str(tmp_path), "--by", "discipline"])
    out, err = capsys.readouterr()
    lines = out.rstrip().splitlines()
    assert stop.value.code == 0 and "{" not in out and "_" not in out and "found (recall)" in lines[2] and "right (precision)" in lines[2]
    assert "These are only 3 notes, so the figures are rough: elements are right in " in " ".join(lines[-2:])
    assert "Progress" not in err
