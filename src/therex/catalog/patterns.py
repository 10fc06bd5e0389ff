"""Named patterns of `resources/patterns`, compiled when they are first used.

An entry is a pattern, a list of alternatives, or a mapping: `find` is the pattern or the list, and `{name}` in it stands for what has
that name in the entry or among the `parts` of the file; in capitals, `{NAME}` stands for the same in capitals. `case` is a text in which
the pattern finds something; `tests/resources/test_patterns.py` tries it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from therex.catalog.files import resource
from therex.catalog.seek import Seek, seek
from therex.errors import ResourceError

_PART = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Patterns(dict[str, re.Pattern[str]]):
    """The patterns of `patterns/NAME.yaml` by their names, each compiled once.

    Raises
    ------
    ResourceError
        There is no such entry, or none of a part that it names.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.file = f"patterns/{name}.yaml"
        self._sought: dict[str, Seek] = {}

    def __missing__(self, name: str) -> re.Pattern[str]:
        found = self[name] = re.compile(self.told(name))
        return found

    def seek(self, name: str) -> Seek:
        """The pattern `name`, run only where its words stand: for long alternations over whole notes."""
        if name not in self._sought:
            self._sought[name] = seek(self.told(name))
        return self._sought[name]

    def told(self, name: str) -> str:
        """The pattern `name` as text, its parts put in."""
        entries = resource(self.file)
        if name not in entries or name == "parts":
            raise ResourceError(f"{self.file}: the pattern {name!r} is not defined")
        entry = entries[name]
        own = entry if isinstance(entry, dict) else {"find": entry}
        return expand(own["find"], {**entries.get("parts", {}), **own})


def expand(told: str | list[str], parts: Mapping[str, Any]) -> str:
    """The alternatives `told` as one pattern, each `{name}` in it replaced by what `parts` has under that name.

    Raises
    ------
    ResourceError
        There is no such part.
    """

    def part(m: re.Match[str]) -> str:
        name = m[1] if m[1] in parts else m[1].lower()
        if name not in parts:
            raise ResourceError(f"the part of a pattern {name!r} is not defined")
        inner = expand(parts[name], parts)
        return f"(?:{inner if name == m[1] else inner.upper()})"

    return _PART.sub(part, told if isinstance(told, str) else "|".join(map(str, told)))
