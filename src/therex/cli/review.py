"""`therex review`: read a sample in the browser, and take what was decided away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from therex.web.store import Store


def review(
    sample: Annotated[Path, typer.Argument(metavar="SAMPLE", help="The file of `therex sample`.")],
    database: Annotated[
        str | None, typer.Option("--database", envvar="THEREX_REVIEWS", help="Where reviews are kept: a SQLite file (SAMPLE.reviews.db by default), or PostgreSQL by URL.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Who reviews, where there are no users.")] = "reviewer",
    users: Annotated[bool, typer.Option("--users", help="Several reviewers, with names and passwords.")] = False,
    administrator: Annotated[str | None, typer.Option("--administrator", metavar="NAME", help="With --users: make this user first; the password is asked for, or the first line of standard input.")] = None,
    host: Annotated[str, typer.Option("--host", help="Where to listen; away from this machine only with --users, --certificate and --key.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 for any that is free.")] = 8710,
    certificate: Annotated[Path | None, typer.Option("--certificate", help="A TLS certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Its key (PEM).")] = None,
    export: Annotated[Path | None, typer.Option("--export", help="Instead of serving: write the decided notes here, as marked notes or for --to.")] = None,
    to: Annotated[str, typer.Option("--to", help="With --export: marked, label-studio, prodigy, doccano, brat or docbin.")] = "marked",
    marks: Annotated[bool, typer.Option("--checked-marks", help="With --export: only notes whose marks were checked.")] = False,
) -> int:  # fmt: skip
    """Review a sample in the browser: on this machine alone, saved as you go."""
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
            raise InputError("--administrator: only with --users")
        access.add(administrator, _password(), "administrator")
    if users and not any(p.role == "administrator" and p.active for p in access.people()):
        raise InputError("--users: there is no administrator yet: --administrator NAME makes one")
    try:
        serve(store, access, place)
    finally:
        store.database.close()
    return 0


def _password() -> str:
    import getpass
    import sys

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    from therex.errors import InputError

    first = getpass.getpass("Password (10 characters or more): ")
    if getpass.getpass("Again: ") != first:
        raise InputError("--administrator: the two are not the same")
    return first


def _export(store: Store, target: Path, to: str, marks: bool) -> int:
    from therex.cli.corpus import write
    from therex.errors import InputError
    from therex.qa.export import to_corpus

    notes = to_corpus(store.id, [(n, store.items[n], d) for n, d in enumerate(store.decisions())], marks=marks)
    if not notes:
        raise InputError("--export: no note is decided yet" + (" whose marks were checked" if marks else ""))
    write(notes, target, to, "--export")
    with store.database.writing() as c:
        store.audit(c, "command line", "export", detail=f"{len(notes)} notes")
    typer.echo(f"{len(notes)} notes written")
    return 0


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("review")(review)
