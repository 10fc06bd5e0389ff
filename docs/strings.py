"""List every string that a user sees, with its file and line, so that it can be read as a whole.

    python docs/strings.py                # all of them
    python docs/strings.py src/therex/cli # those of one folder or file

The list has the help of commands and options, the messages of errors, what commands and reports print, the texts of the data files, and
the visible text of the pages. A part that is filled in at run time is shown as `{...}`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "therex"
DATA = SOURCE / "resources"
ERRORS = ("InputError", "NoteError", "PolicyError", "ResourceError", "ModelError", "CorpusError", "RegistryError", "BadParameter")
PRINTING = ("print", "echo", "secho", "_tell", "write", "Text", "assemble", "add_column", "append", "Refused", "HTTPException", "Problem")
# folders whose strings of more than one word are read by users
SPEAKING = ("cli", "reports", "web", "billing", "policy", "elements", "qa", "episode")
# keys whose value is one sentence, or several
TEXTS = {
    "reasons.yaml": ("there", "partly", "lacking"),
    "elements.yaml": ("general", "title", "present", "weak", "missing", "settled"),
    "labels.yaml": ("title", "points", "meaning", "mark", "leave_out", "settled"),
    "code_fit.yaml": ("why",),
    "episode.yaml": ("message", "query"),
    "contradictions.yaml": ("message", "query", "why"),
    "lint.yaml": ("says",),
    "codes.yaml": ("name",),
    "acceptance.yaml": ("title", "says"),
    "claims.yaml": ("message", "query"),
}
PROFILE = ("name", "notes", "closing", "title", "message", "query")
ATTRIBUTES = ("placeholder", "aria-label", "title", "alt", "data-confirm")
Found = tuple[Path, int, str]


def _words(text: str) -> bool:
    """Whether a string is language: beside what is filled in it has a word and a blank, or begins with a capital letter."""
    bare = re.sub(r"\{[^}]*\}", "", text)
    return (
        bool(re.search(r"[A-Za-z]{2,}", bare)) and (" " in text.strip() or text[:1].isupper()) and "<svg" not in text and "{--" not in text
    )


def _string(node: ast.expr) -> str | None:
    """The text of a string or an f-string; what is filled in becomes `{...}`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(p.value if isinstance(p, ast.Constant) else "{" + ast.unparse(p.value) + "}" for p in node.values)  # type: ignore[attr-defined,misc]
    return None


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""


def _strings(node: ast.AST, skip: frozenset[int] = frozenset()) -> Iterator[tuple[int, str]]:
    """Every string below a node; the parts of an f-string are not listed again."""
    if isinstance(node, ast.expr) and (text := _string(node)) is not None:
        if id(node) not in skip:
            yield node.lineno, text
        return
    for child in ast.iter_child_nodes(node):
        yield from _strings(child, skip)


def of_code(path: Path) -> Iterator[Found]:
    """Messages of errors, what is printed, help of options, and the summary of each command, in one file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(n.body[0].value)
        for n in ast.walk(tree)
        if isinstance(n, (ast.Module, ast.ClassDef, ast.FunctionDef)) and n.body and isinstance(n.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in (*ERRORS, *PRINTING):
            for argument in node.args:
                yield from ((path, line, text) for line, text in _strings(argument) if _words(text))
    if path.relative_to(SOURCE).parts[0] in SPEAKING:
        yield from ((path, line, text) for line, text in _strings(tree, frozenset(docs)) if " " in text and _words(text))


def of_commands() -> Iterator[Found]:
    """The help of every command, argument and option, as the program prints it."""
    from typer.main import get_command

    import therex
    from therex.cli.app import app
    from therex.cli.help import dress, walk

    installed = Path(therex.__file__).parent
    program = get_command(app)
    dress(program)
    for path, command in walk(program):
        code = getattr(getattr(command.callback, "__wrapped__", command.callback), "__code__", None)
        # where the package is installed apart from the checkout, its file stands for that of the checkout
        file, line = (
            (SOURCE / Path(code.co_filename).relative_to(installed), code.co_firstlineno) if code else (SOURCE / "cli" / "app.py", 1)
        )
        yield file, line, f"therex {' '.join(path)}: {command.help or ''}".strip()
        source = file.read_text(encoding="utf-8").splitlines()
        for p in command.params:
            if getattr(p, "help", None):
                name = max(p.opts, key=len)
                at = next((n for n, row in enumerate(source, 1) if n >= line and p.help[:30] in row), line)
                yield file, at, f"therex {' '.join(path)} {name}: {p.help}"


def of_data(path: Path) -> Iterator[Found]:
    """The sentences of a data file."""
    profile = path.parent.name == "policy"
    keys = PROFILE if profile else TEXTS.get(path.name, ())
    every = path.name == "wording.yaml"
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

    def walk(node: Any, wanted: bool) -> Iterator[Found]:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield from walk(value, wanted or every or key.value in keys)
        elif isinstance(node, yaml.SequenceNode):
            for child in node.value:
                yield from walk(child, wanted)
        elif wanted and node.tag.endswith(":str"):
            yield path, node.start_mark.line + 1, node.value

    if keys or every:
        yield from walk(root, False)


class _Page(HTMLParser):
    """The text of a page, and the strings of its script."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._inside.append(tag)
        self.found += [(self.getpos()[0], value) for name, value in attrs if name in ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        line = self.getpos()[0]
        if self._inside:
            self.found += [(line + n, text) for n, text in scripted(data)] if self._inside[-1] == "script" else []
        elif data.strip():
            self.found.append((line + data[: len(data) - len(data.lstrip())].count("\n"), " ".join(data.split())))


def scripted(text: str) -> Iterator[tuple[int, str]]:
    """The strings of a script that are language, each with its line from 0."""
    for n, line in enumerate(text.splitlines()):
        for m in re.finditer(r'"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`', line):
            said = m[1] if m[1] is not None else m[2]
            if re.search(r"[a-z]{2}", said) and (re.match(r"[A-Z][a-z]", said) or re.search(r"[a-z,;:.] [a-z]|^ [a-z]+|[a-z] $", said)):
                yield n, said


def of_page(path: Path) -> Iterator[Found]:
    """The visible text of a page or template, or the strings of a script."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        yield from ((path, n + 1, said) for n, said in scripted(text))
        return
    page = _Page()
    page.feed(text)
    yield from ((path, line, said) for line, said in page.found if re.search(r"[A-Za-z]{2}", said))


def every() -> Iterator[Found]:
    """Every user-visible string of the program, its white space as single spaces."""
    yield from ((path, line, " ".join(text.split())) for path, line, text in _every())


def _every() -> Iterator[Found]:
    yield from of_commands()
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from of_code(path)
    for path in sorted(DATA.rglob("*.yaml")):
        yield from of_data(path)
    for path in sorted((*DATA.glob("*.html"), *SOURCE.glob("web/templates/*.html"), *SOURCE.glob("web/static/*.js"))):
        yield from of_page(path)


def main() -> int:
    """Print the list, each string once, in the order of files and lines."""
    wanted = [Path(p).resolve() for p in sys.argv[1:]]
    rows = {(path.resolve(), line, text) for path, line, text in every()}
    for path, line, text in sorted(rows):
        if not wanted or any(path == w or w in path.parents for w in wanted):
            print(f"{path.relative_to(ROOT)}:{line}: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
