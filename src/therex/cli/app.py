"""The `therex` program."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from therex.cli import appraise, chart, corpus, evaluate, explain, model, policy, redact, review, sample, screen, train, units

app = typer.Typer(
    name="therex",
    help="Read physical and occupational therapy notes and tell whether they support CPT 97110.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(show: bool) -> None:
    if show:
        from therex import __version__

        typer.echo(f"therex {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")] = False,
) -> None:
    """Read physical and occupational therapy notes and tell whether they support CPT 97110."""


screen.add(app)
chart.add(app)
explain.add(app)
redact.add(app)
sample.add(app)
review.add(app)
appraise.add(app)
units.add(app)
policy.add(app)
train.add(app)
evaluate.add(app)
corpus.add(app)
model.add(app)


def main(argv: list[str] | None = None) -> None:
    """Run the program; a user's mistake is one line on standard error and exit code 2."""
    import os
    from contextlib import suppress

    from therex.batch.ending import Stopped, stoppable
    from therex.errors import TherexError

    os.umask(0o077)  # what is written is for its owner alone
    try:
        with stoppable():
            result = app(args=argv, standalone_mode=False)
        code = result if isinstance(result, int) else 0
        sys.stdout.flush()
    except TherexError as error:
        print(f"therex: {error}", file=sys.stderr)
        code = error.exit_code
    except (KeyboardInterrupt, EOFError):
        print("therex: stopped", file=sys.stderr)
        code = 130
    except Stopped as stop:
        with suppress(OSError):  # the terminal may be gone
            print("therex: stopped", file=sys.stderr)
        code = int(stop.code or 0)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        message = getattr(error, "format_message", None)
        if message is None:
            if type(error).__name__ == "Abort":
                print("therex: stopped", file=sys.stderr)
                sys.exit(130)
            # a fault of ours: its kind and place, never a value, which could be note text
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = f"{os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno}" if where else "?"
            print(f"therex: internal error ({type(error).__name__} at {place})", file=sys.stderr)
            sys.exit(2)
        print(f"therex: {' '.join(str(message()).split())}", file=sys.stderr)
        code = 2
    sys.exit(code)
