"""A model saved by another version of therex: refused in one line where it reads with other components, never half loaded."""

import json
import shutil

import pytest

from therex.analysis import Analyzer
from therex.errors import ModelError
from therex.scoring.features import NAMES
from therex.scoring.model import WEIGHTS, load_model
from therex.settings import models_dir


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.setenv("THEREX_HOME", str(tmp_path))
    shutil.copytree(models_dir(), tmp_path / "models" / "saved")
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
    with pytest.raises(ModelError, match="other features"):
        load_model(folder)
