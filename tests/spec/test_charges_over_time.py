"""Minutes and charges over the visits of a chart (`charges_over_time.yaml`)."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from therex.chart import read_chart
from therex.types import Charge, Note

CASES = yaml.safe_load((Path(__file__).resolve().parent / "charges_over_time.yaml").read_text(encoding="utf-8"))


def raised(analyzer, notes, kind, charges=None):
    """The visit, from 1, at which a finding is raised over all episodes; 0 where it is not."""
    chart = read_chart(analyzer, [(n, analyzer.assess(n, (charges or {}).get(n.note_id, ()))) for n in notes])
    return next((int(e.notes[f.note].note_id) for e in chart.episodes for f in e.findings if f.id == kind), 0)


@pytest.mark.parametrize("case", CASES["uniform"], ids=str)
def test_fifteen_minutes_for_every_code(case, analyzer):
    notes = []
    for i, codes in enumerate(case["visits"], 1):
        rows = "; ".join(f"{code} {n} min" for code, n in codes.items())
        text = f"PT daily note. Visit {i}. SLR 3x{8 + i}. {rows}. Total timed {sum(codes.values())} min. Ann Lee, PT"
        notes.append(Note(str(i), text, "p", date(2025, 1, 5) + timedelta(days=2 * i)))
    assert raised(analyzer, notes, "uniform_minutes") == case["at"]


def kx(analyzer, case, text="PT daily note. Visit {}. SLR 3x10. TE 25 min. Ann Lee, PT"):
    notes = [Note(str(i), text.format(i), "p", day) for i, (day, _, _) in enumerate(case["visits"], 1)]
    charges = {
        str(i): (Charge("97110", 2, ("GP", *(["KX"] if with_kx else [])), amount),)
        for i, (_, amount, with_kx) in enumerate(case["visits"], 1)
    }
    return {kind: raised(analyzer, notes, f"kx_{kind}", charges) for kind in ("missing", "early")}


@pytest.mark.parametrize("case", CASES["kx"], ids=str)
def test_kx_and_the_threshold(case, analyzer):
    assert kx(analyzer, case) == {"missing": case["missing"], "early": case["early"]}


def test_every_kind_has_its_cases():
    counted = {
        "uniform": [c["at"] > 0 for c in CASES["uniform"]],
        **{k: [c[k] > 0 for c in CASES["kx"]] for k in ("missing", "early")},
    }
    assert all(sum(x) >= 15 and len(x) - sum(x) >= 15 for x in counted.values()), {k: sum(x) for k, x in counted.items()}


def test_a_year_knows_no_episodes_and_occupational_therapy_has_its_own(analyzer):
    def visit(i, text, day):
        return Note(str(i), text, "p", day)

    pt = [
        visit(1, "PT evaluation. R knee OA. SLR 3x10. TE 25 min. Ann Lee, PT", date(2025, 1, 6)),
        visit(2, "PT evaluation. L hip OA. SLR 3x10. TE 25 min. Ann Lee, PT", date(2025, 6, 2)),
    ]
    ot = [visit(3, "OT evaluation. R wrist fx. Putty 3 min. TE 25 min. Bo Hall, OTR/L", date(2025, 3, 3))]
    charges = {str(i): (Charge("97110", 2, ("GP",), 1300.0),) for i in (1, 2, 3)}
    assert raised(analyzer, [*pt, *ot], "kx_missing", charges) == 2
    assert raised(analyzer, [pt[0], *ot], "kx_missing", charges) == 0
