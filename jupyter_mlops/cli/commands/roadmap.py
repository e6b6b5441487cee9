"""`jupyter mlops roadmap`: the plan."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import List  # noqa: UP035 - typer on 3.10

import typer


def command(
    path: str = typer.Argument(".", help="Project folder."),
    *,
    target: int | None = typer.Option(
        None, "--target", min=1, max=4, help="Level to reach; Level 2 first, then the next."
    ),
    months: int | None = typer.Option(
        None, "--months", min=1, max=24, help="How far to plan, in months of four weeks; 3."
    ),
    start: str = typer.Option("", "--start", help="First day, YYYY-MM-DD; the next Monday, or as kept."),
    format_: str = typer.Option(
        "text", "--format", "-f", help="text, markdown, html, ics, json, github or gitlab (issues)."
    ),
    output: str = typer.Option("", "--output", "-o", help="Write to this file instead of the terminal."),
    save: bool = typer.Option(False, "--save", help="Keep the plan in .mlops/roadmap.toml; `undo` takes that back."),
    agree: list[str] = typer.Option(
        [], "--agree", help="With --save: this step's dates are agreed and stay; `all` for all."
    ),
    owner: List[str] = typer.Option([], "--owner", help="With --save: STEP=NAME says who does a step."),  # noqa: UP006
    dry_run: bool = typer.Option(False, "--dry-run", help="Show how .mlops/roadmap.toml would change; write nothing."),
    date: str = typer.Option("", "--date", help="Day the plan is made for, YYYY-MM-DD; today by default."),
) -> None:
    """Plan the cheapest steps to a level: in order, on days, for the people who have the time.

    What people agreed (.mlops/roadmap.toml) stays when the plan is made again: dates, owners, steps that are done.
    """
    from jupyter_mlops.cli.output import ProgressStyle, progress_to
    from jupyter_mlops.errors import MlopsError
    from jupyter_mlops.roadmap.api import make_roadmap
    from jupyter_mlops.roadmap.exports import export_named

    export = export_named(format_)
    keeps = save or dry_run
    if (agree or owner) and not keeps:
        raise MlopsError(
            "nothing-kept", "`--agree` and `--owner` are kept only with `--save` (or shown with `--dry-run`)."
        )
    with progress_to(ProgressStyle.auto) as tell:
        roadmap = make_roadmap(
            path,
            target=target,
            months=months,
            start=start or None,
            date=date or None,
            agree=agree,
            owners=_owners(owner),
            progress=tell,
        )
    if keeps:
        from jupyter_mlops.roadmap.kept import keep

        changes = keep(roadmap)
        if dry_run:
            typer.echo(changes.preview() or "Nothing would change.", nl=not changes)
            return
        if changes:
            (roadmap.folder / ".mlops").mkdir(exist_ok=True)  # the journal of the change lies in it, too
            changes.apply()
        sys.stderr.write("Kept in .mlops/roadmap.toml.\n" if changes else ".mlops/roadmap.toml is up to date.\n")
    text = export.render(roadmap, not output and sys.stdout.isatty())
    if output:
        try:
            Path(output).write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise MlopsError("cannot-write", f"Cannot write the roadmap: {error.strerror}.", path=output) from None
    else:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()


def _owners(given: list[str]) -> dict[str, str]:
    from jupyter_mlops.errors import MlopsError

    owners = {}
    for item in given:
        name, equals, who = item.partition("=")
        if not equals or not who.strip():
            raise MlopsError("invalid-owner", f"Write `--owner STEP=NAME`, not {item!r}.")
        owners[name] = who.strip()
    return owners
