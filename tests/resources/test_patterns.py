"""The named patterns of `resources/patterns`: each compiles, is used, and is found under its name; few are left in Python."""

import ast
import re
from pathlib import Path

import pytest

import therex
from therex.catalog.files import RESOURCES, resource
from therex.catalog.patterns import Patterns, expand
from therex.errors import ResourceError

FILES = sorted(path.stem for path in (RESOURCES / "patterns").glob("*.yaml"))
SOURCE = {path: path.read_text(encoding="utf-8") for path in Path(therex.__file__).parent.rglob("*.py")}
CALLS = {"compile", "search", "match", "fullmatch", "finditer", "findall", "split", "sub"}


def named(file):
    return set(resource(f"patterns/{file}.yaml")) - {"parts"}


def in_python():
    """Every pattern that is written or made in Python, as source text."""
    for text in SOURCE.values():
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            by_module = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re"
            if (by_module and called.attr in CALLS) or (isinstance(called, ast.Name) and called.id == "seek"):
                yield ast.unparse(node.args[0])


@pytest.mark.parametrize("file", FILES)
def test_every_pattern_compiles_once(file):
    patterns = Patterns(file)
    for name in named(file):
        assert patterns[name] is patterns[name]


@pytest.mark.parametrize("file", FILES)
def test_every_pattern_finds_its_case(file):
    for name in named(file):
        entry = resource(f"patterns/{file}.yaml")[name]
        if isinstance(entry, dict) and "case" in entry:
            assert Patterns(file)[name].search(entry["case"]), name


@pytest.mark.parametrize("file", FILES)
def test_every_pattern_is_used_and_every_name_is_known(file):
    users = [(m[1], text) for text in SOURCE.values() for m in re.finditer(rf'(\w+) = Patterns\("{file}"\)', text)]
    asked = {name for variable, text in users for name in re.findall(rf'{variable}(?:\[|\.seek\()"(\w+)"', text)}
    assert asked <= named(file)
    assert not {name for name in named(file) if not any(f'"{name}"' in text for _, text in users)}


@pytest.mark.parametrize("file", FILES)
def test_lines_are_of_a_readable_length(file):
    assert not [line for line in (RESOURCES / "patterns" / f"{file}.yaml").read_text(encoding="utf-8").splitlines() if len(line) > 142]


@pytest.mark.parametrize("file", FILES)
def test_every_part_is_used(file):
    entries = resource(f"patterns/{file}.yaml")
    shared = set(entries.get("parts", {}))
    told = str(entries).lower()
    assert all(f"{{{name}}}" in told for name in shared)
    for entry in entries.values():
        if isinstance(entry, dict) and "find" in entry:
            assert all(f"{{{part}}}" in str(entry) for part in entry if part not in ("find", "case"))


def test_few_and_short_patterns_stay_in_python():
    found = list(in_python())
    assert len(found) < 60
    assert not [told for told in found if len(told) > 120]


def test_parts_are_put_in_as_alternatives_and_a_missing_one_is_an_error():
    parts = {"day": ["mon", "{end}"], "end": "sat|sun"}
    assert expand(r"\b{day}s?{0,2}", parts) == r"\b(?:mon|(?:sat|sun))s?{0,2}"
    assert expand(["{END}", "x"], parts) == "(?:SAT|SUN)|x"
    with pytest.raises(ResourceError):
        expand("{night}", parts)


def test_a_name_that_is_not_there_is_an_error():
    with pytest.raises(ResourceError):
        Patterns(FILES[0])["no such name"]
