"""How `--help` is laid out: options in panels, plain names of values, examples (`resources/help.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import typer

from therex.catalog.files import resource

HELP = ["-h", "--help"]
FILES = ("OUTPUT", "OUT", "CLAIMS", "KEEP_TEXT", "PROBE", "LIKE", "BEFORE", "CERTIFICATE", "KEY")


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group from one down, with its path, such as ``("policy", "list")``."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from walk(child, (*path, name))


def dress(program: Any) -> None:
    """Lay out the help of every command of the program."""
    file = resource("help.yaml")
    panels = {flag: panel for panel, flags in file["panels"].items() for flag in flags}
    for path, command in walk(program):
        lines = file["examples"].get(" ".join(path), ())
        command.epilog = "\n\n".join(["Examples:" if len(lines) > 1 else "Example:", *(f"  $ {line}" for line in lines)]) if lines else None
        help_option = command.get_help_option(typer.Context(command, help_option_names=HELP))
        for p in (*command.params, *([help_option] if help_option is not None else [])):
            _plain(p)
            if p.param_type_name == "option":
                p.rich_help_panel = next((panels[flag] for flag in p.opts if flag in panels), None)


def _plain(p: Any) -> None:
    """A value is named by its option, not by a type of Python; a switch has none."""
    flag = p.param_type_name == "option" and p.is_flag
    if p.param_type_name == "option" and not p.is_flag and p.metavar is None:
        longest = max(p.opts, key=len).lstrip("-").replace("-", "_").upper()
        p.metavar = "FILE" if longest in FILES else longest
    shown = None if flag or p.param_type_name == "argument" else p.metavar
    p.display_type_rich = lambda ctx: shown
    p.display_type = lambda ctx: shown or ""


def asked(args: Sequence[str]) -> list[str]:
    """The command line, with `--help` where the bare program or a bare group stands for it."""
    bare = not args or (len(args) == 1 and args[0] in resource("help.yaml")["groups"])
    return [*args, "--help"] if bare else list(args)


def wanted(args: Sequence[str]) -> bool:
    """Whether a command line asks for help."""
    return "--help" in args or "-h" in args
