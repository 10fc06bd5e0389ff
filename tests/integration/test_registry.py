"""A clinic's own models: trained beside ours, compared, put into use, taken back, and refused when worse."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from therex.analysis import Analyzer
from therex.cli.app import main
from therex.corpus.marked import load_folder
from therex.errors import CorpusError, ModelError
from therex.settings import SHIPPED, checked_name, home, in_use, model_folder, models_dir, user_models
from therex.training.registry import Comparison, Difference, compare, promote, rollback
from therex.training.run import load_corpora, train
from therex.types import LABELS

pytest.importorskip("jax", reason="the extra `train` is not installed")

CORPUS = Path(__file__).resolve().parents[2] / "training_data" / "notes"


def run(capsys, *argv):
    with pytest.raises(SystemExit) as stop:
        main(list(argv))
    out = capsys.readouterr()
    return stop.value.code, out.out, out.err


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Two dozen notes to learn from and six to compare on."""
    folder = tmp_path_factory.mktemp("corpus")
    for n, path in enumerate(sorted(CORPUS.glob("*.note"))[::7][:31]):
        part = folder / ("train" if n % 13 < 10 else "test")
        part.mkdir(exist_ok=True)
        shutil.copy(path, part / path.name)
    return folder


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("THEREX_HOME", str(tmp_path))
    return tmp_path


def copy_of_shipped(name):
    shutil.copytree(models_dir(), home() / "models" / name)


def worsened(name):
    """A copy whose weights have the wrong sign, with a manifest that matches."""
    from therex.scoring.model import load_model, save_model

    copy_of_shipped(name)
    folder = model_folder(name) / "necessity"
    model, about = load_model(folder), json.loads((folder / "manifest.json").read_text())
    from dataclasses import replace

    save_model(
        folder,
        replace(model, linear=replace(model.linear, weights=tuple(-w for w in model.linear.weights))),
        {"trained_on": about["trained_on"], "cross_validation": about["cross_validation"]},
    )


def test_a_clinic_trains_its_own_model_beside_ours(house, few, capsys):
    code, out, err = run(capsys, "train", str(few / "train"), "--name", "clinic", "--passes", "1")
    assert code == 0 and "therex model promote clinic" in out and "elapsed" in err and "named" not in err
    assert "On writers it was not trained on: " in out and "{" not in out
    folder = model_folder("clinic")
    assert {p.name for p in folder.iterdir()} == {"MODEL_CARD.md", "metrics.json", "necessity", "reliability.svg", "therex_notes"}
    about = json.loads((folder / "necessity" / "manifest.json").read_text())
    assert about["name"] == "clinic" and about["parent"] == SHIPPED and about["trained_on"]["notes"] > 8
    assert Analyzer.create(model="clinic").model.name == "clinic" != Analyzer.create().model.name
    metrics = json.loads((folder / "metrics.json").read_text())
    assert set(metrics["slices"]) == {"discipline", "note_type", "format", "length"}
    assert "<svg" in (folder / "reliability.svg").read_text() and "| EXERCISE |" in (folder / "MODEL_CARD.md").read_text()


def trained_without_work(monkeypatch):
    """Let `therex train` take every step but the training; what it was asked for goes into a list."""
    asked = []
    labels = {name: {"r": 0.5, "marked": 40} for name in LABELS}
    about = {
        "model": "m", "trained_on": {"notes": 40, "supported": 20}, "review": {"error_bound": 0.1, "holds_for": "notes like these"},
        "cross_validation": {"auroc": 0.8, "brier": 0.2, "decided": 0.5, "accuracy_decided": 0.8},
        "metrics": {"notes": 40, "all_labels_f1": 0.5, "labels": labels, "elements": {"accuracy": 0.8}},
    }  # fmt: skip

    def instead(folders, out, alpha, delta, name, parent, encoder, whole, passes, watch):
        asked.append((out, name))
        watch("training", 1, 2)
        out.mkdir(parents=True, exist_ok=True)
        return about

    monkeypatch.setattr("therex.training.run.train", instead)
    return asked


def test_a_training_without_a_name_is_named_by_the_day_and_leaves_the_folder_alone(house, capsys, monkeypatch, tmp_path_factory):
    here = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(here)
    asked = trained_without_work(monkeypatch)
    for end in ("", "-2", "-3"):
        code, out, err = run(capsys, "train", str(CORPUS))
        name = f"trained-{date.today().isoformat()}{end}"
        assert code == 0 and asked[-1] == (house / "models" / name, name) and name == checked_name(name)
        assert err == f"therex: the model will be named {name} (choose another name with --name)\n"
        assert f"therex model promote {name} --data" in out
    assert not [*here.iterdir()]


def test_a_training_into_a_folder_has_no_name(house, capsys, monkeypatch, tmp_path):
    asked = trained_without_work(monkeypatch)
    code, out, err = run(capsys, "train", str(CORPUS), "--out", str(tmp_path / "models"))
    assert code == 0 and asked == [(tmp_path / "models", None)] and err == "" and "promote" not in out


def test_a_training_without_notes_says_what_to_name(house, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "train")
    assert code == 2 and out == "" and err.count("\n") == 1 and ".note" in err and "docs/annotation.md" in err


def test_training_twice_gives_the_same_model(house, few):
    one = train([few / "train"], house / "one", passes=1)
    two = train([few / "train"], house / "two", passes=1)
    assert one == two
    assert (house / "one" / "necessity" / "weights.json").read_bytes() == (house / "two" / "necessity" / "weights.json").read_bytes()


def test_a_stopped_training_leaves_the_old_model_whole(house, few, monkeypatch):
    import therex.training.run as module

    shutil.copytree(models_dir(), house / "m")
    before = {p: p.read_bytes() for p in (house / "m").rglob("*") if p.is_file()}
    monkeypatch.setattr(module, "card", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        train([few / "train"], house / "m", passes=1)
    assert {p: p.read_bytes() for p in (house / "m").rglob("*") if p.is_file()} == before
    assert {p.name for p in house.iterdir()} <= {"m", ".m.work"}, "beside the state that a later run goes on from"


def test_too_few_notes_are_refused(tmp_path, few):
    for path in sorted((few / "train").iterdir())[:4]:
        shutil.copy(path, tmp_path / path.name)
    with pytest.raises(CorpusError, match="too few"):
        train([tmp_path], tmp_path / "m")


def test_an_id_in_two_corpora_is_refused(few, tmp_path):
    shutil.copytree(few / "train", tmp_path / "other")
    with pytest.raises(CorpusError, match="have the same id"):
        load_corpora([few / "train", tmp_path / "other"])


def test_a_folder_that_is_given_twice_counts_twice(few):
    once = load_corpora([few / "train"])
    assert load_corpora([few / "train", few / "train"]) == [*once, *once]


def test_a_model_equal_to_the_one_in_use_shows_no_difference(house, few):
    copy_of_shipped("same")
    found = compare(Analyzer.create(), Analyzer.create(model="same"), load_folder(few / "test"))
    assert found.verdict == "no difference shown" and all(d.first == d.second for d in found.differences)


def test_promotion_refuses_a_worse_model_unless_forced_and_rollback_takes_the_old_one_back(house, few):
    worsened("bad")
    notes = load_folder(CORPUS)[:60]
    with pytest.raises(ModelError, match=r"not promoted.*necessity scores"):
        promote("bad", notes)
    assert in_use() == (SHIPPED, [])
    assert promote("bad", notes, force=True).verdict == "worse"
    assert in_use()[0] == "bad" and Analyzer.create().model.linear != Analyzer.create(model=SHIPPED).model.linear
    assert rollback() == SHIPPED and in_use() == (SHIPPED, [])
    with pytest.raises(ModelError, match="no previous model"):
        rollback()


def test_promotion_wants_notes(house):
    copy_of_shipped("same")
    with pytest.raises(ModelError, match="--data"):
        promote("same", None)
    with pytest.raises(ModelError, match="already"):
        promote(SHIPPED, None)


def test_commands_list_compare_promote_and_roll_back(house, few, capsys):
    copy_of_shipped("same")
    code, out, _ = run(capsys, "model", "list")
    assert code == 0 and re.search(r"(?m)^\*  shipped +\d", out) and re.search(r"(?m)^   same +\d", out)
    code, out, _ = run(capsys, "model", "compare", "shipped", "same", "--data", str(few / "test"))
    assert code == 0 and out.rstrip().endswith("No difference between the two models is shown on these 6 notes.")
    assert run(capsys, "model", "promote", "same", "--data", str(few / "test"))[0] == 0
    assert re.search(r"(?m)^\*  same", run(capsys, "model", "list")[1])
    assert "in use: shipped" in run(capsys, "model", "rollback")[1]
    code, out, _ = run(capsys, "model", "show", "same")
    assert code == 0 and "notes to which 97110 applies" in out and "The note names at least one exercise with its dose." in out
    assert not re.search(r"[{}]|\w:\w", out), "neither a dict nor the name of a feature"
    assert out.rstrip().endswith("right.") and "Elements" not in out and "elements are right in" in " ".join(out.split())


@pytest.mark.parametrize("argv", [("model", "show", "nosuch"), ("model", "promote", "nosuch", "--force"), ("screen", str(CORPUS), "--model", "Bad Name"),
                                  ("train", str(CORPUS), "--name", "../x"), ("train", str(CORPUS), "--name", "x", "--out", "y")])  # fmt: skip
def test_a_wrong_name_is_one_line(house, capsys, argv):
    code, out, err = run(capsys, *argv)
    assert code == 2 and out == "" and err.count("\n") == 1 and "Traceback" not in err


def test_a_pickle_in_place_of_a_model_is_refused_and_not_run(house):
    import pickle

    class Bomb:
        def __reduce__(self):
            return (Path(house / "ran").touch, ())

    copy_of_shipped("odd")
    (model_folder("odd") / "necessity" / "weights.json").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ModelError, match="altered"):
        Analyzer.create(model="odd")
    assert not (house / "ran").exists()


def test_a_damaged_note_of_what_is_in_use_is_one_line(house):
    (house / "in_use.json").write_text("{")
    with pytest.raises(ModelError, match="cannot be read"):
        in_use()


def test_names_and_verdicts():
    assert checked_name("clinic-2.1") == "clinic-2.1" and user_models() == []
    for name in ("", "A", SHIPPED, "a/b", ".x"):
        with pytest.raises(ModelError):
            checked_name(name)
    better, worse = Difference("x", 0, 1, 1, 0.5, 1.5), Difference("y", 1, 0, -1, -1.5, -0.5)
    assert (better.verdict, worse.verdict, Comparison(1, 1, (better, worse)).verdict) == ("better", "worse", "worse")
