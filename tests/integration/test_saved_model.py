"""A model saved by an earlier version loads and works: `tests/data/model-0.1` was written by version 0.1 from 24 notes."""

import json
import shutil
from pathlib import Path

import pytest

from therex.analysis import Analyzer
from therex.errors import ModelError
from therex.scoring.features import NAMES
from therex.scoring.model import WEIGHTS, load_model
from therex.types import Note

SAVED = Path(__file__).resolve().parents[1] / "data" / "model-0.1"
NOTE = """5/4/2026 L TKA 3/30. Lag on SLR. Cannot get L leg into the car without hands.
Ther ex (97110) 25 min: quad sets with towel 10x10 s, tapping over VMO as it fires late; SLR 3x8.
Lag gone on 6 of 8 by set 3. Quad control to lift the leg into the car by 5/25.
Timed 25 total 25. 97110 x2. Ann Bay, PT"""


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.setenv("THEREX_HOME", str(tmp_path))
    shutil.copytree(SAVED, tmp_path / "models" / "saved")
    return tmp_path / "models" / "saved"


def test_it_reads_and_judges_a_note(saved):
    analyzer = Analyzer.create(model="saved")
    got = analyzer.assess(Note("n", NOTE))
    assert got.error is None and got.time.codes == {"97110": 25}
    assert {s.label for s in got.view.spans} >= {"EXERCISE", "DOSE", "DURATION", "SKILL", "RESPONSE"}
    assert 0 < got.necessity.score < 1
    assert analyzer.nlp.get_pipe("therex_learned").labels, "its proposals are there"


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
    assert got.weights == (0.0, *old.weights[1:]) and len(got.weights) == len(NAMES)


def test_a_feature_that_is_no_more_is_refused(saved):
    folder = saved / "necessity"
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["features"] = [*manifest["features"], "gone"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="other features"):
        load_model(folder)
