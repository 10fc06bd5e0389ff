"""MEASURE: a name and its value, and the values that it is compared with, by the forms of `grammar/measures.yaml`.

Source: annotation.md, label table and settled points on MEASURE and Pain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from therex.catalog.patterns import Patterns
from therex.nlp.context import Context, Draft
from therex.nlp.grammar.unit_forms import any_holds, fits, form_file, is_one, says, trimmed
from therex.nlp.quantities import Quantity

_RE = Patterns("grammar")

Value = dict[str, Any]
_SIGNS = {"plus": "+", "minus": "-"}


def draft_measures(ctx: Context) -> None:
    """Draft a MEASURE wherever a row of a table or a form stands."""
    file = form_file("measures")
    for i, j in _table_rows(ctx, file.data["table"]):
        _add(ctx, i, j, "table_row", file.data["edges"])
        ctx.cover("table_row", i, j)
    for form in file.forms:
        for i, j in file.found(ctx, form):
            if ctx.has(j, "rp") and ctx.any(i, j, "lp") and not ctx.any(i, j, "rp"):
                j += 1
            if not fits(ctx, form, i, j) or (form.id == "instrument" and not _test_fits(ctx, i, j, file.data["tests"])):
                continue
            gives = form.more.get("gives")
            if gives == "head":
                i = _pain_head(ctx, i, j)
            for a, b in _sites(ctx, i, j) if gives == "sites" else ((i, j),):
                _add(ctx, a, b, form.id, file.data["edges"])


def _add(ctx: Context, i: int, j: int, form: str, edges: Mapping[str, Any]) -> None:
    """Draft units `i` to `j` with their edges set right, where no measure stands yet."""
    i, j = trimmed(ctx, i, j, edges)
    if i >= j:
        return
    if any_holds(ctx, i, j, edges["take_one"]):
        j += 1
    if j + 2 < len(ctx.units) and any_holds(ctx, i, j, edges["take_three"]):
        j += 3
    if not ctx.covered(i, j, "MEASURE"):
        ctx.add("MEASURE", i, j, f"grammar:measure.{form}")


def _sites(ctx: Context, i: int, j: int) -> Iterator[tuple[int, int]]:
    """`pain: neck 5/10, low back 4/10`: each place with its score."""
    start = ctx.first(i, j, "colon", "dash") + 1
    for k in range(start, j):
        if ctx.has(k, "q_score"):
            yield start, k + 1
            start = k + 2


def _pain_head(ctx: Context, i: int, j: int) -> int:
    """Where the measure itself begins in a pain phrase: at `pain`, unless a place stands right before it."""
    k = ctx.first(i, j, "deficit")
    return k if k > i and not ctx.any(i, k, "body", "side") else i


def _test_fits(ctx: Context, i: int, j: int, tests: list[Mapping[str, Any]]) -> bool:
    """Whether the value after a test is one that the test may have."""
    k = ctx.first(i, j, "measure")
    v = next((x for x in range(k + 1, j) if _valued(ctx, x)), -1)
    if v < 0 or v - k > 6 or (ctx.has(v - 1, "comma") and not ctx.surface.text[ctx.units[v].start].isalpha()):
        # only in dictation does a comma part a test from its value
        return False
    entry, word, q = ctx.units[k].entry("measure"), ctx.units[k].word, ctx.units[v].quantity
    assert q is not None
    kind = entry.extra.get("kind", "") if entry else ""
    for row in tests:
        if row.get("kind", kind) != kind or (entry and row.get("concept", entry.concept) != entry.concept):
            continue
        if "words" in row and not is_one(word, row["words"]) and not any(part in word for part in row.get("part", ())):
            continue
        if not row.get("least", -1e9) <= (q.numbers[0] if q.numbers else 0) <= row.get("most", 1e9):
            return False
        return q.kind in row.get("value", (q.kind,)) and not any_holds(ctx, k + 1, v + 1, row.get("unless", ()))
    return True


def _valued(ctx: Context, k: int) -> bool:
    """Whether unit `k` is one of the values of the macro `value`."""
    return ctx.units[k].quantity is not None and ctx.grammar.compiled(_value_pattern()).match(ctx.row, k) is not None


def _value_pattern() -> str:
    return str(form_file("measures").data["macros"]["value"])


def _table_rows(ctx: Context, shape: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Lines of a name and two or more bare values, as in a table of girths or vital signs."""
    out: list[tuple[int, int]] = []
    for i, j in ctx.bounds:
        if ctx.kinds[i] in shape["outside"] or ctx.units[i].word in shape["starts"] or ctx.any(i, j, *shape["none"]):
            continue
        values = [k for k in range(i, j) if _valued(ctx, k)]
        if len(values) < 2 or ctx.any(i, j, *shape["stops"]):
            continue
        head, named = values[0] - i, ctx.any(i, values[0], *shape["named"])
        follows = bool(out) and i - out[-1][1] <= 2
        if (head == 0 and not follows) or head > shape["longest_name"] or (not named and head > shape["longest_unnamed"]):
            continue
        if j - values[0] - len(values) > shape["other_units"]:
            continue
        if ctx.any(i, j, "exercise") and not ctx.any(i, values[0], *shape["exercise_named"]):
            continue
        gaps = ctx.surface.text[ctx.units[i].start : ctx.units[j - 1].end]
        if "   " in gaps or "\t" in gaps:
            out.append((i, j))
    return out


def measure_value(ctx: Context, d: Draft) -> Value:
    """Name, side, value, unit and maximum of a measure."""
    how = form_file("measures").data["readings"]
    out: Value = {"name": None, "side": _side(ctx, d), "value": None, "unit": None, "maximum": None}
    for k in range(d.first, d.last):
        u = ctx.units[k]
        if u.quantity is None:
            if out["value"] is None and not u.cats.isdisjoint(how["named"]):
                word = _as_written(ctx, k)
                out["name"] = f"{out['name']} {word}" if out["name"] else word
        elif out["value"] is None and u.quantity.numbers and "q_code" not in u.cats:
            if u.quantity.kind == "number" and k + 2 < d.last and ctx.has(k + 1, "to") and ctx.has(k + 2, "q"):
                continue
            _read(ctx, d, k, u.quantity, how, out)
    return out


def _read(ctx: Context, d: Draft, k: int, q: Quantity, how: Mapping[str, Any], out: Value) -> None:
    """The value at unit `k`, with its unit and maximum."""
    word = ctx.surface.norm[q.start : q.end]
    high = q.kind in how["high_end"] and _RE["span"].search(word)
    out["value"] = plain(q.numbers[-1 if high else 0])
    if q.kind == "bp":
        out["value"] = "/".join(str(plain(x)) for x in q.numbers[:2])
    if q.kind in ("range", "number") and any(_moves(ctx, x, how["in_degrees"]) for x in range(d.first, k)):
        out["unit"] = "deg"
        return
    if q.kind in how["maximum"] and len(q.numbers) > 1:
        out["maximum"] = plain(q.numbers[-1])
    grade = _RE["grade"].match(word) if q.kind == "grade" else None
    if grade:
        out["value"] = grade[1] + _SIGNS.get(grade[2] or "", grade[2] or "")
    written = "".join(c for c in word if c not in "0123456789. >→-") if q.kind in how["unit_as_written"] else ""
    out["unit"] = how["units"].get(q.kind) or written or None


def plain(x: float) -> int | float:
    """A number without a point where it is whole."""
    return int(x) if x == int(x) else x


def _as_written(ctx: Context, k: int) -> str:
    """The word of a unit; one that ends in capitals with an S (LEFS, 5xSTS) keeps it."""
    u = ctx.units[k]
    low = ctx.surface.norm[u.start : u.end]
    return low if low == f"{u.word}s" and ctx.surface.text[u.start : u.end][-2:].isupper() else u.word


def _moves(ctx: Context, k: int, words: list[str]) -> bool:
    """Whether a unit names a motion, whose measure is in degrees."""
    return ctx.units[k].entry("motion") is not None or says(ctx.units[k].word, words)


def side_of(ctx: Context, places: Iterable[int]) -> str | None:
    """The first side that one of the units at `places` names."""
    named = (str(e.concept) for k in places if (e := ctx.units[k].entry("side")))
    return next((side for side in named if side in ("left", "right", "bilateral")), None)


def _side(ctx: Context, d: Draft) -> str | None:
    """The side of the first value: named before it, or at the end right after it."""
    at = next((k for k in range(d.first, d.last) if (q := ctx.units[k].quantity) is not None and q.numbers), d.last)
    return side_of(ctx, (*range(d.first, at), *([at + 1] if at + 2 == d.last else [])))
