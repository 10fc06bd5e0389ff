"""Precision and recall of the closed forms, kind by kind, on cases written by writers who never saw the program.

    python benchmarks/closed_forms.py [KIND ...] [--half open|frozen|second] [--wrong]

The cases lie in `tests/spec/closed_forms`; each is a short note and the facts that a careful coder takes from it. A fact counts as found
where key and value are the same. `--wrong` shows the cases that differ.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from therex.analysis import Analyzer
from therex.elements.treatment import given_services
from therex.types import Assessment, Note

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "spec" / "closed_forms"
PROBE = ("codes", "timed_total", "session_total", "clock", "units", "plan")
ELEMENTS = ("signature", "date_of_service", "timed_minutes", "total_time", "code_minutes", "interventions_named")
Facts = set[Any]


def _known(a: Assessment, key: str, *, clock_only: bool = False) -> float | None:
    """A total as known: stated, or worked out."""
    stated = getattr(a.time, key)
    found = (a.time.computed.get(key) or {}) if a.time else {}
    if stated is None and (not clock_only or found.get("from") == "clock"):
        return found.get("minutes")
    return stated


def _one(value: Any) -> Facts:
    return set() if value is None else {float(value) if isinstance(value, int | float) else value}


def _timed(a: Assessment) -> float | None:
    supported = a.time.supported_units if a.time else None
    return a.time.timed_total if a.time and a.time.timed_total is not None else (supported or {}).get("timed_total")


def _evidence(a: Assessment) -> Facts:
    found = next((c.evidence for c in a.contradictions if c.id == "units_mismatch"), ())
    return {" ".join(a.view.text[r.start : r.end].split()) for r in found} if a.view else set()


def _map(pairs: Mapping[Any, Any]) -> Facts:
    return {(str(code), float(n)) for code, n in (pairs or {}).items()}


READ: dict[str, Callable[[Assessment], Facts]] = {
    **{key: (lambda a, key=key: {next(f.found for f in a.findings if f.id == key)}) for key in ELEMENTS},  # type: ignore[misc]
    "minutes": lambda a: _map(a.time.codes),
    "codes": lambda a: _map(a.time.codes),
    "timed_total": lambda a: _one(a.time.timed_total),
    "session_total": lambda a: _one(a.time.session_total),
    "timed": lambda a: _one(_timed(a)),
    "session": lambda a: _one(_known(a, "session_total", clock_only=True)),
    "clock": lambda a: set(Counter(t.zfill(5) for t in a.time.clock).items()),
    "plan": lambda a: {" ".join(a.view.text[s.start : s.end].split()) for s in a.view.of("DURATION", "plan")},
    "billed": lambda a: _map(a.time.billed_units),
    "units": lambda a: _map(a.time.billed_units),
    "billed_total": lambda a: {float(m.value["units"]) for m in a.view.mentioned("units_total")[-1:]},
    "supported": lambda a: _one(a.time.supported_units and a.time.supported_units["cms"]["total"]),
    "most_units": lambda a: _one(a.time.visit.most if a.time.visit else None),
    "contradictions": lambda a: {c.id for c in a.contradictions},
    "units_evidence": _evidence,
    "services": lambda a: {s.attribute for s in given_services(a.view) if s.attribute} | set(a.time.codes) | set(a.time.billed_units),
    "exercise_given": lambda a: {a.necessity.verdict != "not_applicable"},
}


def expected(key: str, value: Any) -> Facts:
    """The facts that a case states under one key."""
    if key in ("minutes", "codes", "billed", "units"):
        return _map(value)
    if key == "clock":
        return set(Counter(str(t).zfill(5) for t in value or ()).items())
    if key in ("plan", "contradictions", "services", "units_evidence"):
        return {" ".join(str(v).split()) for v in value or ()}
    return _one(value)


def cases(kind: str, half: str) -> list[dict[str, Any]]:
    """The cases of one half of a kind; those of the probe with every key that it speaks of."""
    rows = yaml.safe_load((FOLDER / f"{kind}.{half}.yaml").read_text(encoding="utf-8"))
    if kind != "probe":
        return [{**row, "expect": {k: v for k, v in row["expect"].items() if k in READ}} for row in rows]
    return [{"case": "", "text": row["text"], "expect": {key: row["values"].get(key) for key in PROBE}} for row in rows]


def kinds() -> list[str]:
    """Every kind that this reads; the kinds of assertion have a runner of their own."""
    found = sorted({p.name.split(".")[0] for p in FOLDER.glob("*.open.yaml")})
    return [kind for kind in found if any(case["expect"] for case in cases(kind, "open"))]


def differences(analyzer: Analyzer, case: Mapping[str, Any]) -> Iterator[tuple[str, Facts, Facts]]:
    """Key, expected facts and found facts of a case, for every key that it states."""
    a = analyzer.assess(Note("case", case["text"]))
    for key, value in case["expect"].items():
        yield key, expected(key, value), READ[key](a)


def score(analyzer: Analyzer, kind: str, half: str, wrong: bool = False) -> tuple[int, int, int, int]:
    """Facts right, invented and missed, and cases that differ."""
    right = invented = missed = differ = 0
    by_key: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for case in cases(kind, half):
        told = list(differences(analyzer, case))
        for key, want, got in told:
            cell = by_key[key]
            cell[0] += len(want & got)
            cell[1] += len(got - want)
            cell[2] += len(want - got)
        if any(want != got for _, want, got in told):
            differ += 1
            if wrong:
                print(f"--- {kind}: {case['case']}\n{case['text'].rstrip()}")
                for key, want, got in told:
                    if want != got:
                        print(f"      {key}: expected {sorted(map(str, want))}, found {sorted(map(str, got))}")
    for cell in by_key.values():
        right, invented, missed = right + cell[0], invented + cell[1], missed + cell[2]
    return right, invented, missed, differ


def main() -> int:
    """Print one line a kind and half."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*")
    parser.add_argument("--half", choices=("open", "frozen", "second"))
    parser.add_argument("--wrong", action="store_true")
    args = parser.parse_args()
    analyzer = Analyzer.create()
    print(f"{'kind':20} {'half':7} {'cases':>5} {'differ':>6} {'P':>6} {'R':>6}")
    for kind in args.kinds or kinds():
        for half in (args.half,) if args.half else ("open", "frozen", "second"):
            right, invented, missed, differ = score(analyzer, kind, half, args.wrong)
            p = right / (right + invented) if right + invented else 1.0
            r = right / (right + missed) if right + missed else 1.0
            print(f"{kind:20} {half:7} {len(cases(kind, half)):5} {differ:6} {p:6.3f} {r:6.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
