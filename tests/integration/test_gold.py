"""The floors of the issue on notes by other hands, where those notes are here."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def result(shared, analyzer, tmp_path_factory):
    sys.path.insert(0, str(shared))
    import marked
    import score

    from therex.reports.record import to_record
    from therex.types import Note

    gold = marked.load(shared / "gold")
    return score.score(gold, {n.id: json.loads(json.dumps(to_record(analyzer.assess(Note(n.id, n.text))))) for n in gold})


def test_extraction(result):
    assert result["headline_f1"] >= 0.75 and result["headline_macro_f1"] >= 0.70
    assert result["all_labels_f1"] >= 0.70 and result["worst_label_f1"] >= 0.45
    assert all(v >= 0.90 for v in result["attributes"].values())


def test_elements(result):
    assert result["elements_accuracy"] >= 0.80 and result["missing"]["f1"] >= 0.80
    assert result["false_missing"] <= 0.06 and result["false_present"] <= 0.10


def test_minutes_and_contract(result):
    assert result["minutes_right"] >= 0.93 and result["minutes_invented"] <= 2
    assert not result["contract_faults"] and not result["not_analysed"]


@pytest.mark.xfail(reason="AUROC 0.918 on 41 notes with the learned reader, wanted 0.93")
def test_necessity(result):
    n = result["necessity"]
    assert n["auroc"] >= 0.93 and n["auroc_like_length"] >= 0.80
    assert n["accuracy_forced"] >= 0.75 and n["accuracy_decided"] >= 0.80 and n["decided"] >= 0.75


def test_note_type_and_discipline(result):
    assert result["note_type"] >= 0.88 and result["discipline"] >= 0.90


@pytest.mark.xfail(reason="56 of 58 with the learned reader, wanted 57")
def test_notes_that_are_no_therapy(shared, analyzer):
    from therex.types import Note

    files = sorted((shared / "not-therapy").glob("*.txt"))
    told = [analyzer.assess(Note(f.stem, f.read_text(encoding="utf-8"))).necessity.verdict for f in files]
    assert told.count("not_applicable") >= 57


@pytest.mark.parametrize(("table", "negated", "historical"), [("negex-even.tsv", 0.93, 0.70), ("idioms-even.tsv", 0.80, 0.70)])
def test_assertion_tables(shared, table, negated, historical):
    from pathlib import Path

    script = Path(__file__).resolve().parents[2] / "benchmarks" / "assertion.py"
    done = subprocess.run([sys.executable, script, shared / table, "--json"], capture_output=True, check=True, text=True)
    told = json.loads(done.stdout)
    assert told["negated"]["f1"] >= negated and told["historical"]["f1"] >= historical
