"""The cases an expert can read, run."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml

from therex.billing.minutes import read_minutes
from therex.billing.units import supported
from therex.cli.app import main
from therex.cli.units import parse_minutes
from therex.elements.contradictions import read_contradictions
from therex.types import Note

HERE = Path(__file__).resolve().parent


def cases(name):
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))["cases"]


UNITS = cases("units.yaml")
LINE = [c for c in cases("line.yaml") if "skip" not in c]


@pytest.mark.parametrize("case", UNITS, ids=lambda c: f"case_{c['n']}")
def test_worked_unit_case_by_the_command_line(case, capsys):
    items = case.get("items") or [f"{code}={minutes}" for code, minutes in case["minutes"].items()]
    with pytest.raises(SystemExit) as stop:
        main(["units", *items, "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    assert stop.value.code == 0 and told["untimed"] == case.get("untimed", {})
    assert (told["cms"]["total"], told["cms"]["allocations"], told["ama"]["units"]) == (case["cms_total"], case["cms"], case["ama"])
    assert told["cms"].get("modifiers") == case.get("modifiers")


def test_there_are_26_worked_unit_cases():
    assert [c["n"] for c in UNITS] == list(range(1, 27))


@pytest.mark.parametrize("case", UNITS, ids=lambda c: f"case_{c['n']}")
def test_worked_unit_case(case):
    items = case.get("items") or [f"{code}={n}" for code, n in case["minutes"].items()]
    timed, untimed, _ = parse_minutes(items)
    both = supported(timed)
    assert untimed == case.get("untimed", {})
    assert both["cms"] == {"total": case["cms_total"], "allocations": case["cms"]}
    assert both["ama"]["units"] == case["ama"]


def test_there_are_enough_line_cases_for_each_status():
    counts = Counter(c["line"] for c in LINE)
    assert len(LINE) >= 60
    assert all(counts[status] >= 10 for status in ("ready", "review", "hold", "no_97110"))


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, marks=[pytest.mark.xfail(reason=c["known"])] if "known" in c else []) for c in LINE],
    ids=lambda c: f"{c['line']}_{c['note'][:40]}",
)
def test_line_and_findings(case, analyzer):
    a = analyzer.assess(Note("case", case["note"]))
    assert a.line.status == case["line"]
    assert set(case.get("expect_because", case.get("because", []))) <= set(a.line.because)
    found = {f.id: f.finding for f in a.findings}
    assert {k: found[k] for k in case.get("findings", {})} == case.get("findings", {})


CONTRADICTIONS = sorted((HERE.parents[1] / "training_data" / "contradictions").glob("*.yaml"))


@pytest.mark.parametrize("path", CONTRADICTIONS, ids=lambda p: p.stem)
def test_contradiction_has_precision_and_recall(path, analyzer):
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    name = data["about"]
    told = Counter()
    for case in (c for c in data["cases"] if c["half"] != "fresh"):
        view = analyzer.assess(Note("case", case["note"])).view
        told[case["expect"], name in {c.id for c in read_contradictions(view, read_minutes(view))}] += 1
    assert sum(told[True, s] for s in (True, False)) >= 15 and sum(told[False, s] for s in (True, False)) >= 15
    assert told[True, True] / max(told[True, True] + told[False, True], 1) >= 0.85
    assert told[True, True] / (told[True, True] + told[True, False]) >= 0.85
