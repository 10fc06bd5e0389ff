"""Cases of charge lines, of shared care and of aides, written by coders who had not seen the program.

A case lists only the facts that it is about, and each is checked exactly. What the reading of a note does not find yet is in
``KNOWN_UNREAD`` by its case; such a case is strict: once it passes, the entry goes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from therex.reports.record import to_record
from therex.reports.worklist import row
from therex.types import Note

FOLDER = Path(__file__).resolve().parent / "closed_forms"
KINDS = ("visit_ceiling", "mismatch_evidence", "group_beside", "aide_delivered")
CASES = [(kind, c) for kind in KINDS for c in yaml.safe_load((FOLDER / f"{kind}.open.yaml").read_text(encoding="utf-8"))]
KNOWN = yaml.safe_load((FOLDER / "unread.yaml").read_text(encoding="utf-8"))


def plain(times):
    """Clock times without a leading zero: where the half of the day is not told, either form is as good."""
    return [t.lstrip("0") for t in times]


def facts(a):
    """What the program takes from a note, by the keys of the cases."""
    time = a.time
    mismatch = next((c for c in a.contradictions if c.id == "units_mismatch"), None)
    session = time.session_total
    if session is None and (time.computed.get("session_total") or {}).get("from") == "clock":
        session = time.computed["session_total"]["minutes"]
    return {
        "billed": dict(time.billed_units),
        "clock": plain(time.clock),
        "contradictions": sorted(c.id for c in a.contradictions),
        "minutes": dict(time.codes),
        "most_units": time.visit.most,
        "services": sorted(c.code for c in time.charges),
        "session": session,
        "units_evidence": [a.view.text[r.start : r.end] for r in mismatch.evidence] if mismatch else [],
    }


def expected(want):
    """The same facts as a case has them."""
    out = dict(want)
    for key in ("billed", "minutes"):
        if key in out:
            out[key] = {str(code): n for code, n in out[key].items()}
    if "clock" in out:
        out["clock"] = plain(out["clock"])
    if "contradictions" in out:
        out["contradictions"] = sorted(out["contradictions"])
    if "services" in out:
        out["services"] = sorted(map(str, out["services"]))
    return out


@pytest.mark.parametrize(("kind", "case"), CASES, ids=lambda x: x if isinstance(x, str) else x["case"][:60])
def test_case(kind, case, analyzer, request):
    if case["case"] in KNOWN:
        request.applymarker(pytest.mark.xfail(reason=KNOWN[case["case"]], strict=True))
    want = expected(case["expect"])
    told = facts(analyzer.assess(Note("case", case["text"])))
    assert {key: told[key] for key in want} == want


def test_every_unread_case_is_a_case():
    assert set(KNOWN) <= {c["case"] for _, c in CASES}


def test_the_worklist_gives_the_reason_with_its_figures(analyzer):
    a = analyzer.assess(Note("n", "DOS 5/5/2026. Ther ex: SLR 3x10, rows 2x12. Total treatment time: 30 min. 97110 x 4\nAnn Lee, PT"))
    assert row(a)["because"].startswith("97110: billed 4 units; a visit of 30 minutes allows at most 2")
    record = to_record(a)
    assert record["time"]["visit"] == {"billed_timed": 4, "billed_total": None, "most_units": 2, "minutes": 30, "from": "session_total"}
    assert [(c["code"], c["billed"], c["supported"]) for c in record["time"]["charges"]] == [("97110", 4, None)]
