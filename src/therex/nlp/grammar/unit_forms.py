"""Forms over units with what they need and what vetoes them: the engine behind `doses.yaml` and `measures.yaml`.

A form is a pattern over units (nlp/unit_patterns.py tells how such a pattern reads) with the sections where it may stand:

- `pattern` is made of the macros of its own file (`{name}`) and of those of `unit_patterns.yaml`;
- `in` and `outside` name sections; `needs` lists conditions of which one must hold, `unless` those of which none may;
- `case` is a line that the form decides, with what it must find in «».

The `vetoes` of a file are conditions on several forms: `of` names those, `but` all others; its `case` is a line in which
nothing may be found at «».

A condition is a mapping; it holds where each of its keys does (`_TESTS`). `*` in a word is any letters, `#` any number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from therex.catalog.files import resource
from therex.errors import ResourceError
from therex.nlp.context import Context

_NO_TEST = frozenset({"id", "case", "gives", "take", "words"})
# tests that read text, patterns or drafts: asked last
_DEAR = frozenset({"left", "right", "earlier", "later", "line", "says", "near", "matches", "before", "after", "not", "and"})
FORM_FILES = ("measures", "doses")
BACK = 24  # units that `earlier` looks back over
_Test = Callable[[Context, int, int, Any], bool]


@cache
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    """One of `words`, each whole; `*` is any letters, `#` any number."""

    def one(word: str) -> str:
        body = re.escape(word).replace(r"\ ", " *" if "#" in word else " +").replace(r"\*", r"\w*").replace(r"\#", r"\d+")
        left = "(?<![a-z0-9])" if word[0].isalnum() else ""
        right = "(?![a-z0-9])" if word[-1].isalnum() else ""
        return f"{left}{body}{right}"

    return re.compile("|".join(one(word) for word in sorted(words, key=len, reverse=True)))


def says(text: str, words: Iterable[str]) -> bool:
    """Whether `text` has one of `words`."""
    return _words(tuple(words)).search(text) is not None


def is_one(word: str, words: Iterable[str]) -> bool:
    """Whether `word` is one of `words`."""
    return _words(tuple(words)).fullmatch(word) is not None


def _ends_with(text: str, words: Iterable[str]) -> bool:
    text = text.rstrip(" :(-")
    return any(m.end() == len(text) for m in _words(tuple(words)).finditer(text))


def _clause_before(ctx: Context, i: int, back: int = BACK) -> str:
    """What stands in the `back` units before unit `i`, since the last full stop or line."""
    text = ctx.text(max(0, i - back), i)
    return text[max(text.rfind("."), text.rfind("\n")) + 1 :]


def _line_after(ctx: Context, j: int) -> str:
    return ctx.text(j, max(j, ctx.sentence(j - 1)[1]))


def after_words(ctx: Context, j: int, words: Iterable[str]) -> int:
    """The unit after one of `words` that begins at unit `j`, or `j`: whole units only."""
    if j >= len(ctx.units):
        return j
    start = ctx.units[j].start
    m = _words(tuple(words)).match(ctx.surface.norm, start)
    if m is None:
        return j
    while j < len(ctx.units) and ctx.units[j].end <= m.end():
        j += 1
    return j


def _seen(ctx: Context, i: int, j: int, test: Mapping[str, Any]) -> bool:
    """Units of a category within `back` units before the span or `on` after it, the span itself left out."""
    return (test.get("back", 0) > 0 and ctx.any(i - test["back"], i, *test["cats"])) or ctx.any(j, j + test.get("on", 0), *test["cats"])


def _near(ctx: Context, i: int, j: int, test: Mapping[str, Any]) -> bool:
    """A drafted span with one of `labels` near by; `line` keeps to the sentence, `whole` takes all of it."""
    first, last = ctx.sentence(i)
    low, high = (first, last) if test.get("whole") else (i - test.get("back", 0), j + test.get("on", 0))
    if test.get("beside"):
        low, high = (low, i) if test.get("back") else (j, high)
    if test.get("line"):
        low, high = max(first, low), min(last, high)
    return ctx.covered(low, high, *test["labels"])


def _value(ctx: Context, i: int, j: int, test: Mapping[str, Any]) -> bool:
    """The first quantity of the span, or the first of some kinds: between which bounds its first, or its last, number lies."""
    for u in ctx.units[i:j]:
        q = u.quantity
        if q is not None and (not test.get("kinds") or q.kind in test["kinds"]):
            if not q.numbers:
                return False
            n = q.numbers[-1 if test.get("last") else 0]
            return bool(test.get("least", 0) <= n <= test.get("most", 1e9)) and n > test.get("over", -1)
    return False


def _gap(ctx: Context, i: int, j: int, wide: bool) -> bool:
    return ("  " in ctx.surface.norm[ctx.units[i].end : ctx.units[min(i + 1, len(ctx.units) - 1)].start]) == wide


_TESTS: dict[str, _Test] = {
    # sections
    "in": lambda ctx, i, j, v: ctx.kinds[i] in v,
    "outside": lambda ctx, i, j, v: ctx.kinds[i] not in v,
    # categories of units: somewhere in the span, nowhere in it, at its ends, right before and after it
    "any": lambda ctx, i, j, v: ctx.any(i, j, *v),
    "none": lambda ctx, i, j, v: not ctx.any(i, j, *v),
    "first": lambda ctx, i, j, v: ctx.has(i, *v),
    "last": lambda ctx, i, j, v: ctx.has(j - 1, *v),
    "previous": lambda ctx, i, j, v: ctx.has(i - 1, *v),
    "next": lambda ctx, i, j, v: ctx.has(j, *v),
    "sentence": lambda ctx, i, j, v: ctx.any(*ctx.sentence(i), *v),
    "seen": _seen,
    # patterns over units: in the span, up to it, from its end on
    "matches": lambda ctx, i, j, v: ctx.grammar.compiled(v).search(ctx.row, i, j) is not None,
    "before": lambda ctx, i, j, v: ctx.grammar.compiled(rf"(?:{v})\Z").search(ctx.row, max(0, i - BACK), i) is not None,
    "after": lambda ctx, i, j, v: ctx.grammar.compiled(v).match(ctx.row, j) is not None,
    # words: in the span, its first, its last, right before and after it, before it in the clause, in the sentence and after it
    "says": lambda ctx, i, j, v: says(ctx.text(i, j), v),
    "starts": lambda ctx, i, j, v: is_one(ctx.units[i].word, v),
    "ends": lambda ctx, i, j, v: is_one(ctx.units[j - 1].word.lower(), v),
    "left": lambda ctx, i, j, v: _ends_with(_clause_before(ctx, i, 6), v),
    "right": lambda ctx, i, j, v: (m := _words(tuple(v)).search(rest := _line_after(ctx, j))) is not None and not rest[: m.start()].strip(" ,(-"),
    "earlier": lambda ctx, i, j, v: says(_clause_before(ctx, i), v),
    "line": lambda ctx, i, j, v: says(ctx.text(ctx.sentence(i)[0], max(j, ctx.sentence(j - 1)[1])), v),
    "later": lambda ctx, i, j, v: says(_line_after(ctx, j), v),
    "word_at": lambda ctx, i, j, v: j + v[0] < len(ctx.units) and ctx.units[j + v[0]].word in v[1:],
    # drafted spans, numbers, size and layout
    "near": _near,
    "value": _value,
    "numbers": lambda ctx, i, j, v: len(q.numbers if (q := ctx.units[i].quantity) else ()) == v,
    "size": lambda ctx, i, j, v: v[0] <= j - i <= v[1],
    "gap": _gap,
    "not": lambda ctx, i, j, v: not holds(ctx, i, j, v),
    "and": lambda ctx, i, j, v: holds(ctx, i, j, v),
}  # fmt: skip


def holds(ctx: Context, i: int, j: int, condition: Mapping[str, Any]) -> bool:
    """Whether each key of `condition` holds for units `i` to `j`."""
    for key, value in condition.items():
        test = _TESTS.get(key)
        if test is not None and not test(ctx, i, j, value):
            return False
    return True


def any_holds(ctx: Context, i: int, j: int, conditions: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of `conditions` holds for units `i` to `j`."""
    return any(holds(ctx, i, j, c) for c in conditions)


@dataclass(frozen=True, slots=True)
class Form:
    """One entry: a pattern over units, what it needs and what vetoes it."""

    id: str
    pattern: str
    needs: tuple[Mapping[str, Any], ...] = ()
    unless: tuple[Mapping[str, Any], ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormFile:
    """The forms of a file in their order, and the rest of what it holds."""

    forms: tuple[Form, ...]
    data: Mapping[str, Any]

    def found(self, ctx: Context, form: Form) -> Iterator[tuple[int, int]]:
        """Where `form` matches, before its conditions are asked."""
        return ctx.grammar.find(form.pattern, ctx.row)


def _check(where: str, condition: Mapping[str, Any]) -> None:
    for key, value in condition.items():
        if key in ("not", "and"):
            _check(where, value)
        elif key not in _TESTS and key not in _NO_TEST:
            raise ResourceError(f"{where}: no condition {key}")


def _filled(where: str, pattern: str, macros: Mapping[str, str]) -> str:
    """`pattern` with the macros of its file written out; the others are those of `unit_patterns.yaml`."""
    for _ in range(8):
        for name, body in macros.items():
            pattern = pattern.replace("{" + name + "}", f"(?:{body})")
    if any("{" + name + "}" in pattern for name in macros):
        raise ResourceError(f"{where}: a macro contains itself")
    return pattern


def _condition(where: str, condition: Mapping[str, Any], macros: Mapping[str, str]) -> dict[str, Any]:
    _check(where, condition)
    return {
        key: _filled(where, value, macros)
        if key in ("matches", "before", "after", "take")
        else _condition(where, value, macros)
        if key in ("not", "and")
        else value
        for key, value in sorted(condition.items(), key=lambda item: item[0] in _DEAR)
    }


@cache
def form_file(name: str) -> FormFile:
    """The forms of `grammar/<name>.yaml`.

    Raises
    ------
    ResourceError
        A form names a condition, a macro or another form that there is not.
    """
    path = f"grammar/{name}.yaml"
    data: dict[str, Any] = resource(path)
    macros = data["macros"]
    ids = [row["id"] for row in data["forms"]]
    vetoes = [(veto, _condition(f"{path}: {veto['id']}", {k: v for k, v in veto.items() if k not in ("of", "but")}, macros)) for veto in data["vetoes"]]  # fmt: skip
    for veto in data["vetoes"]:
        strangers = {*veto.get("of", ()), *veto.get("but", ())} - set(ids)
        if strangers:
            raise ResourceError(f"{path}: {veto['id']}: no form {strangers.pop()}")
    forms = []
    for row in data["forms"]:
        where = f"{path}: {row['id']}"
        unless = [_condition(where, c, macros) for c in row.get("unless", ())]
        unless += [c for veto, c in vetoes if row["id"] in veto.get("of", ids) and row["id"] not in veto.get("but", ())]
        if "in" in row:
            unless.insert(0, {"outside": row["in"]})
        if "outside" in row:
            unless.insert(0, {"in": row["outside"]})
        needs = tuple(_condition(where, c, macros) for c in row.get("needs", ()))
        forms.append(Form(row["id"], _filled(where, row["pattern"], macros), needs, tuple(unless), row))
    rows: dict[str, Any] = {name: [_condition(f"{path}: {name}", c, macros) for c in data.get(name, ())] for name in ("decisions", "tails")}
    edges = {side: [_condition(f"{path}: edges", c, macros) for c in found] for side, found in data.get("edges", {}).items()}
    if "bare_counts" in data:
        rows["bare_counts"] = _condition(f"{path}: bare_counts", data["bare_counts"], macros)
    return FormFile(tuple(forms), {**data, **rows, "edges": edges})


def fits(ctx: Context, form: Form, i: int, j: int) -> bool:
    """Whether `form` may stand at units `i` to `j`."""
    return (not form.needs or any_holds(ctx, i, j, form.needs)) and not any_holds(ctx, i, j, form.unless)


def trimmed(ctx: Context, i: int, j: int, edges: Mapping[str, Any]) -> tuple[int, int]:
    """Units `i` to `j` without what may not stand at its `head` or `tail` (conditions on one unit)."""
    while i < j and any_holds(ctx, i, i + 1, edges["head"]):
        i += 1
    while j > i and any_holds(ctx, j - 1, j, edges["tail"]):
        j -= 1
    return i, j
