"""Reading the YAML that ships with the package: duplicate keys are errors, and every fault names its place."""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from therex.errors import ResourceError

RESOURCES = Path(__file__).resolve().parent.parent / "resources"

# the loader written in C where there is one: ten times as fast
BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UniqueKeys(BASE):  # type: ignore[misc]
    """A safe loader that refuses a key given twice in one mapping."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=deep)
            where = f"line {key_node.start_mark.line + 1}"
            if not isinstance(key, Hashable):
                raise ResourceError(f"{where}: a key must be text, not a list or a mapping")
            if key in seen:
                raise ResourceError(f"{where}: the key {key!r} appears twice")
            seen.add(key)
            if value_node.tag == "tag:yaml.org,2002:timestamp":
                try:
                    self.construct_object(value_node)
                except ValueError:
                    raise ResourceError(f"{where}: {key}: {value_node.value} is not a valid date (YYYY-MM-DD)") from None
        result: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return result


# "no", "on" and "off" are words of a therapist, not truth values: only true and false are read as such
_UniqueKeys.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if tag != "tag:yaml.org,2002:bool"]
    for first, rows in BASE.yaml_implicit_resolvers.items()
}
_UniqueKeys.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read_yaml(path: Path) -> Any:
    """The content of a YAML file.

    Raises
    ------
    ResourceError
        The file cannot be parsed, or holds a key twice.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except ResourceError as error:
        raise ResourceError(f"{path.name}: {error}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        raise ResourceError(f"{path.name}{where}: {getattr(error, 'problem', 'not YAML')}") from None


@cache
def resource(name: str) -> Any:
    """The content of a shipped resource, read once."""
    return read_yaml(RESOURCES / name)
