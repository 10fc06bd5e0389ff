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
LINK = re.compile(r"\[([^\[\]]*)\]\((?!https?:|#|mailto:)([^)\s#]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the documents from outside docs/."""
    for source, page in TAKEN.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links that lead to the same pages on the site; a file that the site does not have is named by its path."""
    source = next((s for s, taken in TAKEN.items() if taken == page.file.src_uri), f"docs/{page.file.src_uri}")

    def fitted(m: re.Match[str]) -> str:
        target = _within((ROOT / source).parent / m[2])
        if target in TAKEN:
            return f"[{m[1]}]({TAKEN[target]}{m[3] or ''})"
        if target.startswith("docs/") and not target.endswith((".py", ".json")):
            return f"[{m[1]}]({target.removeprefix('docs/')}{m[3] or ''})"
        return f"{m[1]} (`{target}`)" if target not in m[1] else m[1]

    return LINK.sub(fitted, markdown)


def _within(path: Path) -> str:
    resolved = path.resolve()
    return resolved.relative_to(ROOT).as_posix() if resolved.is_relative_to(ROOT) else path.name
