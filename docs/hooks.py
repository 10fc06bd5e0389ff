"""What the documentation site takes from outside docs/: the README as its home page, glossary, changelog, contributing and data sheet.

In the repository every document is read where it is; the site has copies of those outside docs/, and links that fit.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
TAKEN = {
    "README.md": "index.md",
    "GLOSSARY.md": "glossary.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "training_data/DATASHEET.md": "datasheet.md",
}
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)\s#]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the documents from outside docs/."""
    for source, page in TAKEN.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links that lead to the same pages on the site; what the site does not have is named without a link."""
    source = next((s for s, taken in TAKEN.items() if taken == page.file.src_uri), f"docs/{page.file.src_uri}")

    def fitted(m: re.Match[str]) -> str:
        target = _within((ROOT / source).parent / m[1])
        if target in TAKEN:
            return f"]({TAKEN[target]}{m[2] or ''})"
        if target.startswith("docs/") and not target.endswith((".py", ".json")):
            return f"]({target.removeprefix('docs/')}{m[2] or ''})"
        return "](#)" if target.endswith("/") else f"](https://github.com/therex-project/therex/blob/main/{target})"

    return LINK.sub(fitted, markdown)


def _within(path: Path) -> str:
    resolved = path.resolve()
    return resolved.relative_to(ROOT).as_posix() if resolved.is_relative_to(ROOT) else path.name
