"""A model saved by another version of therex: refused in one line where it reads with other components, never half loaded."""

import json
import shutil

import pytest

from therex.analysis import Analyzer
from therex.errors import ModelError
from therex.nlp.build import load
from therex.scoring.features import NAMES
from therex.scoring.model import WEIGHTS, load_model
from therex.settings import models_dir


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.setenv("THEREX_HOME", str(tmp_path))
    shutil.copytree(models_dir(), tmp_path / "models" / "saved")
    return tmp_path / "models" / "saved"


@pytest.fixture
def scored(tmp_path, monkeypatch):
    """A model of which only the part that scores is there."""
    monkeypatch.setenv("THEREX_HOME", str(tmp_path))
    shutil.copytree(models_dir() / "necessity", tmp_path / "models" / "saved" / "necessity")
    return tmp_path / "models" / "saved"


def test_a_pipeline_of_other_components_is_refused(saved):
    config = saved / "therex_notes" / "config.cfg"
    config.write_text(config.read_text().replace("therex_tagger", "therex_learned"))
    with pytest.raises(ModelError, match="another version of therex: train it again"):
        Analyzer.create(model="saved")


def test_a_feature_that_came_later_weighs_nothing(saved):
    folder = saved / "necessity"
    old = load_model(folder)
    data, manifest = json.loads((folder / WEIGHTS).read_text()), json.loads((folder / "manifest.json").read_text())
    for key in ("features", "weights", "mean", "scale"):
        data[key] = data[key][1:]
    body = json.dumps(data).encode()
    (folder / WEIGHTS).write_bytes(body)
    import hashlib

    manifest |= {"features": data["features"], "sha256": {WEIGHTS: hashlib.sha256(body).hexdigest()}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    got = load_model(folder)
    assert got.linear.weights == (0.0, *old.linear.weights[1:]) and len(got.linear.weights) == len(NAMES)


def test_a_feature_that_is_no_more_is_refused(saved):
    folder = saved / "necessity"
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["features"] = [*manifest["features"], "gone"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="different features"):
        load_model(folder)


def test_every_file_of_a_pipeline_stands_under_its_digest(saved):
    folder = saved / "therex_notes"
    files = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    assert len(files) > 10
    for path in files:
        body = path.read_bytes()
        path.write_bytes(body[:-1] + bytes([(body[-1] if body else 0) ^ 1]))
        with pytest.raises(ModelError, match="altered"):
            load(folder)
        path.write_bytes(body)


def test_a_file_too_few_or_too_many_is_refused(saved):
    folder = saved / "therex_notes"
    (folder / "vocab" / "more").write_text("x")
    with pytest.raises(ModelError, match="altered"):
        load(folder)
    (folder / "vocab" / "more").unlink()
    (folder / "vocab" / "strings.json").unlink()
    with pytest.raises(ModelError, match="altered"):
        Analyzer.create(model="saved")


def test_a_list_of_files_that_is_none_is_refused(saved):
    for told in ("", "{", "[]", '{"sha256": 7}', "[" * 5000):
        (saved / "therex_notes" / "files.json").write_text(told)
        with pytest.raises(ModelError, match="altered"):
            load(saved / "therex_notes")


def test_a_model_without_a_list_of_its_files_is_refused(saved):
    (saved / "therex_notes" / "files.json").unlink()
    with pytest.raises(ModelError, match="no list of its files"):
        load(saved / "therex_notes")


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("given"), lambda d: d.pop("platt"), lambda d: d.update(low="x"), lambda d: d.update(low=float("nan")), lambda d: d.update(bias=None),
        lambda d: d["weights"].pop(), lambda d: d.update(scale=[0.0] * len(d["scale"])), lambda d: d["given"].update(weights=7), lambda d: d.update(platt=[1]),
        lambda d: d["weights"].__setitem__(0, float("inf")), lambda d: d.update(given=[]), lambda d: d["mean"].__setitem__(0, "x"),
    ],
)  # fmt: skip
def test_weights_with_broken_parts_under_a_right_digest_are_one_line(scored, change):
    import hashlib

    folder = scored / "necessity"
    data, manifest = json.loads((folder / WEIGHTS).read_text()), json.loads((folder / "manifest.json").read_text())
    change(data)
    body = json.dumps(data).encode()
    (folder / WEIGHTS).write_bytes(body)
    (folder / "manifest.json").write_text(json.dumps(manifest | {"sha256": {WEIGHTS: hashlib.sha256(body).hexdigest()}}))
    with pytest.raises(ModelError, match="necessity model"):
        load_model(folder)


@pytest.mark.parametrize("told", ["", "[]", "7", "{}", '{"format": 3}', "[" * 5000, '{"sha256": 7}'])
def test_a_manifest_with_broken_parts_is_one_line(scored, told, capsys):
    from therex.cli.app import main

    (scored / "necessity" / "manifest.json").write_text(told)
    with pytest.raises(ModelError):
        load_model(scored / "necessity")
    with pytest.raises(SystemExit) as stop:
        main(["model", "list"])
    out = capsys.readouterr()
    assert stop.value.code == 0 and "shipped" in out.out and "saved" in out.out and "cannot be read" in out.out and not out.err
