"""The unit rules against the brute force of benchmarks/units_oracle.py, over every multiset of up to three codes."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("units_oracle", Path(__file__).resolve().parents[2] / "benchmarks" / "units_oracle.py")
oracle = importlib.util.module_from_spec(spec)
spec.loader.exec_module(oracle)


@pytest.mark.parametrize("codes", [1, 2, 3])
def test_every_multiset_agrees_with_the_oracle(codes, capsys):
    assert oracle.main(["--codes", str(codes)]) == 0
    assert "all equal" in capsys.readouterr().out
