"""The `therex` program."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from therex.cli import appraise, chart, corpus, evaluate, explain, model, policy, redact, review, sample, screen, train, units

app = typer.Typer(
    name="therex",
    help="Check whether PT and OT notes support CPT 97110.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _version(show: bool) -> None:
    if show:
        from therex import __version__

        typer.echo(f"therex {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")] = False,
) -> None:
    """Check whether PT and OT notes support CPT 97110."""


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

    from typer.main import get_command

    from therex.batch.ending import Stopped, stoppable
    from therex.cli.help import asked, dress, wanted
    from therex.cli.streams import BROKEN_PIPE, leave, reader_gone, ready, words_for
    from therex.errors import TherexError

    os.umask(0o077)  # what is written is for its owner alone
    ready()
    try:
        args = asked(sys.argv[1:] if argv is None else argv)
        program = get_command(app)
        if wanted(args):
            dress(program)
        with stoppable():
            result = program.main(args=args, prog_name="therex", standalone_mode=False)
        code = result if isinstance(result, int) else 0
        sys.stdout.flush()
    except TherexError as error:
        _tell(str(error))
        code = error.exit_code
    except (KeyboardInterrupt, EOFError):
        _tell("stopped")
        code = 130
    except Stopped as stop:
        _tell("stopped")
        code = int(stop.code or 0)
    except SystemExit as stop:
        code = BROKEN_PIPE if reader_gone(stop) else stop.code if isinstance(stop.code, int) else 2
    except OSError as error:
        code = BROKEN_PIPE if reader_gone(error) else 2
        if code == 2:
            _tell(words_for(error))
    except MemoryError:
        _tell("not enough memory: use fewer notes at a time, or a lower --jobs value")
        code = 2
    except Exception as error:
        message = getattr(error, "format_message", None)
        if message is None:
            if type(error).__name__ == "Abort":
                _tell("stopped")
                sys.exit(130)
            # a fault of ours: its kind and place, never a value, which could be note text
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = f"{os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno}" if where else "?"
            _tell(f"internal error ({type(error).__name__} at {place})")
            sys.exit(2)
        _tell(str(message()))
        code = 2
    leave(code)


def _tell(what: str) -> None:
    """One line on standard error; where that is gone too, there is no one to tell."""
    from contextlib import suppress

    from therex.reports.harmless import harmless

    with suppress(OSError):
        print(f"therex: {harmless(' '.join(what.split()))}", file=sys.stderr, flush=True)
