"""Outputs that would destroy something, streams that are full or closed, and numbers that are none: one line, and nothing is lost."""

import os
import resource
import subprocess
import sys
import typing
from pathlib import Path

import pytest
import typer.main

from therex.cli.app import app, main

GOOD = "DOS 5/1/25 Ther ex x 25 min: SLR 3x10, VC to avoid lag. Ann Lee, PT"


@pytest.fixture
def told(capsys):
    """Run the program here: (exit code, standard error)."""

    def go(*argv):
        with pytest.raises(SystemExit) as stop:
            main([str(a) for a in argv])
        return stop.value.code, capsys.readouterr().err

    return go


def one_line(err):
    return err.startswith("therex: ") and err.count("\n") == 1 and "internal" not in err and "Traceback" not in err


@pytest.fixture
def note(tmp_path, monkeypatch):
    """A note; whoever reads it fails."""

    def read(*_, **__):
        raise AssertionError("something was read")

    monkeypatch.setattr("therex.readers.notes.read_notes", read)
    monkeypatch.setattr("therex.corpus.marked.load_folder", read)
    monkeypatch.setattr("therex.qa.samples.read_sample", read)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(GOOD)
    (tmp_path / "made").mkdir()
    return tmp_path / "a.txt"


WRITERS = {
    "screen": ("screen", "a.txt", "-o"), "screen jsonl": ("screen", "a.txt", "-f", "jsonl", "-o"), "keep": ("screen", "a.txt", "--keep-text"),
    "database": ("screen", "a.txt", "--database"), "url": ("screen", "a.txt", "--database", "sqlite:///"), "claims": ("screen", ".", "--claims", "a.txt", "-o"),
    "chart": ("chart", "a.txt", "-o"), "redact": ("redact", "a.txt", "-o"), "sample": ("sample", "a.txt", "-n", "3", "-o"),
    "like": ("sample", "b.txt", "--like", "a.txt", "-o"), "probe": ("sample", "b.txt", "-n", "3", "--claims", "a.txt", "-o"), "appraise": ("appraise", "a.txt", "-o"),
    "suggest": ("corpus", "suggest", "a.txt", "-o"), "review": ("review", "a.txt", "--database"), "take away": ("review", "a.txt", "--to", "prodigy", "--export"),
}  # fmt: skip


@pytest.mark.parametrize("argv", [*WRITERS.values()], ids=[*WRITERS])
def test_no_command_writes_over_what_it_reads_or_into_a_folder(argv, note, told):
    *first, last = argv
    for place in ("a.txt", "made", "none/o"):
        args = (*first, last + place) if last.endswith("/") else (*argv, place)
        code, err = told(*args)
        assert code == 2 and one_line(err), (place, err)
    assert note.read_text() == GOOD and sorted(p.name for p in note.parent.iterdir()) == ["a.txt", "made"]


def test_a_model_is_not_trained_for_a_place_that_cannot_take_it(note, told):
    for place in ("a.txt", "a.txt/m"):
        code, err = told("train", "corpus", "--out", place)
        assert code == 2 and one_line(err) and "--out" in err


def test_an_output_that_nothing_would_be_written_to_is_refused(note, told):
    code, err = told("screen", note, "--format", "none", "-o", "o")
    assert code == 2 and "--format none" in err and not Path("o").exists()


def numeric():
    """Every option of every command that takes a number: command, what it must have beside, option, kind."""

    def walk(command, path=()):
        for name, part in getattr(command, "commands", {}).items():
            yield from walk(part, (*path, name))
        if not hasattr(command, "commands"):
            yield path, command

    for path, command in walk(typer.main.get_command(app)):
        kinds = {
            p: {p.type_descriptor.annotation, *typing.get_args(p.type_descriptor.annotation)}
            for p in command.params
            if hasattr(p, "type_descriptor")
        }
        beside = [x for p in command.params if p.required for x in ((p.opts[0], "x") if p.opts[0].startswith("-") else ("x",))]
        for p, kind in kinds.items():
            if kind & {int, float} and bool not in kind:
                yield pytest.param((*path, *beside), p.opts[0], float in kind, id=f"{' '.join(path)} {p.opts[0]}")


@pytest.mark.parametrize(("argv", "option", "fraction"), [*numeric()])
def test_a_number_without_bounds_is_refused(argv, option, fraction, told):
    for value in ("nan", "inf", "-inf", "1e999", "-1e300") if fraction else ("nan", "1.5", str(10**30), str(-(10**30))):
        code, err = told(*argv, f"{option}={value}")
        assert code == 2 and one_line(err) and option in err, value


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "nan", "2026-W01-1"])
def test_the_first_and_last_days_are_no_fault_of_ours(day, told):
    for argv in (("policy", "show", "cms"), ("policy", "tables"), ("policy", "diff", "cms", "cms")):
        code, err = told(*argv, "--as-of", day)
        assert "internal" not in err and (code == 0 or one_line(err))


def shell(command, cwd, **more):
    env = {**os.environ, "T": f"{sys.executable} -m therex"}
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=120, cwd=cwd, env=env, **more)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_reader_that_is_gone_ends_a_run_as_a_shell_expects(tmp_path):
    code, _, err = shell('$T policy show cms | true; exit "${PIPESTATUS[0]}"', tmp_path)
    assert (code, err) == (141, "")


@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_results_that_cannot_be_written_are_told_in_one_line(where, tmp_path):
    code, out, err = shell(f"$T policy list {where}", tmp_path)
    assert (code, out) == (2, "") and one_line(err)


def test_what_is_told_never_goes_among_the_results(tmp_path):
    code, out, _ = shell("$T screen nothing 2>&-", tmp_path)
    assert (code, out) == (2, "")


def test_a_closed_standard_input_is_an_empty_note(tmp_path):
    code, _, err = shell("$T redact - <&-", tmp_path)
    assert code == 0 and "replaced nothing" in err


def test_a_full_disk_leaves_no_half_of_a_result(tmp_path):
    (tmp_path / "n.txt").write_text(GOOD * 40)
    (tmp_path / "o").write_text("old")
    full = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))}
    code, _, err = shell("$T redact n.txt -o o", tmp_path, **full)
    assert code == 2 and one_line(err) and "disk is full" in err
    assert (tmp_path / "o").read_text() == "old" and sorted(p.name for p in tmp_path.iterdir()) == ["n.txt", "o"]


def test_a_terminal_that_knows_few_signs_ends_no_run(tmp_path):
    code, out, err = shell("PYTHONIOENCODING=ascii $T policy show cms", tmp_path)
    assert code == 0 and err == "" and out


def test_lines_go_to_a_pipe_and_the_pipe_stays(run, tmp_path):
    (tmp_path / "n.txt").write_text(GOOD)
    code, out, err = shell("mkfifo p; cat p & $T screen n.txt -f jsonl -o p --keep-text /dev/null; code=$?; wait; exit $code", tmp_path)
    assert (code, err) == (0, "") and out.startswith('{"schema_version"') and (tmp_path / "p").is_fifo()


def test_a_name_with_escapes_reaches_no_line_of_an_error(told):
    code, err = told("screen", "--\x1b[31m", "\x1b]0;t\x07")
    assert code == 2 and "\x1b" not in err and "\x07" not in err
