"""`therex appraise`: what a reviewed sample tells of the period."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

FORMATS = {"table": ".txt", "json": ".json", "html": ".html .htm", "xlsx": ".xlsx"}


def appraise(
    sample: Annotated[Path, typer.Argument(metavar="SAMPLE", help="The sample file, reviewed with `therex review`.")],
    format: Annotated[
        str | None,
        typer.Option("--format", "-f", help=f"One of {', '.join(FORMATS)}. Default: from the --output extension, or table."),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")] = None,
    database: Annotated[
        str | None, typer.Option("--database", envvar="THEREX_REVIEWS", help="Where the reviews are stored, as for `therex review`.")
    ] = None,
    confidence: Annotated[float, typer.Option("--confidence", min=0.5, max=0.9999, help="Confidence level of the intervals.")] = 0.95,
    before: Annotated[
        list[Path] | None, typer.Option("--before", help="JSON report of an earlier period, for the trend. Oldest first.")
    ] = None,
) -> int:
    """Report error rates and agreement of a reviewed sample."""
    from therex.batch.places import check, standard
    from therex.cli.options import format_for, on_console, wants
    from therex.errors import InputError
    from therex.qa.samples import read_sample

    format = format_for(format, output, FORMATS, "table")
    if format == "xlsx" and output is None:
        raise InputError("--format xlsx requires --output FILE")
    if not 0.5 <= confidence < 1:
        raise InputError("--confidence must be at least 0.5 and less than 1")
    output = standard(output)
    check({"--output": output}, (sample, database if database and "://" not in database else None, *(before or ())))
    earlier = [_earlier(path) for path in before or []]
    told = read_sample(sample)
    with wants("review", "alembic", "statsmodels", "krippendorff"):
        from therex.qa.appraise import appraise as run
        from therex.web.opened import open_store

        store = open_store(sample, told, database, create=False)
        reviewed = store.reviewed()
        store.database.close()
        if not any(d.state == "decided" for d in reviewed.decisions):
            raise InputError("no note is settled yet; review the sample with `therex review` first")
        report = run(reviewed, confidence, earlier)
    from therex.reports.appraisal import terminal, write_xlsx
    from therex.reports.appraisal_page import page
    from therex.reports.harmless import escaped

    if format == "xlsx" and output is not None:
        from therex.batch.lock import scratch
        from therex.batch.outputs import whole

        with whole(output) as part, scratch(output):
            write_xlsx(report, part)
        return 0
    text = (
        escaped(json.dumps(report, ensure_ascii=False, indent=1)) + "\n"
        if format == "json"
        else page(report)
        if format == "html"
        else on_console(terminal(report), output)
    )
    if output is None:
        sys.stdout.write(text)
    else:
        from therex.batch.outputs import write_whole

        write_whole(output, text)
    return 0


def _earlier(path: Path) -> dict[str, Any]:
    from therex.errors import InputError

    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        told["line_errors"]["estimate"], told["made"], told["sample"]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError("--before must be a file written by `therex appraise --format json`") from None
    return dict(told)


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("appraise")(appraise)
