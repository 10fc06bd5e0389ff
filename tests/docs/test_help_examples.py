"""Every example of `--help` runs, in a folder that holds what it names."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from therex.catalog.files import resource

ROOT = Path(__file__).resolve().parents[2]
# what cannot run by itself, and where it is tried instead
ELSEWHERE = {
    "review sample.json": "serves until it is stopped: tests/browser/test_review_pages.py",
    "review sample.json --export reviewed": "exports what people decided: tests/integration/test_reviews.py",
    "appraise sample.json": "reads what people decided: tests/integration/test_appraise.py",
    "appraise sample.json -o appraisal.html": "reads what people decided: tests/integration/test_appraise.py",
    "train marked training_data/voices/notes --name clinic": "trains for minutes: tests/integration/test_registry.py",
    "model compare shipped clinic --data kept_apart": "compares what was trained: tests/integration/test_registry.py",
    "model promote clinic --data kept_apart": "compares what was trained: tests/integration/test_registry.py",
    "model rollback": "after a promotion: tests/integration/test_registry.py",
    "evaluate training_data/heldout": "372 notes; the tutorial's example runs on the development notes: test_docs.py",
}
EXAMPLES = [line.removeprefix("therex ") for lines in resource("help.yaml")["examples"].values() for line in lines]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with what the examples name."""
    path = tmp_path_factory.mktemp("examples")
    for name in ("examples", "training_data"):
        (path / name).symlink_to(ROOT / name)
    for name in ("first", "second"):
        shutil.copytree(ROOT / "training_data" / "development" / "w006", path / name)
    (path / "clinic.yaml").write_text('id: clinic\nname: Our clinic\nversion: "1"\nextends: cms\n', encoding="utf-8")
    (path / "ptp.csv").write_text(
        "Column 1,Column 2,Effective Date,Deletion Date,Modifier Indicator\n97530,97110,20200101,*,1\n", encoding="utf-8"
    )
    return path


def test_every_example_that_is_left_out_is_an_example():
    assert set(ELSEWHERE) <= set(EXAMPLES)


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e not in ELSEWHERE])
def test_an_example_of_the_help_runs(example, folder, monkeypatch, capsys):
    from therex.cli.app import main

    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as stop:
        main(shlex.split(example))
    told = capsys.readouterr()
    assert stop.value.code in (0, 1) and (told.out or told.err), told.err
