"""`jupyter mlops lift NAME`: show what a lift changes, and change it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jupyter_mlops.cli.output import Format, ProgressStyle, errors_as_json, print_json, progress_to

if TYPE_CHECKING:
    from jupyter_mlops.lifts.api import Lifted


def command(
    name: Annotated[
        Optional[str],  # noqa: UP045 - typer on 3.10
        typer.Argument(help="The lift; `jupyter mlops lifts` lists them. Left out with --to."),
    ] = None,
    path: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(help="The project, or a folder or file in it.  [default: .]"),
    ] = None,
    to: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--to", metavar="LEVEL", help="All lifts that lead to a level, one after the other."),
    ] = None,
    act: Annotated[
        bool,
        typer.Option(
            "--act", help="With --to: also commit each step, and run the pipeline once; with --dry-run, in the copy."
        ),
    ] = False,
    option: Annotated[
        Optional[list[str]],  # noqa: UP045 - typer on 3.10
        typer.Option(
            "--option", "-O", metavar="NAME=VALUE", help="Something the lift lets you choose; may be repeated."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing.")] = False,
    expect: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--expect", metavar="ID", help="Make the changes only if they are those of the preview with this id."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    format: Annotated[Format, typer.Option(help="How to answer.")] = Format.text,  # noqa: A002
    progress: Annotated[ProgressStyle, typer.Option(help="How to show progress, on stderr.")] = ProgressStyle.auto,
) -> int:
    """Raise a criterion by an automated step: its changes are shown as a diff, and made all or not at all.

    On a terminal it asks before it writes; elsewhere it writes. `jupyter mlops undo` takes it back. With --to LEVEL, every
    step on the way is shown and made in turn; --dry-run shows all of them, made in a copy. Options of lifts are then
    written LIFT.NAME=VALUE.

    Exit status: 0 done, shown, or nothing left to do; 1 the lift does not fit this project, or you said no; 2 the request
    is wrong; 3 something is not installed.
    """
    from jupyter_mlops.lifts.api import carry_out, lift

    if to is not None:
        return _journey(to, path or Path(name or "."), option, dry_run, yes, act, format, progress)
    if name is None:
        from jupyter_mlops.errors import MlopsError

        with errors_as_json(format):
            raise MlopsError(
                "unknown-lift", "Name a lift, or a level with --to. `jupyter mlops lifts` lists the lifts."
            )
    path = path or Path()
    asks = format is Format.text and not (dry_run or yes) and sys.stdin.isatty() and sys.stdout.isatty()
    with errors_as_json(format):
        options = _read(option or [])
        with progress_to(progress) as tell:
            lifted = lift(name, path, options=options, write=False, progress=tell)
        if format is Format.text:
            from jupyter_mlops.cli import lift_text

            lift_text.show_plan(lifted)
        wanted = not dry_run and lifted.plan.state == "applies"
        if wanted and asks and not typer.confirm("Make these changes?", default=True):
            return 1
        if wanted:
            lifted = carry_out(lifted, expected=expect)
    if format is Format.json:
        print_json(lifted.to_dict())
    else:
        lift_text.show_outcome(lifted, dry_run=dry_run)
    return 0 if lifted.good else 1


def _journey(
    to: int,
    path: Path,
    option: list[str] | None,
    dry_run: bool,
    yes: bool,
    act: bool,
    format: Format,  # noqa: A002
    progress: ProgressStyle,
) -> int:
    from jupyter_mlops.cli import lift_text
    from jupyter_mlops.lifts.journey import journey

    asks = format is Format.text and not (dry_run or yes) and sys.stdin.isatty() and sys.stdout.isatty()

    def agree(planned: Lifted) -> bool:
        if format is Format.text:
            lift_text.show_plan(planned)
        return not asks or typer.confirm("Make these changes?", default=True)

    with errors_as_json(format):
        options = _read(option or [])
        with progress_to(ProgressStyle.none if asks else progress) as tell:
            done = journey(path, to, options=options, write=not dry_run, act=act, agree=agree, progress=tell)
    if format is Format.json:
        print_json(done.to_dict())
    else:
        lift_text.show_journey(done, dry_run=dry_run)
    return 0 if done.good else 1


def _read(options: list[str]) -> dict[str, str]:
    from jupyter_mlops.errors import MlopsError

    found = {}
    for text in options:
        name, equals, value = text.partition("=")
        if not equals:
            raise MlopsError("invalid-option", f"An option is written NAME=VALUE, not {text!r}.")
        found[name.strip()] = value
    return found
