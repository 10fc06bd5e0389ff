"""Renew what the documents show of the program: the reference of commands, and the output of every example.

    python docs/generate.py            # rewrites docs/*.md
    python docs/generate.py --check    # says which documents are not current, exit code 1

In a document an example is a code block that follows a comment `<!-- run: COMMAND -->`; COMMAND runs in the root of the repository, and the
block is its output, cut to the lines that `<!-- run(20): COMMAND -->` allows. Standard error is part of the output.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
EXAMPLE = re.compile(r"<!-- run(?:\((?P<lines>\d+)\))?: (?P<command>.+?) -->\n\n?```(?:text)?\n(?P<shown>.*?)```", re.S)
WIDTH = 84


def commands() -> str:
    """The reference of every command with its arguments, options and examples."""
    import typer
    from typer.cli import get_docs_for_click
    from typer.main import get_command

    from therex.cli.app import app
    from therex.cli.help import dress

    program = get_command(app)
    dress(program)
    text = get_docs_for_click(obj=program, ctx=typer.Context(program), name="therex", title="Commands")
    head = "Generated from the program by `python docs/generate.py`; `therex COMMAND --help` prints the same.\n"
    title, _, rest = re.sub(r"\n{3,}", "\n\n", re.sub(r"(?m)^ +\$ ", "    $ ", text)).partition("\n")
    return f"{title}\n\n{head}{rest.rstrip()}\n"


def shown(command: str, lines: int | None, home: str) -> str:
    """The output of a command of the documents.

    Raises
    ------
    RuntimeError
        The command failed.
    """
    words = shlex.split(command)
    words = [sys.executable, "-m", "therex", *words[1:]] if words[0] == "therex" else [sys.executable, *words[1:]]
    env = {**os.environ, "COLUMNS": str(WIDTH), "THEREX_HOME": home, "NO_COLOR": "1"}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{command}: exit code {done.returncode}: {done.stderr.strip()}")
    text = [line.rstrip() for line in (done.stdout + done.stderr).strip("\n").splitlines()]
    if lines is not None and len(text) > lines:
        text = [*text[:lines], "..."]
    return "\n".join(text) + "\n"


def renewed(text: str, home: str) -> str:
    """A document with the output of its examples as it is now."""

    def again(m: re.Match[str]) -> str:
        head = m[0][: m[0].index("```")]
        return f"{head}```text\n{shown(m['command'], int(m['lines']) if m['lines'] else None, home)}```"

    return EXAMPLE.sub(again, text)


def main() -> int:
    """Write every document anew, or say which are not current."""
    stale = []
    with tempfile.TemporaryDirectory() as home:
        documents = {DOCS / "commands.md": commands()}
        for path in sorted(DOCS.glob("*.md")):
            if path.name != "commands.md" and "<!-- run" in (text := path.read_text(encoding="utf-8")):
                documents[path] = renewed(text, home)
    for path, text in documents.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    print("\n".join(f"{'not current' if '--check' in sys.argv else 'renewed'}: {name}" for name in stale) or "every document is current")
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
