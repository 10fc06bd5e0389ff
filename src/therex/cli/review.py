"""`therex review`: review a sample in the browser, and export what was decided."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from therex.web.store import Store


def review(
    sample: Annotated[Path, typer.Argument(metavar="SAMPLE", help="The sample file written by `therex sample`.")],
    database: Annotated[
        str | None, typer.Option("--database", envvar="THEREX_REVIEWS", help="Where reviews are stored: a SQLite file (default: SAMPLE.reviews.db), or a PostgreSQL URL.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="The reviewer's name, if --users is not used.")] = "reviewer",
    users: Annotated[bool, typer.Option("--users", help="Allow several reviewers, who sign in with a name and password.")] = False,
    administrator: Annotated[str | None, typer.Option("--administrator", metavar="NAME", help="With --users: add this administrator. You are asked for the password, or it is read from standard input.")] = None,
    host: Annotated[str, typer.Option("--host", help="The address to listen on. Any address other than this machine requires --users, --certificate, and --key.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 for any free port.")] = 8710,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    certificate: Annotated[Path | None, typer.Option("--certificate", help="A TLS certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The key of the certificate (PEM).")] = None,
    export: Annotated[Path | None, typer.Option("--export", help="Export the decided notes to this path instead of starting the app.")] = None,
    to: Annotated[str, typer.Option("--to", help="With --export: marked, label-studio, prodigy, doccano, brat, or docbin.")] = "marked",
    marks: Annotated[bool, typer.Option("--checked-marks", help="With --export: only notes whose marks were checked.")] = False,
) -> int:  # fmt: skip
    """Review a sample of notes in the browser."""
    from therex.batch.places import check
    from therex.cli.corpus import FORMATS, placed
    from therex.cli.options import one_of, wants
    from therex.errors import InputError
    from therex.qa.samples import read_sample

    check({"--database": Path(database) if database and "://" not in database else None}, [sample, certificate, key])
    if export is not None:
        placed(export, one_of("--to", to, FORMATS), "--export", sample)
    told = read_sample(sample)
    if export is not None:
        with wants("review", "alembic"):
            from therex.web.opened import open_store

            return _export(open_store(sample, told, database, create=False), export, to, marks)
    with wants("review", "fastapi", "uvicorn", "jinja2", "multipart", "argon2", "alembic"):
        from therex.web.access import Access
        from therex.web.opened import open_store
        from therex.web.serve import Place, checked, serve

        place = checked(Place(host, port, certificate, key), users)
        store = open_store(sample, told, database)
        access = Access(store.database, users=users, name=name)
    if administrator is not None:
        if not users:
            raise InputError("--administrator requires --users")
        access.add(administrator, _password(), "administrator")
    if users and not any(p.role == "administrator" and p.active for p in access.people()):
        raise InputError("--users: there is no administrator yet; add one with --administrator NAME")
    try:
        serve(store, access, place, browser and _on_terminal())
    finally:
        store.database.close()
    return 0


def _on_terminal() -> bool:
    """Whether someone sits at the command: a script is not shown a browser."""
    return sys.stderr.isatty()


def _password() -> str:
    import getpass

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    from therex.errors import InputError

    first = getpass.getpass("Password (10 characters or more): ")
    if getpass.getpass("Repeat the password: ") != first:
        raise InputError("--administrator: the passwords do not match")
    return first


def _export(store: Store, target: Path, to: str, marks: bool) -> int:
    from therex.cli.corpus import write
    from therex.errors import InputError
    from therex.qa.export import left_out, to_corpus

    decisions = store.decisions()
    notes = to_corpus(store.id, [(n, store.items[n], d) for n, d in enumerate(decisions)], marks=marks)
    if not notes:
        raise InputError(
            "--export: no decided note " + ("has all elements judged and its marks checked" if marks else "has all elements judged")
        )
    write(notes, target, to, "--export")
    with store.database.writing() as c:
        store.audit(c, "command line", "export", detail=f"{len(notes)} notes")
    typer.echo(f"{len(notes)} {'note' if len(notes) == 1 else 'notes'} written")
    if left := left_out(decisions):
        print(f"therex: {left} decided {'note' if left == 1 else 'notes'} not written: not all elements were judged", file=sys.stderr)
    return 0


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("review")(review)
