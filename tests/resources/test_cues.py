"""Every row of cues does in its example what it says, and no row lacks one."""

from __future__ import annotations

import re

import pytest

from therex.catalog.files import resource
from therex.nlp.assertion import assert_phrase
from therex.nlp.cues import FILES, find_cues, read_cue, table
from therex.nlp.surface import read_surface

ROWS = [(name, row) for name in FILES for row in resource(f"assertion/{name}.yaml")["rows"]]
GIVEN = {"resolved": {"negated", "historical"}, "negated": {"negated"}}
MARK = re.compile(r"\[([^\]]+)\]|\{([^}]+)\}")


def marked(example):
    """The sentence without its marks, and (start, end, affirmed) of each marked phrase."""
    text, phrases, last = "", [], 0
    for m in MARK.finditer(example):
        text += example[last : m.start()]
        phrases.append((len(text), len(text) + len(m[1] or m[2]), m[1] is None))
        text += m[1] or m[2]
        last = m.end()
    return text + example[last:], phrases


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[f"{name}: {row['example'][:40]}" for name, row in ROWS])
def test_row_does_what_its_example_says(name, row):
    text, phrases = marked(row["example"])
    cue = read_cue(row, resource("assertion/scope.yaml")["defaults"])
    assert phrases
    assert cue in [f.cue for f in find_cues(read_surface(text).words)], "the example has no phrase of its row"
    for start, end, affirmed in phrases:
        said = assert_phrase(text, start, end)
        assert not said if affirmed else set(said) & GIVEN.get(row["gives"], {row["gives"]}), text[start:end]


def test_every_kind_of_terminator_and_class_exists():
    scope = resource("assertion/scope.yaml")
    ends = {kind for name, row in ROWS for kind in read_cue(row, scope["defaults"]).ends}
    assert ends <= {*scope["terminators"], "denial", "condition", "current"}
    known = {*scope["classes"], "n", "year", "date", "range", "edge", "comma"}
    listed = [row["phrases"] for _, row in ROWS] + list(scope["terminators"].values())
    assert {c for phrases in listed for c in re.findall(r"<(\w+)>", phrases)} <= known


def test_the_table_is_made_once():
    assert table() is table()
