"""What a reviewed sample shows about the period: error rates with their intervals, agreement, scorecards, money.

An error is a charge line whose settled status is ``hold``. Only notes drawn at random count for an estimate; rates of a group are ratios
within the strata (`intervals.stratified`). Everything comes out as plain values, the document of ``--format json`` (docs/qa.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from math import sqrt
from typing import Any

from therex import __version__
from therex.catalog.policy import policy
from therex.qa.agreement import agreement, alpha
from therex.qa.cautions import FEW, FEW_LINES, cautions
from therex.qa.decisions import STATUS, VERDICTS, Decision, in_use, line_of, over_units, under_units, units_judged
from therex.qa.intervals import Rate, Stratum, stratified
from therex.reports.wording import element_name, listed
from therex.types import ELEMENTS

LINES = ("hold", "review", "ready", "no_97110")
TOP, EXAMPLES = 3, 3


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A sample with what was decided: by place, the decision, and each reviewer's first judgement by name."""

    id: str
    design: Mapping[str, Any] = field(repr=False)
    frame: Mapping[str, Any] = field(repr=False)
    items: Sequence[Mapping[str, Any]] = field(repr=False)
    decisions: Sequence[Decision] = field(repr=False)
    firsts: Sequence[Mapping[str, Mapping[str, Any]]] = field(repr=False)
    # how many judgements were changed after the tool's opinion was shown
    changed: int = 0


@dataclass(frozen=True, slots=True)
class _Note:
    place: int
    item: Mapping[str, Any]
    told: Mapping[str, Any]
    line: str
    because: tuple[str, ...]
    holding: tuple[str, ...]

    @property
    def held(self) -> bool:
        return self.line == "hold"

    @property
    def has_line(self) -> bool:
        return self.line != "no_97110"


class _Estimate:
    """Rates over the notes that count, by the strata that they were drawn from."""

    def __init__(self, reviewed: Reviewed, notes: Sequence[_Note], confidence: float) -> None:
        self._confidence = confidence
        self._strata = reviewed.frame["strata"]
        self._by: dict[int, list[_Note]] = defaultdict(list)
        for n in notes:
            self._by[n.item["stratum"]].append(n)

    def rate(
        self, belongs: Callable[[_Note], bool], errs: Callable[[_Note], bool], confidence: float | None = None, only: int | None = None
    ) -> dict[str, Any]:
        """Estimate and interval of the share of `errs` among the notes that belong; None where none was drawn."""
        strata, members, errors = [], 0, 0
        for place, stratum in enumerate(self._strata):
            notes = self._by.get(place, [])
            if not notes or (only is not None and place != only):
                continue
            inside = [n for n in notes if belongs(n)]
            wrong = sum(map(errs, inside))
            strata.append(Stratum(stratum["population"], len(notes), wrong, None if len(inside) == len(notes) else len(inside)))
            members, errors = members + len(inside), errors + wrong
        told: dict[str, Any] = {"errors": errors, "lines": members, "estimate": None, "low": None, "high": None, "caution": ""}
        if not members:
            return {**told, "caution": "not in the sample"}
        found: Rate = stratified(strata, confidence or self._confidence)
        few = FEW_LINES if members < FEW else ""
        return {**told, "estimate": found.estimate, "low": found.low, "high": found.high, "caution": few}

    def total(self, amount: Callable[[_Note], float], confidence: float, known: Callable[[_Note], bool] = lambda n: True) -> dict[str, Any]:
        """Estimate and interval of a total over the period: the stratified mean per note, with Student's t (Cochran 1977, 5.4).

        Parameters
        ----------
        known
            The notes whose amount is known; the others are taken to be like them.
        """
        from scipy.stats import t

        point = variance = 0.0
        parts, seen = [], 0.0
        for place, stratum in enumerate(self._strata):
            notes = [n for n in self._by.get(place, []) if known(n)]
            if not notes:
                continue
            big, n = stratum["population"], len(notes)
            values = [amount(x) for x in notes]
            mean, seen = sum(values) / n, seen + sum(values)
            spread = sum((v - mean) ** 2 for v in values) / (n - 1) if n > 1 else 0.0
            point += big * mean
            part = big * (big - n) * spread / n
            variance += part
            if part and n > 1:
                parts.append(part**2 / (n - 1))
        freedom = variance**2 / sum(parts) if parts else 1.0
        half = float(t.ppf((1 + confidence) / 2, freedom)) * sqrt(variance)
        lower = float(t.ppf(0.95, freedom)) * sqrt(variance)
        # at least what was seen in the sample
        return {"point": point, "low": max(seen, point - half), "high": point + half, "low_90": max(seen, point - lower), "seen": seen}


def appraise(reviewed: Reviewed, confidence: float = 0.95, before: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The whole report as plain values.

    Parameters
    ----------
    before
        Reports of earlier periods, the oldest first.
    """
    design, items = reviewed.design, reviewed.items
    decided = [
        _Note(n, items[n], d.judgement, d.line, d.because, d.holding)
        for n, d in enumerate(reviewed.decisions)
        if d.state == "decided" and d.judgement is not None and items[n]["pick"] != "calibration"
    ]
    used = in_use(items, [n for n, d in enumerate(reviewed.decisions) if d.state == "unusable"], reviewed.frame["strata"])
    notes = [n for n in decided if n.place in used]
    estimate = _Estimate(reviewed, notes, confidence)
    overall = estimate.rate(lambda n: n.has_line, lambda n: n.held)
    therapists = _groups(estimate, notes, "therapist", overall, confidence)
    told: dict[str, Any] = {
        "version": 1, "made": datetime.now(UTC).isoformat(timespec="seconds"), "therex": __version__, "sample": reviewed.id,
        "confidence": confidence, "method": _method(reviewed.frame), "design": dict(design),
        "frame": {k: v for k, v in reviewed.frame.items() if k != "strata"}, "review": _progress(reviewed, used), "line_errors": overall,
        "lines": {line: sum(n.line == line for n in notes) for line in LINES}, "reasons": _reasons(notes),
        "strata": [
            {"key": s["key"], "population": s["population"], **estimate.rate(lambda n: n.has_line, lambda n: n.held, only=i)}
            for i, s in enumerate(reviewed.frame["strata"])
        ],
        "groups": {name: _groups(estimate, notes, name, overall, confidence) for name in _names(design, notes)},
        "elements": [_element(estimate, e, reviewed, notes) for e in ELEMENTS],
        "units": {
            "over_billed": {**estimate.rate(_judged, lambda n: over_units(n.told) > 0), **_units(estimate, over_units, confidence)},
            "under_billed": {**estimate.rate(_judged, lambda n: under_units(n.told) > 0), **_units(estimate, under_units, confidence)},
            "not_judged": sum(n.has_line and not units_judged(n.told) for n in notes),
        },
        "months": _months(estimate, notes), "periods": _periods(overall, reviewed, before),
        "scorecards": [_scorecard(g, [n for n in notes if _of(n, "therapist") == g["name"]]) for g in therapists],
        "agreement": _agreement(reviewed, decided), "financial": _financial(estimate, notes, confidence), "apart": _apart(decided, used),
        "notes": [
            {
                "note_id": n.item["note_id"], "pick": n.item["pick"] if n.place not in used else "random", "counts": n.place in used,
                **{k: _of(n, k) for k in ("therapist", "date")}, **{k: _of(n, k) for k in (*design["by"], *design["group"])}, "line": n.line,
                "because": list(n.because), "reasons": [_words(r, n.told["elements"].get(r) or "missing") for r in n.because], "verdict": n.told["verdict"], "over_units": over_units(n.told), "under_units": under_units(n.told), "units_judged": units_judged(n.told),
                "tool_line": n.item["record"]["line"]["status"], "comment": n.told["comment"],
            }
            for n in decided
        ],
    }  # fmt: skip
    told["cautions"] = cautions(told, reviewed.design, reviewed.frame, reviewed.changed, Counter(n.item["stratum"] for n in notes))
    return told


def _judged(n: _Note) -> bool:
    return n.has_line and units_judged(n.told)


def _method(frame: Mapping[str, Any]) -> str:
    if len(frame["strata"]) == 1:
        return "exact, by the hypergeometric distribution; Clopper and Pearson (1934) for a part of the notes"
    return "Korn and Graubard (1998): Clopper and Pearson's exact interval at the effective sample size of the strata"


def _of(n: _Note, name: str) -> str:
    return str(n.item["source"].get(name) or n.item["strata"].get(name) or "")


def _names(design: Mapping[str, Any], notes: Sequence[_Note]) -> list[str]:
    wanted = dict.fromkeys(("therapist", "clinic", "payer", *design["group"], *design["by"]))
    if len(design["by"]) == 1:
        wanted.pop(design["by"][0], None)
    return [w for w in wanted if w not in ("verdict", "line", "month", "patient") and any(_of(n, w) for n in notes)]


def _groups(estimate: _Estimate, notes: Sequence[_Note], name: str, overall: Mapping[str, Any], confidence: float) -> list[dict[str, Any]]:
    """Each group by name, never by rate; one stands out only where its interval, widened for their number, leaves the overall rate out."""
    values = sorted({_of(n, name) for n in notes if _of(n, name)})
    out = []
    for value in values:

        def inside(n: _Note, value: str = value) -> bool:
            return n.has_line and _of(n, name) == value

        told = {"name": value, **estimate.rate(inside, lambda n: n.held), "stands_out": ""}
        if told["estimate"] is not None and not told["caution"] and len(values) > 1:
            wide = estimate.rate(inside, lambda n: n.held, 1 - (1 - confidence) / len(values))
            told["stands_out"] = "above" if wide["low"] > overall["estimate"] else "below" if wide["high"] < overall["estimate"] else ""
        out.append(told)
    return out


def _element(estimate: _Estimate, element: str, reviewed: Reviewed, notes: Sequence[_Note]) -> dict[str, Any]:
    rules, on = policy(reviewed.design["payer"]), date.fromisoformat(reviewed.design["as_of"])
    rule = rules.rule(element, "daily", on)

    def judged(n: _Note) -> bool:
        return n.has_line and n.told["verdict"] != "not_applicable" and n.told["elements"].get(element) is not None

    return {
        "id": element, "requirement": rule.requirement if rule else "none", "severity": rule.severity if rule else "minor",
        "missing": estimate.rate(judged, lambda n: n.told["elements"][element] == "missing"),
        "weak": estimate.rate(judged, lambda n: n.told["elements"][element] == "weak"),
        "unsettled": sum(
            n.has_line and n.told["verdict"] != "not_applicable" and n.told["elements"].get(element) is None for n in notes
        ),
    }  # fmt: skip


def _units(estimate: _Estimate, count: Callable[[Mapping[str, Any]], int], confidence: float) -> dict[str, Any]:
    return {"units": estimate.total(lambda n: float(count(n.told)), confidence, lambda n: units_judged(n.told))}


def _months(estimate: _Estimate, notes: Sequence[_Note]) -> list[dict[str, Any]]:
    out = []
    for month in sorted({m for n in notes if (m := _of(n, "date")[:7] or _of(n, "month"))}):
        told = estimate.rate(lambda n, m=month: n.has_line and (_of(n, "date")[:7] or _of(n, "month")) == m, lambda n: n.held)  # type: ignore[misc]
        out.append({"period": month, **told})
    return out


def _periods(overall: Mapping[str, Any], reviewed: Reviewed, before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rates of earlier reports and of this one, each with its difference from the one before.

    The interval of a difference is built from those of the two rates (MOVER; Zou and Donner 2008).
    """
    rows = [{"period": str(b["made"])[:10], "sample": b["sample"], **b["line_errors"]} for b in before]
    rows.append({"period": "now", "sample": reviewed.id, **overall})
    for one, two in pairwise(rows):
        if one["estimate"] is None or two["estimate"] is None:
            continue
        d = two["estimate"] - one["estimate"]
        two["difference"] = {
            "estimate": d,
            "low": d - sqrt((two["estimate"] - two["low"]) ** 2 + (one["high"] - one["estimate"]) ** 2),
            "high": d + sqrt((two["high"] - two["estimate"]) ** 2 + (one["estimate"] - one["low"]) ** 2),
        }
    return rows if before else []


def _reasons(notes: Iterable[_Note]) -> list[dict[str, Any]]:
    counts = Counter(r for n in notes for r in n.holding)
    return [{"reason": r, "words": _words(r, "missing"), "lines": k} for r, k in counts.most_common()]


def _words(reason: str, state: str) -> str:
    return f"{element_name(reason)} {state}" if reason in ELEMENTS else listed([reason])


def _scorecard(group: Mapping[str, Any], notes: Sequence[_Note]) -> dict[str, Any]:
    """What would help a therapist most: the reasons that alone hold a line first, then those that hold most, then what is missing or weak."""
    reasons: dict[str, list[_Note]] = defaultdict(list)
    alone: Counter[str] = Counter()
    gaps: dict[str, list[_Note]] = defaultdict(list)
    for n in notes:
        if not n.has_line:
            continue
        for r in n.because:
            reasons[r].append(n)
        if len(n.holding) == 1:
            alone[n.holding[0]] += 1
        for e, found in n.told["elements"].items() if n.told["verdict"] != "not_applicable" else ():
            if found in ("missing", "weak") and e not in n.because:
                gaps[e].append(n)
    ranked = sorted(reasons, key=lambda r: (-alone[r], -sum(r in n.holding for n in reasons[r]), -len(reasons[r]), r))
    ranked += [e for e in sorted(gaps, key=lambda e: (-len(gaps[e]), e)) if e not in reasons]
    changes = []
    for r in ranked[:TOP]:
        of = reasons.get(r) or gaps[r]
        changes.append(
            {
                "reason": r,
                "words": _words(r, "missing or weak"),
                "lines": len(of),
                "alone": alone[r],
                "examples": [n.item["note_id"] for n in of[:EXAMPLES]],
            }
        )
    return {**group, "changes": changes}


def _agreement(reviewed: Reviewed, decided: Sequence[_Note]) -> dict[str, Any]:
    """Between the first judgements of reviewers, and of what was settled with the tool."""
    as_of = reviewed.design["as_of"]
    line: list[dict[str, str]] = []
    for item, firsts in zip(reviewed.items, reviewed.firsts, strict=True):
        line.append({who: line_of(told, item, as_of)[0] for who, told in firsts.items() if not told["unusable"]})
    double = [n for n, of in enumerate(line) if len(of) > 1]
    pairs: list[tuple[int, str, str]] = [(n, *_two(line[n])) for n in double]
    verdicts = [(v["verdict"], w["verdict"]) for n, a, b in pairs if (v := reviewed.firsts[n][a]) and (w := reviewed.firsts[n][b])]
    names = sorted({who for of in line for who in of})
    return {
        "reviewers": {
            "names": len(names), "notes": len(double), "line": agreement([(line[n][a], line[n][b]) for n, a, b in pairs], LINES),
            "hold": agreement([(_hold(line[n][a]), _hold(line[n][b])) for n, a, b in pairs], ("hold", "not hold")),
            "verdict": agreement(verdicts, VERDICTS),
            "alpha_line": alpha([{n: line[n][who] for n in range(len(line)) if who in line[n]} for who in names], LINES) if double else None,
            "elements": [
                {
                    "id": e,
                    **agreement([(x, y) for n, a, b in pairs if (x := reviewed.firsts[n][a]["elements"].get(e)) and (y := reviewed.firsts[n][b]["elements"].get(e))], STATUS),
                    "alpha": alpha([{n: f[who]["elements"][e] for n, f in enumerate(reviewed.firsts) if who in f and e in f[who]["elements"]} for who in names], STATUS, "ordinal") if double else None,
                }
                for e in ELEMENTS
            ],
        },
        "tool": {
            "blind": reviewed.design["blind"], "notes": len(decided),
            "line": agreement([(n.line, n.item["record"]["line"]["status"]) for n in decided], LINES),
            "hold": agreement([(_hold(n.line), _hold(n.item["record"]["line"]["status"])) for n in decided], ("hold", "not hold")),
            "verdict": agreement([(n.told["verdict"], v) for n in decided if (v := n.item["record"]["necessity"]["verdict"]) != "needs_review"], VERDICTS),
            "left_open": sum(n.item["record"]["necessity"]["verdict"] == "needs_review" for n in decided),
            "elements": [
                {"id": e, **agreement([(x, _tool(n, e)) for n in decided if (x := n.told["elements"].get(e))], STATUS)} for e in ELEMENTS
            ],
        },
    }  # fmt: skip


def _two(names: Iterable[str]) -> tuple[str, str]:
    first, second, *_ = sorted(names)
    return first, second


def _hold(line: str) -> str:
    return "hold" if line == "hold" else "not hold"


def _tool(n: _Note, element: str) -> str:
    return next(str(e["found"]) for e in n.item["record"]["elements"] if e["id"] == element)


def _financial(estimate: _Estimate, notes: Sequence[_Note], confidence: float) -> dict[str, Any] | None:
    """What was paid for lines that review would hold: the whole of a line, or, where too many units alone hold it, their part."""
    known = [n for n in notes if n.item["amount"] is not None]
    if not known:
        return None

    def held(n: _Note) -> float:
        paid, billed = float(n.item["amount"] or 0), n.told["billed_units"] or 0
        if not n.held:
            return 0.0
        return paid * min(1.0, over_units(n.told) / billed) if n.holding == ("billed_units",) and billed else paid

    told = estimate.total(held, confidence)
    paid = estimate.total(lambda n: float(n.item["amount"] or 0), confidence)
    return {
        **told,
        "paid": paid["point"],
        "unknown": sum(n.item["amount"] is None and n.has_line for n in notes),
        "lines": sum(held(n) > 0 for n in notes),
    }


def _progress(reviewed: Reviewed, used: set[int]) -> dict[str, int]:
    states = Counter(reviewed.decisions[n].state for n in used)
    lost = sum(d.state == "unusable" for d in reviewed.decisions)
    return {"wanted": len(used), "decided": states["decided"], "disagreed": states["disagreed"], "open": states["open"], "unusable": lost}


def _apart(decided: Sequence[_Note], used: set[int]) -> dict[str, Any]:
    """The picks that count for no estimate."""
    out: dict[str, dict[str, int]] = {}
    for n in decided:
        if n.place not in used:
            of = out.setdefault(n.item["pick"], {"lines": 0, "held": 0})
            of["lines"] += n.has_line
            of["held"] += n.held
    return out
