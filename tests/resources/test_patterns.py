"""The named patterns of `resources/patterns`: each compiles, is used, and is found under its name."""

import re
from pathlib import Path

import pytest

import therex
from therex.catalog.files import RESOURCES, resource
from therex.catalog.patterns import Patterns, expand
from therex.errors import ResourceError

FILES = sorted(path.relative_to(RESOURCES / "patterns").with_suffix("").as_posix() for path in (RESOURCES / "patterns").rglob("*.yaml"))
SOURCE = {path: path.read_text(encoding="utf-8") for path in Path(therex.__file__).parent.rglob("*.py")}


def named(file):
    return set(resource(f"patterns/{file}.yaml")) - {"parts"}


@pytest.mark.parametrize("file", FILES)
def test_every_pattern_compiles(file):
    patterns = Patterns(file)
    for name in named(file):
        assert patterns[name] is patterns[name]


@pytest.mark.parametrize("file", FILES)
def test_every_pattern_is_used_and_every_name_is_known(file):
    users = [text for text in SOURCE.values() if f'Patterns("{file}")' in text]
    direct = {name for text in users for name in re.findall(r'_RE(?:\[|\.seek\()"(\w+)"', text)}
    assert users and direct <= named(file)
    assert all(any(f'"{name}"' in text for text in users) for name in named(file))


def test_no_pattern_in_python_is_long():
    calls = re.compile(r"\bre\.(?:compile|search|match|fullmatch|finditer|findall|split|sub)\(\s*(r?f?b?\"[^\"\n]*\")")
    assert not [path.name for path, text in SOURCE.items() for told in calls.findall(text) if len(told) > 120]


def test_parts_are_put_in_as_alternatives_and_a_missing_one_is_an_error():
    parts = {"day": ["mon", "{end}"], "end": "sat|sun"}
    assert expand(r"\b{day}s?{0,2}", parts) == r"\b(?:mon|(?:sat|sun))s?{0,2}"
    assert expand(["{END}", "x"], parts) == "(?:SAT|SUN)|x"
    with pytest.raises(ResourceError):
        expand("{night}", parts)
